/**
 * How the messages of a client are put together, and what their elements may be: `docs/protocol.md`, section
 * 3.
 *
 * @module
 */

import { InvalidInput } from "./errors.js";
import {
  BAG_KEYS_MAX,
  CHAT_CHARS_MAX,
  CONDITIONS_MAX,
  INBOUND_BYTES_MAX,
  INT_MAX,
  INT_MIN,
  KEY_CHARS_MAX,
  LEADERS_MAX,
  LIST_VALUES_MAX,
  LISTED_MAX,
  QUEUES_MAX,
  REGIONS_MAX,
  VALUE_CHARS_MAX,
} from "./limits.js";
import { Writer } from "./writer.js";

/**
 * Writes one element. Throws a `TypeError` that says what it has to be.
 * @typedef {(writer: Writer, value: any) => void} Element
 */

const OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "has"];
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * @param {boolean} condition
 * @param {string} what
 */
function demand(condition, what) {
  if (!condition) throw new TypeError(what);
}

/**
 * @param {number} least
 * @param {number} most
 * @returns {Element}
 */
const whole = (least, most) => (writer, value) => {
  demand(
    Number.isSafeInteger(value) && value >= least && value <= most,
    `must be a whole number from ${least} to ${most}`,
  );
  writer.int(value);
};

/**
 * Lengths are counted in code points.
 * @param {number} most
 * @param {number} [least]
 * @returns {Element}
 */
const text =
  (most, least = 0) =>
  (writer, value) => {
    demand(typeof value === "string", "must be text");
    const length = [...value].length;
    demand(
      length >= least && length <= most,
      `must have ${least ? `${least} to` : "at most"} ${most} characters`,
    );
    demand(!LONE_SURROGATE.test(value), "must be text that UTF-8 can hold");
    writer.text(value);
  };

export const COUNT = whole(0, Number.MAX_SAFE_INTEGER);
/** -1: none. */
export const TICK = whole(-1, Number.MAX_SAFE_INTEGER);
export const VERSION = whole(0, 65535);
export const LIMIT = whole(1, LISTED_MAX);
export const LEADERS = whole(1, LEADERS_MAX);
export const TEXT = text(256);
export const LINE = text(CHAT_CHARS_MAX, 1);
const KEY = text(KEY_CHARS_MAX, 1);
const VALUE = text(VALUE_CHARS_MAX);
const FIELD = text(KEY_CHARS_MAX + 5);

/** @type {Element} */
export const BOOL = (writer, value) => {
  demand(typeof value === "boolean", "must be true or false");
  writer.bool(value);
};

/** @type {Element} */
export const FLOAT = (writer, value) => {
  demand(Number.isFinite(value), "must be a finite number");
  writer.float(value);
};

/**
 * A token or a hash.
 * @type {Element}
 */
export const TOKEN = (writer, value) => {
  demand(value instanceof Uint8Array && value.length <= 64, "must be at most 64 bytes");
  writer.binary(value);
};

/** @type {Element} */
const SCALAR = (writer, value) => {
  if (value === null) writer.nil();
  else if (typeof value === "boolean") writer.bool(value);
  else if (typeof value === "string") VALUE(writer, value);
  else if (typeof value === "bigint") {
    demand(value >= INT_MIN && value <= INT_MAX, "must fit 64 bits");
    writer.int(value);
  } else {
    demand(Number.isFinite(value), "must be null, true, false, a finite number or text");
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int(value);
    else writer.float(value);
  }
};

/**
 * A small object: names of 1 to 32 characters, each with one of these.
 * @param {Element} element
 * @param {number} most
 * @returns {Element}
 */
const named = (element, most) => (writer, value) => {
  demand(typeof value === "object" && value !== null && !Array.isArray(value), "must be an object");
  const entries = Object.entries(value);
  demand(entries.length <= most, `must have at most ${most} names, not ${entries.length}`);
  writer.map(entries.length);
  for (const [key, each] of entries) {
    within("a name", () => KEY(writer, key));
    within(key, () => element(writer, each));
  }
};

/**
 * @param {Element} element
 * @param {string} what
 * @param {number} most
 * @param {number} [least]
 * @returns {Element}
 */
const list =
  (element, what, most, least = 0) =>
  (writer, value) => {
    const fits = Array.isArray(value) && value.length >= least && value.length <= most;
    demand(fits, `must be a list of ${least ? `${least} to` : "at most"} ${most} ${what}`);
    writer.array(value.length);
    for (const each of value) within("each", () => element(writer, each));
  };

/** Options or metadata. */
export const BAG = named(SCALAR, BAG_KEYS_MAX);

/** The queues of a ticket. */
export const QUEUES = list(KEY, "names of queues", QUEUES_MAX, 1);

const LIST = list(text(KEY_CHARS_MAX), "texts", LIST_VALUES_MAX);

/** What a player says for the rules of queues. */
export const ATTRIBUTES = named((writer, value) => {
  demand(value !== null, "must be true, false, a finite number, text or a list of texts");
  if (Array.isArray(value)) LIST(writer, value);
  else SCALAR(writer, value);
}, BAG_KEYS_MAX);

/** Round trips to regions. */
export const LATENCIES = named((writer, value) => {
  demand(Number.isFinite(value) && value >= 0 && value <= 10_000, "must be 0 to 10000 milliseconds");
  writer.float(value);
}, REGIONS_MAX);

/** @type {Element} */
export const CONDITIONS = (writer, value) => {
  demand(
    Array.isArray(value) && value.length <= CONDITIONS_MAX,
    `must be a list of at most ${CONDITIONS_MAX} conditions`,
  );
  writer.array(value.length);
  for (const { field, op, value: scalar } of value) {
    demand(OPERATORS.includes(op), `must compare by ${OPERATORS.join(" ")}`);
    writer.array(3);
    within("a field", () => FIELD(writer, field));
    writer.text(op);
    within(field, () => SCALAR(writer, scalar));
  }
};

/**
 * @param {string} what
 * @param {() => void} write
 */
function within(what, write) {
  try {
    write();
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${what} ${error.message}`) : error;
  }
}

const shared = new Writer();

/**
 * The encoder of one kind of message: it takes the elements in their order.
 *
 * @param {string} name for people
 * @param {number} kind
 * @param {Record<string, Element>} format
 * @returns {(values: any[]) => Uint8Array} throws `InvalidInput` for what the server would close for
 */
export function request(name, kind, format) {
  const elements = Object.entries(format);
  return (values) => {
    const writer = shared.clear();
    writer.array(1 + elements.length);
    writer.int(kind);
    elements.forEach(([label, element], at) => {
      try {
        element(writer, values[at]);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        throw new InvalidInput(name, `${label} ${error.message}`);
      }
    });
    if (writer.length > INBOUND_BYTES_MAX) {
      throw new InvalidInput(name, `larger than the ${INBOUND_BYTES_MAX} bytes that a server takes`);
    }
    return writer.bytes();
  };
}
