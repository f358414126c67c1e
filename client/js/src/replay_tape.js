/**
 * The passes of a replay, as they were read so far: the state after each of them.
 *
 * A stream is frames, each `length (4 bytes, big endian), MessagePack`: a map that says what it is, then
 * passes as spectators get them. Every hundredth state is kept as a pass with all of it, so that any state is
 * at most a hundred passes away. Pure: whoever reads the stream gives it its bytes.
 *
 * @module
 */

import { Classes } from "./classes.js";
import { BadMessage, decodeSessionReply, unpack } from "./codec.js";
import { Replica } from "./replica.js";
import { decodeSchema } from "./schema.js";

/** @import { Pass } from "./messages.js" */

export const CHECKPOINT_EVERY = 100;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
const FORMAT = 1;
const NONE = new Uint8Array(0);
const PART = { channel: 0, age: 0, leaves: null, changes: null, crc: null };

/**
 * What a replay is of. Times in milliseconds; `createdMs` is Unix time, `durationMs` session time at the end.
 * `complete`: it tells how the session ended, for which `reason` and with which `result`.
 * @typedef {{
 *   session: string, game: string, tickHz: number, firstTick: number, lastTick: number, durationMs: number,
 *   createdMs: number, players: { seat: number, name: string }[], complete: boolean, reason: string,
 *   result: Record<string, any> | null,
 * }} ReplayHeader
 */

/** Cuts what arrives into frames. */
export class FrameReader {
  /** What is no frame, if there is something; nothing is read after it. @type {BadMessage | null} */
  error = null;
  /** @type {Uint8Array} */
  #left = NONE;

  /**
   * More bytes; gives the frames that are whole by now.
   *
   * @param {Uint8Array} bytes
   * @returns {Uint8Array[]}
   */
  push(bytes) {
    if (this.error !== null) return [];
    const data = this.#left.length === 0 ? bytes : joined(this.#left, bytes);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const frames = [];
    let place = 0;
    while (place + 4 <= data.length) {
      const length = view.getUint32(place);
      if (length > FRAME_BYTES_MAX) {
        this.error = new BadMessage("a frame that is too long");
        return frames;
      }
      if (place + 4 + length > data.length) break;
      frames.push(data.subarray(place + 4, place + 4 + length));
      place += 4 + length;
    }
    this.#left = data.subarray(place);
    return frames;
  }

  /** Whether what came ends with the end of a frame. */
  get isEmpty() {
    return this.#left.length === 0;
  }
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function joined(a, b) {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

export class ReplayTape {
  /** Session time after each pass. @type {number[]} */
  timesMs = [];
  /** @type {number[]} */
  ticks = [];
  /** @type {number[]} */
  epochs = [];
  /** Channel hashes that were compared. */
  checksMade = 0;
  #replica;
  /** @type {Uint8Array[]} */
  #passes = [];
  /** @type {Pass[]} */
  #checkpoints = [];

  /**
   * @param {Uint8Array} frame the first of the stream
   * @throws {BadMessage} it is no replay that this client can read
   */
  constructor(frame) {
    const { header, schema } = readHeader(frame);
    this.header = header;
    this.classes = new Classes(schema, NONE);
    this.#replica = new Replica(schema);
  }

  /** How many passes there are. */
  get length() {
    return this.#passes.length;
  }

  /**
   * The next pass.
   *
   * @param {Uint8Array} frame
   * @throws {BadMessage} it is none
   * @throws {import("./replica.js").Desync} it does not fit
   */
  push(frame) {
    const replica = this.#replica;
    const pass = passIn(frame);
    if (this.length > 0 && pass.head.tick <= replica.tick)
      throw new BadMessage("a tick that was there already");
    follow(replica, pass);
    if (this.length % CHECKPOINT_EVERY === 0) this.#checkpoints.push(wholeOf(replica));
    this.#passes.push(frame);
    this.ticks.push(replica.tick);
    this.timesMs.push(replica.nowMs);
    this.epochs.push(replica.epoch);
    this.checksMade = replica.checksMade;
  }

  /** A state to begin with, for `go`. */
  replica() {
    return new Replica(this.classes.schema);
  }

  /**
   * Makes a replica that has been at the pass number `from` (-1: none yet) the state after pass `to`.
   *
   * @param {Replica} replica
   * @param {number} from
   * @param {number} to at most `length - 1`
   */
  go(replica, from, to) {
    let next = from + 1;
    const checkpoint = Math.floor(to / CHECKPOINT_EVERY);
    if (from < 0 || to < from || checkpoint * CHECKPOINT_EVERY > from) {
      replica.clear();
      replica.apply(this.#checkpoints[checkpoint]);
      next = checkpoint * CHECKPOINT_EVERY + 1;
    }
    for (; next <= to; next++) follow(replica, passIn(this.#passes[next]));
  }

  /**
   * The number of the last pass of that tick or before; 0 if all are after it.
   *
   * @param {number} tick
   */
  find(tick) {
    return last(this.ticks, tick);
  }

  /**
   * The number of the last pass of that session time or before; 0 if all are after it.
   *
   * @param {number} atMs
   */
  findTime(atMs) {
    return last(this.timesMs, atMs);
  }
}

/**
 * @param {number[]} sorted
 * @param {number} value
 */
function last(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * A new epoch is that of a server that goes on after another has died: it begins with all there is.
 *
 * @param {Replica} replica
 * @param {Pass} pass
 */
function follow(replica, pass) {
  if (pass.head.epoch !== replica.epoch) replica.clear();
  replica.apply(pass);
}

/** @param {Uint8Array} frame */
function passIn(frame) {
  const message = decodeSessionReply(frame);
  if (message.type !== "pass") throw new BadMessage("not a pass");
  return message;
}

/**
 * A pass that makes this state of nothing.
 *
 * @param {Replica} replica
 * @returns {Pass}
 */
function wholeOf(replica) {
  const rows = new Map(replica.rows(0).map((row) => [row[0], row]));
  const enters = [...replica.items.keys()].map((id) => {
    const [, classIndex, owner, mask, values] = /** @type {[any, any, any, any, any[]]} */ (rows.get(id));
    return [id, classIndex, owner, mask, ...values];
  });
  const { epoch, tick, nowMs, appliedTable: applied } = replica;
  return {
    type: "pass",
    seat: null,
    head: { epoch, tick, nowMs, undurable: 0, applied },
    parts: [{ ...PART, enters }],
  };
}

/** @param {Uint8Array} frame */
function readHeader(frame) {
  const told = /** @type {any} */ (unpack(frame));
  if (typeof told !== "object" || told === null || Array.isArray(told))
    throw new BadMessage("this is no replay");
  if (told.version !== FORMAT)
    throw new BadMessage(`a replay of version ${told.version}, which this client cannot read`);
  let schema;
  try {
    schema = decodeSchema(told.schema);
  } catch {
    throw new BadMessage("a schema that cannot be read");
  }
  /** @type {ReplayHeader} */
  const header = {
    session: String(told.session),
    game: String(told.game),
    tickHz: Number(told.tick_hz),
    firstTick: Number(told.first_tick),
    lastTick: Number(told.last_tick),
    durationMs: Number(told.duration_ms),
    createdMs: Number(told.created_ms),
    players: told.players,
    complete: told.complete === true,
    reason: String(told.reason ?? ""),
    result: told.result ?? null,
  };
  return { header, schema };
}
