/** Casting 投票: all envelopes sealed and saved first, then sent one by one, each until there is a receipt that holds. */

import * as api from "./api";
import { patiently, type Trouble } from "./api_retry";
import { BLANK, type Kept, type Sealed, type Session } from "./state";
import { type Marks, type Progress, type Receipt, protocol } from "./protocol/index";

/** At most this long between two envelopes, and not much longer altogether however many there are. */
const GAP_MS = 1_200;
const ALL_GAPS_MS = 24_000;

export class WrongReceipt extends Error {
  constructor(readonly subject: string) {
    super("wrong receipt");
  }
}

/** Seals every subject's ballot; from then on nothing can be changed. Again: the envelopes that stand. */
export async function seal(session: Session, progress: Progress): Promise<Sealed[]> {
  if (session.sealed) return session.sealed;
  const { poll, keys } = session;
  const { a, b } = session.stamps;
  if (!keys || !a || !b) throw new Error("nothing is sealed before both issuers have stamped");
  const sealed: Sealed[] = [];
  for (const subject of session.subjects) {
    const marks = complete(session, subject);
    sealed.push({ subject, marks, bytes: await protocol.seal(poll, keys, a, b, subject, marks) });
    progress(sealed.length, session.subjects.length);
  }
  shuffle(sealed);
  session.sealed = await session.store.keep(session.key("sealed"), sealed);
  await session.store.remove(session.key("drafts"));
  return session.sealed;
}

/**
 * Sends what has no receipt yet, in the saved order, and may be called again.
 *
 * A ballot that is refused, or whose receipt does not hold, stops no other; the first such fault is thrown at the end.
 */
export async function send(session: Session, progress: Progress, trouble: Trouble): Promise<void> {
  const sealed = session.sealed ?? [];
  const gap = gapFor(sealed.length);
  let fault: unknown = null;
  progress(session.receiptCount, sealed.length);
  for (const envelope of sealed) {
    if (session.receipts[envelope.subject]) continue;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * gap));
    try {
      await keepReceipt(session, envelope, await receiptFor(session, envelope, trouble));
    } catch (error) {
      if (!(error instanceof WrongReceipt || error instanceof api.Refused)) throw error;
      fault ??= error;
    }
    progress(session.receiptCount, sealed.length);
  }
  if (fault !== null) throw fault;
}

async function receiptFor(session: Session, envelope: Sealed, trouble: Trouble): Promise<Kept> {
  try {
    return { receipt: await patiently(() => api.cast(session.poll, envelope.bytes), trouble), other: false };
  } catch (error) {
    if (error instanceof api.Refused && error.status === 409 && error.receipt) {
      return { receipt: error.receipt, other: true };
    }
    throw error;
  }
}

async function keepReceipt(session: Session, envelope: Sealed, kept: Kept): Promise<void> {
  const { poll } = session;
  const mine = kept.other || kept.receipt.leaf === protocol.leafOf(poll, envelope.bytes);
  if (!mine || !holds(session, kept.receipt)) throw new WrongReceipt(envelope.subject);
  await session.store.put(session.key(`receipt-${envelope.subject}`), kept);
  session.receipts[envelope.subject] = kept;
}

function holds(session: Session, receipt: Receipt): boolean {
  try {
    return protocol.receiptHolds(session.poll, receipt);
  } catch {
    return false;
  }
}

function complete(session: Session, subject: string): Marks {
  const drafted = session.drafts[subject] ?? {};
  return Object.fromEntries(session.questions.map((q) => [q, drafted[q] ?? BLANK]));
}

/** The longest pause before each of so many envelopes. */
export function gapFor(envelopes: number): number {
  return Math.min(GAP_MS, ALL_GAPS_MS / Math.max(1, envelopes));
}

export function shuffle<Item>(items: Item[]): void {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = below(i + 1);
    [items[i], items[j]] = [items[j] as Item, items[i] as Item];
  }
}

/** An even random number below `limit`. */
function below(limit: number): number {
  const range = 2 ** 32;
  for (;;) {
    const value = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    if (value < range - (range % limit)) return value % limit;
  }
}
