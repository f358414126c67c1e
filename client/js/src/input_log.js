/**
 * The inputs that were sent and that the server has not decided, as far as is known: what a prediction plays
 * again.
 *
 * An input is applied in the step that it is meant for; one that has missed it, in the next. Inputs keep their
 * order: one that was sent later is applied no sooner.
 *
 * @module
 */

/**
 * An input on its way. `at`: the tick that it is meant for; `name` of its class; `aimed`: it was sent with that
 * tick, else that is a guess.
 * @typedef {{ seq: number, at: number, name: string, x: any, hold: boolean, aimed: boolean }} SentInput
 */

/** Of one seat. */
export class InputLog {
  #defaults;
  /** As of the newest state. */
  #held;
  /** @type {SentInput[]} */
  #sent = [];
  #last = 0;

  /** @param {Record<string, any>} defaults what is held of each class before anything is */
  constructor(defaults) {
    this.#defaults = { ...defaults };
    this.#held = { ...defaults };
  }

  /** A connection was lost: the server has set all holds back. Actions are sent again. */
  letGo() {
    this.#held = { ...this.#defaults };
    this.#sent = this.#sent.filter(({ hold }) => !hold);
  }

  /**
   * It is on its way. False if it was known.
   *
   * @param {SentInput} sent
   */
  add(sent) {
    if (sent.seq <= this.#last || (sent.hold && !Object.hasOwn(this.#defaults, sent.name))) return false;
    this.#last = sent.seq;
    this.#sent.push(sent);
    return true;
  }

  /**
   * The server has decided all up to that number. Gives those which were not known to be.
   *
   * @param {number} applied
   */
  decided(applied) {
    let count = 0;
    for (const { seq, hold, name, x } of this.#sent) {
      if (seq > applied) break;
      if (hold) this.#held[name] = x;
      count++;
    }
    return this.#sent.splice(0, count);
  }

  /**
   * True if an input that was meant for that tick, or for one before it, is still on its way.
   *
   * @param {number} tick
   */
  hasMissed(tick) {
    return this.#sent.length > 0 && this.#sent[0].at <= tick;
  }

  /**
   * What is held in the step of `tick`, and the actions of that step, if `state` is the newest tick known.
   *
   * @param {number} tick
   * @param {number} state
   */
  at(tick, state) {
    const held = { ...this.#held };
    /** @type {any[]} */
    const actions = [];
    let due = state + 1;
    for (const { at, hold, name, x } of this.#sent) {
      due = Math.max(due, at);
      if (due > tick) break;
      if (hold) held[name] = x;
      else if (due === tick) actions.push(x);
    }
    return { held, actions };
  }
}
