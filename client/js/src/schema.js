/**
 * What a game's state, inputs and events look like on the wire: the schema. The server sends it by hash, and
 * whole to a client that does not know the hash; a client builds its classes from it and imports no game.
 *
 * A *wire value* is what travels for a field: a `fixed` field's number of steps, an enum's number, an entity
 * reference's id; for everything else the value itself.
 *
 * @module
 */

import { unpack } from "./codec.js";

/**
 * @typedef {(
 *   { kind: "int" } | { kind: "bool" } | { kind: "float" } | { kind: "fixed", step: number } |
 *   { kind: "str" } | { kind: "bytes" } | { kind: "enum", name: string, members: [string, number][] } |
 *   { kind: "ref", entity: string } |
 *   { kind: "optional", inner: WireType } | { kind: "tuple", items: WireType[], more: boolean }
 * )} WireType
 */
/**
 * One public field. `to` says who sees it: empty, the channel of the entity; `owner`, the owner's channel;
 * else a channel. `lerp`: how a renderer moves between two values. `relative`: a one-tick change travels as a
 * difference.
 * @typedef {{
 *   name: string, type: WireType, to: string, lerp: "linear" | "turn" | "step", relative: boolean,
 * }} FieldDef
 */
/**
 * An entity class; its index in the schema is its number on the wire. 0 is the game, 1 the player.
 * @typedef {{ name: string, fields: FieldDef[] }} EntityDef
 */
/**
 * An input class. A `hold`: latest wins; else an action, applied exactly once and in order. `defaults`: one
 * for each field of a hold, the value until the player sends the first, and after a drop.
 * @typedef {{ name: string, hold: boolean, fields: FieldDef[], defaults: any[] }} InputDef
 */
/** @typedef {{ name: string, fields: FieldDef[] }} EventDef */
/**
 * A game as a client sees it. `tickHz` 0 means turn-based. With `inputBufferTicks`, an input may say which
 * tick it is for.
 * @typedef {{
 *   game: string, tickHz: number, seatsMin: number, seatsMax: number, graceS: number, entities: EntityDef[],
 *   inputs: InputDef[], events: EventDef[], inputBufferTicks: number,
 * }} Schema
 */

const LERPS = ["linear", "turn", "step"];
const NESTED_MAX = 32;

/**
 * Reads a schema.
 *
 * @param {Uint8Array} bytes
 * @returns {Schema}
 * @throws {Error} the bytes are not a schema
 */
export function decodeSchema(bytes) {
  const s = list(unpack(bytes));
  return {
    game: text(s[0]),
    tickHz: number(s[1]),
    seatsMin: number(s[2]),
    seatsMax: number(s[3]),
    graceS: number(s[4]),
    entities: list(s[5]).map(named),
    inputs: list(s[6]).map(inputDef),
    events: list(s[7]).map(named),
    inputBufferTicks: number(s[8] ?? 0),
  };
}

/**
 * @param {unknown} value
 * @returns {{ name: string, fields: FieldDef[] }}
 */
function named(value) {
  const [name, fields] = list(value);
  return { name: text(name), fields: list(fields).map(fieldDef) };
}

/**
 * @param {unknown} value
 * @returns {InputDef}
 */
function inputDef(value) {
  const [name, hold, fields, defaults] = list(value);
  return {
    name: text(name),
    hold: hold === true,
    fields: list(fields).map(fieldDef),
    defaults: list(defaults ?? []),
  };
}

/**
 * @param {unknown} value
 * @returns {FieldDef}
 */
function fieldDef(value) {
  const [name, wire, to, lerp] = list(value);
  const type = wireType(wire, 0);
  const relative = type.kind === "int" || type.kind === "fixed";
  return { name: text(name), type, to: text(to ?? ""), lerp: LERPS.includes(lerp) ? lerp : "step", relative };
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @returns {WireType}
 */
function wireType(value, depth) {
  if (depth > NESTED_MAX) throw new TypeError("types in types in types");
  const [kind, first, second] = list(value);
  switch (kind) {
    case "int":
    case "bool":
    case "float":
    case "str":
    case "bytes":
      return { kind };
    case "fixed":
      return { kind, step: number(first) };
    case "enum":
      return {
        kind,
        name: text(first),
        members: list(second).map((member) => [text(member[0]), number(member[1])]),
      };
    case "ref":
      return { kind, entity: text(first) };
    case "optional":
      return { kind, inner: wireType(first, depth + 1) };
    case "tuple": {
      const items = list(first).map((item) => wireType(item, depth + 1));
      if (second && items.length !== 1) throw new TypeError("a tuple of any number of how many");
      return { kind, items, more: second === true };
    }
    default:
      throw new TypeError("a type that this client does not know");
  }
}

/**
 * Steps per unit: exact where `1 / step` is a whole number.
 *
 * @param {number} step
 */
export function fixedScale(step) {
  const inverse = Math.round(1 / step);
  return inverse && Math.abs(inverse * step - 1) < 1e-9 ? inverse : 1 / step;
}

/**
 * A function from wire value to what a client's user sees, or `null` where they are the same.
 *
 * `fixed` becomes a float. Enums stay numbers. Arrays are frozen as they are read, and bytes copied: what
 * users do to them must not change the state.
 *
 * @param {WireType} type
 * @returns {((wire: any) => any) | null}
 */
export function fromWire(type) {
  switch (type.kind) {
    case "fixed": {
      const { step } = type;
      const inverse = Math.round(1 / step);
      if (Math.abs(inverse * step - 1) < 1e-9) return (steps) => Number(steps) / inverse;
      return (steps) => Number(steps) * step;
    }
    case "bytes":
      return (bytes) => bytes.slice();
    case "optional": {
      const convert = fromWire(type.inner);
      return convert === null ? null : (value) => (value === null ? null : convert(value));
    }
    case "tuple":
      return fromTuple(type.items.map(fromWire), type.more);
    default:
      return null;
  }
}

/**
 * @param {(((wire: any) => any) | null)[]} converts
 * @param {boolean} more
 * @returns {(wire: any) => any}
 */
function fromTuple(converts, more) {
  if (converts.every((convert) => convert === null)) return Object.freeze;
  return (values) =>
    Object.freeze(
      values.map((/** @type {any} */ value, /** @type {number} */ at) => {
        const convert = converts[more ? 0 : at];
        return convert ? convert(value) : value;
      }),
    );
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function list(value) {
  if (!Array.isArray(value)) throw new TypeError("a list is missing");
  return value;
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  if (typeof value !== "string") throw new TypeError("a name is missing");
  return value;
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function number(value) {
  if (typeof value !== "number") throw new TypeError("a number is missing");
  return value;
}
