/** Casting 投票: sealed, then sent; the state of each ballot in words, and what to do when the box says no. */

import { Refused } from "../api";
import { WrongReceipt, seal, send } from "../state_cast";
import { CAST, HUMAN, TROUBLE } from "../words";
import { type App, type Shown, subjectName } from "./app";
import { Meter, Notice, button, h } from "./dom";

export function cast(app: App): Shown {
  const { session } = app;
  const { poll, subjects } = session;
  const meter = new Meter();
  const notice = new Notice();
  const list = h("ul", { class: "rows" });
  const stop = h("div", {});
  const body = h("div", {}, meter.element, h("p", { class: "card" }, CAST.stay), notice.element, stop, list);
  let gone = false;

  const showList = (): void =>
    list.replaceChildren(
      ...subjects.map((subject) => {
        const state = session.receipts[subject] ? `✓ ${CAST.cast}` : session.sealed ? CAST.sealed : "…";
        const done = session.receipts[subject] !== undefined;
        return h(
          "li",
          { class: "row" },
          h("span", { class: "row-name" }, subjectName(poll, subject)),
          h("span", { class: done ? "mark done" : "mark" }, state),
        );
      }),
    );

  void (async (): Promise<void> => {
    try {
      await seal(session, (done, of) => meter.show(`${CAST.sealing} ${done}/${of}`, done, of));
      showList();
      const sent = (done: number, of: number): void => {
        meter.show(CAST.count(done, of), done, of);
        showList();
      };
      await send(session, sent, (n) => notice.show(n === 0 ? "" : n < 6 ? TROUBLE.some : TROUBLE.long));
      if (!gone) app.go({ name: "receipts" });
    } catch (error) {
      if (gone) return;
      stop.replaceChildren(stopped(app, error));
    }
  })();
  meter.show(CAST.sealing, 0, 1);
  showList();
  return { title: CAST.sending, step: 2, body: [body], gone: () => (gone = true) };
}

function stopped(app: App, error: unknown): HTMLElement {
  const { session } = app;
  const words = ((): string => {
    if (error instanceof WrongReceipt) return CAST.wrongReceipt(subjectName(session.poll, error.subject));
    if (!(error instanceof Refused)) throw error;
    return error.status === 410 ? CAST.closed(session.subjects.length - session.receiptCount) : CAST.refused;
  })();
  return h(
    "section",
    { class: "card warn", role: "alert" },
    h("h2", {}, CAST.stoppedTitle),
    h("p", {}, words),
    error instanceof Refused && error.message !== "" && h("p", { class: "small" }, HUMAN.said(error.message)),
    h(
      "div",
      { class: "actions" },
      button(CAST.again, () => app.go({ name: "cast" }), "primary"),
      session.receiptCount > 0 && button(CAST.receipts, () => app.go({ name: "receipts" })),
    ),
  );
}
