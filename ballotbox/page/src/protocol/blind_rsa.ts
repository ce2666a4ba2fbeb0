/**
 * Blind RSA signatures of RFC 9474, the client's side; the ballot uses RSABSSA-SHA384-PSS-Randomized, RSA-2048.
 *
 * BigInt throughout, in verification too: one way that is the same in every web view, and e = 65537 is cheap.
 */

import { be32, concat, fromNumber, randomBytes, same, toNumber } from "./bytes";
import { sha384 } from "./hashes";

export const PREFIX_LENGTH = 32;
export const SALT_LENGTH = 48;
const HASH_LENGTH = 48;
const TRAILER = 0xbc;

export interface RsaKey {
  n: bigint;
  e: bigint;
  /** Bits of the modulus. */
  bits: number;
}

/** A value is none of this protocol, or a signature does not verify. The message says which. */
export class BlindSignatureRefused extends Error {}

export function rsaKey(n: bigint, e: bigint): RsaKey {
  return { n, e, bits: n.toString(2).length };
}

/** PrepareRandomize: a prefix of 32 bytes before the message; it travels with the signature. */
export function prepare(message: Uint8Array, prefix: Uint8Array): Uint8Array {
  if (prefix.length !== PREFIX_LENGTH) throw new Error("a prefix has 32 bytes");
  return concat(prefix, message);
}

/** Blind: what the signer gets to see. `inverse` is a uniform unit modulo n, and takes the blinding off again. */
export function blind(key: RsaKey, prepared: Uint8Array, salt: Uint8Array, inverse: bigint): Uint8Array {
  const message = toNumber(emsaPss(prepared, key.bits - 1, salt));
  if (gcd(message, key.n) !== 1n) throw new BlindSignatureRefused("the message has a factor in common with the modulus");
  const factor = power(invert(inverse, key.n), key.e, key.n);
  return fromNumber((message * factor) % key.n, sizeOf(key));
}

/** Finalize: the signature of the prepared message. Throws when the signer's answer is wrong. */
export function finalize(
  key: RsaKey,
  prepared: Uint8Array,
  answer: Uint8Array,
  inverse: bigint,
  saltLength: number = SALT_LENGTH,
): Uint8Array {
  const value = toNumber(answer);
  if (answer.length !== sizeOf(key) || value >= key.n) {
    throw new BlindSignatureRefused("this is no number below the modulus in the modulus' length");
  }
  const signature = fromNumber((value * inverse) % key.n, sizeOf(key));
  if (!verifies(key, prepared, signature, saltLength)) {
    throw new BlindSignatureRefused("the signer's answer gives no valid signature");
  }
  return signature;
}

/** RSASSA-PSS verification with SHA-384 and MGF1 with SHA-384 (RFC 8017, section 8.1.2). */
export function verifies(
  key: RsaKey,
  prepared: Uint8Array,
  signature: Uint8Array,
  saltLength: number = SALT_LENGTH,
): boolean {
  const value = toNumber(signature);
  if (signature.length !== sizeOf(key) || value >= key.n) return false;
  const length = Math.ceil((key.bits - 1) / 8);
  const message = power(value, key.e, key.n);
  if (message >> BigInt(8 * length) !== 0n) return false;
  return pssHolds(prepared, fromNumber(message, length), key.bits - 1, saltLength);
}

/** The inverse modulo n, by Euclid on a multiple with a random unit: its steps tell nothing of `value`. */
export function invert(value: bigint, n: bigint): bigint {
  const mask = (toNumber(randomBytes(32)) << 1n) | 1n;
  return (euclid((value * mask) % n, n) * mask) % n;
}

export function gcd(a: bigint, b: bigint): bigint {
  let [one, other] = [a, b];
  while (other !== 0n) [one, other] = [other, one % other];
  return one;
}

function euclid(value: bigint, n: bigint): bigint {
  let [rest, next, factor, nextFactor] = [n, value, 0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  if (rest !== 1n) throw new BlindSignatureRefused("a value has a factor in common with the modulus");
  return factor < 0n ? factor + n : factor;
}

/** Square and multiply, for public exponents only. */
function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % n;
    if (bit === "1") result = (result * base) % n;
  }
  return result;
}

function sizeOf(key: RsaKey): number {
  return Math.ceil(key.bits / 8);
}

/** EMSA-PSS-ENCODE (RFC 8017, section 9.1.1). */
function emsaPss(message: Uint8Array, bits: number, salt: Uint8Array): Uint8Array {
  const length = Math.ceil(bits / 8);
  const hash = sha384(concat(new Uint8Array(8), sha384(message), salt));
  const data = new Uint8Array(length - HASH_LENGTH - 1);
  data[data.length - salt.length - 1] = 1;
  data.set(salt, data.length - salt.length);
  const masked = masking(data, hash);
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return concat(masked, hash, Uint8Array.of(TRAILER));
}

/** EMSA-PSS-VERIFY (RFC 8017, section 9.1.2). */
function pssHolds(message: Uint8Array, encoded: Uint8Array, bits: number, saltLength: number): boolean {
  const split = encoded.length - HASH_LENGTH - 1;
  const spare = 8 * encoded.length - bits;
  if (split < saltLength + 1 || encoded[encoded.length - 1] !== TRAILER) return false;
  const masked = encoded.subarray(0, split);
  if ((masked[0] ?? 0) >> (8 - spare) !== 0) return false;
  const hash = encoded.subarray(split, split + HASH_LENGTH);
  const data = masking(masked, hash);
  data[0] = (data[0] ?? 0) & (0xff >> spare);
  const at = split - saltLength - 1;
  if (data.subarray(0, at).some((byte) => byte !== 0) || data[at] !== 1) return false;
  const salt = data.subarray(at + 1);
  return same(hash, sha384(concat(new Uint8Array(8), sha384(message), salt)));
}

function masking(data: Uint8Array, seed: Uint8Array): Uint8Array {
  const masked = data.slice();
  for (let block = 0; block * HASH_LENGTH < data.length; block += 1) {
    const mask = sha384(concat(seed, be32(block)));
    for (let i = 0; i < HASH_LENGTH && block * HASH_LENGTH + i < data.length; i += 1) {
      masked[block * HASH_LENGTH + i] = (data[block * HASH_LENGTH + i] ?? 0) ^ (mask[i] ?? 0);
    }
  }
  return masked;
}
