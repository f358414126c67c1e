/**
 * Why a connection was closed, whose fault it was, and what the client should do next: data, in one place.
 *
 * Codes below 4000 belong to RFC 6455 and to the WebSocket library; `policy` knows what to do about those as
 * well.
 *
 * @module
 */

/**
 * What a client does after a close: stop (trying again would end the same way); connect again, with backoff,
 * and resume with the newest token; start over from the lobby; ask the lobby where the session lives now,
 * then resume there; update.
 * @typedef {"never" | "resume" | "fresh" | "moved" | "update"} Retry
 */

/**
 * Whose fault a close, or an error, is.
 * @typedef {"nobody" | "client" | "network" | "game" | "server"} Fault
 */

/**
 * What a close code means: one row of `docs/close-codes.md`.
 * @typedef {{ readonly meaning: string, readonly fault: Fault, readonly retry: Retry }} ClosePolicy
 */

/** Application close codes (4000-4999). */
export const CloseCode = Object.freeze({
  LEFT: 4000,
  ENDED: 4001,
  TAKEN_OVER: 4002,
  KICKED: 4003,
  MOVED: 4004,
  SHUTDOWN: 4005,
  CANCELLED: 4006,
  MALFORMED: 4010,
  UNEXPECTED: 4011,
  TOO_FAST: 4012,
  FIRST_FRAME_LATE: 4013,
  UPDATE: 4014,
  UNKNOWN: 4020,
  TOO_SLOW: 4021,
  SILENT: 4022,
  GAME_FAILED: 4030,
  SERVER_FAILED: 4031,
  FULL: 4032,
});

/** What counts for a connection that broke, and for codes that nobody here knows. */
const BROKEN = row("the connection broke", "network", "resume");

/** @type {ReadonlyMap<number, ClosePolicy>} */
const POLICIES = new Map([
  [1000, row("closed normally", "nobody", "never")],
  [1001, row("the other side is going away", "nobody", "resume")],
  [1002, row("a frame broke the WebSocket protocol", "client", "never")],
  [1003, row("text frames are not accepted: send binary frames", "client", "never")],
  [1005, row("closed without a code", "network", "resume")],
  [1006, BROKEN],
  [1007, row("a text or close frame was not UTF-8", "client", "never")],
  [1008, row("refused by policy", "client", "never")],
  [1009, row("a message was larger than the limit", "client", "never")],
  [1011, row("the server failed unexpectedly", "server", "resume")],
  [1012, row("the server restarts", "server", "resume")],
  [1013, row("the server is overloaded", "server", "resume")],
  [CloseCode.LEFT, row("you left", "nobody", "never")],
  [CloseCode.ENDED, row("the session has ended", "nobody", "never")],
  [CloseCode.TAKEN_OVER, row("a newer connection of yours took this place over", "nobody", "never")],
  [CloseCode.KICKED, row("the session's leader, an operator or the game removed you", "nobody", "never")],
  [CloseCode.MOVED, row("the session lives on another node now", "nobody", "moved")],
  [CloseCode.SHUTDOWN, row("the server is shutting down", "server", "resume")],
  [CloseCode.CANCELLED, row("the session was cancelled before it started", "nobody", "fresh")],
  [CloseCode.MALFORMED, row("a message could not be decoded", "client", "never")],
  [CloseCode.UNEXPECTED, row("a message that is not allowed at this point", "client", "never")],
  [CloseCode.TOO_FAST, row("more messages, bytes or control frames than allowed", "client", "resume")],
  [CloseCode.FIRST_FRAME_LATE, row("the first frame did not come in time", "client", "resume")],
  [CloseCode.UPDATE, row("the client speaks a version that is too old", "client", "update")],
  [CloseCode.UNKNOWN, row("unknown session or token, or no longer valid", "client", "fresh")],
  [CloseCode.TOO_SLOW, row("the client did not read or acknowledge in time", "network", "resume")],
  [CloseCode.SILENT, row("nothing was heard from the client for too long", "network", "resume")],
  [CloseCode.GAME_FAILED, row("the game raised an error: its session has ended", "game", "never")],
  [CloseCode.SERVER_FAILED, row("the server failed while it handled this connection", "server", "resume")],
  [CloseCode.FULL, row("the server takes no more right now", "server", "resume")],
]);

/**
 * The policy for any close code, ours or RFC 6455's; `null` and unknown codes count as a broken connection.
 *
 * An unknown code in our own range (a newer server's) is retried too: the server's answer to the resume
 * decides.
 *
 * @param {number | null} code
 * @returns {ClosePolicy}
 */
export function policy(code) {
  return (code === null ? undefined : POLICIES.get(code)) ?? BROKEN;
}

/**
 * @param {string} meaning
 * @param {Fault} fault
 * @param {Retry} retry
 * @returns {ClosePolicy}
 */
function row(meaning, fault, retry) {
  return Object.freeze({ meaning, fault, retry });
}
