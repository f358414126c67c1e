/** What is asked of a lobby while connections come and go. */

import { ConnectFailed, SessionGone } from "../rallypoint.js";

/**
 * Whether an error says only that the connection was lost for too long: nobody has said no.
 * @param {unknown} error
 */
export function isLost(error) {
  return error instanceof SessionGone || error instanceof ConnectFailed;
}

/**
 * Whether to ask for this seat again: the page has given it up (a server was away for longer than seats are
 * kept, which for the server itself was no time), and the lobby, let in again, still names it. Who watches
 * has nothing to lose by asking.
 * @param {any} seat
 * @param {any} lobby
 */
export function seatToReturnTo(seat, lobby) {
  if (!seat || "seek" in seat || seat.state !== "closed" || seat.ended || !isLost(seat.error)) return false;
  if (lobby?.state !== "connected") return false;
  return seat.spectator || lobby.mySeats.some((/** @type {any} */ it) => it.session === seat.session);
}

/**
 * As the promise; or it throws as soon as the signal is aborted.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export async function untilAborted(promise, signal) {
  signal.throwIfAborted();
  /** @type {() => void} */
  let stop = () => {};
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (aborted)]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
