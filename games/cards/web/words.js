/** What the page says of the game. Pure. */

import { cardText, isEight, rankText, suitName, suitSign } from "./deck.js";
import { mayPlay } from "./rules.js";

const WAITING = 0;
const ENDED = 2;

/** @typedef {(seat: number) => string} NameOf */

/**
 * @param {any} game
 * @param {number} me
 * @param {readonly number[]} hand
 * @param {NameOf} nameOf
 */
export function turnText(game, me, hand, nameOf) {
  if (game.status === WAITING) return "Waiting for more players: three are needed";
  if (game.status === ENDED) return "The game is over";
  if (game.turn === null && game.round === 0) return "The cards are dealt";
  if (game.turn === null) return "The next round begins in a moment";
  if (game.turn !== me) return `${nameOf(game.turn)} is thinking`;
  if (hand.some((card) => mayPlay(card, game))) return `Your turn: ${wanted(game)}`;
  return `Your turn: nothing fits, ${game.drawn || !canDraw(game) ? "pass" : "draw a card"}`;
}

/** What may be played now: `♥ hearts, a 9, or an eight`. @param {any} game */
export function wanted(game) {
  const suit = `${suitSign(game.suit)} ${suitName(game.suit)}`;
  if (isEight(game.top)) return `${suit}, or an eight`;
  const rank = rankText(game.top);
  return `${suit}, ${rank === "A" ? "an" : "a"} ${rank}, or an eight`;
}

/** @param {any} game */
export function canDraw(game) {
  return game.stock_count + game.pile_count > 0;
}

/** @param {number} count */
export const cardsText = (count) => `${count} ${count === 1 ? "card" : "cards"}`;

/** @param {number} points */
export const pointsText = (points) => `${points} ${points === 1 ? "point" : "points"}`;

/**
 * Why that card cannot be played now; empty if it can.
 * @param {any} game @param {number} me @param {number} card
 */
export function whyNotCard(game, me, card) {
  const why = whyNotNow(game, me);
  if (why !== "" || mayPlay(card, game)) return why;
  return `${cardText(card)} does not fit: play ${wanted(game)}.`;
}

/** Why no card can be drawn now; empty if one can. @param {any} game @param {number} me */
export function whyNotDraw(game, me) {
  const why = whyNotNow(game, me);
  if (why !== "") return why;
  if (game.drawn) return "You have drawn already: play or pass.";
  return canDraw(game) ? "" : "There is no card to draw: play or pass.";
}

/** @param {any} game @param {number} me */
function whyNotNow(game, me) {
  if (game.status === WAITING) return "The game has not begun: more players are needed.";
  if (game.status === ENDED) return "The game is over.";
  if (game.turn === null) return "The next round has not begun.";
  return game.turn === me ? "" : "It is not your turn.";
}

/**
 * @param {import("./story.js").Story} story
 * @param {number} me
 * @param {NameOf} nameOf
 */
export function storyText(story, me, nameOf) {
  if (story.kind === "dealt") return "The cards are dealt.";
  if (story.kind === "round") return roundText(story, me, nameOf);
  const who = story.seat === me ? "You" : nameOf(story.seat);
  if (story.kind !== "played") return `${who} ${story.kind === "drew" ? "drew a card" : "passed"}.`;
  const follows = isEight(story.card) ? `: ${suitSign(story.suit)} ${suitName(story.suit)} follows` : "";
  return `${who} played ${cardText(story.card)}${follows}.`;
}

/**
 * @param {{ round: number, winner: number | null, points: number }} over
 * @param {number} me
 * @param {NameOf} nameOf
 */
export function roundText({ round, winner, points }, me, nameOf) {
  if (winner === null) return `Round ${round} is over: nobody could go on.`;
  return `Round ${round}: ${winner === me ? "you win" : `${nameOf(winner)} wins`} ${pointsText(points)}.`;
}
