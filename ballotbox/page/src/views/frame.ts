/** What stands around every screen: the event, the switch for large type, the four steps. */

import { KIND, LARGE_TYPE, STEPS } from "../words";
import type { Shown } from "./app";
import { h } from "./dom";

const LARGE = "jiandu-large";

/** Puts a screen on the page and the focus on its title; `aside` stands above what every screen says. */
export function put(shown: Shown, event: string, aside: HTMLElement | null = null): void {
  document.title = event === "" || event === shown.title ? shown.title : `${shown.title} · ${event}`;
  const title = h("h1", { tabindex: "-1" }, shown.title);
  const main = h("main", { id: "main" }, title, aside, ...shown.body);
  document.body.replaceChildren(header(shown, event), main);
  window.scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

/** Another title for what the screen asks now, and the focus on it. */
export function retitle(words: string): void {
  const title = document.querySelector("h1");
  if (!title) return;
  title.textContent = words;
  title.focus();
}

/** The deputy's choice of type, before anything is drawn. */
export function restoreType(): void {
  document.documentElement.classList.toggle("large", read(LARGE) === "1");
}

function header(shown: Shown, event: string): HTMLElement {
  const switchType: HTMLButtonElement = h(
    "button",
    {
      type: "button",
      class: "type-switch",
      "aria-pressed": String(isLarge()),
      onclick: () => {
        write(LARGE, isLarge() ? "0" : "1");
        restoreType();
        switchType.setAttribute("aria-pressed", String(isLarge()));
      },
    },
    h("span", { class: "tick", "aria-hidden": "true" }),
    LARGE_TYPE,
  );
  return h(
    "header",
    { class: "top" },
    h("div", { class: "bar" }, h("p", { class: "event" }, event === shown.title || event === "" ? KIND : event), switchType),
    shown.step !== undefined && steps(shown.step),
  );
}

function steps(now: number): HTMLElement {
  return h(
    "ol",
    { class: "steps" },
    ...STEPS.map((words, index) =>
      h(
        "li",
        { class: index < now ? "past" : index === now ? "now" : "", "aria-current": index === now ? "step" : null },
        h("span", { class: "dot", "aria-hidden": "true" }, index < now ? "✓" : String(index + 1)),
        h("span", { class: "step-word" }, words),
      ),
    ),
  );
}

function isLarge(): boolean {
  return document.documentElement.classList.contains("large");
}

// A choice of type that cannot be kept is only a choice of type.
export function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function write(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    document.documentElement.dataset["forgets"] = name;
  }
}
