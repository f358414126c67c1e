/**
 * A function from wire event to `Event`; `null` for built-in kinds that this client does not know yet.
 *
 * It throws `BadMessage` for a game's kind that is not in the schema, and for fields that do not fit.
 *
 * @param {EventDef[]} definitions
 * @returns {(item: EventItem) => GameEvent | null}
 */
export function eventMaker(definitions: EventDef[]): (item: EventItem) => GameEvent | null;
/** @import { EventItem } from "./messages.js" */
/** @import { EventDef } from "./schema.js" */
/** One event. Its fields are properties; `event.get("kind")` reaches one whose name is taken here. */
export class Event {
    /**
     * @param {string} kind
     * @param {readonly string[]} fields
     * @param {number} n
     * @param {number} tick
     * @param {any[]} values
     */
    constructor(kind: string, fields: readonly string[], n: number, tick: number, values: any[]);
    /** Name of its class in the game; `refused` and `ended` are built in. */
    kind: string;
    /** Its number: 1, 2, 3... for each seat. */
    n: number;
    /** The tick that it belongs to. */
    tick: number;
    /** The names of its fields, in order. */
    get fields(): readonly string[];
    /**
     * A field's value.
     *
     * @param {string} name
     * @returns {any}
     */
    get(name: string): any;
    toString(): string;
    #private;
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
    constructor(n: number, tick: number, seq: number, reason: string);
    seq: number;
    reason: string;
}
/** The session has ended with `result`, an object; `reason` is for people. Built in. */
export class Ended extends Event {
    /**
     * @param {number} n
     * @param {number} tick
     * @param {Record<string, any>} result
     * @param {string} reason
     */
    constructor(n: number, tick: number, result: Record<string, any>, reason: string);
    result: Record<string, any>;
    reason: string;
}
export type GameEvent = Event & Record<string, any>;
import type { EventDef } from "./schema.js";
import type { EventItem } from "./messages.js";
