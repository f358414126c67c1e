/**
 * Plays the passes of a replay: which state is shown when. Time and timers are given.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { Ended } from "./events.js";
import { History } from "./interpolate.js";
import { Item } from "./replica.js";
import { SeatStats } from "./seat_stats.js";
import { View } from "./view.js";

/** @import { GameEvent } from "./events.js" */
/** @import { ReplayTape } from "./replay_tape.js" */
/** @import { State } from "./view.js" */

/**
 * `nowMs`: a clock in milliseconds. `later(what, ms)`: does something later, and gives what takes that back.
 * @typedef {{ nowMs: () => number, later: (what: () => void, ms: number) => () => void }} Timers
 */

const SPEED_MIN = 1 / 64;
const SPEED_MAX = 64;
/** So many passes at once are still shown one by one; more, as after a sleep of the page, are jumped over. */
const PASSES_AT_ONCE_MAX = 200;

/** Made by `openReplay`. Stands still until `play()`. */
export class Replay {
  /**
   * Called with the replay after each pass, and after each `seek`.
   * @type {((replay: this) => unknown) | null | undefined}
   */
  onPass = null;
  /**
   * Called with each event. Spectators get none but `ended`: when the last pass is played.
   * @type {((event: GameEvent) => unknown) | null | undefined}
   */
  onEvent = null;
  /**
   * Called when `playing`, `speed`, `tick`, `lastTick`, `state` or `error` may have changed.
   * @type {((replay: this) => unknown) | null | undefined}
   */
  onChange = null;
  /**
   * Called when `state` has changed.
   * @type {((state: "playing" | "closed", replay: this) => unknown) | null | undefined}
   */
  onState = null;
  /** Why loading has ended too early; what was loaded can be watched. @type {Error | null} */
  error = null;
  stats = new SeatStats();
  #tape;
  #timers;
  #replica;
  /** Number of the pass that `#replica` is at: the one that is shown, or the one after it. */
  #ahead = -1;
  /** Number of the pass that is shown. */
  #at = -1;
  /** @type {History} */
  #history;
  #latest;
  #drawn;
  /** Session time at `#sinceMs`. */
  #fromMs = 0;
  #sinceMs = 0;
  #speed = 1;
  #playing = false;
  #loaded = false;
  #closed = false;
  /** It has shown all that is loaded, and there is more to come: its time stands still. */
  #waits = false;
  /** A tick that is not loaded yet. @type {number | null} */
  #wanted = null;
  /** @type {GameEvent | null} */
  #ended = null;
  /** @type {GameEvent[]} */
  #events = [];
  #cancel = () => {};

  /**
   * @param {ReplayTape} tape with a pass at least
   * @param {Timers} timers
   */
  constructor(tape, timers) {
    this.#tape = tape;
    this.#timers = timers;
    this.#replica = tape.replica();
    this.#history = new History(tape.classes.schema);
    this.#latest = new View(this.#replica, tape.classes, null);
    this.#drawn = new View(this.#replica, tape.classes, null);
    this.#show(0);
  }

  // --- as a seat -------------------------------------------------------------------------------------------

  /** Which seat: -1, nobody's. */
  get index() {
    return -1;
  }

  get spectator() {
    return true;
  }

  /** The session's id. */
  get session() {
    return this.#tape.header.session;
  }

  /** Of who watches: nobody. */
  get player() {
    return "";
  }

  get schema() {
    return this.#tape.classes.schema;
  }

  get enums() {
    return this.#tape.classes.enums;
  }

  /** `playing` also while it is paused; `closed` after `close()`. */
  get state() {
    return this.#closed ? "closed" : "playing";
  }

  get delayS() {
    return 0;
  }

  get roundTripMs() {
    return null;
  }

  /** The state after the pass that is shown. */
  get latest() {
    return this.#latest;
  }

  /** The state to draw now: between two passes, if the game moves in between. Call it once a frame. */
  view() {
    this.#advance();
    const nowMs = this.#nowMs();
    const frame =
      this.schema.tickHz > 0 && nowMs > this.#tape.timesMs[this.#at] ? this.#history.frame(nowMs) : null;
    if (frame === null) return this.#latest;
    this.#drawn.show(frame);
    return this.#drawn;
  }

  /** Session time that is shown, in milliseconds. */
  get nowMs() {
    this.#advance();
    return this.#nowMs();
  }

  /** The event of the session's end, while that is what is shown; else `null`. */
  get ended() {
    return this.#ended;
  }

  /** The session's result, while its end is shown; else `null`. @returns {Record<string, any> | null} */
  get result() {
    return this.#ended === null ? null : this.#tape.header.result;
  }

  /** The events that nobody has taken yet. */
  takeEvents() {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  // --- as a film -------------------------------------------------------------------------------------------

  /** True while it plays. */
  get playing() {
    return this.#playing;
  }

  /** How fast: 1 as it was, 2 twice as fast; from 1/64 to 64. */
  get speed() {
    return this.#speed;
  }

  set speed(speed) {
    if (!(speed >= SPEED_MIN && speed <= SPEED_MAX))
      throw new RangeError(`speed ${speed}: it can be 1/64 to 64`);
    this.#rebase();
    this.#speed = speed;
    this.#plan();
    call(this.onChange, this);
  }

  /** The tick that is shown. */
  get tick() {
    return this.#tape.ticks[this.#at];
  }

  get firstTick() {
    return this.#tape.header.firstTick;
  }

  /** The last tick that there is; of a replay whose loading has failed, the last one that is here. */
  get lastTick() {
    const { header, ticks } = this.#tape;
    return this.#loaded ? ticks[ticks.length - 1] : Math.max(header.lastTick, ticks[ticks.length - 1]);
  }

  /** Up to this tick it is here. */
  get loadedTick() {
    return this.#tape.ticks[this.#tape.length - 1];
  }

  /** How long the session was, in milliseconds. */
  get durationMs() {
    return this.#tape.header.durationMs;
  }

  /** Who played, by seat; also those who have left. */
  get players() {
    return this.#tape.header.players;
  }

  /** When the session was made: Unix time in milliseconds. */
  get createdMs() {
    return this.#tape.header.createdMs;
  }

  /** False: its server has died, or its disk was full, and what came then is not known. */
  get complete() {
    return this.#tape.header.complete;
  }

  /** Goes on from the tick that is shown; at the end, from the beginning. */
  play() {
    if (this.#playing || this.#closed) return;
    if (this.#isAtEnd) this.seek(this.firstTick);
    this.#sinceMs = this.#timers.nowMs();
    this.#playing = true;
    this.#plan();
    call(this.onChange, this);
  }

  pause() {
    if (!this.#playing) return;
    this.#advance();
    this.#stop();
    call(this.onChange, this);
  }

  /**
   * Shows the state after that tick, or after the last one before it. One that is not loaded yet is shown
   * once it is.
   *
   * @param {number} tick
   */
  seek(tick) {
    if (this.#closed) return;
    this.#wanted = !this.#loaded && tick > this.loadedTick ? tick : null;
    this.#leap(this.#tape.find(tick));
  }

  /** Stops, and loads nothing more. */
  close() {
    if (this.#closed) return;
    this.#stop();
    this.#closed = true;
    call(this.onState, this.state, this);
    call(this.onChange, this);
  }

  /** As of a seat. */
  async leave() {
    this.close();
  }

  // --- loading ---------------------------------------------------------------------------------------------

  /**
   * Framework use: more passes are there.
   */
  _grown() {
    this.stats.hashChecks = this.#tape.checksMade;
    if (this.#wanted !== null) {
      if (this.#wanted <= this.loadedTick) this.seek(this.#wanted);
      return;
    }
    if (this.#waits) {
      this.#waits = false;
      this.#sinceMs = this.#timers.nowMs();
    }
    this.#lookAhead();
    this.#plan();
  }

  /**
   * Framework use: nothing more comes.
   *
   * @param {Error | null} error why not all of it
   */
  _whole(error) {
    this.#loaded = true;
    this.error = error;
    if (this.#wanted !== null) this.seek(this.#wanted);
    this.#plan(); // if it was waiting for more, this was all
    call(this.onChange, this);
  }

  // --- time ------------------------------------------------------------------------------------------------

  get #isAtEnd() {
    return this.#loaded && this.#at === this.#tape.length - 1;
  }

  /** Never beyond what is loaded. */
  #nowMs() {
    const runs = this.#playing && !this.#waits && this.#wanted === null;
    const run = runs ? (this.#timers.nowMs() - this.#sinceMs) * this.#speed : 0;
    return Math.min(this.#fromMs + run, this.#tape.timesMs[this.#tape.length - 1]);
  }

  #rebase() {
    this.#fromMs = this.#nowMs();
    this.#sinceMs = this.#timers.nowMs();
  }

  #stop() {
    this.#rebase();
    this.#playing = false;
    this.#cancel();
  }

  /** When the next pass is due, it is shown: also on pages that draw with passes alone. */
  #plan() {
    this.#cancel();
    if (!this.#playing || this.#closed || this.#wanted !== null) return;
    const nextMs = this.#tape.timesMs[this.#at + 1];
    if (nextMs === undefined) {
      this.#rebase();
      if (this.#loaded) this.#finish();
      else this.#waits = true;
      return;
    }
    const inMs = Math.max(0, (nextMs - this.#nowMs()) / this.#speed);
    this.#cancel = this.#timers.later(() => {
      this.#advance();
      this.#plan();
    }, inMs);
  }

  #finish() {
    this.#waits = false;
    this.#stop();
    const { header } = this.#tape;
    if (header.complete && this.error === null) {
      const event = new Ended(1, this.tick, header.result ?? {}, header.reason);
      this.#ended = event;
      this.stats.events++;
      if (this.onEvent) call(this.onEvent, event);
      else this.#events = [event];
    }
    call(this.onChange, this);
  }

  /** Shows what is due. */
  #advance() {
    if (!this.#playing) return;
    const { timesMs } = this.#tape;
    const to = this.#tape.findTime(this.#nowMs());
    if (to - this.#at > PASSES_AT_ONCE_MAX) {
      const nowMs = this.#nowMs();
      this.#leap(to);
      this.#fromMs = Math.max(nowMs, timesMs[to]);
      return;
    }
    while (this.#playing && this.#at < to) {
      this.#step();
      call(this.onPass, this);
      call(this.onChange, this);
    }
  }

  /** The pass after the one that is shown. */
  #step() {
    const next = this.#at + 1;
    if (this.#ahead < next) {
      this.#tape.go(this.#replica, this.#ahead, next);
      this.#ahead = next;
      this.#history.push(this.#replica);
    }
    this.#at = next;
    this.stats.passes++;
    this.#latest.show(copyOf(this.#replica));
    this.#lookAhead();
  }

  /** @param {number} to number of a pass */
  #leap(to) {
    this.#show(to);
    this.#fromMs = this.#tape.timesMs[to];
    this.#sinceMs = this.#timers.nowMs();
    this.#plan();
    call(this.onPass, this);
    call(this.onChange, this);
  }

  /** @param {number} to number of a pass */
  #show(to) {
    this.#tape.go(this.#replica, this.#ahead, to);
    this.#ahead = this.#at = to;
    this.#ended = null;
    this.#waits = false;
    this.#events = [];
    this.#history = new History(this.schema);
    this.#history.push(this.#replica);
    this.#latest.show(copyOf(this.#replica));
    this.#fromMs = this.#tape.timesMs[to];
    this.#lookAhead();
  }

  /** The pass after the one that is shown is needed for what is between them. */
  #lookAhead() {
    const next = this.#at + 1;
    const { epochs } = this.#tape;
    if (this.schema.tickHz === 0 || this.#ahead !== this.#at || epochs[next] !== epochs[this.#at]) return;
    this.#tape.go(this.#replica, this.#ahead, next);
    this.#ahead = next;
    this.#history.push(this.#replica);
  }
}

/**
 * @param {State} state
 * @returns {State}
 */
function copyOf({ epoch, tick, nowMs, items }) {
  /** @type {Map<number, Item>} */
  const copied = new Map();
  for (const [id, item] of items) {
    const copy = new Item(id, item.classIndex, item.owner, 0);
    copy.mask = item.mask;
    copy.wire = item.wire.slice();
    copied.set(id, copy);
  }
  return { epoch, tick, nowMs, items: copied };
}
