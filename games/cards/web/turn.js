/** What may be done now, and whose turn it is. Pure: the server decides, this only says so beforehand. */

import { isEight, rankOf, suitName, suitOf } from "./deck.js";

const WAITING = 0;

/**
 * @param {number} card
 * @param {any} game
 */
export function mayPlay(card, game) {
  return isEight(card) || rankOf(card) === rankOf(game.top) || suitOf(card) === game.suit;
}

/**
 * @param {any} game
 * @param {number} me
 * @param {(seat: number) => string} nameOf
 * @param {number} nowMs Session time.
 */
export function turnText(game, me, nameOf, nowMs) {
  if (game.status === WAITING) return "Waiting for more players: three are needed.";
  if (game.turn === null) return game.round === 0 ? "The cards are dealt in a moment." : "The next round begins in a moment.";
  if (game.turn !== me) return `${nameOf(game.turn)} is thinking.`;
  const left = Math.max(0, Math.ceil((game.turn_ends_ms - nowMs) / 1000));
  return `Your turn: ${suitName(game.suit)}, or the same rank, or an eight. ${left} s`;
}
