/**
 * @param {{ relative: boolean }[]} defs
 * @param {Mask} mask
 * @returns {Plan}
 */
export function makePlan(defs: {
    relative: boolean;
}[], mask: Mask): Plan;
/**
 * @param {any} mask
 * @param {Mask} all
 * @returns {boolean} it has a bit, and none that `all` has not
 */
export function visible(mask: any, all: Mask): boolean;
/**
 * @param {Mask} a
 * @param {Mask} b
 * @returns {Mask}
 */
export function union(a: Mask, b: Mask): Mask;
/**
 * @param {Mask} a
 * @param {Mask} b
 * @returns {Mask}
 */
export function without(a: Mask, b: Mask): Mask;
/**
 * A Number, where that is exact.
 *
 * @param {bigint} value
 */
export function exact(value: bigint): number | bigint;
/**
 * A Number as long as that is exact.
 */
export type Mask = number | bigint;
/**
 * The fields that a mask stands for, in order, and which of them travel as differences.
 */
export type Plan = {
    fields: number[];
    relative: boolean[];
};
