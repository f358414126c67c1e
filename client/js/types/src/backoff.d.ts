/**
 * How long to wait before the next attempt to connect: exponential backoff with full jitter.
 *
 * Attempt n waits a random time between 0 and `firstS * 2**n`, at most `maxS`: a thousand clients that lost
 * the same server come back spread over that time and not all at once, and the first attempt after a short
 * break is quick. After M. Brooker, "Exponential Backoff And Jitter" (2015). Pure: randomness and time are
 * given.
 *
 * @module
 */
export const FIRST_S: 0.05;
export const MAX_S: 5;
/** The delays of one series of attempts, until `reset` begins a new one. */
export class Backoff {
    /**
     * @param {() => number} random from 0 to 1, as `Math.random`
     * @param {number} [firstS]
     * @param {number} [maxS]
     */
    constructor(random: () => number, firstS?: number, maxS?: number);
    /** Delays given since the last reset. */
    attempts: number;
    /**
     * Seconds to wait before the next attempt, at most `mostS`: with that, the bound does not grow beyond it.
     *
     * @param {number} [mostS]
     */
    nextS(mostS?: number): number;
    /** It worked: the next series begins with the shortest delay again. */
    reset(): void;
    #private;
}
