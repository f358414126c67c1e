/**
 * The live list of sessions.
 *
 *     const list = lobby.sessions("orbit", { where: ["free > 0", "meta.map = desert"] });
 *     list.onChange = () => show(list.rows);
 *
 * It is kept true over lost connections. A lobby has one such list at a time: another ends the former.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RallypointError, SessionGone } from "./errors.js";
import { Rows } from "./listing.js";
import { looping } from "./looping.js";
import { encodeUnwatch, encodeWatch } from "./messages.js";
import { News } from "./news.js";

/** @import { Change } from "./listing.js" */
/** @import { Condition, Listing } from "./messages.js" */
/** @import { Requests } from "./requests.js" */

/** Made by `lobby.sessions`, and begun by that. */
export class SessionList {
  /**
   * Called whenever the rows or the totals may have changed, and when the list is over: look at `rows` and
   * `error`.
   * @type {(() => unknown) | null}
   */
  onChange = null;
  /**
   * The list itself, once the whole of it is here; rejects if the server gives no such list.
   * @type {Promise<SessionList>}
   */
  ready;
  /**
   * Why it is over; `null` if it is not, and if it was closed or another one has begun.
   * @type {Error | null}
   */
  error = null;
  #requests;
  #question;
  #rows = new Rows();
  #news = new News("one list of sessions");
  #isOpen = true;
  /** The server has said yes on this connection: what comes now is of this list, and of no former one. */
  #agreed = false;
  /** The connection was lost before it had answered: nobody knows which list it begins the next one with. */
  #inDoubt = false;
  /** @type {() => void} */
  #known = () => {};

  /**
   * @param {Requests} requests
   * @param {string} game
   * @param {Condition[]} where
   * @param {number} limit
   */
  constructor(requests, game, where, limit) {
    this.#requests = requests;
    this.#question = { game, where, limit };
    this.ready = new Promise((resolve, reject) => {
      this.#known = () => (this.error === null ? resolve(this) : reject(this.error));
    });
    this.ready.catch(() => {}); // who does not wait for it looks at `error`
    this.#ask();
  }

  /** The sessions that fit, at most `limit`, in the server's order. */
  get rows() {
    return this.#rows.rows;
  }

  /** How many sessions fit, listed or not. */
  get total() {
    return this.#rows.total;
  }

  /** Who is here: `lobby` (players connected to it), `playing` (players with a seat), `sessions`. */
  get counts() {
    return this.#rows.counts;
  }

  /** False once it is closed, or another has begun. */
  get isOpen() {
    return this.#isOpen;
  }

  /** Ends it. Twice is once. */
  close() {
    if (!this.#isOpen) return;
    try {
      this.#requests.tell(encodeUnwatch);
    } catch (error) {
      // there is no lobby session any more, and no list either
      if (!(error instanceof RallypointError)) throw error;
    }
    this.over(null);
  }

  /**
   * `for await (const change of list)`: what has changed since the last one; changes that come faster than
   * they are taken become one. The first has the whole list. Ends when the list or the lobby is closed, or
   * another list has begun; throws `SessionGone` if the lobby session is gone. Leaving the loop leaves the
   * list open.
   *
   * @returns {AsyncIterableIterator<Change>}
   */
  [Symbol.asyncIterator]() {
    return looping(() => this.#next());
  }

  /** @returns {Promise<IteratorResult<Change>>} */
  async #next() {
    while (this.#isOpen) {
      const value = this.#rows.takeChange();
      if (value !== null) return { done: false, value };
      await this.#news.wait();
    }
    if (this.error !== null) throw this.error;
    return { done: true, value: undefined };
  }

  // --- for the lobby ---------------------------------------------------------------------------------------

  /**
   * News of the server.
   *
   * @param {Listing} listing
   */
  take(listing) {
    if (!this.#isOpen || !this.#agreed) return;
    this.#rows.apply(listing);
    if (!this.#rows.known) return;
    this.#known();
    this.#news.tell();
    call(this.onChange);
  }

  /**
   * A new connection: the whole list follows; of another lobby session (`again`), if it is asked.
   *
   * @param {boolean} again
   */
  welcomed(again) {
    if (!this.#isOpen) return;
    this.#rows.forget();
    if (again) this.#ask();
    else this.#inDoubt = !this.#agreed;
  }

  /**
   * It ends: with that error, or because it was closed, or another one has begun.
   *
   * @param {Error | null} error
   */
  over(error) {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.error = error;
    this.#known();
    this.#news.tell();
    call(this.onChange);
  }

  // --- steps -----------------------------------------------------------------------------------------------

  #ask() {
    this.#agreed = this.#inDoubt = false;
    const { game, where, limit } = this.#question;
    const answer = this.#requests.ask(
      (id) => encodeWatch(id, game, where, limit),
      () => this.#answered(),
    );
    answer.catch((error) => {
      // the lobby session went, and there is another: it will be asked
      if (!(error instanceof SessionGone && this.#requests.isOpen)) this.over(error);
    });
  }

  #answered() {
    if (!this.#isOpen) return;
    if (this.#inDoubt) this.#ask();
    else this.#agreed = true;
  }
}
