/**
 * States between two passes, for renderers.
 *
 * A server makes 20 states a second, a screen shows 60. A renderer therefore shows the state of a little
 * while ago, for which the passes before and after are known: fields that the game declared `linear` move
 * straight between the two, `turn` the short way round the circle; everything else, and which entities there
 * are, changes when its time comes.
 *
 * `History` keeps the last few states; it exists only for those who ask for such views. Pure: the time to show
 * is given. After Valve's "Source Multiplayer Networking".
 *
 * @module
 */

import { Item } from "./replica.js";
import { fixedScale } from "./schema.js";

/** @import { EntityDef, Schema, WireType } from "./schema.js" */
/** @import { State } from "./view.js" */

export const SNAPSHOTS_MAX = 32;

/**
 * For one entity class, the fields that move: index, and the full turn in wire units (0: straight).
 * @typedef {[number, number][]} Plan
 */

/** A state at `nowMs`; its items are not to be changed. */
export class Frame {
  /**
   * @param {number} epoch
   * @param {number} tick
   * @param {number} nowMs
   * @param {Map<number, Item>} items
   */
  constructor(epoch, tick, nowMs, items) {
    this.epoch = epoch;
    this.tick = tick;
    this.nowMs = nowMs;
    this.items = items;
  }
}

/** The last states of one seat, at most `SNAPSHOTS_MAX`, oldest first; the oldest go. */
export class History {
  /** States kept since somebody last asked for one. */
  unread = 0;
  /** @type {Frame[]} */
  #kept = [];
  #plans;

  /** @param {Schema} schema */
  constructor(schema) {
    this.#plans = schema.entities.map(planOf);
  }

  /**
   * Keeps a copy of `state`. One of another epoch, or of an earlier time, ends what was before.
   *
   * @param {State} state
   */
  push(state) {
    const kept = this.#kept;
    const last = kept[kept.length - 1];
    if (last !== undefined && (state.epoch !== last.epoch || state.nowMs <= last.nowMs)) kept.length = 0;
    /** @type {Map<number, Item>} */
    const items = new Map();
    for (const [id, item] of state.items) items.set(id, copyOf(item));
    kept.push(new Frame(state.epoch, state.tick, state.nowMs, items));
    if (kept.length > SNAPSHOTS_MAX) kept.shift();
    this.unread++;
  }

  /** Session time of the newest state kept; nothing is known beyond it. */
  get newestMs() {
    return this.#kept.length ? this.#kept[this.#kept.length - 1].nowMs : Infinity;
  }

  /**
   * The state at that session time: between two that are kept, or the nearest one; `null` if there is none.
   *
   * @param {number} atMs
   * @returns {Frame | null}
   */
  frame(atMs) {
    this.unread = 0;
    const kept = this.#kept;
    // time does not run backwards: what is older is not asked for again
    while (kept.length > 1 && kept[1].nowMs <= atMs) kept.shift();
    if (kept.length === 0) return null;
    const [before, after] = kept;
    if (after === undefined || atMs <= before.nowMs) return before;
    const part = (atMs - before.nowMs) / (after.nowMs - before.nowMs);
    /** @type {Map<number, Item>} */
    const items = new Map();
    for (const [id, item] of before.items) items.set(id, this.#between(item, after.items.get(id), part));
    return new Frame(before.epoch, before.tick, atMs, items);
  }

  /**
   * @param {Item} item
   * @param {Item | undefined} after
   * @param {number} part
   */
  #between(item, after, part) {
    const plan = this.#plans[item.classIndex];
    if (after === undefined || plan.length === 0) return item;
    const moved = copyOf(item);
    const { wire } = moved;
    for (const [index, turn] of plan) {
      if (wire[index] === null || after.wire[index] === null) continue;
      const old = Number(wire[index]);
      const way = Number(after.wire[index]) - old;
      wire[index] = old + (turn ? shortWay(way, turn) : way) * part;
    }
    return moved;
  }
}

/**
 * @param {number} way
 * @param {number} turn a full one
 */
function shortWay(way, turn) {
  const half = turn / 2;
  return ((((way + half) % turn) + turn) % turn) - half;
}

/** @param {Item} item */
function copyOf(item) {
  const copied = new Item(item.id, item.classIndex, item.owner, 0);
  copied.mask = item.mask;
  copied.wire = item.wire.slice();
  return copied;
}

/**
 * @param {EntityDef} definition
 * @returns {Plan}
 */
function planOf({ fields }) {
  /** @type {Plan} */
  const plan = [];
  fields.forEach(({ type, lerp }, index) => {
    const units = unitsOf(type);
    if (lerp !== "step" && units) plan.push([index, lerp === "turn" ? 2 * Math.PI * units : 0]);
  });
  return plan;
}

/**
 * Wire units per unit of a number; 0 for what is none.
 *
 * @param {WireType} type
 * @returns {number}
 */
function unitsOf(type) {
  switch (type.kind) {
    case "int":
    case "float":
      return 1;
    case "fixed":
      return fixedScale(type.step);
    case "optional":
      return unitsOf(type.inner);
    default:
      return 0;
  }
}
