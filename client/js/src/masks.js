/**
 * Masks: sets of up to 62 fields, bit i for field i of a class. That is more than the bit operators of
 * Numbers take, and nearly all of them are small.
 *
 * @module
 */

/**
 * A Number as long as that is exact.
 * @typedef {number | bigint} Mask
 */
/**
 * The fields that a mask stands for, in order, and which of them travel as differences.
 * @typedef {{ fields: number[], relative: boolean[] }} Plan
 */

/** Up to here, the bit operators do. */
const SMALL = 0x7fffffff;

/**
 * @param {{ relative: boolean }[]} defs
 * @param {Mask} mask
 * @returns {Plan}
 */
export function makePlan(defs, mask) {
  if (typeof mask !== "bigint" && !Number.isSafeInteger(mask)) throw new TypeError("a mask that is none");
  const bits = BigInt(mask);
  if (bits < 0n || bits >> BigInt(defs.length))
    throw new TypeError(`a mask of ${mask} for ${defs.length} fields`);
  const fields = [];
  for (let index = 0; index < defs.length; index++) if ((bits >> BigInt(index)) & 1n) fields.push(index);
  return { fields, relative: fields.map((index) => defs[index].relative) };
}

/**
 * @param {any} mask
 * @param {Mask} all
 * @returns {boolean} it has a bit, and none that `all` has not
 */
export function visible(mask, all) {
  if (mask > 0 && mask <= SMALL && all <= SMALL) return (mask & ~Number(all)) === 0;
  if (typeof mask !== "bigint" && !Number.isSafeInteger(mask)) return false;
  const bits = BigInt(mask);
  return bits > 0n && (bits & ~BigInt(all)) === 0n;
}

/**
 * @param {Mask} a
 * @param {Mask} b
 * @returns {Mask}
 */
export function union(a, b) {
  if (a <= SMALL && b <= SMALL) return Number(a) | Number(b);
  return exact(BigInt(a) | BigInt(b));
}

/**
 * @param {Mask} a
 * @param {Mask} b
 * @returns {Mask}
 */
export function without(a, b) {
  if (a <= SMALL) return Number(a) & ~Number(BigInt(b) & BigInt(SMALL));
  return exact(BigInt(a) & ~BigInt(b));
}

/**
 * A Number, where that is exact.
 *
 * @param {bigint} value
 */
export function exact(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
