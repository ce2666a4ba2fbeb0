/** Who is asking: a personal code of each issuer, typed or brought by a slip's link, and the name read back. */

import { Refused, type Who } from "../api";
import { patiently } from "../api_retry";
import { CODE_LENGTH, grouped, isCode, plainCode } from "../state_code";
import { StrangeAnswer, identify as ask } from "../state_collect";
import type { IssuerName } from "../protocol/index";
import { HUMAN, IDENTIFY, OFFICES, TROUBLE } from "../words";
import type { App, Shown } from "./app";
import { Notice, button, h } from "./dom";
import { retitle } from "./frame";

export function identify(app: App, issuer: IssuerName): Shown {
  const office = OFFICES[issuer];
  const notice = new Notice();
  const wrong = h("p", { class: "fault", id: "code-fault", role: "alert" });
  const input = h("input", {
    id: "code",
    name: "code",
    class: "code",
    type: "text",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: 24,
    "aria-describedby": "code-hint code-fault",
  });
  input.value = grouped(app.slip(issuer));
  input.addEventListener("input", () => {
    // Only at the end: in the middle the cursor would jump.
    if (input.selectionStart === input.value.length) input.value = grouped(input.value);
  });
  const next = h("button", { type: "submit", class: "button primary" }, IDENTIFY.next);
  const say = (words: string): void => {
    wrong.textContent = words;
    if (words === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  };
  const body = h("div", {});
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    h("p", { class: "lead" }, IDENTIFY.how(office)),
    h("label", { for: "code", class: "label" }, IDENTIFY.label(office)),
    input,
    h("p", { class: "small", id: "code-hint" }, IDENTIFY.hint),
    wrong,
    h("div", { class: "actions" }, next),
    notice.element,
  );
  body.append(form);

  async function submit(): Promise<void> {
    const code = plainCode(input.value);
    if (code.length !== CODE_LENGTH) {
      say(code.length < CODE_LENGTH ? IDENTIFY.short(CODE_LENGTH - code.length) : IDENTIFY.long);
      input.focus();
      return;
    }
    if (!isCode(code)) {
      say(IDENTIFY.badCode);
      input.focus();
      return;
    }
    say("");
    next.disabled = true;
    notice.show(IDENTIFY.asking);
    try {
      const who = await patiently(
        () => ask(app.session, issuer, code),
        (n) => notice.show(n === 0 ? IDENTIFY.asking : n < 6 ? TROUBLE.some : TROUBLE.long),
      );
      body.replaceChildren(confirm(code, who));
      retitle(IDENTIFY.askTitle);
    } catch (error) {
      say(whyNot(error, issuer, app));
      input.focus();
    }
    next.disabled = false;
    notice.show("");
  }

  function confirm(code: string, who: Who): HTMLElement {
    const yes = async (): Promise<void> => {
      await app.session.identified(issuer, code, who);
      if (issuer === "a") app.go({ name: "identify", issuer: "b" });
      else app.go({ name: "collect" });
    };
    const no = async (): Promise<void> => {
      await app.session.forgetIdentity();
      input.value = "";
      say(IDENTIFY.notMe);
      body.replaceChildren(form);
      retitle(IDENTIFY.title(office));
      input.focus();
    };
    return h(
      "section",
      { class: "card ask" },
      h("h2", {}, IDENTIFY.ask(who.name)),
      who.collected && h("p", {}, IDENTIFY.already),
      h("div", { class: "actions" }, button(IDENTIFY.yes, () => void yes(), "primary"), button(IDENTIFY.no, () => void no())),
    );
  }
  return { title: IDENTIFY.title(office), step: 0, body: [body] };
}

function whyNot(error: unknown, issuer: IssuerName, app: App): string {
  if (error instanceof StrangeAnswer) return error.what === "subjects" ? IDENTIFY.subjects : IDENTIFY.otherPerson;
  if (!(error instanceof Refused)) throw error;
  switch (error.status) {
    case 401:
      return IDENTIFY.badCode;
    case 404:
      return HUMAN.unknownPoll(OFFICES[issuer]);
    case 410:
      return app.session.poll.manifest.mode === "mixed" ? HUMAN.overPaper : HUMAN.over;
    default:
      return `${HUMAN.other}${error.message === "" ? HUMAN.desk : HUMAN.said(error.message)}`;
  }
}
