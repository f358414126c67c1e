/**
 * A match that was found, and for which everybody is asked once more.
 *
 *     function onReadyCheck(check) {
 *       say(`a match in ${check.queue}: ${Math.ceil(check.secondsLeft)} s to say yes`);
 *       check.accept(); // or check.decline()
 *     }
 *
 * Without such a function all are accepted at once. The object stays the same while the check runs:
 * `check.onChange` is called when others have answered, and when it is over.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RallypointError } from "./errors.js";
import { encodeAccept } from "./messages.js";
import { nowS } from "./reconnect.js";

/** @import { Requests } from "./requests.js" */

/** Made by `lobby.play`. */
export class ReadyCheck {
  queue = "";
  /** How many players have accepted... */
  accepted = 0;
  /** ...of so many. */
  players = 0;
  /** Whether this player has. */
  mine = false;
  /**
   * Empty while it runs; then `matched`, or why there is no match: `declined`, `expired`, `left`, `failed`; or
   * `gone`: the lobby session, or the place in the queue.
   */
  over = "";
  /** When it is over without a match: whether one goes on waiting, at one's old place. */
  requeued = false;
  /** @type {((check: ReadyCheck) => unknown) | null} */
  onChange = null;
  #requests;
  #until = Infinity;
  /** @type {boolean | null} */
  #said = null;

  /**
   * @param {Requests} requests
   * @param {string} match the match's id
   */
  constructor(requests, match) {
    this.#requests = requests;
    this.match = match;
  }

  /** To answer; 0 when it is over. */
  get secondsLeft() {
    return this.over ? 0 : Math.max(0, this.#until - nowS());
  }

  /** Takes part. Twice is once. */
  accept() {
    this.#say(true);
  }

  /** Takes no part, and gives the place in the queue up. Others go back to theirs. */
  decline() {
    this.#say(false);
  }

  /** @param {boolean} accepted */
  #say(accepted) {
    if (this.over || this.#said === accepted) return;
    this.#said = accepted;
    try {
      this.#requests.tell((id) => encodeAccept(id, this.match, accepted));
    } catch (error) {
      // without a lobby session there is no match either, and that is told
      if (!(error instanceof RallypointError)) throw error;
    }
  }

  // --- for the lobby ---------------------------------------------------------------------------------------

  /**
   * The push `ready_check`. One that was kept for a lost connection is late: it does not make time longer.
   *
   * @param {Record<string, any>} data
   */
  told({ queue, ready_s: leftS, accepted, players = 0, mine = false }) {
    if (typeof queue !== "string" || !Number.isFinite(leftS) || !Number.isSafeInteger(accepted)) return;
    Object.assign(this, { queue, accepted, players: Number(players), mine: Boolean(mine) });
    this.#until = Math.min(this.#until, nowS() + leftS);
    call(this.onChange, this);
  }

  /**
   * It is over. Twice is once.
   *
   * @param {string} reason
   * @param {boolean} [requeued]
   */
  ended(reason, requeued = false) {
    if (this.over) return;
    this.over = reason;
    this.requeued = requeued;
    call(this.onChange, this);
  }
}

/**
 * `onReadyCheck(check)`: told once of each.
 * @typedef {(check: ReadyCheck) => unknown} OnReadyCheck
 */
