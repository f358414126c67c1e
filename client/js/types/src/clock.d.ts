/**
 * The session's clock, as seen from here.
 *
 * Each ping brings home the session time at some moment between its sending and its return: so the offset
 * between the two clocks lies in an interval as wide as the round trip, and the quickest of the last few
 * pings gives the best estimate, the middle of its interval (Cristian 1989; NTP's clock filter, RFC 5905,
 * chooses the same way).
 *
 * Session time stands still while a session is paused or its server is away. Then the interval of a new ping
 * no longer meets those of the old ones, which are forgotten. Pure: all times are given, in milliseconds.
 *
 * @module
 */
export const SAMPLES_MAX: 8;
/**
 * The smallest and the largest offset (session time minus local time) that a ping allows.
 * @typedef {{ low: number, high: number }} Sample
 */
/** Offset and round trip from the last `SAMPLES_MAX` pings. */
export class SessionClock {
    /**
     * @param {number} [slackMs] how far two pings may disagree without meaning that the clock was stopped: the
     *   server's clock may be as coarse as its ticks
     */
    constructor(slackMs?: number);
    /**
     * Of the newest ping; `null` before the first.
     * @type {number | null}
     */
    roundTripMs: number | null;
    /** Half the round trip of the quickest of the last pings; `null` before the first. */
    get oneWayMs(): number | null;
    /**
     * A ping sent at local time `sentMs` came back at `receivedMs` with session time `nowMs`. One that was sent
     * after it came back (not ours, or the clock was set) is ignored.
     *
     * @param {number} sentMs
     * @param {number} nowMs
     * @param {number} receivedMs
     */
    pong(sentMs: number, nowMs: number, receivedMs: number): void;
    /** Forget everything: another epoch may have another clock. */
    reset(): void;
    /**
     * Session time at local time `localMs`; `null` before the first pong.
     *
     * It never runs backwards, except by more than 250 ms at once: then the clock was really set.
     *
     * @param {number} localMs
     */
    nowMs(localMs: number): number | null;
    #private;
}
/**
 * The smallest and the largest offset (session time minus local time) that a ping allows.
 */
export type Sample = {
    low: number;
    high: number;
};
