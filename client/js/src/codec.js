/**
 * Bytes to messages. What comes out can be used as it is: a message of a server that does not fit is a
 * `BadMessage`. The other way, `messages.js` has an encoder for each message of a client.
 *
 * @module
 */

import { Decoder } from "../vendor/msgpack/Decoder.mjs";
import { CloseCode } from "./close.js";
import { LOBBY_READERS, SESSION_READERS } from "./replies.js";

/** @import { LobbyReply, SessionReply } from "./messages.js" */
/** @import { Reader } from "./replies.js" */

/**
 * A message that could not be decoded. Whoever sent it is to be closed with `code`.
 *
 * `reason` is fit for a close frame: it names the place, and repeats nothing of what was sent.
 */
export class BadMessage extends Error {
  /**
   * @param {string} reason
   * @param {number} [code]
   */
  constructor(reason, code = CloseCode.MALFORMED) {
    super(reason);
    this.name = "BadMessage";
    this.reason = reason;
    this.code = code;
  }
}

// A byte order mark is a character like any other, as it is for the server.
const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const SHORT = 24;
const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Whole numbers are Numbers wherever those are exact, and BigInts beyond; text is UTF-8 or an error.
 */
class ExactDecoder extends Decoder {
  constructor() {
    // Keys are text, but for the scores of a result: those are seats.
    super({ useBigInt64: true, mapKeyConverter: (key) => (typeof key === "number" ? key : String(key)) });
  }

  /** @override */
  readU64AsBigInt() {
    const { view, pos } = this;
    const high = view.getUint32(pos);
    const low = view.getUint32(pos + 4);
    this.pos = pos + 8;
    return high < 0x200000 ? high * 0x100000000 + low : view.getBigUint64(pos);
  }

  /** @override */
  readI64AsBigInt() {
    const value = this.view.getBigInt64(this.pos);
    this.pos += 8;
    return value >= -SAFE_MAX && value <= SAFE_MAX ? Number(value) : value;
  }

  /**
   * @override
   * @param {number} byteLength
   * @param {number} headerOffset
   */
  decodeUtf8String(byteLength, headerOffset) {
    const { bytes } = this;
    const start = this.pos + headerOffset;
    const end = start + byteLength;
    if (end > bytes.length) throw new RangeError("Insufficient data");
    this.pos = end;
    const text =
      (byteLength <= SHORT ? ascii(bytes, start, end) : null) ?? TEXT.decode(bytes.subarray(start, end));
    // Players name their options: one with this name must not break whoever looks at a list.
    return text === "__proto__" && this.stateIsMapKey() ? "_proto_" : text;
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} end
 * @returns {string | null} null: there is something else than ASCII
 */
function ascii(bytes, start, end) {
  let text = "";
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte > 0x7f) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}

const decoder = new ExactDecoder();

/**
 * Reads one MessagePack value: exact whole numbers (BigInt beyond 2^53), `Uint8Array`s for bytes, plain
 * objects for maps.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {unknown}
 * @throws {BadMessage} they are not exactly one value
 */
export function unpack(bytes) {
  const plain = bytes instanceof Uint8Array && bytes.constructor === Uint8Array ? bytes : asBytes(bytes);
  try {
    return decoder.decode(plain);
  } catch (error) {
    if (error instanceof TypeError) throw new BadMessage("text is not UTF-8");
    throw new BadMessage("not one MessagePack value");
  }
}

/**
 * @param {Uint8Array | ArrayBuffer} bytes perhaps one of the kinds of bytes that other platforms have
 * @returns {Uint8Array}
 */
function asBytes(bytes) {
  if (!(bytes instanceof Uint8Array)) return new Uint8Array(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Decodes what a server sent on the lobby.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {LobbyReply}
 * @throws {BadMessage}
 */
export function decodeLobbyReply(bytes) {
  return read(LOBBY_READERS, bytes);
}

/**
 * Decodes what a server sent on a session.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {SessionReply}
 * @throws {BadMessage}
 */
export function decodeSessionReply(bytes) {
  return read(SESSION_READERS, bytes);
}

/**
 * @template T
 * @param {Map<unknown, Reader<T>>} readers
 * @param {Uint8Array | ArrayBuffer} bytes
 */
function read(readers, bytes) {
  return pick(readers, unpack(bytes));
}

/**
 * @template T
 * @param {Map<unknown, Reader<T>>} readers
 * @param {unknown} value
 */
function pick(readers, value) {
  if (!Array.isArray(value)) throw new BadMessage("a message is an array");
  const reader = readers.get(value[0]);
  if (reader === undefined) throw new BadMessage("unknown kind or value");
  try {
    return reader(value);
  } catch (error) {
    if (error instanceof TypeError) throw new BadMessage(error.message);
    throw error;
  }
}
