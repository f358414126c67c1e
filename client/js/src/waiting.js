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
  constructor(queues, place, waiting, why) {
    this.queues = queues;
    this.place = place;
    this.waiting = waiting;
    this.why = why;
  }

  /** In words. */
  get text() {
    if (!this.queues.length) return "waiting for the leader of your party";
    if (this.why?.text) return this.why.text;
    return this.place > 0 ? `place ${this.place} of ${this.waiting} in line` : "looking for a match";
  }
}

/**
 * `onWait(waiting)`: told whenever something of it has changed.
 * @typedef {(waiting: Waiting) => unknown} OnWaiting
 */
/**
 * `onWait(place, waiting)` of a quick match: place in the queue, from 1, and how many wait in it.
 * @typedef {(place: number, waiting: number) => unknown} OnWait
 */
