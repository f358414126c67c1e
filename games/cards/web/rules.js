/** What may be played. Pure: the server decides, this only says so beforehand. */

import { isEight, rankOf, suitOf } from "./deck.js";

/**
 * @param {number} card
 * @param {any} game
 */
export function mayPlay(card, game) {
  return isEight(card) || rankOf(card) === rankOf(game.top) || suitOf(card) === game.suit;
}
