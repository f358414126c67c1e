/**
 * The error for a close that is final; `Other` is the class for codes without one of their own.
 *
 * @param {number | null} code
 * @param {string} reason
 * @param {typeof SeatClosed | typeof LobbyClosed} Other
 * @returns {Closed}
 */
export function closedError(code: number | null, reason: string, Other: typeof SeatClosed | typeof LobbyClosed): Closed;
/** @import { Fault } from "./close.js" */
/** Anything that this SDK raises by itself. */
export class RallypointError extends Error {
    /** @param {string} message */
    constructor(message: string);
    /** @type {Fault} */
    fault: Fault;
}
/** No connection was made within the time given. `reason` is what the last attempt said. */
export class ConnectFailed extends RallypointError {
    /**
     * @param {string} url
     * @param {string} reason
     */
    constructor(url: string, reason: string);
    url: string;
    reason: string;
}
/**
 * An action while the connection is away: it was not sent and will not be.
 *
 * `seat.act(x, { queueS: 2 })` keeps one until the connection is back, for so long.
 */
export class NotConnected extends RallypointError {
    /**
     * @param {string} what
     * @param {string} [why]
     */
    constructor(what: string, why?: string);
    what: string;
}
/** `limit` of `what` wait for the server already; this one was not taken. */
export class TooManyOutstanding extends RallypointError {
    /**
     * @param {string} what
     * @param {number} limit
     */
    constructor(what: string, limit: number);
    what: string;
    limit: number;
}
/** An input or a request that the server would close the connection for. It was not sent. */
export class InvalidInput extends RallypointError {
    /**
     * @param {string} what the input or the request (`name` is taken by `Error`)
     * @param {string} reason
     */
    constructor(what: string, reason: string);
    what: string;
    reason: string;
}
/** An input of a spectator. It was not sent: who watches a session does nothing in it. */
export class OnlyWatching extends RallypointError {
    what: string;
}
/** The lobby's no. `code` is for programs (`unknown_game`, `full`, ...), `reason` for people. */
export class RequestRefused extends RallypointError {
    /**
     * @param {string} code
     * @param {string} [reason]
     */
    constructor(code: string, reason?: string);
    code: string;
    reason: string;
}
/** A seat or a lobby session is over. `code` is the close code (`null`: it broke), `reason` what was said. */
export class Closed extends RallypointError {
    /**
     * @param {number | null} code
     * @param {string} [reason]
     * @param {string} [meaning] replaces the meaning in the table where the error says more than the code
     */
    constructor(code: number | null, reason?: string, meaning?: string);
    code: number | null;
    meaning: string;
    reason: string;
}
/** What was to be resumed does not exist any more, or could not be reached while it did. */
export class SessionGone extends Closed {
    /**
     * @param {number | null} code
     * @param {string} [reason]
     */
    constructor(code: number | null, reason?: string);
}
/** A newer connection of this player has this place now; it was told what this one was not. */
export class TakenOver extends Closed {
}
/** An operator or the game removed the player. */
export class Kicked extends Closed {
}
/** This client is too old for the server. */
export class UpdateRequired extends Closed {
}
/** The seat was closed for another reason than the above: see `code`, `meaning`, `fault`. */
export class SeatClosed extends Closed {
}
/** The lobby session was closed for another reason than the above. */
export class LobbyClosed extends Closed {
}
import type { Fault } from "./close.js";
