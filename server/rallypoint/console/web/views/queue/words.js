// Queues, their rules and tickets as short texts. Pure.

import { count, duration } from "../../format.js";

/**
 * @typedef {{queue: string, game: string, kind: string, paused: boolean, paused_since: number | null, waiting: number, players: number,
 *   oldest_since: number | null, minutes: number, matches: number, matches_per_min: number, wait_p50_s: number | null, wait_p90_s: number | null,
 *   quality: number | null, ready_checks: number}} QueueInfo
 * @typedef {{rule: string, passes: number, of: number, excludes: number, limit: number | null, next_s: number | null, next_limit: number | null}} RuleFacts
 */

/** @param {QueueInfo} info */
export function waitingWords({ waiting, players }) {
  if (waiting === 0) return "Nobody waits there now.";
  const verb = players === 1 ? "waits" : "wait";
  return `${many(players, "player")} ${verb} there${players === waiting ? "" : `, with ${many(waiting, "ticket")}`}.`;
}

/** @param {number} n @param {string} one */
export function many(n, one) {
  return `${count(n)} ${one}${n === 1 ? "" : n > 1 && one.endsWith("ch") ? "es" : "s"}`;
}

/** A figure for each minute, so that a queue where little happens is not at "0". @param {QueueInfo} info */
export function pace({ matches_per_min: pace, matches }) {
  if (matches === 0) return "0";
  return pace >= 10 ? count(Math.round(pace)) : pace >= 0.1 ? pace.toFixed(1) : pace.toFixed(2);
}

/** Of a span of minutes. @param {{minutes: number}} info */
export function span({ minutes }) {
  return minutes === 1 ? "of the last minute" : `of the last ${minutes} min`;
}

const LONG_S = 600;

/** A wait in seconds; of long ones whole minutes. @param {number | null} seconds */
export function wait(seconds) {
  return duration(seconds !== null && seconds >= LONG_S ? Math.round(seconds / 60) * 60 : seconds);
}

/** From 0 to 1, as it is. @param {number | null} quality */
export function quality(quality) {
  return quality === null ? "–" : quality.toFixed(2);
}

/** @param {number | null} quality */
export function qualityTone(quality) {
  return quality === null || quality >= 0.5 ? "" : quality >= 0.25 ? "warn" : "danger";
}

/**
 * The words of each rule, of a queue's rules in words: a line each, as `  rating: within 3`.
 * @param {string} text @returns {{head: string, rules: Map<string, string>}}
 */
export function ruleLines(text) {
  const [head = "", ...lines] = text.split("\n");
  /** @type {Map<string, string>} */
  const rules = new Map();
  for (const line of lines) {
    const at = line.indexOf(": ");
    if (at > 0) rules.set(line.slice(0, at).trim(), line.slice(at + 2));
  }
  return { head, rules };
}

/** How many a rule lets through. @param {RuleFacts} fact */
export function passWords({ passes, of }) {
  if (of === 0) return "nobody else to look at";
  return passes === of ? `all ${count(of)} pass` : `${count(passes)} of ${count(of)} pass`;
}

/** What a rule excludes that all others let through. @param {RuleFacts} fact */
export function excludeWords({ excludes }) {
  return excludes === 0 ? "" : `${many(excludes, "ticket")} ${excludes === 1 ? "is" : "are"} excluded by this alone`;
}

/** The limit in force; what relaxes is told beside it. @param {RuleFacts} fact */
export function limitWords({ limit, next_s, next_limit }) {
  if (limit === null) return "does not count any more";
  if (next_s === null) return limit === 0 ? "" : `limit ${shortest(limit)}`;
  return next_limit === null ? `limit ${shortest(limit)}, counts no more in` : `limit ${shortest(limit)}, then ${shortest(next_limit)} in`;
}

/** @param {number} value */
function shortest(value) {
  return String(Number(value.toPrecision(6)));
}

/** What an estimate is worth. @param {{estimate_s: number | null, basis: {matches?: number, minutes?: number}}} why */
export function estimateWords({ estimate_s, basis }) {
  if (estimate_s === null) return "nobody knows: too few like it were matched of late";
  return `about ${duration(estimate_s)} more, by ${many(basis.matches ?? 0, "match")} of ${basis.minutes ?? 0} min`;
}

/** @type {Record<string, string>} */
const STATES = { waiting: "", away: "warn", held: "info" };

/** @param {string} state Of a ticket. */
export function ticketTone(state) {
  return STATES[state] ?? "";
}
