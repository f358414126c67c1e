export function nowS(): number;
export class Reconnect {
    /**
     * @param {Core} core
     * @param {string} url
     * @param {(payload: Uint8Array) => void} deliver gets each message, and may throw `Drop`
     * @param {{ openS: number, WebSocket: WebSocketClass, locate?: (() => Promise<string>) | null, onLost?: ()
     *   => void, }} options `locate` says where the session lives now; `onLost` is called after each loss, when
     *   the core knows of it
     */
    constructor(core: Core, url: string, deliver: (payload: Uint8Array) => void, { openS, WebSocket, locate, onLost }: {
        openS: number;
        WebSocket: WebSocketClass;
        locate?: (() => Promise<string>) | null;
        onLost?: () => void;
    });
    url: string;
    bytesOut: number;
    /**
     * Until the core says stop, or `stop` does.
     *
     * @throws {ConnectFailed} for a URL that can not be connected to
     */
    run(): Promise<void>;
    /** Ends `run`, and the connection. Twice is once. */
    stop(): void;
    /** After `stop`: waits, for a moment, until every connection is closed. */
    closed(): Promise<void>;
    /** Sends what the core wants to send. */
    flush(): void;
    /** Looks again at when the heartbeat is due: call it when the server has let us in. */
    arm(): void;
    /** Breaks the connection as a failing network would. */
    cut(): void;
    #private;
}
/**
 * What `Reconnect` asks and tells; times are seconds of `nowS`.
 */
export type Core = {
    outbox: Uint8Array[];
    heart: Heartbeat;
    retry: Retrying;
    firstFrame(now: number): Uint8Array;
    lost(code: number | null, reason: string, now: number): Next;
    timer(now: number): void;
};
export type End = {
    code: number | null;
    reason: string;
    opened: boolean;
};
import type { WebSocketClass } from "./connection.js";
import type { Heartbeat } from "./heartbeat.js";
import type { Retrying } from "./retry.js";
import type { Next } from "./retry.js";
