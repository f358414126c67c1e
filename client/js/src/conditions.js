/**
 * Conditions on a list of sessions, as people write them.
 *
 *     "free > 0"    'meta.name has "x y"'    "meta.map = desert"    ["meta.level", ">=", 3]
 *
 * A value is a number, `true`, `false`, `null`, a text in quotes or, without quotes, the text itself. In an
 * array it is what it is. Values of different types are never equal, and neither is less than the other.
 *
 * @module
 */

import { CONDITIONS_MAX, KEY_CHARS_MAX } from "./limits.js";

/** @import { Condition, Scalar } from "./messages.js" */

/**
 * Conditions, all of which must hold.
 * @typedef {readonly (string | readonly [string, string, Scalar] | Condition)[]} Where
 */

const FIELDS = ["game", "state", "players", "seats", "free", "spectators", "leader"];
const OPS = /** @type {const} */ (["=", "!=", "<", "<=", ">", ">=", "has"]);
const HOW = `write it as 'free > 0', 'meta.map = desert' or 'meta.name has "x y"'`;
const SHAPE = /^\s*([^\s=!<>]+)(?:\s*([=!<>]+)\s*|\s+(has)\s+)(.*?)\s*$/s;
const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
const INT = /^[+-]?[0-9]+$/;
/** @type {Record<string, Scalar>} */
const WORDS = { true: true, false: false, null: null };

/**
 * What is sent for them.
 *
 * @param {Where} where
 * @returns {Condition[]}
 * @throws {TypeError} one cannot be understood, or they are too many; it says what to write
 */
export function parseConditions(where) {
  if (!Array.isArray(where)) throw new TypeError(`where is a list of conditions: [${JSON.stringify(where)}]`);
  if (where.length > CONDITIONS_MAX)
    throw new TypeError(`at most ${CONDITIONS_MAX} conditions, not ${where.length}`);
  return where.map(condition);
}

/**
 * @param {Where[number]} one
 * @returns {Condition}
 */
function condition(one) {
  if (typeof one === "string") {
    const shape = SHAPE.exec(one);
    if (shape === null) throw wrong(one, `is not a condition: ${HOW}`);
    const [, field, sign, word, text] = shape;
    return checked(one, field, sign ?? word, valueOf(one, text, word !== undefined));
  }
  if (Array.isArray(one) && one.length === 3) return checked(one, one[0], one[1], one[2]);
  if (one !== null && typeof one === "object" && "field" in one)
    return checked(one, one.field, one.op, one.value);
  throw wrong(one, `is not a condition: ${HOW}, or as an array: ["free", ">", 0]`);
}

/**
 * @param {unknown} one
 * @param {string} field
 * @param {string} op
 * @param {Scalar} value
 * @returns {Condition}
 */
function checked(one, field, op, value) {
  const key = field.startsWith("meta.") ? field.slice("meta.".length) : field;
  if (key === field && !FIELDS.includes(field)) {
    throw wrong(
      one,
      `: a session has no '${field}', but ${FIELDS.join(", ")}; metadata is named meta.${field}`,
    );
  }
  if (!key || [...key].length > KEY_CHARS_MAX) {
    throw wrong(one, `: a name in metadata has 1 to ${KEY_CHARS_MAX} characters`);
  }
  const known = OPS.find((each) => each === op);
  if (known === undefined) throw wrong(one, `: there is no '${op}', but ${OPS.join(" ")}`);
  if (op === "has" && typeof value !== "string") throw wrong(one, ": 'has' looks for a text");
  return { field, op: known, value };
}

/**
 * @param {string} one
 * @param {string} text
 * @param {boolean} isText
 * @returns {Scalar}
 */
function valueOf(one, text, isText) {
  if (!text) throw wrong(one, 'lacks a value; an empty text is ""');
  if (text[0] === '"' || text[0] === "'") return quoted(one, text);
  if (isText) return text;
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  if (!NUMBER.test(text)) return text;
  const number = Number(text);
  if (!Number.isFinite(number)) throw wrong(one, ": the value is too large");
  return INT.test(text) && !Number.isSafeInteger(number) ? BigInt(text.replace("+", "")) : number;
}

/**
 * @param {string} one
 * @param {string} text
 */
function quoted(one, text) {
  const quote = text[0];
  const inside = text.slice(1, -1);
  if (quote === '"') {
    try {
      return String(JSON.parse(text));
    } catch {
      // perhaps it is only too plain for JSON
    }
  }
  if (text.length > 1 && text.endsWith(quote) && !inside.includes(quote)) return inside;
  throw wrong(one, `: a text in ${quote} ends with ${quote}${quote === '"' ? ', and has \\" within' : ""}`);
}

/**
 * @param {unknown} one
 * @param {string} what
 */
function wrong(one, what) {
  const shown = JSON.stringify(one, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  return new TypeError(`${shown}${what.startsWith(":") ? "" : " "}${what}`);
}
