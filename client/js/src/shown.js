/**
 * The interpolated picture of one seat: what is kept for it while somebody looks, and which tick it shows.
 *
 * The first look begins to keep what it takes; when nobody has looked for a while, that ends. Pure: all times are
 * given, in milliseconds.
 *
 * @module
 */

import { DELAY_TICKS_MAX, InterpolationDelay, Playhead } from "./delay.js";
import { History } from "./interpolate.js";

/** @import { Frame } from "./interpolate.js" */
/** @import { Schema } from "./schema.js" */
/** @import { State } from "./view.js" */

/** After so many passes without a look at the interpolated view, its history is no longer kept. */
export const HISTORY_UNREAD_MAX = 64;
/** After so many, whoever plays is taken to look at the newest state again. */
export const SHOWN_PASSES_MAX = 5;

/** Of a game with ticks. */
export class Shown {
  #schema;
  /** @type {History | null} */
  #history = null;
  #delay;
  #playhead;
  /** The tick that was shown last. */
  #tick = -1;

  /** @param {Schema} schema */
  constructor(schema) {
    const tickMs = 1000 / schema.tickHz;
    this.#schema = schema;
    this.#delay = new InterpolationDelay(tickMs);
    this.#playhead = new Playhead(DELAY_TICKS_MAX * tickMs);
  }

  /** How far behind the session's clock it is to be. */
  get delayMs() {
    return this.#delay.ms;
  }

  /**
   * The tick that the player is shown: of this picture while it is in use, else the newest.
   *
   * @param {number} newest
   */
  seen(newest) {
    const history = this.#history;
    return history === null || history.unread > SHOWN_PASSES_MAX ? newest : Math.min(this.#tick, newest);
  }

  /**
   * What to show now; `null` before the first pass.
   *
   * @param {State} newest
   * @param {number} localMs
   * @param {number} sessionMs
   * @returns {Frame | null}
   */
  frame(newest, localMs, sessionMs) {
    if (this.#history === null) {
      this.#history = new History(this.#schema);
      this.#delay.restart();
      this.#playhead.restart();
      if (newest.tick >= 0) this.#history.push(newest);
    }
    const history = this.#history;
    const frame = history.frame(this.#playhead.move(localMs, sessionMs - this.#delay.ms, history.newestMs));
    if (frame !== null) this.#tick = frame.tick;
    return frame;
  }

  /**
   * A state came when the session's clock was there.
   *
   * @param {State} state
   * @param {number} sessionMs
   */
  passed(state, sessionMs) {
    const history = this.#history;
    if (history === null) return;
    history.push(state);
    this.#delay.passed(state.nowMs, sessionMs);
    if (history.unread > HISTORY_UNREAD_MAX) this.#history = null;
  }

  /**
   * Another connection: how late its first state is says nothing.
   *
   * @param {boolean} newClock
   */
  letIn(newClock) {
    this.#delay.restart();
    if (newClock) this.#playhead.restart();
  }
}
