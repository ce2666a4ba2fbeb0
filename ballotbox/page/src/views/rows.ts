/** The rows of one subject: a question each, with all codes as big radio buttons. No choice is made beforehand. */

import { BLANK, type Session } from "../state";
import { codeName, questionName, subjectName } from "./app";
import { choice, h } from "./dom";

/** Codes that give no grade stand a little apart. */
const ASIDE = new Set([BLANK, "abstain"]);

/** `changed` is told after each mark is saved. */
export function rowsOf(session: Session, subject: string, changed: () => void): HTMLElement {
  const { poll } = session;
  return h(
    "div",
    { class: "questions" },
    ...session.questions.map((question) => {
      const name = `${subject}/${question}`;
      return h(
        "fieldset",
        { class: "question", id: `row-${subject}-${question}` },
        h("legend", {}, h("span", { class: "unseen" }, `${subjectName(poll, subject)}：`), questionName(poll, question)),
        h(
          "div",
          { class: "choices" },
          ...poll.manifest.codes.map((code) =>
            choice(radio(session, subject, question, code, name, changed), codeName(poll, code), ASIDE.has(code)),
          ),
        ),
      );
    }),
  );
}

function radio(
  session: Session,
  subject: string,
  question: string,
  code: string,
  name: string,
  changed: () => void,
): HTMLInputElement {
  const input = h("input", { type: "radio", name, value: code });
  input.checked = session.drafts[subject]?.[question] === code;
  input.addEventListener("change", () => void session.mark(subject, question, code).then(changed));
  return input;
}
