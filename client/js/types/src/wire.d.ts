/**
 * A function that checks a value of a player's input as the server will, and writes it.
 *
 * @param {WireType} type
 * @returns {Write}
 */
export function strictWriter(type: WireType): Write;
/**
 * A function that writes a wire value of the state in its canonical form: an enum's number, known or not.
 *
 * @param {WireType} type
 * @returns {Write}
 */
export function canonicalWriter(type: WireType): Write;
/**
 * Writes one wire value. Throws a `TypeError` that says what it must be.
 */
export type Write = (writer: Writer, value: any) => void;
import type { WireType } from "./schema.js";
import { Writer } from "./writer.js";
