/** One seat. `received` and `timer` throw `Drop` when the connection is of no use any more. */
export class SeatCore {
    /**
     * @param {SeatOffer} offer
     * @param {SchemaCache} schemas
     * @param {() => number} random
     * @param {Timing} timing
     * @param {number} now
     */
    constructor(offer: SeatOffer, schemas: SchemaCache, random: () => number, timing: Timing, now: number);
    /** @type {SeatState} */
    state: SeatState;
    /** @type {Uint8Array[]} */
    outbox: Uint8Array[];
    stats: SeatStats;
    clock: SessionClock;
    /** Which seat; -1 for a spectator, and before the server has let us in. */
    index: number;
    player: string;
    /** @type {Error | null} */
    error: Error | null;
    /** @type {Ended | null} */
    ended: Ended | null;
    /**
     * Received and not yet taken by the shell.
     * @type {GameEvent[]}
     */
    events: GameEvent[];
    /** @type {Predicting | null} */
    prediction: Predicting | null;
    heart: Heartbeat;
    retry: Retrying;
    session: string;
    /** The newest. A secret. */
    get token(): Uint8Array<ArrayBufferLike>;
    /** The classes of the game. Throws `NotConnected` before the seat was taken for the first time. */
    get classes(): Classes;
    /** The game as a client sees it. Throws as `classes`. */
    get schema(): import("./schema.js").Schema;
    /** The latest state. Throws as `classes`. */
    get view(): View;
    /** True once the server has let us in. */
    get wasIn(): boolean;
    /** True for one who only watches. */
    get spectator(): boolean;
    /** The newest tick that an input may claim to have seen; -1 for none. */
    get tick(): number;
    /**
     * The tick that the player is shown, which an input says; -1 for none. It is that of the interpolated view
     * while that is in use, else the newest.
     */
    get seenTick(): number;
    /**
     * How far behind the session's clock the interpolated view is to be, in milliseconds; 0 without ticks.
     * Throws as `classes`.
     */
    get delayMs(): number;
    /** Actions that are not durable yet, or wait for a connection. */
    get actionsKept(): number;
    /** Number of the last input sent. */
    get sent(): number;
    /** Number of the last input that the server has decided, as far as is known here. */
    get applied(): number;
    /**
     * While a player's seat resumes: for how many seconds it is still kept, if nothing has shortened its time;
     * else `null`.
     *
     * @param {number} now
     */
    keptForS(now: number): number | null;
    /**
     * Session time, by the pings or (before the first) by the newest pass.
     *
     * @param {number} now
     */
    sessionMs(now: number): number;
    /**
     * The state a little while ago, between two passes. The first call begins to keep what that takes.
     *
     * @param {number} now
     */
    interpolated(now: number): View;
    /**
     * The player now holds `x`; gives its number if it is sent now. See `Seat.hold`.
     *
     * @param {Input} x
     * @param {number} now
     * @param {boolean} [force]
     * @returns {number | null}
     */
    hold(x: Input, now: number, force?: boolean): number | null;
    /**
     * The player does `x`, once; gives its number. See `Seat.act`.
     *
     * @param {Input} x
     * @param {number} now
     * @param {number | null} [queueS]
     */
    act(x: Input, now: number, queueS?: number | null): number;
    /**
     * From now on that says which ticks inputs are meant for; `kind` is the class of what it predicts.
     *
     * @param {Predicting} prediction
     * @param {string} kind
     * @param {number} now
     */
    predict(prediction: Predicting, kind: string, now: number): void;
    /**
     * After a pass: compares what was predicted.
     *
     * @param {number} now
     */
    reconcile(now: number): void;
    /**
     * The predicted entity as it is to be drawn now.
     *
     * @param {number} now
     */
    predicted(now: number): Record<string, any> | null;
    /**
     * What is known of its class. Throws a `TypeError` for what is no input of this game, and `OnlyWatching`.
     *
     * @param {Input} x
     */
    inputClass(x: Input): InputClass;
    /** Give the seat up, for good: now, or as soon as there is a connection again. */
    leave(): void;
    /**
     * It is over here, whatever the server thinks. Twice is once.
     *
     * @param {Error | null} [error]
     */
    close(error?: Error | null): void;
    /**
     * A connection is open: what to send first.
     *
     * @param {number} now
     */
    firstFrame(now: number): Uint8Array<ArrayBufferLike>;
    /**
     * The connection is gone, or could not be made (`null`: without a close code): what next.
     *
     * @param {number | null} code
     * @param {string} reason
     * @param {number} now
     * @returns {Next}
     */
    lost(code: number | null, reason: string, now: number): Next;
    /**
     * The time that `heart.due` named has come. Throws `Drop` if the server is silent.
     *
     * @param {number} now
     */
    timer(now: number): void;
    /**
     * A message of the server. Throws `Drop` if it cannot be used.
     *
     * @param {Uint8Array} payload
     * @param {number} now
     * @returns {Got}
     */
    received(payload: Uint8Array, now: number): Got;
    /** A pass was shown to everybody: acknowledges it, unless an input has just done so. */
    passDone(): void;
    #private;
}
/**
 * What predicts the player's own entity: a `Prediction`. `sessionMs` is session time now, `localMs` this
 * page's.
 */
export type Predicting = {
    readonly halted: boolean;
    readonly pacing: {
        measured(oneWayMs: number): void;
    };
    inputAt(sessionMs: number): number;
    sent(seq: number, at: number, name: string, x: any, options: {
        hold: boolean;
        sessionMs: number;
    }): void;
    halt(): void;
    passed(tick: number, applied: number, id: number, state: Record<string, any> | null, sessionMs: number): void;
    view(localMs: number, sessionMs: number): Record<string, any> | null;
};
/**
 * What a message was about, for whoever handed it in.
 */
export type Got = "nothing" | "seated" | "pass";
import type { SeatState } from "./seat_state.js";
import { SeatStats } from "./seat_stats.js";
import { SessionClock } from "./clock.js";
import { Ended } from "./events.js";
import type { GameEvent } from "./events.js";
import { Heartbeat } from "./heartbeat.js";
import { Retrying } from "./retry.js";
import type { Classes } from "./classes.js";
import { View } from "./view.js";
import type { Input } from "./inputs.js";
import type { InputClass } from "./inputs.js";
import type { Next } from "./retry.js";
import type { SeatOffer } from "./seat_offer.js";
import type { SchemaCache } from "./classes.js";
import type { Timing } from "./heartbeat.js";
