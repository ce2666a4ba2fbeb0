/** The signer's side of RFC 9474 for tests, through node's OpenSSL. */

import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, privateDecrypt } from "node:crypto";
import { rsaKey, type RsaKey } from "../src/protocol/blind_rsa";
import { toNumber } from "../src/protocol/bytes";

export interface Signer {
  secret: KeyObject;
  key: RsaKey;
  /** The public key in DER, hexadecimal. */
  der: string;
}

export function newSigner(bits: number = 2048): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "" } = publicKey.export({ format: "jwk" });
  const der = publicKey.export({ format: "der", type: "spki" }).toString("hex");
  return { secret: privateKey, key: rsaKey(toNumber(Buffer.from(n, "base64url")), 65537n), der };
}

/** A signer from the numbers of a test vector, in hexadecimal. */
export function signerOf(numbers: { p: string; q: string; n: string; e: string; d: string }): Signer {
  const [p, q, n, e, d] = [numbers.p, numbers.q, numbers.n, numbers.e, numbers.d].map((text) => BigInt(text)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const jwk = { kty: "RSA", n: b64(n), e: b64(e), d: b64(d), p: b64(p), q: b64(q) };
  const rest = { dp: b64(d % (p - 1n)), dq: b64(d % (q - 1n)), qi: b64(power(q, p - 2n, p)) };
  const secret = createPrivateKey({ key: { ...jwk, ...rest }, format: "jwk" });
  return { secret, key: rsaKey(n, e), der: "" };
}

/** BlindSign. */
export function blindSign(signer: Signer, blinded: Uint8Array): Uint8Array {
  return new Uint8Array(privateDecrypt({ key: signer.secret, padding: constants.RSA_NO_PADDING }, blinded));
}

function b64(value: bigint): string {
  const text = value.toString(16);
  return Buffer.from(text.padStart(text.length + (text.length % 2), "0"), "hex").toString("base64url");
}

function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % n;
    if (bit === "1") result = (result * base) % n;
  }
  return result;
}
