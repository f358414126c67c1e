/**
 * Questions to a lobby that wait for their answer, however many connections that takes.
 *
 * @module
 */

import { LobbyClosed, RequestRefused } from "./errors.js";

/** @import { LobbyCore } from "./lobby_core.js" */
/** @import { Answer } from "./messages.js" */

/**
 * Puts the id into a request.
 * @typedef {(id: number) => Uint8Array} Make
 */
/**
 * @typedef {{
 *   resolve: (value: any) => void, reject: (error: Error) => void, agreed: (() => void) | null,
 * }} Waiting
 */

export class Requests {
  #core;
  #flush;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();

  /**
   * @param {LobbyCore} core
   * @param {() => void} flush sends what the core wants to send
   */
  constructor(core, flush) {
    this.#core = core;
    this.#flush = flush;
  }

  /** False once the lobby session is gone or closed. */
  get isOpen() {
    return this.#core.isOpen;
  }

  /**
   * Asks for something whose answer is nobody's business. Throws as `ask` rejects.
   *
   * @param {Make} make
   */
  tell(make) {
    if (!this.#core.isOpen) throw this.#core.error ?? new LobbyClosed(null, "closed by this client");
    const id = this.#core.request(make);
    this.#flush();
    return id;
  }

  /**
   * Asks: the answer's value, or `RequestRefused`, or why the lobby session is over.
   *
   * `agreed` is called at once when the server says yes, before anything that it says next is looked at.
   *
   * @param {Make} make
   * @param {(() => void) | null} [agreed]
   * @returns {Promise<any>}
   * @throws {InvalidInput} the server would not take such a request
   * @throws {TooManyOutstanding} too many wait for their answer already
   * @throws {SessionGone} the lobby session is gone
   * @throws {LobbyClosed} it is closed
   */
  async ask(make, agreed = null) {
    const id = this.tell(make);
    return await new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, agreed }));
  }

  /**
   * The server's word.
   *
   * @param {Answer} answer
   */
  answered({ id, value, error, reason }) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new RequestRefused(error, reason));
    else {
      waiting.resolve(value);
      waiting.agreed?.();
    }
  }

  /**
   * Nothing that was asked for will be answered.
   *
   * @param {Error} error
   */
  fail(error) {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }
}
