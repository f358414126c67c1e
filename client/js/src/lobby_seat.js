/**
 * A seat that came through a lobby: it can follow a session that moves, and ask the lobby what concerns its
 * session.
 *
 * @module
 */

import { RequestRefused } from "./errors.js";
import { Seat } from "./seat.js";

/** @import { Lobby } from "./lobby.js" */
/** @import { Bag } from "./messages.js" */
/** @import { OnWanted } from "./rematch.js" */
/** @import { Surroundings } from "./seat.js" */
/** @import { SeatOffer } from "./seat_offer.js" */

const LOCATE_WAIT_MS = 2000;

/** A `Seat` of a `Lobby`. What it asks throws as the lobby's own methods. */
export class LobbySeat extends Seat {
  /**
   * @param {Lobby} lobby where it came from
   * @param {SeatOffer} offer
   * @param {Surroundings} surroundings
   */
  constructor(lobby, offer, surroundings) {
    super(offer, { ...defined(surroundings), locate: () => this.#find() });
    this.lobby = lobby;
    /** The queue with rules whose match this session is; empty: of none. @readonly */
    this.queue = offer.queue;
    /** The match's id; empty: there is none. @readonly */
    this.match = offer.match;
    /** The player's team in it, from 0; `null`: there are no teams. @readonly */
    this.team = offer.team;
  }

  /** Nobody else is seated. For the session's leader. */
  async lock() {
    await this.lobby.lock(this);
  }

  /** Free seats are open again. For the session's leader. */
  async unlock() {
    await this.lobby.unlock(this);
  }

  /**
   * Other metadata, in place of all that there was. For the session's leader.
   *
   * @param {Bag} meta
   */
  async describe(meta) {
    await this.lobby.describe(this, meta);
  }

  /**
   * That player (an id) goes, and does not come back. For the session's leader.
   *
   * @param {string} player
   */
  async kick(player) {
    await this.lobby.kick(this, player);
  }

  /** The session's chat. */
  async chat() {
    return await this.lobby.chat(this);
  }

  /**
   * A seat in another session with the same players. See `Lobby.rematch`.
   *
   * @param {{ onWait?: OnWanted, signal?: AbortSignal }} [options]
   * @returns {Promise<LobbySeat>}
   */
  async rematch(options) {
    return await this.lobby.rematch(this, options);
  }

  async #find() {
    // its server may be the one that is away: do not wait for it
    if (this.lobby.state !== "connected") throw new RequestRefused("away", "the lobby is not connected");
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    /** @type {Promise<never>} */
    const late = new Promise((_, reject) => {
      timer = setTimeout(
        () => reject(new RequestRefused("late", "the lobby did not answer in time")),
        LOCATE_WAIT_MS,
      );
    });
    try {
      return await Promise.race([this.lobby.locate(this.session, this.token), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @protected @override */
  _over() {
    super._over();
    this.lobby.forget(this);
  }
}

/**
 * @param {Surroundings} surroundings
 * @returns {Surroundings}
 */
function defined(surroundings) {
  return Object.fromEntries(Object.entries(surroundings).filter(([, value]) => value !== undefined));
}
