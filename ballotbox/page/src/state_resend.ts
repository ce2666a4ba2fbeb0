/**
 * Sending again 重新送达: a box that was restored from an old backup says on the board that envelopes are missing.
 *
 * The phone then sends the same bytes as before, and expects the same receipts. It does so once for each announcement;
 * how far it came is saved, and what was begun is finished also when the announcement is gone: ballots that were not in
 * the log yet are in no announcement.
 */

import * as api from "./api";
import { gapFor, shuffle } from "./state_cast";
import type { Sealed, Session } from "./state";

const FIRST_MS = 2_000;
const LONGEST_MS = 120_000;
const OPEN: ReadonlySet<api.BoardPhase> = new Set(["casting", "closed"]);

/** `wrong`: another receipt than the kept one, or another ballot's. `refused`: the box does not take it. */
export type Trouble = "wrong" | "refused";

export interface Resending {
  done: boolean;
  /** Subjects, in their order. */
  troubles: [string, Trouble][];
}

/** How far an announcement is answered; saved. */
interface Answered {
  announcement: string;
  sent: string[];
}

export class Resender {
  private busy = false;
  private stopped = false;
  private notBefore = 0;
  private failures = 0;
  private readonly troubles = new Map<string, Trouble>();

  constructor(
    private readonly session: Session,
    private readonly told: (resending: Resending) => void,
  ) {}

  /** To be told of every look at the board. */
  async looked(phase: api.Phase): Promise<void> {
    if (this.busy || this.stopped || !OPEN.has(phase.phase) || Date.now() < this.notBefore) return;
    this.busy = true;
    try {
      const answered = await this.answered(phase);
      if (answered) await this.answer(answered);
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    this.stopped = true;
  }

  private get key(): string {
    return this.session.key("resent");
  }

  /** Ours to send. Where another envelope stands, this phone does not have its bytes. */
  private get ours(): Sealed[] {
    const { sealed, receipts } = this.session;
    return (sealed ?? []).filter(({ subject }) => receipts[subject]?.other === false);
  }

  private async answered(phase: api.Phase): Promise<Answered | null> {
    const missing = phase.missing ?? 0;
    const saved = (await this.session.store.get<Answered>(this.key)) ?? null;
    if (missing > 0) {
      const announcement = `${missing}/${phase.log_size}`;
      if (saved?.announcement === announcement) return saved;
      return this.ours.length > 0 ? { announcement, sent: [] } : null;
    }
    // The same number may be announced again, of another restoring.
    if (saved && this.left(saved).length === 0) await this.session.store.remove(this.key);
    return saved && this.left(saved).length > 0 ? saved : null;
  }

  private left(answered: Answered): Sealed[] {
    return this.ours.filter(({ subject }) => !answered.sent.includes(subject));
  }

  private async answer(answered: Answered): Promise<void> {
    const left = this.left(answered);
    const gap = gapFor(left.length);
    shuffle(left);
    if (left.length > 0) await this.session.store.put(this.key, answered);
    this.show(left.length === 0);
    for (const envelope of left) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * gap));
      if (this.stopped) return;
      try {
        if (!(await this.send(envelope))) continue;
      } catch (error) {
        if (!(error instanceof api.Unreachable)) throw error;
        break;
      }
      answered.sent.push(envelope.subject);
      await this.session.store.put(this.key, answered);
    }
    const done = this.left(answered).length === 0;
    this.failures = done ? 0 : this.failures + 1;
    this.notBefore = done ? 0 : Date.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures) * (0.75 + Math.random() / 2);
    if (!this.stopped) this.show(done);
  }

  /** Whether the receipt is the kept one. Throws `api.Unreachable`. */
  private async send({ subject, bytes }: Sealed): Promise<boolean> {
    const kept = this.session.receipts[subject]?.receipt;
    this.troubles.delete(subject);
    try {
      const receipt = await api.cast(this.session.poll, bytes);
      if (kept && receipt.leaf === kept.leaf && receipt.signature === kept.signature) return true;
      this.troubles.set(subject, "wrong");
    } catch (error) {
      if (!(error instanceof api.Refused)) throw error;
      // A box that is just starting may not know the poll yet.
      if (error.status !== 404) this.troubles.set(subject, error.status === 409 ? "wrong" : "refused");
    }
    return false;
  }

  private show(done: boolean): void {
    const { subjects } = this.session;
    const troubles = subjects.flatMap((s): [string, Trouble][] => {
      const trouble = this.troubles.get(s);
      return trouble ? [[s, trouble]] : [];
    });
    this.told({ done, troubles });
  }
}
