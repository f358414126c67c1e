/**
 * What a lobby does about queues: waits in them for a match, and asks why it waits.
 *
 * @module
 */

import { RallypointError, RequestRefused } from "./errors.js";
import { readExplanation } from "./explanation.js";
import { LobbySessions } from "./lobby_sessions.js";
import { Matches } from "./matches.js";
import { encodeCancelQueue, encodeEnqueue, encodeExplain, encodeQuickMatch } from "./messages.js";
import { EXPLAIN_EVERY_S, keepExplaining, Queueing } from "./queueing.js";
import { ReadyCheck } from "./ready_check.js";
import { Ticket } from "./ticket.js";

/** @import { Explanation } from "./explanation.js" */
/** @import { LobbySeat } from "./lobby_seat.js" */
/** @import { Attributes, Latencies } from "./messages.js" */
/** @import { OnReadyCheck } from "./ready_check.js" */
/** @import { Make } from "./requests.js" */
/** @import { SeatOffer } from "./seat_offer.js" */
/** @import { OnWait, OnWaiting, Waiting } from "./waiting.js" */

/**
 * - `attributes`: what the rules of the queues want to know: numbers, texts, lists of texts;
 * - `latencyMs`: round trips to regions, in milliseconds;
 * - `onWait(waiting)`: told whenever something of it has changed;
 * - `onReadyCheck(check)`: told of each; without, all are accepted;
 * - `explainEveryS`: with `onWait`, how often to ask why one waits; `null`: never;
 * - `signal`: aborting it gives the ticket up.
 * @typedef {{
 *   attributes?: Attributes, latencyMs?: Latencies, onWait?: OnWaiting, onReadyCheck?: OnReadyCheck,
 *   explainEveryS?: number | null, signal?: AbortSignal,
 * }} PlayOptions
 */

/** A lobby session that can wait for a match: in one ticket at a time. */
export class LobbyQueues extends LobbySessions {
  /** @protected @readonly */
  _matches = new Matches();
  #ticket = new Ticket((match) => new ReadyCheck(this._requests, match));
  /** @type {Queueing | null} */
  #queueing = null;
  /**
   * Of a ticket that nobody waits for any more: settled with the server's answer.
   * @type {Promise<unknown> | null}
   */
  #givingUp = null;

  /**
   * Waits for a seat in any session of `game`, and takes it. Aborting the signal gives the queue place up.
   *
   * @param {string} game
   * @param {{ onWait?: OnWait, signal?: AbortSignal }} [options] `onWait(place, waiting)` is told the place
   *   in the queue whenever it changes
   * @returns {Promise<LobbySeat>}
   * @throws {RequestRefused} `unknown_game`, `already_queued`, `already_seated`, `queue_full`; or why the
   *   place was lost, as `cancelled`
   */
  async quickMatch(game, { onWait, signal } = {}) {
    const tell = (/** @type {Waiting} */ { place, waiting }) => place && onWait?.(place, waiting);
    const queueing = new Queueing(this.#ticket, [game], tell);
    return await this.#waited(queueing, (id) => encodeQuickMatch(id, game), null, signal);
  }

  /**
   * Waits for a match in one of these queues, and takes the seat. Aborting the signal gives the ticket up.
   *
   * For the whole party, if the player leads one. A match that comes to nothing because of others changes
   * nothing: one goes on waiting, at one's old place.
   *
   * @param {string | readonly string[]} [queues] their names; a game's own queue is named as the game. None: goes
   *   on with the ticket that there is (`queuedIn`), of a page that was reloaded
   * @param {PlayOptions} [options]
   * @returns {Promise<LobbySeat>}
   * @throws {RequestRefused} `unknown_queue`, `bad_ticket` (`reason` names attribute and rule),
   *   `already_queued`, `already_seated`, `queue_full`; of a party `not_leader`, `not_ready`,
   *   `party_too_large`; or why the place was lost: `cancelled`, `declined`, `not_ready`, `party_changed`.
   *   Without queues `no_ticket`
   */
  async play(queues = [], options = {}) {
    const { attributes = {}, latencyMs = {}, onWait, onReadyCheck, signal } = options;
    const named = typeof queues === "string" ? [queues] : [...queues];
    if (!named.length && !this.queuedIn.length)
      throw new RequestRefused("no_ticket", "name a queue; or, as a member of a party, wait with party.play()");
    const waitsIn = named.length ? named : this.queuedIn;
    const queueing = new Queueing(this.#ticket, waitsIn, onWait ?? null, onReadyCheck);
    if (!named.length) return await this.#waited(queueing, null, everyS(options), signal);
    const make = (/** @type {number} */ id) => encodeEnqueue(id, named, attributes, latencyMs);
    return await this.#waited(queueing, make, everyS(options), signal);
  }

  /**
   * For the party: see `party.play`.
   *
   * @param {PlayOptions} options
   */
  async follow(options) {
    const queueing = new Queueing(this.#ticket, [], options.onWait ?? null, options.onReadyCheck);
    return await this.#waited(queueing, null, everyS(options), options.signal);
  }

  /** The queues in which the player's ticket waits now, or the party's; empty: there is none. */
  get queuedIn() {
    return this.#ticket.queues;
  }

  /**
   * Why the ticket waits, and for how long it probably will.
   *
   * @returns {Promise<Explanation>}
   * @throws {RequestRefused} `no_ticket`
   */
  async explain() {
    return readExplanation(await this._requests.ask(encodeExplain));
  }

  /**
   * Gives the ticket up, the party's too; the `play` that waits ends with `RequestRefused` (`cancelled`).
   *
   * @throws {RequestRefused} `not_queued`
   */
  async cancel() {
    await this._requests.ask(encodeCancelQueue);
    this.#queueing?.refuse(new RequestRefused("cancelled", "you gave the queue place up"));
  }

  /**
   * Takes a seat that was offered. It is kept for about 15 seconds.
   *
   * @abstract
   * @param {SeatOffer} offer
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<LobbySeat>}
   */
  async take(offer, options) {
    throw new Error(`nobody takes ${offer} ${options}`);
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /**
   * The seat that it waits for. Without a request, of a ticket that somebody else has, or will have.
   *
   * @param {Queueing} queueing
   * @param {Make | null} make
   * @param {number | null} explainEveryS
   * @param {AbortSignal | undefined} signal
   */
  async #waited(queueing, make, explainEveryS, signal) {
    signal?.throwIfAborted();
    if (this.#queueing !== null)
      throw new RequestRefused("already_queued", "this lobby is waiting for a seat already");
    this.#queueing = queueing;
    const explain = () => this.explain();
    const stop = explainEveryS === null ? null : keepExplaining(queueing, explain, explainEveryS);
    let offer;
    try {
      offer = await this._matches.claimed(queueing, signal, () => this.#begin(queueing, make));
    } catch (error) {
      if (signal?.aborted && (make !== null || this.#ticket.queues.length)) this.#giveUp();
      throw error;
    } finally {
      stop?.();
      this.#queueing = null;
    }
    return await this.take(offer, { signal });
  }

  /**
   * @param {Queueing} queueing
   * @param {Make | null} make
   */
  async #begin(queueing, make) {
    if (this.#givingUp !== null) await this.#givingUp;
    if (queueing.done) return;
    queueing.isAsked = true;
    if (make === null) queueing.began();
    else queueing.answered(await this._requests.ask(make, () => queueing.agreed()));
  }

  /** Without a lobby session there is no queue place. */
  #giveUp() {
    const answered = this._requests.ask(encodeCancelQueue).catch((error) => {
      if (!(error instanceof RallypointError)) throw error;
    });
    const givingUp = (this.#givingUp = answered.finally(() => {
      if (this.#givingUp === givingUp) this.#givingUp = null;
    }));
  }

  /**
   * @protected
   * @override
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  _pushed(kind, data) {
    this.#ticket.pushed(kind, data);
    this._matches.pushed(kind, data, this.url);
    super._pushed(kind, data);
  }

  /**
   * @protected
   * @override
   * @param {Error} error
   */
  _failed(error) {
    super._failed(error);
    this.#ticket.clear("gone");
    this._matches.fail(error);
  }
}

/** @param {PlayOptions} options */
function everyS({ onWait, explainEveryS = EXPLAIN_EVERY_S }) {
  return onWait ? explainEveryS : null;
}
