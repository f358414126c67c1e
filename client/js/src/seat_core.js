/**
 * A seat, as far as it can be thought without a network: what to say, what to believe, when to come back.
 *
 *     connecting -> playing <-> resuming -> closed
 *
 * It begins *connecting* with the token that the match issued. The server's `seated` makes it *playing*. A
 * lost connection makes it *resuming*: it comes back with the newest token, the last pass applied and the
 * last event received, and goes on where it was, or with the whole state if the server says `resync`. So does
 * a pass that does not fit the state here (a desync), which ends the connection. It is *closed* for good by
 * the end of the session, by leaving, by a close code that says so, or when the server has not let it in
 * again while the seat is kept.
 *
 * Pure: bytes and the time (seconds of a monotonic clock) come in; what is to be sent is appended to
 * `outbox`.
 *
 * @module
 */

import { Acks } from "./acks.js";
import { failed } from "./callbacks.js";
import { sameBytes } from "./classes.js";
import { SessionClock } from "./clock.js";
import { CloseCode, policy } from "./close.js";
import { BadMessage, decodeSessionReply } from "./codec.js";
import { NotConnected, OnlyWatching, SeatClosed } from "./errors.js";
import { Ended } from "./events.js";
import { Heartbeat, patienceS } from "./heartbeat.js";
import {
  encodeAck,
  encodeLeave,
  encodePing,
  encodeProved,
  encodeResume,
  encodeTakeSeat,
} from "./messages.js";
import { OutgoingInputs } from "./outgoing.js";
import { Desync, HashMismatch, Replica } from "./replica.js";
import { Drop, Retrying } from "./retry.js";
import { TRANSITIONS } from "./seat_state.js";
import { SeatStats } from "./seat_stats.js";
import { Shown } from "./shown.js";
import { View } from "./view.js";

/** @import { Classes, SchemaCache } from "./classes.js" */
/** @import { GameEvent } from "./events.js" */
/** @import { Timing } from "./heartbeat.js" */
/** @import { Input, InputClass } from "./inputs.js" */
/** @import { EventItem, Pass, Seated } from "./messages.js" */
/** @import { Next } from "./retry.js" */
/** @import { SeatOffer } from "./seat_offer.js" */
/** @import { SeatHappening, SeatState } from "./seat_state.js" */

/**
 * What predicts the player's own entity: a `Prediction`. `sessionMs` is session time now, `localMs` this
 * page's.
 * @typedef {{
 *   readonly halted: boolean, readonly pacing: { measured(oneWayMs: number): void },
 *   inputAt(sessionMs: number): number,
 *   sent(seq: number, at: number, name: string, x: any, options: { hold: boolean, sessionMs: number }): void,
 *   halt(): void,
 *   passed(
 *     tick: number, applied: number, id: number, state: Record<string, any> | null, sessionMs: number,
 *   ): void,
 *   view(localMs: number, sessionMs: number): Record<string, any> | null,
 * }} Predicting
 */
/**
 * What a message was about, for whoever handed it in.
 * @typedef {"nothing" | "seated" | "pass"} Got
 */

const NONE = new Uint8Array(0);
/** A state that is older than that, beyond the way here, lets a prediction doubt the session's clock. */
const STALE_MS = 200;
const ASK_EVERY_S = 0.5;
/** Of a game's `status`, which every game has: before and after it there are no steps to predict. */
const RUNNING = 1;

/** One seat. `received` and `timer` throw `Drop` when the connection is of no use any more. */
export class SeatCore {
  /** @type {SeatState} */
  state = "connecting";
  /** @type {Uint8Array[]} */
  outbox = [];
  stats = new SeatStats();
  clock = new SessionClock();
  /** Which seat; -1 for a spectator, and before the server has let us in. */
  index = -1;
  player = "";
  /** @type {Error | null} */
  error = null;
  /** @type {Ended | null} */
  ended = null;
  /**
   * Received and not yet taken by the shell.
   * @type {GameEvent[]}
   */
  events = [];
  #schemas;
  #timing;
  /** @type {Uint8Array} */
  #token;
  /** @type {Classes | null} */
  #classes;
  /** @type {Replica | null} */
  #replica = null;
  /** @type {View | null} */
  #view = null;
  /** @type {Shown | null} The interpolated picture, of a game with ticks. */
  #shown = null;
  /** When the session's clock may be asked for out of turn again. */
  #askAt = 0;
  /** @type {Predicting | null} */
  prediction = null;
  /** The entity class that is predicted. */
  #predicts = "";
  #inputs = new OutgoingInputs();
  /** @type {number | null} */
  #epoch = null;
  #event = 0;
  #passAt;
  #leaving = false;
  #acks = new Acks();
  #delayMs;

  /**
   * @param {SeatOffer} offer
   * @param {SchemaCache} schemas
   * @param {() => number} random
   * @param {Timing} timing
   * @param {number} now
   */
  constructor(offer, schemas, random, timing, now) {
    this.heart = new Heartbeat(timing);
    this.retry = new Retrying(random, offer.url, now, { connectS: timing.connectS, Other: SeatClosed });
    this.session = offer.session;
    this.#schemas = schemas;
    this.#timing = timing;
    this.#token = offer.token;
    this.#classes = schemas.get(offer.schemaHash);
    this.#passAt = now;
    this.#delayMs = offer.delayS * 1000;
  }

  // --- what a user sees ------------------------------------------------------------------------------------

  /** The newest. A secret. */
  get token() {
    return this.#token;
  }

  /** The classes of the game. Throws `NotConnected` before the seat was taken for the first time. */
  get classes() {
    if (this.#classes === null || this.#view === null) throw nothingKnown();
    return this.#classes;
  }

  /** The game as a client sees it. Throws as `classes`. */
  get schema() {
    return this.classes.schema;
  }

  /** The latest state. Throws as `classes`. */
  get view() {
    if (this.#view === null) throw nothingKnown();
    return this.#view;
  }

  /** True once the server has let us in. */
  get wasIn() {
    return this.#view !== null;
  }

  /** True for one who only watches. */
  get spectator() {
    return this.wasIn && this.index < 0;
  }

  /** The newest tick that an input may claim to have seen; -1 for none. */
  get tick() {
    return this.#replica === null ? -1 : this.#replica.tick;
  }

  /**
   * The tick that the player is shown, which an input says; -1 for none. It is that of the interpolated view
   * while that is in use, else the newest.
   */
  get seenTick() {
    return this.#shown === null ? this.tick : this.#shown.seen(this.tick);
  }

  /**
   * How far behind the session's clock the interpolated view is to be, in milliseconds; 0 without ticks.
   * Throws as `classes`.
   */
  get delayMs() {
    return this.schema.tickHz && this.#shown !== null ? this.#shown.delayMs : 0;
  }

  /** Actions that are not durable yet, or wait for a connection. */
  get actionsKept() {
    return this.#inputs.length;
  }

  /** Number of the last input sent. */
  get sent() {
    return this.#inputs.sent;
  }

  /** Number of the last input that the server has decided, as far as is known here. */
  get applied() {
    return this.#inputs.applied;
  }

  /**
   * While a player's seat resumes: for how many seconds it is still kept, if nothing has shortened its time;
   * else `null`.
   *
   * @param {number} now
   */
  keptForS(now) {
    const { since } = this.retry;
    if (this.state !== "resuming" || since === null || this.index < 0) return null;
    return Math.max(0, since + this.schema.graceS - now);
  }

  /**
   * Session time, by the pings or (before the first) by the newest pass.
   *
   * @param {number} now
   */
  sessionMs(now) {
    return this.clock.nowMs(now * 1000) ?? this.view.nowMs + (now - this.#passAt) * 1000;
  }

  /**
   * The state a little while ago, between two passes. The first call begins to keep what that takes.
   *
   * @param {number} now
   */
  interpolated(now) {
    const { view } = this;
    const frame = this.#shown?.frame(view.state, now * 1000, this.sessionMs(now)) ?? null;
    return frame === null ? view : new View(frame, this.classes, view.seat);
  }

  /**
   * The player now holds `x`; gives its number if it is sent now. See `Seat.hold`.
   *
   * @param {Input} x
   * @param {number} now
   * @param {boolean} [force]
   * @returns {number | null}
   */
  hold(x, now, force = false) {
    const kind = this.#kind(x, true);
    if (this.state === "closed" || this.#leaving) return null;
    const tick = this.seenTick;
    const at = this.#at(now);
    const frame = this.#inputs.hold(kind, x, tick, this.state === "playing", { force, at });
    if (frame === null) return null;
    this.outbox.push(frame);
    this.#acks.input(tick);
    this.#predicting((prediction) => this.#predictHeld(prediction, now));
    return this.#inputs.sent;
  }

  /**
   * The player does `x`, once; gives its number. See `Seat.act`.
   *
   * @param {Input} x
   * @param {number} now
   * @param {number | null} [queueS]
   */
  act(x, now, queueS = null) {
    const kind = this.#kind(x, false);
    if (this.state === "playing" && !this.#leaving) {
      const tick = this.seenTick;
      const at = this.#at(now);
      const { seq, frame } = this.#inputs.act(kind, x, tick, at);
      this.outbox.push(frame);
      this.#acks.input(tick);
      const sessionMs = this.sessionMs(now);
      this.#predicting((prediction) => prediction.sent(seq, at, kind.name, x, { hold: false, sessionMs }));
      return seq;
    }
    if (queueS === null || this.state === "closed" || this.#leaving) throw new NotConnected(kind.name);
    return this.#inputs.queue(kind, x, now, queueS);
  }

  // --- prediction ---

  /**
   * From now on that says which ticks inputs are meant for; `kind` is the class of what it predicts.
   *
   * @param {Predicting} prediction
   * @param {string} kind
   * @param {number} now
   */
  predict(prediction, kind, now) {
    if (this.index < 0) throw new OnlyWatching(`a predicted ${kind}`);
    this.prediction = prediction;
    this.#predicts = kind;
    if (this.state === "playing" && this.tick >= 0) this.reconcile(now);
  }

  /**
   * After a pass: compares what was predicted.
   *
   * @param {number} now
   */
  reconcile(now) {
    this.#predicting((prediction) => {
      const { oneWayMs } = this.clock;
      if (oneWayMs !== null) {
        prediction.pacing.measured(oneWayMs);
        if (this.sessionMs(now) - this.view.nowMs > oneWayMs + STALE_MS && now >= this.#askAt) {
          this.#askAt = now + ASK_EVERY_S; // a stall, or the session stood still: then its clock is another
          this.outbox.push(encodePing(now * 1000));
        }
      }
      const status = this.view.game.status ?? RUNNING;
      if (status > RUNNING) {
        prediction.halt(); // it has ended: what is in the picture stays there
        return;
      }
      const own = status < RUNNING ? null : (this.view.me?.one(this.#predicts) ?? null);
      const state = own && Object.fromEntries(own.fields.map((name) => [name, own.get(name)]));
      this.#predictHeld(prediction, now);
      prediction.passed(this.view.tick, this.#inputs.applied, own?.id ?? 0, state, this.sessionMs(now));
    });
  }

  /**
   * The predicted entity as it is to be drawn now.
   *
   * @param {number} now
   */
  predicted(now) {
    return this.#predicting((prediction) => prediction.view(now * 1000, this.sessionMs(now)));
  }

  /**
   * Tells it of holds that it does not know: those that are sent after a pass or a resume are among them.
   *
   * @param {Predicting} prediction
   * @param {number} now
   */
  #predictHeld(prediction, now) {
    const sessionMs = this.sessionMs(now);
    for (const { seq, at, x } of this.#inputs.held) {
      prediction.sent(seq, at, this.classes.inputClass(x).name, x, { hold: true, sessionMs });
    }
  }

  /**
   * The tick that an input is meant for; -1: the next.
   *
   * @param {number} now
   */
  #at(now) {
    const sessionMs = () => this.sessionMs(now);
    return this.#predicting((prediction) => (prediction.halted ? -1 : prediction.inputAt(sessionMs()))) ?? -1;
  }

  /**
   * Predicts, if that is asked for. A game's step that throws is told, and ends the prediction: the seat goes
   * on.
   *
   * @template T
   * @param {(prediction: Predicting) => T} run
   * @returns {T | null}
   */
  #predicting(run) {
    if (this.prediction === null) return null;
    try {
      return run(this.prediction);
    } catch (error) {
      this.prediction = null;
      failed(error);
      return null;
    }
  }

  /**
   * What is known of its class. Throws a `TypeError` for what is no input of this game, and `OnlyWatching`.
   *
   * @param {Input} x
   */
  inputClass(x) {
    const kind = this.classes.inputClass(x);
    if (this.index < 0) throw new OnlyWatching(kind.name);
    return kind;
  }

  /**
   * @param {Input} x
   * @param {boolean} hold
   * @returns {InputClass}
   */
  #kind(x, hold) {
    const kind = this.inputClass(x);
    if (kind.hold !== hold) {
      throw new TypeError(
        `${kind.name} is ${kind.hold ? "a hold: use seat.hold()" : "an action: use seat.act()"}`,
      );
    }
    return kind;
  }

  /** Give the seat up, for good: now, or as soon as there is a connection again. */
  leave() {
    if (this.state === "closed" || this.#leaving) return;
    this.#leaving = true;
    if (this.state === "playing") this.outbox.push(encodeLeave());
  }

  /**
   * It is over here, whatever the server thinks. Twice is once.
   *
   * @param {Error | null} [error]
   */
  close(error = null) {
    if (this.state === "closed") return;
    this.error = error;
    this.#happen("stopped");
  }

  // --- connections -----------------------------------------------------------------------------------------

  /**
   * A connection is open: what to send first.
   *
   * @param {number} now
   */
  firstFrame(now) {
    this.outbox.length = 0;
    this.heart.opened(now);
    const schema = this.#classes?.hash ?? NONE;
    if (this.#replica === null) return encodeTakeSeat(this.session, this.#token, schema);
    const { epoch, tick } = this.#replica;
    return encodeResume(this.session, this.#token, epoch, tick, this.#event, schema);
  }

  /**
   * The connection is gone, or could not be made (`null`: without a close code): what next.
   *
   * @param {number | null} code
   * @param {string} reason
   * @param {number} now
   * @returns {Next}
   */
  lost(code, reason, now) {
    this.heart.ended();
    this.outbox.length = 0;
    if (this.state === "closed") return { stop: true, error: null };
    if (this.state === "playing") {
      this.stats.losses++;
      this.prediction?.halt();
    }
    // the server has forgotten a seat that was given up
    const left = this.#leaving && policy(code).retry === "fresh";
    /** @type {Next} */
    const step =
      this.ended !== null || left ? { stop: true, error: null } : this.retry.lost(code, reason, now);
    if ("stop" in step) this.close(step.error);
    else this.#happen("lost");
    return step;
  }

  /**
   * The time that `heart.due` named has come. Throws `Drop` if the server is silent.
   *
   * @param {number} now
   */
  timer(now) {
    if (this.heart.silent(now)) {
      throw new Drop(CloseCode.SILENT, `the server was silent for ${this.#timing.silenceS} s`, true);
    }
    if (this.heart.takePing(now)) {
      this.outbox.push(encodePing(now * 1000));
      this.#acks.urgent = true; // a paused session makes no ticks to count
      this.passDone();
    }
  }

  /**
   * A message of the server. Throws `Drop` if it cannot be used.
   *
   * @param {Uint8Array} payload
   * @param {number} now
   * @returns {Got}
   */
  received(payload, now) {
    this.heart.heard = now;
    this.stats.bytesIn += payload.length;
    try {
      const message = decodeSessionReply(payload);
      switch (message.type) {
        case "pass":
          this.#pass(message, now);
          return "pass";
        case "seated":
          this.#seated(message, now);
          return "seated";
        case "pong":
          this.clock.pong(message.sentMs, message.nowMs - this.#delayMs, now * 1000);
      }
    } catch (error) {
      throw this.#unusable(error);
    }
    return "nothing";
  }

  /** A pass was shown to everybody: acknowledges it, unless an input has just done so. */
  passDone() {
    const replica = this.#replica;
    if (replica !== null && replica.tick >= 0 && this.#acks.due(replica.tick, this.#event)) {
      this.outbox.push(encodeAck(replica.epoch, replica.tick, this.#event));
    }
  }

  /** @param {unknown} error */
  #unusable(error) {
    if (error instanceof BadMessage) {
      // what was half applied is of no use
      if (this.state === "playing") this.#forgetState();
      return new Drop(CloseCode.MALFORMED, `malformed: ${error.reason}`);
    }
    if (!(error instanceof Desync)) return error;
    this.stats.desyncs++;
    if (error instanceof HashMismatch) this.stats.hashMismatches++;
    this.#forgetState();
    return new Drop(CloseCode.UNEXPECTED, `desync: ${error.message}`);
  }

  // --- messages --------------------------------------------------------------------------------------------

  /**
   * @param {Pass} message
   * @param {number} now
   */
  #pass(message, now) {
    const replica = this.#replica;
    const view = this.#view;
    if (replica === null || view === null || this.state !== "playing")
      throw new BadMessage("a pass before the seat");
    replica.apply(message);
    const { seat } = message;
    const { tick } = replica;
    if (this.index >= 0) this.#applied(message, replica);
    if (seat !== null && seat.events !== null) this.#takeEvents(seat.events);
    view.show(replica);
    this.#passAt = now;
    this.#shown?.passed(replica, this.sessionMs(now));
    const seen = this.seenTick;
    const waited = this.#inputs.passEnded(seen);
    if (waited.length) {
      this.outbox.push(...waited);
      this.#acks.input(seen);
    }
    this.stats.passes++;
    this.stats.hashChecks += replica.checksMade;
    replica.checksMade = 0;
  }

  /**
   * The table is of those who play.
   *
   * @param {Pass} message
   * @param {Replica} replica
   */
  #applied({ seat, head }, { tick, durableTick }) {
    const table = head.applied;
    if (table === null) {
      this.#inputs.passed(tick, seat === null ? null : seat.applied, durableTick);
      return;
    }
    const at = 2 * this.index;
    if (table.length < at + 2) throw new BadMessage("a pass without this seat");
    this.#inputs.passedLow(tick, (table[at] << 8) | table[at + 1], durableTick);
  }

  /** @param {EventItem[]} items */
  #takeEvents(items) {
    for (const item of items) {
      if (item.n <= this.#event) continue;
      const event = this.classes.event(item);
      this.stats.events++;
      this.stats.eventsLost += item.n - this.#event - 1;
      this.#event = item.n;
      if (event !== null) this.events.push(event);
      if (event instanceof Ended) {
        this.ended = event;
        this.#acks.urgent = true;
      }
    }
  }

  /**
   * @param {Seated} message
   * @param {number} now
   */
  #seated(message, now) {
    const classes = this.#classesFor(message);
    const again = this.#replica !== null;
    const newEpoch = message.epoch !== this.#epoch;
    const resumed = message.outcome === "resumed";
    if (resumed && (newEpoch || classes !== this.#classes)) {
      throw new BadMessage("resumed into another epoch or schema");
    }
    this.#happen("seated");
    if (again && classes !== this.#classes) this.stats.actionsLost += this.#inputs.forget();
    this.#setUp(message, classes, resumed);
    const { tick } = this;
    this.#acks.seated(tick, this.#event);
    this.#event += message.lost;
    this.stats.eventsLost += message.lost;
    if (again) this.stats.resumes++;
    if (again && !resumed) this.stats.resyncs++;
    if (newEpoch) {
      this.#epoch = message.epoch;
      this.clock.reset();
    }
    this.#shown?.letIn(newEpoch);
    this.retry.established(now, patienceS(this.#timing, classes.schema.graceS));
    this.heart.letIn(now);
    const { applied, received } = message;
    this.outbox.push(encodeProved(), ...this.#inputs.seated({ newEpoch, applied, received, tick, now }));
    this.stats.actionsExpired = this.#inputs.expired;
    if (this.#leaving) this.outbox.push(encodeLeave());
  }

  /**
   * @param {Seated} message
   * @returns {Classes}
   */
  #classesFor({ schemaHash, schema }) {
    const mine = this.#classes;
    if (mine !== null && sameBytes(mine.hash, schemaHash)) return mine; // the cache may have forgotten them
    const known = this.#schemas.get(schemaHash);
    if (known !== null) return known;
    if (schema === null) throw new BadMessage("a schema that is not here");
    return this.#schemas.add(schemaHash, schema);
  }

  /**
   * @param {Seated} message
   * @param {Classes} classes
   * @param {boolean} keepState
   */
  #setUp({ seat, player, token }, classes, keepState) {
    this.index = seat;
    this.player = player;
    this.#token = token;
    if (this.#view === null || classes !== this.#classes) {
      this.#classes = classes;
      this.prediction = null; // it is of another game's classes
      this.#replica = new Replica(classes.schema);
      this.#view = new View(this.#replica, classes, seat >= 0 ? seat : null);
      const hz = classes.schema.tickHz;
      this.#acks.setTickHz(hz);
      this.clock = new SessionClock(hz ? 1000 / hz + 5 : 50);
      this.#shown = hz ? new Shown(classes.schema) : null;
    } else if (!keepState) this.#forgetState();
  }

  /** Begin again from nothing; what is shown stays until the next pass. */
  #forgetState() {
    if (this.#classes !== null) this.#replica = new Replica(this.#classes.schema);
  }

  /** @param {SeatHappening} happening */
  #happen(happening) {
    const state = TRANSITIONS[this.state][happening];
    if (state === undefined) throw new BadMessage(`${happening} while ${this.state}`);
    this.state = state;
  }
}

function nothingKnown() {
  return new NotConnected("the game", "nothing is known of it before the seat is taken");
}
