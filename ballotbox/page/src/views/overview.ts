/** Waiting and filling: whether casting is open, how far the drafts are, and the way to each subject. */

import { OVERVIEW } from "../words";
import { type App, type Shown, subjectName } from "./app";
import { button, choice, h } from "./dom";
import { recoveryOf } from "./recovery";

export function overview(app: App): Shown {
  const { session } = app;
  const place = h("div", {});
  const show = (): void => place.replaceChildren(...state(app));
  show();
  const of = session.subjects.length;
  const done = session.doneCount;
  const first = session.subjects.findIndex((s) => !session.done(s));
  const begin = (): void => app.go(app.tableView ? { name: "table" } : { name: "fill", index: Math.max(0, first) });
  const review = (): void => app.go({ name: "review" });
  return {
    title: OVERVIEW.progress(done, of),
    step: 1,
    phaseChanged: show,
    body: [
      place,
      h(
        "div",
        { class: "actions" },
        done < of
          ? button(done === 0 ? OVERVIEW.start : OVERVIEW.resume, begin, "primary")
          : button(OVERVIEW.review, review, "primary"),
        done < of && button(OVERVIEW.review, review),
      ),
      viewSwitch(app),
      h("h2", {}, OVERVIEW.list),
      h(
        "ol",
        { class: "rows" },
        ...session.subjects.map((subject, index) =>
          h(
            "li",
            {},
            h(
              "button",
              { type: "button", class: "row-link", onclick: () => app.go({ name: "fill", index }) },
              h("span", { class: "row-name" }, subjectName(session.poll, subject)),
              h("span", { class: session.done(subject) ? "mark done" : "mark" }, howFar(app, subject)),
            ),
          ),
        ),
      ),
      session.poll.manifest.recovery && recoveryOf(session),
    ],
  };
}

function state(app: App): HTMLElement[] {
  const [title, how, kind] = ((): [string, string, string] => {
    switch (app.phase?.phase) {
      case "casting":
        return [OVERVIEW.open, OVERVIEW.openHow, "good"];
      case "closed":
      case "published":
        return [OVERVIEW.closed, OVERVIEW.closedHow, "warn"];
      case "void":
      case "discarded":
        return [OVERVIEW.void, OVERVIEW.voidHow, "warn"];
      default:
        return [OVERVIEW.waiting, OVERVIEW.waitingHow, ""];
    }
  })();
  return [h("div", { class: `card ${kind}`, role: "status" }, h("p", { class: "strong" }, title), h("p", {}, how))];
}

function viewSwitch(app: App): HTMLElement {
  const option = (table: boolean, words: string): HTMLElement => {
    const input = h("input", { type: "radio", name: "view", onchange: () => app.setTableView(table) });
    input.checked = app.tableView === table;
    return choice(input, words);
  };
  return h(
    "fieldset",
    { class: "question" },
    h("legend", {}, OVERVIEW.view),
    h("div", { class: "choices two" }, option(false, OVERVIEW.one), option(true, OVERVIEW.table)),
  );
}

function howFar(app: App, subject: string): string {
  const { session } = app;
  if (session.done(subject)) return `✓ ${OVERVIEW.done}`;
  const marked = session.marked(subject);
  return marked === 0 ? OVERVIEW.none : OVERVIEW.part(marked, session.questions.length);
}
