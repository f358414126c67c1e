/** @import { Explanation } from "./explanation.js" */
/** @import { LobbySeat } from "./lobby_seat.js" */
/** @import { Attributes, Latencies } from "./messages.js" */
/** @import { OnReadyCheck } from "./ready_check.js" */
/** @import { Make } from "./requests.js" */
/** @import { SeatOffer } from "./seat_offer.js" */
/** @import { OnWait, OnWaiting, Waiting } from "./waiting.js" */
/**
 * - `attributes`: what the rules of the queues want to know: numbers, texts, lists of texts;
 * - `latencyMs`: round trips to regions, in milliseconds;
 * - `onWait(waiting)`: told whenever something of it has changed;
 * - `onReadyCheck(check)`: told of each; without, all are accepted;
 * - `explainEveryS`: with `onWait`, how often to ask why one waits; `null`: never;
 * - `signal`: aborting it gives the ticket up.
 * @typedef {{
 *   attributes?: Attributes, latencyMs?: Latencies, onWait?: OnWaiting, onReadyCheck?: OnReadyCheck,
 *   explainEveryS?: number | null, signal?: AbortSignal,
 * }} PlayOptions
 */
/** A lobby session that can wait for a match: in one ticket at a time. */
export class LobbyQueues extends LobbySessions {
    /** @protected @readonly */
    protected readonly _matches: Matches;
    /**
     * Waits for a seat in any session of `game`, and takes it. Aborting the signal gives the queue place up.
     *
     * @param {string} game
     * @param {{ onWait?: OnWait, signal?: AbortSignal }} [options] `onWait(place, waiting)` is told the place
     *   in the queue whenever it changes
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown_game`, `already_queued`, `already_seated`, `queue_full`; or why the
     *   place was lost, as `cancelled`
     */
    quickMatch(game: string, { onWait, signal }?: {
        onWait?: OnWait;
        signal?: AbortSignal;
    }): Promise<LobbySeat>;
    /**
     * Waits for a match in one of these queues, and takes the seat. Aborting the signal gives the ticket up.
     *
     * For the whole party, if the player leads one. A match that comes to nothing because of others changes
     * nothing: one goes on waiting, at one's old place.
     *
     * @param {string | readonly string[]} [queues] their names; a game's own queue is named as the game. None: goes
     *   on with the ticket that there is (`queuedIn`), of a page that was reloaded
     * @param {PlayOptions} [options]
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown_queue`, `bad_ticket` (`reason` names attribute and rule),
     *   `already_queued`, `already_seated`, `queue_full`; of a party `not_leader`, `not_ready`,
     *   `party_too_large`; or why the place was lost: `cancelled`, `declined`, `not_ready`, `party_changed`.
     *   Without queues `no_ticket`
     */
    play(queues?: string | readonly string[], options?: PlayOptions): Promise<LobbySeat>;
    /**
     * For the party: see `party.play`.
     *
     * @param {PlayOptions} options
     */
    follow(options: PlayOptions): Promise<LobbySeat>;
    /** The queues in which the player's ticket waits now, or the party's; empty: there is none. */
    get queuedIn(): readonly string[];
    /**
     * Why the ticket waits, and for how long it probably will.
     *
     * @returns {Promise<Explanation>}
     * @throws {RequestRefused} `no_ticket`
     */
    explain(): Promise<Explanation>;
    /**
     * Gives the ticket up, the party's too; the `play` that waits ends with `RequestRefused` (`cancelled`).
     *
     * @throws {RequestRefused} `not_queued`
     */
    cancel(): Promise<void>;
    /**
     * Takes a seat that was offered. It is kept for about 15 seconds.
     *
     * @abstract
     * @param {SeatOffer} offer
     * @param {{ signal?: AbortSignal }} [options]
     * @returns {Promise<LobbySeat>}
     */
    take(offer: SeatOffer, options?: {
        signal?: AbortSignal;
    }): Promise<LobbySeat>;
    #private;
}
/**
 * - `attributes`: what the rules of the queues want to know: numbers, texts, lists of texts;
 * - `latencyMs`: round trips to regions, in milliseconds;
 * - `onWait(waiting)`: told whenever something of it has changed;
 * - `onReadyCheck(check)`: told of each; without, all are accepted;
 * - `explainEveryS`: with `onWait`, how often to ask why one waits; `null`: never;
 * - `signal`: aborting it gives the ticket up.
 */
export type PlayOptions = {
    attributes?: Attributes;
    latencyMs?: Latencies;
    onWait?: OnWaiting;
    onReadyCheck?: OnReadyCheck;
    explainEveryS?: number | null;
    signal?: AbortSignal;
};
import { LobbySessions } from "./lobby_sessions.js";
import { Matches } from "./matches.js";
import type { OnWait } from "./waiting.js";
import type { LobbySeat } from "./lobby_seat.js";
import type { Explanation } from "./explanation.js";
import type { SeatOffer } from "./seat_offer.js";
import type { Attributes } from "./messages.js";
import type { Latencies } from "./messages.js";
import type { OnWaiting } from "./waiting.js";
import type { OnReadyCheck } from "./ready_check.js";
