/** The middle of the table: what lies open, what is drawn from, and the time that is left. */

import { button, el, setText } from "/sdk/kit/dom.js";
import { backOfCard, openCard } from "./card.js";
import { isEight, isRed, suitName, suitSign } from "./deck.js";
import { mayPlay } from "./turn.js";

const TURN_MS = 30_000;

export class Middle {
  #top = -1;

  /** @param {{ draw: () => void, pass: () => void }} actions */
  constructor(actions) {
    this.draw = button("", actions.draw, { class: "cards-stock", test: "draw" });
    this.left = el("span", { class: "cards-left" });
    this.draw.append(backOfCard(), this.left);
    this.pile = el("div", { class: "cards-pile", test: "pile", "aria-live": "polite" });
    this.suit = el("span", { class: "cards-suit" });
    this.pass = button("Pass", actions.pass, { class: "small", test: "pass" });
    this.time = el("i", {});
    this.element = el(
      "div",
      { class: "cards-middle" },
      el("div", { class: "cards-piles" }, this.draw, el("div", { class: "cards-open" }, this.pile, this.suit)),
      el("div", { class: "cards-time" }, this.time),
      this.pass,
    );
  }

  /**
   * @param {any} game
   * @param {boolean} plays It is this player's turn.
   * @param {readonly number[]} hand
   * @param {number} nowMs
   */
  show(game, plays, hand, nowMs) {
    if (game.top !== this.#top) {
      this.#top = game.top;
      this.pile.replaceChildren(...(game.top < 0 ? [] : [openCard(game.top)]));
    }
    const isNamed = game.top >= 0 && isEight(game.top) && game.turn !== null;
    setText(this.suit, isNamed ? `${suitSign(game.suit)} ${suitName(game.suit)}` : "");
    this.suit.classList.toggle("red", isRed(game.suit));
    const canDraw = game.stock_count + game.pile_count > 0;
    this.draw.disabled = !(plays && !game.drawn && canDraw);
    this.draw.classList.toggle("wanted", plays && !game.drawn && canDraw && !hand.some((card) => mayPlay(card, game)));
    this.draw.setAttribute("aria-label", `Draw a card, ${game.stock_count} are left`);
    setText(this.left, String(game.stock_count));
    this.pass.hidden = !(plays && (game.drawn || !canDraw));
    const left = game.turn === null ? 0 : Math.max(0, game.turn_ends_ms - nowMs);
    this.time.style.transform = `scaleX(${Math.min(1, left / TURN_MS).toFixed(3)})`;
  }
}
