/**
 * The lobby: where a player comes in, looks around, asks for a game, and gets a seat.
 *
 *     const lobby = await connect("ws://localhost:8000", { name: "Ann" });
 *     const seat = await lobby.quickMatch("orbit");
 *
 * The connection stays open while its player plays, and resumes by itself after a loss: the queue place,
 * unanswered requests and what the server had to say meanwhile are kept.
 *
 * If the server no longer knows the lobby session (it was away for longer than its grace window, or the
 * server was replaced), requests fail with `SessionGone` and `lobby.state` is `gone`; seats are not touched
 * by that. To go on, connect again; or connect with `fresh: true`, and the lobby does so by itself: what was
 * asked for still fails, once, and `lobby.player` may be another then. Lists of sessions and chats go on.
 *
 * @module
 */

import { RallypointError, RequestRefused } from "./errors.js";
import { LobbyPlayers } from "./lobby_players.js";
import { LobbySeat } from "./lobby_seat.js";
import { encodeCreate, encodeJoin, encodeRematch, encodeSpectate } from "./messages.js";
import { Rematching } from "./rematch.js";
import { readOffer } from "./seat_offer.js";
import { sessionId } from "./session_id.js";

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
  #options;
  /** @type {Set<LobbySeat>} */
  #seats = new Set();
  /** @type {Set<string>} */
  #rematches = new Set();

  /**
   * @param {string} url
   * @param {LobbyOptions} [options]
   */
  constructor(url, options = {}) {
    super(url, options);
    this.#options = options;
  }

  /** The seats that were taken through this lobby and are open, those of a spectator included. */
  get seats() {
    return [...this.#seats];
  }

  // --- seats -----------------------------------------------------------------------------------------------

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
  async create(game, { options = {}, meta = {}, private: isPrivate = false } = {}) {
    return await this.#seat((id) => encodeCreate(id, game, options, meta, isPrivate));
  }

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
  async join(session) {
    const { named, code } = which(session);
    return await this.#seat((id) => encodeJoin(id, named, code));
  }

  /**
   * A place to watch that session from: a seat that only shows (`seat.spectator`), with `index` -1.
   *
   * @param {Which} session
   * @returns {Promise<LobbySeat>}
   * @throws {RequestRefused} `unknown`, `full`, `kicked`, `already_seated` (you play there), `too_fast`, or
   *   `not_allowed` (this game has no spectators)
   */
  async spectate(session) {
    const { named, code } = which(session);
    return await this.#seat((id) => encodeSpectate(id, named, code));
  }

  /**
   * Takes a seat that was offered. It is kept for about 15 seconds.
   *
   * @override
   * @param {SeatOffer} offer
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<LobbySeat>}
   */
  async take(offer, { signal } = {}) {
    this._matches.offers = this._matches.offers.filter((other) => other !== offer);
    const { random, timing, schemas, WebSocket } = this.#options;
    const seat = new LobbySeat(this, offer, { random, timing, schemas, WebSocket });
    this.#seats.add(seat);
    const aborted = () => void (seat.state === "playing" ? seat.leave() : seat.close());
    signal?.addEventListener("abort", aborted);
    try {
      await seat.seated();
      signal?.throwIfAborted();
      return seat;
    } catch (error) {
      await (seat.state === "playing" ? seat.leave() : seat.close());
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener("abort", aborted);
    }
  }

  // --- offers ----------------------------------------------------------------------------------------------

  /**
   * Seats that nobody here had asked for and nobody has taken yet, oldest first: a backend seats a player so.
   */
  get offers() {
    return [...this._matches.offers];
  }

  /** Called with each new one of `offers`. */
  get onOffer() {
    return this._matches.onOffer;
  }

  set onOffer(callback) {
    this._matches.onOffer = callback;
  }

  /**
   * Waits for the next of `offers` and gives it, for `take`.
   *
   * @returns {Promise<SeatOffer>}
   */
  nextOffer() {
    const isOver = () => this.state === "closed" || this.state === "gone";
    return this._matches.nextOffer(() => (isOver() ? this._closedError() : null));
  }

  // --- rematches -------------------------------------------------------------------------------------------

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
  async rematch(session, { onWait, signal } = {}) {
    signal?.throwIfAborted();
    const named = sessionId(session);
    if (this.#rematches.has(named)) {
      throw new RequestRefused("already_wanted", "this lobby is waiting for that rematch already");
    }
    this.#rematches.add(named);
    let offer;
    try {
      const ask = () => this._requests.ask((id) => encodeRematch(id, named, true));
      offer = await this._matches.claimed(new Rematching(named, onWait ?? null), signal, ask);
    } catch (error) {
      if (signal?.aborted) this.#tell((id) => encodeRematch(id, named, false));
      throw error;
    } finally {
      this.#rematches.delete(named);
    }
    return await this.take(offer, { signal });
  }

  /**
   * No rematch of that session: whoever waits for one is told so.
   *
   * @param {SessionName} session
   */
  async decline(session) {
    const named = sessionId(session);
    await this._requests.ask((id) => encodeRematch(id, named, false));
  }

  // --- the rest --------------------------------------------------------------------------------------------

  /** Leaves the seats that are still open, logs out and closes the connection. Twice is once. */
  async close() {
    await Promise.all(this.seats.map((seat) => seat.leave()));
    this._leave();
    await this._end();
  }

  /**
   * A seat is closed. For the seat itself.
   *
   * @param {LobbySeat} seat
   */
  forget(seat) {
    this.#seats.delete(seat);
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /** @param {Make} make */
  async #seat(make) {
    return await this.take(readOffer(await this._requests.ask(make), this.url));
  }

  /**
   * Without a lobby session there is no rematch.
   *
   * @param {Make} make
   */
  #tell(make) {
    try {
      this._requests.tell(make);
    } catch (error) {
      if (!(error instanceof RallypointError)) throw error;
    }
  }
}

/**
 * What a `join` or `spectate` names; a seat has both.
 *
 * @param {Which} session
 * @returns {{ named: string, code: string }}
 */
function which(session) {
  const isObject = typeof session === "object" && session !== null;
  const isName = typeof session === "string" || (isObject && ("session" in session || "id" in session));
  const named = isName ? sessionId(session) : "";
  const code = isName || !isObject || typeof session.code !== "string" ? "" : session.code;
  if (!named && !code) {
    throw new TypeError(
      'name a session, as lobby.join(row), or its room code, as lobby.join({ code: "K7M2QX" })',
    );
  }
  return { named, code };
}
