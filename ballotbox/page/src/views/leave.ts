/** Leaving: the keys can be taken off the phone, after two presses and in view of what that means. */

import { LEAVE } from "../words";
import type { App, Shown } from "./app";
import { button, h } from "./dom";

export function leave(app: App): Shown {
  const place = h("div", { class: "actions" });
  const back = (): void => app.go({ name: "check" });
  const ask = (): void => {
    const sure = button(LEAVE.sureErase, () => void erase(), "primary");
    place.replaceChildren(h("p", { class: "strong", role: "alert" }, LEAVE.sure), sure, button(LEAVE.stay, back));
    sure.focus();
  };
  const erase = async (): Promise<void> => {
    await app.session.store.erase(app.session.poll.hash);
    app.erased();
  };
  place.append(button(LEAVE.erase, ask, "primary"), button(LEAVE.stay, back));
  return {
    title: LEAVE.title,
    step: 3,
    body: [h("p", { class: "lead" }, LEAVE.how), h("p", { class: "card warn" }, LEAVE.keep), h("p", {}, LEAVE.after), place],
  };
}
