/** Elements without a framework. Text is always text: nothing here, or anywhere in this page, is parsed as HTML. */

export type Child = Node | string | null | false | undefined;
type Listener = (event: Event) => void;
type Value = string | number | boolean | null | undefined | Listener;

/** An element. `on…` are listeners, `true` an attribute without a value, `false` and null none. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false && child !== undefined));
  return element;
}

export function button(text: string, act: () => void, kind: "primary" | "plain" | "quiet" = "plain"): HTMLButtonElement {
  return h("button", { type: "button", class: `button ${kind}`, onclick: act }, text);
}

/** A radio button or a box to tick, as big as its field. The field shows the choice: old browsers have no `:has`. */
export function choice(input: HTMLInputElement, words: string, aside = false): HTMLElement {
  const field = h(
    "label",
    { class: aside ? "choice aside" : "choice" },
    input,
    h("span", { class: "tick", "aria-hidden": "true" }),
    h("span", { class: "word" }, words),
  );
  const show = (): void => {
    const group = input.type === "radio" ? (field.parentElement?.querySelectorAll("label") ?? []) : [field];
    for (const one of group) one.classList.toggle("on", one.querySelector("input")?.checked === true);
  };
  input.addEventListener("change", show);
  field.classList.toggle("on", input.checked);
  return field;
}

/** A bar and its words; screen readers hear the words, politely. */
export class Meter {
  private readonly bar = h("progress", { max: 1, value: 0, "aria-hidden": "true" });
  private readonly text = h("p", { class: "meter-text", role: "status" });
  readonly element = h("div", { class: "meter" }, this.text, this.bar);

  show(words: string, done: number, of: number): void {
    if (this.text.textContent !== words) this.text.textContent = words;
    this.bar.max = Math.max(1, of);
    this.bar.value = done;
  }
}

/** A quiet notice that is empty most of the time. */
export class Notice {
  readonly element = h("p", { class: "notice", role: "status" });

  show(words: string): void {
    this.element.textContent = words;
  }
}
