/**
 * What a lobby does about sessions, besides seats in them: lists, chats, and the wishes of who leads one.
 *
 * @module
 */

import { Room } from "./chat.js";
import { parseConditions } from "./conditions.js";
import { RequestRefused } from "./errors.js";
import { LISTED_MAX } from "./limits.js";
import { LobbyLink } from "./lobby_link.js";
import { encodeDescribe, encodeKick, encodeLocate, encodeLock } from "./messages.js";
import { sessionId } from "./session_id.js";
import { SessionList } from "./session_list.js";

/** @import { Where } from "./conditions.js" */
/** @import { Bag, Chat, Listing } from "./messages.js" */
/** @import { SessionName } from "./session_id.js" */

/**
 * A lobby session to which lists and chats belong: these go on as long as it does, or another in its place.
 */
export class LobbySessions extends LobbyLink {
  /** @type {SessionList | null} */
  #list = null;
  /** @type {Map<string, Room>} */
  #rooms = new Map();

  // --- looking around --------------------------------------------------------------------------------------

  /**
   * The live list of sessions.
   *
   * @param {string} [game] empty for all games
   * @param {{ where?: Where, limit?: number }} [options] conditions, all of which must hold: `"free > 0"`,
   *   `"meta.map = desert"`, `'meta.name has "x y"'`, or `["free", ">", 0]`. Fields: game, state, players,
   *   seats, free, spectators, leader, and meta.<name>. Operators: = != < <= > >= has. 1 to 100 sessions.
   * @throws {TypeError} a condition cannot be understood, or the limit is another
   */
  sessions(game = "", { where = [], limit = 50 } = {}) {
    if (!(limit >= 1 && limit <= LISTED_MAX))
      throw new TypeError(`limit is 1 to ${LISTED_MAX}, not ${limit}`);
    const list = new SessionList(this._requests, game, parseConditions(where), limit);
    this.#list?.over(null);
    this.#list = list;
    return list;
  }

  /**
   * The lobby's chat, or that of a session in which the player has a seat, or watches.
   *
   * @param {SessionName} [session]
   * @returns {Promise<Room>}
   * @throws {RequestRefused} `unknown`, `full`
   */
  async chat(session = "") {
    const named = sessionId(session);
    let room = this.#rooms.get(named);
    if (room === undefined) {
      room = new Room(this._requests, named, (closed) => {
        if (this.#rooms.get(named) === closed) this.#rooms.delete(named);
      });
      this.#rooms.set(named, room);
    }
    return await room.listening();
  }

  // --- for the leader of a session -------------------------------------------------------------------------

  /**
   * Nobody else is seated there.
   *
   * @param {SessionName} session
   * @throws {RequestRefused} `unknown`, `not_allowed` (somebody else leads it)
   */
  async lock(session) {
    const named = sessionId(session);
    await this._requests.ask((id) => encodeLock(id, named, true));
  }

  /**
   * Free seats there are open again. Throws as `lock`.
   *
   * @param {SessionName} session
   */
  async unlock(session) {
    const named = sessionId(session);
    await this._requests.ask((id) => encodeLock(id, named, false));
  }

  /**
   * Other metadata for that session, in place of all that there was. Throws as `lock`.
   *
   * @param {SessionName} session
   * @param {Bag} meta
   */
  async describe(session, meta) {
    const named = sessionId(session);
    await this._requests.ask((id) => encodeDescribe(id, named, meta));
  }

  /**
   * That player (an id) goes, and does not come back. Throws as `lock`.
   *
   * @param {SessionName} session
   * @param {string} player
   */
  async kick(session, player) {
    const named = sessionId(session);
    await this._requests.ask((id) => encodeKick(id, named, player));
  }

  /**
   * Where a session lives now, for one who has a seat in it.
   *
   * @param {string} session
   * @param {Uint8Array} token
   * @throws {RequestRefused} `unknown`: session or token
   */
  async locate(session, token) {
    const value = await this._requests.ask((id) => encodeLocate(id, session, token));
    try {
      return new URL(value.url, this.url).href;
    } catch {
      throw new RequestRefused("malformed", "the server's answer names no address");
    }
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /**
   * @protected
   * @override
   * @param {boolean} again
   */
  _welcomed(again) {
    this.#list?.welcomed(again);
    for (const room of [...this.#rooms.values()]) room.welcomed(again);
  }

  /**
   * @protected
   * @override
   * @param {Listing} listing
   */
  _listed(listing) {
    this.#list?.take(listing);
  }

  /**
   * @protected
   * @override
   * @param {Chat} chat
   */
  _said(chat) {
    this.#rooms.get(chat.room)?.take(chat);
  }

  /** @protected @override */
  _over() {
    super._over();
    this.#list?.over(this.error);
    for (const room of [...this.#rooms.values()]) room.over(this.error);
  }
}
