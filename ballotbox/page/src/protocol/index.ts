/** The deputies' protocol, as the screens use it: functions over data that can be saved. */

import * as ballots from "./ballots";
import { fromHex, randomBytes, toHex, utf8 } from "./bytes";
import { entitled, type IssuerName, type Poll, readPoll } from "./manifest";
import { leafHash, RunningRoot } from "./merkle";
import { inPieces, type Progress } from "./progress";
import { type Checkpoint, type Opened, readCheckpoint, readOpening, type Receipt, receiptHolds } from "./receipts";
import { readRecoveryCode, recoveryCode } from "./recovery";
import { AnswerRefused } from "./refused";
import * as stamps from "./stamps";
import { type Keys, Wallet } from "./wallet";

export type { Line, Marks } from "./ballots";
export type { IssuerName, Poll } from "./manifest";
export type { Facts as Manifest } from "./manifest_rules";
export { NoteRefused } from "./notes";
export type { Progress } from "./progress";
export type { Checkpoint, Opened, Receipt } from "./receipts";
export { AnswerRefused, PollRefused } from "./refused";
export type { Asked, StampsOfIssuer, StampValues } from "./stamps";
export type { Keys } from "./wallet";

const SEED_LENGTH = 32;
/** Half as long where a person may have to write it down; it is as good as the 112 bits of RSA-2048, and better. */
const RECOVERABLE_SEED_LENGTH = 16;
const quietly: Progress = () => undefined;

export const protocol = {
  /** Throws `PollRefused` when the bytes have another hash, or are no manifest that this page understands whole. */
  async readPoll(data: Uint8Array, hash: string): Promise<Poll> {
    return readPoll(data, hash);
  },

  /** The subjects on which a deputy has a ballot, in the manifest's order. */
  entitled,

  /** New secrets, from which all else of this deputy in this poll follows; to be saved before they are used. */
  async makeKeys(poll: Poll, subjects: string[]): Promise<Keys> {
    return { seed: randomBytes(poll.manifest.recovery ? RECOVERABLE_SEED_LENGTH : SEED_LENGTH), subjects };
  },

  /** The code that restores these secrets on another phone; null where the poll gives none. */
  recoveryCode(poll: Poll, keys: Keys): string | null {
    return poll.manifest.recovery ? recoveryCode(keys.seed) : null;
  },

  /** The secrets of a lost phone. Throws `AnswerRefused` for a mistyped code, and where the poll gives none. */
  restoreKeys(poll: Poll, subjects: string[], code: string): Keys {
    if (!poll.manifest.recovery) throw new AnswerRefused("本次测评不使用恢复码，请到签领处。");
    return { seed: readRecoveryCode(code), subjects };
  },

  /** The request to an issuer; the same for the same keys. */
  ask(poll: Poll, keys: Keys, issuer: IssuerName, progress: Progress = quietly): Promise<stamps.Asked> {
    return stamps.ask(poll, new Wallet(poll, keys), issuer, progress);
  },

  /** An issuer's stamps, each verified. Throws `AnswerRefused` when one is missing or not good. */
  take(
    poll: Poll,
    asked: stamps.Asked,
    issuer: IssuerName,
    answer: stamps.StampValues,
    progress: Progress = quietly,
  ): Promise<stamps.StampsOfIssuer> {
    return stamps.take(poll, asked, issuer, answer, progress);
  },

  /** The bytes of a sealed envelope. Other bytes each time: save them before they are sent, and send only those. */
  seal(
    poll: Poll,
    keys: Keys,
    a: stamps.StampsOfIssuer,
    b: stamps.StampsOfIssuer,
    subject: string,
    marks: ballots.Marks,
  ): Promise<Uint8Array> {
    return ballots.seal(poll, new Wallet(poll, keys), a, b, subject, marks);
  },

  /** The leaf hash that this envelope must have in the log. */
  leafOf: ballots.leafOf,

  /** Whether the box has signed this receipt; whether it is the right leaf is another question (`leafOf`). */
  receiptHolds(poll: Poll, receipt: Receipt): boolean {
    return receiptHolds(poll, receipt);
  },

  /** The lines of `slices.jsonl` that hold this ballot. */
  async published(
    poll: Poll,
    keys: Keys,
    a: stamps.StampsOfIssuer,
    b: stamps.StampsOfIssuer,
    subject: string,
    marks: ballots.Marks,
  ): Promise<ballots.Line[]> {
    const slices = ballots.slicesOf(poll, new Wallet(poll, keys), a, b, subject, marks);
    return slices.map((slice) => ballots.lineOf(poll, slice));
  },

  /** Throws `NoteRefused` for anything but a checkpoint of this poll's log. */
  readCheckpoint(poll: Poll, note: string): Checkpoint {
    return readCheckpoint(poll, note);
  },

  /** What a team of scrutineers has signed of the opening. Throws `NoteRefused` for anything else. */
  readOpening(poll: Poll, note: string): Opened {
    return readOpening(poll, note);
  },

  /** The root over published lines that both teams sign. */
  slicesRoot(lines: string[], progress: Progress = quietly): Promise<string> {
    return rootOver(lines, (line) => leafHash(utf8(line)), progress);
  },

  /** RFC 6962's root over leaf hashes. Throws for a line that is no hash. */
  rootOf(leafHashes: string[], progress: Progress = quietly): Promise<string> {
    return rootOver(leafHashes, (hash) => fromHex(hash, 32), progress);
  },
};

async function rootOver(lines: string[], hash: (line: string) => Uint8Array, progress: Progress): Promise<string> {
  const tree = new RunningRoot();
  await inPieces(lines, progress, (line) => tree.add(hash(line)));
  return toHex(tree.root());
}
