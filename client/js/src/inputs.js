/**
 * Inputs: a game's own messages from a player. `[64 + index, seq, tick seen, fields...]`, and where the
 * schema has `inputBufferTicks`, one more element may follow: `at`, the tick that the input is meant for.
 *
 * @module
 */

import { InvalidInput } from "./errors.js";
import { GAME_INPUT_KIND_FIRST, INBOUND_BYTES_MAX } from "./limits.js";
import { strictWriter } from "./wire.js";
import { Writer } from "./writer.js";

/** @import { InputDef, Schema } from "./schema.js" */
/** @import { Write } from "./wire.js" */

/**
 * What a player does: one input of the game, its fields by name. Made with `seat.inputs`, of a class of its
 * own each.
 */
export class Input {
  /** @type {InputClass} */
  #kind;

  /**
   * @param {InputClass} kind
   * @param {Record<string, any>} values
   */
  constructor(kind, values) {
    this.#kind = kind;
    Object.assign(this, values);
  }

  /**
   * What to know about an input's class; `null` for anything that is no input.
   *
   * @param {unknown} x
   * @returns {InputClass | null}
   */
  static classOf(x) {
    return typeof x === "object" && x !== null && #kind in x ? x.#kind : null;
  }
}

/**
 * Makes an input: `seat.inputs.Steer({ turn: 1, thrust: true })`. Fields of a hold that are left out have
 * their defaults. A field that there is not, or one that is missing, is a `TypeError`.
 *
 * @typedef {(values?: Record<string, any>) => Input & Record<string, any>} MakeInput
 */

/** The longest that a sequence number and two ticks get. */
const NUMBERS_BYTES = 27;
const shared = new Writer();

/** One input class, and how its bytes are put together. */
export class InputClass {
  /** @type {Write[]} */
  #writes;
  #timed;

  /**
   * @param {InputDef} definition
   * @param {number} kind of its messages
   * @param {boolean} timed the schema has an input buffer
   * @throws {TypeError} a default is not of its field's type
   */
  constructor(definition, kind, timed) {
    this.name = definition.name;
    this.hold = definition.hold;
    this.kind = kind;
    /** The names of its fields, in order. */
    this.fields = definition.fields.map(({ name }) => name);
    this.#timed = timed;
    this.#writes = definition.fields.map(({ type }) => strictWriter(type));
    /**
     * Values of fields that may be left out.
     * @type {Readonly<Record<string, any>>}
     */
    this.defaults = Object.freeze(
      Object.fromEntries(
        definition.defaults.slice(0, this.fields.length).map((value, at) => [this.fields[at], value]),
      ),
    );
    definition.defaults
      .slice(0, this.fields.length)
      .forEach((value, at) => this.#writes[at](shared.clear(), value));
  }

  /** @type {MakeInput} */
  make = (values = {}) => {
    for (const name of Object.keys(values)) {
      if (!this.fields.includes(name)) {
        throw new TypeError(`${this.name} has no field '${name}', but ${this.fields.join(", ") || "none"}`);
      }
    }
    const missing = this.fields.filter((name) => values[name] === undefined && !(name in this.defaults));
    if (missing.length) throw new TypeError(`${this.name} lacks ${missing.join(", ")}`);
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return new Input(this, { ...this.defaults, ...Object.fromEntries(given) });
  };

  /**
   * The bytes of an input's fields: what it is, whenever it is sent.
   *
   * @param {Record<string, any>} x
   * @returns {Uint8Array}
   * @throws {InvalidInput} the fields do not have the types of the schema, or are larger than a server takes
   */
  body(x) {
    const writer = shared.clear();
    this.fields.forEach((name, at) => {
      try {
        this.#writes[at](writer, x[name]);
      } catch (error) {
        if (error instanceof TypeError) throw new InvalidInput(this.name, `${name} ${error.message}`);
        throw error;
      }
    });
    if (writer.length + NUMBERS_BYTES + 5 > INBOUND_BYTES_MAX) {
      throw new InvalidInput(this.name, `larger than the ${INBOUND_BYTES_MAX} bytes that a server takes`);
    }
    return writer.bytes();
  }

  /**
   * The message, ready to be sent.
   *
   * @param {number} seq its number
   * @param {number} tick the newest that its player has seen; -1 for none
   * @param {Uint8Array} body
   * @param {number} [at] the tick that it is meant for, where the game has an input buffer; -1: the next
   */
  frame(seq, tick, body, at = -1) {
    const timed = this.#timed && at >= 0;
    const writer = shared.clear();
    writer.array(3 + this.fields.length + (timed ? 1 : 0));
    writer.int(this.kind);
    writer.int(seq);
    writer.int(tick);
    writer.raw(body);
    if (timed) writer.int(at);
    return writer.bytes();
  }
}

/**
 * The classes for all inputs of a schema, in order.
 *
 * @param {Schema} schema
 * @returns {InputClass[]}
 */
export function makeInputs(schema) {
  const timed = schema.inputBufferTicks > 0;
  return schema.inputs.map(
    (definition, index) => new InputClass(definition, GAME_INPUT_KIND_FIRST + index, timed),
  );
}
