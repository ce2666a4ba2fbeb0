// In a table of marks the arrows and Enter go up and down, as in a spreadsheet. Without this file Tab goes on as ever.
"use strict";
for (const table of document.querySelectorAll("table.marks")) {
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell || event.isComposing) return;
    event.preventDefault();
    let row = cell.parentElement;
    const rows = [...table.querySelectorAll("tbody tr")];
    row = rows[rows.indexOf(row) + step];
    const next = row && row.querySelector(`input[data-column="${event.target.dataset.column}"]`);
    if (next) {
      next.focus();
      next.select();
    }
  });
}
{
  const live = document.getElementById("progress");
  if (live && live.dataset.source && "EventSource" in window) {
    const source = new EventSource(live.dataset.source);
    source.onmessage = (event) => {
      live.innerHTML = event.data;
      if (!live.querySelector("[data-running]")) {
        source.close();
        if (live.querySelector("[data-stopped]")) location.reload();
      }
    };
  }
}
