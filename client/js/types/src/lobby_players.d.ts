/** @import { Leaderboard } from "./leaderboard.js" */
/** @import { PartyState } from "./party_state.js" */
/** @import { Make } from "./requests.js" */
/** A lobby session that can be in a party: in one at a time. */
export class LobbyPlayers extends LobbyQueues {
    /**
     * Called when `party` is another one, or none.
     * @type {((party: Party | null) => unknown) | null}
     */
    onParty: ((party: Party | null) => unknown) | null;
    /** The party that the player is in. */
    get party(): Party | null;
    /**
     * A party with the player as its leader; others join with `party.code`.
     *
     * @returns {Promise<Party>}
     * @throws {RequestRefused} `already_in_party`, `already_queued`, `full`
     */
    createParty(): Promise<Party>;
    /**
     * Into the party that has this code.
     *
     * @param {string} code
     * @returns {Promise<Party>}
     * @throws {RequestRefused} `unknown`, `full`, `kicked`, `already_in_party`, `already_queued`, or `too_fast`
     *   (too many codes that were wrong)
     */
    joinParty(code: string): Promise<Party>;
    /**
     * That player (an id) is on the own block list: queues whose rules say so make no match with both.
     *
     * @param {string} player
     * @throws {RequestRefused} `unknown`, `full`, `not_kept` (this server keeps nobody), `store_down`
     */
    block(player: string): Promise<void>;
    /**
     * That player is on the list no longer. Throws as `block`.
     *
     * @param {string} player
     */
    unblock(player: string): Promise<void>;
    /**
     * The best players of a rated queue; with `around`, those next to the player, who is in the middle.
     *
     * @param {string} queue
     * @param {{ limit?: number, around?: boolean }} [options] at most 100 rows
     * @returns {Promise<Leaderboard>}
     * @throws {TypeError} the limit is not 1 to 100
     * @throws {RequestRefused} `unknown_queue`, `not_kept`, `store_down`
     */
    leaderboard(queue: string, { limit, around }?: {
        limit?: number;
        around?: boolean;
    }): Promise<Leaderboard>;
    #private;
}
import { LobbyQueues } from "./lobby_queues.js";
import { Party } from "./party.js";
import type { Leaderboard } from "./leaderboard.js";
