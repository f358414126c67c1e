/** @import { LobbyClosed, RallypointError, SeatClosed } from "./errors.js" */
/** So many failures in a row, and the next attempt asks the lobby whether the session has moved. */
export const LOCATE_AFTER_ATTEMPTS: 3;
/** A connection that lasted so long was of use: the loss of it begins with the shortest delay again. */
export const SETTLED_S: 1;
/** So long after a loss, who was not connected at all comes back after at most `REFUSED_MAX_S`. */
export const SOON_S: 5;
export const REFUSED_MAX_S: 1;
/**
 * Connect again in `delayS` seconds; `locate`: ask the lobby first where to.
 * @typedef {{ delayS: number, locate: boolean }} Wait
 */
/**
 * It is over; `error` says why, `null` if it is as it should be (left, ended).
 * @typedef {{ stop: true, error: RallypointError | null }} Stop
 */
/** @typedef {Wait | Stop} Next */
/** This connection is of no use any more: close it with `code`, and go on as if it had broken. */
export class Drop extends Error {
    /**
     * @param {number} code
     * @param {string} reason
     * @param {boolean} [cut] do not wait for a closing handshake, nobody is there
     */
    constructor(code: number, reason: string, cut?: boolean);
    code: number;
    reason: string;
    cut: boolean;
}
/** The decisions of one seat or lobby session. Times are seconds of the caller's monotonic clock. */
export class Retrying {
    /**
     * @param {() => number} random
     * @param {string} url
     * @param {number} now
     * @param {{ connectS: number, Other: typeof SeatClosed | typeof LobbyClosed }} options how long the very
     *   first connection may take, and the error for closes that have none of their own
     */
    constructor(random: () => number, url: string, now: number, { connectS, Other }: {
        connectS: number;
        Other: typeof SeatClosed | typeof LobbyClosed;
    });
    /** How long a loss may last; after the first time in, set to what the server grants. */
    giveUpS: number;
    /**
     * When the connection was lost; `null` while there is one.
     * @type {number | null}
     */
    since: number | null;
    /**
     * The close code of the last loss; `null`: it broke, or there was none.
     * @type {number | null}
     */
    lastCode: number | null;
    /** When it is given up; `null` while connected. */
    get deadline(): number | null;
    /**
     * The server has let it in, and keeps its place for `giveUpS` after a loss.
     *
     * @param {number} now
     * @param {number} giveUpS
     */
    established(now: number, giveUpS: number): void;
    /**
     * As if new: what was is gone, and something else is asked for.
     *
     * @param {number} now
     * @param {number} connectS
     */
    startOver(now: number, connectS: number): void;
    /** The loss that is told next was none: no connection was made. */
    refused(): void;
    /**
     * The connection ended with that close code (`null`: it broke, or was never made).
     *
     * @param {number | null} code
     * @param {string} reason
     * @param {number} now
     * @returns {Next}
     */
    lost(code: number | null, reason: string, now: number): Next;
    /** The lobby has said where the session lives now. */
    located(): void;
    #private;
}
/**
 * Connect again in `delayS` seconds; `locate`: ask the lobby first where to.
 */
export type Wait = {
    delayS: number;
    locate: boolean;
};
/**
 * It is over; `error` says why, `null` if it is as it should be (left, ended).
 */
export type Stop = {
    stop: true;
    error: RallypointError | null;
};
export type Next = Wait | Stop;
import type { SeatClosed } from "./errors.js";
import type { LobbyClosed } from "./errors.js";
import type { RallypointError } from "./errors.js";
