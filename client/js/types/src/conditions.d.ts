/**
 * What is sent for them.
 *
 * @param {Where} where
 * @returns {Condition[]}
 * @throws {TypeError} one cannot be understood, or they are too many; it says what to write
 */
export function parseConditions(where: Where): Condition[];
/**
 * Conditions, all of which must hold.
 */
export type Where = readonly (string | readonly [string, string, Scalar] | Condition)[];
import type { Condition } from "./messages.js";
import type { Scalar } from "./messages.js";
