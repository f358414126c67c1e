/**
 * Takes the seat that a match gave, without a lobby; it can then not follow a session that moves.
 *
 * @param {string} url
 * @param {string} session
 * @param {Uint8Array} token
 * @param {Surroundings} [options]
 * @returns {Promise<Seat>}
 * @throws {ConnectFailed} no way there within 15 s
 * @throws {Closed} the server said no; for an unknown or used token `SessionGone`
 */
export function takeSeat(url: string, session: string, token: Uint8Array, options?: Surroundings): Promise<Seat>;
/** Made by a `Lobby` or `takeSeat`. A spectator's seat shows, and does nothing. */
export class Seat extends Endpoint {
    /**
     * @param {SeatOffer} offer
     * @param {Surroundings & { locate?: () => Promise<string> }} [options]
     */
    constructor(offer: SeatOffer, { random, timing, schemas, WebSocket, locate }?: Surroundings & {
        locate?: () => Promise<string>;
    });
    /**
     * Called with the seat after each pass, synchronously: the cheapest way to follow a session.
     * @type {((seat: this) => unknown) | null}
     */
    onPass: ((seat: this) => unknown) | null;
    /**
     * Called with each event, before `onPass`; those that came before it was set come with the next pass.
     * Events are then not kept for anybody else.
     * @type {((event: GameEvent) => unknown) | null}
     */
    onEvent: ((event: GameEvent) => unknown) | null;
    /**
     * Called when `state` has changed.
     * @type {((state: SeatState, seat: this) => unknown) | null}
     */
    onState: ((state: SeatState, seat: this) => unknown) | null;
    /** `connecting`, `playing`, `resuming` or `closed`. */
    get state(): SeatState;
    /** Which seat: 0, 1, 2...; -1 for a spectator. */
    get index(): number;
    /** True if it only watches. */
    get spectator(): boolean;
    /** The session's id. */
    get session(): string;
    /** The game's name. */
    get game(): string;
    /** The session's room code, if it is private and the lobby has said it; for `lobby.join({ code })`. */
    get code(): string;
    /** For a spectator: how far what is shown lies behind what happens, in seconds. */
    get delayS(): number;
    /** What proves that the seat is this player's, now. A secret: not for logs. */
    get token(): Uint8Array<ArrayBufferLike>;
    /** The player's id, the same in every session. */
    get player(): string;
    /** The game as a client sees it. */
    get schema(): import("./schema.js").Schema;
    /** The game's input classes: `seat.inputs.Steer({ turn: 1 })`. */
    get inputs(): Readonly<Record<string, import("./inputs.js").MakeInput>>;
    /** The game's enumerations: `seat.enums.Colour.RED`. */
    get enums(): Readonly<Record<string, import("./values.js").Enum>>;
    /** The newest state; one object that is always up to date. Costs nothing. */
    get latest(): import("./view.js").View;
    /**
     * The state to draw now: a little behind, and interpolated between passes. Call it once a frame.
     *
     * The first call makes the seat keep a history; that ends when it is not called for a while.
     */
    view(): import("./view.js").View;
    /**
     * How far behind the session's clock `view()` is to be, as the network is now: 1 to 10 ticks, in
     * milliseconds.
     *
     * 0 for a turn-based game. It is measured while `view()` is in use, and grows at once with a late pass.
     */
    get delayMs(): number;
    /**
     * Session time now, in milliseconds: also between passes, as a chess clock needs it. A spectator's is
     * behind.
     *
     * Estimated from pings; it stands still while the session does, as soon as a ping has told.
     */
    get nowMs(): number;
    /**
     * While it is `resuming`: for how many seconds the seat is still kept; else, and for a spectator, `null`.
     */
    get keptForS(): number | null;
    /** True once the session has ended: its last pass is here. */
    get ended(): boolean;
    /** The session's result, once it has ended; `null` before, and if it ended without one. */
    get result(): Record<string, any> | null;
    /** Counts since the seat was taken. */
    get stats(): import("./seat_stats.js").SeatStats;
    /** Actions that the server has not yet made durable, or that wait for a connection. */
    get actionsKept(): number;
    /** Sequence number of the last input sent; 0 for none. */
    get sent(): number;
    /**
     * Sequence number of the last input that the server has decided, in the state that is shown; 0 for none.
     */
    get applied(): number;
    /**
     * The player now holds `x` (a stick, a key). Only the latest of a class counts. Gives its sequence number.
     *
     * It is `null` if nothing was sent now: one that is held already is not sent again (but with `force`);
     * while the connection is away it is kept, and sent with the return; beyond 16 between two passes, with the
     * next one. Does nothing once the seat is closed.
     *
     * @param {Input} x
     * @param {{ force?: boolean }} [options]
     * @returns {number | null}
     * @throws {OnlyWatching} this is a spectator's seat
     * @throws {InvalidInput} a field has not the type that the game declared
     * @throws {TypeError} `x` is not a hold of this game
     */
    hold(x: Input, { force }?: {
        force?: boolean;
    }): number | null;
    /**
     * The player does `x` (a shot, a move): applied exactly once and in order. Gives its sequence number.
     *
     * While the connection is away it is refused; with `queueS` it is kept and sent if the connection is back
     * within so many seconds.
     *
     * @param {Input} x
     * @param {{ queueS?: number | null }} [options]
     * @returns {number}
     * @throws {NotConnected} the connection is away, or the seat is closed
     * @throws {TooManyOutstanding} 32 actions wait for the server already
     * @throws {OnlyWatching} this is a spectator's seat
     * @throws {InvalidInput} a field has not the type that the game declared
     * @throws {TypeError} `x` is not an action of this game
     */
    act(x: Input, { queueS }?: {
        queueS?: number | null;
    }): number;
    /**
     * `hold` or `act`, whatever `x` is. Gives and throws as these.
     *
     * @param {Input} x
     * @param {{ queueS?: number | null }} [options]
     */
    send(x: Input, options?: {
        queueS?: number | null;
    }): number | null;
    /** The events since the last call, in order: for those who have no `onEvent`. At most 1024 are kept. */
    takeEvents(): import("./events.js").Event[];
    /**
     * Predicts this player's own entity of that class, so that it answers to inputs at once.
     *
     * `step(entity, held, dt)` does to the entity what the server does in one tick of `dt` seconds. It gets an
     * object with the entity's public fields, and what is held (`held.Steer`); it must not keep either. One
     * that throws ends the prediction: `view()` of it is `null` from then on.
     *
     * From now on inputs say which tick they are meant for. A seat has one prediction: the last one counts.
     *
     * @param {string} kind
     * @param {Step} step
     * @param {PredictOptions} [options]
     * @returns {Predicted}
     * @throws {OnlyWatching} this is a spectator's seat
     * @throws {RangeError} the game has no such entity or hold class, has no ticks, or a field of `place` does
     *   not move
     */
    predict(kind: string, step: Step, options?: PredictOptions): Predicted;
    /** Gives the seat up, for good, and waits for the server's word (3 s at most). Twice is once. */
    leave(): Promise<void>;
    /**
     * Ends the connection without giving the seat up: the server keeps it for its grace window. Twice is once.
     */
    close(): Promise<void>;
    /** Waits for the end of the session and gives its result. Throws `error` if there is one. */
    waitClosed(): Promise<Record<string, any> | null>;
    /**
     * Waits until the server has let us in for the first time. Throws `error` if it did not.
     */
    seated(): Promise<this>;
    /**
     * `for await (const update of seat)`: ends with the session, or throws `error`. Leaving the loop leaves the
     * seat as it is.
     *
     * @returns {AsyncIterableIterator<Update>}
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<Update>;
    #private;
}
/**
 * What is the same for all seats of a page, unless given: what spreads attempts to connect (as
 * `Math.random`), how patient to be, the platform's `WebSocket`, the schemas that are known.
 */
export type Surroundings = {
    random?: () => number;
    timing?: Partial<Timing>;
    WebSocket?: WebSocketClass;
    schemas?: SchemaCache;
};
import { Endpoint } from "./endpoint.js";
import type { GameEvent } from "./events.js";
import type { SeatState } from "./seat_state.js";
import type { Input } from "./inputs.js";
import type { Step } from "./prediction.js";
import type { PredictOptions } from "./predicted.js";
import { Predicted } from "./predicted.js";
import type { Update } from "./updates.js";
import { SeatOffer } from "./seat_offer.js";
import type { Timing } from "./heartbeat.js";
import type { WebSocketClass } from "./connection.js";
import { SchemaCache } from "./classes.js";
