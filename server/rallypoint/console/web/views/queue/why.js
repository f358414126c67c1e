// Why one ticket waits, rule by rule, as its players are told. It is worked out when it is asked for, so it is asked for seldom.

import { el, refresh, replace, text } from "../../dom.js";
import { duration } from "../../format.js";
import { badge, bar, panel, player, reasonOf, until } from "../../parts.js";
import { estimateWords, excludeWords, limitWords, many, passWords, ticketTone } from "./words.js";

/** @typedef {import("./words.js").RuleFacts} RuleFacts */
/**
 * @typedef {{queue: string, ticket: string, players: {player: string, name: string, here: boolean}[], queued_at: number, state: string, waited_s: number,
 *   waiting: number, rules: RuleFacts[], tightest: string | null, nearby: number, players_needed: number, estimate_s: number | null,
 *   basis: {matches: number, minutes: number}, text: string}} Why
 */

const EVERY_MS = 5000;
const RETRY_MS = 1200;

export class WhyPanel {
  #ctx;
  #queue;
  #words;
  #ticket = "";
  #timer = 0;
  #asked = 0;

  /** @param {any} ctx @param {string} queue @param {() => Map<string, string>} words Of each rule. @param {() => void} close */
  constructor(ctx, queue, words, close) {
    this.#ctx = ctx;
    this.#queue = queue;
    this.#words = words;
    this.said = el("p", { class: "muted", role: "status" });
    this.body = el("div", { class: "stack" });
    this.title = el("span", {}, "Why it waits");
    this.node = panel({ title: this.title, actions: el("button", { type: "button", class: "plain", "aria-label": "Close", title: "Close (Escape)", onclick: close }, "×") }, this.said, this.body);
    this.node.classList.add("why");
    this.node.tabIndex = -1;
    this.node.hidden = true;
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
  }

  get ticket() {
    return this.#ticket;
  }

  /** @param {string} ticket Empty: none. */
  open(ticket) {
    clearTimeout(this.#timer);
    this.#ticket = ticket;
    this.#asked += 1;
    this.node.hidden = ticket === "";
    replace(this.body);
    text(this.said, "Looking…");
    this.said.hidden = false;
    if (ticket !== "") void this.#ask();
  }

  destroy() {
    this.open("");
  }

  async #ask() {
    const asked = ++this.#asked;
    const path = `/queues/${encodeURIComponent(this.#queue)}/tickets/${encodeURIComponent(this.#ticket)}`;
    /** @type {unknown} */
    let failure = null;
    /** @type {Why | null} */
    let why = null;
    try {
      why = await this.#ctx.api.get(path);
    } catch (error) {
      failure = error;
    }
    if (asked !== this.#asked) return; // another one is asked about by now
    const again = (/** @type {number} */ ms) => (this.#timer = window.setTimeout(() => void this.#askIfSeen(), ms));
    if (why !== null) {
      this.#show(why);
      again(EVERY_MS);
    } else if (/** @type {any} */ (failure).error === "unknown") {
      this.#say("It waits here no more: matched, cancelled, or gone with its players.");
      this.body.classList.add("old");
    } else if (/** @type {any} */ (failure).error === "too_fast") {
      this.#say("Operators ask for more than ten of these a second. Asking again in a moment…");
      again(RETRY_MS);
    } else {
      this.#say(reasonOf(failure));
      again(EVERY_MS);
    }
  }

  /** Nobody looks at a page that is not in sight: then it is not worked out. */
  #askIfSeen() {
    if (document.hidden) this.#timer = window.setTimeout(() => void this.#askIfSeen(), RETRY_MS);
    else void this.#ask();
  }

  /** @param {string} words */
  #say(words) {
    this.said.hidden = words === "";
    text(this.said, words);
  }

  /** @param {Why} why */
  #show(why) {
    this.#say("");
    this.body.classList.remove("old");
    const askedAt = Date.now() / 1000;
    const others = why.waiting - 1;
    const made = [
      el("div", { class: "cell-parts" }, why.players.map((one) => el("span", {}, player(one.player, one.name), !one.here && [" ", badge("away", "warn")]))),
      el("blockquote", { class: "told", title: "What its players are told when they ask" }, why.text),
      el(
        "dl",
        { class: "kv" },
        pair("State", badge(why.state, ticketTone(why.state))),
        pair("Waited", duration(Math.floor(why.waited_s))),
        pair("Fit by all rules", others === 0 ? "nobody else waits" : `${many(why.nearby, "ticket")} of ${others.toLocaleString("en")}`),
        pair("Missing", why.players_needed === 0 ? "nobody: a match is possible" : many(why.players_needed, "player")),
        pair("Estimate", estimateWords(why)),
        pair("Ticket", el("span", { class: "mono" }, why.ticket)),
      ),
      why.rules.length > 0 && el("ul", { class: "why-rules" }, why.rules.map((fact) => this.#rule(fact, why.tightest, askedAt))),
    ];
    refresh(this.body, made);
  }

  /** @param {RuleFacts} fact @param {string | null} tightest @param {number} askedAt */
  #rule(fact, tightest, askedAt) {
    const limit = limitWords(fact);
    return el(
      "li",
      { class: fact.rule === tightest ? "tightest" : "" },
      el("div", { class: "why-rule" }, el("strong", { class: "name" }, fact.rule), fact.rule === tightest && badge("excludes most", "warn"), el("span", { class: "num" }, passWords(fact))),
      bar(fact.of === 0 ? 0 : fact.passes / fact.of),
      el("div", { class: "muted" }, this.#words().get(fact.rule) ?? ""),
      (limit || fact.excludes > 0) && el("div", { class: "why-rule" }, limit && el("span", {}, limit, fact.next_s !== null && [" ", until(Math.round(askedAt + fact.next_s))]), el("span", { class: "warn" }, excludeWords(fact))),
    );
  }
}

/** @param {string} name @param {import("../../dom.js").Child} value */
function pair(name, value) {
  return [el("dt", {}, name), el("dd", {}, value)];
}
