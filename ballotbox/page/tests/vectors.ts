/** The published vectors, in the same files from which the Python side is tested. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The tests run in the page's folder. */
const FOLDER = join(process.cwd(), "..", "..", "tests", "ballotbox", "secret");

export function vectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as T;
}

export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}

/** The same bytes with one bit changed. */
export function spoiled(data: Uint8Array, place: number, bit: number = 1): Uint8Array {
  if (place >= data.length) throw new Error("no such byte");
  const copy = data.slice();
  copy[place] = (copy[place] ?? 0) ^ bit;
  return copy;
}
