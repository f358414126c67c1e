/** @import { LobbyOptions } from "./lobby_link.js" */
/** @import { Bag } from "./messages.js" */
/** @import { OnWanted } from "./rematch.js" */
/** @import { Make } from "./requests.js" */
/** @import { SeatOffer } from "./seat_offer.js" */
/** @import { SessionName } from "./session_id.js" */
/**
 * A session by its id or by anything of it (a row, a seat), or by its room code.
 * @typedef {SessionName | { readonly code: string }} Which
 */
/**
 * A player's lobby session. Get one with `connect`.
 *
 * Whatever asks the server throws `RequestRefused` if it says no (`error.code` says why), `SessionGone` if
 * the lobby session is gone, `LobbyClosed` if it is closed, and `InvalidInput` for what no server would take.
 * Whatever gives a seat also throws `SessionGone` if that was not taken in time, and `ConnectFailed`.
 */
export class Lobby extends LobbyPlayers {
    /**
     * @param {string} url
     * @param {LobbyOptions} [options]
     */
    constructor(url: string, options?: LobbyOptions);
    /** The seats that were taken through this lobby and are open, those of a spectator included. */
    get seats(): LobbySeat[];
    /**
     * A new session of `game`, and a seat in it as its leader.
     *
     * @param {string} game one of `games`
     * @param {{ options?: Bag, meta?: Bag, private?: boolean }} [wishes] options for the game, which may refuse
     *   them; what others see of the session, and search by (at most 16 names and plain values each); not in
     *   any list: others join with `seat.code`
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown_game`, `already_seated`, `already_queued`, `node_full`, `cordoned`,
     *   `too_fast`, or `refused` (`reason` is the game's)
     */
    create(game: string, { options, meta, private: isPrivate }?: {
        options?: Bag;
        meta?: Bag;
        private?: boolean;
    }): Promise<LobbySeat>;
    /**
     * A seat in that session, or in the one that has this room code: `lobby.join({ code: "K7M2QX" })`.
     *
     * Who has a seat there already gets that one, and whoever else plays it for them is closed with
     * `TakenOver`.
     *
     * @param {Which} session
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown`, `full`, `locked`, `kicked`, `already_seated`, `already_queued`, or
     *   `too_fast` (too many that were unknown)
     */
    join(session: Which): Promise<LobbySeat>;
    /**
     * A place to watch that session from: a seat that only shows (`seat.spectator`), with `index` -1.
     *
     * @param {Which} session
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown`, `full`, `kicked`, `already_seated` (you play there), `too_fast`, or
     *   `not_allowed` (this game has no spectators)
     */
    spectate(session: Which): Promise<LobbySeat>;
    /**
     * Seats that nobody here had asked for and nobody has taken yet, oldest first: a backend seats a player so.
     */
    get offers(): SeatOffer[];
    set onOffer(callback: ((offer: SeatOffer) => unknown) | null);
    /** Called with each new one of `offers`. */
    get onOffer(): ((offer: SeatOffer) => unknown) | null;
    /**
     * Waits for the next of `offers` and gives it, for `take`.
     *
     * @returns {Promise<SeatOffer>}
     */
    nextOffer(): Promise<SeatOffer>;
    /**
     * Waits until all who played that session, which has ended, want another; then takes the seat in it.
     * Aborting the signal takes the wish back.
     *
     * @param {SessionName} session
     * @param {{ onWait?: OnWanted, signal?: AbortSignal }} [options] `onWait(wanted, group)` is told the ids of
     *   those who want it, and of all, whenever that changes
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} `unknown`, `not_over`, `already_seated`, `already_queued`, `full`, `refused`; or
     *   why there will be none: `declined`, `left`, `expired`
     */
    rematch(session: SessionName, { onWait, signal }?: {
        onWait?: OnWanted;
        signal?: AbortSignal;
    }): Promise<LobbySeat>;
    /**
     * No rematch of that session: whoever waits for one is told so.
     *
     * @param {SessionName} session
     */
    decline(session: SessionName): Promise<void>;
    /** Leaves the seats that are still open, logs out and closes the connection. Twice is once. */
    close(): Promise<void>;
    /**
     * A seat is closed. For the seat itself.
     *
     * @param {LobbySeat} seat
     */
    forget(seat: LobbySeat): void;
    #private;
}
/**
 * A session by its id or by anything of it (a row, a seat), or by its room code.
 */
export type Which = SessionName | {
    readonly code: string;
};
import { LobbyPlayers } from "./lobby_players.js";
import { LobbySeat } from "./lobby_seat.js";
import type { Bag } from "./messages.js";
import type { SeatOffer } from "./seat_offer.js";
import type { SessionName } from "./session_id.js";
import type { OnWanted } from "./rematch.js";
import type { LobbyOptions } from "./lobby_link.js";
