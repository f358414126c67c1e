/** @import { Timing } from "./heartbeat.js" */
/** @import { Answer, Chat, Listing, Push, Welcome } from "./messages.js" */
/** @import { Next } from "./retry.js" */
/** Requests without an answer; a server remembers its last 64 answers. */
export const REQUESTS_MAX: 32;
/** @type {Readonly<Record<LobbyState, Readonly<Partial<Record<LobbyHappening, LobbyState>>>>>} */
export const TRANSITIONS: Readonly<Record<LobbyState, Readonly<Partial<Record<LobbyHappening, LobbyState>>>>>;
/**
 * One lobby session. `received` and `timer` throw `Drop`; making one, `InvalidInput` for a name or an
 * identity that no server would take.
 */
export class LobbyCore {
    /**
     * @param {string} url
     * @param {string} name
     * @param {() => number} random
     * @param {Timing} timing
     * @param {number} now
     * @param {{ fresh?: boolean, identity?: Identity }} [options] the identity is asked for id and secret with
     *   each hello
     */
    constructor(url: string, name: string, random: () => number, timing: Timing, now: number, { fresh, identity }?: {
        fresh?: boolean;
        identity?: Identity;
    });
    /** @type {LobbyState} */
    state: LobbyState;
    /** @type {Uint8Array[]} */
    outbox: Uint8Array[];
    clock: SessionClock;
    /**
     * The newest; `null` while there is no lobby session.
     * @type {Welcome | null}
     */
    welcome: Welcome | null;
    /**
     * Why it is gone or closed; while it is open, why the former one went (taken by the shell).
     * @type {Error | null}
     */
    error: Error | null;
    resumes: number;
    heart: Heartbeat;
    retry: Retrying;
    name: string;
    identity: Identity;
    /**
     * Asks the server, now or with the next connection; `make` puts the id into the message. Gives the id.
     *
     * @param {(id: number) => Uint8Array} make
     * @throws {InvalidInput} the server would close the connection for it
     * @throws {TooManyOutstanding} too many have no answer yet
     */
    request(make: (id: number) => Uint8Array): number;
    /** False once it is gone or closed. */
    get isOpen(): boolean;
    /** Log out. Without a connection the server only notices by the end of its grace window. */
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
     * A message of the server, if it is news: what came twice is `null`. Throws `Drop` if unusable.
     *
     * @param {Uint8Array} payload
     * @param {number} now
     * @returns {Welcome | Answer | Push | Listing | Chat | null}
     */
    received(payload: Uint8Array, now: number): Welcome | Answer | Push | Listing | Chat | null;
    #private;
}
/**
 * Where a lobby session is. `gone`: the server no longer knows it, connect anew.
 */
export type LobbyState = "connecting" | "connected" | "resuming" | "gone" | "closed";
export type LobbyHappening = "welcomed" | "lost" | "forgotten" | "started over" | "stopped";
import { SessionClock } from "./clock.js";
import type { Welcome } from "./messages.js";
import { Heartbeat } from "./heartbeat.js";
import { Retrying } from "./retry.js";
import { Identity } from "./identity.js";
import type { Next } from "./retry.js";
import type { Answer } from "./messages.js";
import type { Push } from "./messages.js";
import type { Listing } from "./messages.js";
import type { Chat } from "./messages.js";
import type { Timing } from "./heartbeat.js";
