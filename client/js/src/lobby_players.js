/**
 * What a lobby does about other players: parties, the block list, leaderboards.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { readLeaderboard } from "./leaderboard.js";
import { LEADERS_MAX } from "./limits.js";
import { LobbyQueues } from "./lobby_queues.js";
import { encodeBlock, encodeLeaderboard, encodePartyCreate, encodePartyJoin } from "./messages.js";
import { Party } from "./party.js";
import { readParty } from "./party_state.js";

/** @import { Leaderboard } from "./leaderboard.js" */
/** @import { PartyState } from "./party_state.js" */
/** @import { Make } from "./requests.js" */

/** A lobby session that can be in a party: in one at a time. */
export class LobbyPlayers extends LobbyQueues {
  /**
   * Called when `party` is another one, or none.
   * @type {((party: Party | null) => unknown) | null}
   */
  onParty = null;
  /** @type {Party | null} */
  #party = null;
  /** Code and number of the last change of the party that one was in: what comes late of it is no news. */
  #left = { code: "", n: 0 };

  // --- parties ---------------------------------------------------------------------------------------------

  /** The party that the player is in. */
  get party() {
    return this.#party;
  }

  /**
   * A party with the player as its leader; others join with `party.code`.
   *
   * @returns {Promise<Party>}
   * @throws {RequestRefused} `already_in_party`, `already_queued`, `full`
   */
  async createParty() {
    return await this.#comeIn(encodePartyCreate);
  }

  /**
   * Into the party that has this code.
   *
   * @param {string} code
   * @returns {Promise<Party>}
   * @throws {RequestRefused} `unknown`, `full`, `kicked`, `already_in_party`, `already_queued`, or `too_fast`
   *   (too many codes that were wrong)
   */
  async joinParty(code) {
    return await this.#comeIn((id) => encodePartyJoin(id, code));
  }

  // --- the block list --------------------------------------------------------------------------------------

  /**
   * That player (an id) is on the own block list: queues whose rules say so make no match with both.
   *
   * @param {string} player
   * @throws {RequestRefused} `unknown`, `full`, `not_kept` (this server keeps nobody), `store_down`
   */
  async block(player) {
    await this._requests.ask((id) => encodeBlock(id, player, true));
  }

  /**
   * That player is on the list no longer. Throws as `block`.
   *
   * @param {string} player
   */
  async unblock(player) {
    await this._requests.ask((id) => encodeBlock(id, player, false));
  }

  // --- leaderboards ----------------------------------------------------------------------------------------

  /**
   * The best players of a rated queue; with `around`, those next to the player, who is in the middle.
   *
   * @param {string} queue
   * @param {{ limit?: number, around?: boolean }} [options] at most 100 rows
   * @returns {Promise<Leaderboard>}
   * @throws {TypeError} the limit is not 1 to 100
   * @throws {RequestRefused} `unknown_queue`, `not_kept`, `store_down`
   */
  async leaderboard(queue, { limit = 10, around = false } = {}) {
    if (!(limit >= 1 && limit <= LEADERS_MAX))
      throw new TypeError(`limit is 1 to ${LEADERS_MAX}, not ${limit}`);
    return readLeaderboard(
      await this._requests.ask((id) => encodeLeaderboard(id, queue, limit, around)),
    );
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /** @param {Make} make */
  async #comeIn(make) {
    const state = readParty(await this._requests.ask(make));
    this.#told(state);
    const party = this.#party;
    if (party?.code !== state.code)
      throw new RequestRefused("kicked", "you are not in that party any more");
    return /** @type {Party} */ (party);
  }

  /** @param {PartyState} state */
  #told(state) {
    if (this.#party?.code === state.code) return this.#party.told(state);
    if (state.code === this.#left.code && state.n <= this.#left.n) return;
    const former = this.#party;
    this.#party = new Party(this, this._requests, state, (party) => {
      if (this.#party !== party) return;
      this.#party = null;
      call(this.onParty, null);
    });
    former?.ended("left");
    call(this.onParty, this.#party);
  }

  /** @param {Record<string, any>} data */
  #off({ code, n, reason = "ended" }) {
    if (typeof code === "string" && Number.isSafeInteger(n)) this.#left = { code, n };
    if (this.#party?.code === code) this.#party?.ended(String(reason));
  }

  /**
   * @protected
   * @override
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  _pushed(kind, data) {
    if (kind === "party") this.#pushedParty(data);
    else if (kind === "party_off") this.#off(data);
    super._pushed(kind, data);
  }

  /** @param {Record<string, any>} data */
  #pushedParty(data) {
    try {
      this.#told(readParty(data));
    } catch (error) {
      // a newer server's: what cannot be read can be told to nobody
      if (!(error instanceof RequestRefused)) throw error;
    }
  }

  /**
   * @protected
   * @override
   * @param {Error} error
   */
  _failed(error) {
    super._failed(error);
    this.#party?.ended("gone", error);
  }
}
