/**
 * The ticket that a lobby session is in, as far as the server has told: its own, or that of its party.
 *
 * @module
 */
/** @import { ReadyCheck } from "./ready_check.js" */
export class Ticket {
    /** @param {(match: string) => ReadyCheck} newCheck */
    constructor(newCheck: (match: string) => ReadyCheck);
    /**
     * Those that it waits in; empty: there is none.
     * @type {readonly string[]}
     */
    queues: readonly string[];
    place: number;
    waiting: number;
    /**
     * The one that runs.
     * @type {ReadyCheck | null}
     */
    check: ReadyCheck | null;
    /**
     * A push of the lobby, of whatever kind.
     *
     * @param {string} kind
     * @param {Record<string, any>} data
     */
    pushed(kind: string, data: Record<string, any>): void;
    /**
     * There is none any more.
     *
     * @param {string} reason
     */
    clear(reason: string): void;
    #private;
}
import type { ReadyCheck } from "./ready_check.js";
