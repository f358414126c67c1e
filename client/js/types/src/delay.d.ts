/**
 * How far behind the session's clock a state is shown, and how that time moves on.
 *
 * A state can be shown as moving as long as the one after it is known. So each state has to last until the
 * next has come, and `InterpolationDelay` measures how long that was: one that is late raises the delay at
 * once, as many as are on time lower it slowly. What is shown is then neither frozen often, nor older than the
 * network makes it.
 *
 * `Playhead` is the time that is shown. It goes after the time that is wanted a little slower or faster than
 * real time, so that a delay that changes is seen as neither a jump nor a step back. Pure: all times are
 * given, in milliseconds.
 *
 * @module
 */
/** Before anything is measured. */
export const DELAY_TICKS_FIRST: 1.5;
export const DELAY_TICKS_MIN: 1;
export const DELAY_TICKS_MAX: 10;
/** Of one seat. */
export class InterpolationDelay {
    /** @param {number} tickMs how long a tick of the game is */
    constructor(tickMs: number);
    /** The delay that is right now, between 1 and 10 ticks. */
    ms: number;
    /**
     * The state of session time `stateMs` came when the session's clock was at `sessionMs`.
     *
     * @param {number} stateMs
     * @param {number} sessionMs
     */
    passed(stateMs: number, sessionMs: number): void;
    /** The connection was away: how late the next state is says nothing. */
    restart(): void;
    #private;
}
/** The session time that is shown. It never runs backwards, and jumps only to a time that is far off. */
export class Playhead {
    /**
     * @param {number} jumpMs it jumps to what is farther off than that
     * @param {{ slower?: number, faster?: number }} [options] by which part of real time it may be so
     */
    constructor(jumpMs: number, { slower, faster }?: {
        slower?: number;
        faster?: number;
    });
    /**
     * Where it is; `null` before the first move.
     * @type {number | null}
     */
    atMs: number | null;
    /** Another clock begins: the next move goes wherever it should. */
    restart(): void;
    /**
     * It is `localMs` here, and `wantedMs` should be shown; nothing is known beyond `lastMs`.
     *
     * @param {number} localMs
     * @param {number} wantedMs
     * @param {number} [lastMs]
     */
    move(localMs: number, wantedMs: number, lastMs?: number): number;
    #private;
}
