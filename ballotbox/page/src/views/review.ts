/** Review 核对: all answers on one page, what is left blank asked about, and the one button that casts. */

import { BLANK } from "../state";
import { REVIEW } from "../words";
import { type App, type Shown, codeName, questionName, subjectName } from "./app";
import { button, choice, h, type Child } from "./dom";

export function review(app: App): Shown {
  const { session } = app;
  const { poll } = session;
  const blanks = session.subjects.reduce((sum, s) => sum + session.questions.length - session.marked(s), 0);
  let agreed = blanks === 0;
  const place = h("div", { class: "actions" });
  const show = (): void => place.replaceChildren(...castOrWait(app, agreed));
  show();
  const consent = h("input", {
    type: "checkbox",
    onchange: () => {
      agreed = consent.checked;
      show();
    },
  });
  return {
    title: REVIEW.title,
    step: 1,
    phaseChanged: show,
    body: [
      h("p", { class: "lead" }, REVIEW.how),
      ...session.subjects.map((subject, index) => answers(app, subject, index)),
      blanks > 0 &&
        h(
          "section",
          { class: "card warn" },
          h("h2", {}, REVIEW.blanks(blanks)),
          h("p", {}, REVIEW.blanksHow),
          choice(consent, REVIEW.blankAsk),
        ),
      place,
    ],
  };

  function answers(app: App, subject: string, index: number): HTMLElement {
    const name = subjectName(poll, subject);
    const edit = (): void => app.go({ name: "fill", index });
    return h(
      "section",
      { class: "card answers" },
      h(
        "div",
        { class: "answers-head" },
        h("h2", {}, name),
        h("button", { type: "button", class: "button small-button", "aria-label": REVIEW.editOf(name), onclick: edit }, REVIEW.edit),
      ),
      h("dl", { class: "facts" }, ...session.questions.map((question) => row(subject, question))),
    );
  }

  function row(subject: string, question: string): Child {
    const code = session.drafts[subject]?.[question];
    const words = code === undefined ? `（${REVIEW.empty}）` : codeName(poll, code);
    return h(
      "div",
      { class: code === undefined || code === BLANK ? "faint" : "" },
      h("dt", {}, questionName(poll, question)),
      h("dd", {}, words),
    );
  }
}

function castOrWait(app: App, agreed: boolean): HTMLElement[] {
  if (app.phase?.phase !== "casting") {
    return [h("p", { class: "card", role: "status" }, REVIEW.notYet)];
  }
  const cast = button(REVIEW.cast, () => app.go({ name: "cast" }), "primary");
  cast.disabled = !agreed;
  return [h("p", {}, REVIEW.castHow), cast];
}
