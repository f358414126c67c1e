/** Made by `openReplay`. Stands still until `play()`. */
export class Replay {
    /**
     * @param {ReplayTape} tape with a pass at least
     * @param {Timers} timers
     */
    constructor(tape: ReplayTape, timers: Timers);
    /**
     * Called with the replay after each pass, and after each `seek`.
     * @type {((replay: this) => unknown) | null | undefined}
     */
    onPass: ((replay: this) => unknown) | null | undefined;
    /**
     * Called with each event. Spectators get none but `ended`: when the last pass is played.
     * @type {((event: GameEvent) => unknown) | null | undefined}
     */
    onEvent: ((event: GameEvent) => unknown) | null | undefined;
    /**
     * Called when `playing`, `speed`, `tick`, `lastTick`, `state` or `error` may have changed.
     * @type {((replay: this) => unknown) | null | undefined}
     */
    onChange: ((replay: this) => unknown) | null | undefined;
    /**
     * Called when `state` has changed.
     * @type {((state: "playing" | "closed", replay: this) => unknown) | null | undefined}
     */
    onState: ((state: "playing" | "closed", replay: this) => unknown) | null | undefined;
    /** Why loading has ended too early; what was loaded can be watched. @type {Error | null} */
    error: Error | null;
    stats: SeatStats;
    /** Which seat: -1, nobody's. */
    get index(): number;
    get spectator(): boolean;
    /** The session's id. */
    get session(): string;
    /** Of who watches: nobody. */
    get player(): string;
    get schema(): import("./schema.js").Schema;
    get enums(): Readonly<Record<string, import("./values.js").Enum>>;
    /** `playing` also while it is paused; `closed` after `close()`. */
    get state(): "closed" | "playing";
    get delayS(): number;
    get roundTripMs(): null;
    /** The state after the pass that is shown. */
    get latest(): View;
    /** The state to draw now: between two passes, if the game moves in between. Call it once a frame. */
    view(): View;
    /** Session time that is shown, in milliseconds. */
    get nowMs(): number;
    /** The event of the session's end, while that is what is shown; else `null`. */
    get ended(): GameEvent | null;
    /** The session's result, while its end is shown; else `null`. @returns {Record<string, any> | null} */
    get result(): Record<string, any> | null;
    /** The events that nobody has taken yet. */
    takeEvents(): GameEvent[];
    /** True while it plays. */
    get playing(): boolean;
    set speed(speed: number);
    /** How fast: 1 as it was, 2 twice as fast; from 1/64 to 64. */
    get speed(): number;
    /** The tick that is shown. */
    get tick(): number;
    get firstTick(): number;
    /** The last tick that there is; of a replay whose loading has failed, the last one that is here. */
    get lastTick(): number;
    /** Up to this tick it is here. */
    get loadedTick(): number;
    /** How long the session was, in milliseconds. */
    get durationMs(): number;
    /** Who played, by seat; also those who have left. */
    get players(): {
        seat: number;
        name: string;
    }[];
    /** When the session was made: Unix time in milliseconds. */
    get createdMs(): number;
    /** False: its server has died, or its disk was full, and what came then is not known. */
    get complete(): boolean;
    /** Goes on from the tick that is shown; at the end, from the beginning. */
    play(): void;
    pause(): void;
    /**
     * Shows the state after that tick, or after the last one before it. One that is not loaded yet is shown
     * once it is.
     *
     * @param {number} tick
     */
    seek(tick: number): void;
    /** Stops, and loads nothing more. */
    close(): void;
    /** As of a seat. */
    leave(): Promise<void>;
    /**
     * Framework use: more passes are there.
     */
    _grown(): void;
    /**
     * Framework use: nothing more comes.
     *
     * @param {Error | null} error why not all of it
     */
    _whole(error: Error | null): void;
    #private;
}
/**
 * `nowMs`: a clock in milliseconds. `later(what, ms)`: does something later, and gives what takes that back.
 */
export type Timers = {
    nowMs: () => number;
    later: (what: () => void, ms: number) => () => void;
};
import type { GameEvent } from "./events.js";
import { SeatStats } from "./seat_stats.js";
import { View } from "./view.js";
import type { ReplayTape } from "./replay_tape.js";
