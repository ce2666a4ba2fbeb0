/** Bytes: hexadecimal, base64, UTF-8, big numbers, and comparison. */

const HEX = /^(?:[0-9a-f]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const encoder = new TextEncoder();
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** Whether a text is lower-case hexadecimal digits, of `size` bytes if given. */
export function isHex(text: unknown, size?: number): text is string {
  return typeof text === "string" && HEX.test(text) && (size === undefined || text.length === 2 * size);
}

/** Throws for anything but lower-case hexadecimal digits, of `size` bytes if given. */
export function fromHex(text: string, size?: number): Uint8Array {
  if (!isHex(text, size)) throw new Error("not the expected lower-case hexadecimal digits");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Throws for bytes that are no UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Throws for anything but base64 with its padding. */
export function fromBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new Error("not base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A length as four bytes, most significant first. */
export function be32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** The number of these bytes, most significant first. */
export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** A number below 256^size in `size` bytes, most significant first. */
export function fromNumber(value: bigint, size: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * size, "0"), size);
}

export function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
