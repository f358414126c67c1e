// A session at one tick.

import { el, replace, text } from "../../dom.js";
import { panel } from "../../parts.js";
import { table } from "../../table.js";
import { StateTree } from "./state_tree.js";
import { withParents } from "./state_lines.js";
import { brief, said, sessionTime } from "./words.js";

/**
 * @typedef {{where: string, before: unknown, after: unknown}} Change
 * @typedef {import("./words.js").Item} Item
 * @typedef {{tick: number, now_ms: number, epoch: number, state: Record<string, any>, known_before: boolean, changes: Change[], stimuli: Item[], events: Item[], left_out: number}} Moment
 */

/** One tick: what reached it, what it has changed, what came of it, and all that there was after it. */
export class MomentView {
  constructor() {
    this.head = el("p", { class: "travel-head", "aria-live": "polite" });
    this.stimuli = el("ol", { class: "log" });
    this.events = el("ol", { class: "log" });
    this.changesNote = el("p", { class: "muted" });
    this.changes = table(
      [
        { key: "where", title: "Where", render: (/** @type {Change} */ one) => el("span", { class: "mono where" }, one.where) },
        { key: "before", title: "Before", render: (/** @type {Change} */ one) => valueNode(one.before) },
        { key: "after", title: "After", render: (/** @type {Change} */ one) => valueNode(one.after) },
      ],
      [],
      { key: (/** @type {Change} */ one) => one.where, empty: "Nothing." },
    );
    const treeRoot = el("div", {});
    this.tree = new StateTree(treeRoot);
    this.node = el(
      "div",
      { class: "travel" },
      this.head,
      el(
        "div",
        { class: "session-parts" },
        el("div", { class: "stack" }, panel("What reached it", this.stimuli), panel("What it changed", this.changesNote, this.changes.node), panel("What came of it", this.events)),
        panel("The state after it", treeRoot),
      ),
    );
  }

  /** @param {Moment} moment */
  set(moment) {
    this.node.classList.remove("failed");
    replace(
      this.head,
      el("b", {}, `Tick ${moment.tick}`),
      ` at ${sessionTime(moment.now_ms)}`,
      moment.epoch > 1 && `, epoch ${moment.epoch}`,
      moment.state["state"] && `, ${moment.state["state"]}`,
      moment.left_out > 0 && `; ${moment.left_out} more changes, stimuli or events are not shown`,
    );
    log(this.stimuli, moment.stimuli, "Nothing: time has passed.");
    log(this.events, moment.events, "Nothing.");
    text(this.changesNote, moment.known_before ? "" : "The tick before it is not known: it is the first, or the one before was lost.");
    this.changesNote.hidden = moment.known_before;
    this.changes.node.hidden = !moment.known_before;
    this.changes.set(moment.changes);
    this.tree.set(moment.state, withParents(moment.changes.map((one) => one.where)));
  }

  /** @param {string} reason */
  fail(reason) {
    this.busy(false);
    this.node.classList.add("failed");
    replace(this.head, `That tick cannot be shown: ${reason}`);
  }

  /** @param {boolean} on */
  busy(on) {
    this.node.classList.toggle("busy", on);
  }

  destroy() {
    this.tree.destroy();
  }
}

/** @param {unknown} value */
function valueNode(value) {
  const told = value === null ? "—" : brief(value);
  return el("span", { class: value === null ? "muted" : "mono long clamped", title: told.length > 60 ? told : undefined }, told);
}

/** @param {HTMLElement} list @param {Item[]} items @param {string} none */
function log(list, items, none) {
  const rows = items.map((item) => el("li", {}, el("span", { class: "badge" }, item.what), " ", item.player ? el("b", { class: "name" }, item.player) : item.seat === undefined ? null : `seat ${item.seat}`, " ", el("span", { class: "mono long" }, said(item))));
  replace(list, ...(rows.length ? rows : [el("li", { class: "muted" }, none)]));
}
