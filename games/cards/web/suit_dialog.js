/** Which suit has to follow an eight. */

import { button, el } from "/sdk/kit/dom.js";
import { cardText, isRed, suitName, suitSign } from "./deck.js";

const SUITS = [0, 1, 2, 3];

export class SuitDialog {
  #card = -1;
  /** @type {HTMLButtonElement[]} */
  #suits;

  /** @param {(card: number, suit: number) => void} play */
  constructor(play) {
    this.#suits = SUITS.map((suit) => {
      const press = () => {
        this.close();
        play(this.#card, suit);
      };
      const made = button("", press, { class: "cards-suit-button", test: `suit-${suit}` });
      made.append(
        el("b", { "aria-hidden": "true" }, suitSign(suit)),
        el("small", {}, suitName(suit)),
      );
      made.classList.toggle("red", isRed(suit));
      return made;
    });
    this.title = el("h2", {});
    this.element = el(
      "dialog",
      { class: "rp-dialog", "aria-label": "Name a suit", on: { keydown: this.#key } },
      this.title,
      el("div", { class: "cards-suits" }, ...this.#suits),
      button("Not this card", () => this.close(), { class: "small quiet", test: "suit-none" }),
    );
  }

  /**
   * @param {number} card
   * @param {number} best The suit that most of the other cards are of: it has the focus.
   */
  ask(card, best) {
    this.#card = card;
    this.title.textContent = `${cardText(card)}: which suit has to follow?`;
    if (!this.element.open) this.element.showModal();
    this.#suits[best]?.focus();
  }

  close() {
    if (this.element.open) this.element.close();
  }

  /** Arrows go from suit to suit, 1 to 4 name one. */
  #key = (/** @type {KeyboardEvent} */ event) => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const at = this.#suits.findIndex((suit) => suit === document.activeElement);
    if (/^[1-4]$/.test(event.key)) this.#suits[Number(event.key) - 1].click();
    else if (by !== 0) this.#suits[(at + by + SUITS.length) % SUITS.length].focus();
    else return;
    event.preventDefault();
  };
}
