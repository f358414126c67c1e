/**
 * When a client acknowledges what it has applied. Pure.
 *
 * An input says which tick its player has seen, and so acknowledges it. A frame of its own is due when the
 * newest tick is `everyTicks` ahead of the last one acknowledged, and as long after the last frame for an
 * event, which no input acknowledges. What is `urgent` goes with the next look: the end of a session, and
 * whatever is left when a session stands still and no tick comes any more.
 *
 * @module
 */

import { ACK_EVERY_TICKS } from "./limits.js";

/** What of one seat the server knows to be applied. */
export class Acks {
  urgent = false;
  #everyTicks = ACK_EVERY_TICKS;
  #tick = -1;
  #frameTick = -1;
  #event = 0;

  /**
   * At least four frames a second: a server judges slowness by the time since the last.
   *
   * @param {number} tickHz
   */
  setTickHz(tickHz) {
    this.#everyTicks = Math.max(1, Math.min(ACK_EVERY_TICKS, Math.floor(tickHz / 4)));
  }

  /**
   * The first frame of a connection has said so much.
   *
   * @param {number} tick
   * @param {number} event
   */
  seated(tick, event) {
    this.#tick = this.#frameTick = tick;
    this.#event = event;
  }

  /**
   * An input goes out that has seen this tick: perhaps an older one than was acknowledged, if it was shown
   * late.
   *
   * @param {number} tick
   */
  input(tick) {
    this.#tick = Math.max(this.#tick, tick);
  }

  /**
   * True if a frame with this tick and event is to be sent now; it counts as sent then.
   *
   * @param {number} tick
   * @param {number} event
   */
  due(tick, event) {
    const every = this.#everyTicks;
    const { urgent } = this;
    this.urgent = false;
    const newEvent = event > this.#event;
    const late = tick - this.#tick >= every || (newEvent && tick - this.#frameTick >= every);
    if (!late && !(urgent && (newEvent || tick > this.#tick))) return false;
    this.#tick = this.#frameTick = tick;
    this.#event = event;
    return true;
  }
}
