/**
 * A user's callbacks: one that fails is told in the console, and does no harm.
 *
 * @module
 */
/**
 * Calls it, if there is one.
 *
 * @template {any[]} A
 * @param {((...args: A) => unknown) | null | undefined} callback
 * @param {A} args
 */
export function call<A extends any[]>(callback: ((...args: A) => unknown) | null | undefined, ...args: A): void;
/**
 * One has failed.
 *
 * @param {unknown} error
 */
export function failed(error: unknown): void;
