/** @import { Pass } from "./messages.js" */
export const CHECKPOINT_EVERY: 100;
/**
 * What a replay is of. Times in milliseconds; `createdMs` is Unix time, `durationMs` session time at the end.
 * `complete`: it tells how the session ended, for which `reason` and with which `result`.
 * @typedef {{
 *   session: string, game: string, tickHz: number, firstTick: number, lastTick: number, durationMs: number,
 *   createdMs: number, players: { seat: number, name: string }[], complete: boolean, reason: string,
 *   result: Record<string, any> | null,
 * }} ReplayHeader
 */
/** Cuts what arrives into frames. */
export class FrameReader {
    /** What is no frame, if there is something; nothing is read after it. @type {BadMessage | null} */
    error: BadMessage | null;
    /**
     * More bytes; gives the frames that are whole by now.
     *
     * @param {Uint8Array} bytes
     * @returns {Uint8Array[]}
     */
    push(bytes: Uint8Array): Uint8Array[];
    /** Whether what came ends with the end of a frame. */
    get isEmpty(): boolean;
    #private;
}
export class ReplayTape {
    /**
     * @param {Uint8Array} frame the first of the stream
     * @throws {BadMessage} it is no replay that this client can read
     */
    constructor(frame: Uint8Array);
    /** Session time after each pass. @type {number[]} */
    timesMs: number[];
    /** @type {number[]} */
    ticks: number[];
    /** @type {number[]} */
    epochs: number[];
    /** Channel hashes that were compared. */
    checksMade: number;
    header: ReplayHeader;
    classes: Classes;
    /** How many passes there are. */
    get length(): number;
    /**
     * The next pass.
     *
     * @param {Uint8Array} frame
     * @throws {BadMessage} it is none
     * @throws {import("./replica.js").Desync} it does not fit
     */
    push(frame: Uint8Array): void;
    /** A state to begin with, for `go`. */
    replica(): Replica;
    /**
     * Makes a replica that has been at the pass number `from` (-1: none yet) the state after pass `to`.
     *
     * @param {Replica} replica
     * @param {number} from
     * @param {number} to at most `length - 1`
     */
    go(replica: Replica, from: number, to: number): void;
    /**
     * The number of the last pass of that tick or before; 0 if all are after it.
     *
     * @param {number} tick
     */
    find(tick: number): number;
    /**
     * The number of the last pass of that session time or before; 0 if all are after it.
     *
     * @param {number} atMs
     */
    findTime(atMs: number): number;
    #private;
}
/**
 * What a replay is of. Times in milliseconds; `createdMs` is Unix time, `durationMs` session time at the end.
 * `complete`: it tells how the session ended, for which `reason` and with which `result`.
 */
export type ReplayHeader = {
    session: string;
    game: string;
    tickHz: number;
    firstTick: number;
    lastTick: number;
    durationMs: number;
    createdMs: number;
    players: {
        seat: number;
        name: string;
    }[];
    complete: boolean;
    reason: string;
    result: Record<string, any> | null;
};
import { BadMessage } from "./codec.js";
import { Classes } from "./classes.js";
import { Replica } from "./replica.js";
