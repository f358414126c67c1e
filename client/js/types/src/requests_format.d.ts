/**
 * The encoder of one kind of message: it takes the elements in their order.
 *
 * @param {string} name for people
 * @param {number} kind
 * @param {Record<string, Element>} format
 * @returns {(values: any[]) => Uint8Array} throws `InvalidInput` for what the server would close for
 */
export function request(name: string, kind: number, format: Record<string, Element>): (values: any[]) => Uint8Array;
export const COUNT: Element;
/** -1: none. */
export const TICK: Element;
export const VERSION: Element;
export const LIMIT: Element;
export const LEADERS: Element;
export const TEXT: Element;
export const LINE: Element;
/** @type {Element} */
export const BOOL: Element;
/** @type {Element} */
export const FLOAT: Element;
/**
 * A token or a hash.
 * @type {Element}
 */
export const TOKEN: Element;
/** Options or metadata. */
export const BAG: Element;
/** The queues of a ticket. */
export const QUEUES: Element;
/** What a player says for the rules of queues. */
export const ATTRIBUTES: Element;
/** Round trips to regions. */
export const LATENCIES: Element;
/** @type {Element} */
export const CONDITIONS: Element;
/**
 * Writes one element. Throws a `TypeError` that says what it has to be.
 */
export type Element = (writer: Writer, value: any) => void;
import { Writer } from "./writer.js";
