/** @import { SessionClock } from "./clock.js" */
/** @import { WebSocketClass } from "./connection.js" */
/** @import { LobbyClosed, SeatClosed } from "./errors.js" */
/** @import { Core } from "./reconnect.js" */
/**
 * A core that can be closed for good.
 * @typedef {Core & {
 *   state: string, error: Error | null, clock: SessionClock, close(error?: Error | null): void,
 * }} Kept
 */
/** @abstract */
export class Endpoint {
    /**
     * @param {Kept} core
     * @param {string} url
     * @param {string} what for people
     * @param {{
     *   openS: number, WebSocket: WebSocketClass | undefined, Closed: typeof LobbyClosed | typeof SeatClosed,
     *   locate?: (() => Promise<string>) | null,
     * }} options `Closed`: the error of those who wait for something that this client has closed
     */
    constructor(core: Kept, url: string, what: string, { openS, WebSocket, Closed, locate }: {
        openS: number;
        WebSocket: WebSocketClass | undefined;
        Closed: typeof LobbyClosed | typeof SeatClosed;
        locate?: (() => Promise<string>) | null;
    });
    /** @protected @readonly */
    protected readonly _reconnect: Reconnect;
    /** @protected */
    protected _firstTimeIn: boolean;
    /** Why it is over; `null` while it is not, and if it is over as it should be (left, ended). */
    get error(): Error | null;
    /** Of the last ping, in milliseconds; `null` before the first. */
    get roundTripMs(): number | null;
    /**
     * The close code of the last connection that was lost, while there is no other; `null` if there was none.
     *
     * @returns {number | null}
     */
    get lostCode(): number | null;
    /** Breaks the connection as a failing network would; it then resumes. For trying things out. */
    cut(): void;
    /**
     * A message of the server. May throw `Drop`.
     *
     * @protected
     * @param {Uint8Array} payload
     */
    protected _deliver(payload: Uint8Array): void;
    /**
     * The state is another than before.
     *
     * @protected
     */
    protected _stateChanged(): void;
    /**
     * A connection was lost, and the core knows.
     *
     * @protected
     */
    protected _lost(): void;
    /**
     * It is over: called once, when the core is closed.
     *
     * @protected
     */
    protected _over(): void;
    /**
     * The server has let us in, for the first time or again.
     *
     * @protected
     */
    protected _letIn(): void;
    /**
     * @protected
     * @returns {Error}
     */
    protected _closedError(): Error;
    /**
     * Waits until it is in for the first time, or over.
     *
     * @protected
     */
    protected _entered(): Promise<undefined>;
    /**
     * Closes it, and waits until nothing of it is left. Twice is once.
     *
     * @protected
     */
    protected _end(): Promise<void>;
    /** @protected */
    protected _tellState(): void;
    #private;
}
/**
 * A core that can be closed for good.
 */
export type Kept = Core & {
    state: string;
    error: Error | null;
    clock: SessionClock;
    close(error?: Error | null): void;
};
import { Reconnect } from "./reconnect.js";
import type { WebSocketClass } from "./connection.js";
import type { LobbyClosed } from "./errors.js";
import type { SeatClosed } from "./errors.js";
import type { Core } from "./reconnect.js";
import type { SessionClock } from "./clock.js";
