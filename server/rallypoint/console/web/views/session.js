// One session: its head, and below it what it is now, what happened, and what it was.

import { el, replace } from "../dom.js";
import { gone } from "./session/gone.js";
import { Header, places } from "./session/header.js";
import { liveTab } from "./session/live.js";
import { timelineTab } from "./session/timeline.js";
import { travel } from "./session/travel.js";

/** @typedef {import("./session/live.js").Look} Look */

const TABS = /** @type {const} */ ([
  ["live", "Live"],
  ["timeline", "Timeline"],
  ["travel", "Time travel"],
]);

export default {
  /** @param {{session: string}} params */
  title: (params) => `Session ${params.session}`,

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const page = new SessionPage(root, ctx);
    return () => page.close();
  },
};

class SessionPage {
  #root;
  #ctx;
  #session;
  #path;
  /** @type {Look | null} */
  #look = null;
  /** @type {Map<string, number>} How many may watch a session of each game. */
  #spectators = new Map();
  /** @type {{set?(look: Look): void, by?(steps: number): void, destroy(): void} | null} */
  #tab = null;
  #isGone = false;
  #isOver = false;
  #places = "";

  /** @param {HTMLElement} root @param {any} ctx */
  constructor(root, ctx) {
    this.#root = root;
    this.#ctx = ctx;
    this.#session = ctx.params.session;
    this.#path = `/sessions/${encodeURIComponent(this.#session)}/look`;
    this.header = new Header(ctx, this.#session, () => void this.#refresh());
    this.body = el("div", { class: "session-body" });
    this.tabs = el("nav", { class: "tabs", "aria-label": "Parts of the session" });
    root.addEventListener("click", (event) => this.#clicked(event));
    ctx.keys.bind("← →", "In time travel: a tick back, a tick on", () => {}); // told only: arrows belong to what has the focus
    document.addEventListener("keydown", this.#arrows);
    this.waiting = el("p", { class: "muted" }, "Looking…");
    replace(root, this.waiting);
    ctx.api.get("/games").then(
      (/** @type {{games: {name: string, spectators_max: number}[]}} */ found) => {
        this.#spectators = new Map(found.games.map((game) => [game.name, game.spectators_max]));
        this.#places = "";
        if (this.#look) this.#tellPlaces(this.#look);
      },
      () => {},
    );
    ctx.live.watch(this.#path, (/** @type {any} */ body, /** @type {number} */ status) => this.#told(body, status));
  }

  close() {
    this.#isOver = true;
    document.removeEventListener("keydown", this.#arrows);
    this.#tab?.destroy();
  }

  #arrows = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || !this.#tab?.by || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/** @type {Element} */ (event.target).closest("input, textarea, select, dialog, .scroll-x")) return;
    event.preventDefault();
    this.#tab.by(event.shiftKey ? by * 10 : by);
  };

  /** At once what something that was done has changed, and not a second later. */
  async #refresh() {
    try {
      this.#told(await this.#ctx.api.get(this.#path), 200);
    } catch {
      // What is watched says so, too.
    }
  }

  /** @param {any} body @param {number} status */
  #told(body, status) {
    if (this.#isOver) return;
    if (status === 404) return void this.#forget();
    if (status !== 200) {
      if (!this.#look) replace(this.waiting, `The session cannot be shown: ${body.reason}`);
      return;
    }
    const look = /** @type {Look} */ (body);
    const isFirst = this.#look === null;
    this.#look = look;
    if (isFirst || this.#isGone) this.#begin();
    this.header.set(look);
    this.#tellPlaces(look);
    this.#tab?.set?.(look);
  }

  #begin() {
    this.#isGone = false;
    replace(this.#root, this.header.node, this.tabs, this.body);
    this.#show(this.#ctx.query);
  }

  /** The server does not know it: any more, if it was shown before; then its last picture stays. */
  async #forget() {
    if (this.#isGone) return;
    this.#isGone = true;
    if (this.#look) return this.header.forgotten();
    const head = el("div", { class: "stack" });
    const canTravel = await gone(head, this.#ctx, this.#session, (game) => this.#spectators.get(game) ?? null);
    if (this.#isOver || this.#look) return;
    replace(this.#root, head, this.body);
    if (canTravel) this.#show(new URLSearchParams({ ...Object.fromEntries(this.#ctx.query), tab: "travel" }));
  }

  /** @param {Look} look */
  #tellPlaces(look) {
    const isOver = look.outcome !== null;
    const { game } = look.session;
    const key = `${isOver}`;
    if (this.#places === key) return; // a link that is made anew would lose the focus
    this.#places = key;
    this.header.setPlaces(...places(this.#ctx.me, { game, session: this.#session, isOver, spectatorsMax: this.#spectators.get(game) ?? null, hasReplay: this.#ctx.me.replays }));
  }

  /** @param {URLSearchParams} query */
  #show(query) {
    const name = TABS.find(([tab]) => tab === query.get("tab"))?.[0] ?? "live";
    this.#tab?.destroy();
    const root = el("div", {});
    replace(this.body, root);
    replace(this.tabs, ...TABS.map(([tab, words]) => el("a", { href: `?tab=${tab}`, "aria-current": tab === name ? "page" : undefined }, words)));
    if (name === "live") this.#tab = liveTab(root, this.#ctx, this.#session, () => void this.#refresh());
    else if (name === "timeline") this.#tab = timelineTab(root, this.#ctx, this.#session, query);
    else this.#tab = travel(root, this.#ctx, this.#session, query.get("tick"));
    if (this.#look) this.#tab.set?.(this.#look);
  }

  /** Links to parts of the same page: it is not begun anew. @param {MouseEvent} event */
  #clicked(event) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = /** @type {HTMLElement} */ (event.target).closest("a");
    const href = link?.getAttribute("href") ?? "";
    if (!href.startsWith("?")) return;
    event.preventDefault();
    event.stopPropagation();
    const query = new URLSearchParams(href);
    this.#ctx.setQuery({ tab: "", tick: "", kind: "", who: "", find: "", ...Object.fromEntries(query) });
    this.#show(query);
    /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-current]"))?.focus();
  }
}
