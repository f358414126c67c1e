// One queue: how it does, who waits in it and why, and what other rules would make of them.

import { el, refresh, replace } from "../dom.js";
import { ago, badge, link, reasonOf, toast } from "../parts.js";
import { figures } from "../figures.js";
import { count, duration } from "../format.js";
import { pauseButton, pauseOrResume } from "./queue/pausing.js";
import { rulesTab } from "./queue/rules.js";
import { ticketsTab } from "./queue/tickets.js";
import { pace, quality, qualityTone, span, wait } from "./queue/words.js";

/** @typedef {import("./queue/words.js").QueueInfo} QueueInfo */

const TABS = /** @type {const} */ ([
  ["tickets", "Tickets", "t"],
  ["rules", "Rules and dry run", "r"],
]);
const FIGURES = ["Waiting", "Oldest", "Half waited", "9 in 10 waited", "Matches a minute", "Quality", "Ready checks"];

export default {
  /** @param {{queue: string}} params */
  title: (params) => `Queue ${params.queue}`,

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    const page = new QueuePage(root, ctx);
    return () => page.close();
  },
};

class QueuePage {
  #root;
  #ctx;
  #name;
  /** @type {QueueInfo | null} */
  #info = null;
  /** @type {{destroy(): void} | null} */
  #tab = null;
  #timer = 0;

  /** @param {HTMLElement} root @param {any} ctx */
  constructor(root, ctx) {
    this.#root = root;
    this.#ctx = ctx;
    this.#name = ctx.params.queue;
    this.stats = figures(FIGURES);
    this.stats.node.classList.add("queue-stats");
    this.about = el("div", { class: "cell-parts" });
    this.actions = el("div", { class: "toolbar" });
    this.tabs = el("nav", { class: "tabs", "aria-label": "Parts of the queue" });
    this.body = el("div", { class: "stack" });
    this.tabs.addEventListener("click", (event) => this.#clicked(event));
    replace(root, el("p", { class: "muted" }, "Looking…"));
    for (const [name, words, key] of TABS) ctx.keys.bind(key, words.toLowerCase(), () => this.#info && this.#show(name));
    if (ctx.me.admin) ctx.keys.bind("p", "pause or resume the queue", () => void this.#pause());
    ctx.live.watch("/queues", (/** @type {any} */ body, /** @type {number} */ status) => this.#told(body, status));
  }

  close() {
    clearInterval(this.#timer);
    this.#tab?.destroy();
  }

  /** @param {any} body @param {number} status */
  #told(body, status) {
    if (status !== 200) {
      if (!this.#info) replace(this.#root, el("p", { class: "empty" }, `The queue cannot be shown: ${body?.reason ?? "the server does not say why"}.`));
      return;
    }
    const info = /** @type {QueueInfo[]} */ (body).find((one) => one.queue === this.#name);
    if (info) this.#set(info);
    else if (!this.#info) replace(this.#root, el("section", { class: "panel" }, el("p", { class: "empty" }, "There is no such queue on this server."), link("/queues", "All queues")));
  }

  /** @param {QueueInfo} info */
  #set(info) {
    const isFirst = this.#info === null;
    this.#info = info;
    if (isFirst) {
      replace(this.#root, el("div", { class: "session-row" }, this.about, this.actions), this.stats.node, this.tabs, this.body);
      this.#show(this.#ctx.query.get("tab") === "rules" ? "rules" : "tickets", this.#ctx.query.get("ticket") ?? "");
      this.#timer = window.setInterval(() => this.#oldest(), 1000);
    }
    refresh(this.about, [
      info.paused ? badge("paused", "warn") : badge("matching", "ok"),
      info.paused && el("span", { class: "warn" }, "for ", ago(info.paused_since), " nobody has been matched"),
      badge(info.kind === "quick" ? "quick matches" : "by rules"),
      el("span", { class: "muted" }, "plays "),
      link(`/sessions?game=${encodeURIComponent(info.game)}`, info.game),
    ]);
    refresh(
      this.actions,
      pauseButton(this.#ctx, info, () => this.#info ?? info, (after) => this.#set(after)),
    );
    this.#figures(info);
  }

  /** @param {QueueInfo} info */
  #figures(info) {
    const of = span(info);
    this.stats.put("Waiting", count(info.players), info.players === info.waiting ? (info.players === 1 ? "player" : "players") : `players, ${count(info.waiting)} tickets`);
    this.#oldest();
    this.stats.put("Half waited", wait(info.wait_p50_s), of);
    this.stats.put("9 in 10 waited", wait(info.wait_p90_s), of);
    this.stats.put("Matches a minute", pace(info), `${count(info.matches)} ${of}`);
    this.stats.put("Quality", quality(info.quality), info.kind === "quick" ? "quick matches have none" : of, qualityTone(info.quality));
    this.stats.put("Ready checks", count(info.ready_checks), info.ready_checks > 0 ? "players are being asked" : "");
  }

  #oldest() {
    const since = this.#info?.oldest_since ?? null;
    this.stats.put("Oldest", since === null ? "–" : duration(Math.max(0, Math.floor(Date.now() / 1000 - since))), since === null ? "nobody waits" : "has waited so long");
  }

  async #pause() {
    if (!this.#info) return;
    try {
      await pauseOrResume(this.#ctx, this.#info, (after) => this.#set(after));
    } catch (error) {
      toast(reasonOf(error), "bad");
    }
  }

  /** @param {string} name @param {string} [ticket] */
  #show(name, ticket = "") {
    this.#tab?.destroy();
    const root = el("div", { class: "stack" });
    replace(this.body, root);
    replace(this.tabs, ...TABS.map(([tab, words]) => el("a", { href: tab === "tickets" ? "?" : `?tab=${tab}`, "aria-current": tab === name ? "page" : undefined, dataset: { tab } }, words)));
    this.#ctx.setQuery(name === "rules" ? { tab: "rules", ticket: "", q: "" } : { tab: "", ticket });
    const query = new URLSearchParams(location.search);
    this.#tab = name === "rules" ? rulesTab(root, this.#ctx, this.#name) : ticketsTab(root, { ...this.#ctx, query }, this.#name, ticket);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const tab = /** @type {HTMLElement} */ (event.target).closest("a")?.dataset["tab"];
    if (tab === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show(tab);
    /** @type {HTMLElement | null} */ (this.tabs.querySelector("[aria-current]"))?.focus();
  }
}
