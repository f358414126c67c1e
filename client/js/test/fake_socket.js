/** A `WebSocket` whose other side is the test: no network, and nothing happens that is not told. */

import { unpack } from "../src/codec.js";
import { SUBPROTOCOL as PROTOCOL } from "../src/limits.js";

const PING = 6;

export class FakeSocket {
  /** Every one that was made, in order. @type {FakeSocket[]} */
  static made = [];
  readyState = 0;
  binaryType = "blob";
  protocol = PROTOCOL;
  /** What the client has sent, but for pings. @type {any[]} */
  sent = [];
  /** What it closed this with. @type {[number | undefined, string | undefined] | null} */
  closed = null;
  /** @type {any} */
  onopen = null;
  /** @type {any} */
  onmessage = null;
  /** @type {any} */
  onclose = null;
  /** @type {any} */
  onerror = null;

  /**
   * @param {string} url
   * @param {string} protocols
   */
  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }

  /** @param {Uint8Array} frame */
  send(frame) {
    const message = /** @type {any[]} */ (unpack(frame));
    if (message[0] !== PING) this.sent.push(message);
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  close(code, reason) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
      throw new Error("InvalidAccessError");
    this.closed = [code, reason];
    this.#gone(code ?? 1005, reason ?? "");
  }

  // --- the other side ---

  opens() {
    this.readyState = 1;
    this.onopen?.({});
    return this;
  }

  /** @param {...Uint8Array} payloads */
  says(...payloads) {
    for (const payload of payloads) this.onmessage?.({ data: payload.slice().buffer });
    return this;
  }

  /**
   * @param {number} [code]
   * @param {string} [reason]
   */
  breaks(code = 1006, reason = "") {
    if (this.readyState === 0) this.onerror?.({});
    this.#gone(code, reason);
  }

  /** What was sent since the last look. */
  take() {
    return this.sent.splice(0);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #gone(code, reason) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

/** Lets everything that is under way happen, timers of no delay included. */
export async function settled() {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * The next socket that the client makes.
 *
 * @param {number} had how many there were
 */
export async function nextSocket(had) {
  for (let n = 0; FakeSocket.made.length <= had; n++) {
    if (n > 400) throw new Error("no connection was made");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return FakeSocket.made[had];
}
