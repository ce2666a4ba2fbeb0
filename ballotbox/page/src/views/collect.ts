/** Collecting, with its progress by subjects; goes on by itself after any interruption. */

import { Refused } from "../api";
import { StrangeAnswer, collect as run, type Act } from "../state_collect";
import type { IssuerName } from "../protocol/index";
import { COLLECT, HUMAN, IDENTIFY, OFFICES, TROUBLE } from "../words";
import type { App, Shown } from "./app";
import { Meter, Notice, button, h } from "./dom";

export function collect(app: App): Shown {
  const { session } = app;
  const of = session.subjects.length;
  const meter = new Meter();
  const notice = new Notice();
  const now = h("p", { class: "lead" });
  const body = h("div", {}, meter.element, now, h("p", { class: "card" }, COLLECT.stay), notice.element);
  let issuer: IssuerName = session.stamps.a ? "b" : "a";
  let act: Act = "blind";
  let gone = false;

  // Half of the bar is blinding, half is checking the stamps; the answer lies between.
  const show = (done: number, all: number): void => {
    const share = act === "check" ? 0.5 + done / all / 2 : act === "send" ? 0.5 : done / all / 2;
    meter.show(COLLECT.count(OFFICES[issuer], Math.floor(share * of), of), share, 1);
  };
  const watcher = {
    act(who: IssuerName, what: Act): void {
      issuer = who;
      act = what;
      now.textContent = COLLECT.acts[what];
      show(0, 1);
    },
    progress: show,
    trouble: (n: number): void => notice.show(n === 0 ? "" : n < 6 ? TROUBLE.some : TROUBLE.long),
  };
  show(0, 1);

  void run(session, watcher)
    .then(() => gone || app.go({ name: "overview" }))
    .catch((error: unknown) => gone || body.replaceChildren(stopped(app, issuer, error)));
  return { title: COLLECT.title, step: 0, body: [body], gone: () => (gone = true) };
}

function stopped(app: App, issuer: IssuerName, error: unknown): HTMLElement {
  const known = error instanceof Refused || error instanceof StrangeAnswer;
  if (!known) throw error;
  const badCode = error instanceof Refused && error.status === 401;
  const otherCode = async (): Promise<void> => {
    // Of A's stamps nothing is lost: only the codes are asked for again.
    await app.session.forgetIdentity();
    app.go({ name: "identify", issuer: "a" });
  };
  return h(
    "section",
    { class: "card warn", role: "alert" },
    h("h2", {}, HUMAN.desk),
    h("p", {}, words(app, issuer, error)),
    error instanceof Refused && error.message !== "" && h("p", { class: "small" }, HUMAN.said(error.message)),
    h(
      "div",
      { class: "actions" },
      badCode
        ? button(HUMAN.otherCode, () => void otherCode(), "primary")
        : button(HUMAN.again, () => app.go({ name: "collect" }), "primary"),
    ),
  );
}

function words(app: App, issuer: IssuerName, error: Refused | StrangeAnswer): string {
  if (error instanceof StrangeAnswer) return HUMAN.stamps(OFFICES[issuer]);
  if (error.code === "took_paper") return HUMAN.tookPaper;
  switch (error.status) {
    case 401:
      return IDENTIFY.badCode;
    case 404:
      return HUMAN.unknownPoll(OFFICES[issuer]);
    case 409:
      return HUMAN.otherRequest;
    case 410:
      return app.session.poll.manifest.mode === "mixed" ? HUMAN.overPaper : HUMAN.over;
    case 422:
      return HUMAN.wrongRequest;
    default:
      return HUMAN.other;
  }
}
