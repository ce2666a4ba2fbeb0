/** What every screen says above all else while a restored box gets the ballots again; empty otherwise. */

import type { Poll } from "../protocol/index";
import type { Resending } from "../state_resend";
import { RESEND } from "../words";
import { subjectName } from "./app";
import { h } from "./dom";

export function resendingNotice(): HTMLElement {
  return h("div", { class: "resending", role: "status" });
}

export function resent(place: HTMLElement, poll: Poll, { done, troubles }: Resending): void {
  const words = troubles.map(([subject, trouble]) => RESEND.troubles[trouble](subjectName(poll, subject)));
  const all = words.length > 0 ? words : [done ? RESEND.done : RESEND.going];
  // Told at every look; said aloud by screen readers only when it is something else.
  if (place.textContent === all.join("")) return;
  const kind = words.length > 0 ? "warn" : done ? "good" : "";
  place.replaceChildren(h("div", { class: `card ${kind}` }, ...all.map((each) => h("p", {}, each))));
}
