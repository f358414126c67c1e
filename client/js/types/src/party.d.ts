/** @import { LobbyPlayers } from "./lobby_players.js" */
/** @import { PlayOptions } from "./lobby_queues.js" */
/** @import { LobbySeat } from "./lobby_seat.js" */
/** @import { Attributes, Latencies } from "./messages.js" */
/** @import { PartyMember, PartyState } from "./party_state.js" */
/** @import { Make, Requests } from "./requests.js" */
/**
 * Made by `lobby.createParty` and `lobby.joinParty`; `lobby.party` is the one that one is in.
 *
 * What it asks throws `RequestRefused` (`not_in_party`, `not_leader`, `unknown`) and as the lobby does.
 */
export class Party {
    /**
     * @param {LobbyPlayers} lobby
     * @param {Requests} requests
     * @param {PartyState} state
     * @param {(party: Party) => void} closed
     */
    constructor(lobby: LobbyPlayers, requests: Requests, state: PartyState, closed: (party: Party) => void);
    /** Empty while one is in it; then `left`, `kicked`, `ended`, or `gone`: with the lobby session. */
    over: string;
    /**
     * Why it went with the lobby session; `null` if it did not.
     * @type {Error | null}
     */
    error: Error | null;
    /**
     * Called with the party whenever something of it has changed, its end included.
     * @type {((party: Party) => unknown) | null}
     */
    onChange: ((party: Party) => unknown) | null;
    /** What others join with. */
    get code(): string;
    /** The id of the player who leads it. */
    get leader(): string;
    /** Whether this player leads it. */
    get isLeader(): boolean;
    /** All of them, longest in it first. */
    get members(): readonly PartyMember[];
    /** This player, among them. */
    get me(): PartyMember | null;
    /**
     * Ready to be queued, with what the rules of queues want to know of this player. It stays so until taken
     * back. The leader need not say so.
     *
     * @param {{ attributes?: Attributes, latencyMs?: Latencies }} [said]
     */
    ready({ attributes, latencyMs }?: {
        attributes?: Attributes;
        latencyMs?: Latencies;
    }): Promise<void>;
    /** Not ready any more; what the party waits in is given up. */
    unready(): Promise<void>;
    /** Out of it; somebody else leads it then. Twice is once. */
    leave(): Promise<void>;
    /**
     * The leader names queues, and waits in them with all: as `lobby.play`. Others name none: they wait for the
     * next match that the leader queues for, however often it takes; who does not, is asked for nothing, and
     * misses ready checks. Their attributes are those of `ready`. Aborting the signal gives the party's ticket
     * up, if there is one.
     *
     * @param {string | readonly string[]} [queues]
     * @param {PlayOptions} [options]
     * @returns {Promise<LobbySeat>}
     * @throws {RequestRefused} as `lobby.play`; of a member `left`, `kicked`, `ended` when the party is over
     */
    play(queues?: string | readonly string[], options?: PlayOptions): Promise<LobbySeat>;
    /**
     * That member (an id) goes, and does not come back with this code.
     *
     * @param {string} player
     */
    kick(player: string): Promise<void>;
    /**
     * That member leads from now on.
     *
     * @param {string} player
     */
    lead(player: string): Promise<void>;
    /**
     * News of the server; what comes late is none.
     *
     * @param {PartyState} state
     */
    told(state: PartyState): void;
    /**
     * One is in it no longer. Twice is once.
     *
     * @param {string} reason
     * @param {Error | null} [error]
     */
    ended(reason: string, error?: Error | null): void;
    /**
     * `for await (const members of party)`: each time something has changed; changes that come faster become
     * one. Ends when it is over; throws `SessionGone` if the lobby session is gone.
     *
     * @returns {AsyncIterableIterator<readonly PartyMember[]>}
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<readonly PartyMember[]>;
    #private;
}
import type { PartyMember } from "./party_state.js";
import type { Attributes } from "./messages.js";
import type { Latencies } from "./messages.js";
import type { PlayOptions } from "./lobby_queues.js";
import type { LobbySeat } from "./lobby_seat.js";
import type { PartyState } from "./party_state.js";
import type { LobbyPlayers } from "./lobby_players.js";
import type { Requests } from "./requests.js";
