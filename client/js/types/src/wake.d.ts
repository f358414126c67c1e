/**
 * When to look at a connection at once: the page is seen again, comes back from the browser's cache, or there
 * is a network again. Where there is no page (Node), never.
 *
 * Timers of a hidden page come once a second, later once a minute; those of a phone that sleeps not at all.
 *
 * @module
 */
/**
 * @param {() => void} callback
 * @returns {() => void} forgets it
 */
export function onWake(callback: () => void): () => void;
