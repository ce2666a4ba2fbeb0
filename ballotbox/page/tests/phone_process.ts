/**
 * A phone behind standard input and output, for the Python side's tests: a line of JSON in, a line of JSON out.
 *
 * Bytes travel in hexadecimal. What is refused answers {"refused": message}.
 */

import { createInterface } from "node:readline";
import { fromHex, toHex } from "../src/protocol/bytes";
import { canonical, labelled, readCanonical } from "../src/protocol/encoding";
import { type Asked, type Keys, type Poll, protocol, type Receipt, type StampsOfIssuer } from "../src/protocol";
import type { Marks, StampValues } from "../src/protocol";

type IssuerName = "a" | "b";

interface Phone {
  poll: Poll;
  keys: Keys;
  asked: Partial<Record<IssuerName, Asked>>;
  stamps: Partial<Record<IssuerName, StampsOfIssuer>>;
}

const polls = new Map<string, Poll>();
const phones = new Map<string, Phone>();

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not there yet");
  return value;
}

type Asking = Record<string, string> & {
  subjects?: string[];
  lines?: string[];
  parts?: string[];
  answer?: StampValues;
  receipt?: Receipt;
  marks?: Marks;
};

function added(phone: string, poll: Poll, keys: Keys): object {
  phones.set(phone, { poll, keys, asked: {}, stamps: {} });
  return { seed: toHex(keys.seed), code: protocol.recoveryCode(poll, keys) };
}

const ACTS: Record<string, (told: Asking) => Promise<object> | object> = {
  read: ({ data = "" }) => ({ canonical: toHex(canonical(readCanonical(fromHex(data)))) }),
  labelled: ({ label = "", manifest = "", parts = [] }) => ({
    bytes: toHex(labelled(label, fromHex(manifest), ...parts.map((part) => fromHex(part)))),
  }),
  poll: async ({ data = "", hash = "" }) => {
    polls.set(hash, await protocol.readPoll(fromHex(data), hash));
    return {};
  },
  entitled: ({ poll = "", deputy = "" }) => ({ subjects: protocol.entitled(found(polls.get(poll)), deputy) }),
  keys: async ({ phone = "", poll: hash = "", subjects = [] }) => {
    const poll = found(polls.get(hash));
    return added(phone, poll, await protocol.makeKeys(poll, subjects));
  },
  restore: ({ phone = "", poll: hash = "", subjects = [], code = "" }) => {
    const poll = found(polls.get(hash));
    return added(phone, poll, protocol.restoreKeys(poll, subjects, code));
  },
  ask: async ({ phone: name = "", issuer }) => {
    const phone = found(phones.get(name));
    // Cloned, as what is saved is.
    const asked = structuredClone(await protocol.ask(phone.poll, phone.keys, issuer as IssuerName));
    phone.asked[issuer as IssuerName] = asked;
    return asked.values;
  },
  take: async ({ phone: name = "", issuer, answer }) => {
    const { poll, asked, stamps } = found(phones.get(name));
    const by = issuer as IssuerName;
    stamps[by] = structuredClone(await protocol.take(poll, found(asked[by]), by, found(answer)));
    return {};
  },
  seal: async ({ phone: name = "", subject = "", marks = {} }) => {
    const { poll, keys, stamps } = found(phones.get(name));
    const envelope = await protocol.seal(poll, keys, found(stamps.a), found(stamps.b), subject, marks);
    return { envelope: toHex(envelope), leaf: protocol.leafOf(poll, envelope) };
  },
  published: async ({ phone: name = "", subject = "", marks = {} }) => {
    const { poll, keys, stamps } = found(phones.get(name));
    return { lines: await protocol.published(poll, keys, found(stamps.a), found(stamps.b), subject, marks) };
  },
  receipt: ({ poll = "", receipt }) => ({ holds: protocol.receiptHolds(found(polls.get(poll)), found(receipt)) }),
  checkpoint: ({ poll = "", note = "" }) => protocol.readCheckpoint(found(polls.get(poll)), note),
  opening: ({ poll = "", note = "" }) => protocol.readOpening(found(polls.get(poll)), note),
  root: async ({ lines = [] }) => ({ root: await protocol.rootOf(lines) }),
  slicesRoot: async ({ lines = [] }) => ({ root: await protocol.slicesRoot(lines) }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const told = JSON.parse(line) as Asking;
  let answer: object;
  try {
    answer = await found(ACTS[told.act ?? ""])(told);
  } catch (error) {
    answer = { refused: error instanceof Error ? error.message : String(error), kind: (error as object).constructor.name };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
