/** Of one entity class. Entities are plain objects with its fields. */
export class Motion {
    /**
     * @param {EntityDef} definition
     * @param {string[]} [place]
     * @throws {RangeError} a `place` that does not move
     */
    static of(definition: EntityDef, place?: string[]): Motion;
    /**
     * @param {Moving[]} moving
     * @param {string[]} [place] the fields that say where it is; if none are named, those of x, y and z that
     *   move, or else all
     */
    constructor(moving: Moving[], place?: string[]);
    moving: Moving[];
    /**
     * From `old` to `now`: the difference of each number that moves, the short way round a circle.
     *
     * @param {Fields} old
     * @param {Fields} now
     * @returns {number[]}
     */
    ways(old: Fields, now: Fields): number[];
    /**
     * How far apart two places are with these differences.
     *
     * @param {number[]} ways
     */
    distance(ways: number[]): number;
    /**
     * Moves it by a part of these differences.
     *
     * @param {Fields} entity
     * @param {number[]} ways
     * @param {number} [part]
     */
    add(entity: Fields, ways: number[], part?: number): void;
    /**
     * Takes for each number of `state` the predicted one, if it is as near as two can be told apart.
     *
     * So what the server rounds does not put a right prediction wrong. True if all fields are as predicted.
     *
     * @param {Fields} state
     * @param {Fields} predicted
     */
    merge(state: Fields, predicted: Fields): boolean;
    /**
     * True if one of these differences is more than so many steps.
     *
     * @param {number[]} ways
     * @param {number} steps
     */
    misses(ways: number[], steps: number): boolean;
    #private;
}
/**
 * A field that moves. `turn`: it goes round a circle. `step`: two values as near as this are the same, the
 * server sends no finer ones.
 */
export type Moving = {
    name: string;
    turn: boolean;
    step: number;
};
/**
 * An entity as plain fields.
 */
export type Fields = Record<string, any>;
import type { EntityDef } from "./schema.js";
