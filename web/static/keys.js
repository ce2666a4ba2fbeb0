// Keys for those who work here all day: `/` searches, `j` and `k` go through the lines of a list, `?` explains.
// `data-key-search` marks the field of the search, `data-key-list` a list or table whose links are gone through;
// where none is marked, the links of tables count.
const typing = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select"));

const seen = (element) => element.getClientRects().length > 0;

const lines = () => {
  const marked = document.querySelectorAll("[data-key-list]");
  const lists = marked.length ? marked : document.querySelectorAll("main table tbody");
  const first = [];
  for (const list of lists) {
    for (const line of list.querySelectorAll("tr, li")) {
      const link = [...line.querySelectorAll("a[href], button")].find(seen);
      if (link && line.parentElement.closest("tr, li") === null) first.push(link);
    }
  }
  return first;
};

const go = (step) => {
  const all = lines();
  if (!all.length) return;
  const line = document.activeElement?.closest("tr, li");
  const now = all.findIndex((link) => link === document.activeElement || (line && line.contains(link)));
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
};

const search = () => {
  const field = [...document.querySelectorAll("[data-key-search]")].find(seen);
  if (field) {
    field.focus();
    field.select();
  } else if (document.querySelector("[data-key-search]")) {
    location.assign("/search");
  }
};

const help = () => {
  let dialog = document.getElementById("key-help");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "key-help";
    dialog.setAttribute("aria-labelledby", "key-help-title");
    const title = document.createElement("h2");
    title.id = "key-help-title";
    title.textContent = "键盘";
    const pairs = document.createElement("dl");
    pairs.className = "pairs";
    for (const [key, what] of [
      ["/", "查询"],
      ["j", "列表中下一条"],
      ["k", "列表中上一条"],
      ["Enter", "打开这一条"],
      ["?", "看这张说明"],
      ["Esc", "关闭说明"],
    ]) {
      const term = document.createElement("dt");
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap);
      const said = document.createElement("dd");
      said.textContent = what;
      pairs.append(term, said);
    }
    const close = document.createElement("button");
    close.className = "button quiet";
    close.textContent = "关闭";
    close.addEventListener("click", () => dialog.close());
    dialog.append(title, pairs, close);
    document.body.append(dialog);
  }
  if (!dialog.open) dialog.showModal();
};

const KEYS = { "/": search, j: () => go(1), k: () => go(-1), "?": help };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const act = KEYS[event.key];
  if (!act || (event.key !== "?" && document.querySelector("dialog[open]"))) return;
  event.preventDefault();
  act();
});
