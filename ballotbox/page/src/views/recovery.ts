/** The recovery code, for polls over days only: shown on request with what it means, and typed in on a new phone. */

import { AnswerRefused } from "../protocol/index";
import type { Session } from "../state";
import { OVERVIEW, RECOVER } from "../words";
import type { App, Shown } from "./app";
import { button, h } from "./dom";

/** A card that shows the code when it is asked for. */
export function recoveryOf(session: Session): HTMLElement {
  const place = h("div", { class: "actions" });
  const show = (): void => place.replaceChildren(h("p", { class: "code-shown", tabindex: "-1" }, session.recoveryCode ?? ""));
  place.append(button(OVERVIEW.recoveryShow, show));
  return h(
    "section",
    { class: "card warn" },
    h("h2", {}, OVERVIEW.recovery),
    h("p", {}, OVERVIEW.recoveryHow),
    h("p", { class: "strong" }, OVERVIEW.recoveryWarning),
    place,
  );
}

export function recover(app: App): Shown {
  const wrong = h("p", { class: "fault", id: "recover-fault", role: "alert" });
  const input = h("textarea", {
    id: "recover",
    class: "code",
    rows: 3,
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "recover-fault",
  });
  const submit = async (): Promise<void> => {
    try {
      await app.session.recover(input.value);
    } catch (error) {
      if (!(error instanceof AnswerRefused)) throw error;
      wrong.textContent = RECOVER.wrong;
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    app.go({ name: "identify", issuer: "a" });
  };
  return {
    title: RECOVER.title,
    step: 0,
    body: [
      h("p", { class: "lead" }, RECOVER.how),
      h("p", { class: "card warn strong" }, OVERVIEW.recoveryWarning),
      h("label", { for: "recover", class: "label" }, RECOVER.label),
      input,
      wrong,
      h("div", { class: "actions" }, button(RECOVER.next, () => void submit(), "primary")),
    ],
  };
}
