// A session as it is now.

import { chart } from "../../chart.js";
import { el, replace, text } from "../../dom.js";
import { ms } from "../../format.js";
import { panel } from "../../parts.js";
import { anew, rows } from "./rows.js";
import { seatsTable } from "./seats.js";
import { StateTree } from "./state_tree.js";
import { joined, lanes, summed } from "./steps.js";
import { call, counted } from "./words.js";

const STEPS_MAX = 1200;

/**
 * @typedef {{tick: number, seat: number | null, seq?: number, kind: string, fields: Record<string, any>}} Happening
 * @typedef {{session: any, code: string | null, leader: string | null, locked: boolean, meta: Record<string, any>, options: Record<string, any>, match: any,
 *   started_at: number | null, paused: {since_at: number, by: string, reason: string} | null, tick_hz: number, now_ms: number,
 *   seats: import("./seats.js").Seat[], spectators: any, steps: import("./steps.js").Step[], inputs: Happening[], events: Happening[],
 *   state: Record<string, any> | null, entities_left_out: number, outcome: string | null, reason: string | null, result: any}} Look
 */

/**
 * @param {HTMLElement} root
 * @param {any} ctx
 * @param {string} session
 * @param {() => void} refresh
 * @returns {{set(look: Look): void, destroy(): void}}
 */
export function liveTab(root, ctx, session, refresh) {
  const seats = seatsTable(ctx, session, refresh);
  const treeRoot = el("div", {});
  const leftOut = el("p", { class: "muted", hidden: true });
  const chartRoot = el("div", {});
  const stepsNote = el("p", { class: "muted" });
  const inputs = el("ol", { class: "log" });
  const events = el("ol", { class: "log" });
  const about = el("dl", { class: "kv" });
  replace(
    root,
    panel("Seats", el("div", { class: "scroll-x" }, seats.node)),
    el(
      "div",
      { class: "session-parts" },
      panel("State", leftOut, treeRoot),
      el("div", { class: "stack" }, panel("Steps", chartRoot, stepsNote), panel("Newest inputs", inputs), panel("Newest events", events), panel("About it", about)),
    ),
  );
  const tree = new StateTree(treeRoot);
  const plot = chart(chartRoot, {
    series: [
      { label: "took", tone: "info", unit: "ms" },
      { label: "late", tone: "warn", unit: "ms" },
    ],
    height: 170,
    x: "tick",
    label: "How long each step took, and how late it was",
  });
  /** @type {import("./steps.js").Step[]} */
  let steps = [];

  return {
    set(look) {
      const names = new Map(look.seats.map((seat) => [seat.seat, seat.name]));
      seats.set(look.seats, look.outcome === null);
      if (look.state) tree.set(look.state);
      leftOut.hidden = !look.entities_left_out;
      text(leftOut, `Entities that are not shown: ${look.entities_left_out}.`);
      steps = joined(steps, look.steps, STEPS_MAX);
      plot.set(...lanes(steps));
      text(stepsNote, stepsInWords(steps, look.tick_hz));
      log(inputs, look.inputs, names);
      log(events, look.events, names);
      tellAbout(about, look);
    },
    destroy() {
      plot.destroy();
      tree.destroy();
    },
  };
}

/** @param {import("./steps.js").Step[]} steps @param {number} tickHz */
function stepsInWords(steps, tickHz) {
  const found = summed(steps);
  if (!found) return "Recorded while somebody looks: none yet.";
  const budget = tickHz ? `, of ${ms(1000 / tickHz)}` : "";
  return `${counted(steps.length, "step")}: ${ms(found.mean_ms)} on average, ${ms(found.max_ms)} at most${budget}; at most ${ms(found.late_max_ms)} late.`;
}

/** The newest first. @param {HTMLElement} list @param {Happening[]} told @param {Map<number, string>} names */
function log(list, told, names) {
  const keyOf = (/** @type {Happening} */ one) => `${one.tick} ${one.seat} ${one.kind} ${one.seq ?? JSON.stringify(one.fields)}`;
  rows(list, told.toReversed(), keyOf, (one) => logRow(one, names), "None since you look.");
}

/** @param {Happening} one @param {Map<number, string>} names */
function logRow(one, names) {
  const who = one.seat === null ? "all" : (names.get(one.seat) ?? `seat ${one.seat}`);
  return el(
    "li",
    {},
    el("a", { class: "num log-tick", href: `?tab=travel&tick=${one.tick}`, title: "Go to that tick" }, one.tick),
    " ",
    el("b", { class: "name" }, who),
    " ",
    el("span", { class: "mono long" }, call(one.kind, one.fields)),
  );
}

/** @param {HTMLElement} about @param {Look} look */
function tellAbout(about, look) {
  /** @type {[string, string][]} */
  const told = [];
  if (look.leader) told.push(["leader", look.leader]);
  if (look.match) told.push(["match", typeof look.match === "string" ? look.match : JSON.stringify(look.match)]);
  for (const [name, value] of Object.entries(look.options ?? {})) told.push([`option ${name}`, JSON.stringify(value)]);
  for (const [name, value] of Object.entries(look.meta ?? {})) told.push([`meta ${name}`, JSON.stringify(value)]);
  const shown = told.length ? told.flatMap(([name, value]) => [el("dt", {}, name), el("dd", { class: "mono long" }, value)]) : [el("dd", { class: "muted" }, "No options, no metadata, no match.")];
  anew(about, JSON.stringify(told), () => replace(about, ...shown));
}
