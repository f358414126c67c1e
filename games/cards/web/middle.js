/** The middle of the table: what lies open, what is drawn from, and the time that is left. */

import { button, el, setText } from "/sdk/kit/dom.js";
import { arrive, backOfCard, openCard } from "./card.js";
import { isEight, isRed, suitName, suitSign } from "./deck.js";

const UNDER_MAX = 3; // cards that can be seen under the top one
const HURRY_MS = 8000;

export class Middle {
  #top = -1;
  #turns = -1;
  #turnMs = 1;

  /**
   * @param {() => void} draw Also if no card can be drawn: to say why.
   * @param {boolean} isPlayed And not only watched.
   */
  constructor(draw, isPlayed) {
    this.draw = button("", draw, { class: "cards-stock", test: "draw", disabled: !isPlayed });
    this.left = el("span", { class: "cards-left" });
    this.draw.append(backOfCard(), this.left);
    this.pile = el("div", { class: "cards-pile", test: "pile" });
    this.suit = el("span", { class: "cards-suit", test: "suit" });
    this.time = el("i", {});
    this.seconds = el("span", { class: "cards-seconds", role: "timer" });
    const bar = el("div", { class: "cards-bar", "aria-hidden": "true" }, this.time);
    this.clock = el("div", { class: "cards-time" }, bar, this.seconds);
    this.over = el("p", { class: "cards-over", test: "round-over", hidden: true });
    const open = el("div", { class: "cards-open" }, this.pile, this.suit);
    const piles = el("div", { class: "cards-piles" }, this.draw, open);
    this.element = el("div", { class: "cards-middle" }, piles, this.over, this.clock);
  }

  /**
   * @param {any} game
   * @param {{ mayDraw: boolean, mustDraw: boolean, nowMs: number, over: string }} how
   */
  show(game, { mayDraw, mustDraw, nowMs, over }) {
    this.put(game.top, null);
    const isNamed = game.top >= 0 && isEight(game.top) && game.turn !== null;
    setText(this.suit, isNamed ? `${suitSign(game.suit)} ${suitName(game.suit)}` : "");
    this.suit.classList.toggle("red", isRed(game.suit));
    this.draw.setAttribute("aria-disabled", String(!mayDraw));
    this.draw.classList.toggle("wanted", mustDraw);
    this.draw.classList.toggle("empty", game.stock_count === 0);
    this.draw.setAttribute("aria-label", `Draw a card, ${game.stock_count} are left`);
    setText(this.left, mayDraw ? `Draw · ${game.stock_count}` : String(game.stock_count));
    this.over.hidden = over === "";
    setText(this.over, over);
    this.#showTime(game, nowMs);
  }

  /**
   * Lays a card on the pile.
   * @param {number} card
   * @param {DOMRect | null} from Where it comes from.
   */
  put(card, from) {
    if (card === this.#top) return;
    this.#top = card;
    if (card < 0) {
      this.pile.replaceChildren();
      return;
    }
    const made = openCard(card);
    made.style.setProperty("--lean", `${((card * 37) % 13) - 6}deg`); // the same for all who look
    this.pile.append(made);
    while (this.pile.children.length > UNDER_MAX) this.pile.firstElementChild?.remove();
    for (const under of this.pile.children) under.toggleAttribute("aria-hidden", under !== made);
    arrive(made, from);
  }

  /** A new round: one card lies there. */
  clear() {
    this.#top = -1;
    this.pile.replaceChildren();
  }

  get stockPlace() {
    return this.draw.getBoundingClientRect();
  }

  /** @param {any} game @param {number} nowMs */
  #showTime(game, nowMs) {
    const left = game.turn === null ? 0 : Math.max(0, game.turn_ends_ms - nowMs);
    if (game.turns !== this.#turns) [this.#turns, this.#turnMs] = [game.turns, Math.max(left, 1)];
    this.clock.hidden = game.turn === null;
    this.clock.classList.toggle("hurry", left < HURRY_MS);
    setText(this.seconds, `${Math.ceil(left / 1000)} s`);
    this.time.style.transform = `scaleX(${Math.min(1, left / this.#turnMs).toFixed(3)})`;
  }
}
