/** A `Seat` of a `Lobby`. What it asks throws as the lobby's own methods. */
export class LobbySeat extends Seat {
    /**
     * @param {Lobby} lobby where it came from
     * @param {SeatOffer} offer
     * @param {Surroundings} surroundings
     */
    constructor(lobby: Lobby, offer: SeatOffer, surroundings: Surroundings);
    lobby: Lobby;
    /** The queue with rules whose match this session is; empty: of none. @readonly */
    readonly queue: string;
    /** The match's id; empty: there is none. @readonly */
    readonly match: string;
    /** The player's team in it, from 0; `null`: there are no teams. @readonly */
    readonly team: number | null;
    /** Nobody else is seated. For the session's leader. */
    lock(): Promise<void>;
    /** Free seats are open again. For the session's leader. */
    unlock(): Promise<void>;
    /**
     * Other metadata, in place of all that there was. For the session's leader.
     *
     * @param {Bag} meta
     */
    describe(meta: Bag): Promise<void>;
    /**
     * That player (an id) goes, and does not come back. For the session's leader.
     *
     * @param {string} player
     */
    kick(player: string): Promise<void>;
    /** The session's chat. */
    chat(): Promise<import("./chat.js").Room>;
    /**
     * A seat in another session with the same players. See `Lobby.rematch`.
     *
     * @param {{ onWait?: OnWanted, signal?: AbortSignal }} [options]
     * @returns {Promise<LobbySeat>}
     */
    rematch(options?: {
        onWait?: OnWanted;
        signal?: AbortSignal;
    }): Promise<LobbySeat>;
    #private;
}
import { Seat } from "./seat.js";
import type { Lobby } from "./lobby.js";
import type { Bag } from "./messages.js";
import type { OnWanted } from "./rematch.js";
import type { SeatOffer } from "./seat_offer.js";
import type { Surroundings } from "./seat.js";
