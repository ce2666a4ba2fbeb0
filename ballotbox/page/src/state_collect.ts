/** Collecting 签领: keys once, a blinded request an issuer, saved before it is sent; the same one again until answered. */

import * as api from "./api";
import { patiently, type Trouble } from "./api_retry";
import { ISSUERS, type Session } from "./state";
import { AnswerRefused, type IssuerName, type Keys, type Progress, type StampsOfIssuer, protocol } from "./protocol/index";

/** What is going on, for the screen. */
export type Act = "keys" | "blind" | "send" | "check";

export interface Watcher {
  act(issuer: IssuerName, act: Act): void;
  progress: Progress;
  trouble: Trouble;
}

export class StrangeAnswer extends Error {
  constructor(
    readonly what: "subjects" | "other_person" | "stamps",
    readonly issuer: IssuerName,
  ) {
    super(what);
  }
}

/** Asks an issuer whose code this is. The issuer's word is held against the manifest and the other issuer's. */
export async function identify(session: Session, issuer: IssuerName, code: string): Promise<api.Who> {
  const who = await api.who(session.poll, issuer, code);
  const entitled = protocol.entitled(session.poll, who.deputy);
  if (entitled.join() !== who.subjects.join()) throw new StrangeAnswer("subjects", issuer);
  if (session.who && session.who.deputy !== who.deputy) throw new StrangeAnswer("other_person", issuer);
  return who;
}

/** Takes both issuers' stamps. May be called again at any time, in any tab; goes on where it was. */
export async function collect(session: Session, watcher: Watcher): Promise<void> {
  for (const issuer of ISSUERS) await collectFrom(session, issuer, watcher);
  await session.store.remove(session.key("code-a"), session.key("code-b"));
}

async function collectFrom(session: Session, issuer: IssuerName, watcher: Watcher): Promise<void> {
  const { poll, store } = session;
  const code = session.codes[issuer];
  if (session.stamps[issuer] || code === undefined) return;
  if (!session.keys) {
    watcher.act(issuer, "keys");
    session.keys = await store.keep(session.key("keys"), await keysOf(session));
  }
  let asked = session.asked[issuer];
  if (!asked) {
    watcher.act(issuer, "blind");
    const made = await protocol.ask(poll, session.keys, issuer, watcher.progress);
    asked = await store.keep(session.key(`asked-${issuer}`), made);
    session.asked[issuer] = asked;
  }
  watcher.act(issuer, "send");
  const { values } = asked;
  const answer = await patiently(() => api.stamp(poll, issuer, code, values), watcher.trouble);
  watcher.act(issuer, "check");
  let stamps: StampsOfIssuer;
  try {
    stamps = await protocol.take(poll, asked, issuer, answer, watcher.progress);
  } catch (error) {
    if (!(error instanceof AnswerRefused)) throw error;
    throw new StrangeAnswer("stamps", issuer);
  }
  await store.put(session.key(`stamps-${issuer}`), stamps);
  session.stamps[issuer] = stamps;
  await store.remove(session.key(`asked-${issuer}`));
}

function keysOf({ poll, subjects, recovery }: Session): Promise<Keys> {
  if (recovery === null) return protocol.makeKeys(poll, subjects);
  return Promise.resolve(protocol.restoreKeys(poll, subjects, recovery));
}
