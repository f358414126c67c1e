/** Of one seat. */
export class Pacing {
    /**
     * @param {number} tickMs how long a tick of the game is
     * @param {number} bufferTicks its `inputBufferTicks`
     */
    constructor(tickMs: number, bufferTicks: number);
    /** The client's tick that is over: it goes down only if the session's clock does, by more than 20. */
    tick: number;
    /** Inputs that were applied later than they were meant to be. */
    late: number;
    /** And sooner. */
    early: number;
    /** How far ahead of the session's clock this client is. */
    get leadMs(): number;
    /** Another connection, or another clock. */
    restart(): void;
    /**
     * The way to the server takes so long.
     *
     * @param {number} oneWayMs
     */
    measured(oneWayMs: number): void;
    /**
     * The session's clock is there: `tick`, brought up to date. What is done now is meant for the next.
     *
     * @param {number} sessionMs
     */
    now(sessionMs: number): number;
    /**
     * An input that was meant for `at` was applied in one of these ticks. Gives by how many it was late.
     * Negative: it was early.
     *
     * @param {number} at
     * @param {number} first
     * @param {number} last
     */
    decided(at: number, first: number, last: number): number;
    /**
     * So much session time has gone by.
     *
     * @param {number} ms
     */
    passed(ms: number): void;
    #private;
}
