/** @import { EntityDef, Schema, WireType } from "./schema.js" */
/** @import { State } from "./view.js" */
export const SNAPSHOTS_MAX: 32;
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
    constructor(epoch: number, tick: number, nowMs: number, items: Map<number, Item>);
    epoch: number;
    tick: number;
    nowMs: number;
    items: Map<number, Item>;
}
/** The last states of one seat, at most `SNAPSHOTS_MAX`, oldest first; the oldest go. */
export class History {
    /** @param {Schema} schema */
    constructor(schema: Schema);
    /** States kept since somebody last asked for one. */
    unread: number;
    /**
     * Keeps a copy of `state`. One of another epoch, or of an earlier time, ends what was before.
     *
     * @param {State} state
     */
    push(state: State): void;
    /** Session time of the newest state kept; nothing is known beyond it. */
    get newestMs(): number;
    /**
     * The state at that session time: between two that are kept, or the nearest one; `null` if there is none.
     *
     * @param {number} atMs
     * @returns {Frame | null}
     */
    frame(atMs: number): Frame | null;
    #private;
}
/**
 * For one entity class, the fields that move: index, and the full turn in wire units (0: straight).
 */
export type Plan = [number, number][];
import { Item } from "./replica.js";
import type { State } from "./view.js";
import type { Schema } from "./schema.js";
