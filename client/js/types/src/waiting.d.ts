/**
 * How it stands with somebody who waits for a match.
 *
 * @module
 */
/** @import { Explanation } from "./explanation.js" */
/** What is known of a ticket at one moment. */
export class Waiting {
    /**
     * @param {readonly string[]} queues those that it waits in; empty: for a member of a party whose leader has
     *   not queued it
     * @param {number} place from 1, in a game's own queue; 0 where there are rules: nobody stands in line there
     * @param {number} waiting how many wait there
     * @param {Explanation | null} why the newest one
     */
    constructor(queues: readonly string[], place: number, waiting: number, why: Explanation | null);
    queues: readonly string[];
    place: number;
    waiting: number;
    why: Explanation | null;
    /** In words. */
    get text(): string;
}
/**
 * `onWait(waiting)`: told whenever something of it has changed.
 */
export type OnWaiting = (waiting: Waiting) => unknown;
/**
 * `onWait(place, waiting)` of a quick match: place in the queue, from 1, and how many wait in it.
 */
export type OnWait = (place: number, waiting: number) => unknown;
import type { Explanation } from "./explanation.js";
