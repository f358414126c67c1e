/**
 * When to ping, and when a silent server is given up. Pure.
 *
 * Pings serve the clock and the round trip: three quick ones after each way in, then one every `pingS`. Each
 * is answered, so a server that says nothing for `silenceS` is not there, whatever the socket believes. A
 * device that wakes up does not wait so long: see `woken`.
 *
 * @module
 */

const QUICK_PINGS = 3;
const LATE_S = 0.25;

/**
 * How patient a client is, in seconds. The defaults suit everybody but tests.
 *
 * - `connectS`: for the first way in, all attempts together: as long as a reserved seat is kept;
 * - `openS`: for one attempt to open a connection;
 * - `marginS`: added to the grace window that the server grants, before a lost session is given up;
 * - `giveUpS`: replaces grace and margin, if it is not `null`: longer, if the server may be away for longer
 *   (then the grace stands still);
 * - `wakeS`: silence that is enough right after the device woke up;
 * - `leaveS`: how long leaving waits for the server's word.
 * @typedef {{
 *   connectS: number, openS: number, marginS: number, giveUpS: number | null, silenceS: number,
 *   wakeS: number, pingS: number, pingQuickS: number, leaveS: number,
 * }} Timing
 */

/** @type {Readonly<Timing>} */
export const TIMING = Object.freeze({
  connectS: 15,
  openS: 5,
  marginS: 5,
  giveUpS: null,
  silenceS: 6,
  wakeS: 2,
  pingS: 2,
  pingQuickS: 0.2,
  leaveS: 3,
});

/**
 * How long to try to resume what is kept for `graceS`.
 *
 * @param {Timing} timing
 * @param {number} graceS
 */
export function patienceS(timing, graceS) {
  return timing.giveUpS ?? graceS + timing.marginS;
}

/**
 * The pings and the silence of one connection after another. Times are seconds of the caller's monotonic
 * clock.
 */
export class Heartbeat {
  #timing;
  #open = false;
  /** @type {number | null} */
  #nextPing = null;
  #quick = 0;
  #heard = 0;
  #wokenAt = -Infinity;

  /** @param {Timing} timing */
  constructor(timing) {
    this.#timing = timing;
  }

  /** When the server last said something; set by whoever hears it. */
  get heard() {
    return this.#heard;
  }

  set heard(now) {
    this.#heard = now;
    this.#wokenAt = -Infinity;
  }

  /**
   * A connection is open, and the first frame sent. No ping before the server has let us in.
   *
   * @param {number} now
   */
  opened(now) {
    this.#open = true;
    this.heard = now;
    this.#nextPing = null;
  }

  /**
   * The server has answered the first frame.
   *
   * @param {number} now
   */
  letIn(now) {
    this.#quick = QUICK_PINGS;
    this.#nextPing = now;
  }

  /** There is no connection. */
  ended() {
    this.#open = false;
  }

  /**
   * The device was asleep, or the network has changed: ask the server at once, and do not wait long for the
   * answer.
   *
   * @param {number} now
   */
  woken(now) {
    // not let in yet: that answer may take longer than a ping's
    if (!this.#open || this.#nextPing === null) return;
    this.#wokenAt = this.#nextPing = now;
  }

  /** When to look again; `null` without a connection. */
  get due() {
    if (!this.#open) return null;
    const silentAt = this.#silentAt();
    return this.#nextPing === null ? silentAt : Math.min(silentAt, this.#nextPing);
  }

  /**
   * True if nothing was heard for too long. To be asked when it is `due`.
   *
   * If that comes late, this page was stopped, or its timers are slowed down: what it could not hear does not
   * count.
   *
   * @param {number} now
   */
  silent(now) {
    const { due } = this;
    if (due === null) return false;
    const lateS = now - due;
    if (lateS > LATE_S) {
      this.#heard = Math.min(now, this.#heard + lateS);
      if (this.#wokenAt > -Infinity) this.#wokenAt = Math.min(now, this.#wokenAt + lateS);
    }
    return now >= this.#silentAt();
  }

  /**
   * True if a ping is due; the next one is planned by asking.
   *
   * @param {number} now
   */
  takePing(now) {
    if (!this.#open || this.#nextPing === null || now < this.#nextPing) return false;
    this.#quick--;
    this.#nextPing = now + (this.#quick > 0 ? this.#timing.pingQuickS : this.#timing.pingS);
    return true;
  }

  #silentAt() {
    const silentAt = this.#heard + this.#timing.silenceS;
    // Who was just let down by a sleeping device gets at least `wakeS` from its waking on.
    return this.#wokenAt === -Infinity ? silentAt : this.#wokenAt + this.#timing.wakeS;
  }
}
