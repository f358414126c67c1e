/** @import { Change } from "./listing.js" */
/** @import { Condition, Listing } from "./messages.js" */
/** @import { Requests } from "./requests.js" */
/** Made by `lobby.sessions`, and begun by that. */
export class SessionList {
    /**
     * @param {Requests} requests
     * @param {string} game
     * @param {Condition[]} where
     * @param {number} limit
     */
    constructor(requests: Requests, game: string, where: Condition[], limit: number);
    /**
     * Called whenever the rows or the totals may have changed, and when the list is over: look at `rows` and
     * `error`.
     * @type {(() => unknown) | null}
     */
    onChange: (() => unknown) | null;
    /**
     * The list itself, once the whole of it is here; rejects if the server gives no such list.
     * @type {Promise<SessionList>}
     */
    ready: Promise<SessionList>;
    /**
     * Why it is over; `null` if it is not, and if it was closed or another one has begun.
     * @type {Error | null}
     */
    error: Error | null;
    /** The sessions that fit, at most `limit`, in the server's order. */
    get rows(): import("./messages.js").SessionRow[];
    /** How many sessions fit, listed or not. */
    get total(): number;
    /** Who is here: `lobby` (players connected to it), `playing` (players with a seat), `sessions`. */
    get counts(): Record<string, number>;
    /** False once it is closed, or another has begun. */
    get isOpen(): boolean;
    /** Ends it. Twice is once. */
    close(): void;
    /**
     * News of the server.
     *
     * @param {Listing} listing
     */
    take(listing: Listing): void;
    /**
     * A new connection: the whole list follows; of another lobby session (`again`), if it is asked.
     *
     * @param {boolean} again
     */
    welcomed(again: boolean): void;
    /**
     * It ends: with that error, or because it was closed, or another one has begun.
     *
     * @param {Error | null} error
     */
    over(error: Error | null): void;
    /**
     * `for await (const change of list)`: what has changed since the last one; changes that come faster than
     * they are taken become one. The first has the whole list. Ends when the list or the lobby is closed, or
     * another list has begun; throws `SessionGone` if the lobby session is gone. Leaving the loop leaves the
     * list open.
     *
     * @returns {AsyncIterableIterator<Change>}
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<Change>;
    #private;
}
import type { Listing } from "./messages.js";
import type { Change } from "./listing.js";
import type { Requests } from "./requests.js";
import type { Condition } from "./messages.js";
