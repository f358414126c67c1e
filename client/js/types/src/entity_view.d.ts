/**
 * The class for the entities of one class of the schema: its fields are getters, made once.
 *
 * @param {EntityDef} definition
 * @param {typeof EntityView} Base
 * @returns {EntityClass}
 */
export function makeViewClass(definition: EntityDef, Base: typeof EntityView): EntityClass;
/**
 * The error for a name that there is not.
 *
 * @param {string} what
 * @param {string} owner
 * @param {string} name
 * @param {readonly string[]} names
 */
export function unknown(what: string, owner: string, name: string, names: readonly string[]): Error;
/** @import { Item } from "./replica.js" */
/** @import { EntityDef } from "./schema.js" */
/** @import { View } from "./view.js" */
/**
 * An entity's view, with its fields by name.
 * @typedef {EntityView & Record<string, any>} Entity
 */
/**
 * A player's view, with its fields by name: every game has `name`, `state` and `away_until_ms`.
 * @typedef {PlayerView & Record<string, any>} Player
 */
/** @typedef {new (item: Item, view: View) => Entity} EntityClass */
/**
 * One entity. Its fields are properties: `null` for those that this player may not see.
 *
 * `entity.get("kind")` reaches a field whose name is taken here (`id`, `owner`, `kind`, `fields`, `get`), and
 * refuses a name that there is not.
 */
export class EntityView {
    /**
     * What it is made from. For those who show states.
     *
     * @param {EntityView} entity
     */
    static itemOf(entity: EntityView): Item;
    /**
     * @protected
     * @param {EntityView} entity
     */
    protected static viewOf(entity: EntityView): View;
    /**
     * A function that reads a field; called as a method of an entity.
     *
     * @param {number} index
     * @param {((wire: any) => any) | null} convert
     * @returns {(this: EntityView) => any}
     */
    static reader(index: number, convert: ((wire: any) => any) | null): (this: EntityView) => any;
    /**
     * @param {Item} item
     * @param {View} view
     */
    constructor(item: Item, view: View);
    /** Its id: never used again in the session. */
    get id(): number;
    /** The seat of the player whose it is; `null`: nobody's. */
    get owner(): number | null;
    /** Name of its class in the game. */
    get kind(): string;
    /**
     * The names of its fields.
     * @type {readonly string[]}
     */
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
/** One player of the session, also while away. */
export class PlayerView extends EntityView {
    /** Which seat: 0, 1, 2... */
    get seat(): number;
    /**
     * This player's entities of that class, oldest first. Throws for a class that there is not.
     *
     * @param {string} kind
     * @returns {Entity[]}
     */
    all(kind: string): Entity[];
    /**
     * This player's oldest entity of that class, or `null`.
     *
     * @param {string} kind
     * @returns {Entity | null}
     */
    one(kind: string): Entity | null;
}
/**
 * An entity's view, with its fields by name.
 */
export type Entity = EntityView & Record<string, any>;
/**
 * A player's view, with its fields by name: every game has `name`, `state` and `away_until_ms`.
 */
export type Player = PlayerView & Record<string, any>;
export type EntityClass = new (item: Item, view: View) => Entity;
import type { EntityDef } from "./schema.js";
import type { Item } from "./replica.js";
import type { View } from "./view.js";
