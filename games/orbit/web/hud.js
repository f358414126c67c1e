/**
 * Over the arena: the round and its clock, everybody's wins and hits, and the hull and ammunition of one's
 * own ship.
 */

import { el, setText } from "/sdk/kit/dom.js";
import { clockText } from "/sdk/kit/words.js";

const HULL_WHOLE = 4;
const AMMO_WHOLE = 10;
const SHOUT_MS = 2200;

/** @typedef {{ item: HTMLElement, name: HTMLElement, wins: HTMLElement, score: HTMLElement }} Row */

export class Hud {
  /** @type {Map<number, Row>} */
  #rows = new Map();
  #order = "";
  #shoutTimer = 0;

  /** @param {HTMLElement} stage @param {import("/sdk/kit/shell.js").Ui} ui @param {boolean} plays */
  constructor(stage, ui, plays) {
    this.ui = ui;
    this.round = el("span", { class: "orbit-round-n" });
    this.clock = el("b", { class: "orbit-clock", test: "clock" });
    this.scores = el("ol", { class: "orbit-scores", test: "scores", "aria-label": "Wins and hits" }, head());
    this.hull = el("span", { class: "orbit-pips" }, ...pips(HULL_WHOLE));
    this.ammo = el("span", { class: "orbit-pips orbit-ammo" }, ...pips(AMMO_WHOLE));
    this.hullBox = el("div", { role: "img" }, el("span", { class: "orbit-label" }, "hull"), this.hull);
    this.ammoBox = el("div", { role: "img" }, el("span", { class: "orbit-label" }, "ammo"), this.ammo);
    this.own = el("div", { class: "orbit-own", hidden: !plays, test: "own" }, this.hullBox, this.ammoBox);
    this.words = el("p", { class: "orbit-shout", "aria-live": "polite" });
    stage.append(
      el(
        "div",
        { class: "orbit-hud" },
        el("div", { class: "orbit-round" }, this.round, this.clock),
        this.scores,
        this.own,
      ),
      this.words,
    );
  }

  /**
   * @param {any} view
   * @param {number} mine
   * @param {number} nowMs Session time.
   */
  show(view, mine, nowMs) {
    const { round, round_ends_ms } = view.game;
    setText(this.round, round ? `Round ${round}` : "Get ready");
    setText(this.clock, round ? clockText(round_ends_ms - nowMs + 999) : "");
    this.clock.classList.toggle("late", Boolean(round) && round_ends_ms - nowMs < 4000);
    this.#showScores(view.players, mine);
    const ship = view.me?.one("Ship");
    this.own.classList.toggle("dead", !ship);
    fill(this.hull, ship?.hull ?? 0);
    fill(this.ammo, ship?.ammo ?? 0);
    this.hullBox.setAttribute("aria-label", `Hull ${ship?.hull ?? 0} of ${HULL_WHOLE}`);
    this.ammoBox.setAttribute("aria-label", `Ammunition ${ship?.ammo ?? 0}`);
  }

  /** @param {string} text Large, for two seconds. */
  shout(text) {
    setText(this.words, text);
    this.words.classList.add("shown");
    clearTimeout(this.#shoutTimer);
    this.#shoutTimer = window.setTimeout(() => this.words.classList.remove("shown"), SHOUT_MS);
  }

  /** The own shot has hit. */
  hit() {
    restart(this.scores.querySelector(".mine"), "orbit-hit");
  }

  /** A shot was asked for, and there is none. */
  noAmmo() {
    restart(this.ammo, "orbit-none");
  }

  /** @param {any[]} players @param {number} mine */
  #showScores(players, mine) {
    const seats = new Set(players.map((player) => player.seat));
    for (const [seat, row] of this.#rows) {
      if (seats.has(seat)) continue;
      row.item.remove();
      this.#rows.delete(seat);
    }
    const sorted = [...players].sort((a, b) => b.wins - a.wins || b.score - a.score || a.seat - b.seat);
    for (const player of sorted) {
      const row = this.#rows.get(player.seat) ?? this.#add(player.seat, mine);
      setText(row.name, player.name);
      setText(row.wins, String(player.wins ?? 0));
      setText(row.score, String(player.score ?? 0));
    }
    const order = sorted.map((player) => player.seat).join();
    if (order === this.#order) return;
    this.#order = order;
    this.scores.append(...sorted.map((player) => /** @type {Row} */ (this.#rows.get(player.seat)).item));
  }

  /** @param {number} seat @param {number} mine */
  #add(seat, mine) {
    const [name, wins, score] = ["orbit-name", "orbit-wins", "orbit-score"].map((it) =>
      el("span", { class: it }),
    );
    wins.title = "wins";
    score.title = "hits";
    const dot = el("span", { class: "rp-dot", style: `background:${this.ui.colour(seat)}` });
    const item = el("li", { class: seat === mine ? "mine" : "" }, dot, name, wins, score);
    const row = { item, name, wins, score };
    this.#rows.set(seat, row);
    return row;
  }
}

function head() {
  const words = ["", "", "wins", "hits"].map((word) => el("span", {}, word));
  return el("li", { class: "orbit-head", "aria-hidden": "true" }, ...words);
}

/** @param {number} count */
function pips(count) {
  return Array.from({ length: count }, () => el("i"));
}

/** @param {HTMLElement} box @param {number} count */
function fill(box, count) {
  if (box.dataset.count === String(count)) return;
  box.dataset.count = String(count);
  [...box.children].forEach((pip, at) => pip.classList.toggle("on", at < count));
}

/** Plays a CSS animation from its beginning. @param {Element | null} element @param {string} name */
function restart(element, name) {
  if (!(element instanceof HTMLElement)) return;
  element.classList.remove(name);
  void element.offsetWidth;
  element.classList.add(name);
}
