/**
 * A deputy's secrets in a poll. All of them follow from one seed and the manifest's hash M, by HKDF-SHA256 (RFC 5869):
 *
 *     PRK = HKDF-Extract(salt = M, seed);   secret = HKDF-Expand(PRK, labelled(label, M, part…), length)
 *
 * | label          | parts                          | bytes | what                                                  |
 * |----------------|--------------------------------|-------|-------------------------------------------------------|
 * | phone-key      | kind, column                   | 32    | Ed25519 seed of a slice's or token's one-time key      |
 * | phone-prefix   | issuer, kind, column           | 32    | RFC 9474's random prefix                               |
 * | phone-salt     | issuer, kind, column           | 48    | salt of PSS                                            |
 * | phone-inverse  | issuer, kind, column, attempt  | 256   | a number; the first that is a unit modulo n is taken   |
 *
 * The same seed makes the same requests, so that a code that holds it restores a lost phone: the issuers answer a
 * repeated request, and no other. What seals an envelope stays random.
 */

import { toNumber, utf8 } from "./bytes";
import { gcd } from "./blind_rsa";
import { labelled } from "./encoding";
import { hkdfExpand, hkdfExtract } from "./hashes";
import { hashOf, type IssuerName, keyOf, type Kind, type Poll, slotsOf } from "./manifest";

/** What a phone keeps of its secrets: can be cloned and saved. */
export interface Keys {
  seed: Uint8Array;
  /** Subjects on which this deputy has a ballot, in the manifest's order. */
  subjects: string[];
}

export interface Column {
  kind: Kind;
  /** A slice's name, or the subject of a token. */
  name: string;
}

export class Wallet {
  private readonly prk: Uint8Array;

  constructor(
    private readonly poll: Poll,
    private readonly keys: Keys,
  ) {
    this.prk = hkdfExtract(hashOf(poll), keys.seed);
  }

  get subjects(): string[] {
    return this.keys.subjects;
  }

  /** Everything that is to be stamped: all slices, then all tokens. */
  get columns(): Column[] {
    const { manifest } = this.poll;
    const slots = this.subjects.flatMap((subject) => slotsOf(manifest, subject));
    return [
      ...slots.map(({ name }): Column => ({ kind: "slice", name })),
      ...this.subjects.map((name): Column => ({ kind: "token", name })),
    ];
  }

  /** The Ed25519 seed of a column's one-time key. */
  oneTimeKey({ kind, name }: Column): Uint8Array {
    return this.derive("phone-key", 32, utf8(kind), utf8(name));
  }

  prefix(issuer: IssuerName, column: Column): Uint8Array {
    return this.derive("phone-prefix", 32, ...parts(issuer, column));
  }

  salt(issuer: IssuerName, column: Column): Uint8Array {
    return this.derive("phone-salt", 48, ...parts(issuer, column));
  }

  /** A uniform unit modulo the issuer's key: numbers at or above the modulus are thrown away, never reduced. */
  inverse(issuer: IssuerName, column: Column): bigint {
    const { n } = keyOf(this.poll, issuer, column.kind, column.name);
    for (let attempt = 0; attempt < 256; attempt += 1) {
      const drawn = this.derive("phone-inverse", 256, ...parts(issuer, column), Uint8Array.of(attempt));
      const value = toNumber(drawn);
      if (value > 0n && value < n && gcd(value, n) === 1n) return value;
    }
    throw new Error("no unit in 256 draws"); // less likely than 2^-256
  }

  private derive(label: string, length: number, ...of: Uint8Array[]): Uint8Array {
    return hkdfExpand(this.prk, labelled(label, hashOf(this.poll), ...of), length);
  }
}

function parts(issuer: IssuerName, column: Column): Uint8Array[] {
  return [utf8(issuer), utf8(column.kind), utf8(column.name)];
}
