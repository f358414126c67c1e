/** The others around the table: name, how many cards, points, whose turn it is. */

import { el, setText } from "/sdk/kit/dom.js";
import { arrive, backOfCard, smallCard } from "./card.js";
import { cardsText, pointsText } from "./words.js";

const BACKS_MAX = 12;
const SPREAD_MAX = 156; // degrees of the arc that they sit on

/** @typedef {Record<"element" | "name" | "backs" | "points" | "count", HTMLElement>} Parts */

export class Seats {
  /** @type {Map<number, Parts>} */
  #seats = new Map();
  /** @type {Map<number, readonly number[]>} Hands that were laid open. */
  #open = new Map();
  #order = "";
  #me;
  #ui;

  /**
   * @param {number} me -1 for who only watches: then everybody is shown.
   * @param {import("/sdk/kit/shell.js").Ui} ui
   */
  constructor(me, ui) {
    this.#me = me;
    this.#ui = ui;
    this.element = el("ul", { class: "cards-seats", "aria-label": "At the table" });
  }

  /**
   * @param {any} view
   * @param {any} result
   */
  show({ players, game }, result) {
    const others = this.#inOrder(players);
    this.#arrange(others.map((player) => player.seat));
    for (const player of others) {
      const shown = /** @type {Parts} */ (this.#seats.get(player.seat));
      const isOut = game.turn !== null && player.count === 0;
      setText(shown.name, player.name);
      setText(shown.points, pointsText(player.score));
      const count = game.turn === null ? "" : cardsText(player.count);
      setText(shown.count, isOut ? "plays in the next round" : count);
      shown.element.classList.toggle("on", game.turn === player.seat);
      shown.element.classList.toggle("last-card", player.count === 1);
      shown.element.classList.toggle("won", result?.winners?.includes(player.seat) ?? false);
      this.#showCards(shown, player);
    }
  }

  /** @param {number} seat @param {readonly number[]} cards */
  layOpen(seat, cards) {
    this.#open.set(seat, cards);
  }

  takeBack() {
    this.#open.clear();
  }

  /** Where that player sits; `null` for who is not shown. @param {number} seat */
  placeOf(seat) {
    const backs = this.#seats.get(seat)?.backs;
    return (backs?.lastElementChild ?? backs)?.getBoundingClientRect() ?? null;
  }

  /** A card flies there. @param {number} seat @param {DOMRect | null} from */
  draw(seat, from) {
    const last = this.#seats.get(seat)?.backs.lastElementChild;
    if (last) arrive(last, from);
  }

  /** From one's own left neighbour on. @param {any[]} players */
  #inOrder(players) {
    const after = (/** @type {any} */ it) => (it.seat < this.#me ? it.seat + 100 : it.seat);
    return players.filter((it) => it.seat !== this.#me).sort((a, b) => after(a) - after(b));
  }

  /** In an arc, from the left to the right. @param {number[]} order Seats. */
  #arrange(order) {
    if (order.join(" ") === this.#order) return;
    this.#order = order.join(" ");
    for (const seat of this.#seats.keys()) if (!order.includes(seat)) this.#seats.delete(seat);
    const spread = Math.min(SPREAD_MAX, 56 * (order.length - 1) + 40);
    const elements = order.map((seat, index) => {
      const { element } = this.#seats.get(seat) ?? this.#made(seat);
      const part = order.length < 2 ? 0.5 : index / (order.length - 1);
      const angle = ((90 + spread * (0.5 - part)) * Math.PI) / 180;
      element.style.setProperty("--x", Math.cos(angle).toFixed(3));
      element.style.setProperty("--y", Math.sin(angle).toFixed(3));
      return element;
    });
    this.element.replaceChildren(...elements);
    this.element.classList.toggle("many", order.length > 3);
  }

  /** @param {Parts} shown @param {any} player */
  #showCards({ backs }, player) {
    const open = player.count === 0 ? (this.#open.get(player.seat) ?? []) : [];
    const key = open.length > 0 ? open.join(" ") : `backs ${Math.min(player.count, BACKS_MAX)}`;
    if (backs.dataset.shown === key) return;
    backs.dataset.shown = key;
    const hidden = Array.from({ length: Math.min(player.count, BACKS_MAX) }, backOfCard);
    backs.replaceChildren(...(open.length > 0 ? open.map(smallCard) : hidden));
    backs.style.setProperty("--count", String(backs.children.length));
  }

  /** @param {number} seat @returns {Parts} */
  #made(seat) {
    const dot = el("i", { class: "rp-dot" });
    dot.style.background = this.#ui.colour(seat);
    const [name, points, count] = [el("strong", {}), el("small", {}), el("small", { class: "cards-count" })];
    const backs = el("div", { class: "cards-backs" });
    const who = el("span", { class: "cards-who" }, dot, name);
    const numbers = el("span", { class: "cards-numbers" }, count, points);
    const element = el("li", { class: "cards-seat", test: `seat-${seat}` }, who, backs, numbers);
    const made = { element, name, backs, points, count };
    this.#seats.set(seat, made);
    return made;
  }
}
