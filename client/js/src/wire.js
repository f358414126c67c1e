/**
 * Wire values to bytes, by the types of the schema: strictly for what a player sends, and in the canonical
 * form for the CRC of what the server says.
 *
 * @module
 */

import { INT_MAX, INT_MIN } from "./limits.js";
import { Writer } from "./writer.js";

/** @import { WireType } from "./schema.js" */

/**
 * Writes one wire value. Throws a `TypeError` that says what it must be.
 * @typedef {(writer: Writer, value: any) => void} Write
 */

const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * What an error says of a value.
 * @param {unknown} value
 */
function kind(value) {
  if (value === null || value === undefined) return String(value);
  const shown = typeof value === "string" ? JSON.stringify(value) : Array.isArray(value) ? "" : String(value);
  return `${Array.isArray(value) ? "array" : typeof value} ${shown}`.trim().slice(0, 60);
}

/** @type {Write} */
function int(writer, value) {
  if (typeof value === "bigint") {
    if (value < INT_MIN || value > INT_MAX) throw new TypeError("must fit 64 bits");
  } else if (!Number.isSafeInteger(value)) {
    if (Number.isInteger(value)) throw new TypeError("must be a BigInt, beyond 2^53");
    throw new TypeError(`must be an int, not ${kind(value)}`);
  }
  writer.int(value);
}

/** @type {Write} */
function bool(writer, value) {
  if (typeof value !== "boolean") throw new TypeError(`must be a bool, not ${kind(value)}`);
  writer.bool(value);
}

/** @type {Write} */
function float(writer, value) {
  if (typeof value !== "number") throw new TypeError(`must be a float, not ${kind(value)}`);
  if (!Number.isFinite(value)) throw new TypeError(`must be finite, not ${kind(value)}`);
  writer.float(value);
}

/** @type {Write} */
function str(writer, value) {
  if (typeof value !== "string") throw new TypeError(`must be a str, not ${kind(value)}`);
  if (LONE_SURROGATE.test(value)) throw new TypeError("must be text that UTF-8 can hold");
  writer.text(value);
}

/** @type {Write} */
function bytes(writer, value) {
  if (!(value instanceof Uint8Array)) throw new TypeError(`must be bytes, not ${kind(value)}`);
  writer.binary(value);
}

/**
 * An entity's view is as good as its id.
 * @type {Write}
 */
function ref(writer, value) {
  if (value === null) return writer.int(0);
  const id = typeof value === "object" ? value?.id : value;
  if (!Number.isSafeInteger(id)) throw new TypeError(`must be an entity, an id or null, not ${kind(value)}`);
  writer.int(id);
}

/**
 * @param {[string, number][]} members
 * @returns {Write}
 */
function member(members) {
  const allowed = new Set(members.map(([, number]) => number));
  return (writer, value) => {
    if (!allowed.has(value)) {
      throw new TypeError(`must be one of ${members.map(([name]) => name).join(", ")}, not ${kind(value)}`);
    }
    writer.int(value);
  };
}

/**
 * @param {Write[]} writes
 * @param {boolean} more
 * @returns {Write}
 */
function tuple(writes, more) {
  return (writer, value) => {
    if (!Array.isArray(value)) throw new TypeError(`must be an array, not ${kind(value)}`);
    if (!more && value.length !== writes.length) {
      throw new TypeError(`must have ${writes.length} items, not ${value.length}`);
    }
    writer.array(value.length);
    value.forEach((item, at) => writes[more ? 0 : at](writer, item));
  };
}

/**
 * A function that checks a value of a player's input as the server will, and writes it.
 *
 * @param {WireType} type
 * @returns {Write}
 */
export function strictWriter(type) {
  return writerOf(type, true);
}

/**
 * A function that writes a wire value of the state in its canonical form: an enum's number, known or not.
 *
 * @param {WireType} type
 * @returns {Write}
 */
export function canonicalWriter(type) {
  return writerOf(type, false);
}

/**
 * @param {WireType} type
 * @param {boolean} strict
 * @returns {Write}
 */
function writerOf(type, strict) {
  switch (type.kind) {
    case "int":
      return int;
    case "bool":
      return bool;
    case "float":
      return float;
    case "fixed":
      return strict ? float : int;
    case "str":
      return str;
    case "bytes":
      return bytes;
    case "ref":
      return strict ? ref : int;
    case "enum":
      return strict ? member(type.members) : int;
    case "optional": {
      const inner = writerOf(type.inner, strict);
      return (writer, value) => (value === null ? writer.nil() : inner(writer, value));
    }
    case "tuple":
      return tuple(
        type.items.map((item) => writerOf(item, strict)),
        type.more,
      );
  }
}
