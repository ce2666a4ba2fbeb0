/** Where a deputy stands in a poll: everything follows from the parts that are saved, never from what a tab remembers. */

import type { BoardPhase, Who } from "./api";
import { type Asked, type IssuerName, type Keys, type Marks, type Poll, type Receipt, type StampsOfIssuer, protocol } from "./protocol/index";
import type { Store } from "./store";

/** A sealed ballot on a subject. `marks` are kept to find them again in the published count. */
export interface Sealed {
  subject: string;
  marks: Marks;
  bytes: Uint8Array;
}

/** `other`: the box had an envelope of this token before, with other bytes; that one stands. */
export interface Kept {
  receipt: Receipt;
  other: boolean;
}

/** What the board's files show of a subject's ballot. */
export type Found =
  | "not_cast"
  | "waiting"
  | "logged"
  | "counted"
  | "unopened"
  | "set_aside"
  | "altered"
  | "missing";

/** What is wrong with the board's files themselves. */
export type Fault = "checkpoint" | "log" | "witnesses" | "openings";

/** What the last look at the board showed. */
export interface Checked {
  phase: BoardPhase;
  subjects: Record<string, Found>;
  /** Rows found in the published count. */
  rows: number;
  faults: Fault[];
}

export type Stage = "identify" | "collect" | "fill" | "cast" | "receipts";

export const ISSUERS: IssuerName[] = ["a", "b"];
/** What a row holds that was left without a mark. */
export const BLANK = "blank";

/** The name of the part that remembers which poll the hall's code named last. */
export const CURRENT = "current";

/** The part that keeps a personal code until it is used: a slip names no poll. */
export function slipKey(issuer: IssuerName): string {
  return `slip-${issuer}`;
}

/** A deputy's poll on this phone: a copy in memory of what is saved, each part saved before it is used. */
export class Session {
  codes: Partial<Record<IssuerName, string>> = {};
  who: Who | null = null;
  keys: Keys | null = null;
  asked: Partial<Record<IssuerName, Asked>> = {};
  stamps: Partial<Record<IssuerName, StampsOfIssuer>> = {};
  drafts: Record<string, Marks> = {};
  sealed: Sealed[] | null = null;
  receipts: Record<string, Kept> = {};
  checked: Checked | null = null;
  recovery: string | null = null;

  private constructor(
    readonly poll: Poll,
    readonly store: Store,
  ) {}

  static async load(poll: Poll, store: Store): Promise<Session> {
    const session = new Session(poll, store);
    const get = <T>(part: string): Promise<T | undefined> => store.get<T>(session.key(part));
    for (const issuer of ISSUERS) {
      const [code, asked, stamps] = await Promise.all([
        get<string>(`code-${issuer}`),
        get<Asked>(`asked-${issuer}`),
        get<StampsOfIssuer>(`stamps-${issuer}`),
      ]);
      if (code !== undefined) session.codes[issuer] = code;
      if (asked !== undefined) session.asked[issuer] = asked;
      if (stamps !== undefined) session.stamps[issuer] = stamps;
    }
    session.who = (await get<Who>("who")) ?? null;
    session.keys = (await get<Keys>("keys")) ?? null;
    session.drafts = (await get<Record<string, Marks>>("drafts")) ?? {};
    session.sealed = (await get<Sealed[]>("sealed")) ?? null;
    session.recovery = (await get<string>("recovery")) ?? null;
    session.checked = (await get<Checked>("checked")) ?? null;
    for (const subject of session.subjects) {
      const kept = await get<Kept>(`receipt-${subject}`);
      if (kept !== undefined) session.receipts[subject] = kept;
    }
    return session;
  }

  get subjects(): string[] {
    return this.who?.subjects ?? [];
  }

  get questions(): string[] {
    return this.poll.manifest.questions;
  }

  get stage(): Stage {
    if (this.sealed) return this.subjects.every((s) => this.receipts[s]) ? "receipts" : "cast";
    if (this.stamps.a && this.stamps.b) return "fill";
    return this.codes.a !== undefined && this.codes.b !== undefined ? "collect" : "identify";
  }

  /** Rows of a subject that have a mark, 不填 chosen on purpose included. */
  marked(subject: string): number {
    return this.questions.filter((q) => this.drafts[subject]?.[q] !== undefined).length;
  }

  done(subject: string): boolean {
    return this.marked(subject) === this.questions.length;
  }

  get doneCount(): number {
    return this.subjects.filter((s) => this.done(s)).length;
  }

  get receiptCount(): number {
    return this.subjects.filter((s) => this.receipts[s]).length;
  }

  key(part: string): string {
    return `${this.poll.hash}/${part}`;
  }

  async identified(issuer: IssuerName, code: string, who: Who): Promise<void> {
    await this.store.put(this.key("who"), who);
    await this.store.put(this.key(`code-${issuer}`), code);
    await this.store.remove(slipKey(issuer));
    this.who = who;
    this.codes[issuer] = code;
  }

  /** Null before there are keys, and where the poll gives no code. */
  get recoveryCode(): string | null {
    return this.keys && protocol.recoveryCode(this.poll, this.keys);
  }

  /** The code of a lost phone, before this one makes keys of its own. Throws for what is no recovery code. */
  async recover(code: string): Promise<void> {
    protocol.restoreKeys(this.poll, [], code);
    await this.store.put(this.key("recovery"), code);
    this.recovery = code;
  }

  /** Asks for the codes again. Once there are keys they stay this deputy's: another one's code is then refused. */
  async forgetIdentity(): Promise<void> {
    await this.store.remove(this.key("code-a"), this.key("code-b"));
    this.codes = {};
    if (this.keys) return;
    await this.store.remove(this.key("who"));
    this.who = null;
  }

  async mark(subject: string, question: string, code: string): Promise<void> {
    this.drafts[subject] = { ...this.drafts[subject], [question]: code };
    await this.store.put(this.key("drafts"), this.drafts);
  }

  async check(checked: Checked): Promise<void> {
    await this.store.put(this.key("checked"), checked);
    this.checked = checked;
  }
}
