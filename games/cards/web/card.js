/** What a card looks like: the front, or the back of one that nobody here knows. */

import { button, el } from "/sdk/kit/dom.js";
import { cardName, isRed, rankText, suitOf, suitSign } from "./deck.js";

/** @param {number} card */
function face(card) {
  const corner = () => el("span", { class: "card-corner" }, rankText(card), el("br"), suitSign(suitOf(card)));
  return [corner(), el("span", { class: "card-sign" }, suitSign(suitOf(card))), corner()];
}

/** @param {number} card */
export function openCard(card) {
  const made = el("span", { class: "card", role: "img", "aria-label": cardName(card) }, ...face(card));
  made.classList.toggle("red", isRed(suitOf(card)));
  return made;
}

/**
 * @param {number} card
 * @param {() => void} press
 */
export function cardButton(card, press) {
  const made = button("", press, { class: "card", test: "hand-card", "data-card": card, "aria-label": cardName(card) });
  made.append(...face(card));
  made.classList.toggle("red", isRed(suitOf(card)));
  return made;
}

export function backOfCard() {
  return el("span", { class: "card back", "aria-hidden": "true" });
}
