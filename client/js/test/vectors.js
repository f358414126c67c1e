/** The test vectors of `shared/vectors`, with what JSON has no place for. See the README there. */

import { readFileSync } from "node:fs";

const FOLDER = new URL("../../../shared/vectors/", import.meta.url);

/** @param {string} hex */
export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** @param {Uint8Array} bytes */
export const hexOf = (bytes) => Buffer.from(bytes).toString("hex");

/**
 * @param {string} _key
 * @param {any} value
 */
function revive(_key, value) {
  if (value?.$bytes !== undefined) return bytesOf(value.$bytes);
  if (value?.$int !== undefined) {
    const big = BigInt(value.$int);
    return Number.isSafeInteger(Number(big)) ? Number(big) : big;
  }
  if (value?.$map) return Object.fromEntries(value.$map); // JavaScript's keys are text
  return value;
}

/**
 * @param {string} name
 * @returns {any}
 */
export const vectors = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"), revive);

/**
 * The vectors' schemas, by name: `{ name, hex, hash, value }`.
 * @type {Record<string, any>}
 */
export const schemas = Object.fromEntries(
  vectors("schemas").map((/** @type {any} */ schema) => [schema.name, schema]),
);
