/** One's own cards. Those that fit stand out; arrows go from card to card. */

import { el, isForElement } from "/sdk/kit/dom.js";
import { cardButton } from "./card.js";
import { sorted } from "./deck.js";

export class Hand {
  #shown = "";
  #play;
  /** @type {Map<number, HTMLButtonElement>} */
  #cards = new Map();

  /** @param {(card: number) => void} play */
  constructor(play) {
    this.#play = play;
    this.element = el("div", { class: "cards-hand", role: "group", "aria-label": "Your cards" });
  }

  /**
   * @param {readonly number[]} cards
   * @param {(card: number) => boolean} mayPlay
   */
  show(cards, mayPlay) {
    const order = sorted(cards);
    const key = order.map((card) => (mayPlay(card) ? `${card}!` : card)).join(" ");
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = [...this.#cards].find(([, card]) => card === document.activeElement);
    for (const [card, element] of this.#cards) {
      if (!order.includes(card)) {
        element.remove();
        this.#cards.delete(card);
      }
    }
    order.forEach((card, index) => {
      const element = this.#cards.get(card) ?? this.#made(card);
      element.setAttribute("aria-disabled", String(!mayPlay(card)));
      element.style.setProperty("--turn", String(index - (order.length - 1) / 2));
      if (this.element.children[index] !== element) this.element.insertBefore(element, this.element.children[index] ?? null);
    });
    this.element.style.setProperty("--count", String(Math.max(order.length, 1)));
    if (focused && !this.#cards.has(focused[0])) this.#focus(0);
    else if (focused) focused[1].focus(); // it may have been moved, which takes the focus away
  }

  /** Left and right, from card to card. */
  key = (/** @type {KeyboardEvent} */ event) => {
    if (isForElement(event) || document.querySelector("dialog[open]")) return;
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0 || this.#cards.size === 0) return;
    event.preventDefault();
    const all = [...this.element.children];
    const at = all.indexOf(/** @type {Element} */ (document.activeElement));
    this.#focus(at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length);
  };

  /** @param {number} index */
  #focus(index) {
    const card = this.element.children[index];
    if (card instanceof HTMLElement) card.focus();
  }

  /** @param {number} card */
  #made(card) {
    const press = () => made.getAttribute("aria-disabled") !== "true" && this.#play(card);
    const made = cardButton(card, press);
    this.#cards.set(card, made);
    return made;
  }
}
