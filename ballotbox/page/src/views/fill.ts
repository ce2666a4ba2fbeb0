/** Filling 填写: one subject a screen, or all of them in one table as on paper. */

import { FILL, OVERVIEW, REVIEW, TABLE } from "../words";
import { type App, type Shown, subjectName } from "./app";
import { Meter, button, h } from "./dom";
import { rowsOf } from "./rows";

function meterOf(app: App): { meter: Meter; show: () => void } {
  const meter = new Meter();
  const { session } = app;
  const show = (): void => {
    const of = session.subjects.length;
    meter.show(OVERVIEW.progress(session.doneCount, of), session.doneCount, of);
  };
  show();
  return { meter, show };
}

export function fill(app: App, index: number): Shown {
  const { session } = app;
  const subject = session.subjects[index];
  if (subject === undefined) throw new RangeError("no such subject");
  const last = session.subjects.length - 1;
  const { meter, show } = meterOf(app);
  const notice = h("p", { class: "small", role: "status" });
  const saved = (): void => {
    show();
    const marked = session.marked(subject);
    notice.textContent = marked === 0 ? "" : FILL.saved(marked, session.questions.length);
  };
  saved();
  const to = (other: number) => () => app.go({ name: "fill", index: other });
  return {
    title: subjectName(session.poll, subject),
    step: 1,
    body: [
      h("p", { class: "small" }, FILL.place(index + 1, session.subjects.length)),
      meter.element,
      rowsOf(session, subject, saved),
      notice,
      h(
        "div",
        { class: "actions" },
        index < last
          ? button(FILL.next, to(index + 1), "primary")
          : button(FILL.toReview, () => app.go({ name: "review" }), "primary"),
        index > 0 && button(FILL.previous, to(index - 1)),
        button(FILL.toList, () => app.go({ name: "overview" }), "quiet"),
      ),
    ],
  };
}

export function table(app: App): Shown {
  const { session } = app;
  const { meter, show } = meterOf(app);
  return {
    title: TABLE.title,
    step: 1,
    body: [
      meter.element,
      ...session.subjects.map((subject, place) =>
        h(
          "section",
          { class: "sheet", id: `subject-${subject}` },
          h("h2", {}, `${place + 1}. ${subjectName(session.poll, subject)}`),
          rowsOf(session, subject, show),
        ),
      ),
      h(
        "div",
        { class: "actions" },
        button(REVIEW.title, () => app.go({ name: "review" }), "primary"),
        button(FILL.toList, () => app.go({ name: "overview" }), "quiet"),
      ),
    ],
  };
}
