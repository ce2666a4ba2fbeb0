// The figures of a poll as the server tells them. Without this file the page reloads by itself.
"use strict";
{
  const live = document.getElementById("live");
  const lost = document.getElementById("lost");
  if (live && "EventSource" in window) {
    const source = new EventSource(live.dataset.source);
    source.onmessage = (event) => {
      live.innerHTML = event.data;
      lost.textContent = "";
      lost.classList.add("hidden");
    };
    source.onerror = () => {
      lost.textContent = lost.dataset.lost;
      lost.classList.remove("hidden");
    };
  }
}
