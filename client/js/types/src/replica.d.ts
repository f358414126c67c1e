/** @import { Mask, Plan } from "./masks.js" */
/** @import { Part, Pass } from "./messages.js" */
/** @import { Schema } from "./schema.js" */
/** @import { Write } from "./wire.js" */
/** A pass does not fit the state here. The client drops its state and resumes from nothing (tick -1). */
export class Desync extends Error {
    /** @param {string} message */
    constructor(message: string);
}
/** A pass fitted, and the state that it made is not the server's: a channel's CRC differs. */
export class HashMismatch extends Desync {
}
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
    constructor(id: number, classIndex: number, owner: number | null, fields: number);
    id: number;
    classIndex: number;
    owner: number | null;
    /** @type {Mask} */
    mask: Mask;
    /** @type {any[]} */
    wire: any[];
}
/** Applies passes. Start with an empty one, or keep it over a resume whose outcome is `resumed`. */
export class Replica {
    /** @param {Schema} schema */
    constructor(schema: Schema);
    epoch: number;
    tick: number;
    /** Session time, in milliseconds. */
    nowMs: number;
    durableTick: number;
    /**
     * The last pass's table of the last input decided, for each seat in order: two bytes each, big endian.
     * @type {Uint8Array | null}
     */
    appliedTable: Uint8Array | null;
    /** @type {Map<number, Item>} */
    items: Map<number, Item>;
    checksMade: number;
    /** Back to nothing: what a resync, or a new epoch, begins with. */
    clear(): void;
    /**
     * Applies one pass, whole.
     *
     * @param {Pass} pass
     * @throws {Desync} it does not fit, or a channel's CRC disagrees. The state is then unusable: `clear` it.
     */
    apply(pass: Pass): void;
    /**
     * All items of one class, in the order in which they were entered.
     *
     * @param {number} classIndex
     */
    ofClass(classIndex: number): Item[];
    /**
     * What a channel shows, as its canonical bytes have it: `[id, class, owner, mask, values]`, by id. To look
     * at.
     *
     * @param {number} channel
     * @returns {[number, number, number | null, Mask, any[]][]}
     */
    rows(channel: number): [number, number, number | null, Mask, any[]][];
    /** The numbers of the channels that there are. */
    get channels(): number[];
    /**
     * The CRC of what a channel shows.
     *
     * @param {number} channel
     */
    crc(channel: number): number;
    #private;
}
import type { Mask } from "./masks.js";
import type { Pass } from "./messages.js";
import type { Schema } from "./schema.js";
