/** Personal codes as people type them: 12 characters of Crockford's base 32, in any case, with any separators. */

export const CODE_LENGTH = 12;
const MISTAKEN: Record<string, string> = { O: "0", I: "1", L: "1" };

/** The bare code: full-width characters narrowed, letters that look like digits read as digits. */
export function plainCode(typed: string): string {
  const letters = typed.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/g, "");
  return letters.replace(/[OIL]/g, (letter) => MISTAKEN[letter] ?? letter);
}

/** In groups of four, as on the slip. */
export function grouped(typed: string): string {
  return (plainCode(typed).match(/.{1,4}/g) ?? []).join("-");
}

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** x^5 + x^2 + 1, irreducible over GF(2). */
const FIELD = 0b100101;

/** Whether the last character checks the others, as `ballotbox/services/issuer/codes.py` prints them. */
export function isCode(code: string): boolean {
  const values = [...code].map((character) => DIGITS.indexOf(character));
  if (values.length !== CODE_LENGTH || values.includes(-1)) return false;
  let check = 0;
  for (const value of values.slice(0, -1)) check = double(check) ^ value;
  return double(check) === values[CODE_LENGTH - 1];
}

function double(value: number): number {
  const doubled = value << 1;
  return doubled > 31 ? doubled ^ FIELD : doubled;
}
