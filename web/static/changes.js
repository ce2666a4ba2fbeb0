// An open page learns that something changed, and fetches what it shows anew: sections marked `data-live`.
// What somebody is typing stays; a page that cannot be changed under their hands says so and offers to reload.
const RETRY = 30_000;
const say = (() => {
  const place = document.createElement("p");
  place.className = "changed";
  place.setAttribute("role", "status");
  place.setAttribute("aria-live", "polite");
  document.body.append(place);
  return (words, withButton = false) => {
    place.textContent = words;
    if (!withButton) return;
    const again = document.createElement("button");
    again.className = "small";
    again.textContent = "刷新本页";
    again.addEventListener("click", () => location.reload());
    place.append(" ", again);
  };
})();

const badge = (todo, unread) => {
  for (const each of document.querySelectorAll('[data-badge="todo"]')) {
    each.hidden = todo + unread === 0;
    each.textContent = String(todo + unread);
    each.setAttribute("aria-label", `${todo} 件待办，${unread} 条未读`);
  }
};

const concerns = (news) => {
  if (news.all) return true;
  const here = location.pathname.match(/^\/(?:cases|rectifications)\/(?:(\w+)\/)?([^/]+)$/);
  if (here) return news.cases.includes(`${here[1] ?? "rectification"}/${here[2]}`);
  return news.cases.length > 0 || news.books.length > 0 || news.mail;
};

const written = (section) =>
  [...section.querySelectorAll("input, textarea, select")].some((each) => {
    if (each.type === "hidden") return false;
    if (each.type === "checkbox" || each.type === "radio") return each.checked !== each.defaultChecked;
    if (each.tagName === "SELECT") return [...each.options].some((option) => option.selected !== option.defaultSelected);
    return each.value !== each.defaultValue || each === document.activeElement;
  });

const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

const exchange = (old, fresh) => {
  if (old.innerHTML === fresh.innerHTML) return false;
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  const same = (each) => at && each.tagName === at.tagName && each.getAttribute("href") === at.getAttribute("href") && each.textContent === at.textContent;
  const place = at ? [...old.querySelectorAll(FOCUSABLE)].indexOf(at) : -1;
  const opened = new Set([...old.querySelectorAll("details[open] > summary")].map((each) => each.textContent));
  old.replaceChildren(...document.importNode(fresh, true).childNodes);
  for (const summary of old.querySelectorAll("details > summary")) {
    if (opened.has(summary.textContent)) summary.parentElement.open = true;
  }
  if (at) {
    const all = [...old.querySelectorAll(FOCUSABLE)];
    (all.find(same) ?? all[Math.min(place, all.length - 1)])?.focus({ preventScroll: true });
  }
  return true;
};

let fetching = false;
let again = false;
const renew = async () => {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { "x-jiandu-live": "1" }, redirect: "error" });
    if (!answer.ok) return;
    const fresh = [...new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("[data-live]")];
    const old = [...document.querySelectorAll("[data-live]")];
    if (old.length !== fresh.length || old.some(written)) {
      if (old.some((each, at) => each.innerHTML !== fresh[at]?.innerHTML)) say("本页内容有变化。", true);
      return;
    }
    if (old.map((each, at) => exchange(each, fresh[at])).some(Boolean)) say("本页内容已更新。");
  } catch {
    say("本页内容有变化。", true);
  } finally {
    fetching = false;
    if (again) {
      again = false;
      void renew();
    }
  }
};

let source = null;
let last = "";
let unread = null;
let retry = 0;

const close = () => {
  source?.close();
  source = null;
  clearTimeout(retry);
};

const open = () => {
  if (source || document.hidden) return;
  source = new EventSource(last ? `/events?after=${last}` : "/events");
  source.addEventListener("change", (event) => {
    last = event.lastEventId;
    const news = JSON.parse(event.data);
    badge(news.todo, news.unread);
    news.mail = unread !== null && news.unread !== unread && location.pathname.startsWith("/todo");
    unread = news.unread;
    if (document.querySelector("[data-live]") && concerns(news)) void renew();
  });
  source.addEventListener("ended", () => {
    close();
    document.removeEventListener("visibilitychange", turned);
    say("登录已经结束，本页不再更新。", true);
  });
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    retry = setTimeout(open, RETRY);
  });
};

// Browsers allow six connections to a host: only pages that are looked at keep one.
const turned = () => (document.hidden ? close() : open());
document.addEventListener("visibilitychange", turned);
addEventListener("pagehide", close);
addEventListener("pageshow", open);
open();
