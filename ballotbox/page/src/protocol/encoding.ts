/**
 * The bytes that are stamped, signed, sealed and hashed; byte for byte what `ballotbox/secret/encoding.py` writes.
 *
 * labelled(label, M, part…) = "jiandu-ballot/1 " label LF M ( N(part) part )…, N being the length in four bytes.
 */

import { be32, concat, fromUtf8, utf8 } from "./bytes";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The message of kind `label` in the poll whose manifest has the SHA-256 `manifest`. */
export function labelled(label: string, manifest: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  if (manifest.length !== 32) throw new Error("a message is bound to the whole hash of a manifest");
  const framed = parts.flatMap((part) => [be32(part.length), part]);
  return concat(utf8(`jiandu-ballot/1 ${label}\n`), manifest, ...framed);
}

/** Canonical JSON: keys sorted by code point, no spaces, nothing escaped that need not be, integers only. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("canonical JSON holds integers only");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === undefined) throw new Error(`canonical JSON holds no ${typeof value}`);
  const members = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => byCodePoint(a, b));
  return `{${members.map(([key, member]) => `${quoted(key)}:${canonicalText(member)}`).join(",")}}`;
}

export function canonical(value: unknown): Uint8Array {
  return utf8(canonicalText(value));
}

/** The value of canonical JSON. Throws for anything that `canonical` would write otherwise. */
export function readCanonical(data: Uint8Array): Json {
  return readCanonicalText(fromUtf8(data));
}

export function readCanonicalText(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (canonicalText(value) !== text) throw new Error("not in canonical form");
  return value;
}

/** Order by code points; JavaScript compares UTF-16 units, which puts U+1F600 before U+FF01. */
export function byCodePoint(a: string, b: string): number {
  const [one, other] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < one.length && i < other.length; i += 1) {
    const difference = (one[i]?.codePointAt(0) ?? 0) - (other[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function quoted(text: string): string {
  // Half a surrogate pair has no UTF-8; JSON.stringify would escape it, and nobody else does.
  if (/\p{Cs}/u.test(text)) throw new Error("text holds half a character");
  return JSON.stringify(text);
}
