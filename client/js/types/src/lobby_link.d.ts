/** @import { LobbyState } from "./lobby_core.js" */
/** @import { Chat, Listing } from "./messages.js" */
/** @import { Surroundings } from "./seat.js" */
/** @import { MySeat } from "./session_id.js" */
/**
 * - `name`: how the player wants to be called;
 * - `identity`: who the player is, to be known again tomorrow: `Identity.storage("mygame")`. Without one, a
 *   new guest each time;
 * - `fresh`: when the lobby session is gone, begin again with another.
 * @typedef {Surroundings & { name?: string, identity?: Identity, fresh?: boolean }} LobbyOptions
 */
/** It resumes by itself; with `fresh`, one that is gone is replaced by another. */
export class LobbyLink extends Endpoint {
    /**
     * @param {string} url
     * @param {LobbyOptions} options
     */
    constructor(url: string, { name, identity, fresh, random, timing, WebSocket }: LobbyOptions);
    /**
     * Called when `state` has changed.
     * @type {((state: LobbyState) => unknown) | null}
     */
    onState: ((state: LobbyState) => unknown) | null;
    /**
     * Called with kind and data of every push that is new, the known ones (`queued`...) included.
     * @type {((kind: string, data: Record<string, any>) => unknown) | null}
     */
    onPush: ((kind: string, data: Record<string, any>) => unknown) | null;
    /** @protected @readonly */
    protected readonly _requests: Requests;
    /** The lobby's address. */
    get url(): string;
    /** `connecting`, `connected`, `resuming`, `gone` or `closed`. */
    get state(): LobbyState;
    /** The player's id; empty while there is no lobby session. */
    get player(): string;
    /** The player's name, as the server has taken it. */
    get name(): string;
    /** What the player is known by next time; of a server that keeps nobody, empty. */
    get identity(): Identity;
    /** The games that there are here. */
    get games(): string[];
    /**
     * The seats that the player had when the server last let us in, oldest first: `lobby.join` takes one.
     *
     * @returns {MySeat[]}
     */
    get mySeats(): MySeat[];
    /** How often it came back after a lost connection. */
    get resumes(): number;
    set onNotice(callback: import("./notice.js").OnNotice | null);
    /**
     * Called with each `Notice`: what an operator tells the player, or has done that concerns them. The newest 16
     * that came before are told at once.
     */
    get onNotice(): import("./notice.js").OnNotice | null;
    /** Waits until the server has let us in for the first time. Throws `error` if it did not. */
    welcomed(): Promise<this>;
    /**
     * The server has let us in; `again`: into another lobby session than before.
     *
     * @protected
     * @param {boolean} again
     */
    protected _welcomed(again: boolean): void;
    /**
     * A push that is new.
     *
     * @protected
     * @param {string} kind
     * @param {Record<string, any>} data
     */
    protected _pushed(kind: string, data: Record<string, any>): void;
    /**
     * News of the list of sessions.
     *
     * @protected
     * @param {Listing} listing
     */
    protected _listed(listing: Listing): void;
    /**
     * Lines of a chat.
     *
     * @protected
     * @param {Chat} chat
     */
    protected _said(chat: Chat): void;
    /**
     * The lobby session is over, or is to be replaced by another: what was asked of it fails.
     *
     * @protected
     * @param {Error} error
     */
    protected _failed(error: Error): void;
    /** Log out, when all that was asked is on its way. @protected */
    protected _leave(): void;
    #private;
}
/**
 * - `name`: how the player wants to be called;
 * - `identity`: who the player is, to be known again tomorrow: `Identity.storage("mygame")`. Without one, a
 *   new guest each time;
 * - `fresh`: when the lobby session is gone, begin again with another.
 */
export type LobbyOptions = Surroundings & {
    name?: string;
    identity?: Identity;
    fresh?: boolean;
};
import { Endpoint } from "./endpoint.js";
import type { LobbyState } from "./lobby_core.js";
import { Requests } from "./requests.js";
import { Identity } from "./identity.js";
import type { MySeat } from "./session_id.js";
import type { Listing } from "./messages.js";
import type { Chat } from "./messages.js";
import type { Surroundings } from "./seat.js";
