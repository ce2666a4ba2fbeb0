/** The deputies' page: opens the poll that the hall's code names, and shows the screen on which a deputy goes on. */

import * as api from "./api";
import { patiently } from "./api_retry";
import { type IssuerName, type Poll, PollRefused, protocol } from "./protocol/index";
import { CURRENT, Session, type Stage } from "./state";
import { readLink, slips } from "./state_link";
import { watchPhase } from "./state_phase";
import { Resender } from "./state_resend";
import { Store, StoreUnusable } from "./store";
import type { App, Screen, Shown } from "./views/app";
import { cast } from "./views/cast";
import { check } from "./views/check";
import { collect } from "./views/collect";
import { fill, table } from "./views/fill";
import { put, read, restoreType, write } from "./views/frame";
import { identify } from "./views/identify";
import { leave } from "./views/leave";
import { overview } from "./views/overview";
import { type Earlier, erased, home, insecure, told, unsaved } from "./views/plain";
import { receipts } from "./views/receipts";
import { recover } from "./views/recovery";
import { resendingNotice, resent } from "./views/resent";
import { review } from "./views/review";
import { welcome } from "./views/welcome";
import { BROKEN, LOADING, MANIFEST, OFFICES, TROUBLE } from "./words";

const TABLE = "jiandu-table";
/** Screens that work by themselves: going back to them would begin again what is done. */
const PASSING = new Set<Screen["name"]>(["collect", "cast"]);

const OPEN_IN: Record<Screen["name"], Stage[]> = {
  welcome: ["identify", "collect", "fill", "cast", "receipts"],
  recover: ["identify"],
  identify: ["identify"],
  collect: ["collect"],
  overview: ["fill"],
  fill: ["fill"],
  table: ["fill"],
  review: ["fill"],
  // Only what was sealed is cast without a press of the button.
  cast: ["cast"],
  receipts: ["cast", "receipts"],
  check: ["cast", "receipts"],
  leave: ["receipts"],
};

class Page implements App {
  phase: api.Phase | null = null;
  private shown: Shown | null = null;
  private now: Screen["name"] | null = null;
  private readonly aside = resendingNotice();
  private readonly stopWatching: () => void;

  constructor(
    readonly session: Session,
    private readonly opened: Partial<Record<IssuerName, string>>,
  ) {
    const resender = new Resender(session, (resending) => resent(this.aside, session.poll, resending));
    const stop = watchPhase(
      session.poll.hash,
      (phase) => {
        this.phase = phase;
        this.shown?.phaseChanged?.();
      },
      (phase) => void resender.looked(phase),
    );
    this.stopWatching = () => {
      stop();
      resender.stop();
    };
  }

  get address(): string {
    return `#m=${this.session.poll.hash}`;
  }

  get tableView(): boolean {
    return read(TABLE) === "1";
  }

  setTableView(on: boolean): void {
    write(TABLE, on ? "1" : "0");
  }

  slip(issuer: IssuerName): string {
    return this.opened[issuer] ?? "";
  }

  go(screen: Screen): void {
    const { address } = this;
    if (this.now === null || PASSING.has(this.now)) history.replaceState(screen, "", address);
    else history.pushState(screen, "", address);
    this.show(screen);
  }

  /** A screen of the browser's history, if it still makes sense. */
  revisit(state: unknown): void {
    const screen = state as Screen | null;
    if (screen && OPEN_IN[screen.name]?.includes(this.session.stage)) this.show(screen);
    else this.home();
  }

  home(): void {
    const { session } = this;
    this.now = null;
    switch (session.stage) {
      case "identify":
        return this.go(session.codes.a === undefined ? { name: "welcome" } : { name: "identify", issuer: "b" });
      case "collect":
        return this.go({ name: "collect" });
      case "fill":
        return this.go({ name: "overview" });
      case "cast":
        return this.go({ name: "cast" });
      case "receipts":
        return this.go({ name: session.checked ? "check" : "receipts" });
    }
  }

  erased(): void {
    this.close();
    void this.session.store.remove(CURRENT);
    history.replaceState(null, "", location.pathname);
    put(erased(), this.session.poll.manifest.event);
  }

  close(): void {
    this.shown?.gone?.();
    this.stopWatching();
    page = null;
  }

  private show(screen: Screen): void {
    this.shown?.gone?.();
    this.now = screen.name;
    const shown = screenOf(this, screen);
    this.shown = shown;
    put(shown, this.session.poll.manifest.event, this.aside);
  }
}

function screenOf(app: App, screen: Screen): Shown {
  switch (screen.name) {
    case "welcome":
      return welcome(app);
    case "recover":
      return recover(app);
    case "identify":
      return identify(app, screen.issuer);
    case "collect":
      return collect(app);
    case "overview":
      return overview(app);
    case "fill":
      return fill(app, screen.index);
    case "table":
      return table(app);
    case "review":
      return review(app);
    case "cast":
      return cast(app);
    case "receipts":
      return receipts(app);
    case "check":
      return check(app);
    case "leave":
      return leave(app);
  }
}

let page: Page | null = null;

async function open(): Promise<void> {
  page?.close();
  if (!window.isSecureContext || !("subtle" in crypto) || !("indexedDB" in window) || typeof BigInt === "undefined") {
    put(insecure(), "");
    return;
  }
  const store = await Store.open();
  const link = await readLink(store);
  if (link.broken) {
    put(told(MANIFEST.unknownTitle, MANIFEST.badLink), "");
    return;
  }
  const opened = await slips(store);
  if (link.poll === null) {
    const offices = (Object.keys(opened) as IssuerName[]).map((issuer) => OFFICES[issuer]);
    put(home(offices, await earlier(store)), "");
    return;
  }
  const poll = await pollOf(store, link.poll);
  if (!poll) return;
  page = new Page(await Session.load(poll, store), opened);
  page.revisit(history.state);
}

/** The manifest of this hash, from this phone or from the board; null when there is none, and the page says why. */
async function pollOf(store: Store, hash: string): Promise<Poll | null> {
  const kept = await store.get<Uint8Array>(`${hash}/manifest`);
  put(told(LOADING, ""), "");
  try {
    const data =
      kept ??
      (await patiently(
        () => api.boardFile(hash, "manifest.json"),
        (n) => n > 0 && put(told(LOADING, n < 6 ? TROUBLE.some : TROUBLE.long), ""),
      ));
    const poll = await protocol.readPoll(data, hash);
    if (!kept) await store.put(`${hash}/manifest`, data);
    return poll;
  } catch (error) {
    if (error instanceof api.Refused) put(told(MANIFEST.unknownTitle, MANIFEST.unknown), "");
    else if (error instanceof PollRefused) put(told(MANIFEST.otherTitle, MANIFEST.other, error.message), "");
    else throw error;
    return null;
  }
}

async function earlier(store: Store): Promise<Earlier[]> {
  const found: Earlier[] = [];
  for (const key of await store.keys()) {
    const [hash, part] = key.split("/");
    const data = part === "manifest" ? await store.get<Uint8Array>(key) : undefined;
    if (hash && data) found.push({ hash, event: (await protocol.readPoll(data, hash)).manifest.event });
  }
  return found;
}

function broken(error: unknown): void {
  if (error instanceof StoreUnusable) put(unsaved(), "");
  else put(told(BROKEN.title, BROKEN.how, "", { text: BROKEN.reload, run: () => location.reload() }), "");
}

restoreType();
window.addEventListener("unhandledrejection", (event) => broken(event.reason));
window.addEventListener("error", (event) => broken(event.error));
window.addEventListener("hashchange", () => void open());
window.addEventListener("popstate", (event) => {
  // Another address in the same tab, a slip's or another hall's, is opened by `hashchange`, which must still find it.
  if (page && location.hash === page.address) page.revisit(event.state);
});
void open();
