/**
 * A player's own entity, where it will be: predicted from the newest state and the inputs that are on their
 * way.
 *
 * The client runs the game's step for its own entity as soon as an input is made, some ticks ahead of the
 * server (see `pacing.js`). Each pass then says how it really was at its tick, and which inputs that includes.
 * If it is as it was predicted, nothing happens. If not, the entity is put where the state says, and the ticks
 * since are played again with the inputs that the server has not had yet (*reconciliation*); what is drawn
 * follows gently (see `smoothing.js`). After Gambetta's "Fast-Paced Multiplayer".
 *
 * Pure: all times are given, in milliseconds: `sessionMs` by the session's clock, `localMs` by this machine's.
 *
 * How `Seat` and `SeatCore` call it (as `seat_core.py` does):
 *
 * - `seat.predict(...)`: `makePrediction` of `predicted.js`, kept by the core as its `prediction`; if it plays
 *   already, `reconcile` at once. Another game's classes: `prediction = null`.
 * - `hold` and `act`: `at` is `prediction.inputAt(sessionMs)`, or -1 without a prediction or while that is
 *   `halted`; the frame is made with it. An action that was sent: `sent(seq, at, name, x, ...)`; after a hold
 *   that was sent, and first in each `reconcile`, `sent` for all of `outgoing.held`: what it knows, it ignores.
 * - after each pass, before the events and `onPass`: `pacing.measured(clock.oneWayMs)` if that is known, `sent`
 *   for what is held, `passed(tick, applied, id, fields, sessionMs)` with all fields of the player's oldest
 *   entity of the class (`0, null` if there is none, or the session has not started; `halt()` once it has
 *   ended). What the game's own step throws is the game's affair.
 * - a connection that played is lost: `halt()`.
 * - `mine.view()`: `view(now * 1000, sessionMs)`.
 *
 * @module
 */

import { Playhead } from "./delay.js";
import { InputLog } from "./input_log.js";
import { PredictionStats } from "./prediction_stats.js";
import { Smoothing } from "./smoothing.js";

/** @import { Fields, Motion } from "./motion.js" */
/** @import { Pacing } from "./pacing.js" */

/**
 * What the server does with the entity in one tick of `dt` seconds.
 * @typedef {(entity: any, held: any, dt: number) => unknown} Step
 */

/** So long after the newest state nothing is predicted any more: the entity stands still. */
export const AHEAD_MAX_S = 2;
export const SNAP = 100;
const JUMP_TICKS = 8;
/** The tick in which the client is, and one more: what is drawn may be a little ahead of its clock. */
const BEYOND_TICKS = 2;
/** Beyond so many steps of what is sent, a prediction was not merely rounded. */
const MISS_STEPS = 8;
const MISSES_MAX = 20;

/** Of the one entity that its player has. It begins anew with another entity, and after a lost connection. */
export class Prediction {
  stats = new PredictionStats();
  /** How far the entity, when its last tick was predicted first, was from where the state has it. */
  correction = 0;
  /** Predictions go wrong although all inputs were in time: `step` is not what the server does. */
  diverged = false;
  /** Nothing is predicted before the next pass. */
  halted = true;
  #tickMs;
  #step;
  #acts;
  #snap;
  #log;
  #aheadMax;
  #playhead;
  #smoothing;
  #id = 0;
  /** The newest tick that the server has told. */
  #state = -1;
  /** The tick of the first of these: the entity after each tick, also those that are still to come. */
  #first = 0;
  /** @type {Fields[]} */
  #track = [];
  /**
   * How it was predicted when the client was at that tick.
   * @type {Map<number, Fields>}
   */
  #shown = new Map();
  /** The last of these. */
  #reached = -1;
  #misses = 0;

  /**
   * @param {Motion} motion
   * @param {Pacing} pacing
   * @param {number} tickMs
   * @param {Step} step
   * @param {Record<string, any>} holds what is held of each class that `step` reads, before anything is
   * @param {{ acts?: ((entity: any, action: any) => unknown) | null, snap?: number }} [options]
   */
  constructor(motion, pacing, tickMs, step, holds, { acts = null, snap = SNAP } = {}) {
    this.motion = motion;
    this.pacing = pacing;
    this.#tickMs = tickMs;
    this.#step = step;
    this.#acts = acts;
    this.#snap = snap;
    this.#log = new InputLog(holds);
    this.#aheadMax = Math.ceil((AHEAD_MAX_S * 1000) / tickMs);
    this.#playhead = new Playhead(JUMP_TICKS * tickMs, { slower: 0.15, faster: 0.15 });
    this.#smoothing = new Smoothing(motion.moving.length);
  }

  // --- what the player does ---------------------------------------------------------------------------------

  /**
   * The tick that an input made now is meant for.
   *
   * @param {number} sessionMs
   */
  inputAt(sessionMs) {
    return this.#advance(sessionMs) + 1;
  }

  /**
   * That input is on its way; `at` -1: it is to be applied as soon as it is there.
   *
   * @param {number} seq
   * @param {number} at
   * @param {string} name
   * @param {any} x
   * @param {{ hold: boolean, sessionMs: number }} options
   */
  sent(seq, at, name, x, { hold, sessionMs }) {
    const aimed = at >= 0;
    const meant = aimed ? at : this.halted ? this.#state + 1 : this.inputAt(sessionMs);
    if (!this.#log.add({ seq, at: meant, name, x, hold, aimed })) return;
    this.stats.inputs++;
    if (this.#track.length && !this.halted) this.#replay(Math.max(meant - 1, this.#state, this.#first));
  }

  // --- what the server says ---------------------------------------------------------------------------------

  /** The connection is away: what is drawn stays as it is until the next pass, and then begins anew. */
  halt() {
    this.halted = true;
    this.#log.letGo();
    this.pacing.restart();
  }

  /**
   * The state of `tick` includes all inputs up to `applied`: in it the entity has this id and these fields.
   *
   * `state` (`null`: the player has no such entity) is not used by anybody else from now on.
   *
   * @param {number} tick
   * @param {number} applied
   * @param {number} id
   * @param {Fields | null} state
   * @param {number} sessionMs
   */
  passed(tick, applied, id, state, sessionMs) {
    const before = this.#state;
    this.#state = tick;
    this.pacing.passed(before >= 0 ? Math.max(0, tick - before) * this.#tickMs : 0);
    const off = this.#decide(applied, Math.min(before + 1, tick), tick);
    this.#advance(sessionMs);
    const at = tick - this.#first;
    if (state === null) this.#track = [];
    else if (this.halted || id !== this.#id || at < 0 || at >= this.#track.length) this.#begin(tick, id, state);
    else this.#reconcile(tick, state, this.#track[at], off || this.#log.hasMissed(tick));
    this.#advance(sessionMs);
    this.#forget();
  }

  /**
   * Gives whether one was applied in another tick than was thought.
   *
   * @param {number} applied
   * @param {number} first
   * @param {number} last
   */
  #decide(applied, first, last) {
    let off = false;
    for (const { at, aimed } of this.#log.decided(applied)) {
      if (aimed ? this.pacing.decided(at, first, last) !== 0 : at < first || at > last) off = true;
    }
    return off;
  }

  /**
   * @param {number} tick
   * @param {number} id
   * @param {Fields} state
   */
  #begin(tick, id, state) {
    this.#smoothing.snap();
    this.#playhead.restart();
    this.#shown.clear();
    this.#reached = tick;
    this.stats.starts++;
    this.halted = false;
    this.#id = id;
    this.#misses = 0;
    this.#first = tick;
    this.#track = [state];
  }

  /**
   * @param {number} tick
   * @param {Fields} state
   * @param {Fields} predicted
   * @param {boolean} off
   */
  #reconcile(tick, state, predicted, off) {
    const { motion } = this;
    const shown = this.#shown.get(tick);
    if (shown !== undefined) {
      this.correction = motion.distance(motion.ways(state, shown));
      this.stats.corrected(this.correction);
    }
    const missed = !off && motion.misses(motion.ways(state, predicted), MISS_STEPS);
    this.#misses = missed ? this.#misses + 1 : Math.max(0, this.#misses - 1);
    if (this.#misses >= MISSES_MAX) this.diverged = true;
    if (motion.merge(state, predicted) && !off) return;
    const drawn = this.#drawn();
    this.#track[tick - this.#first] = state;
    this.#replay(tick, drawn);
  }

  // --- what is drawn ----------------------------------------------------------------------------------------

  /**
   * The entity as it is to be drawn now, with its `id`; `null` while the player has none.
   *
   * @param {number} localMs
   * @param {number} sessionMs
   */
  view(localMs, sessionMs) {
    if (!this.#track.length) return null;
    if (!this.halted) {
      this.#advance(sessionMs);
      const lastMs = (this.#first + this.#track.length - 1) * this.#tickMs;
      this.#playhead.move(localMs, sessionMs + this.pacing.leadMs, lastMs);
    }
    const drawn = this.#drawn();
    this.motion.add(drawn, this.#smoothing.fade(localMs));
    return { id: this.#id, ...drawn };
  }

  /** A copy of the entity as it is on its track at the time that was shown last. */
  #drawn() {
    const track = this.#track;
    const { atMs } = this.#playhead;
    const last = track.length - 1;
    const place = atMs === null ? last : atMs / this.#tickMs - this.#first;
    const index = Math.min(Math.max(Math.floor(place), 0), last);
    const after = { ...track[Math.min(index + 1, last)] };
    const back = this.motion.ways(after, track[index]);
    this.motion.add(after, back, 1 - Math.min(Math.max(place - index, 0), 1));
    return after;
  }

  // --- the track --------------------------------------------------------------------------------------------

  /**
   * Predicts as far as the client's clock has gone, and what it needs to draw beyond. Gives the client's tick.
   *
   * @param {number} sessionMs
   */
  #advance(sessionMs) {
    const tick = this.pacing.now(sessionMs);
    const track = this.#track;
    if (track.length && !this.halted) {
      const until = Math.min(tick + BEYOND_TICKS, this.#state + this.#aheadMax);
      for (let next = this.#first + track.length; next <= until; next++) {
        track.push(this.#next(track[track.length - 1], next));
      }
      for (let now = Math.max(this.#reached + 1, this.#first); now <= Math.min(tick, until); now++) {
        this.#shown.set(now, track[now - this.#first]);
        this.#reached = now;
      }
    }
    return tick;
  }

  /**
   * @param {Fields} entity
   * @param {number} tick
   */
  #next(entity, tick) {
    const next = { ...entity };
    const { held, actions } = this.#log.at(tick, this.#state);
    if (this.#acts !== null) for (const action of actions) this.#acts(next, action);
    this.#step(next, held, this.#tickMs / 1000);
    return next;
  }

  /**
   * All after that tick once more. `drawn`: as it was before, if something has changed already.
   *
   * @param {number} tick
   * @param {Fields} [drawn]
   */
  #replay(tick, drawn = this.#drawn()) {
    const track = this.#track;
    const first = tick - this.#first + 1;
    for (let index = first; index < track.length; index++) {
      track[index] = this.#next(track[index - 1], this.#first + index);
    }
    this.stats.replayed += Math.max(0, track.length - first);
    this.#smoothing.shift(this.motion.ways(drawn, this.#drawn()));
    if (this.motion.distance(this.#smoothing.offsets) > this.#snap) {
      this.#smoothing.snap();
      this.stats.snaps++;
    }
  }

  /** What is over, and is not drawn any more. */
  #forget() {
    const { atMs } = this.#playhead;
    const oldest = atMs === null ? this.#state : Math.min(this.#state, Math.floor(atMs / this.#tickMs));
    const past = Math.min(oldest - this.#first, this.#track.length - 1);
    if (past > 0) {
      this.#first += past;
      this.#track.splice(0, past);
    }
    for (const tick of [...this.#shown.keys()]) if (tick <= this.#state) this.#shown.delete(tick);
  }
}
