/**
 * The recovery code: the 16-byte seed of a wallet for polls over days, in Crockford's base32 with a checksum.
 *
 * 18 bytes (seed, and the first two of SHA-256("jiandu-ballot/1 recovery" LF seed)) are 29 characters, the last of which
 * carries one bit of padding; written in groups, read without regard for case, spaces and dashes, I L as 1, O as 0.
 * Whoever holds the code sees and casts its deputy's vote.
 */

import { concat, same, utf8 } from "./bytes";
import { sha256 } from "./hashes";
import { AnswerRefused } from "./refused";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SEED_LENGTH = 16;
const CHECK_LENGTH = 2;
const CODE_LENGTH = 29;
const GROUP = 5;

/** The code of a 16-byte seed, in groups of five characters. */
export function recoveryCode(seed: Uint8Array): string {
  if (seed.length !== SEED_LENGTH) throw new Error("only a seed of 16 bytes has a recovery code");
  let [code, bits, held] = ["", 0, 0];
  for (const byte of concat(seed, checksum(seed))) {
    [held, bits] = [(held << 8) | byte, bits + 8];
    while (bits >= 5) {
      bits -= 5;
      code += ALPHABET[held >> bits];
      held &= (1 << bits) - 1;
    }
  }
  if (bits > 0) code += ALPHABET[held << (5 - bits)];
  return (code.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}

/** The seed of a typed code. Throws `AnswerRefused` with a reason in Chinese. */
export function readRecoveryCode(typed: string): Uint8Array {
  const code = typed.toUpperCase().replace(/[\s-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
  if (code.length !== CODE_LENGTH) {
    throw new AnswerRefused(`恢复码有 ${CODE_LENGTH} 个字符，现在是 ${code.length} 个，请核对。`);
  }
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const character of code) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw new AnswerRefused(`恢复码里没有“${character}”这个字符，请核对。`);
    [held, bits] = [(held << 5) | value, bits + 5];
    if (bits >= 8) {
      bits -= 8;
      bytes.push(held >> bits);
      held &= (1 << bits) - 1;
    }
  }
  const [seed, check] = [Uint8Array.from(bytes.slice(0, SEED_LENGTH)), Uint8Array.from(bytes.slice(SEED_LENGTH))];
  if (held !== 0 || !same(check, checksum(seed))) throw new AnswerRefused("恢复码有一处抄错，请逐字核对。");
  return seed;
}

function checksum(seed: Uint8Array): Uint8Array {
  return sha256(concat(utf8("jiandu-ballot/1 recovery\n"), seed)).subarray(0, CHECK_LENGTH);
}
