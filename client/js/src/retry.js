/**
 * What to do after a connection was lost: wait and connect again, ask where the session lives now, or stop.
 *
 * One `Retrying` belongs to a seat or a lobby session. Its clock runs from the first loss to the next time
 * that the server has let it in; when that takes longer than `giveUpS`, the session is taken for gone. Pure.
 *
 * A server that is started again is away for a second, and a game stands still until all of its players are
 * back. So in the first seconds, where no connection was made, the delays stay short. A browser does not tell
 * a port where nobody listens from a server that says "busy" (HTTP 503): so they are not as short as those of
 * programs that can.
 *
 * @module
 */

import { Backoff } from "./backoff.js";
import { CloseCode, policy } from "./close.js";
import { ConnectFailed, SessionGone, closedError } from "./errors.js";

/** @import { LobbyClosed, RallypointError, SeatClosed } from "./errors.js" */

/** So many failures in a row, and the next attempt asks the lobby whether the session has moved. */
export const LOCATE_AFTER_ATTEMPTS = 3;
/** A connection that lasted so long was of use: the loss of it begins with the shortest delay again. */
export const SETTLED_S = 1;
/** So long after a loss, who was not connected at all comes back after at most `REFUSED_MAX_S`. */
export const SOON_S = 5;
export const REFUSED_MAX_S = 1;

/**
 * Connect again in `delayS` seconds; `locate`: ask the lobby first where to.
 * @typedef {{ delayS: number, locate: boolean }} Wait
 */
/**
 * It is over; `error` says why, `null` if it is as it should be (left, ended).
 * @typedef {{ stop: true, error: RallypointError | null }} Stop
 */
/** @typedef {Wait | Stop} Next */

/** This connection is of no use any more: close it with `code`, and go on as if it had broken. */
export class Drop extends Error {
  /**
   * @param {number} code
   * @param {string} reason
   * @param {boolean} [cut] do not wait for a closing handshake, nobody is there
   */
  constructor(code, reason, cut = false) {
    super(reason);
    this.name = "Drop";
    this.code = code;
    this.reason = reason;
    this.cut = cut;
  }
}

/** The decisions of one seat or lobby session. Times are seconds of the caller's monotonic clock. */
export class Retrying {
  /** How long a loss may last; after the first time in, set to what the server grants. */
  giveUpS;
  /**
   * When the connection was lost; `null` while there is one.
   * @type {number | null}
   */
  since;
  /**
   * The close code of the last loss; `null`: it broke, or there was none.
   * @type {number | null}
   */
  lastCode = null;
  #url;
  #Other;
  #backoff;
  #refused = false;
  #wasIn = false;
  /** @type {number | null} */
  #inAt = null;
  #locate = false;

  /**
   * @param {() => number} random
   * @param {string} url
   * @param {number} now
   * @param {{ connectS: number, Other: typeof SeatClosed | typeof LobbyClosed }} options how long the very
   *   first connection may take, and the error for closes that have none of their own
   */
  constructor(random, url, now, { connectS, Other }) {
    this.giveUpS = connectS;
    this.since = /** @type {number | null} */ (now);
    this.#url = url;
    this.#Other = Other;
    this.#backoff = new Backoff(random);
  }

  /** When it is given up; `null` while connected. */
  get deadline() {
    return this.since === null ? null : this.since + this.giveUpS;
  }

  /**
   * The server has let it in, and keeps its place for `giveUpS` after a loss.
   *
   * @param {number} now
   * @param {number} giveUpS
   */
  established(now, giveUpS) {
    this.since = null;
    this.lastCode = null;
    this.#inAt = now;
    this.#wasIn = true;
    this.#locate = false;
    this.giveUpS = giveUpS;
  }

  /**
   * As if new: what was is gone, and something else is asked for.
   *
   * @param {number} now
   * @param {number} connectS
   */
  startOver(now, connectS) {
    this.since = now;
    this.#wasIn = false;
    this.#locate = false;
    this.giveUpS = connectS;
  }

  /** The loss that is told next was none: no connection was made. */
  refused() {
    this.#refused = true;
  }

  /**
   * The connection ended with that close code (`null`: it broke, or was never made).
   *
   * @param {number | null} code
   * @param {string} reason
   * @param {number} now
   * @returns {Next}
   */
  lost(code, reason, now) {
    const refused = this.#refused;
    this.#refused = false;
    if (code !== null || !refused) this.lastCode = code;
    const { retry } = policy(code);
    if (retry === "never" || retry === "fresh" || retry === "update") {
      // who was never in saw no end
      const well = code === CloseCode.LEFT || (code === CloseCode.ENDED && this.#wasIn);
      return { stop: true, error: well ? null : closedError(code, reason, this.#Other) };
    }
    if (this.since === null) {
      this.since = now;
      if (this.#inAt !== null && now - this.#inAt >= SETTLED_S) this.#backoff.reset();
    }
    const leftS = this.since + this.giveUpS - now;
    if (leftS <= 0) return { stop: true, error: this.#givenUp(code, reason) };
    if (retry === "moved") this.#locate = true;
    const soon = refused && now - this.since < SOON_S;
    const delayS = Math.min(this.#backoff.nextS(soon ? REFUSED_MAX_S : Infinity), leftS);
    const many = this.#wasIn && this.#backoff.attempts > LOCATE_AFTER_ATTEMPTS;
    return { delayS, locate: this.#locate || many };
  }

  /** The lobby has said where the session lives now. */
  located() {
    this.#locate = false;
  }

  /**
   * @param {number | null} code
   * @param {string} reason
   */
  #givenUp(code, reason) {
    const { meaning } = policy(code);
    const what = reason ? `${meaning}: ${reason}` : meaning;
    const late = `no way in for ${+this.giveUpS.toPrecision(6)} s, last: ${what}`;
    return this.#wasIn ? new SessionGone(code, late) : new ConnectFailed(this.#url, late);
  }
}
