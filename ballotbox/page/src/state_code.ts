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
