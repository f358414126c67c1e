// Time travel: a scrubber over the ticks that were kept, and what the session was at the one that is chosen.

import { el, replace, text } from "../../dom.js";
import { reasonOf } from "../../parts.js";
import { MomentView } from "./moment.js";
import { Newest } from "./newest.js";
import { Scrubber } from "./scrubber.js";
import { lost, moved, reachable, typedTick } from "./travel_range.js";
import { counted, sessionTime } from "./words.js";

/** The range of a running session grows; a process of the server's reads its file anew to say how far. */
const RANGE_EVERY_MS = 5000;
/** Between two ticks that are asked for: a slider that is dragged goes through hundreds. */
const REST_MS = 80;
/** Browsers allow about three changes of the address a second. */
const ADDRESS_AFTER_MS = 300;

/**
 * @typedef {import("./travel_range.js").Ticks & {complete: boolean, duration_ms: number, tick_hz: number, source: string, running: boolean}} Range
 */

/**
 * @param {HTMLElement} root
 * @param {any} ctx
 * @param {string} session
 * @param {string | null} tick Where to go first; the newest if it is none.
 * @returns {{by(steps: number): void, destroy(): void}}
 */
export function travel(root, ctx, session, tick) {
  const path = `/sessions/${encodeURIComponent(session)}/ticks`;
  const scrubber = new Scrubber((tick) => goTo(tick));
  const view = new MomentView();
  const note = el("p", { class: "muted" }, "Looking which ticks there are…");
  replace(root, scrubber.node, note, view.node);
  /** @type {Range | null} */
  let range = null;
  /** @type {number | null} */
  let chosen = null;
  let addressTimer = 0;
  let isOver = false;

  const newest = new Newest(
    (/** @type {number} */ tick) => /** @type {Promise<import("./moment.js").Moment>} */ (ctx.api.get(`${path}/${tick}`)),
    (moment, _, settled) => {
      view.set(moment);
      view.busy(!settled);
    },
    (error) => view.fail(reasonOf(error)),
    () => new Promise((rested) => setTimeout(rested, REST_MS)),
  );

  /** @param {number} tick */
  function goTo(tick) {
    if (!range) return;
    chosen = tick;
    scrubber.set(range, tick);
    view.busy(true);
    newest.want(tick);
    window.clearTimeout(addressTimer);
    addressTimer = window.setTimeout(() => ctx.setQuery({ tab: "travel", tick: String(tick) }), ADDRESS_AFTER_MS);
  }

  async function look() {
    try {
      const found = /** @type {Range} */ (await ctx.api.get(path));
      if (isOver) return;
      range = found;
      text(note, rangeInWords(found));
      if (chosen === null) goTo(reachable(found, typedTick(tick) ?? found.last, -1));
      else scrubber.set(found, chosen);
    } catch (error) {
      if (isOver) return;
      text(note, range ? `There are no newer ticks: ${reasonOf(error)}` : `There is nothing to travel in: ${reasonOf(error)}`);
      if (!range) scrubber.node.hidden = view.node.hidden = true;
    }
  }

  const timer = window.setInterval(() => {
    if (!document.hidden && (!range || range.running)) void look();
  }, RANGE_EVERY_MS);
  void look();
  return {
    by(steps) {
      if (range && chosen !== null) goTo(moved(range, chosen, steps));
    },
    destroy() {
      isOver = true;
      newest.close();
      view.destroy();
      window.clearInterval(timer);
      window.clearTimeout(addressTimer);
    },
  };
}

/** @param {Range} range @returns {string} */
function rangeInWords(range) {
  const from = range.source === "replay" ? "of its replay" : "that the journal still has";
  const told = [`Ticks ${range.first} to ${range.last}, ${from}`, `${sessionTime(range.duration_ms)} of session time`];
  if (range.tick_hz) told.push(`${range.tick_hz} a second`);
  if (range.running) told.push("still running: there will be more");
  else if (range.complete) told.push("it has ended");
  else told.push("cut off: how it ended is not known");
  const missing = lost(range);
  if (missing) told.push(`${counted(missing, "tick")} in ${counted(range.gaps.length, "gap")} lost with a server`);
  return `${told.join("; ")}.`;
}
