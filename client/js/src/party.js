/**
 * A party: players who are matched together.
 *
 *     const party = await ann.createParty();
 *     const mine = await bob.joinParty(party.code);
 *     await mine.ready();
 *     const seats = await Promise.all([party.play(["ranked"]), mine.play()]);
 *     party.onChange = () => show(party.members);
 *
 * It goes on after a lost connection. It is over (`party.over`) when one has left, was kicked, or the party is
 * no more.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { looping } from "./looping.js";
import { encodePartyKick, encodePartyLead, encodePartyLeave, encodePartyReady } from "./messages.js";
import { News } from "./news.js";

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
  /** Empty while one is in it; then `left`, `kicked`, `ended`, or `gone`: with the lobby session. */
  over = "";
  /**
   * Why it went with the lobby session; `null` if it did not.
   * @type {Error | null}
   */
  error = null;
  /**
   * Called with the party whenever something of it has changed, its end included.
   * @type {((party: Party) => unknown) | null}
   */
  onChange = null;
  #lobby;
  #requests;
  #state;
  #closed;
  #taken;
  #news = new News("one party");

  /**
   * @param {LobbyPlayers} lobby
   * @param {Requests} requests
   * @param {PartyState} state
   * @param {(party: Party) => void} closed
   */
  constructor(lobby, requests, state, closed) {
    this.#lobby = lobby;
    this.#requests = requests;
    this.#state = state;
    this.#closed = closed;
    this.#taken = state.n;
  }

  /** What others join with. */
  get code() {
    return this.#state.code;
  }

  /** The id of the player who leads it. */
  get leader() {
    return this.#state.leader;
  }

  /** Whether this player leads it. */
  get isLeader() {
    return !this.over && this.leader === this.#lobby.player;
  }

  /** All of them, longest in it first. */
  get members() {
    return this.#state.members;
  }

  /** This player, among them. */
  get me() {
    return this.members.find(({ player }) => player === this.#lobby.player) ?? null;
  }

  // --- for each --------------------------------------------------------------------------------------------

  /**
   * Ready to be queued, with what the rules of queues want to know of this player. It stays so until taken
   * back. The leader need not say so.
   *
   * @param {{ attributes?: Attributes, latencyMs?: Latencies }} [said]
   */
  async ready({ attributes = {}, latencyMs = {} } = {}) {
    await this.#ask((id) => encodePartyReady(id, true, attributes, latencyMs));
  }

  /** Not ready any more; what the party waits in is given up. */
  async unready() {
    await this.#ask((id) => encodePartyReady(id, false, {}, {}));
  }

  /** Out of it; somebody else leads it then. Twice is once. */
  async leave() {
    if (this.over) return;
    await this.#requests.ask(encodePartyLeave);
    this.ended("left");
  }

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
  async play(queues = [], options = {}) {
    if (this.over) throw this.#over();
    return await (queues.length ? this.#lobby.play(queues, options) : this.#lobby.follow(options));
  }

  // --- for its leader --------------------------------------------------------------------------------------

  /**
   * That member (an id) goes, and does not come back with this code.
   *
   * @param {string} player
   */
  async kick(player) {
    await this.#ask((id) => encodePartyKick(id, player));
  }

  /**
   * That member leads from now on.
   *
   * @param {string} player
   */
  async lead(player) {
    await this.#ask((id) => encodePartyLead(id, player));
  }

  // --- changes ---------------------------------------------------------------------------------------------

  /**
   * `for await (const members of party)`: each time something has changed; changes that come faster become
   * one. Ends when it is over; throws `SessionGone` if the lobby session is gone.
   *
   * @returns {AsyncIterableIterator<readonly PartyMember[]>}
   */
  [Symbol.asyncIterator]() {
    return looping(() => this.#next());
  }

  /** @returns {Promise<IteratorResult<readonly PartyMember[]>>} */
  async #next() {
    while (!this.over) {
      if (this.#state.n > this.#taken) {
        this.#taken = this.#state.n;
        return { done: false, value: this.members };
      }
      await this.#news.wait();
    }
    if (this.error !== null) throw this.error;
    return { done: true, value: undefined };
  }

  // --- for the lobby ---------------------------------------------------------------------------------------

  /**
   * News of the server; what comes late is none.
   *
   * @param {PartyState} state
   */
  told(state) {
    if (this.over || state.n <= this.#state.n) return;
    this.#state = state;
    this.#changed();
  }

  /**
   * One is in it no longer. Twice is once.
   *
   * @param {string} reason
   * @param {Error | null} [error]
   */
  ended(reason, error = null) {
    if (this.over) return;
    this.over = reason;
    this.error = error;
    this.#closed(this);
    this.#changed();
  }

  // --- steps -----------------------------------------------------------------------------------------------

  #changed() {
    this.#news.tell();
    call(this.onChange, this);
  }

  /** @param {Make} make */
  async #ask(make) {
    if (this.over) throw this.#over();
    await this.#requests.ask(make);
  }

  #over() {
    return (
      this.error ?? new RequestRefused("not_in_party", `you are not in this party any more (${this.over})`)
    );
  }
}
