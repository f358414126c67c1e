// What other rules would make of those who wait, next to what the rules in force make of them. Pure.

import { count, duration, percent } from "../../format.js";

/**
 * @typedef {{tickets: number, refused: number, matches: number, tickets_matched: number, wait_mean_s: number | null, quality_mean: number | null, whole: boolean}} Trial
 * @typedef {{ok: boolean, errors: {line: number | null, text: string}[], left_out: number, now: Trial | null, then: Trial | null, changed: string[]}} DryRun
 * @typedef {{what: string, now: string, then: string, change: string, tone: string}} Compared
 */

/** More is better (1), less is better (-1), or neither (0). @type {[string, (trial: Trial) => number | null, (value: number) => string, number][]} */
const FIGURES = [
  ["Matches", (trial) => trial.matches, count, 1],
  ["Tickets matched", (trial) => trial.tickets_matched, count, 1],
  ["Share of the tickets tried", (trial) => (trial.tickets + trial.refused === 0 ? null : trial.tickets_matched / (trial.tickets + trial.refused)), percent, 1],
  ["Mean wait of those matched", (trial) => trial.wait_mean_s, duration, -1],
  ["Mean quality", (trial) => trial.quality_mean, (value) => value.toFixed(2), 1],
  ["Refused: never matched", (trial) => trial.refused, count, -1],
];

/** @param {Trial} now @param {Trial} then @returns {Compared[]} */
export function compared(now, then) {
  return FIGURES.map(([what, of, words, better]) => {
    const [before, after] = [of(now), of(then)];
    const [was, is] = [shown(before, words), shown(after, words)];
    if (before === null || after === null || was === is) return { what, now: was, then: is, change: was === is ? "the same" : "", tone: "" };
    const by = after - before;
    return { what, now: was, then: is, change: `${by > 0 ? "+" : "−"}${words(Math.abs(by))}`, tone: by * better > 0 ? "ok" : "warn" };
  });
}

/** @param {number | null} value @param {(value: number) => string} words */
function shown(value, words) {
  return value === null ? "–" : words(value);
}

/** What is to be known of a trial besides its figures. @param {DryRun} run @returns {string[]} */
export function remarks(run) {
  const told = [];
  if (run.left_out > 0) told.push(`${count(run.left_out)} of those who wait ${run.left_out === 1 ? "was" : "were"} left out: away, in a match that is being made, or beyond the first 10,000.`);
  const cut = [run.now?.whole === false && "the rules in force", run.then?.whole === false && "these rules"].filter(Boolean);
  if (cut.length > 0) told.push(`There was more to do than 10 s allow: with ${cut.join(" and with ")} this is as far as it came.`);
  if (run.now !== null && run.now.tickets + run.now.refused === 0) told.push("Nobody waits who could be tried, so both come to nothing.");
  return told;
}

/**
 * Where a line begins and ends in a text. Lines are counted from 1; the nearest one there is.
 * @param {string} text @param {number} line @returns {[number, number]}
 */
export function lineSpan(text, line) {
  const lines = text.split("\n");
  const place = Math.max(0, Math.min(lines.length, line) - 1);
  const begin = lines.slice(0, place).reduce((sum, one) => sum + one.length + 1, 0);
  return [begin, begin + /** @type {string} */ (lines[place]).length];
}

/** A file's name, of any queue's. @param {string} queue */
export function fileName(queue) {
  return `${queue.replace(/[^\w-]+/g, "_").slice(0, 60) || "queue"}.toml`;
}
