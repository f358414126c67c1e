/**
 * What a seat and a lobby session have in common: each is kept connected until it is over.
 *
 * The core decides, `Reconnect` connects; here is the life of both, from the first way in to the end, and how
 * those who wait for either are told.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RallypointError } from "./errors.js";
import { Reconnect } from "./reconnect.js";

/** @import { SessionClock } from "./clock.js" */
/** @import { WebSocketClass } from "./connection.js" */
/** @import { LobbyClosed, SeatClosed } from "./errors.js" */
/** @import { Core } from "./reconnect.js" */

/**
 * A core that can be closed for good.
 * @typedef {Core & {
 *   state: string, error: Error | null, clock: SessionClock, close(error?: Error | null): void,
 * }} Kept
 */

/** @abstract */
export class Endpoint {
  /** @protected @readonly */
  _reconnect;
  /** @protected */
  _firstTimeIn = false;
  #kept;
  #what;
  #Closed;
  #told;
  /** @type {(value?: undefined) => void} */
  #entered = () => {};
  #entering = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    this.#entered = resolve;
  });
  /** @type {Promise<void>} */
  #running;

  /**
   * @param {Kept} core
   * @param {string} url
   * @param {string} what for people
   * @param {{
   *   openS: number, WebSocket: WebSocketClass | undefined, Closed: typeof LobbyClosed | typeof SeatClosed,
   *   locate?: (() => Promise<string>) | null,
   * }} options `Closed`: the error of those who wait for something that this client has closed
   */
  constructor(core, url, what, { openS, WebSocket = globalThis.WebSocket, Closed, locate }) {
    if (WebSocket === undefined) {
      throw new TypeError(
        "there is no WebSocket here: give one (connect(url, { WebSocket })), or use Node 22 or newer",
      );
    }
    this.#kept = core;
    this.#what = what;
    this.#Closed = Closed;
    this.#told = core.state;
    this._reconnect = new Reconnect(core, url, (payload) => this.#received(payload), {
      openS,
      WebSocket,
      locate,
      onLost: () => {
        this._lost();
        this._tellState();
      },
    });
    this.#running = Promise.resolve().then(() => this.#run());
  }

  /** Why it is over; `null` while it is not, and if it is over as it should be (left, ended). */
  get error() {
    return this.#kept.error;
  }

  /** Of the last ping, in milliseconds; `null` before the first. */
  get roundTripMs() {
    return this.#kept.clock.roundTripMs;
  }

  /**
   * The close code of the last connection that was lost, while there is no other; `null` if there was none.
   *
   * @returns {number | null}
   */
  get lostCode() {
    return this.#kept.retry.lastCode;
  }

  /** Breaks the connection as a failing network would; it then resumes. For trying things out. */
  cut() {
    this._reconnect.cut();
  }

  // --- for those who are one -------------------------------------------------------------------------------

  /**
   * A message of the server. May throw `Drop`.
   *
   * @protected
   * @param {Uint8Array} payload
   */
  _deliver(payload) {
    throw new Error(`nobody takes ${payload.length} bytes`);
  }

  /**
   * The state is another than before.
   *
   * @protected
   */
  _stateChanged() {}

  /**
   * A connection was lost, and the core knows.
   *
   * @protected
   */
  _lost() {}

  /**
   * It is over: called once, when the core is closed.
   *
   * @protected
   */
  _over() {}

  /**
   * The server has let us in, for the first time or again.
   *
   * @protected
   */
  _letIn() {
    this._reconnect.arm();
    this._firstTimeIn = true;
    this.#entered();
  }

  /**
   * @protected
   * @returns {Error}
   */
  _closedError() {
    return this.error ?? new this.#Closed(null, "closed by this client");
  }

  /**
   * Waits until it is in for the first time, or over.
   *
   * @protected
   */
  _entered() {
    return this.#entering;
  }

  /**
   * Closes it, and waits until nothing of it is left. Twice is once.
   *
   * @protected
   */
  async _end() {
    this.#kept.close();
    this._tellState();
    this._reconnect.stop();
    await this.#running;
    await this._reconnect.closed();
  }

  /** @protected */
  _tellState() {
    const { state } = this.#kept;
    if (state === this.#told) return;
    this.#told = state;
    call(() => this._stateChanged());
  }

  /** @param {Uint8Array} payload */
  #received(payload) {
    try {
      this._deliver(payload);
    } finally {
      this._tellState();
    }
  }

  async #run() {
    try {
      await this._reconnect.run();
    } catch (error) {
      if (!(error instanceof RallypointError)) console.error(`rallypoint: ${this.#what} failed:`, error);
      this.#kept.close(error instanceof Error ? error : new Error(String(error)));
    }
    this.#kept.close(new this.#Closed(null, "closed by this client"));
    this._over();
    this.#entered();
    this._tellState();
  }
}
