/**
 * What `for await` needs, from a function that gives the next one. Leaving the loop leaves what is behind it as it is.
 *
 * @module
 */
/**
 * @template T
 * @param {() => Promise<IteratorResult<T>>} next
 * @returns {AsyncIterableIterator<T>}
 */
export function looping<T>(next: () => Promise<IteratorResult<T>>): AsyncIterableIterator<T>;
