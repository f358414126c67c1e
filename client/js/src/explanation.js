/**
 * Why a ticket waits: what each rule of each of its queues lets through now, what comes next, and how long it
 * may take. Counts are of tickets: a party is one.
 *
 *     const why = await lobby.explain();
 *     say(why.text); // "3 players near your rating, widening in 8 s"
 *     for (const rule of why.queues[0].rules) say(`${rule.rule}: ${rule.passes} of ${rule.of}`);
 *
 * @module
 */

import { RequestRefused } from "./errors.js";

/**
 * What an estimate rests on: so many `matches` of that queue in the last so many `minutes`.
 * @typedef {{ readonly matches: number, readonly minutes: number }} Basis
 */
/**
 * One rule, as it is for this ticket now: it lets `passes` of so many (`of`) others through, and it alone
 * keeps `excludes` away. `limit` is the one in force (`null`: the rule does not count any more); in `nextS`
 * (`null`: never) it is `nextLimit` (`null`: the rule does not count from then on).
 * @typedef {{
 *   readonly rule: string, readonly passes: number, readonly of: number, readonly excludes: number,
 *   readonly limit: number | null, readonly nextS: number | null, readonly nextLimit: number | null,
 * }} RuleExplanation
 */
/**
 * One of the ticket's queues. `waiting`: tickets that wait there; `tightest`: the rule that keeps most away;
 * `nearby`: tickets that pass all rules; `playersNeeded`: how many a match has, or at least has; `estimateS`:
 * how long it probably takes from now (`null`: nobody knows); `text`: in words.
 * @typedef {{
 *   readonly queue: string, readonly waitedS: number, readonly waiting: number,
 *   readonly rules: readonly RuleExplanation[], readonly tightest: string | null, readonly nearby: number,
 *   readonly playersNeeded: number, readonly estimateS: number | null, readonly basis: Basis | null,
 *   readonly text: string,
 * }} QueueExplanation
 */

/** Of a ticket: queue by queue. */
export class Explanation {
  /** @param {readonly QueueExplanation[]} queues */
  constructor(queues) {
    this.queues = queues;
  }

  /** In words; with the queues' names if there are several. */
  get text() {
    if (this.queues.length === 1) return this.queues[0].text;
    return this.queues
      .filter(({ text }) => text)
      .map(({ queue, text }) => `${queue}: ${text}`)
      .join("; ");
  }
}

/**
 * From what the server said.
 *
 * @param {any} value
 * @returns {Explanation}
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readExplanation(value) {
  if (!Array.isArray(value?.queues)) throw malformed();
  return new Explanation(value.queues.map(readQueue));
}

/**
 * @param {any} value
 * @returns {QueueExplanation}
 */
function readQueue(value) {
  if (typeof value?.queue !== "string" || !Array.isArray(value.rules ?? [])) throw malformed();
  const { basis } = value;
  return {
    queue: value.queue,
    waitedS: number(value.waited_s),
    waiting: number(value.waiting),
    rules: (value.rules ?? []).map(readRule),
    tightest: typeof value.tightest === "string" ? value.tightest : null,
    nearby: number(value.nearby),
    playersNeeded: number(value.players_needed),
    estimateS: numberOrNull(value.estimate_s),
    basis: basis ? { matches: number(basis.matches), minutes: number(basis.minutes) } : null,
    text: String(value.text ?? ""),
  };
}

/**
 * @param {any} value
 * @returns {RuleExplanation}
 */
function readRule(value) {
  if (typeof value?.rule !== "string") throw malformed();
  return {
    rule: value.rule,
    passes: number(value.passes),
    of: number(value.of),
    excludes: number(value.excludes),
    limit: numberOrNull(value.limit),
    nextS: numberOrNull(value.next_s),
    nextLimit: numberOrNull(value.next_limit),
  };
}

/** @param {any} value */
function number(value) {
  return numberOrNull(value) ?? 0;
}

/** @param {any} value */
function numberOrNull(value) {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number") throw malformed();
  return value;
}

function malformed() {
  return new RequestRefused("malformed", "an explanation that cannot be read");
}
