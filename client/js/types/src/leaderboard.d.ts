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
export function readLeaderboard(value: any): Leaderboard;
/**
 * One player of it. `rank` counts from 1. `rating` is what the order is by: what the player is at least worth,
 * almost certainly (`mu` less three `sigma`). `games`: rated ones, in this queue.
 */
export type LeaderboardRow = {
    readonly rank: number;
    readonly player: string;
    readonly name: string;
    readonly rating: number;
    readonly mu: number;
    readonly sigma: number;
    readonly games: number;
};
/**
 * A part of one, best first. `total`: players who have a rating there; `me`: one's own rank, of a leaderboard
 * `around` oneself (`null`: one has no rating there yet).
 */
export type Leaderboard = {
    readonly queue: string;
    readonly rows: readonly LeaderboardRow[];
    readonly total: number;
    readonly me: number | null;
};
