/**
 * Everything that is made from one schema, once: input, event, enum and view classes.
 *
 * @module
 */

import { BadMessage } from "./codec.js";
import { EntityView, makeViewClass, PlayerView } from "./entity_view.js";
import { eventMaker } from "./events.js";
import { Input, makeInputs } from "./inputs.js";
import { GAME_ID } from "./limits.js";
import { Item } from "./replica.js";
import { decodeSchema } from "./schema.js";
import { Enums, namespace } from "./values.js";

/** @import { EntityClass } from "./entity_view.js" */
/** @import { GameEvent } from "./events.js" */
/** @import { InputClass, MakeInput } from "./inputs.js" */
/** @import { EventItem } from "./messages.js" */
/** @import { Schema } from "./schema.js" */
/** @import { Enum } from "./values.js" */
/** @import { View } from "./view.js" */

const SCHEMAS_MAX = 64;

/** The classes of one game. */
export class Classes {
  #inputs;

  /**
   * @param {Schema} schema
   * @param {Uint8Array} hash
   * @throws {BadMessage} a schema that makes no sense
   */
  constructor(schema, hash) {
    this.schema = schema;
    this.hash = hash;
    if (schema.entities.length < 2) throw new BadMessage("a schema without game and player");
    try {
      this.#inputs = makeInputs(schema);
      /** @type {EntityClass[]} */
      this.views = schema.entities.map((each, index) =>
        makeViewClass(each, index === 1 ? PlayerView : EntityView),
      );
      /** @type {(item: EventItem) => GameEvent | null} */
      this.event = eventMaker(schema.events);
    } catch (error) {
      if (error instanceof TypeError) throw new BadMessage("a schema that no classes can be made from");
      throw error;
    }
    /** @type {Map<string, number>} */
    this.entityIndex = new Map(schema.entities.map(({ name }, index) => [name, index]));
    /** @type {Readonly<Record<string, MakeInput>>} */
    this.inputs = namespace(
      "input",
      schema.game,
      Object.fromEntries(this.#inputs.map((each) => [each.name, each.make])),
    );
    /** @type {Readonly<Record<string, Enum>>} */
    this.enums = namespace("enum", schema.game, enumsOf(schema));
  }

  /**
   * What to know about an input's class.
   *
   * @param {unknown} x
   * @returns {InputClass}
   * @throws {TypeError} for anything that is no input of this game
   */
  inputClass(x) {
    const found = Input.classOf(x);
    if (found === null || !this.#inputs.includes(found)) {
      const has = this.#inputs.map(({ name }) => name).join(", ") || "no inputs";
      const what = found?.name ?? String(x);
      throw new TypeError(
        `${what} is not an input of ${this.schema.game}: make one with seat.inputs, which has ${has}`,
      );
    }
    return found;
  }

  /**
   * The game before anything is known of it.
   *
   * @param {View} view
   */
  blankGame(view) {
    return new this.views[0](new Item(GAME_ID, 0, null, this.schema.entities[0].fields.length), view);
  }
}

/** @param {Schema} schema */
function enumsOf(schema) {
  const enums = new Enums();
  for (const { fields } of [...schema.entities, ...schema.events, ...schema.inputs]) {
    for (const { type } of fields) enums.add(type);
  }
  return enums.byName();
}

/**
 * Classes by the hash of their schema, so that a schema is sent, and its classes made, once.
 *
 * Holds 64; the one used longest ago goes first, and is asked for again when needed.
 */
export class SchemaCache {
  /** @type {Map<string, Classes>} */
  #known = new Map();

  /**
   * The classes for that hash, if known.
   *
   * @param {Uint8Array} hash
   * @returns {Classes | null}
   */
  get(hash) {
    const name = hex(hash);
    const found = this.#known.get(name);
    if (found === undefined) return null;
    this.#known.delete(name);
    this.#known.set(name, found);
    return found;
  }

  /**
   * Makes the classes of a schema that was sent.
   *
   * That it is what `hash` names is not checked: the only SHA-256 that browsers have (WebCrypto) is missing
   * on pages of plain http, where games are made. The bytes come from the same server as the hash; who could
   * change them on the way could change both.
   *
   * @param {Uint8Array} hash
   * @param {Uint8Array} data
   * @throws {BadMessage}
   */
  add(hash, data) {
    const classes = new Classes(read(data), hash);
    this.#known.set(hex(hash), classes);
    const [oldest] = this.#known.keys();
    if (this.#known.size > SCHEMAS_MAX) this.#known.delete(oldest);
    return classes;
  }
}

/**
 * @param {Uint8Array} data
 * @returns {Schema}
 */
function read(data) {
  try {
    return decodeSchema(data);
  } catch {
    throw new BadMessage("a schema that cannot be read");
  }
}

/**
 * Whether two hashes are the same.
 *
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export const sameBytes = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
