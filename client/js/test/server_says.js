/** What a server says, made by hand: messages to a lobby and to a seat of the vectors' small game. */

import { unpack } from "../src/codec.js";
import { Writer } from "../src/writer.js";
import { bytesOf, schemas } from "./vectors.js";

export const HASH = bytesOf(schemas.small.hash);
export const SCHEMA = bytesOf(schemas.small.hex);

/** @param {string} text */
export const token = (text) => new TextEncoder().encode(text);

/**
 * @param {Writer} writer
 * @param {any} value
 */
function write(writer, value) {
  if (value === null || value === undefined) writer.nil();
  else if (typeof value === "boolean") writer.bool(value);
  else if (typeof value === "string") writer.text(value);
  else if (typeof value === "bigint" || Number.isInteger(value)) writer.int(value);
  else if (typeof value === "number") writer.float(value);
  else if (value instanceof Uint8Array) writer.binary(value);
  else if (Array.isArray(value)) {
    writer.array(value.length);
    for (const item of value) write(writer, item);
  } else {
    const entries = Object.entries(value);
    writer.map(entries.length);
    for (const [key, item] of entries) {
      writer.text(key);
      write(writer, item);
    }
  }
}

/** @param {any[]} value */
export function pack(value) {
  const writer = new Writer();
  write(writer, value);
  return writer.bytes();
}

/**
 * What a client has sent, and the outbox is empty after it.
 *
 * @param {{ outbox: Uint8Array[] }} core
 * @returns {any[]}
 */
export const sent = (core) => core.outbox.splice(0).map((frame) => unpack(frame));

// --- the lobby ---

/** @param {Record<string, any>} [options] */
export const welcome = ({
  lobby = "l",
  token: newest = token("t1"),
  player = "p",
  name = "Ann",
  resumed = false,
  event = 0,
  graceS = 30,
  secret = new Uint8Array(0),
  seats = [],
} = {}) => pack([32, lobby, newest, player, name, ["duel"], resumed, event, graceS, secret, seats]);

/**
 * @param {number} id
 * @param {any} [value]
 * @param {string} [error]
 * @param {string} [reason]
 */
export const answer = (id, value = null, error = "", reason = "") => pack([33, id, value, error, reason]);

/**
 * @param {number} n
 * @param {string} kind
 * @param {any} [data]
 */
export const push = (n, kind, data = {}) => pack([34, n, kind, data]);

/**
 * @param {string} id
 * @param {number} [free]
 */
export const row = (id, free = 1) => [id, "duel", "waiting", 1, 2, free, 0, "Ann", {}, 1_790_000_000_000];

/**
 * @param {number} n
 * @param {any[][]} rows
 * @param {{ whole?: boolean, gone?: string[], total?: number, counts?: any }} [options]
 */
export const listing = (n, rows, { whole = false, gone = [], total = rows.length, counts = null } = {}) =>
  pack([35, n, whole, rows, gone, total, counts]);

/**
 * @param {string} room
 * @param {number[]} numbers
 */
export const chat = (room, ...numbers) =>
  pack([36, room, numbers.map((n) => [n, "p", "Ann", `line ${n}`, 1_790_000_000_000 + n])]);

/**
 * What `matched`, and answers that give a seat, say.
 *
 * @param {string} url
 * @param {Record<string, any>} [more]
 */
export const seatAt = (url, more = {}) => ({
  game: "duel",
  session: "s",
  seat: 0,
  url,
  token: token("t0"),
  schema: HASH,
  ...more,
});

// --- a session ---

/** @param {Record<string, any>} [options] */
export const seated = ({
  token: newest = token("t1"),
  seat = 0,
  epoch = 1,
  outcome = "fresh",
  lost = 0,
  applied = 0,
  received = 0,
  hash = HASH,
  schema = SCHEMA,
} = {}) => pack([40, "s", newest, seat, "p", epoch, outcome, lost, applied, received, hash, schema]);

/**
 * A pass of a game with one ship, whose first field (`x`, in steps of 0.01) grows by one step a tick.
 *
 * @param {number} tick
 * @param {Record<string, any>} [options] `whole`: as the first of a connection
 */
export const pass = (
  tick,
  { whole = tick === 1, events = null, epoch = 1, applied = [0], undurable = 0, crc = null, age = 1 } = {},
) => {
  const table = applied && Uint8Array.from(applied.flatMap((/** @type {number} */ n) => [n >> 8, n & 255]));
  const enters = [
    [0, 0, null, 3, 1, 1],
    [-1, 1, null, 31, "Ann", 0, 0, "p", 0],
    [7, 2, 0, 15, tick, 0, 0, 4],
  ];
  const part = whole ? [0, 0, null, enters, null, crc] : [0, age, null, null, [7, 1, 1], crc];
  const own = whole || events ? [events, null, whole ? [0] : null] : null;
  return pack([41, own, [epoch, tick, 50 * tick, undurable, table], [part]]);
};

/**
 * @param {number} n
 * @param {number} tick
 * @param {number} [victim]
 */
export const hit = (n, tick, victim = 1) => [n, tick, 16, [victim]];

/**
 * @param {number} n
 * @param {number} tick
 */
export const ended = (n, tick) => [n, tick, 1, [{ winners: [0] }, "it is over"]];

/**
 * @param {number} sentMs
 * @param {number} nowMs
 */
export const pong = (sentMs, nowMs) => pack([42, sentMs, nowMs, 0]);
