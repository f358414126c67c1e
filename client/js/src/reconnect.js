/**
 * Keeps a seat or a lobby session connected: opens, hands over what comes, waits, opens again. Decides
 * nothing.
 *
 * What to say first, when to come back and when to stop is the core's business. One timer follows the core's
 * heartbeat; at most one connection counts at any time, and what a former one still says or does is not heard
 * any more.
 *
 * @module
 */

import { ConnectFailed, RallypointError } from "./errors.js";
import { Connection } from "./connection.js";
import { Drop } from "./retry.js";
import { onWake } from "./wake.js";

/** @import { WebSocketClass } from "./connection.js" */
/** @import { Heartbeat } from "./heartbeat.js" */
/** @import { Next, Retrying } from "./retry.js" */

/**
 * What `Reconnect` asks and tells; times are seconds of `nowS`.
 * @typedef {{
 *   outbox: Uint8Array[], heart: Heartbeat, retry: Retrying,
 *   firstFrame(now: number): Uint8Array, lost(code: number | null, reason: string, now: number): Next,
 *   timer(now: number): void,
 * }} Core
 */
/** @typedef {{ code: number | null, reason: string, opened: boolean }} End */

const CLOSED = 1000;
const SILENT = 4022;
const CLOSE_WAIT_MS = 1000;
/** Timers hold 31 bits of milliseconds. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** This page's monotonic clock, in seconds. */
export const nowS = () => performance.now() / 1000;

export class Reconnect {
  url;
  bytesOut = 0;
  #core;
  #deliver;
  #openS;
  #locate;
  #onLost;
  #WebSocket;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {((end: End) => void) | null} */
  #ended = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(() => void) | null} */
  #wake = null;
  #stopped = false;
  /** @type {Set<Promise<unknown>>} */
  #closing = new Set();

  /**
   * @param {Core} core
   * @param {string} url
   * @param {(payload: Uint8Array) => void} deliver gets each message, and may throw `Drop`
   * @param {{ openS: number, WebSocket: WebSocketClass, locate?: (() => Promise<string>) | null, onLost?: ()
   *   => void, }} options `locate` says where the session lives now; `onLost` is called after each loss, when
   *   the core knows of it
   */
  constructor(core, url, deliver, { openS, WebSocket, locate = null, onLost }) {
    this.url = url;
    this.#core = core;
    this.#deliver = deliver;
    this.#openS = openS;
    this.#WebSocket = WebSocket;
    this.#locate = locate;
    this.#onLost = onLost;
  }

  /**
   * Until the core says stop, or `stop` does.
   *
   * @throws {ConnectFailed} for a URL that can not be connected to
   */
  async run() {
    const forget = onWake(() => this.#woken());
    try {
      while (!this.#stopped) {
        const end = await this.#connectOnce();
        if (this.#stopped) return;
        if (!end.opened) this.#core.retry.refused();
        const step = this.#core.lost(end.code, end.reason, nowS());
        this.#onLost?.();
        if ("stop" in step) return;
        await this.#sleep(step.delayS);
        if (step.locate && this.#locate !== null && !this.#stopped) await this.#find(this.#locate);
      }
    } finally {
      forget();
      this.#detach(CLOSED, "closed by the client", false);
    }
  }

  /** Ends `run`, and the connection. Twice is once. */
  stop() {
    this.#stopped = true;
    this.#detach(CLOSED, "closed by the client", false);
    this.#end({ code: null, reason: "stopped", opened: true });
    this.#wake?.();
  }

  /** After `stop`: waits, for a moment, until every connection is closed. */
  async closed() {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_WAIT_MS);
    });
    await Promise.race([Promise.all(this.#closing), late]);
    clearTimeout(timer);
  }

  /** Sends what the core wants to send. */
  flush() {
    const { outbox } = this.#core;
    const connection = this.#connection;
    if (connection !== null) {
      for (const frame of outbox) {
        connection.send(frame);
        this.bytesOut += frame.length;
      }
    }
    outbox.length = 0;
  }

  /** Looks again at when the heartbeat is due: call it when the server has let us in. */
  arm() {
    clearTimeout(this.#timer);
    const { due } = this.#core.heart;
    if (due !== null)
      this.#timer = setTimeout(() => this.#onTimer(), Math.max(0, Math.ceil((due - nowS()) * 1000)));
  }

  /** Breaks the connection as a failing network would. */
  cut() {
    if (this.#connection !== null) this.#drop(new Drop(SILENT, "cut", true));
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /**
   * Opens a connection and waits for its end.
   *
   * @returns {Promise<End>}
   */
  #connectOnce() {
    return new Promise((resolve) => {
      this.#ended = resolve;
      /** @type {Connection} */
      let connection;
      try {
        connection = new Connection(this.#WebSocket, this.url, {
          opened: () => this.#opened(),
          received: (payload) => this.#received(payload),
          lost: (code, reason, opened) => this.#lost({ code, reason, opened }),
        });
      } catch (error) {
        throw new ConnectFailed(
          this.url,
          error instanceof Error ? error.message : "not a ws:// or wss:// address",
        );
      }
      this.#connection = connection;
      this.#timer = setTimeout(() => {
        this.#drop(new Drop(SILENT, `no connection in ${this.#openS} s`, true));
      }, this.#openS * 1000);
    });
  }

  #opened() {
    this.#connection?.send(this.#core.firstFrame(nowS()));
    this.arm();
  }

  /** @param {Uint8Array} payload */
  #received(payload) {
    try {
      this.#deliver(payload);
    } catch (error) {
      if (!(error instanceof Drop)) throw error;
      this.#drop(error);
      return;
    }
    if (this.#core.outbox.length) this.flush();
  }

  /** @param {End} end */
  #lost(end) {
    this.#connection = null;
    clearTimeout(this.#timer);
    this.#end(end);
  }

  #onTimer() {
    try {
      this.#core.timer(nowS());
    } catch (error) {
      if (!(error instanceof Drop)) throw error;
      this.#drop(error);
      return;
    }
    this.flush();
    this.arm();
  }

  /** The page was asleep or hidden, or there is a network again. */
  #woken() {
    if (this.#wake !== null) this.#wake();
    else if (this.#connection !== null) {
      this.#core.heart.woken(nowS());
      if (this.#core.heart.due !== null) this.#onTimer();
    }
  }

  /** @param {Drop} drop */
  #drop({ code, reason, cut }) {
    this.#detach(code, reason, cut);
    this.#end({ code: null, reason, opened: true });
  }

  /** @param {End} end */
  #end(end) {
    const ended = this.#ended;
    this.#ended = null;
    ended?.(end);
  }

  /**
   * Closes the present connection, if there is one, without listening to it any longer.
   *
   * @param {number} code
   * @param {string} reason
   * @param {boolean} cut
   */
  #detach(code, reason, cut) {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) return;
    const { closed } = connection;
    this.#closing.add(closed);
    closed.then(() => this.#closing.delete(closed));
    connection.drop(code, reason, cut);
  }

  /** @param {number} delayS */
  async #sleep(delayS) {
    await new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), Math.min(delayS * 1000, TIMER_MS_MAX));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(undefined);
      };
    });
  }

  /** @param {() => Promise<string>} locate */
  async #find(locate) {
    try {
      this.url = await locate();
    } catch (error) {
      if (error instanceof RallypointError) return; // the lobby does not know either: try where it was
      throw error;
    }
    this.#core.retry.located();
  }
}
