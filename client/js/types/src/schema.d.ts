/**
 * Reads a schema.
 *
 * @param {Uint8Array} bytes
 * @returns {Schema}
 * @throws {Error} the bytes are not a schema
 */
export function decodeSchema(bytes: Uint8Array): Schema;
/**
 * Steps per unit: exact where `1 / step` is a whole number.
 *
 * @param {number} step
 */
export function fixedScale(step: number): number;
/**
 * A function from wire value to what a client's user sees, or `null` where they are the same.
 *
 * `fixed` becomes a float. Enums stay numbers. Arrays are frozen as they are read, and bytes copied: what
 * users do to them must not change the state.
 *
 * @param {WireType} type
 * @returns {((wire: any) => any) | null}
 */
export function fromWire(type: WireType): ((wire: any) => any) | null;
export type WireType = ({
    kind: "int";
} | {
    kind: "bool";
} | {
    kind: "float";
} | {
    kind: "fixed";
    step: number;
} | {
    kind: "str";
} | {
    kind: "bytes";
} | {
    kind: "enum";
    name: string;
    members: [string, number][];
} | {
    kind: "ref";
    entity: string;
} | {
    kind: "optional";
    inner: WireType;
} | {
    kind: "tuple";
    items: WireType[];
    more: boolean;
});
/**
 * One public field. `to` says who sees it: empty, the channel of the entity; `owner`, the owner's channel;
 * else a channel. `lerp`: how a renderer moves between two values. `relative`: a one-tick change travels as a
 * difference.
 */
export type FieldDef = {
    name: string;
    type: WireType;
    to: string;
    lerp: "linear" | "turn" | "step";
    relative: boolean;
};
/**
 * An entity class; its index in the schema is its number on the wire. 0 is the game, 1 the player.
 */
export type EntityDef = {
    name: string;
    fields: FieldDef[];
};
/**
 * An input class. A `hold`: latest wins; else an action, applied exactly once and in order. `defaults`: one
 * for each field of a hold, the value until the player sends the first, and after a drop.
 */
export type InputDef = {
    name: string;
    hold: boolean;
    fields: FieldDef[];
    defaults: any[];
};
export type EventDef = {
    name: string;
    fields: FieldDef[];
};
/**
 * A game as a client sees it. `tickHz` 0 means turn-based. With `inputBufferTicks`, an input may say which
 * tick it is for.
 */
export type Schema = {
    game: string;
    tickHz: number;
    seatsMin: number;
    seatsMax: number;
    graceS: number;
    entities: EntityDef[];
    inputs: InputDef[];
    events: EventDef[];
    inputBufferTicks: number;
};
