/**
 * The best players of a rated queue, or those next to oneself.
 *
 *     const board = await lobby.leaderboard("ranked", { limit: 10 });
 *     for (const row of board.rows) say(`${row.rank}. ${row.name} ${row.rating.toFixed(1)}`);
 *
 * Who has not played a rated game in that queue is not in it.
 *
 * @module
 */

import { RequestRefused } from "./errors.js";

/**
 * One player of it. `rank` counts from 1. `rating` is what the order is by: what the player is at least worth,
 * almost certainly (`mu` less three `sigma`). `games`: rated ones, in this queue.
 * @typedef {{
 *   readonly rank: number, readonly player: string, readonly name: string, readonly rating: number,
 *   readonly mu: number, readonly sigma: number, readonly games: number,
 * }} LeaderboardRow
 */
/**
 * A part of one, best first. `total`: players who have a rating there; `me`: one's own rank, of a leaderboard
 * `around` oneself (`null`: one has no rating there yet).
 * @typedef {{
 *   readonly queue: string, readonly rows: readonly LeaderboardRow[], readonly total: number,
 *   readonly me: number | null,
 * }} Leaderboard
 */

/**
 * From what the server said.
 *
 * @param {any} value
 * @returns {Leaderboard}
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readLeaderboard(value) {
  if (typeof value?.queue !== "string" || !Array.isArray(value.rows)) throw malformed();
  const { queue, rows, total = 0, me = null } = value;
  return { queue, rows: rows.map(readRow), total: Number(total), me: typeof me === "number" ? me : null };
}

/**
 * @param {any} value
 * @returns {LeaderboardRow}
 */
function readRow(value) {
  const { rank, player, name, rating, mu = 0, sigma = 0, games = 0 } = value ?? {};
  const texts = [player, name].every((it) => typeof it === "string");
  if (!texts || ![rank, rating, mu, sigma, games].every((it) => typeof it === "number")) throw malformed();
  return { rank, player, name, rating, mu, sigma, games };
}

function malformed() {
  return new RequestRefused("malformed", "a leaderboard that cannot be read");
}
