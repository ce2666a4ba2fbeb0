/** Hashes, key derivation and one-time signatures, from the noble libraries: the same in every web view, and at once. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256, sha384 as nobleSha384 } from "@noble/hashes/sha2.js";

export const KEY_LENGTH = 32;
export const SIGNATURE_LENGTH = 64;

export function sha256(data: Uint8Array): Uint8Array {
  return nobleSha256(data);
}

export function sha384(data: Uint8Array): Uint8Array {
  return nobleSha384(data);
}

/** HKDF-Extract with SHA-256 (RFC 5869). */
export function hkdfExtract(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return extract(nobleSha256, secret, salt);
}

/** HKDF-Expand with SHA-256 (RFC 5869). */
export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return expand(nobleSha256, key, info, length);
}

/** The public key of a 32-byte Ed25519 seed. */
export function publicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** An Ed25519 signature (RFC 8032): always the same for the same message. */
export function sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

/** Whether the key of these bytes has signed the message, by the strict rules of RFC 8032. */
export function signedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false; // bytes that are no point of the curve
  }
}
