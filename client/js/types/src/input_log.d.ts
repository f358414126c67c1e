/**
 * The inputs that were sent and that the server has not decided, as far as is known: what a prediction plays
 * again.
 *
 * An input is applied in the step that it is meant for; one that has missed it, in the next. Inputs keep their
 * order: one that was sent later is applied no sooner.
 *
 * @module
 */
/**
 * An input on its way. `at`: the tick that it is meant for; `name` of its class; `aimed`: it was sent with that
 * tick, else that is a guess.
 * @typedef {{ seq: number, at: number, name: string, x: any, hold: boolean, aimed: boolean }} SentInput
 */
/** Of one seat. */
export class InputLog {
    /** @param {Record<string, any>} defaults what is held of each class before anything is */
    constructor(defaults: Record<string, any>);
    /** A connection was lost: the server has set all holds back. Actions are sent again. */
    letGo(): void;
    /**
     * It is on its way. False if it was known.
     *
     * @param {SentInput} sent
     */
    add(sent: SentInput): boolean;
    /**
     * The server has decided all up to that number. Gives those which were not known to be.
     *
     * @param {number} applied
     */
    decided(applied: number): SentInput[];
    /**
     * True if an input that was meant for that tick, or for one before it, is still on its way.
     *
     * @param {number} tick
     */
    hasMissed(tick: number): boolean;
    /**
     * What is held in the step of `tick`, and the actions of that step, if `state` is the newest tick known.
     *
     * @param {number} tick
     * @param {number} state
     */
    at(tick: number, state: number): {
        held: {
            [x: string]: any;
        };
        actions: any[];
    };
    #private;
}
/**
 * An input on its way. `at`: the tick that it is meant for; `name` of its class; `aimed`: it was sent with that
 * tick, else that is a guess.
 */
export type SentInput = {
    seq: number;
    at: number;
    name: string;
    x: any;
    hold: boolean;
    aimed: boolean;
};
