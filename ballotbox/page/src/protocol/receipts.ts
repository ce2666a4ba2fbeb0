/** What the box and the board say, and who has signed it. */

import { fromBase64, fromHex, isHex, toBase64, toHex } from "./bytes";
import { labelled, readCanonicalText } from "./encoding";
import { signedBy } from "./hashes";
import { hashOf, type Poll } from "./manifest";
import { NoteRefused, parseNoteKey, signersOf, textOf } from "./notes";

export const FIRST_ENTRY = 5;

/** The box's promise that a leaf will be in the log. */
export interface Receipt {
  type: string;
  manifest: string;
  leaf: string;
  signature: string;
}

/** A checkpoint of the log whose signatures were looked at. */
export interface Checkpoint {
  size: number;
  root: string;
  byLog: boolean;
  /** How many of the manifest's witnesses have co-signed. */
  witnesses: number;
}

/** What a team of scrutineers got out of the box. */
export interface Opened {
  team: number;
  logRoot: string;
  slices: number;
  slicesRoot: string;
  setAside: { leaf: number; reason: string }[];
  unopened: string[];
  /** How many of the manifest's scrutineers have signed. */
  scrutineers: number;
}

/** Whether this poll's box has given this receipt. */
export function receiptHolds(poll: Poll, receipt: Receipt): boolean {
  if (receipt.type !== "jiandu-ballot-receipt/1" || receipt.manifest !== poll.hash) return false;
  if (!isHex(receipt.leaf, 32) || !isHex(receipt.signature, 64)) return false;
  const message = labelled("receipt", hashOf(poll), fromHex(receipt.leaf));
  return signedBy(fromHex(poll.manifest.receipt_key), message, fromHex(receipt.signature));
}

/** What a checkpoint says. Throws `NoteRefused` for anything but a checkpoint of this poll's log. */
export function readCheckpoint(poll: Poll, note: string): Checkpoint {
  const text = textOf(note);
  const [origin, size = "", encoded = "", ...rest] = text.split("\n");
  if (origin !== `jiandu-ballot-log/1/${poll.hash}` || rest.length !== 1) {
    throw new NoteRefused("this is no checkpoint of this poll's log");
  }
  const root = fromBase64(encoded);
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(size) || root.length !== 32 || toBase64(root) !== encoded) {
    throw new NoteRefused("a checkpoint's numbers are written one way only");
  }
  const { log_key, witness_keys } = poll.manifest;
  return {
    size: Number(size),
    root: toHex(root),
    byLog: signersOf(note, [parseNoteKey(log_key)]) === 1,
    witnesses: signersOf(note, witness_keys.map(parseNoteKey)),
  };
}

/** What a team has signed of the opening. Throws `NoteRefused` for anything else. */
export function readOpening(poll: Poll, note: string): Opened {
  const [head, manifest, body = "", ...rest] = textOf(note).split("\n");
  if (head !== "jiandu-ballot-statement/1 opening" || manifest !== poll.hash || rest.length !== 1) {
    throw new NoteRefused("this is no statement of an opening in this poll");
  }
  const said = readCanonicalText(body) as Record<string, unknown> | null;
  const { team, log_root, slices, slices_root, set_aside, unopened } = said ?? {};
  const fits =
    Number.isSafeInteger(team) &&
    isHex(log_root, 32) &&
    Number.isSafeInteger(slices) &&
    isHex(slices_root, 32) &&
    Array.isArray(set_aside) &&
    set_aside.every(isSetAside) &&
    Array.isArray(unopened) &&
    unopened.every((subject) => typeof subject === "string");
  if (!fits) throw new NoteRefused("a statement of an opening has other fields");
  return {
    team: team as number,
    logRoot: log_root,
    slices: slices as number,
    slicesRoot: slices_root,
    setAside: (set_aside as { leaf: number; reason: string }[]).map(({ leaf, reason }) => ({ leaf, reason })),
    unopened: unopened as string[],
    scrutineers: signersOf(note, poll.manifest.scrutineer_keys.map(parseNoteKey)),
  };
}

function isSetAside(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { leaf, reason } = value as Record<string, unknown>;
  return Number.isSafeInteger(leaf) && typeof reason === "string";
}
