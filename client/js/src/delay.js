/**
 * How far behind the session's clock a state is shown, and how that time moves on.
 *
 * A state can be shown as moving as long as the one after it is known. So each state has to last until the
 * next has come, and `InterpolationDelay` measures how long that was: one that is late raises the delay at
 * once, as many as are on time lower it slowly. What is shown is then neither frozen often, nor older than the
 * network makes it.
 *
 * `Playhead` is the time that is shown. It goes after the time that is wanted a little slower or faster than
 * real time, so that a delay that changes is seen as neither a jump nor a step back. Pure: all times are
 * given, in milliseconds.
 *
 * @module
 */

/** Before anything is measured. */
export const DELAY_TICKS_FIRST = 1.5;
export const DELAY_TICKS_MIN = 1;
export const DELAY_TICKS_MAX = 10;
/** Added to what was measured: the next state may be a little later still. */
const MARGIN_TICKS = 0.25;
/** Milliseconds of delay given back for each millisecond in which states were on time. */
const SHRINK = 0.05;
/** A playhead that is off by little goes there in about this time: the nearer, the slower. */
const EASE_MS = 250;

/** Of one seat. */
export class InterpolationDelay {
  #tickMs;
  /** @type {number | null} */
  #lastMs = null;

  /** @param {number} tickMs how long a tick of the game is */
  constructor(tickMs) {
    this.#tickMs = tickMs;
    /** The delay that is right now, between 1 and 10 ticks. */
    this.ms = DELAY_TICKS_FIRST * tickMs;
  }

  /**
   * The state of session time `stateMs` came when the session's clock was at `sessionMs`.
   *
   * @param {number} stateMs
   * @param {number} sessionMs
   */
  passed(stateMs, sessionMs) {
    const lastMs = this.#lastMs;
    this.#lastMs = stateMs;
    if (lastMs === null || stateMs <= lastMs) return;
    const tickMs = this.#tickMs;
    const needed = sessionMs - lastMs + MARGIN_TICKS * tickMs;
    const lowered = Math.max(needed, this.ms - SHRINK * (stateMs - lastMs));
    this.ms = Math.min(Math.max(lowered, DELAY_TICKS_MIN * tickMs), DELAY_TICKS_MAX * tickMs);
  }

  /** The connection was away: how late the next state is says nothing. */
  restart() {
    this.#lastMs = null;
  }
}

/** The session time that is shown. It never runs backwards, and jumps only to a time that is far off. */
export class Playhead {
  /**
   * Where it is; `null` before the first move.
   * @type {number | null}
   */
  atMs = null;
  #jumpMs;
  #slower;
  #faster;
  #localMs = 0;

  /**
   * @param {number} jumpMs it jumps to what is farther off than that
   * @param {{ slower?: number, faster?: number }} [options] by which part of real time it may be so
   */
  constructor(jumpMs, { slower = 0.25, faster = 0.1 } = {}) {
    this.#jumpMs = jumpMs;
    this.#slower = slower;
    this.#faster = faster;
  }

  /** Another clock begins: the next move goes wherever it should. */
  restart() {
    this.atMs = null;
  }

  /**
   * It is `localMs` here, and `wantedMs` should be shown; nothing is known beyond `lastMs`.
   *
   * @param {number} localMs
   * @param {number} wantedMs
   * @param {number} [lastMs]
   */
  move(localMs, wantedMs, lastMs = Infinity) {
    const { atMs } = this;
    const passedMs = Math.max(0, localMs - this.#localMs);
    this.#localMs = localMs;
    if (atMs === null) return (this.atMs = Math.min(wantedMs, lastMs));
    const off = wantedMs - atMs - passedMs;
    if (Math.abs(off) > this.#jumpMs) return (this.atMs = Math.min(wantedMs, lastMs));
    const eased = off * Math.min(1, passedMs / EASE_MS);
    const way = Math.min(Math.max(eased, -this.#slower * passedMs), this.#faster * passedMs);
    return (this.atMs = Math.max(atMs, Math.min(atMs + passedMs + way, lastMs)));
  }
}
