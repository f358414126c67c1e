/** One's own cards. Those that fit stand out; arrows go from card to card. */

import { el, isForElement } from "/sdk/kit/dom.js";
import { arrive, cardButton } from "./card.js";
import { sorted } from "./deck.js";

const FAN = 8; // more cards than these are no wider a fan, but a denser one

export class Hand {
  #shown = "";
  #press;
  /** @type {Map<number, HTMLButtonElement>} */
  #cards = new Map();
  /** @type {Map<number, DOMRect>} Where cards lay that are in the hand no more. */
  #left = new Map();

  /** @param {(card: number) => void} press Also of a card that does not fit: to say why. */
  constructor(press) {
    this.#press = press;
    this.element = el("div", { class: "cards-hand", role: "group", "aria-label": "Your cards" });
  }

  /**
   * @param {readonly number[]} cards
   * @param {object} how
   * @param {boolean} how.isMine
   * @param {(card: number) => boolean} how.fits
   * @param {number} how.sent The card that was played, and is not answered yet.
   * @param {() => DOMRect | null} how.from Where new cards come from.
   */
  show(cards, { isMine, fits, sent, from }) {
    const order = sorted(cards);
    const mayPlay = (/** @type {number} */ card) => isMine && fits(card);
    const key = order.map((card) => `${card}${mayPlay(card) ? "!" : ""}`).join(" ") + `${isMine} ${sent}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = order.findIndex((card) => this.#cards.get(card) === document.activeElement);
    const hadFocus = this.element.contains(document.activeElement);
    this.#removeOthers(order);
    const fresh = order.filter((card) => !this.#cards.has(card));
    const elements = order.map((card) => this.#cards.get(card) ?? this.#made(card));
    elements.forEach((element, index) => {
      element.setAttribute("aria-disabled", String(!mayPlay(order[index])));
      element.classList.toggle("sent", order[index] === sent);
      const lean = (index - (order.length - 1) / 2) * Math.min(1, FAN / order.length);
      element.style.setProperty("--lean", lean.toFixed(2));
      const there = this.element.children[index] ?? null;
      if (there !== element) this.element.insertBefore(element, there);
    });
    this.element.classList.toggle("mine", isMine);
    this.element.style.setProperty("--count", String(order.length));
    this.element.style.setProperty("--gaps", String(Math.max(order.length - 1, 1)));
    const begin = from();
    for (const card of fresh) arrive(/** @type {Element} */ (this.#cards.get(card)), begin);
    if (hadFocus && order.length > 0) this.#focus(Math.max(focused, 0)); // a card that is moved loses it
  }

  /** Where that card lay when it left the hand; `null` if it was not in it. @param {number} card */
  placeOf(card) {
    return this.#left.get(card) ?? null;
  }

  /** Left and right, from card to card. */
  key = (/** @type {KeyboardEvent} */ event) => {
    if (isForElement(event) || document.querySelector("dialog[open]")) return;
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const all = [...this.element.children];
    if (by === 0 || all.length === 0) return;
    event.preventDefault();
    const at = all.indexOf(/** @type {Element} */ (document.activeElement));
    this.#focus(at < 0 ? this.#firstThatFits(by) : (at + by + all.length) % all.length);
  };

  /** @param {number} by */
  #firstThatFits(by) {
    const fits = [...this.element.children].map((card) => card.getAttribute("aria-disabled") === "false");
    const found = by > 0 ? fits.indexOf(true) : fits.lastIndexOf(true);
    return found >= 0 ? found : by > 0 ? 0 : fits.length - 1;
  }

  /** @param {number[]} order */
  #removeOthers(order) {
    this.#left.clear();
    for (const [card, element] of this.#cards) {
      if (order.includes(card)) continue;
      this.#left.set(card, element.getBoundingClientRect());
      element.remove();
      this.#cards.delete(card);
    }
  }

  /** @param {number} index */
  #focus(index) {
    const card = this.element.children[index];
    if (card instanceof HTMLElement) card.focus();
  }

  /** @param {number} card */
  #made(card) {
    const made = cardButton(card, () => this.#press(card));
    this.#cards.set(card, made);
    return made;
  }
}
