/** @import { Event } from "./events.js" */
/** @import { View } from "./view.js" */
/** Events that wait to be taken; beyond that the oldest are dropped, and counted in `stats.eventsDropped`. */
export const EVENTS_KEPT_MAX: 1024;
/**
 * What is new since the last one. `view` always shows the newest state: take out what you want to keep.
 * `events`: all since the last update, in order. `conflated`: how many passes came in between and were not
 * looked at, because the consumer was slower than the server.
 * @typedef {{ tick: number, view: View, events: Event[], conflated: number }} Update
 */
/** Of one seat. `unread` counts its passes. */
export class Updates {
    unread: number;
    news: News;
    /** True if some were kept. */
    get hasEvents(): boolean;
    /**
     * Keeps them. Gives how many older ones had to go.
     *
     * @param {Event[]} events
     */
    add(events: Event[]): number;
    /** The events that nobody has taken yet, in order. */
    takeEvents(): Event[];
    /**
     * Everything since the last one, of which there is at least one pass.
     *
     * @param {View} view
     * @returns {Update}
     */
    take(view: View): Update;
    #private;
}
/**
 * What is new since the last one. `view` always shows the newest state: take out what you want to keep.
 * `events`: all since the last update, in order. `conflated`: how many passes came in between and were not
 * looked at, because the consumer was slower than the server.
 */
export type Update = {
    tick: number;
    view: View;
    events: Event[];
    conflated: number;
};
import { News } from "./news.js";
import type { Event } from "./events.js";
import type { View } from "./view.js";
