/**
 * Checking 核对: the phone takes the board's files whole, as everybody does, and looks for its own leaves and slices.
 *
 * It asks for nothing by number: whoever keeps the board's log learns that somebody looked, not for what.
 */

import * as api from "./api";
import type { Checked, Fault, Found, Sealed, Session } from "./state";
import { type Line, type Opened, NoteRefused, protocol } from "./protocol/index";

const TEAMS = ["opening-1.note", "opening-2.note"];
const SCRUTINEERS = 3;

/** What the board shows now of this phone's ballots; saved. Throws `api.Unreachable` and `api.Refused`. */
export async function check(session: Session): Promise<Checked> {
  const { phase } = await api.phaseOf(session.poll.hash);
  const faults: Fault[] = [];
  const leaves = await linesOf(session, "leaves.txt");
  const ended = phase !== "collecting" && phase !== "casting";
  await checkLog(session, leaves, ended, faults);
  const subjects = logged(session, leaves, ended);
  const rows = phase === "published" ? await counted(session, leaves, subjects, faults) : 0;
  const checked: Checked = { phase, subjects, rows, faults };
  await session.check(checked);
  return checked;
}

/** The log against its signed checkpoint. */
async function checkLog(session: Session, leaves: string[], ended: boolean, faults: Fault[]): Promise<void> {
  const { poll } = session;
  const note = await api.boardText(poll.hash, "checkpoint.note");
  try {
    const checkpoint = protocol.readCheckpoint(poll, note);
    // The log may have grown between the two files: the checkpoint speaks of its first leaves.
    const covered = leaves.slice(0, checkpoint.size);
    if (!checkpoint.byLog) faults.push("checkpoint");
    if (covered.length < checkpoint.size || (await protocol.rootOf(covered)) !== checkpoint.root) faults.push("log");
    if (ended && checkpoint.witnesses < poll.manifest.witness_quorum) faults.push("witnesses");
  } catch (error) {
    faults.push(error instanceof NoteRefused ? "checkpoint" : "log");
  }
}

/** The receipts against the log. */
function logged(session: Session, leaves: string[], ended: boolean): Record<string, Found> {
  const all = new Set(leaves);
  const without: Found = ended ? "missing" : "waiting";
  return Object.fromEntries(
    session.subjects.map((subject) => {
      const kept = session.receipts[subject];
      return [subject, kept && all.has(kept.receipt.leaf) ? "logged" : kept ? without : "not_cast"];
    }),
  );
}

/** The slices against the published ones; changes `subjects`, gives the number of rows found. */
async function counted(
  session: Session,
  leaves: string[],
  subjects: Record<string, Found>,
  faults: Fault[],
): Promise<number> {
  const lines = await linesOf(session, "slices.jsonl");
  const opened = await openings(session, lines, faults);
  const exact = new Set(lines);
  let rows = 0;
  for (const ballot of session.sealed ?? []) {
    const kept = session.receipts[ballot.subject];
    // An envelope cast by another phone holds other slices than this one knows.
    if (subjects[ballot.subject] !== "logged" || !kept || kept.other) continue;
    const mine = await slicesOf(session, ballot);
    const found = mine.filter((slice) => exact.has(slice.line));
    if (found.length === mine.length) {
      subjects[ballot.subject] = "counted";
      rows += found.reduce((sum, slice) => sum + slice.rows, 0);
    } else if (opened?.unopened.includes(ballot.subject)) subjects[ballot.subject] = "unopened";
    else if (opened?.setAside.some((aside) => leaves[aside.leaf] === kept.receipt.leaf)) {
      subjects[ballot.subject] = "set_aside";
    } else {
      const lost = mine.filter((slice) => !exact.has(slice.line));
      const changed = lost.some((slice) => lines.some((line) => line.includes(slice.key)));
      subjects[ballot.subject] = changed ? "altered" : "missing";
    }
  }
  return rows;
}

/** What both teams say alike of the published lines. */
async function openings(session: Session, lines: string[], faults: Fault[]): Promise<Opened | null> {
  const { poll } = session;
  const root = await protocol.slicesRoot(lines);
  let opened: Opened | null = null;
  let agreed = true;
  for (const name of TEAMS) {
    const note = await api.boardText(poll.hash, name);
    try {
      opened = protocol.readOpening(poll, note);
      agreed &&= opened.scrutineers >= SCRUTINEERS && opened.slicesRoot === root;
    } catch (error) {
      if (!(error instanceof NoteRefused)) throw error;
      agreed = false;
    }
  }
  if (!agreed) faults.push("openings");
  return opened;
}

async function linesOf(session: Session, file: string): Promise<string[]> {
  return (await api.boardText(session.poll.hash, file)).split("\n").filter((line) => line !== "");
}

function slicesOf({ poll, keys, stamps }: Session, ballot: Sealed): Promise<Line[]> {
  if (!keys || !stamps.a || !stamps.b) throw new Error("what was sealed had keys and stamps");
  return protocol.published(poll, keys, stamps.a, stamps.b, ballot.subject, ballot.marks);
}
