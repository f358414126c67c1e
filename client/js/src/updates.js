/**
 * What a seat keeps for whoever iterates over it: how many passes were not looked at, and all events since.
 *
 * @module
 */

import { News } from "./news.js";

/** @import { Event } from "./events.js" */
/** @import { View } from "./view.js" */

/** Events that wait to be taken; beyond that the oldest are dropped, and counted in `stats.eventsDropped`. */
export const EVENTS_KEPT_MAX = 1024;

/**
 * What is new since the last one. `view` always shows the newest state: take out what you want to keep.
 * `events`: all since the last update, in order. `conflated`: how many passes came in between and were not
 * looked at, because the consumer was slower than the server.
 * @typedef {{ tick: number, view: View, events: Event[], conflated: number }} Update
 */

/** Of one seat. `unread` counts its passes. */
export class Updates {
  unread = 0;
  news = new News("one seat");
  /** @type {Event[]} */
  #events = [];

  /** True if some were kept. */
  get hasEvents() {
    return this.#events.length > 0;
  }

  /**
   * Keeps them. Gives how many older ones had to go.
   *
   * @param {Event[]} events
   */
  add(events) {
    this.#events.push(...events);
    const dropped = Math.max(0, this.#events.length - EVENTS_KEPT_MAX);
    if (dropped) this.#events.splice(0, dropped);
    return dropped;
  }

  /** The events that nobody has taken yet, in order. */
  takeEvents() {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /**
   * Everything since the last one, of which there is at least one pass.
   *
   * @param {View} view
   * @returns {Update}
   */
  take(view) {
    const conflated = this.unread - 1;
    this.unread = 0;
    return { tick: view.tick, view, events: this.takeEvents(), conflated };
  }
}
