/**
 * The inputs of one seat on their way to the server: numbered, resent where that is right, bounded.
 *
 * *Holds*: only the latest of a class counts. An unchanged one is not sent again; after a resume the present
 * ones are, with new numbers, because the server has set them back. Beyond `HOLDS_PER_PASS_MAX` between two
 * passes, the latest waits for the next pass: a server that stalls must not find a heap of stale ones.
 *
 * *Actions*: applied exactly once and in order. One is *applied* with the first pass that says so, and
 * *durable* when the journal has reached that pass's tick: only then it is forgotten. After a resume, those
 * that the server has not decided are sent again, under their old numbers, so that it knows those which it
 * got; after a new epoch all that are not durable, because the server may have lost what it had not written.
 * Those queued while away follow, unless they have expired. With `ACTIONS_MAX` of them kept, another is
 * refused with `TooManyOutstanding`.
 *
 * Where the game has an input buffer, each may say `at`: the tick in whose step it is to be applied (-1: the
 * next). What is sent again keeps it, except after a new epoch, and holds after a resume: they are to be
 * applied at once.
 *
 * Pure: ticks and times are given; what comes back are the bytes to send, in order.
 *
 * @module
 */

import { sameBytes } from "./classes.js";
import { TooManyOutstanding } from "./errors.js";

/** @import { Input, InputClass } from "./inputs.js" */

export const ACTIONS_MAX = 32;
/** Together with the actions, fewer inputs than a server lets wait for one step (64). */
export const HOLDS_PER_PASS_MAX = 16;
/**
 * With so many undecided inputs, a hold with `at` waits for a pass: those that wait for their tick count as
 * well.
 */
export const AIMED_UNDECIDED_MAX = 24;
/** At most so many undecided numbers, and the low 16 bits name one of them. */
const HALF = 0x8000;

/**
 * An action that is kept. `seen`: the newest tick when the player acted; `at`: the tick that it was meant for
 * (-1: the next); `expires` is set while it waits for a connection: seconds of the caller's clock.
 * @typedef {{
 *   seq: number, kind: InputClass, body: Uint8Array, seen: number, at: number, appliedAt: number | null,
 *   expires: number | null,
 * }} Action
 */
/**
 * What is held of one class; it was sent with `seq` last (0: never).
 * @typedef {{ kind: InputClass, x: Input, body: Uint8Array, unsent: boolean, at: number, seq: number }} Held
 */

export class OutgoingInputs {
  /** Number of the last input sent, or queued. */
  sent = 0;
  /** The last input that the server has decided, as far as is known here. */
  applied = 0;
  /** Actions whose time in the queue ran out before the connection was back. */
  expired = 0;
  /** @type {Action[]} */
  #actions = [];
  /** @type {Action[]} */
  #queued = [];
  /** @type {Map<InputClass, Held>} */
  #held = new Map();
  /** Since the last pass. */
  #holdsSent = 0;
  #unsent = false;

  /**
   * What is held and was sent: the number that it was sent with last, its `at`, and the input. By number.
   */
  get held() {
    const sent = [...this.#held.values()].filter(({ seq }) => seq);
    return sent.sort((a, b) => a.seq - b.seq).map(({ seq, at, x }) => ({ seq, at, x }));
  }

  /** How many actions are kept. */
  get length() {
    return this.#actions.length + this.#queued.length;
  }

  /**
   * The player now holds `x`. `null` if there is nothing to send now.
   *
   * @param {InputClass} kind
   * @param {Input} x
   * @param {number} tick
   * @param {boolean} connected
   * @param {{ force?: boolean, at?: number }} [options]
   * @returns {Uint8Array | null}
   * @throws {InvalidInput} the server would refuse it; what was held before still is
   */
  hold(kind, x, tick, connected, { force = false, at = -1 } = {}) {
    const body = kind.body(x);
    let held = this.#held.get(kind);
    if (held === undefined) this.#held.set(kind, (held = { kind, x, body, unsent: true, at, seq: 0 }));
    else if (!sameBytes(held.body, body)) held.body = body;
    else if (!(force || held.unsent)) return null;
    held.x = x;
    held.at = at;
    const undecidedMax = at < 0 ? HALF : AIMED_UNDECIDED_MAX;
    const undecided = this.sent - this.applied;
    if (!connected || this.#holdsSent >= HOLDS_PER_PASS_MAX || undecided >= undecidedMax) {
      held.unsent = this.#unsent = true;
      return null;
    }
    return this.#send(held, tick);
  }

  /**
   * Takes an action to be sent now: its number, and its bytes.
   *
   * @param {InputClass} kind
   * @param {Input} x
   * @param {number} tick
   * @param {number} [at]
   * @returns {{ seq: number, frame: Uint8Array }}
   * @throws {InvalidInput} the server would refuse it
   * @throws {TooManyOutstanding} too many wait already
   */
  act(kind, x, tick, at = -1) {
    const action = this.#take(kind, x, tick, at);
    this.#actions.push(action);
    return { seq: action.seq, frame: frameOf(action, tick) };
  }

  /**
   * Takes an action to be sent when the connection is back, if that is within `queueS`. Throws as `act`.
   *
   * @param {InputClass} kind
   * @param {Input} x
   * @param {number} now
   * @param {number} queueS
   */
  queue(kind, x, now, queueS) {
    this.#expire(now);
    const action = this.#take(kind, x, -1, -1);
    action.expires = now + queueS;
    this.#queued.push(action);
    return action.seq;
  }

  /**
   * The server let us in (again): what to send, in order.
   *
   * `applied` and `received` are the server's; `tick` is the newest that we have of this epoch (-1: none): no
   * input may claim to have seen a later one.
   *
   * @param {{ newEpoch: boolean, applied: number, received: number, tick: number, now: number }} seated
   * @returns {Uint8Array[]}
   */
  seated({ newEpoch, applied, received, tick, now }) {
    this.sent = Math.max(this.sent, received);
    this.applied = newEpoch ? applied : Math.max(this.applied, applied);
    /** @type {Uint8Array[]} */
    const frames = [];
    for (const action of this.#actions) {
      if (newEpoch) [action.appliedAt, action.at] = [null, -1];
      if (newEpoch || action.seq > applied) frames.push(frameOf(action, Math.min(action.seen, tick)));
    }
    this.#expire(now);
    for (const action of this.#queued.splice(0)) {
      [action.expires, action.seen] = [null, tick];
      this.#actions.push(action);
      frames.push(frameOf(action, tick));
    }
    for (const held of this.#held.values()) {
      held.at = -1;
      frames.push(this.#send(held, tick));
    }
    this.#holdsSent = 0;
    this.#unsent = false;
    return frames;
  }

  /**
   * A pass of that tick says: the last input decided is the one with these low 16 bits.
   *
   * @param {number} tick
   * @param {number} appliedLow
   * @param {number} durableTick
   */
  passedLow(tick, appliedLow, durableTick) {
    const ahead = (appliedLow - this.applied) & 0xffff;
    if (this.applied + ahead <= this.sent) this.applied += ahead;
    if (this.#actions.length) this.#settle(tick, durableTick);
  }

  /**
   * The same where the number is whole, or (`null`) did not change.
   *
   * @param {number} tick
   * @param {number | null} applied
   * @param {number} durableTick
   */
  passed(tick, applied, durableTick) {
    if (applied !== null) this.applied = Math.max(this.applied, Math.min(applied, this.sent));
    if (this.#actions.length) this.#settle(tick, durableTick);
  }

  /**
   * After each pass: the holds that waited for it, if any.
   *
   * @param {number} tick
   * @returns {Uint8Array[]}
   */
  passEnded(tick) {
    this.#holdsSent = 0;
    if (!this.#unsent) return [];
    this.#unsent = false;
    return [...this.#held.values()].filter(({ unsent }) => unsent).map((held) => this.#send(held, tick));
  }

  /** Drops everything: the game has other inputs now. Gives the number of actions that are lost by it. */
  forget() {
    const lost = this.length;
    this.#actions = [];
    this.#queued = [];
    this.#held.clear();
    return lost;
  }

  /**
   * @param {InputClass} kind
   * @param {Input} x
   * @param {number} tick
   * @param {number} at
   * @returns {Action}
   */
  #take(kind, x, tick, at) {
    const body = kind.body(x);
    if (this.length >= ACTIONS_MAX) throw new TooManyOutstanding("actions", ACTIONS_MAX);
    if (this.sent - this.applied >= HALF) throw new TooManyOutstanding("inputs", HALF);
    this.sent++;
    return { seq: this.sent, kind, body, seen: tick, at, appliedAt: null, expires: null };
  }

  /**
   * @param {Held} held
   * @param {number} tick
   */
  #send(held, tick) {
    held.unsent = false;
    this.#holdsSent++;
    this.sent++;
    held.seq = this.sent;
    return held.kind.frame(this.sent, tick, held.body, held.at);
  }

  /**
   * @param {number} tick
   * @param {number} durableTick
   */
  #settle(tick, durableTick) {
    const actions = this.#actions;
    for (const action of actions) {
      if (action.appliedAt === null && action.seq <= this.applied) action.appliedAt = tick;
    }
    const kept = actions.findIndex(({ appliedAt }) => appliedAt === null || appliedAt > durableTick);
    actions.splice(0, kept < 0 ? actions.length : kept);
  }

  /** @param {number} now */
  #expire(now) {
    const kept = this.#queued.filter(({ expires }) => expires !== null && expires > now);
    this.expired += this.#queued.length - kept.length;
    this.#queued = kept;
  }
}

/**
 * @param {Action} action
 * @param {number} tick
 */
function frameOf({ kind, seq, body, at }, tick) {
  return kind.frame(seq, tick, body, at);
}
