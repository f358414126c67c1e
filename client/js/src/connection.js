/**
 * One WebSocket connection to a server: what all platforms' `WebSocket` have in common, and nothing else of
 * it.
 *
 * @module
 */

import { SUBPROTOCOL } from "./limits.js";

/** @typedef {new (url: string, protocols: string) => WebSocket} WebSocketClass */

/**
 * What a connection tells. `lost` comes once, unless `drop` came first: after that nothing is told any more.
 * `opened` in it is false if there never was a connection: no page is told why.
 * @typedef {{
 *   opened(): void, received(payload: Uint8Array): void,
 *   lost(code: number | null, reason: string, opened: boolean): void,
 * }} Receiver
 */

/** RFC 6455: what a close frame has room for, and the codes that say "there was none". */
const REASON_BYTES_MAX = 123;
const NO_CODE = [1005, 1006, 1015];

/** Bytes in go to the receiver, bytes out through `send`; nothing waits. */
export class Connection {
  #socket;
  /** @type {Receiver | null} */
  #receiver;
  #opened = false;
  /** @type {(value?: undefined) => void} */
  #gone = () => {};
  /** When nothing of it is left. */
  closed = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    this.#gone = resolve;
  });

  /**
   * @param {WebSocketClass} WebSocketOf
   * @param {string} url
   * @param {Receiver} receiver
   * @throws {SyntaxError} that is no address (as `DOMException`)
   */
  constructor(WebSocketOf, url, receiver) {
    this.#receiver = receiver;
    const socket = (this.#socket = new WebSocketOf(url, SUBPROTOCOL));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#open();
    socket.onmessage = ({ data }) => {
      // A text frame is not of this protocol: as bytes it is no message.
      this.#receiver?.received(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(0));
    };
    socket.onclose = ({ code, reason }) => this.#lost(NO_CODE.includes(code) ? null : code, reason);
    socket.onerror = () => {
      // `onclose` follows, everywhere but in some versions of Node if there was no connection at all.
      if (!this.#opened) setTimeout(() => this.#lost(null, ""), 0);
    };
  }

  /** @param {Uint8Array} payload */
  send(payload) {
    if (this.#socket.readyState === 1) this.#socket.send(/** @type {Uint8Array<ArrayBuffer>} */ (payload));
  }

  /**
   * Closes it, without listening to it any longer.
   *
   * @param {number} code 1000, or one of 3000 to 4999: pages may send no other
   * @param {string} reason
   * @param {boolean} cut nobody is there: where the platform can, do not say good-bye either
   */
  drop(code, reason, cut) {
    this.#receiver = null;
    const socket = /** @type {WebSocket & { terminate?: () => void }} */ (this.#socket);
    if (cut && socket.terminate) return socket.terminate();
    try {
      socket.close(code, shortened(reason));
    } catch {
      socket.close();
    }
  }

  #open() {
    this.#opened = true;
    if (this.#receiver === null) return; // dropped while it was opening
    if (this.#socket.protocol === SUBPROTOCOL) return this.#receiver.opened();
    const receiver = this.#receiver;
    this.drop(1000, "", false);
    receiver.lost(null, `the server does not speak ${SUBPROTOCOL}`, true);
  }

  /**
   * @param {number | null} code
   * @param {string} reason
   */
  #lost(code, reason) {
    this.#gone();
    const receiver = this.#receiver;
    this.#receiver = null;
    receiver?.lost(code, reason || (this.#opened ? "" : "no connection was made"), this.#opened);
  }
}

/** @param {string} reason */
function shortened(reason) {
  const bytes = new TextEncoder().encode(reason).subarray(0, REASON_BYTES_MAX);
  return new TextDecoder().decode(bytes, { stream: true }); // a character that is cut in two goes
}
