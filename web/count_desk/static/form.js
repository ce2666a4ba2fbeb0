// One key a mark, a row after the other. The form works without this file too: tick and send.
"use strict";
{
  const form = document.getElementById("form");
  const rows = form ? Array.from(form.querySelectorAll("[data-row]")) : [];
  const where = document.getElementById("where");
  const missing = document.getElementById("missing");
  let current = 0;
  let several = false;
  let changed = false;

  const boxes = (row) => Array.from(row.querySelectorAll("input"));
  const decided = (row) => boxes(row).some((box) => box.checked);
  const name = (row) => row.querySelector("legend").textContent.trim();

  function setSeveral(on) {
    several = on;
    for (const row of rows) {
      row.querySelector("[data-several]").setAttribute("aria-pressed", String(on && row === rows[current]));
    }
  }

  function go(index) {
    if (!rows.length) return;
    setSeveral(false);
    rows[current].removeAttribute("aria-current");
    current = Math.min(Math.max(index, 0), rows.length - 1);
    const row = rows[current];
    row.setAttribute("aria-current", "true");
    const box = boxes(row)[0];
    box.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
    where.textContent = `${name(row)}，第 ${current + 1} 行，共 ${rows.length} 行`;
  }

  function forward() {
    if (current + 1 < rows.length) {
      go(current + 1);
    } else {
      setSeveral(false);
      rows[current].removeAttribute("aria-current");
      document.getElementById("save").focus();
      where.textContent = "全部录完，回车保存";
    }
  }

  // A mark: alone in its row, or one of several. A blank row has no other mark.
  function mark(row, box, on) {
    changed = true;
    missing.hidden = true;
    for (const other of boxes(row)) {
      if (other !== box && (!several || "blank" in box.dataset || "blank" in other.dataset)) other.checked = false;
    }
    box.checked = on;
    row.classList.remove("open");
  }

  function press(key) {
    const row = rows[current];
    const scale = boxes(row).length - 2;
    const wanted = key === String(scale + 1) ? "0" : key;
    const box = boxes(row).find((each) => each.dataset.key === wanted);
    if (!box) return false;
    mark(row, box, several ? !box.checked : true);
    if (!several) forward();
    return true;
  }

  function back() {
    const atSave = document.activeElement && document.activeElement.id === "save";
    go(atSave ? current : current - 1);
    for (const box of boxes(rows[current])) box.checked = false;
  }

  function save() {
    const open = rows.find((row) => !decided(row));
    if (!open) {
      changed = false;
      document.getElementById("save").disabled = true;
      form.submit();
      return;
    }
    open.classList.add("open");
    missing.textContent = `“${name(open)}”还没有录；没有打勾的行按空格。`;
    missing.hidden = false;
    go(rows.indexOf(open));
  }

  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    const target = event.target;
    if (target.closest("a, header, [data-several]") && (event.key === "Enter" || event.key === " ")) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    let done = true;
    if (event.key === "Backspace") back();
    else if (event.key === "*") setSeveral(!several);
    else if (event.key in moves) go(current + moves[event.key]);
    else if (event.key === "Enter" && several) forward();
    else if (event.key === "Enter") save();
    else done = press(event.key);
    if (done) event.preventDefault();
  }

  if (form) {
    document.addEventListener("keydown", onKey);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    rows.forEach((row, index) => {
      const button = row.querySelector("[data-several]");
      button.hidden = false;
      button.addEventListener("click", () => {
        const on = !(several && current === index);
        go(index);
        setSeveral(on);
      });
      for (const box of boxes(row)) {
        box.addEventListener("change", () => {
          if (current !== index) go(index);
          const on = box.checked;
          mark(row, box, on);
          if (on && !several) forward();
        });
      }
    });
    window.addEventListener("beforeunload", (event) => {
      if (changed) event.preventDefault();
    });
    const first = rows.findIndex((row) => !decided(row));
    go(first < 0 ? 0 : first);
  }
}
