/**
 * Which numbers of an entity move, and how: what predictions compare, blend and smooth.
 *
 * They are the fields that the game declared `linear` or `turn`; all others are taken as they come.
 *
 * @module
 */

/** @import { EntityDef, WireType } from "./schema.js" */

/**
 * A field that moves. `turn`: it goes round a circle. `step`: two values as near as this are the same, the
 * server sends no finer ones.
 * @typedef {{ name: string, turn: boolean, step: number }} Moving
 */
/**
 * An entity as plain fields.
 * @typedef {Record<string, any>} Fields
 */

const FLOAT_STEP = 1e-6;
const PLACE = ["x", "y", "z"];
const TAU = 2 * Math.PI;

/** Of one entity class. Entities are plain objects with its fields. */
export class Motion {
  #place;

  /**
   * @param {Moving[]} moving
   * @param {string[]} [place] the fields that say where it is; if none are named, those of x, y and z that
   *   move, or else all
   */
  constructor(moving, place = []) {
    this.moving = moving;
    const names = moving.map(({ name }) => name);
    const named = place.length ? place : PLACE.filter((name) => names.includes(name));
    this.#place = [...names.keys()].filter((index) => !named.length || named.includes(names[index]));
  }

  /**
   * @param {EntityDef} definition
   * @param {string[]} [place]
   * @throws {RangeError} a `place` that does not move
   */
  static of(definition, place = []) {
    const moving = definition.fields
      .map(({ name, type, lerp }) => ({ name, turn: lerp === "turn", step: lerp === "step" ? 0 : stepOf(type) }))
      .filter(({ step }) => step > 0);
    const wrong = place.find((name) => !moving.some((each) => each.name === name));
    if (wrong !== undefined) {
      const has = moving.map(({ name }) => name).join(", ") || "none";
      throw new RangeError(`${definition.name} has no field '${wrong}' that moves, but ${has}`);
    }
    return new Motion(moving, place);
  }

  /**
   * From `old` to `now`: the difference of each number that moves, the short way round a circle.
   *
   * @param {Fields} old
   * @param {Fields} now
   * @returns {number[]}
   */
  ways(old, now) {
    return this.moving.map(({ name, turn }) => {
      const [before, after] = [old[name], now[name]];
      const way = before === null || after === null ? 0 : Number(after) - Number(before);
      return turn ? shortWay(way) : way;
    });
  }

  /**
   * How far apart two places are with these differences.
   *
   * @param {number[]} ways
   */
  distance(ways) {
    let sum = 0;
    for (const index of this.#place) sum += ways[index] * ways[index];
    return Math.sqrt(sum);
  }

  /**
   * Moves it by a part of these differences.
   *
   * @param {Fields} entity
   * @param {number[]} ways
   * @param {number} [part]
   */
  add(entity, ways, part = 1) {
    this.moving.forEach(({ name }, index) => {
      if (ways[index] && entity[name] !== null) entity[name] = Number(entity[name]) + ways[index] * part;
    });
  }

  /**
   * Takes for each number of `state` the predicted one, if it is as near as two can be told apart.
   *
   * So what the server rounds does not put a right prediction wrong. True if all fields are as predicted.
   *
   * @param {Fields} state
   * @param {Fields} predicted
   */
  merge(state, predicted) {
    const ways = this.ways(state, predicted);
    this.moving.forEach(({ name, step }, index) => {
      if (Math.abs(ways[index]) <= step && state[name] !== null) state[name] = predicted[name];
    });
    return Object.entries(state).every(([name, value]) => same(value, predicted[name]));
  }

  /**
   * True if one of these differences is more than so many steps.
   *
   * @param {number[]} ways
   * @param {number} steps
   */
  misses(ways, steps) {
    return this.moving.some(({ step }, index) => Math.abs(ways[index]) > step * steps);
  }
}

/** @param {number} way */
function shortWay(way) {
  return ((((way + Math.PI) % TAU) + TAU) % TAU) - Math.PI;
}

/**
 * @param {any} a
 * @param {any} b
 * @returns {boolean}
 */
function same(a, b) {
  if (a === b) return true;
  const lists = Array.isArray(a) || a instanceof Uint8Array;
  if (!lists || a.length !== b?.length) return false;
  return [...a].every((each, index) => same(each, b[index]));
}

/**
 * @param {WireType} type
 * @returns {number}
 */
function stepOf(type) {
  switch (type.kind) {
    case "int":
      return 0.5;
    case "fixed":
      return type.step;
    case "float":
      return FLOAT_STEP;
    case "optional":
      return stepOf(type.inner);
    default:
      return 0;
  }
}
