// Players, and what became of them, as short texts. Pure.

import { count } from "../../format.js";

/**
 * @typedef {{queue: string, mu: number, sigma: number, rating: number, games: number,
 *   history: {session: string, at: number, rank: number, before: {mu: number, sigma: number, rating: number}, after: {mu: number, sigma: number, rating: number}}[]}} Rating
 * @typedef {{session: string, game: string, created_at: number, started_at: number | null, ended_at: number | null, duration_ms: number, outcome: string, reason: string,
 *   seats: {seat: number, player: string, name: string, bot: boolean, outcome: string}[], result: any, meta: any}} Result
 */

const PLACES = /** @type {Record<string, string>} */ ({ lobby: "", queue: "info", seated: "ok" });
const OUTCOMES = /** @type {Record<string, string>} */ ({ played: "", left: "warn", kicked: "bad", expired: "bad" });

/** @param {string} place */
export const placeTone = (place) => PLACES[place] ?? "";
/** @param {string} outcome Of somebody who had a seat. */
export const outcomeTone = (outcome) => OUTCOMES[outcome] ?? "";

/** When the link of a player is worth a look. @param {string | null} quality */
export const behindTone = (quality) => (quality === "bad" ? "danger" : quality === "slow" ? "warn" : "");

/**
 * What a session came to for one of its players; with several seats, the first that counts.
 * @param {Result} result @param {string} player @returns {{words: string, tone: string}}
 */
export function cameTo(result, player) {
  const seats = result.seats.filter((seat) => seat.player === player);
  const quit = seats.find((seat) => seat.outcome !== "played");
  if (quit) return { words: quit.outcome, tone: outcomeTone(quit.outcome) };
  const winners = /** @type {unknown} */ (result.result?.winners);
  if (!Array.isArray(winners) || result.outcome !== "ended") return { words: "no result", tone: "" };
  if (winners.length === 0) return { words: "no winner", tone: "" };
  if (!seats.some((seat) => winners.includes(seat.seat))) return { words: "lost", tone: "" };
  return winners.length === result.seats.length ? { words: "drawn", tone: "" } : { words: "won", tone: "ok" };
}

/** The player's own score, if the game said one. @param {Result} result @param {string} player @returns {string} */
export function scoreOf(result, player) {
  const seat = result.seats.find((one) => one.player === player);
  const score = seat && result.result?.scores?.[seat.seat];
  return typeof score === "number" ? count(score) : "";
}

/** With its sign. @param {number} by @returns {string} */
export function signed(by) {
  const shown = Math.abs(by).toFixed(1);
  return Number(shown) === 0 ? "±0" : `${by > 0 ? "+" : "−"}${shown}`;
}

/** @param {number} rank From 0. @returns {string} */
export function place(rank) {
  const n = rank + 1;
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th");
  return `${n}${ending}`;
}

/** Ratings from the oldest known to the newest. @param {Rating} rating @returns {number[]} */
export function course(rating) {
  const changes = rating.history.toReversed();
  const first = changes[0];
  return first === undefined ? [rating.rating] : [first.before.rating, ...changes.map((change) => change.after.rating)];
}

/** Points of a line through values, from left to right, in a box. @param {number[]} values @param {number} width @param {number} height @returns {string} */
export function linePoints(values, width, height) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [step, span] = [width / Math.max(1, values.length - 1), high - low];
  return values.map((value, at) => `${round(at * step)},${round(span === 0 ? height / 2 : height - ((value - low) / span) * height)}`).join(" ");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/** Whole minutes of what was typed, within what the server takes. @param {string | number} typed @returns {number} */
export function minutesOf(typed) {
  return Math.min(525_600, Math.max(1, Math.round(Number(typed)) || 1));
}
