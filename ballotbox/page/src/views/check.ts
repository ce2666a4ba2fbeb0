/** Checking 核对: what the published files show of this phone's ballots, in words, and whom to tell when it is wrong. */

import { Refused } from "../api";
import { patiently } from "../api_retry";
import { check as look } from "../state_check";
import type { Checked, Found } from "../state";
import { CHECK, HUMAN, TROUBLE } from "../words";
import { type App, type Shown, subjectName } from "./app";
import { Notice, button, h } from "./dom";

const RIGHT = new Set<Found>(["waiting", "logged", "counted", "unopened"]);

export function check(app: App): Shown {
  const { session } = app;
  const notice = new Notice();
  const place = h("div", {});
  let gone = false;
  let busy = false;

  async function run(): Promise<void> {
    if (busy) return;
    busy = true;
    notice.show(CHECK.asking);
    try {
      const checked = await patiently(
        () => look(session),
        (n) => notice.show(n === 0 ? CHECK.asking : n < 6 ? TROUBLE.some : TROUBLE.long),
      );
      if (!gone) place.replaceChildren(...result(app, checked));
      notice.show("");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notice.show(`${HUMAN.other}${HUMAN.said(error.message || String(error.status))}`);
    } finally {
      busy = false;
    }
  }
  if (session.checked) place.replaceChildren(...result(app, session.checked));
  void run();
  return {
    title: CHECK.title,
    step: 3,
    phaseChanged: () => void run(),
    gone: () => (gone = true),
    body: [notice.element, place, h("div", { class: "actions" }, button(CHECK.again, () => void run()))],
  };
}

function result(app: App, checked: Checked): HTMLElement[] {
  const { session } = app;
  const ended = checked.phase === "published" || checked.phase === "void" || checked.phase === "discarded";
  return [
    h("p", { class: "lead" }, CHECK.phases[checked.phase]),
    verdict(checked),
    h(
      "ul",
      { class: "rows" },
      ...session.subjects.map((subject) => {
        const found = checked.subjects[subject] ?? "not_cast";
        const right = RIGHT.has(found);
        const other = session.receipts[subject]?.other === true && found === "logged";
        return h(
          "li",
          { class: "row" },
          h("span", { class: "row-name" }, subjectName(session.poll, subject)),
          h(
            "span",
            { class: right ? "mark done" : "mark bad" },
            `${right ? (found === "waiting" ? "" : "✓ ") : "✗ "}${other ? CHECK.otherFound : CHECK.found[found]}`,
          ),
        );
      }),
    ),
    h("div", { class: "actions" }, ended && isRight(checked) && button(CHECK.leave, () => app.go({ name: "leave" }), "primary")),
  ];
}

function isRight(checked: Checked): boolean {
  return checked.faults.length === 0 && Object.values(checked.subjects).every((found) => RIGHT.has(found));
}

function verdict(checked: Checked): HTMLElement {
  const found = Object.values(checked.subjects);
  if (!isRight(checked)) {
    return h(
      "section",
      { class: "card bad", role: "alert" },
      h("h2", {}, `✗ ${CHECK.wrong}`),
      ...checked.faults.map((fault) => h("p", {}, CHECK.faults[fault])),
      h("p", {}, CHECK.wrongHow),
    );
  }
  const inLog = found.filter((each) => each !== "waiting").length;
  const words =
    checked.rows > 0
      ? CHECK.counted(checked.rows)
      : inLog === found.length
        ? CHECK.logged(inLog)
        : CHECK.some(inLog, found.length);
  return h(
    "section",
    { class: "card good", role: "status" },
    h("p", { class: "strong verdict" }, `✓ ${words}`),
    found.includes("unopened") && h("p", {}, CHECK.unopened),
  );
}
