/** What a screen gets, and what it gives. */

import type { Phase } from "../api";
import type { Session } from "../state";
import type { IssuerName, Poll } from "../protocol/index";
import type { Child } from "./dom";

export type Screen =
  | { name: "welcome" }
  | { name: "recover" }
  | { name: "identify"; issuer: IssuerName }
  | { name: "collect" }
  | { name: "overview" }
  | { name: "fill"; index: number }
  | { name: "table" }
  | { name: "review" }
  | { name: "cast" }
  | { name: "receipts" }
  | { name: "check" }
  | { name: "leave" };

export interface Shown {
  title: string;
  body: Child[];
  /** Of the four steps, from 0; none outside them. */
  step?: number;
  /** Told when the board's phase is another one. */
  phaseChanged?: () => void;
  /** Told when the screen goes away. */
  gone?: () => void;
}

export interface App {
  readonly session: Session;
  readonly phase: Phase | null;
  /** The filling by one table of all subjects, as on paper. */
  readonly tableView: boolean;
  setTableView(on: boolean): void;
  /** A code from a slip's link that was not used yet. */
  slip(issuer: IssuerName): string;
  go(screen: Screen): void;
  /** The screen where a deputy who comes back goes on. */
  home(): void;
  /** The last page of all: this poll's parts are gone. */
  erased(): void;
}

export function subjectName(poll: Poll, subject: string): string {
  return poll.manifest.labels.subjects[subject] ?? subject;
}

export function questionName(poll: Poll, question: string): string {
  return poll.manifest.labels.questions[question] ?? question;
}

export function codeName(poll: Poll, code: string): string {
  return poll.manifest.labels.codes[code] ?? KNOWN[code] ?? code;
}

const KNOWN: Record<string, string> = { abstain: "弃权", blank: "不填" };
