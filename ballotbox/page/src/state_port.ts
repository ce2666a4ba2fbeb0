/**
 * What the screens need of the protocol. `protocol/` gives it; everything that is kept can be cloned into IndexedDB.
 *
 * Long work tells its progress by finished columns and gives the screen time to paint in between.
 */

export type IssuerName = "a" | "b";

export interface Subject {
  subject: string;
  recused: string[];
}

/** The public facts of a poll, as `ballotbox/secret/manifest.py` writes them. */
export interface Manifest {
  town: string;
  poll: string;
  event: string;
  phases: Record<string, string>;
  mode: "phones" | "mixed";
  recovery: boolean;
  one_operator: boolean;
  services: { a: string; b: string; box: string };
  labels: { subjects: Record<string, string>; questions: Record<string, string>; codes: Record<string, string> };
  slice_by: "question" | "subject";
  subjects: Subject[];
  questions: string[];
  codes: string[];
  witness_quorum: number;
}

export interface Poll {
  hash: string;
  data: Uint8Array;
  manifest: Manifest;
}

/** Codes by question; a question left out is `blank`. */
export type Marks = Record<string, string>;

/** Values by slot and by subject, lower-case hexadecimal, as they travel. */
export interface StampValues {
  slices: Record<string, string>;
  tokens: Record<string, string>;
}

export interface Receipt {
  type: string;
  manifest: string;
  leaf: string;
  signature: string;
}

export type Progress = (done: number, of: number) => void;

/** What a phone makes once: its one-time keys, by column. */
export type Keys = unknown;
/** A blinded request together with what is needed to take the blinding off again. */
export interface Asked {
  values: StampValues;
}
/** An issuer's stamps, checked. */
export type StampsOfIssuer = unknown;

/** A checkpoint of the log whose signatures were looked at. */
export interface Checkpoint {
  size: number;
  root: string;
  /** Whether the poll's log has signed it. */
  byLog: boolean;
  /** How many of the manifest's witnesses have. */
  witnesses: number;
}

/** What a team got out of the box. */
export interface Opened {
  slicesRoot: string;
  setAside: { leaf: number; reason: string }[];
  unopened: string[];
  /** How many of the scrutineers have signed it. */
  scrutineers: number;
}

export interface Protocol {
  /** Throws when the bytes have another hash, or are no canonical manifest that this page can read. */
  readPoll(data: Uint8Array, hash: string): Promise<Poll>;
  entitled(poll: Poll, deputy: string): string[];
  makeKeys(poll: Poll, subjects: string[]): Promise<Keys>;
  ask(poll: Poll, keys: Keys, issuer: IssuerName, progress: Progress): Promise<Asked>;
  /** Throws when one stamp of the answer is missing or not good. */
  take(poll: Poll, asked: Asked, issuer: IssuerName, answer: StampValues, progress: Progress): Promise<StampsOfIssuer>;
  /** The bytes of the sealed envelope. */
  seal(poll: Poll, keys: Keys, a: StampsOfIssuer, b: StampsOfIssuer, subject: string, marks: Marks): Promise<Uint8Array>;
  /** The leaf hash that this envelope must have in the log. */
  leafOf(poll: Poll, envelope: Uint8Array): string;
  receiptHolds(poll: Poll, receipt: Receipt): boolean;
  /** The lines of `slices.jsonl` that hold this ballot, each with its slice's key. */
  published(
    poll: Poll,
    keys: Keys,
    a: StampsOfIssuer,
    b: StampsOfIssuer,
    subject: string,
    marks: Marks,
  ): Promise<{ key: string; line: string; rows: number }[]>;
  /** Throws for anything but a checkpoint of this poll's log. */
  readCheckpoint(poll: Poll, note: string): Checkpoint;
  /** What a team of scrutineers has signed of the opening. Throws for anything else. */
  readOpening(poll: Poll, note: string): Opened;
  /** The root over published lines that both teams sign. */
  slicesRoot(lines: string[]): Promise<string> | string;
  /** RFC 6962's root over leaf hashes. */
  rootOf(leafHashes: string[]): Promise<string> | string;
}
