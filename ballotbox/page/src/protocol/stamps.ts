/** Collecting: what is sent to an issuer to be stamped, and its answer, of which every stamp is verified. */

import { concat, fromHex, fromNumber, isHex, toHex, toNumber, utf8 } from "./bytes";
import { blind, BlindSignatureRefused, finalize, prepare, PREFIX_LENGTH } from "./blind_rsa";
import { labelled } from "./encoding";
import { publicKey } from "./hashes";
import { hashOf, type IssuerName, keyOf, type Kind, type Poll } from "./manifest";
import { inPieces, type Progress } from "./progress";
import { AnswerRefused } from "./refused";
import { type Column, Wallet } from "./wallet";

export const STAMP_LENGTH = PREFIX_LENGTH + 256;
const ELEMENT_LENGTH = 256;

/** Values by slot and by subject, in hexadecimal, as they travel. */
export interface StampValues {
  slices: Record<string, string>;
  tokens: Record<string, string>;
}

/** A request with what takes the blinding off again. Can be saved. */
export interface Asked {
  values: StampValues;
  blinded: { kind: Kind; name: string; prepared: Uint8Array; inverse: Uint8Array }[];
}

/** An issuer's stamps (prefix and signature, 288 bytes), verified. Can be saved. */
export interface StampsOfIssuer {
  issuer: IssuerName;
  slices: Record<string, Uint8Array>;
  tokens: Record<string, Uint8Array>;
}

/** What is stamped: kind, poll, column and the one-time key. */
export function stampedMessage(poll: Poll, { kind, name }: Column, key: Uint8Array): Uint8Array {
  return labelled(`stamp-${kind}`, hashOf(poll), utf8(name), key);
}

/** The request to an issuer: one blinded value a column. The same wallet makes the same request. */
export async function ask(poll: Poll, wallet: Wallet, issuer: IssuerName, progress: Progress): Promise<Asked> {
  const asked: Asked = { values: { slices: {}, tokens: {} }, blinded: [] };
  await inPieces(wallet.columns, progress, (column) => {
    const { kind, name } = column;
    const message = stampedMessage(poll, column, publicKey(wallet.oneTimeKey(column)));
    const prepared = prepare(message, wallet.prefix(issuer, column));
    const inverse = wallet.inverse(issuer, column);
    const value = blind(keyOf(poll, issuer, kind, name), prepared, wallet.salt(issuer, column), inverse);
    valuesOf(asked.values, kind)[name] = toHex(value);
    asked.blinded.push({ kind, name, prepared, inverse: fromNumber(inverse, ELEMENT_LENGTH) });
  });
  return asked;
}

/** The stamps in an issuer's answer. Throws `AnswerRefused` when one is missing, too much, or not good. */
export async function take(
  poll: Poll,
  asked: Asked,
  issuer: IssuerName,
  answer: StampValues,
  progress: Progress,
): Promise<StampsOfIssuer> {
  for (const kind of ["slice", "token"] as const) {
    const expected = asked.blinded.filter((column) => column.kind === kind).length;
    if (Object.keys(valuesOf(answer, kind) ?? {}).length !== expected) throw wrong(issuer);
  }
  const stamps: StampsOfIssuer = { issuer, slices: {}, tokens: {} };
  await inPieces(asked.blinded, progress, ({ kind, name, prepared, inverse }) => {
    const value = valuesOf(answer, kind)[name];
    if (!isHex(value, ELEMENT_LENGTH)) throw wrong(issuer);
    let signature: Uint8Array;
    try {
      signature = finalize(keyOf(poll, issuer, kind, name), prepared, fromHex(value), toNumber(inverse));
    } catch (error) {
      if (error instanceof BlindSignatureRefused) throw wrong(issuer);
      throw error;
    }
    const all = kind === "slice" ? stamps.slices : stamps.tokens;
    all[name] = concat(prepared.subarray(0, PREFIX_LENGTH), signature);
  });
  return stamps;
}

/** An issuer's stamp of a column. Throws when it has not stamped that column. */
export function stampOf(stamps: StampsOfIssuer, { kind, name }: Column): Uint8Array {
  const stamp = (kind === "slice" ? stamps.slices : stamps.tokens)[name];
  if (stamp?.length !== STAMP_LENGTH) throw new Error(`issuer ${stamps.issuer} has not stamped ${name}`);
  return stamp;
}

function valuesOf(values: StampValues, kind: Kind): Record<string, string> {
  return kind === "slice" ? values.slices : values.tokens;
}

function wrong(issuer: IssuerName): AnswerRefused {
  const office = issuer === "a" ? "甲" : "乙";
  return new AnswerRefused(`${office}方盖的章与本机的请求不符，没有采用。请再试一次；仍不行请到签领处。`);
}
