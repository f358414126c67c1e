/**
 * The classes for all inputs of a schema, in order.
 *
 * @param {Schema} schema
 * @returns {InputClass[]}
 */
export function makeInputs(schema: Schema): InputClass[];
/** @import { InputDef, Schema } from "./schema.js" */
/** @import { Write } from "./wire.js" */
/**
 * What a player does: one input of the game, its fields by name. Made with `seat.inputs`, of a class of its
 * own each.
 */
export class Input {
    /**
     * What to know about an input's class; `null` for anything that is no input.
     *
     * @param {unknown} x
     * @returns {InputClass | null}
     */
    static classOf(x: unknown): InputClass | null;
    /**
     * @param {InputClass} kind
     * @param {Record<string, any>} values
     */
    constructor(kind: InputClass, values: Record<string, any>);
    #private;
}
/** One input class, and how its bytes are put together. */
export class InputClass {
    /**
     * @param {InputDef} definition
     * @param {number} kind of its messages
     * @param {boolean} timed the schema has an input buffer
     * @throws {TypeError} a default is not of its field's type
     */
    constructor(definition: InputDef, kind: number, timed: boolean);
    name: string;
    hold: boolean;
    kind: number;
    /** The names of its fields, in order. */
    fields: string[];
    /**
     * Values of fields that may be left out.
     * @type {Readonly<Record<string, any>>}
     */
    defaults: Readonly<Record<string, any>>;
    /** @type {MakeInput} */
    make: MakeInput;
    /**
     * The bytes of an input's fields: what it is, whenever it is sent.
     *
     * @param {Record<string, any>} x
     * @returns {Uint8Array}
     * @throws {InvalidInput} the fields do not have the types of the schema, or are larger than a server takes
     */
    body(x: Record<string, any>): Uint8Array;
    /**
     * The message, ready to be sent.
     *
     * @param {number} seq its number
     * @param {number} tick the newest that its player has seen; -1 for none
     * @param {Uint8Array} body
     * @param {number} [at] the tick that it is meant for, where the game has an input buffer; -1: the next
     */
    frame(seq: number, tick: number, body: Uint8Array, at?: number): Uint8Array<ArrayBuffer>;
    #private;
}
/**
 * Makes an input: `seat.inputs.Steer({ turn: 1, thrust: true })`. Fields of a hold that are left out have
 * their defaults. A field that there is not, or one that is missing, is a `TypeError`.
 */
export type MakeInput = (values?: Record<string, any>) => Input & Record<string, any>;
import type { Schema } from "./schema.js";
import type { InputDef } from "./schema.js";
