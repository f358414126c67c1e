/** Whose turn it is, who has won, and how long everybody has left. Pure. */

import { outcome } from "/sdk/kit/words.js";
import { COLUMNS, heightOf, ROWS } from "./place.js";

const WAITING = 0;
const RUNNING = 1;
const TENTHS_BELOW_MS = 10_000;

/**
 * The result as far as the state tells it: who watches gets no other. `null` while the game goes on, and if
 * the state does not say.
 * @param {any} view
 */
export function seenResult({ game, players }) {
  if (game.status <= RUNNING) return null;
  if (game.line.length > 0) return { winners: [Number(game.board[game.line[0]])], reason: "four in a line" };
  if (game.moves.length === COLUMNS * ROWS) return { winners: [], reason: "the board is full" };
  const slow = players.find((/** @type {any} */ player) => player.clock_ms === 0);
  return slow ? { winners: [1 - slow.seat], reason: "time" } : null;
}

/**
 * @param {any} game
 * @param {number} me A seat; -1 for who only watches.
 * @param {(seat: number) => string} nameOf
 * @param {any} result Of the game that is over, if it is known; else `null`.
 */
export function turnText(game, me, nameOf, result) {
  if (game.status === WAITING) return "Waiting for the other player";
  if (game.turn === null) return overText(me, nameOf, result);
  return game.turn === me ? "Your turn" : `${nameOf(game.turn)} is thinking`;
}

/** @param {number} me @param {(seat: number) => string} nameOf @param {any} result */
function overText(me, nameOf, result) {
  const { title } = outcome(result, me, nameOf);
  if (result?.reason === "time") return `${title} on time`;
  return result?.reason ? `${title}: ${result.reason}` : title;
}

/**
 * What has just happened, for who listens; empty before the first disc.
 * @param {any} game
 * @param {number} me
 * @param {(seat: number) => string} nameOf
 */
export function moveText(game, me, nameOf) {
  if (game.moves === "") return "";
  const by = 1 - (game.moves.length % 2);
  return `${by === me ? "You" : nameOf(by)}: column ${Number(game.moves.at(-1)) + 1}.`;
}

/**
 * Why a disc cannot be dropped there now; empty if it can.
 * @param {any} game
 * @param {number} me
 * @param {number} column
 */
export function whyNotThere(game, me, column) {
  if (game.status === WAITING) return "The game has not begun: the other player is missing.";
  if (game.turn === null) return "The game is over.";
  if (game.turn !== me) return "It is not your turn.";
  return column < COLUMNS && heightOf(game.board, column) < ROWS ? "" : "That column is full.";
}

/**
 * What the other one asks; empty if nothing.
 * @param {any} game
 * @param {number} me
 * @param {(seat: number) => string} nameOf
 */
export function drawText(game, me, nameOf) {
  const { draw_offer: by } = game;
  return by === null || by === me ? "" : `${nameOf(by)} offers a draw.`;
}

/**
 * What is left of a clock, in milliseconds: it runs in the player's own turn only.
 * @param {any} game
 * @param {any} player
 * @param {number} nowMs Session time.
 */
export function leftMs(game, player, nowMs) {
  const runs = game.turn === player.seat ? Math.max(0, nowMs - game.turn_since_ms) : 0;
  return Math.max(0, player.clock_ms - runs);
}

/** @param {number} ms As 2:05, and in the last ten seconds as 0:04.2. */
export function clockText(ms) {
  const tenths = Math.floor(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return ms < TENTHS_BELOW_MS ? `${text}.${tenths % 10}` : text;
}
