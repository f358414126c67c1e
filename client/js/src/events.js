/**
 * Events: the reliable messages of a game to its player, as classes made from the schema.
 *
 *     switch (event.kind) {
 *       case "Hit": console.log(event.by); break;
 *       case "refused": console.log(event.seq, event.reason); break;
 *       case "ended": console.log(event.result);
 *     }
 *
 * @module
 */

import { BadMessage } from "./codec.js";
import { GAME_EVENT_KIND_FIRST } from "./limits.js";
import { BuiltinEvent } from "./messages.js";
import { fromWire } from "./schema.js";

/** @import { EventItem } from "./messages.js" */
/** @import { EventDef } from "./schema.js" */

/** One event. Its fields are properties; `event.get("kind")` reaches one whose name is taken here. */
export class Event {
  #fields;
  #values;

  /**
   * @param {string} kind
   * @param {readonly string[]} fields
   * @param {number} n
   * @param {number} tick
   * @param {any[]} values
   */
  constructor(kind, fields, n, tick, values) {
    /** Name of its class in the game; `refused` and `ended` are built in. */
    this.kind = kind;
    /** Its number: 1, 2, 3... for each seat. */
    this.n = n;
    /** The tick that it belongs to. */
    this.tick = tick;
    this.#fields = fields;
    this.#values = values;
    const own = /** @type {Record<string, any>} */ (this);
    fields.forEach((name, at) => {
      if (!(name in this)) own[name] = values[at];
    });
  }

  /** The names of its fields, in order. */
  get fields() {
    return this.#fields;
  }

  /**
   * A field's value.
   *
   * @param {string} name
   * @returns {any}
   */
  get(name) {
    const at = this.#fields.indexOf(name);
    if (at < 0)
      throw new Error(`${this.kind} has no field '${name}', but ${this.#fields.join(", ") || "no fields"}`);
    return this.#values[at];
  }

  toString() {
    const values = this.#fields.map((name, at) => `${name}=${String(this.#values[at])}`);
    return `${this.kind}(${values.join(", ")})`;
  }
}

/** @typedef {Event & Record<string, any>} GameEvent */

/** The game refused the input `seq`; `reason` says why. Built in. */
export class Refused extends Event {
  /**
   * @param {number} n
   * @param {number} tick
   * @param {number} seq
   * @param {string} reason
   */
  constructor(n, tick, seq, reason) {
    super("refused", ["seq", "reason"], n, tick, [seq, reason]);
    this.seq = seq;
    this.reason = reason;
  }
}

/** The session has ended with `result`, an object; `reason` is for people. Built in. */
export class Ended extends Event {
  /**
   * @param {number} n
   * @param {number} tick
   * @param {Record<string, any>} result
   * @param {string} reason
   */
  constructor(n, tick, result, reason) {
    super("ended", ["result", "reason"], n, tick, [result, reason]);
    this.result = result;
    this.reason = reason;
  }
}

/**
 * A function from wire event to `Event`; `null` for built-in kinds that this client does not know yet.
 *
 * It throws `BadMessage` for a game's kind that is not in the schema, and for fields that do not fit.
 *
 * @param {EventDef[]} definitions
 * @returns {(item: EventItem) => GameEvent | null}
 */
export function eventMaker(definitions) {
  const plans = definitions.map(({ name, fields }) => ({
    kind: name,
    fields: Object.freeze(fields.map((field) => field.name)),
    converts: fields.map((field) => fromWire(field.type)),
  }));
  return (item) => {
    if (item.kind < GAME_EVENT_KIND_FIRST) return builtin(item);
    const plan = plans[item.kind - GAME_EVENT_KIND_FIRST];
    if (plan === undefined) throw new BadMessage("an event that the schema does not have");
    const { kind, fields, converts } = plan;
    if (item.fields.length < converts.length) throw new BadMessage(`event ${kind} lacks fields`);
    try {
      // a newer server's appended fields are dropped here
      const values = converts.map((convert, at) => (convert ? convert(item.fields[at]) : item.fields[at]));
      return new Event(kind, fields, item.n, item.tick, values);
    } catch (error) {
      if (error instanceof TypeError) throw new BadMessage(`event ${kind} does not fit the schema`);
      throw error;
    }
  };
}

/**
 * @param {EventItem} item
 * @returns {GameEvent | null}
 */
function builtin({ n, tick, kind, fields }) {
  const [first, second] = fields;
  if (kind === BuiltinEvent.REFUSED && Number.isSafeInteger(first) && typeof second === "string") {
    return new Refused(n, tick, first, second);
  }
  if (kind === BuiltinEvent.ENDED && first !== null && typeof first === "object" && !Array.isArray(first)) {
    return new Ended(n, tick, first, typeof second === "string" ? second : "");
  }
  if (kind === BuiltinEvent.REFUSED || kind === BuiltinEvent.ENDED) {
    throw new BadMessage("a built-in event does not fit");
  }
  return null;
}
