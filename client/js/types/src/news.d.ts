/**
 * How one loop waits for what comes in between: told cheaply, and never twice at a time.
 *
 * @module
 */
export class News {
    /** @param {string} what says in an error what is iterated over: "one seat" */
    constructor(what: string);
    /** There is something new. Costs nothing if nobody waits. */
    tell(): void;
    /**
     * Until the next `tell`; look first whether there is something already.
     *
     * @returns {Promise<void>}
     * @throws {Error} another loop is waiting
     */
    wait(): Promise<void>;
    #private;
}
