/** Pages before and after a poll: no code scanned, no safe browser, a manifest refused, everything erased. */

import { HOME, INSECURE, LEAVE, UNSAVED } from "../words";
import type { Shown } from "./app";
import { button, h, type Child } from "./dom";

export interface Earlier {
  hash: string;
  event: string;
}

export function home(slips: string[], earlier: Earlier[]): Shown {
  const links: Child[] = earlier.map((poll) => h("li", {}, h("a", { class: "row-link", href: `#m=${poll.hash}` }, poll.event)));
  return {
    title: HOME.title,
    body: [
      ...slips.map((office) => h("p", { class: "card good", role: "status" }, HOME.slip(office))),
      h("p", { class: "lead" }, HOME.how),
      links.length > 0 && h("h2", {}, HOME.earlier),
      links.length > 0 && h("ul", { class: "rows" }, ...links),
    ],
  };
}

export function insecure(): Shown {
  return told(INSECURE.title, INSECURE.why, INSECURE.todo);
}

export function unsaved(): Shown {
  return told(UNSAVED.title, UNSAVED.why, UNSAVED.todo);
}

/** A page of plain words, with at most one thing to do. */
export function told(title: string, why: string, todo = "", act?: { text: string; run: () => void }): Shown {
  return {
    title,
    body: [
      h("p", { class: "lead" }, why),
      todo !== "" && h("p", { class: "card warn" }, todo),
      act && h("div", { class: "actions" }, button(act.text, act.run, "primary")),
    ],
  };
}

export function erased(): Shown {
  return told(LEAVE.done, LEAVE.doneHow);
}
