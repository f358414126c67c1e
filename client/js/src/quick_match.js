/**
 * A quick match that goes on: what it was asked for, and the seat that it waits for.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { Claim } from "./matches.js";

/**
 * `onWait(place, waiting)`: place in the queue, from 1, and how many wait in it.
 * @typedef {(place: number, waiting: number) => unknown} OnWait
 */

/** The one quick match of a lobby that is going on. */
export class QuickMatching extends Claim {
  #game;
  #onWait;

  /**
   * @param {string} game
   * @param {OnWait | null} onWait
   */
  constructor(game, onWait) {
    super();
    this.#game = game;
    this.#onWait = onWait;
  }

  /**
   * Any session of that game, but none that continues another.
   *
   * @override
   * @param {Record<string, any>} data
   */
  fits(data) {
    return data.game === this.#game && !data.rematch;
  }

  /**
   * `queued`: another place in the queue. `unqueued`: none any more.
   *
   * @override
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  pushed(kind, { game, place, waiting, reason = "unqueued" }) {
    if (game !== this.#game) return;
    if (kind === "unqueued") this.refuse(new RequestRefused(String(reason), "the queue place is gone"));
    const whole = Number.isSafeInteger(place) && Number.isSafeInteger(waiting);
    if (kind === "queued" && whole && !this.done) call(this.#onWait, place, waiting);
  }
}
