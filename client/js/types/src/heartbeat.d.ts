/**
 * How long to try to resume what is kept for `graceS`.
 *
 * @param {Timing} timing
 * @param {number} graceS
 */
export function patienceS(timing: Timing, graceS: number): number;
/**
 * How patient a client is, in seconds. The defaults suit everybody but tests.
 *
 * - `connectS`: for the first way in, all attempts together: as long as a reserved seat is kept;
 * - `openS`: for one attempt to open a connection;
 * - `marginS`: added to the grace window that the server grants, before a lost session is given up;
 * - `giveUpS`: replaces grace and margin, if it is not `null`: longer, if the server may be away for longer
 *   (then the grace stands still);
 * - `wakeS`: silence that is enough right after the device woke up;
 * - `leaveS`: how long leaving waits for the server's word.
 * @typedef {{
 *   connectS: number, openS: number, marginS: number, giveUpS: number | null, silenceS: number,
 *   wakeS: number, pingS: number, pingQuickS: number, leaveS: number,
 * }} Timing
 */
/** @type {Readonly<Timing>} */
export const TIMING: Readonly<Timing>;
/**
 * The pings and the silence of one connection after another. Times are seconds of the caller's monotonic
 * clock.
 */
export class Heartbeat {
    /** @param {Timing} timing */
    constructor(timing: Timing);
    set heard(now: number);
    /** When the server last said something; set by whoever hears it. */
    get heard(): number;
    /**
     * A connection is open, and the first frame sent. No ping before the server has let us in.
     *
     * @param {number} now
     */
    opened(now: number): void;
    /**
     * The server has answered the first frame.
     *
     * @param {number} now
     */
    letIn(now: number): void;
    /** There is no connection. */
    ended(): void;
    /**
     * The device was asleep, or the network has changed: ask the server at once, and do not wait long for the
     * answer.
     *
     * @param {number} now
     */
    woken(now: number): void;
    /** When to look again; `null` without a connection. */
    get due(): number | null;
    /**
     * True if nothing was heard for too long. To be asked when it is `due`.
     *
     * If that comes late, this page was stopped, or its timers are slowed down: what it could not hear does not
     * count.
     *
     * @param {number} now
     */
    silent(now: number): boolean;
    /**
     * True if a ping is due; the next one is planned by asking.
     *
     * @param {number} now
     */
    takePing(now: number): boolean;
    #private;
}
/**
 * How patient a client is, in seconds. The defaults suit everybody but tests.
 *
 * - `connectS`: for the first way in, all attempts together: as long as a reserved seat is kept;
 * - `openS`: for one attempt to open a connection;
 * - `marginS`: added to the grace window that the server grants, before a lost session is given up;
 * - `giveUpS`: replaces grace and margin, if it is not `null`: longer, if the server may be away for longer
 *   (then the grace stands still);
 * - `wakeS`: silence that is enough right after the device woke up;
 * - `leaveS`: how long leaving waits for the server's word.
 */
export type Timing = {
    connectS: number;
    openS: number;
    marginS: number;
    giveUpS: number | null;
    silenceS: number;
    wakeS: number;
    pingS: number;
    pingQuickS: number;
    leaveS: number;
};
