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
export function onWake(callback) {
  const page = typeof document === "undefined" ? null : document;
  const target = typeof globalThis.addEventListener === "function" && page !== null ? globalThis : null;
  const seen = () => {
    if (page?.visibilityState === "visible") callback();
  };
  page?.addEventListener("visibilitychange", seen);
  for (const name of ["pageshow", "online"]) target?.addEventListener(name, callback);
  return () => {
    page?.removeEventListener("visibilitychange", seen);
    for (const name of ["pageshow", "online"]) target?.removeEventListener(name, callback);
  };
}
