/**
 * What is going on with a connection, in words for players.
 *
 * @module
 */

import { CloseCode } from "./close.js";
import { Closed, ConnectFailed, Kicked, SessionGone, TakenOver, UpdateRequired } from "./errors.js";

/**
 * What is looked at: a seat, or a lobby.
 * @typedef {{
 *   readonly state: string, readonly error: Error | null, readonly lostCode?: number | null,
 *   readonly keptForS?: number | null, readonly ended?: boolean, readonly index?: number,
 * }} Connected
 */

/** @type {ReadonlyMap<number | null, string>} */
const WHY = new Map([
  [CloseCode.FULL, "the server is full, trying again"],
  [CloseCode.SHUTDOWN, "the server restarts"],
  [1001, "the server restarts"],
  [1012, "the server restarts"],
  [CloseCode.MOVED, "the session moves to another server"],
]);

/**
 * The state of a seat or a lobby as a sentence without a point; empty while all is well.
 *
 * While a seat is resuming it changes with the seconds that the seat is kept for: ask again once a second.
 *
 * @param {Connected} connected
 * @returns {string}
 */
export function statusText(connected) {
  const { state, lostCode = null, keptForS = null } = connected;
  switch (state) {
    case "connecting":
      return WHY.get(lostCode) ?? "connecting";
    case "resuming": {
      const kept = keptForS === null ? "" : `, your seat is kept for ${Math.ceil(keptForS)} s`;
      return `${WHY.get(lostCode) ?? "reconnecting"}${keptForS === 0 ? ", but your seat may be gone" : kept}`;
    }
    case "gone":
    case "closed":
      return overText(connected);
    default:
      return "";
  }
}

/** @param {Connected} connected */
function overText({ error, ended, index }) {
  const isSeat = index !== undefined;
  if (error === null)
    return ended || index === -1 ? "the session has ended" : isSeat ? "you left" : "you logged out";
  if (error instanceof TakenOver) return "you play in another tab now";
  if (error instanceof Kicked)
    return isSeat ? "you were removed from the session" : "an operator has removed you";
  if (error instanceof UpdateRequired) return "this page is too old, reload it";
  if (error instanceof SessionGone)
    return isSeat ? "your seat is gone" : "the server has forgotten you, reload the page";
  if (error instanceof ConnectFailed) return "no connection to the server";
  if (error instanceof Closed && error.code === CloseCode.GAME_FAILED)
    return "the game has failed, this session is over";
  return error instanceof Closed ? error.meaning : error.message;
}
