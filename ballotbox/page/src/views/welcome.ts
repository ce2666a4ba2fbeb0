/** The first page of a poll: what it is, what is protected and what is not. */

import { PHASES, RECOVER, WELCOME } from "../words";
import type { App, Shown } from "./app";
import { button, h } from "./dom";

export function welcome(app: App): Shown {
  const { poll, stage, codes, keys } = app.session;
  const { manifest } = poll;
  const order = Object.keys(PHASES);
  const planned = Object.entries(manifest.phases).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  const fresh = stage === "identify" && codes.a === undefined;
  return {
    title: manifest.event,
    step: 0,
    body: [
      h("p", { class: "lead" }, WELCOME.hello(manifest.subjects.length)),
      h("p", {}, WELCOME.subjects),
      planned.length > 0 &&
        h(
          "dl",
          { class: "facts", "aria-label": WELCOME.planned },
          ...planned.map(([phase, when]) => h("div", {}, h("dt", {}, PHASES[phase] ?? phase), h("dd", {}, when))),
        ),
      h(
        "section",
        { class: "card" },
        h("h2", {}, WELCOME.kept),
        h("ul", { class: "points yes" }, ...WELCOME.keeps.map((words) => h("li", {}, words))),
      ),
      manifest.one_operator
        ? h("p", { class: "card warn" }, WELCOME.oneStamp)
        : h("p", { class: "card" }, WELCOME.twoStamps),
      h(
        "section",
        { class: "card" },
        h("h2", {}, WELCOME.open),
        h("ul", { class: "points no" }, ...WELCOME.opens.map((words) => h("li", {}, words))),
        manifest.mode === "mixed" && h("p", { class: "strong" }, WELCOME.paper),
      ),
      h(
        "div",
        { class: "actions" },
        button(
          fresh ? WELCOME.start : WELCOME.resume,
          () => (fresh ? app.go({ name: "identify", issuer: "a" }) : app.home()),
          "primary",
        ),
        manifest.recovery && fresh && !keys && button(RECOVER.open, () => app.go({ name: "recover" })),
      ),
      h("p", { class: "small" }, `${WELCOME.print} `, h("span", { class: "number" }, fingerprint(poll.hash)), `，${WELCOME.printHow}`),
    ],
  };
}

/** The first 16 digits, in groups that can be read aloud. */
export function fingerprint(hash: string): string {
  return (hash.slice(0, 16).toUpperCase().match(/.{4}/g) ?? []).join("-");
}
