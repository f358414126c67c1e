/**
 * What is counted of one prediction.
 *
 * @module
 */

const KEPT = 1000;

/** Counts since the prediction began. Distances are in the units of the game's fields. */
export class PredictionStats {
  inputs = 0;
  /** Of these, applied in a later tick than they were meant for. */
  lateInputs = 0;
  earlyInputs = 0;
  /** How far ahead of the session's clock the client is now. */
  leadMs = 0;
  /** Steps that were made again. */
  replayed = 0;
  /** Corrections too large to be smoothed. */
  snaps = 0;
  /** Times that it began anew: with another entity, or after a lost connection. */
  starts = 0;
  /** @type {number[]} */
  #corrections = [];

  /**
   * A pass has said how far the prediction for its tick was off.
   *
   * @param {number} distance
   */
  corrected(distance) {
    this.#corrections.push(distance);
    if (this.#corrections.length > KEPT) this.#corrections.shift();
  }

  /**
   * How large that part of the last 1000 corrections was at most (most are 0): `correction(0.99)`.
   *
   * @param {number} part
   */
  correction(part) {
    const ordered = [...this.#corrections].sort((a, b) => a - b);
    return ordered.length ? ordered[Math.min(ordered.length - 1, Math.trunc(part * ordered.length))] : 0;
  }

  /** The median correction. */
  get p50() {
    return this.correction(0.5);
  }

  /** What 99 of 100 corrections do not exceed. */
  get p99() {
    return this.correction(0.99);
  }

  /** The largest correction. */
  get max() {
    return this.correction(1);
  }
}
