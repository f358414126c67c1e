/**
 * One entity as a player sees it: a light object over what is known of it.
 *
 * @module
 */

import { fromWire } from "./schema.js";

/** @import { Item } from "./replica.js" */
/** @import { EntityDef } from "./schema.js" */
/** @import { View } from "./view.js" */

/**
 * An entity's view, with its fields by name.
 * @typedef {EntityView & Record<string, any>} Entity
 */
/**
 * A player's view, with its fields by name: every game has `name`, `state` and `away_until_ms`.
 * @typedef {PlayerView & Record<string, any>} Player
 */
/** @typedef {new (item: Item, view: View) => Entity} EntityClass */

/**
 * One entity. Its fields are properties: `null` for those that this player may not see.
 *
 * `entity.get("kind")` reaches a field whose name is taken here (`id`, `owner`, `kind`, `fields`, `get`), and
 * refuses a name that there is not.
 */
export class EntityView {
  /** @type {Item} */
  #item;
  /** @type {View} */
  #view;

  /**
   * @param {Item} item
   * @param {View} view
   */
  constructor(item, view) {
    this.#item = item;
    this.#view = view;
  }

  /** Its id: never used again in the session. */
  get id() {
    return this.#item.id;
  }

  /** The seat of the player whose it is; `null`: nobody's. */
  get owner() {
    return this.#item.owner;
  }

  /** Name of its class in the game. */
  get kind() {
    return "";
  }

  /**
   * The names of its fields.
   * @type {readonly string[]}
   */
  get fields() {
    return [];
  }

  /**
   * A field's value.
   *
   * @param {string} name
   * @returns {any}
   */
  get(name) {
    throw unknown("field", this.kind, name, this.fields);
  }

  toString() {
    const values = this.fields.map((name) => `, ${name}=${this.get(name)}`);
    return `${this.kind}(id=${this.id}${values.join("")})`;
  }

  /**
   * What it is made from. For those who show states.
   *
   * @param {EntityView} entity
   */
  static itemOf(entity) {
    return entity.#item;
  }

  /**
   * @protected
   * @param {EntityView} entity
   */
  static viewOf(entity) {
    return entity.#view;
  }

  /**
   * A function that reads a field; called as a method of an entity.
   *
   * @param {number} index
   * @param {((wire: any) => any) | null} convert
   * @returns {(this: EntityView) => any}
   */
  static reader(index, convert) {
    if (convert === null) {
      return function () {
        return this.#item.wire[index];
      };
    }
    return function () {
      const value = this.#item.wire[index];
      return value === null ? null : convert(value);
    };
  }
}

/** One player of the session, also while away. */
export class PlayerView extends EntityView {
  /** Which seat: 0, 1, 2... */
  get seat() {
    return -1 - this.id;
  }

  /**
   * This player's entities of that class, oldest first. Throws for a class that there is not.
   *
   * @param {string} kind
   * @returns {Entity[]}
   */
  all(kind) {
    const { seat } = this;
    return EntityView.viewOf(this)
      .group(kind)
      .filter((entity) => entity.owner === seat);
  }

  /**
   * This player's oldest entity of that class, or `null`.
   *
   * @param {string} kind
   * @returns {Entity | null}
   */
  one(kind) {
    const { seat } = this;
    return (
      EntityView.viewOf(this)
        .group(kind)
        .find((entity) => entity.owner === seat) ?? null
    );
  }
}

/**
 * The class for the entities of one class of the schema: its fields are getters, made once.
 *
 * @param {EntityDef} definition
 * @param {typeof EntityView} Base
 * @returns {EntityClass}
 */
export function makeViewClass(definition, Base) {
  const names = Object.freeze(definition.fields.map(({ name }) => name));
  /** @type {Map<string, (this: EntityView) => any>} */
  const readers = new Map();
  class Made extends Base {
    /** @override */
    get kind() {
      return definition.name;
    }

    /** @override */
    get fields() {
      return names;
    }

    /**
     * @override
     * @param {string} name
     */
    get(name) {
      const reader = readers.get(name);
      if (reader === undefined) throw unknown("field", definition.name, name, names);
      return reader.call(this);
    }
  }
  Object.defineProperty(Made, "name", { value: definition.name });
  definition.fields.forEach(({ name, type }, index) => {
    const get = EntityView.reader(index, fromWire(type));
    readers.set(name, get);
    if (!(name in Made.prototype)) Object.defineProperty(Made.prototype, name, { get, enumerable: true });
  });
  return Made;
}

/**
 * The error for a name that there is not.
 *
 * @param {string} what
 * @param {string} owner
 * @param {string} name
 * @param {readonly string[]} names
 */
export function unknown(what, owner, name, names) {
  return new Error(`${owner} has no ${what} '${name}', but ${names.join(", ") || "none"}`);
}
