/** The entry points of the bench (bench/rows/collect.py): a phone's share of collecting, in a browser. */

import { fromHex } from "../src/protocol/bytes";
import { type Asked, type Keys, type Poll, protocol, type StampValues } from "../src/protocol";

type IssuerName = "a" | "b";

interface Collecting {
  poll: Poll;
  keys: Keys;
  asked: Partial<Record<IssuerName, Asked>>;
}

let now: Collecting | undefined;

function collecting(): Collecting {
  if (now === undefined) throw new Error("no poll was read");
  return now;
}

async function timed<T>(work: () => Promise<T>): Promise<{ milliseconds: number; value: T }> {
  const begun = performance.now();
  const value = await work();
  return { milliseconds: performance.now() - begun, value };
}

Object.assign(globalThis, {
  /** Reads a manifest and makes the deputy's secrets. */
  read: (data: string, hash: string, deputy: string) =>
    timed(async () => {
      const poll = await protocol.readPoll(fromHex(data), hash);
      now = { poll, keys: await protocol.makeKeys(poll, protocol.entitled(poll, deputy)), asked: {} };
    }),

  /** Blinds everything for an issuer; its value is the request. */
  ask: (issuer: IssuerName) =>
    timed(async () => {
      const { poll, keys, asked } = collecting();
      asked[issuer] = await protocol.ask(poll, keys, issuer);
      return asked[issuer].values;
    }),

  /** Takes the blinding off an issuer's answer and verifies every stamp. */
  take: (issuer: IssuerName, answer: StampValues) =>
    timed(async () => {
      const { poll, asked } = collecting();
      const given = asked[issuer];
      if (given === undefined) throw new Error("nothing was asked");
      await protocol.take(poll, given, issuer, answer);
    }),
});
