/** Cards, as the game numbers them: rank is `card % 13` from the ace on, suit `card / 13`. Pure. */

const RANKS = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K"];
const SIGNS = ["♣", "♦", "♥", "♠"];
const SUITS = ["clubs", "diamonds", "hearts", "spades"];
const NAMES = "ace two three four five six seven eight nine ten jack queen king".split(" ");
const EIGHT = 7;

/** @param {number} card 0: an ace. */
export const rankOf = (card) => card % 13;
/** @param {number} card 0: clubs. */
export const suitOf = (card) => Math.floor(card / 13) % 4;
/** @param {number} card */
export const isEight = (card) => rankOf(card) === EIGHT;
/** @param {number} suit */
export const suitSign = (suit) => SIGNS[suit] ?? "";
/** @param {number} suit */
export const suitName = (suit) => SUITS[suit] ?? "";
/** @param {number} suit */
export const isRed = (suit) => suit === 1 || suit === 2;
/** @param {number} card */
export const rankText = (card) => RANKS[rankOf(card)];
/** @param {number} card As it is printed: 10♥. */
export const cardText = (card) => rankText(card) + suitSign(suitOf(card));
/** @param {number} card In words, for who listens. */
export const cardName = (card) => `${NAMES[rankOf(card)]} of ${suitName(suitOf(card))}`;

/** @param {readonly number[]} cards By suit, red and black in turn, and by rank. */
export function sorted(cards) {
  const order = [0, 1, 3, 2]; // clubs, diamonds, spades, hearts
  const key = (/** @type {number} */ card) => order.indexOf(suitOf(card)) * 13 + rankOf(card);
  return [...cards].sort((a, b) => key(a) - key(b) || a - b);
}
