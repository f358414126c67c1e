// The head of a session's page: what it is, how it stands, and what can be done to it.

import { ask } from "../../dialog.js";
import { el, replace, text } from "../../dom.js";
import { act, ago, badge, toast } from "../../parts.js";
import { playLink } from "./play_link.js";
import { stateTone } from "./tones.js";
import { sessionTime } from "./words.js";

/** @typedef {import("./live.js").Look} Look */

const STEPS_MAX = 100;

export class Header {
  /** @type {Look | null} */
  #look = null;
  #path;
  #ctx;
  #session;
  #refresh;

  /**
   * @param {any} ctx
   * @param {string} session
   * @param {() => void} refresh Something was changed.
   */
  constructor(ctx, session, refresh) {
    this.#ctx = ctx;
    this.#session = session;
    this.#refresh = refresh;
    this.#path = `/sessions/${encodeURIComponent(session)}`;
    this.game = el("span", { class: "session-name" }, "Session");
    this.badges = el("span", { class: "cell-parts" });
    const copy = el("button", { type: "button", class: "copy mono", title: "Copy the id", "aria-label": `Copy the id ${session}`, onclick: () => void this.#copy() }, session);
    this.facts = /** @type {Record<string, HTMLElement>} */ ({});
    const facts = ["tick", "session time", "epoch", "players", "watching", "room code"].map((label) => {
      const value = (this.facts[label] = el("dd", { class: "num" }, "–"));
      return el("div", { class: "fact" }, el("dt", {}, label), value);
    });
    this.places = el("span", { class: "toolbar" });
    this.actions = el("div", { class: "toolbar session-actions" });
    this.banner = el("div", { class: "session-banner", hidden: true, role: "status" });
    this.node = el("header", { class: "session-head" }, el("div", { class: "session-title" }, this.game, copy, this.badges, this.places), el("div", { class: "session-row" }, el("dl", { class: "facts" }, ...facts), this.actions), this.banner);
    this.buttons = ctx.me.admin ? this.#makeButtons() : null;
    if (this.buttons) this.actions.append(...Object.values(this.buttons));
  }

  /** @param {Look} look */
  set(look) {
    this.#look = look;
    const { session } = look;
    const isOver = look.outcome !== null;
    const state = isOver ? "ended" : look.paused ? "paused" : session.state;
    text(this.game, session.game);
    const standing = JSON.stringify([state, session.private, look.locked]);
    if (this.badges.dataset["standing"] !== standing) {
      this.badges.dataset["standing"] = standing;
      replace(this.badges, badge(state, stateTone(state)), session.private && badge("private", ""), look.locked && !isOver && badge("locked", "info"));
    }
    const told = { tick: String(session.tick), "session time": sessionTime(look.now_ms), epoch: String(session.epoch), players: `${session.players} of ${session.seats}`, watching: String(session.spectators), "room code": look.code ?? "" };
    for (const [label, value] of Object.entries(told)) text(/** @type {HTMLElement} */ (this.facts[label]), value);
    const code = /** @type {HTMLElement} */ (this.facts["room code"]?.parentElement);
    code.hidden = !look.code;
    this.#tell(look, isOver);
    this.#enable(look, isOver);
  }

  /** The server has forgotten it: what is shown is its last state. */
  forgotten() {
    this.#look = null;
    this.actions.hidden = true;
    this.banner.dataset["told"] = "";
    this.banner.hidden = false;
    this.banner.append(el("p", { class: "muted" }, "The server has forgotten it by now. This is the last that it said."));
  }

  /** @param {(HTMLElement | string)[]} parts Links to the game's own pages, or why there are none. */
  setPlaces(...parts) {
    replace(this.places, ...parts);
  }

  /** @param {Look} look @param {boolean} isOver */
  #tell(look, isOver) {
    const key = JSON.stringify([look.paused, look.outcome, look.reason, look.result]);
    if (this.banner.dataset["told"] === key) return;
    this.banner.dataset["told"] = key;
    this.banner.hidden = !look.paused && !isOver;
    if (isOver) replace(this.banner, el("p", {}, el("b", {}, outcomeInWords(look.outcome)), look.reason ? `: ${look.reason}` : ""), look.result && resultNode(look.result, look.seats));
    else if (look.paused) replace(this.banner, el("p", {}, el("b", {}, "Paused"), " for ", ago(look.paused.since_at), look.paused.by && ` by ${look.paused.by}`, look.paused.reason && `: ${look.paused.reason}`, ". Seats and connections are kept; no step is made."));
  }

  /** @param {Look} look @param {boolean} isOver */
  #enable(look, isOver) {
    if (!this.buttons) return;
    const { pause, step, steps, lock } = this.buttons;
    this.actions.hidden = isOver;
    text(pause, look.paused ? "Resume" : "Pause");
    text(lock, look.locked ? "Unlock" : "Lock");
    lock.title = look.locked ? "Others may be seated again" : "Nobody else is seated";
    step.hidden = steps.hidden = !look.paused;
  }

  #makeButtons() {
    const ctx = this.#ctx;
    const button = (/** @type {string} */ words, /** @type {string} */ key, /** @type {string} */ help, /** @type {() => Promise<void>} */ run, danger = false) => {
      const node = el("button", { type: "button", class: danger ? "danger" : "", title: key ? `${help} (${key})` : help, onclick: () => act(ctx, node, run) }, words);
      if (key) {
        ctx.keys.bind(key, help, () => {
          if (!node.hidden && !node.disabled && !this.actions.hidden) node.click();
        });
      }
      return node;
    };
    return {
      message: button("Message…", "m", "Message its players", () => this.#message()),
      pause: button("Pause", "p", "Pause or resume", () => this.#pause()),
      step: button("Step", ".", "Make one step", () => this.#step(1)),
      steps: button("Steps…", "", "Make several steps", () => this.#steps()),
      lock: button("Lock", "", "Nobody else is seated", () => this.#lock()),
      end: button("End…", "e", "End the session", () => this.#end(), true),
    };
  }

  /** @param {string} what @param {any} body @param {string} said */
  async #post(what, body, said) {
    await this.#ctx.api.post(`${this.#path}/${what}`, body);
    if (said) toast(said, "ok");
    this.#refresh();
  }

  async #message() {
    const answer = await ask({ title: "Message its players", text: "It is shown to those whose game is connected to the lobby right now.", confirm: "Send", fields: [{ name: "text", label: "Message", kind: "area", required: true, max: 300, value: "" }] });
    if (answer) await this.#post("message", { text: answer["text"] }, "Sent.");
  }

  async #pause() {
    if (this.#look?.paused) return this.#post("resume", {}, "It goes on.");
    await this.#post("pause", {}, "Paused.");
  }

  /** @param {number} ticks */
  async #step(ticks) {
    await this.#post("step", { ticks }, "");
  }

  async #steps() {
    const answer = await ask({ title: "How many steps?", text: "They are made at once, and it stays paused.", confirm: "Make them", fields: [{ name: "ticks", label: `Steps, up to ${STEPS_MAX}`, kind: "number", required: true, max: STEPS_MAX, value: "10" }] });
    if (answer) await this.#step(Number(answer["ticks"]));
  }

  async #lock() {
    const locked = !this.#look?.locked;
    await this.#post("lock", { locked }, locked ? "Locked: nobody else is seated." : "Unlocked.");
  }

  async #end() {
    const answer = await ask({ title: "End this session?", text: "It ends for good with its next step, without a result of the game's. Its players are told the reason.", danger: true, confirm: "End session", fields: [{ name: "reason", label: "Reason", kind: "text", required: true, max: 100, value: "ended by an operator" }] });
    if (answer) await this.#post("end", { reason: answer["reason"] }, "It ends.");
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#session);
      toast("Copied.", "ok");
    } catch {
      toast(`This browser does not let pages copy: ${this.#session}`, "warn");
    }
  }
}

/** @param {string | null} outcome */
export function outcomeInWords(outcome) {
  const words = /** @type {Record<string, string>} */ ({ ended: "Ended", cancelled: "Cancelled", game_failed: "The game has failed", shutdown: "The server was shut down" });
  return words[outcome ?? ""] ?? String(outcome ?? "").replaceAll("_", " ");
}

/**
 * Winners and scores, as the game said.
 * @param {any} result
 * @param {{seat: number, name: string}[]} seats
 */
export function resultNode(result, seats) {
  const name = (/** @type {number | string} */ seat) => seats.find((one) => one.seat === Number(seat))?.name ?? `seat ${seat}`;
  /** @type {[string, string][]} */
  const rows = [];
  if (Array.isArray(result.winners)) rows.push(["winners", result.winners.length ? result.winners.map(name).join(", ") : "nobody"]);
  for (const [seat, score] of Object.entries(result.scores ?? {})) rows.push([name(seat), String(score)]);
  if (result.reason) rows.push(["reason", String(result.reason)]);
  if (result.data && Object.keys(result.data).length) rows.push(["data", JSON.stringify(result.data)]);
  return el("dl", { class: "kv" }, ...rows.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
}

/**
 * The link to the game's own page: to watch while it goes on, its replay afterwards; or why there is none.
 * @param {any} me
 * @param {{game: string, session: string, isOver: boolean, spectatorsMax: number | null, hasReplay: boolean}} what `spectatorsMax` null: not known.
 * @returns {(HTMLElement | string)[]}
 */
export function places(me, { game, session, isOver, spectatorsMax, hasReplay }) {
  const without = (/** @type {string} */ words) => [el("span", { class: "muted" }, words)];
  const link = playLink(me.play_url, location, game, isOver ? { replay: session } : { watch: session });
  if (!link) return without("Players have no pages here.");
  if (spectatorsMax === 0) return without(`${game} has no spectators: it cannot be watched.`);
  if (isOver && !hasReplay) return without("No replay was kept.");
  return [el("a", { class: "button", href: link, target: "_blank", rel: "noopener noreferrer" }, isOver ? "Replay ↗" : "Watch live ↗")];
}
