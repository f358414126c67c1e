/** The classes of one game. */
export class Classes {
    /**
     * @param {Schema} schema
     * @param {Uint8Array} hash
     * @throws {BadMessage} a schema that makes no sense
     */
    constructor(schema: Schema, hash: Uint8Array);
    schema: Schema;
    hash: Uint8Array<ArrayBufferLike>;
    /** @type {EntityClass[]} */
    views: EntityClass[];
    /** @type {(item: EventItem) => GameEvent | null} */
    event: (item: EventItem) => GameEvent | null;
    /** @type {Map<string, number>} */
    entityIndex: Map<string, number>;
    /** @type {Readonly<Record<string, MakeInput>>} */
    inputs: Readonly<Record<string, MakeInput>>;
    /** @type {Readonly<Record<string, Enum>>} */
    enums: Readonly<Record<string, Enum>>;
    /**
     * What to know about an input's class.
     *
     * @param {unknown} x
     * @returns {InputClass}
     * @throws {TypeError} for anything that is no input of this game
     */
    inputClass(x: unknown): InputClass;
    /**
     * The game before anything is known of it.
     *
     * @param {View} view
     */
    blankGame(view: View): import("./entity_view.js").Entity;
    #private;
}
/**
 * Classes by the hash of their schema, so that a schema is sent, and its classes made, once.
 *
 * Holds 64; the one used longest ago goes first, and is asked for again when needed.
 */
export class SchemaCache {
    /**
     * The classes for that hash, if known.
     *
     * @param {Uint8Array} hash
     * @returns {Classes | null}
     */
    get(hash: Uint8Array): Classes | null;
    /**
     * Makes the classes of a schema that was sent.
     *
     * That it is what `hash` names is not checked: the only SHA-256 that browsers have (WebCrypto) is missing
     * on pages of plain http, where games are made. The bytes come from the same server as the hash; who could
     * change them on the way could change both.
     *
     * @param {Uint8Array} hash
     * @param {Uint8Array} data
     * @throws {BadMessage}
     */
    add(hash: Uint8Array, data: Uint8Array): Classes;
    #private;
}
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean;
import type { Schema } from "./schema.js";
import type { EntityClass } from "./entity_view.js";
import type { EventItem } from "./messages.js";
import type { GameEvent } from "./events.js";
import type { MakeInput } from "./inputs.js";
import type { Enum } from "./values.js";
import type { InputClass } from "./inputs.js";
import type { View } from "./view.js";
