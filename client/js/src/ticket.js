/**
 * The ticket that a lobby session is in, as far as the server has told: its own, or that of its party.
 *
 * @module
 */

/** @import { ReadyCheck } from "./ready_check.js" */

export class Ticket {
  /**
   * Those that it waits in; empty: there is none.
   * @type {readonly string[]}
   */
  queues = [];
  place = 0;
  waiting = 0;
  /**
   * The one that runs.
   * @type {ReadyCheck | null}
   */
  check = null;
  #newCheck;

  /** @param {(match: string) => ReadyCheck} newCheck */
  constructor(newCheck) {
    this.#newCheck = newCheck;
  }

  /**
   * A push of the lobby, of whatever kind.
   *
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  pushed(kind, data) {
    switch (kind) {
      case "queued":
        return this.#queued(data);
      case "ready_check":
        return this.#checked(data);
      case "ready_check_off":
        if (data.match === this.check?.match) {
          this.#checkOver(String(data.reason ?? "failed"), Boolean(data.requeued));
        }
        return;
      case "unqueued":
        return this.clear(String(data.reason ?? "gone"));
      case "matched":
        if (!data.rematch && this.queues.includes(data.queue || data.game)) this.clear("matched");
    }
  }

  /**
   * There is none any more.
   *
   * @param {string} reason
   */
  clear(reason) {
    this.queues = [];
    this.place = this.waiting = 0;
    this.#checkOver(reason);
  }

  /** @param {Record<string, any>} data */
  #queued({ queues, game = "", place = 0, waiting = 0 }) {
    this.queues = (Array.isArray(queues) && queues.length ? queues : [game]).map(String);
    if (!Number.isSafeInteger(place) || !Number.isSafeInteger(waiting)) return;
    this.place = place;
    this.waiting = waiting;
  }

  /** @param {Record<string, any>} data */
  #checked(data) {
    const match = String(data.match ?? "");
    if (this.check?.match !== match) {
      this.#checkOver("failed");
      this.check = this.#newCheck(match);
    }
    this.check?.told(data);
  }

  /** @param {string} reason @param {boolean} [requeued] */
  #checkOver(reason, requeued = false) {
    const { check } = this;
    this.check = null;
    check?.ended(reason, requeued);
  }
}
