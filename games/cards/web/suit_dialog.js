/** Which suit has to follow an eight. */

import { button, el } from "/sdk/kit/dom.js";
import { cardText, isRed, suitName, suitSign } from "./deck.js";

export class SuitDialog {
  #card = -1;

  /** @param {(card: number, suit: number) => void} play */
  constructor(play) {
    const suits = [0, 1, 2, 3].map((suit) => {
      const press = () => {
        this.close();
        play(this.#card, suit);
      };
      const made = button(suitSign(suit), press, { class: "cards-suit-button", "aria-label": suitName(suit), test: `suit-${suit}` });
      made.classList.toggle("red", isRed(suit));
      return made;
    });
    this.title = el("h2", {});
    this.element = el(
      "dialog",
      { class: "rp-dialog", "aria-label": "Name a suit" },
      this.title,
      el("div", { class: "cards-suits" }, ...suits),
      button("Not this card", () => this.close(), { class: "small quiet" }),
    );
  }

  /** @param {number} card */
  ask(card) {
    this.#card = card;
    this.title.textContent = `${cardText(card)}: which suit has to follow?`;
    if (!this.element.open) this.element.showModal();
  }

  close() {
    if (this.element.open) this.element.close();
  }
}
