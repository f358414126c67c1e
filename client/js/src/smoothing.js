/**
 * What hides corrections: the picture goes to where the prediction is now gently, not at once.
 *
 * When a prediction is put right, what is drawn must not jump. So the difference is kept, added to all that is
 * drawn from then on, and halved every `HALF_LIFE_MS`. A difference larger than the *snap* distance is no
 * correction but another place: there it jumps. Pure: times are given, in milliseconds.
 *
 * @module
 */

export const HALF_LIFE_MS = 80;

/** The differences of so many numbers, as they fade. */
export class Smoothing {
  /**
   * To be added to what is drawn, as of the last call.
   * @type {number[]}
   */
  offsets;
  #halfLifeMs;
  #atMs = 0;

  /**
   * @param {number} numbers
   * @param {number} [halfLifeMs]
   */
  constructor(numbers, halfLifeMs = HALF_LIFE_MS) {
    this.#halfLifeMs = halfLifeMs;
    this.offsets = new Array(numbers).fill(0);
  }

  /**
   * The offsets at that time, which does not go back.
   *
   * @param {number} atMs
   */
  fade(atMs) {
    const passedMs = atMs - this.#atMs;
    if (passedMs > 0) {
      this.#atMs = atMs;
      const part = 0.5 ** (passedMs / this.#halfLifeMs);
      this.offsets = this.offsets.map((offset) => offset * part);
    }
    return this.offsets;
  }

  /**
   * What is below has moved by that much: what is drawn is to stay where it is for now.
   *
   * @param {number[]} by
   */
  shift(by) {
    this.offsets = this.offsets.map((offset, index) => offset - by[index]);
  }

  /** To where it belongs, at once. */
  snap() {
    this.offsets = this.offsets.map(() => 0);
  }
}
