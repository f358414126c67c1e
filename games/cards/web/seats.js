/** The others around the table: name, how many cards, points, whose turn it is. */

import { el, setText } from "/sdk/kit/dom.js";
import { backOfCard } from "./card.js";

const BACKS_MAX = 12;

export class Seats {
  /** @type {Map<number, { element: HTMLElement, name: HTMLElement, backs: HTMLElement, points: HTMLElement }>} */
  #seats = new Map();
  #me;
  #ui;

  /**
   * @param {number} me -1 for who only watches: then everybody is shown.
   * @param {import("/sdk/kit/shell.js").Ui} ui
   */
  constructor(me, ui) {
    this.#me = me;
    this.#ui = ui;
    this.element = el("div", { class: "cards-seats" });
  }

  /** @param {any} view */
  show(view) {
    const { players, game } = view;
    for (const [seat, shown] of this.#seats) {
      if (!view.player(seat)) {
        shown.element.remove();
        this.#seats.delete(seat);
      }
    }
    for (const player of this.#inOrder(players)) {
      const shown = this.#seats.get(player.seat) ?? this.#made(player.seat);
      setText(shown.name, player.seat === this.#me ? "You" : player.name);
      setText(shown.points, `${player.score} points · ${player.count} ${player.count === 1 ? "card" : "cards"}`);
      shown.element.classList.toggle("on", game.turn === player.seat);
      shown.element.classList.toggle("last-card", player.count === 1);
      const backs = player.seat === this.#me ? 0 : Math.min(player.count, BACKS_MAX);
      while (shown.backs.children.length > backs) shown.backs.lastElementChild?.remove();
      while (shown.backs.children.length < backs) shown.backs.append(backOfCard());
    }
  }

  /** From one's own left neighbour on, oneself last. @param {any[]} players */
  #inOrder(players) {
    const after = (/** @type {any} */ it) => (it.seat <= this.#me ? it.seat + 100 : it.seat);
    return [...players].sort((a, b) => after(a) - after(b));
  }

  /** @param {number} seat */
  #made(seat) {
    const dot = el("i", { class: "rp-dot" });
    dot.style.background = this.#ui.colour(seat);
    const name = el("strong", {});
    const points = el("small", {});
    const backs = el("div", { class: "cards-backs" });
    const element = el("div", { class: "cards-seat" }, el("span", { class: "cards-who" }, dot, name), backs, points);
    const made = { element, name, backs, points };
    this.#seats.set(seat, made);
    this.element.append(element);
    return made;
  }
}
