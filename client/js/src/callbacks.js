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
export function call(callback, ...args) {
  if (!callback) return;
  try {
    const result = callback(...args);
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/**
 * One has failed.
 *
 * @param {unknown} error
 */
export function failed(error) {
  console.error("rallypoint: a callback failed:", error);
}
