// One player: where they are, how their links do, what they played; and what an operator does about them.

import { el, refresh, replace, text } from "../dom.js";
import { act, adminOnly, ago, badge, toast, until } from "../parts.js";
import { kick, message, mute, unmute } from "./player/acts.js";
import { now } from "./player/now.js";
import { past } from "./player/past.js";

/** @typedef {import("./player/now.js").Look} Look */

export default {
  /** @param {{player: string}} params */
  title: (params) => `Player ${params.player}`,

  /** @param {HTMLElement} root @param {any} ctx */
  mount(root, ctx) {
    return new PlayerPage(root, ctx).close;
  },
};

class PlayerPage {
  #ctx;
  #id;
  #path;
  /** @type {Look | null} */
  #look = null;
  #isOver = false;
  #busy = false;
  #seats = "";
  /** The name in the newest result. */
  #former = "";

  /** @param {HTMLElement} root @param {any} ctx */
  constructor(root, ctx) {
    this.#ctx = ctx;
    this.#id = ctx.params.player;
    this.#path = `/players/${encodeURIComponent(this.#id)}`;
    this.name = el("span", { class: "player-name" }, this.#id);
    this.badges = el("span", { class: "cell-parts" });
    this.mute = el("div", { class: "alert warn", hidden: true });
    this.note = el("p", { class: "muted", role: "status" }, "Looking…");
    const button = (/** @type {string} */ words, /** @type {string} */ key, /** @type {(look: Look) => Promise<void>} */ run, kind = "") => {
      const made = el("button", { type: "button", class: kind, title: `Key: ${key}`, dataset: { tip: `Key: ${key}` }, onclick: () => void this.#do(made, run) }, words);
      if (ctx.me.admin) ctx.keys.bind(key, `${words.toLowerCase().replace("…", "")} the player`, () => made.isConnected && !made.disabled && made.click());
      return adminOnly(ctx, made);
    };
    this.telling = button("Message…", "m", (look) => message(ctx, look));
    this.muting = button("Mute…", "u", (look) => (look.mute ? unmute(ctx, look) : mute(ctx, look)));
    this.kicking = button("Kick…", "k", (look) => kick(ctx, look), "danger");
    this.actions = el("div", { class: "toolbar", hidden: true }, this.telling, this.muting, this.kicking);
    this.present = now();
    this.past = past(ctx, this.#id, (name) => {
      this.#former = name;
      if (this.#look !== null && this.#look.name === "") this.#set(this.#look);
    });
    this.parts = el("div", { class: "player-parts" });
    const id = el("button", { type: "button", class: "mono copy small", title: "Copy the id", onclick: () => void this.#copy() }, this.#id);
    replace(root, el("div", { class: "player-head" }, el("div", { class: "session-row" }, el("span", { class: "cell-parts" }, this.name, this.badges, id), this.actions), this.mute, this.note), this.parts);
    replace(this.parts, this.past.nodes);
    ctx.live.watch(this.#path, (/** @type {any} */ body, /** @type {number} */ status) => this.#told(body, status));
    void this.past.load();
  }

  close = () => {
    this.#isOver = true;
  };

  /** @param {any} body @param {number} status */
  #told(body, status) {
    if (this.#isOver) return;
    if (status === 200) return this.#set(body);
    if (status === 404) return this.#set(nobody(this.#id));
    if (status === 422) replace(this.parts); // no player can have such an id, so none has a past
    this.note.hidden = false;
    text(this.note, status === 422 ? "That cannot be the id of a player." : `The player cannot be shown: ${body?.reason ?? "the server does not say why"}.`);
  }

  /** @param {Look} told */
  #set(told) {
    const look = { ...told, name: told.name || this.#look?.name || this.#former }; // of who is gone the server may know none
    if (this.#look === null) replace(this.parts, this.present.nodes, this.past.nodes);
    this.#look = look;
    const isHere = look.lobby !== null || look.seats.length > 0;
    this.note.hidden = isHere;
    text(this.note, "Not here now: neither in the lobby nor seated.");
    this.actions.hidden = false;
    this.#allow(this.telling, look.lobby !== null, "Only in the lobby can somebody be told something.");
    this.#allow(this.kicking, isHere, "There is nothing to be kicked from.");
    text(this.name, look.name || look.player);
    refresh(this.badges, [look.bot && badge("bot", "info"), ...whereBadges(look)]);
    text(this.muting, look.mute ? "Unmute" : "Mute…");
    this.mute.hidden = look.mute === null;
    if (look.mute) refresh(this.mute, ["Muted for ", until(look.mute.until_at), " more, by ", el("span", { class: "name" }, look.mute.by), look.mute.reason && [": ", el("span", { class: "name" }, look.mute.reason)]]);
    this.present.set(look, isHere);
    const seats = look.seats.map((seat) => seat.session).join(" ");
    if (this.#seats !== "" && seats !== this.#seats) void this.past.load(); // a session that is over has a result by now
    this.#seats = seats;
  }

  /** @param {HTMLButtonElement} button @param {boolean} may @param {string} why */
  #allow(button, may, why) {
    if (!this.#ctx.me.admin || this.#busy) return;
    button.disabled = !may;
    button.title = may ? button.dataset["tip"] ?? "" : why;
  }

  /** @param {HTMLButtonElement} button @param {(look: Look) => Promise<void>} run */
  async #do(button, run) {
    const look = this.#look;
    if (look === null || this.#busy) return;
    this.#busy = true;
    await act(this.#ctx, button, () => run({ ...look, name: look.name || look.player }));
    this.#busy = false;
    await this.#again();
  }

  /** At once what something that was done has changed, and not a second later. */
  async #again() {
    try {
      this.#told(await this.#ctx.api.get(this.#path), 200);
    } catch (error) {
      if (/** @type {any} */ (error).status === 404) this.#told(null, 404);
    }
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#id);
      toast("Copied.", "ok");
    } catch {
      toast("The browser lets no page copy here.", "warn"); // the clipboard is only there with https, or on the machine itself
    }
  }
}

/** Somebody of whom the server knows nothing: a mute holds all the same. @param {string} player @returns {Look} */
function nobody(player) {
  return { player, name: "", bot: false, lobby: null, seats: [], tickets: [], party: [], mute: null, recent: [] };
}

/** @param {Look} look */
function whereBadges(look) {
  const { lobby, seats, tickets } = look;
  return [
    lobby && (lobby.address === null ? badge("away", "warn") : badge("in the lobby", "")),
    tickets.length > 0 && badge("waits", "info"),
    seats.length > 0 && badge("seated", "ok"),
    lobby !== null && lobby.since_at !== null && el("span", { class: "muted" }, "here for ", ago(lobby.since_at)),
  ];
}
