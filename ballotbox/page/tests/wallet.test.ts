/** A phone's secrets: all of one seed, none like another, and numbers drawn evenly; work that leaves the screen free. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromNumber, toHex } from "../src/protocol/bytes";
import type { IssuerName, Poll } from "../src/protocol/manifest";
import { inPieces } from "../src/protocol/progress";
import { readRecoveryCode, recoveryCode } from "../src/protocol/recovery";
import { AnswerRefused } from "../src/protocol/refused";
import { type Column, Wallet } from "../src/protocol/wallet";

const SUBJECTS = ["czs", "lys", "zhs"];
const SEED = new Uint8Array(32).fill(7);

/** A poll under one modulus: just what a wallet looks at. */
function pollOf(hash: string, n: bigint): Poll {
  const modulus = toHex(fromNumber(n, 256));
  const der = `30820122300d06092a864886f70d01010105000382010f003082010a0282010100${modulus}0203010001`;
  const keys = (names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, der]));
  const questions = ["overall", "ability"];
  const issuer = {
    statements: "",
    slices: keys(SUBJECTS.flatMap((s) => questions.map((q) => `${s}/${q}`))),
    tokens: keys(SUBJECTS),
  };
  const manifest = { slice_by: "question", questions, issuers: { a: issuer, b: issuer } };
  return { hash, data: new Uint8Array(), manifest: manifest as unknown as Poll["manifest"] };
}

const EVEN = pollOf("11".repeat(32), (1n << 2048n) - 159n);
/** Every other draw is above this modulus. */
const LOW = pollOf("22".repeat(32), (1n << 2047n) + 1n);
const ISSUERS: IssuerName[] = ["a", "b"];

function secrets(poll: Poll, seed: Uint8Array): string[] {
  const wallet = new Wallet(poll, { seed, subjects: SUBJECTS });
  return wallet.columns.flatMap((column) => [
    toHex(wallet.oneTimeKey(column)),
    ...ISSUERS.flatMap((issuer) => [
      toHex(wallet.prefix(issuer, column)),
      toHex(wallet.salt(issuer, column)),
      wallet.inverse(issuer, column).toString(16),
    ]),
  ]);
}

test("the same seed gives the same secrets, and no two are alike in any poll, column or issuer", () => {
  assert.deepEqual(secrets(EVEN, SEED), secrets(EVEN, SEED.slice()));
  const all = [EVEN, LOW].flatMap((poll) => [SEED, new Uint8Array(32).fill(8)].flatMap((seed) => secrets(poll, seed)));
  assert.equal(all.length, 2 * 2 * 9 * 7);
  assert.equal(new Set(all).size, all.length);
});

test("columns are all slices of the deputy's subjects and then the tokens", () => {
  const columns = new Wallet(EVEN, { seed: SEED, subjects: ["czs", "zhs"] }).columns;
  assert.deepEqual(columns, [
    { kind: "slice", name: "czs/overall" },
    { kind: "slice", name: "czs/ability" },
    { kind: "slice", name: "zhs/overall" },
    { kind: "slice", name: "zhs/ability" },
    { kind: "token", name: "czs" },
    { kind: "token", name: "zhs" },
  ]);
});

test("draws above the modulus are thrown away, not reduced", () => {
  const n = (1n << 2047n) + 1n;
  const inverses: bigint[] = [];
  for (let seed = 0; seed < 20; seed += 1) {
    const wallet = new Wallet(LOW, { seed: new Uint8Array(32).fill(seed), subjects: SUBJECTS });
    for (const column of wallet.columns) inverses.push(wallet.inverse("a", column));
  }
  assert.ok(inverses.every((inverse) => inverse > 0n && inverse < n));
  const upper = inverses.filter((inverse) => inverse > n / 2n).length;
  // 180 fair coins from fixed seeds
  assert.ok(upper > 42 && upper < 138, `${upper} of ${inverses.length}`);
  const wide = new Wallet(EVEN, { seed: SEED, subjects: SUBJECTS });
  assert.ok(wide.columns.some((column: Column) => wide.inverse("a", column) > 1n << 2047n));
});

test("long work tells its progress and lets others run", async () => {
  const told: [number, number][] = [];
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 1);
  const items = Array.from({ length: 40 }, (_, i) => i);
  await inPieces(items, (done, of) => told.push([done, of]), () => {
    for (const until = performance.now() + 10; performance.now() < until; );
  });
  clearInterval(ticking);
  assert.deepEqual(told[told.length - 1], [40, 40]);
  assert.ok(told.length >= 5 && told.every(([done], i) => i === 0 || done > (told[i - 1]?.[0] ?? 0)));
  assert.ok(ticks >= 3, `${ticks} ticks`);
});

test("a failure in a piece comes out", async () => {
  await assert.rejects(
    inPieces([1, 2], () => undefined, (item) => assert.equal(item, 1)),
    assert.AssertionError,
  );
});

test("a recovery code is read however it is typed, and no mistyped one", () => {
  const seed = Uint8Array.from({ length: 16 }, (_, i) => 37 * i);
  const code = recoveryCode(seed);
  assert.equal(code.length, 34);
  for (const typed of [code, code.toLowerCase(), code.replace(/-/g, ""), ` ${code.replace(/0/g, "O").replace(/1/g, "l")} `]) {
    assert.deepEqual(readRecoveryCode(typed), seed);
  }
  const swapped = code.replace("JM", "MJ");
  for (const typed of ["", code.slice(1), `${code}0`, swapped, code.replace(/.$/, "U")]) {
    assert.throws(() => readRecoveryCode(typed), AnswerRefused, typed);
  }
  assert.throws(() => recoveryCode(new Uint8Array(32)));
});
