/**
 * From what the server said.
 *
 * @param {any} value
 * @returns {Explanation}
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readExplanation(value: any): Explanation;
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
    constructor(queues: readonly QueueExplanation[]);
    queues: readonly QueueExplanation[];
    /** In words; with the queues' names if there are several. */
    get text(): string;
}
/**
 * What an estimate rests on: so many `matches` of that queue in the last so many `minutes`.
 */
export type Basis = {
    readonly matches: number;
    readonly minutes: number;
};
/**
 * One rule, as it is for this ticket now: it lets `passes` of so many (`of`) others through, and it alone
 * keeps `excludes` away. `limit` is the one in force (`null`: the rule does not count any more); in `nextS`
 * (`null`: never) it is `nextLimit` (`null`: the rule does not count from then on).
 */
export type RuleExplanation = {
    readonly rule: string;
    readonly passes: number;
    readonly of: number;
    readonly excludes: number;
    readonly limit: number | null;
    readonly nextS: number | null;
    readonly nextLimit: number | null;
};
/**
 * One of the ticket's queues. `waiting`: tickets that wait there; `tightest`: the rule that keeps most away;
 * `nearby`: tickets that pass all rules; `playersNeeded`: how many a match has, or at least has; `estimateS`:
 * how long it probably takes from now (`null`: nobody knows); `text`: in words.
 */
export type QueueExplanation = {
    readonly queue: string;
    readonly waitedS: number;
    readonly waiting: number;
    readonly rules: readonly RuleExplanation[];
    readonly tightest: string | null;
    readonly nearby: number;
    readonly playersNeeded: number;
    readonly estimateS: number | null;
    readonly basis: Basis | null;
    readonly text: string;
};
