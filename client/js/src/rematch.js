/**
 * A rematch that is waited for: who wants it, and the seat in the next session.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { Claim } from "./matches.js";

/**
 * `onWait(wanted, group)`: the ids of the players who want it, and of all who would play it again.
 * @typedef {(wanted: string[], group: string[]) => unknown} OnWanted
 */

const WHY_OFF = new Map([
  ["declined", "somebody does not want it"],
  ["left", "somebody has left"],
  ["expired", "not everybody wanted it in time"],
  ["refused", "there is no room for it"],
  ["cordoned", "no new games begin on this server right now"],
]);

/** A rematch of `session`. */
export class Rematching extends Claim {
  #onWait;

  /**
   * @param {string} session
   * @param {OnWanted | null} onWait
   */
  constructor(session, onWait) {
    super();
    this.session = session;
    this.#onWait = onWait;
  }

  /**
   * The match that names the session as the one it follows: any other is for a quick match.
   *
   * @override
   * @param {Record<string, any>} data
   */
  fits(data) {
    return data.rematch === this.session;
  }

  /**
   * `rematch`: who wants it now. `rematch_off`: nobody waits any more.
   *
   * @override
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  pushed(kind, { session, wanted, group, reason = "off" }) {
    if (session !== this.session) return;
    if (kind === "rematch" && Array.isArray(wanted) && Array.isArray(group) && !this.done) {
      call(this.#onWait, wanted, group);
    } else if (kind === "rematch_off") {
      this.refuse(new RequestRefused(String(reason), WHY_OFF.get(reason) ?? "there is no rematch"));
    }
  }
}
