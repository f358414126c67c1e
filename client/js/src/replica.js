/**
 * The client's side of state sync: what it has been told, exactly as the server means it to see it.
 *
 * @module
 */

import { crc32 } from "./crc32.js";
import { exact, makePlan, union, visible, without } from "./masks.js";
import { canonicalWriter } from "./wire.js";
import { Writer } from "./writer.js";

/** @import { Mask, Plan } from "./masks.js" */
/** @import { Part, Pass } from "./messages.js" */
/** @import { Schema } from "./schema.js" */
/** @import { Write } from "./wire.js" */

/** A pass does not fit the state here. The client drops its state and resumes from nothing (tick -1). */
export class Desync extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** A pass fitted, and the state that it made is not the server's: a channel's CRC differs. */
export class HashMismatch extends Desync {}

/**
 * One entity as far as this client may see it.
 *
 * `wire[i]` is the wire value of field i of its class, and `null` where bit i of `mask` is not set.
 */
export class Item {
  /**
   * @param {number} id
   * @param {number} classIndex
   * @param {number | null} owner
   * @param {number} fields how many its class has
   */
  constructor(id, classIndex, owner, fields) {
    this.id = id;
    this.classIndex = classIndex;
    this.owner = owner;
    /** @type {Mask} */
    this.mask = 0;
    /** @type {any[]} */
    this.wire = new Array(fields).fill(null);
  }
}

/** What one channel shows of an entity. */
class Facet {
  /**
   * @param {Item} item
   * @param {Mask} mask
   */
  constructor(item, mask) {
    this.item = item;
    this.mask = mask;
  }
}

const PLANS_MAX = 4096;
const shared = new Writer();

/** Applies passes. Start with an empty one, or keep it over a resume whose outcome is `resumed`. */
export class Replica {
  epoch = 0;
  tick = -1;
  /** Session time, in milliseconds. */
  nowMs = 0;
  durableTick = -1;
  /**
   * The last pass's table of the last input decided, for each seat in order: two bytes each, big endian.
   * @type {Uint8Array | null}
   */
  appliedTable = null;
  /** @type {Map<number, Item>} */
  items = new Map();
  checksMade = 0;

  #schema;
  /** @type {Map<number, Map<number, Facet>>} */
  #channels = new Map();
  /** @type {Map<Mask, Plan>[]} */
  #plans;
  #plansMade = 0;
  /** @type {(Write[] | undefined)[]} */
  #writes = [];

  /** @param {Schema} schema */
  constructor(schema) {
    this.#schema = schema;
    this.#plans = schema.entities.map(() => new Map());
  }

  /** Back to nothing: what a resync, or a new epoch, begins with. */
  clear() {
    this.tick = -1;
    this.items.clear();
    this.#channels.clear();
  }

  /**
   * Applies one pass, whole.
   *
   * @param {Pass} pass
   * @throws {Desync} it does not fit, or a channel's CRC disagrees. The state is then unusable: `clear` it.
   */
  apply(pass) {
    const { head, seat } = pass;
    if (head.epoch !== this.epoch) {
      if (this.tick >= 0) throw new Desync(`epoch ${head.epoch} in the middle of epoch ${this.epoch}`);
      this.epoch = head.epoch;
    }
    if (head.tick <= this.tick) throw new Desync(`tick ${head.tick} after tick ${this.tick}`);
    if (seat !== null && seat.channels !== null) this.#keepOnly(seat.channels);
    try {
      for (const part of pass.parts) this.#applyPart(part, head.tick);
    } catch (error) {
      if (error instanceof Desync) throw error;
      throw new Desync(`a part that does not fit: ${error instanceof Error ? error.message : error}`);
    }
    this.tick = head.tick;
    this.nowMs = head.nowMs;
    this.durableTick = head.tick - head.undurable;
    this.appliedTable = head.applied;
  }

  /**
   * All items of one class, in the order in which they were entered.
   *
   * @param {number} classIndex
   */
  ofClass(classIndex) {
    return [...this.items.values()].filter((item) => item.classIndex === classIndex);
  }

  /**
   * What a channel shows, as its canonical bytes have it: `[id, class, owner, mask, values]`, by id. To look
   * at.
   *
   * @param {number} channel
   * @returns {[number, number, number | null, Mask, any[]][]}
   */
  rows(channel) {
    return this.#sorted(this.#channels.get(channel)).map(({ item, mask }) => {
      const values = this.#plan(item.classIndex, mask).fields.map((index) => item.wire[index]);
      return [item.id, item.classIndex, item.owner, mask, values];
    });
  }

  /** The numbers of the channels that there are. */
  get channels() {
    return [...this.#channels.keys()];
  }

  /**
   * The CRC of what a channel shows.
   *
   * @param {number} channel
   */
  crc(channel) {
    return this.#crc(this.#channels.get(channel) ?? new Map());
  }

  /**
   * @param {Part} part
   * @param {number} tick
   */
  #applyPart(part, tick) {
    const { channel, age } = part;
    if (age === 0) this.#clearChannel(channel);
    else if (this.tick < tick - age || (age === 1 && this.tick !== tick - 1)) {
      throw new Desync(`a part since tick ${tick - age} on a state of tick ${this.tick}`);
    }
    let facets = this.#channels.get(channel);
    if (facets === undefined) this.#channels.set(channel, (facets = new Map()));
    if (part.leaves !== null) for (const id of part.leaves) this.#leave(facets, id);
    if (part.enters !== null) for (const enter of part.enters) this.#enter(facets, enter);
    if (part.changes !== null) this.#change(facets, part.changes, age === 1);
    if (part.crc === null) return;
    this.checksMade++;
    if (this.#crc(facets) !== part.crc) {
      throw new HashMismatch(`the state of channel ${channel} at tick ${tick} is not the server's`);
    }
  }

  /**
   * @param {Map<number, Facet>} facets
   * @param {any[]} enter
   */
  #enter(facets, enter) {
    const [id, classIndex, owner, mask] = enter;
    if (!Number.isSafeInteger(id) || !(owner === null || Number.isSafeInteger(owner)))
      throw new TypeError("an enter");
    const plan = this.#plan(classIndex, mask);
    const { fields } = plan;
    if (enter.length !== 4 + fields.length) throw new TypeError(`values of entity ${id}`);
    if (facets.has(id)) this.#leave(facets, id);
    let item = this.items.get(id);
    if (item === undefined) {
      item = new Item(id, classIndex, owner, this.#schema.entities[classIndex].fields.length);
      this.items.set(id, item);
    } else if (item.classIndex !== classIndex) throw new TypeError(`entity ${id} of another class`);
    item.owner = owner;
    item.mask = union(item.mask, mask);
    facets.set(id, new Facet(item, mask));
    for (let at = 0; at < fields.length; at++) item.wire[fields[at]] = enter[4 + at];
  }

  /**
   * @param {Map<number, Facet>} facets
   * @param {number} id
   */
  #leave(facets, id) {
    const facet = facets.get(id);
    if (facet === undefined) return;
    facets.delete(id);
    const { item } = facet;
    let { mask } = facet;
    let elsewhere = false;
    for (const others of this.#channels.values()) {
      const other = others.get(id);
      if (other === undefined) continue;
      elsewhere = true;
      mask = without(mask, other.mask);
    }
    if (!elsewhere) {
      this.items.delete(id);
      return;
    }
    item.mask = without(item.mask, mask);
    for (const index of this.#plan(item.classIndex, mask).fields) item.wire[index] = null;
  }

  /**
   * This is for every entity in every pass.
   *
   * @param {Map<number, Facet>} facets
   * @param {any[]} changes
   * @param {boolean} differences
   */
  #change(facets, changes, differences) {
    const end = changes.length;
    let place = 0;
    while (place < end) {
      const id = changes[place];
      const mask = changes[place + 1];
      const facet = facets.get(id);
      if (facet === undefined) throw new TypeError(`a change of entity ${id}, which is not there`);
      if (mask !== facet.mask && !visible(mask, facet.mask)) {
        throw new TypeError(`fields ${String(mask)} of entity ${id} are not visible here`);
      }
      const { item } = facet;
      const { wire } = item;
      const { fields, relative } = this.#plan(item.classIndex, mask);
      place += 2;
      if (place + fields.length > end) throw new TypeError("changes that are cut off");
      for (let at = 0; at < fields.length; at++, place++) {
        const index = fields[at];
        wire[index] = differences && relative[at] ? add(wire[index], changes[place]) : changes[place];
      }
    }
  }

  /** @param {number} channel */
  #clearChannel(channel) {
    const facets = this.#channels.get(channel);
    if (facets !== undefined) for (const id of [...facets.keys()]) this.#leave(facets, id);
  }

  /** @param {number[]} channels */
  #keepOnly(channels) {
    for (const channel of [...this.#channels.keys()]) {
      if (channels.includes(channel)) continue;
      this.#clearChannel(channel);
      this.#channels.delete(channel);
    }
  }

  /** @param {Map<number, Facet>} facets */
  #crc(facets) {
    const writer = shared.clear();
    writer.array(facets.size);
    for (const { item, mask } of this.#sorted(facets)) {
      const { fields } = this.#plan(item.classIndex, mask);
      const writes = this.#writesOf(item.classIndex);
      writer.array(5);
      writer.int(item.id);
      writer.int(item.classIndex);
      if (item.owner === null) writer.nil();
      else writer.int(item.owner);
      writer.int(mask);
      writer.array(fields.length);
      for (const index of fields) writes[index](writer, item.wire[index]);
    }
    return crc32(writer.peek());
  }

  /** @param {Map<number, Facet>} [facets] */
  #sorted(facets) {
    return [...(facets?.values() ?? [])].sort((a, b) => a.item.id - b.item.id);
  }

  /** @param {number} classIndex */
  #writesOf(classIndex) {
    const { fields } = this.#schema.entities[classIndex];
    return (this.#writes[classIndex] ??= fields.map(({ type }) => canonicalWriter(type)));
  }

  /**
   * @param {number} classIndex
   * @param {Mask} mask
   * @returns {Plan}
   */
  #plan(classIndex, mask) {
    const plans = this.#plans[classIndex];
    if (plans === undefined) throw new TypeError("a class that the schema does not have");
    const found = plans.get(mask);
    if (found !== undefined) return found;
    const made = makePlan(this.#schema.entities[classIndex].fields, mask);
    if (this.#plansMade++ < PLANS_MAX) plans.set(mask, made);
    return made;
  }
}

/**
 * The sum, as a whole number of 64 bits with a sign.
 *
 * @param {any} value
 * @param {any} difference
 * @returns {number | bigint}
 */
function add(value, difference) {
  if (typeof value === "number" && typeof difference === "number") {
    const sum = value + difference;
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (!isWhole(value) || !isWhole(difference)) throw new TypeError("a difference that is no whole number");
  return exact(BigInt.asIntN(64, BigInt(value) + BigInt(difference)));
}

/**
 * @param {unknown} value
 * @returns {value is number | bigint}
 */
const isWhole = (value) => typeof value === "bigint" || Number.isSafeInteger(value);
