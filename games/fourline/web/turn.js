/** Whose turn it is, and how long everybody has left. Pure. */

const WAITING = 0;
const TENTHS_BELOW_MS = 10_000;

/**
 * @param {any} game
 * @param {number} me A seat; -1 for who only watches.
 * @param {(seat: number) => string} nameOf
 */
export function turnText(game, me, nameOf) {
  if (game.status === WAITING) return "Waiting for the other player.";
  if (game.turn === null) return game.line.length > 0 ? "Four in a line!" : "The game is over.";
  return game.turn === me ? "Your turn." : `${nameOf(game.turn)} is thinking.`;
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
