// Tries a draft while it is written: the form goes to the page's own address, which answers with the rehearsal alone.
const form = document.querySelector("form[data-try]");
const place = document.getElementById("what-if");
const PAUSE = 600;
let waiting = 0;
let asked = 0;

async function rehearse() {
  const mine = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("step", "try");
  const answer = await fetch(form.action, { method: "POST", body, headers: { "x-part": "what-if" } });
  const said = answer.headers.get("content-type")?.startsWith("text/html") && [200, 422].includes(answer.status);
  if (said && mine === asked) place.innerHTML = await answer.text();
}

form.addEventListener("input", (event) => {
  if (event.target.name === "note") return;
  clearTimeout(waiting);
  // Without an answer the button still does the same.
  waiting = setTimeout(() => rehearse().catch(() => undefined), PAUSE);
});
