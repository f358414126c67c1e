/** @import { Where } from "./conditions.js" */
/** @import { Bag, Chat, Listing } from "./messages.js" */
/** @import { SessionName } from "./session_id.js" */
/**
 * A lobby session to which lists and chats belong: these go on as long as it does, or another in its place.
 */
export class LobbySessions extends LobbyLink {
    /**
     * The live list of sessions.
     *
     * @param {string} [game] empty for all games
     * @param {{ where?: Where, limit?: number }} [options] conditions, all of which must hold: `"free > 0"`,
     *   `"meta.map = desert"`, `'meta.name has "x y"'`, or `["free", ">", 0]`. Fields: game, state, players,
     *   seats, free, spectators, leader, and meta.<name>. Operators: = != < <= > >= has. 1 to 100 sessions.
     * @throws {TypeError} a condition cannot be understood, or the limit is another
     */
    sessions(game?: string, { where, limit }?: {
        where?: Where;
        limit?: number;
    }): SessionList;
    /**
     * The lobby's chat, or that of a session in which the player has a seat, or watches.
     *
     * @param {SessionName} [session]
     * @returns {Promise<Room>}
     * @throws {RequestRefused} `unknown`, `full`
     */
    chat(session?: SessionName): Promise<Room>;
    /**
     * Nobody else is seated there.
     *
     * @param {SessionName} session
     * @throws {RequestRefused} `unknown`, `not_allowed` (somebody else leads it)
     */
    lock(session: SessionName): Promise<void>;
    /**
     * Free seats there are open again. Throws as `lock`.
     *
     * @param {SessionName} session
     */
    unlock(session: SessionName): Promise<void>;
    /**
     * Other metadata for that session, in place of all that there was. Throws as `lock`.
     *
     * @param {SessionName} session
     * @param {Bag} meta
     */
    describe(session: SessionName, meta: Bag): Promise<void>;
    /**
     * That player (an id) goes, and does not come back. Throws as `lock`.
     *
     * @param {SessionName} session
     * @param {string} player
     */
    kick(session: SessionName, player: string): Promise<void>;
    /**
     * Where a session lives now, for one who has a seat in it.
     *
     * @param {string} session
     * @param {Uint8Array} token
     * @throws {RequestRefused} `unknown`: session or token
     */
    locate(session: string, token: Uint8Array): Promise<string>;
    #private;
}
import { LobbyLink } from "./lobby_link.js";
import type { Where } from "./conditions.js";
import { SessionList } from "./session_list.js";
import type { SessionName } from "./session_id.js";
import { Room } from "./chat.js";
import type { Bag } from "./messages.js";
