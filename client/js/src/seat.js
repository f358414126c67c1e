/**
 * A player's seat in a session: what a game's page works with.
 *
 *     const seat = await lobby.quickMatch("orbit");
 *     seat.onEvent = (event) => { ... };
 *     seat.hold(seat.inputs.Steer({ turn: 1, thrust: true }));
 *     seat.act(seat.inputs.Fire());
 *     requestAnimationFrame(() => draw(seat.view()));
 *
 * It resumes by itself after a lost connection: passes then go on, nothing that was reliable is missing, and
 * nothing that was done is done twice.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { SchemaCache } from "./classes.js";
import { Endpoint } from "./endpoint.js";
import { OnlyWatching, SeatClosed } from "./errors.js";
import { TIMING } from "./heartbeat.js";
import { looping } from "./looping.js";
import { makePrediction, Predicted } from "./predicted.js";
import { nowS } from "./reconnect.js";
import { SeatCore } from "./seat_core.js";
import { SeatOffer } from "./seat_offer.js";
import { Updates } from "./updates.js";

/** @import { WebSocketClass } from "./connection.js" */
/** @import { GameEvent } from "./events.js" */
/** @import { Timing } from "./heartbeat.js" */
/** @import { Input } from "./inputs.js" */
/** @import { PredictOptions } from "./predicted.js" */
/** @import { Step } from "./prediction.js" */
/** @import { SeatState } from "./seat_state.js" */
/** @import { Update } from "./updates.js" */

/**
 * What is the same for all seats of a page, unless given: what spreads attempts to connect (as
 * `Math.random`), how patient to be, the platform's `WebSocket`, the schemas that are known.
 * @typedef {{
 *   random?: () => number, timing?: Partial<Timing>, WebSocket?: WebSocketClass, schemas?: SchemaCache,
 * }} Surroundings
 */

// by content: what one seat of this page has learned is right for every other
const shared = new SchemaCache();

/** Made by a `Lobby` or `takeSeat`. A spectator's seat shows, and does nothing. */
export class Seat extends Endpoint {
  /**
   * Called with the seat after each pass, synchronously: the cheapest way to follow a session.
   * @type {((seat: this) => unknown) | null}
   */
  onPass = null;
  /**
   * Called with each event, before `onPass`; those that came before it was set come with the next pass.
   * Events are then not kept for anybody else.
   * @type {((event: GameEvent) => unknown) | null}
   */
  onEvent = null;
  /**
   * Called when `state` has changed.
   * @type {((state: SeatState, seat: this) => unknown) | null}
   */
  onState = null;
  #core;
  #offer;
  #leaveS;
  #updates = new Updates();
  /** @type {Predicted | null} */
  #predicted = null;
  /** @type {(value?: undefined) => void} */
  #close = () => {};
  #closed = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    this.#close = resolve;
  });

  /**
   * @param {SeatOffer} offer
   * @param {Surroundings & { locate?: () => Promise<string> }} [options]
   */
  constructor(offer, { random = Math.random, timing = {}, schemas = shared, WebSocket, locate } = {}) {
    const patience = { ...TIMING, ...timing };
    const core = new SeatCore(offer, schemas, random, patience, nowS());
    const { openS, leaveS } = patience;
    super(core, offer.url, `the seat in session ${offer.session}`, {
      openS,
      WebSocket,
      Closed: SeatClosed,
      locate,
    });
    this.#core = core;
    this.#offer = offer;
    this.#leaveS = leaveS;
  }

  // --- what there is to see --------------------------------------------------------------------------------

  /** `connecting`, `playing`, `resuming` or `closed`. */
  get state() {
    return this.#core.state;
  }

  /** Which seat: 0, 1, 2...; -1 for a spectator. */
  get index() {
    return this.#core.index;
  }

  /** True if it only watches. */
  get spectator() {
    return this.#core.spectator;
  }

  /** The session's id. */
  get session() {
    return this.#core.session;
  }

  /** The game's name. */
  get game() {
    return this.#offer.game || this.#core.schema.game;
  }

  /** The session's room code, if it is private and the lobby has said it; for `lobby.join({ code })`. */
  get code() {
    return this.#offer.code;
  }

  /** For a spectator: how far what is shown lies behind what happens, in seconds. */
  get delayS() {
    return this.#offer.delayS;
  }

  /** What proves that the seat is this player's, now. A secret: not for logs. */
  get token() {
    return this.#core.token;
  }

  /** The player's id, the same in every session. */
  get player() {
    return this.#core.player;
  }

  /** The game as a client sees it. */
  get schema() {
    return this.#core.schema;
  }

  /** The game's input classes: `seat.inputs.Steer({ turn: 1 })`. */
  get inputs() {
    return this.#core.classes.inputs;
  }

  /** The game's enumerations: `seat.enums.Colour.RED`. */
  get enums() {
    return this.#core.classes.enums;
  }

  /** The newest state; one object that is always up to date. Costs nothing. */
  get latest() {
    return this.#core.view;
  }

  /**
   * The state to draw now: a little behind, and interpolated between passes. Call it once a frame.
   *
   * The first call makes the seat keep a history; that ends when it is not called for a while.
   */
  view() {
    return this.#core.interpolated(nowS());
  }

  /**
   * How far behind the session's clock `view()` is to be, as the network is now: 1 to 10 ticks, in
   * milliseconds.
   *
   * 0 for a turn-based game. It is measured while `view()` is in use, and grows at once with a late pass.
   */
  get delayMs() {
    return this.#core.delayMs;
  }

  /**
   * Session time now, in milliseconds: also between passes, as a chess clock needs it. A spectator's is
   * behind.
   *
   * Estimated from pings; it stands still while the session does, as soon as a ping has told.
   */
  get nowMs() {
    return this.#core.sessionMs(nowS());
  }

  /**
   * While it is `resuming`: for how many seconds the seat is still kept; else, and for a spectator, `null`.
   */
  get keptForS() {
    return this.#core.keptForS(nowS());
  }

  /** True once the session has ended: its last pass is here. */
  get ended() {
    return this.#core.ended !== null;
  }

  /** The session's result, once it has ended; `null` before, and if it ended without one. */
  get result() {
    return this.#core.ended?.result ?? null;
  }

  /** Counts since the seat was taken. */
  get stats() {
    this.#core.stats.bytesOut = this._reconnect.bytesOut;
    return this.#core.stats;
  }

  /** Actions that the server has not yet made durable, or that wait for a connection. */
  get actionsKept() {
    return this.#core.actionsKept;
  }

  /** Sequence number of the last input sent; 0 for none. */
  get sent() {
    return this.#core.sent;
  }

  /**
   * Sequence number of the last input that the server has decided, in the state that is shown; 0 for none.
   */
  get applied() {
    return this.#core.applied;
  }

  // --- what there is to do ---------------------------------------------------------------------------------

  /**
   * The player now holds `x` (a stick, a key). Only the latest of a class counts. Gives its sequence number.
   *
   * It is `null` if nothing was sent now: one that is held already is not sent again (but with `force`);
   * while the connection is away it is kept, and sent with the return; beyond 16 between two passes, with the
   * next one. Does nothing once the seat is closed.
   *
   * @param {Input} x
   * @param {{ force?: boolean }} [options]
   * @returns {number | null}
   * @throws {OnlyWatching} this is a spectator's seat
   * @throws {InvalidInput} a field has not the type that the game declared
   * @throws {TypeError} `x` is not a hold of this game
   */
  hold(x, { force = false } = {}) {
    const seq = this.#core.hold(x, nowS(), force);
    if (this.#core.outbox.length) this._reconnect.flush();
    return seq;
  }

  /**
   * The player does `x` (a shot, a move): applied exactly once and in order. Gives its sequence number.
   *
   * While the connection is away it is refused; with `queueS` it is kept and sent if the connection is back
   * within so many seconds.
   *
   * @param {Input} x
   * @param {{ queueS?: number | null }} [options]
   * @returns {number}
   * @throws {NotConnected} the connection is away, or the seat is closed
   * @throws {TooManyOutstanding} 32 actions wait for the server already
   * @throws {OnlyWatching} this is a spectator's seat
   * @throws {InvalidInput} a field has not the type that the game declared
   * @throws {TypeError} `x` is not an action of this game
   */
  act(x, { queueS = null } = {}) {
    const seq = this.#core.act(x, nowS(), queueS);
    if (this.#core.outbox.length) this._reconnect.flush();
    return seq;
  }

  /**
   * `hold` or `act`, whatever `x` is. Gives and throws as these.
   *
   * @param {Input} x
   * @param {{ queueS?: number | null }} [options]
   */
  send(x, options) {
    return this.#core.inputClass(x).hold ? this.hold(x) : this.act(x, options);
  }

  /** The events since the last call, in order: for those who have no `onEvent`. At most 1024 are kept. */
  takeEvents() {
    return this.#updates.takeEvents();
  }

  /**
   * Predicts this player's own entity of that class, so that it answers to inputs at once.
   *
   * `step(entity, held, dt)` does to the entity what the server does in one tick of `dt` seconds. It gets an
   * object with the entity's public fields, and what is held (`held.Steer`); it must not keep either. One
   * that throws ends the prediction: `view()` of it is `null` from then on.
   *
   * From now on inputs say which tick they are meant for. A seat has one prediction: the last one counts.
   *
   * @param {string} kind
   * @param {Step} step
   * @param {PredictOptions} [options]
   * @returns {Predicted}
   * @throws {OnlyWatching} this is a spectator's seat
   * @throws {RangeError} the game has no such entity or hold class, has no ticks, or a field of `place` does
   *   not move
   */
  predict(kind, step, options) {
    if (this.spectator) throw new OnlyWatching(`a predicted ${kind}`);
    const core = this.#core;
    const prediction = makePrediction(core.classes, kind, step, options);
    const look = () => (core.prediction === prediction ? core.predicted(nowS()) : null);
    const predicted = (this.#predicted = new Predicted(prediction, kind, look));
    core.predict(prediction, kind, nowS());
    return predicted;
  }

  /** Gives the seat up, for good, and waits for the server's word (3 s at most). Twice is once. */
  async leave() {
    this.#core.leave();
    this._reconnect.flush();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#leaveS * 1000);
    });
    await Promise.race([this.#closed, late]);
    clearTimeout(timer);
    await this.close();
  }

  /**
   * Ends the connection without giving the seat up: the server keeps it for its grace window. Twice is once.
   */
  async close() {
    await this._end();
  }

  /** Waits for the end of the session and gives its result. Throws `error` if there is one. */
  async waitClosed() {
    await this.#closed;
    if (this.error !== null) throw this.error;
    return this.result;
  }

  // --- update by update ------------------------------------------------------------------------------------

  /**
   * `for await (const update of seat)`: ends with the session, or throws `error`. Leaving the loop leaves the
   * seat as it is.
   *
   * @returns {AsyncIterableIterator<Update>}
   */
  [Symbol.asyncIterator]() {
    return looping(() => this.#next());
  }

  /** @returns {Promise<IteratorResult<Update>>} */
  async #next() {
    while (!this.#updates.unread) {
      if (this.#core.state === "closed") {
        if (this.error !== null) throw this.error;
        return { done: true, value: undefined };
      }
      await this.#updates.news.wait();
    }
    return { done: false, value: this.#updates.take(this.#core.view) };
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /**
   * @protected
   * @override
   * @param {Uint8Array} payload
   */
  _deliver(payload) {
    const core = this.#core;
    if (core.state === "closed") return; // closed by us, a moment ago
    const got = core.received(payload, nowS());
    if (got === "seated") this._letIn();
    if (got !== "pass") return;
    this.#updates.unread++;
    core.reconcile(nowS());
    this.#predicted?.lookForDivergence();
    if (core.events.length || this.#updates.hasEvents) this.#take(core.events.splice(0));
    call(this.onPass, this);
    core.passDone();
    this.#updates.news.tell();
  }

  /** @param {GameEvent[]} events */
  #take(events) {
    const { onEvent } = this;
    if (onEvent === null) {
      this.#core.stats.eventsDropped += this.#updates.add(events);
      return;
    }
    // what came before somebody listened comes first
    for (const event of [...this.#updates.takeEvents(), ...events]) call(onEvent, event);
  }

  /** @protected @override */
  _stateChanged() {
    this.onState?.(this.state, this);
  }

  /** @protected @override */
  _over() {
    this.#close();
    this.#updates.news.tell();
  }

  /**
   * Waits until the server has let us in for the first time. Throws `error` if it did not.
   */
  async seated() {
    await this._entered();
    if (!this.#core.wasIn) throw this._closedError();
    return this;
  }
}

/**
 * Takes the seat that a match gave, without a lobby; it can then not follow a session that moves.
 *
 * @param {string} url
 * @param {string} session
 * @param {Uint8Array} token
 * @param {Surroundings} [options]
 * @returns {Promise<Seat>}
 * @throws {ConnectFailed} no way there within 15 s
 * @throws {Closed} the server said no; for an unknown or used token `SessionGone`
 */
export async function takeSeat(url, session, token, options) {
  const seat = new Seat(new SeatOffer(session, token, url), options);
  try {
    return await seat.seated();
  } catch (error) {
    await seat.close();
    throw error;
  }
}
