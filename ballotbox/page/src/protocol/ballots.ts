/** A filled ballot: signed slices, sealed in an envelope under a token. */

import { be32, concat, fromHex, toHex, utf8 } from "./bytes";
import { canonical, canonicalText, labelled } from "./encoding";
import { publicKey, sha256, sign } from "./hashes";
import { hashOf, type Poll, type Slot, slotsOf } from "./manifest";
import { BLANK } from "./manifest_rules";
import { leafHash } from "./merkle";
import { sealBytes } from "./sealing";
import { stampOf, type StampsOfIssuer } from "./stamps";
import { type Column, Wallet } from "./wallet";

/** Codes by question; a question left out is blank. */
export type Marks = Record<string, string>;

export interface Slice {
  slot: Slot;
  codes: Uint8Array;
  key: Uint8Array;
  signature: Uint8Array;
  a: Uint8Array;
  b: Uint8Array;
}

/** A line of `slices.jsonl` as it must stand there, with the slice's key and the number of rows in it. */
export interface Line {
  key: string;
  line: string;
  rows: number;
}

/** The signed slices of a subject. Throws for a mark that is no code, and for one on no question. */
export function slicesOf(
  poll: Poll,
  wallet: Wallet,
  a: StampsOfIssuer,
  b: StampsOfIssuer,
  subject: string,
  marks: Marks,
): Slice[] {
  const { manifest } = poll;
  for (const question of Object.keys(marks)) {
    if (!manifest.questions.includes(question)) throw new Error(`no question ${question} in this poll`);
  }
  return slotsOf(manifest, subject).map((slot) => {
    const column: Column = { kind: "slice", name: slot.name };
    const seed = wallet.oneTimeKey(column);
    const key = publicKey(seed);
    const codes = Uint8Array.from(slot.questions, (question) => codeOf(manifest.codes, marks[question] ?? BLANK));
    const signature = sign(seed, labelled("slice", hashOf(poll), utf8(slot.name), key, codes));
    return { slot, codes, key, signature, a: stampOf(a, column), b: stampOf(b, column) };
  });
}

/** The bytes of a sealed envelope: what is saved, and then cast as often as it takes. */
export async function seal(
  poll: Poll,
  wallet: Wallet,
  a: StampsOfIssuer,
  b: StampsOfIssuer,
  subject: string,
  marks: Marks,
): Promise<Uint8Array> {
  const column: Column = { kind: "token", name: subject };
  const seed = wallet.oneTimeKey(column);
  const token = publicKey(seed);
  const M = hashOf(poll);
  const slices = slicesOf(poll, wallet, a, b, subject, marks);
  const bodies = slices.map((s) => concat(s.codes, s.key, s.signature, s.a, s.b));
  const plaintext = concat(labelled("ballot", M, utf8(subject)), ...bodies);
  const info = labelled("seal", M, utf8(subject), token);
  const ciphertext = await sealBytes(fromHex(poll.manifest.box_key), info, plaintext);
  const signature = sign(seed, labelled("envelope", M, utf8(subject), token, sha256(ciphertext)));
  return framed([utf8(subject), token, stampOf(a, column), stampOf(b, column), ciphertext, signature]);
}

/** The public entry of an envelope: what the log keeps of it. */
export function entryOf(poll: Poll, envelope: Uint8Array): Uint8Array {
  const [subject, token, a, b, ciphertext, signature, ...more] = unframed(envelope);
  if (!subject || !token || !a || !b || !ciphertext || !signature || more.length > 0) {
    throw new Error("an envelope has six fields");
  }
  return canonical({
    type: "jiandu-ballot-entry/1",
    manifest: poll.hash,
    subject: new TextDecoder().decode(subject),
    token: toHex(token),
    stamps: { a: written(a), b: written(b) },
    ciphertext_hash: toHex(sha256(ciphertext)),
    signature: toHex(signature),
  });
}

/** The leaf hash that an envelope must have in the log, in hexadecimal. */
export function leafOf(poll: Poll, envelope: Uint8Array): string {
  return toHex(leafHash(entryOf(poll, envelope)));
}

/** The lines that a ballot has in the published count. */
export function lineOf(poll: Poll, slice: Slice): Line {
  const line = canonicalText({
    slot: slice.slot.name,
    grades: Array.from(slice.codes, (code) => poll.manifest.codes[code] ?? ""),
    key: toHex(slice.key),
    signature: toHex(slice.signature),
    stamps: { a: written(slice.a), b: written(slice.b) },
  });
  return { key: toHex(slice.key), line, rows: slice.slot.questions.length };
}

function codeOf(codes: string[], mark: string): number {
  const code = codes.indexOf(mark);
  if (code < 0) throw new Error(`no code ${mark} in this poll`);
  return code;
}

function written(stamp: Uint8Array): { prefix: string; signature: string } {
  return { prefix: toHex(stamp.subarray(0, 32)), signature: toHex(stamp.subarray(32)) };
}

function framed(fields: Uint8Array[]): Uint8Array {
  return concat(...fields.flatMap((field) => [be32(field.length), field]));
}

function unframed(data: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    const end = at + 4 + view.getUint32(at);
    if (end > data.length) throw new Error("an envelope ends with its last field");
    fields.push(data.subarray(at + 4, end));
    at = end;
  }
  return fields;
}
