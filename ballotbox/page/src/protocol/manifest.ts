/** The manifest of a poll, read with distrust: its hash is the hall's, and everything in it is of the expected kind. */

import { fromHex, isHex, toHex, toNumber } from "./bytes";
import { readCanonical } from "./encoding";
import { type RsaKey, rsaKey } from "./blind_rsa";
import { sha256 } from "./hashes";
import { checkManifest, type Facts } from "./manifest_rules";
import { PollRefused } from "./refused";

export type Kind = "slice" | "token";
export type IssuerName = "a" | "b";
export const ISSUERS: readonly IssuerName[] = ["a", "b"];

/** SubjectPublicKeyInfo of RSA-2048 with exponent 65537, in DER: all such keys differ in the modulus alone. */
const RSA_HEAD = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
const RSA_TAIL = "0203010001";
const RSA_BYTES = 256;

/** A poll as the screens see it, and as it can be saved: the hash of the manifest, its bytes and what they say. */
export interface Poll {
  hash: string;
  data: Uint8Array;
  manifest: Facts;
}

/** A column of the count: one question about one subject, or all questions about it. */
export interface Slot {
  name: string;
  subject: string;
  questions: string[];
}

/**
 * Reads a manifest. `hash` is the one that the hall shows. Throws `PollRefused` with a reason in Chinese for other
 * bytes, and for a manifest that this page does not understand whole.
 */
export function readPoll(data: Uint8Array, hash: string): Poll {
  if (!isHex(hash, 32)) throw new PollRefused("会场二维码里的测评编号不完整，请重新扫码。");
  if (toHex(sha256(data)) !== hash) {
    throw new PollRefused("收到的测评公告与会场二维码不一致，可能被人改动过。请不要继续，告知工作人员。");
  }
  let value: unknown;
  try {
    value = readCanonical(data);
  } catch {
    throw new PollRefused("测评公告不是规范格式，不能使用。请告知工作人员。");
  }
  const manifest = checkManifest(value);
  for (const issuer of ISSUERS) {
    for (const keys of [manifest.issuers[issuer].slices, manifest.issuers[issuer].tokens]) {
      for (const der of Object.values(keys)) rsaKeyOf(der);
    }
  }
  return { hash, data, manifest };
}

/** A subject's slices, in the order in which an envelope holds them. */
export function slotsOf(manifest: Facts, subject: string): Slot[] {
  const { questions } = manifest;
  if (manifest.slice_by === "subject") return [{ name: `${subject}/*`, subject, questions }];
  return questions.map((question) => ({ name: `${subject}/${question}`, subject, questions: [question] }));
}

/** The subjects on which a deputy has a ballot: all but those where they are recused. */
export function entitled(poll: Poll, deputy: string): string[] {
  return poll.manifest.subjects.filter((s) => !s.recused.includes(deputy)).map((s) => s.subject);
}

/** An issuer's stamp key of a column. Throws for no column of the poll. */
export function keyOf(poll: Poll, issuer: IssuerName, kind: Kind, column: string): RsaKey {
  const keys = poll.manifest.issuers[issuer][kind === "slice" ? "slices" : "tokens"];
  const der = Object.prototype.hasOwnProperty.call(keys, column) ? keys[column] : undefined;
  if (der === undefined) throw new Error(`no column ${column} in this poll`);
  return rsaKeyOf(der);
}

/** The hash that everything of a poll is bound to. */
export function hashOf(poll: Poll): Uint8Array {
  return fromHex(poll.hash, 32);
}

function rsaKeyOf(der: string): RsaKey {
  const inside = der.slice(RSA_HEAD.length, der.length - RSA_TAIL.length);
  const key = isHex(inside, RSA_BYTES) ? rsaKey(toNumber(fromHex(inside)), 65537n) : undefined;
  if (!der.startsWith(RSA_HEAD) || !der.endsWith(RSA_TAIL) || key?.bits !== 8 * RSA_BYTES || key.n % 2n === 0n) {
    throw new PollRefused("测评公告里有不合规定的盖章密钥（应为 RSA-2048，指数 65537），不能使用。请告知工作人员。");
  }
  return key;
}
