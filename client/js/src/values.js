/**
 * Names that are made from a schema: enums, and whatever else a game has by name.
 *
 * @module
 */

/** @import { EventDef, FieldDef, WireType } from "./schema.js" */

/**
 * Names made from a schema, as properties; a wrong one is answered with those that exist.
 *
 * @template T
 * @param {string} what
 * @param {string} owner whose they are
 * @param {Record<string, T>} names
 * @returns {Readonly<Record<string, T>>}
 */
export function namespace(what, owner, names) {
  const target = Object.freeze(Object.assign(Object.create(null), names));
  return new Proxy(target, {
    get(found, name) {
      if (typeof name === "symbol" || name in found) return found[name];
      // `await` and JSON look for these before there is anything to say
      if (name === "then" || name === "toJSON") return undefined;
      throw new Error(`${owner} has no ${what} '${name}', but ${Object.keys(found).join(", ") || "none"}`);
    },
  });
}

/**
 * An enumeration: `Colour.RED` is the member's number, and `Colour[2]` the name of the member with that
 * number (undefined for one that only a newer server has).
 *
 * @typedef {Readonly<Record<string, number>> & Readonly<Record<number, string | undefined>>} Enum
 */

/** The enumerations of one schema: one for each, however many fields use it. */
export class Enums {
  /** @type {Map<string, Enum>} */
  #made = new Map();

  /**
   * Notes the enumerations that a type is made of.
   *
   * @param {WireType} type
   */
  add(type) {
    if (type.kind === "enum") {
      // of two with one name, the first
      if (!this.#made.has(type.name)) this.#made.set(type.name, makeEnum(type.name, type.members));
    } else if (type.kind === "optional") this.add(type.inner);
    else if (type.kind === "tuple") type.items.forEach((item) => this.add(item));
  }

  /** All that were noted, by name. */
  byName() {
    return Object.fromEntries(this.#made);
  }
}

/**
 * @param {string} enumName
 * @param {[string, number][]} members
 * @returns {Enum}
 */
function makeEnum(enumName, members) {
  const target = Object.create(null);
  for (const [name, number] of members) {
    target[name] = number;
    if (!(number in target)) Object.defineProperty(target, number, { value: name });
  }
  return new Proxy(Object.freeze(target), {
    get(found, name) {
      if (typeof name === "symbol" || name in found || /^-?\d+$/.test(name)) return found[name];
      if (name === "then" || name === "toJSON") return undefined;
      throw new Error(`${enumName} has no member '${name}', but ${Object.keys(found).join(", ")}`);
    },
  });
}
