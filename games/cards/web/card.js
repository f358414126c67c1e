/** What a card looks like: the front, or the back of one that nobody here knows. */

import { button, el } from "/sdk/kit/dom.js";
import { cardName, isRed, rankText, suitOf, suitSign } from "./deck.js";

/** @param {HTMLElement} made @param {number} card */
function face(made, card) {
  const sign = suitSign(suitOf(card));
  const corner = () => el("span", { class: "card-corner" }, rankText(card), el("br"), sign);
  made.append(corner(), el("span", { class: "card-sign" }, sign), corner());
  made.classList.toggle("red", isRed(suitOf(card)));
  return made;
}

/** @param {number} card */
export function openCard(card) {
  return face(el("span", { class: "card", role: "img", "aria-label": cardName(card) }), card);
}

/** One of many that are laid open beside a name. @param {number} card */
export function smallCard(card) {
  const label = { class: "card small", role: "img", "aria-label": cardName(card) };
  const made = el("span", label, rankText(card), el("br"), suitSign(suitOf(card)));
  made.classList.toggle("red", isRed(suitOf(card)));
  return made;
}

/**
 * @param {number} card
 * @param {() => void} press
 */
export function cardButton(card, press) {
  const props = { class: "card", test: "hand-card", "data-card": card, "aria-label": cardName(card) };
  return /** @type {HTMLButtonElement} */ (face(button("", press, props), card));
}

export function backOfCard() {
  return el("span", { class: "card back", "aria-hidden": "true" });
}

const FLIGHT_MS = 340;

/**
 * An element that is in its place comes there from another one.
 * @param {Element} element
 * @param {DOMRect | null} from `null`: it is simply there.
 */
export function arrive(element, from) {
  const to = element.getBoundingClientRect();
  if (from === null || from.width === 0 || to.width === 0) return;
  const x = from.x + from.width / 2 - to.x - to.width / 2;
  const y = from.y + from.height / 2 - to.y - to.height / 2;
  const scale = Math.min(1.2, from.width / to.width);
  const begin = { transform: `translate(${x}px, ${y}px) scale(${scale})`, zIndex: 5 };
  element.animate([begin], { duration: FLIGHT_MS, easing: "cubic-bezier(0.2, 0.7, 0.2, 1)" });
}
