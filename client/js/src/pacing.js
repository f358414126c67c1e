/**
 * When a client is at which tick: as far ahead of the session's clock as its inputs need to be in time.
 *
 * The client's tick *n* is over when the session's clock plus the *lead* reaches it; what the player does
 * meanwhile is meant for the step of tick *n*. The lead is the way to the server, half a tick, and what
 * lateness has taught: an input that was applied later than it was meant to be raises it at once by as much,
 * and it falls again by 1 ms in 100 while nothing is late. It is never so long that an input would have to
 * wait longer than the game lets it (`inputBufferTicks`).
 *
 * A game without that buffer applies each input in the next step. Then nothing can be early, and the lead is
 * no more than the guess when that step is: the way to the server, and what was learned of it, one tick at
 * most. Pure: times are given, in milliseconds.
 *
 * @module
 */

const MARGIN_TICKS = 0.5;
/** A clock that goes back by more was really set. */
const BACK_TICKS_MAX = 20;
const FALL = 0.01;
/** Without a buffer: so much of a tick is learned from one wrong guess. */
const LEARN_TICKS = 0.1;

/** Of one seat. */
export class Pacing {
  /** The client's tick that is over: it goes down only if the session's clock does, by more than 20. */
  tick = -1;
  /** Inputs that were applied later than they were meant to be. */
  late = 0;
  /** And sooner. */
  early = 0;
  #tickMs;
  #bufferTicks;
  #floorMs;
  #extraMs;
  #wayMs = 0;
  /** What was meant for ticks up to here was sent before the lead was last changed. */
  #learnedAt = -1;

  /**
   * @param {number} tickMs how long a tick of the game is
   * @param {number} bufferTicks its `inputBufferTicks`
   */
  constructor(tickMs, bufferTicks) {
    this.#tickMs = tickMs;
    this.#bufferTicks = bufferTicks;
    this.#floorMs = bufferTicks ? MARGIN_TICKS * tickMs : 0;
    this.#extraMs = this.#floorMs;
  }

  /** How far ahead of the session's clock this client is. */
  get leadMs() {
    return this.#wayMs + this.#extraMs;
  }

  /** Another connection, or another clock. */
  restart() {
    this.tick = this.#learnedAt = -1;
  }

  /**
   * The way to the server takes so long.
   *
   * @param {number} oneWayMs
   */
  measured(oneWayMs) {
    this.#wayMs = oneWayMs;
  }

  /**
   * The session's clock is there: `tick`, brought up to date. What is done now is meant for the next.
   *
   * @param {number} sessionMs
   */
  now(sessionMs) {
    const tick = Math.floor((sessionMs + this.leadMs) / this.#tickMs);
    if (tick > this.tick || tick < this.tick - BACK_TICKS_MAX) this.tick = tick;
    return this.tick;
  }

  /**
   * An input that was meant for `at` was applied in one of these ticks. Gives by how many it was late.
   * Negative: it was early.
   *
   * @param {number} at
   * @param {number} first
   * @param {number} last
   */
  decided(at, first, last) {
    const off = first > at ? first - at : Math.min(0, last - at);
    if (!off) return 0;
    if (off > 0) this.late++;
    else this.early++;
    if (at > this.#learnedAt) {
      this.#learnedAt = this.tick + 1;
      this.#learn(off);
    }
    return off;
  }

  /** @param {number} off */
  #learn(off) {
    const tickMs = this.#tickMs;
    if (this.#bufferTicks) {
      const most = Math.max(this.#floorMs, (this.#bufferTicks - 1) * tickMs);
      this.#extraMs = Math.min(Math.max(this.#extraMs + off * tickMs, this.#floorMs), most);
    } else {
      const learned = off > 0 ? LEARN_TICKS * tickMs : -LEARN_TICKS * tickMs;
      this.#extraMs = Math.min(Math.max(this.#extraMs + learned, -tickMs), tickMs);
    }
  }

  /**
   * So much session time has gone by.
   *
   * @param {number} ms
   */
  passed(ms) {
    if (this.#extraMs > this.#floorMs && this.#bufferTicks) {
      this.#extraMs = Math.max(this.#floorMs, this.#extraMs - FALL * ms);
    }
  }
}
