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
export function namespace<T>(what: string, owner: string, names: Record<string, T>): Readonly<Record<string, T>>;
/**
 * An enumeration: `Colour.RED` is the member's number, and `Colour[2]` the name of the member with that
 * number (undefined for one that only a newer server has).
 *
 * @typedef {Readonly<Record<string, number>> & Readonly<Record<number, string | undefined>>} Enum
 */
/** The enumerations of one schema: one for each, however many fields use it. */
export class Enums {
    /**
     * Notes the enumerations that a type is made of.
     *
     * @param {WireType} type
     */
    add(type: WireType): void;
    /** All that were noted, by name. */
    byName(): {
        [k: string]: Enum;
    };
    #private;
}
/**
 * An enumeration: `Colour.RED` is the member's number, and `Colour[2]` the name of the member with that
 * number (undefined for one that only a newer server has).
 */
export type Enum = Readonly<Record<string, number>> & Readonly<Record<number, string | undefined>>;
import type { WireType } from "./schema.js";
