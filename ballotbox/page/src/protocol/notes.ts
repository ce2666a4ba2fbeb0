/** Signed notes as C2SP defines them (c2sp.org/signed-note): a text, an empty line, Ed25519 signatures under it. */

import { concat, fromBase64, fromHex, same, toHex, utf8 } from "./bytes";
import { KEY_LENGTH, sha256, signedBy } from "./hashes";

const ED25519 = 1;
const ID_LENGTH = 4;
const SIGNATURE_PREFIX = "\u2014 ";

export interface NoteKey {
  name: string;
  id: string;
  public: Uint8Array;
}

/** A note is malformed, or no key that we trust has signed it, or its signature is wrong. */
export class NoteRefused extends Error {}

/** Reads a key as it is written, `name+id+key`. Throws. */
export function parseNoteKey(text: string): NoteKey {
  const [name, id, ...rest] = text.split("+");
  const data = fromBase64(rest.join("+"));
  if (!name || /[\s]/u.test(name) || id === undefined) throw new NoteRefused("a note key is written name+id+key");
  if (data[0] !== ED25519 || data.length !== 1 + KEY_LENGTH) throw new NoteRefused("this is no Ed25519 key");
  const expected = sha256(concat(utf8(`${name}\n`), data)).subarray(0, ID_LENGTH);
  if (!same(expected, fromHex(id, ID_LENGTH))) throw new NoteRefused("the id of a key is not that of the key itself");
  return { name, id, public: data.subarray(1) };
}

/** The text of a note, unchecked. Throws for something that is no note. */
export function textOf(note: string): string {
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.startsWith(SIGNATURE_PREFIX, at + 2) || !note.endsWith("\n")) {
    throw new NoteRefused("this is no signed note: an empty line and a signature line must end it");
  }
  return note.slice(0, at + 1);
}

/** The text of a note that at least one of `keys` has signed. Throws for none, and for a wrong signature of one. */
export function openNote(note: string, keys: NoteKey[]): string {
  const text = textOf(note);
  let signed = false;
  for (const line of note.slice(text.length + 1, -1).split("\n")) {
    const { name, id, signature } = signatureOf(line);
    const key = keys.find((known) => known.name === name && known.id === id);
    if (key === undefined) continue; // others may sign the same note
    if (!signedBy(key.public, utf8(text), signature)) throw new NoteRefused("a signature does not fit the text");
    signed = true;
  }
  if (!signed) throw new NoteRefused("none of the known keys has signed this note");
  return text;
}

/** How many of these keys have signed a note. A wrong signature in a key's name is none. */
export function signersOf(note: string, keys: NoteKey[]): number {
  return keys.filter((key) => {
    try {
      openNote(note, [key]);
      return true;
    } catch {
      return false;
    }
  }).length;
}

function signatureOf(line: string): { name: string; id: string; signature: Uint8Array } {
  const at = line.indexOf(" ", SIGNATURE_PREFIX.length);
  if (!line.startsWith(SIGNATURE_PREFIX) || at < 0) throw new NoteRefused("a signature line is malformed");
  let data: Uint8Array;
  try {
    data = fromBase64(line.slice(at + 1));
  } catch {
    throw new NoteRefused("a signature is not base64");
  }
  if (data.length <= ID_LENGTH) throw new NoteRefused("a signature line is malformed");
  return {
    name: line.slice(SIGNATURE_PREFIX.length, at),
    id: toHex(data.subarray(0, ID_LENGTH)),
    signature: data.subarray(ID_LENGTH),
  };
}
