/** @import { Requests } from "./requests.js" */
/** Made by `lobby.play`. */
export class ReadyCheck {
    /**
     * @param {Requests} requests
     * @param {string} match the match's id
     */
    constructor(requests: Requests, match: string);
    queue: string;
    /** How many players have accepted... */
    accepted: number;
    /** ...of so many. */
    players: number;
    /** Whether this player has. */
    mine: boolean;
    /**
     * Empty while it runs; then `matched`, or why there is no match: `declined`, `expired`, `left`, `failed`; or
     * `gone`: the lobby session, or the place in the queue.
     */
    over: string;
    /** When it is over without a match: whether one goes on waiting, at one's old place. */
    requeued: boolean;
    /** @type {((check: ReadyCheck) => unknown) | null} */
    onChange: ((check: ReadyCheck) => unknown) | null;
    match: string;
    /** To answer; 0 when it is over. */
    get secondsLeft(): number;
    /** Takes part. Twice is once. */
    accept(): void;
    /** Takes no part, and gives the place in the queue up. Others go back to theirs. */
    decline(): void;
    /**
     * The push `ready_check`. One that was kept for a lost connection is late: it does not make time longer.
     *
     * @param {Record<string, any>} data
     */
    told({ queue, ready_s: leftS, accepted, players, mine }: Record<string, any>): void;
    /**
     * It is over. Twice is once.
     *
     * @param {string} reason
     * @param {boolean} [requeued]
     */
    ended(reason: string, requeued?: boolean): void;
    #private;
}
/**
 * `onReadyCheck(check)`: told once of each.
 */
export type OnReadyCheck = (check: ReadyCheck) => unknown;
import type { Requests } from "./requests.js";
