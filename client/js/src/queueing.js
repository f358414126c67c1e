/**
 * A place in queues that is waited out: what it was asked for, what its owner is told, and the seat at its end.
 *
 * There is one way for all: a quick match, `play` in queues with rules, and a member of a party who waits for
 * what its leader queues for. A match is for who waits in its queue, unless it continues another session.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { RequestRefused } from "./errors.js";
import { Claim } from "./matches.js";
import { Waiting } from "./waiting.js";

/** @import { Explanation } from "./explanation.js" */
/** @import { OnReadyCheck, ReadyCheck } from "./ready_check.js" */
/** @import { Ticket } from "./ticket.js" */
/** @import { OnWaiting } from "./waiting.js" */

export const EXPLAIN_EVERY_S = 5;
/** Who is matched at once asks nothing; and by then the server knows the player. */
const EXPLAIN_FIRST_S = 0.5;
/** Of all together who wait in one queue: what is said to them costs the server something. */
const ASKS_A_SECOND = 10;

const WHY_OUT = new Map([
  ["declined", "you declined the match"],
  ["not_ready", "you did not accept the match in time"],
  ["party_changed", "your party has changed"],
  ["already_seated", "you have a seat already"],
  ["kicked", "you were removed from the party"],
  ["left", "you left the party"],
  ["ended", "the party is over"],
]);

/** The one of a lobby that is going on. */
export class Queueing extends Claim {
  /** False while the former one's end is waited for: what is said then is not of this one. */
  isAsked = false;
  /** Called when there may be something else to explain. @type {() => void} */
  onStir = () => {};
  #ticket;
  #queues;
  #onWait;
  #onReadyCheck;
  /** @type {ReadyCheck | null} */
  #check = null;
  /** @type {Explanation | null} */
  #why = null;
  #told = "";

  /**
   * @param {Ticket} ticket
   * @param {readonly string[]} queues empty: whichever the leader of the party queues for
   * @param {OnWaiting | null} onWait
   * @param {OnReadyCheck | null} [onReadyCheck] without one, all are accepted
   */
  constructor(ticket, queues, onWait, onReadyCheck = null) {
    super();
    this.#ticket = ticket;
    this.#queues = queues;
    this.#onWait = onWait;
    this.#onReadyCheck = onReadyCheck ?? ((/** @type {ReadyCheck} */ check) => check.accept());
  }

  /** Whether it is a member's, who queues for nothing. */
  get follows() {
    return this.#queues.length === 0;
  }

  /** Whether there is something to ask about. */
  get isExplained() {
    return this.#ticket.queues.length > 0 && this.#ticket.check === null;
  }

  /**
   * Any match of those queues, but none that continues another session.
   *
   * @override
   * @param {Record<string, any>} data
   */
  fits(data) {
    const isOurs = this.follows || this.#queues.includes(data.queue || data.game);
    return this.isAsked && !data.rematch && isOurs;
  }

  /** For who comes in the middle of it: what there is already. */
  began() {
    this.#tell();
    this.#ask();
    this.onStir();
  }

  /**
   * Any other push of the lobby; the ticket knows of it already.
   *
   * @override
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  pushed(kind, { queues, game, reason }) {
    if (!this.isAsked || this.done) return;
    switch (kind) {
      case "queued":
        this.#tell();
        return this.onStir();
      case "ready_check":
        return this.#ask();
      case "ready_check_off":
        this.#tell(true);
        return this.onStir();
      case "unqueued": {
        if (this.follows) {
          this.#why = null;
          return this.#tell();
        }
        const gone = Array.isArray(queues) && queues.length ? queues : [game];
        if (gone.some((queue) => this.#queues.includes(queue))) this.#out(String(reason ?? "unqueued"));
        return;
      }
      case "party_off":
        if (this.follows) this.#out(String(reason ?? "ended"));
    }
  }

  /** The server has said yes; what it said behind that, before a lost connection, knows better. */
  agreed() {
    if (!this.done && !this.#ticket.queues.length) this.#ticket.queues = this.#queues;
  }

  /**
   * The rest of the answer: of a quick match, the place in line.
   *
   * @param {any} value
   */
  answered(value) {
    const ticket = this.#ticket;
    const { place, waiting } = value ?? {};
    const isWhole = Number.isSafeInteger(place) && Number.isSafeInteger(waiting);
    if (this.done || !ticket.queues.length) return;
    if (isWhole && !ticket.place) Object.assign(ticket, { place, waiting });
    this.#tell();
    this.onStir();
  }

  /**
   * How long until it asks again: with many who wait, less often.
   * @param {number} everyS
   */
  pauseS(everyS) {
    const waiting = Math.max(0, ...(this.#why?.queues ?? []).map((queue) => queue.waiting));
    return Math.max(everyS, waiting / ASKS_A_SECOND);
  }

  /**
   * The newest word of why it waits.
   *
   * @param {Explanation} why
   */
  explained(why) {
    if (this.done || !this.#ticket.queues.length) return;
    this.#why = why;
    this.#tell();
  }

  /** @param {string} reason */
  #out(reason) {
    this.refuse(new RequestRefused(reason, WHY_OUT.get(reason) ?? "the place in the queue is gone"));
  }

  /** @param {boolean} [again] */
  #tell(again = false) {
    const { queues, place, waiting } = this.#ticket;
    const now = new Waiting(queues, place, waiting, this.#why);
    const text = JSON.stringify(now);
    if (text === this.#told && !again) return;
    this.#told = text;
    call(this.#onWait, now);
  }

  #ask() {
    const { check } = this.#ticket;
    if (check === null || check === this.#check) return;
    this.#check = check;
    call(this.#onReadyCheck, check);
  }
}

/**
 * Asks why one waits, again and again.
 *
 * @param {Queueing} queueing
 * @param {() => Promise<Explanation>} explain
 * @param {number} everyS
 * @returns {() => void} ends it
 */
export function keepExplaining(queueing, explain, everyS) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let isAsleep = true;
  let isOver = false;
  const later = (/** @type {number} */ inS) => {
    isAsleep = false;
    timer = setTimeout(() => void ask(), inS * 1000);
  };
  const ask = async () => {
    isAsleep = !queueing.isExplained;
    if (isAsleep) return;
    try {
      queueing.explained(await explain());
    } catch (error) {
      // a ticket that has just gone, or a server that has no time: the next one will do
      if (!(error instanceof RequestRefused)) isOver = true;
    }
    if (!isOver) later(queueing.pauseS(everyS));
  };
  queueing.onStir = () => {
    if (isAsleep && !isOver && queueing.isExplained) later(Math.min(EXPLAIN_FIRST_S, everyS));
  };
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
