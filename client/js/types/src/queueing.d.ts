/**
 * Asks why one waits, again and again.
 *
 * @param {Queueing} queueing
 * @param {() => Promise<Explanation>} explain
 * @param {number} everyS
 * @returns {() => void} ends it
 */
export function keepExplaining(queueing: Queueing, explain: () => Promise<Explanation>, everyS: number): () => void;
/** @import { Explanation } from "./explanation.js" */
/** @import { OnReadyCheck, ReadyCheck } from "./ready_check.js" */
/** @import { Ticket } from "./ticket.js" */
/** @import { OnWaiting } from "./waiting.js" */
export const EXPLAIN_EVERY_S: 5;
/** The one of a lobby that is going on. */
export class Queueing extends Claim {
    /**
     * @param {Ticket} ticket
     * @param {readonly string[]} queues empty: whichever the leader of the party queues for
     * @param {OnWaiting | null} onWait
     * @param {OnReadyCheck | null} [onReadyCheck] without one, all are accepted
     */
    constructor(ticket: Ticket, queues: readonly string[], onWait: OnWaiting | null, onReadyCheck?: OnReadyCheck | null);
    /** False while the former one's end is waited for: what is said then is not of this one. */
    isAsked: boolean;
    /** Called when there may be something else to explain. @type {() => void} */
    onStir: () => void;
    /** Whether it is a member's, who queues for nothing. */
    get follows(): boolean;
    /** Whether there is something to ask about. */
    get isExplained(): boolean;
    /** For who comes in the middle of it: what there is already. */
    began(): void;
    /** The server has said yes; what it said behind that, before a lost connection, knows better. */
    agreed(): void;
    /**
     * The rest of the answer: of a quick match, the place in line.
     *
     * @param {any} value
     */
    answered(value: any): void;
    /**
     * How long until it asks again: with many who wait, less often.
     * @param {number} everyS
     */
    pauseS(everyS: number): number;
    /**
     * The newest word of why it waits.
     *
     * @param {Explanation} why
     */
    explained(why: Explanation): void;
    #private;
}
import type { Explanation } from "./explanation.js";
import { Claim } from "./matches.js";
import type { Ticket } from "./ticket.js";
import type { OnWaiting } from "./waiting.js";
import type { OnReadyCheck } from "./ready_check.js";
