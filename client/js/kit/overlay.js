/** What the network does, for who wants to know: key `o`, or the button "Network". */

import { button, el, setText } from "./dom.js";
import { Rate } from "./rate.js";

/** @typedef {import("./shell.js").Source} Source */

const ROWS = /** @type {const} */ ([
  ["trip", "round trip"],
  ["passes", "snapshots"],
  ["tick", "tick"],
  ["error", "prediction error"],
  ["bytes", "received"],
  ["losses", "connections lost"],
]);

export class Overlay {
  #passes = new Rate();
  #bytes = new Rate();
  /** @type {Record<string, HTMLElement>} */
  #cells = {};

  /**
   * @param {Source} source
   * @param {() => number | null} correction How far off the last prediction was; `null` where nothing is
   *   predicted.
   */
  constructor(source, correction) {
    this.source = source;
    this.correction = correction;
    const rows = ROWS.map(([key, label]) => {
      const cell = (this.#cells[key] = el("dd", { test: `overlay-${key}` }));
      return el("div", {}, el("dt", {}, label), cell);
    });
    const cut = button("Cut the connection", () => source.cut?.(), { test: "cut", class: "small" });
    this.element = el("aside", {
      class: "rp-overlay",
      test: "overlay",
      "aria-label": "Network",
      hidden: true,
    });
    this.element.append(el("dl", {}, ...rows));
    if (typeof source.cut === "function") this.element.append(cut);
  }

  toggle() {
    this.element.hidden = !this.element.hidden;
    return !this.element.hidden;
  }

  /** @param {number} nowMs Of the page. */
  show(nowMs) {
    const { source } = this;
    const stats = source.stats ?? {};
    const passes = this.#passes.at(nowMs, stats.passes ?? 0);
    const bytes = this.#bytes.at(nowMs, stats.bytesIn ?? 0);
    if (this.element.hidden) return;
    const trip = source.roundTripMs;
    const error = this.correction();
    const texts = {
      trip: Number.isFinite(trip) ? `${Math.round(trip)} ms` : "–",
      passes: `${passes.toFixed(1)} a second`,
      tick: String(source.latest.tick),
      error: error === null ? "–" : `${error.toFixed(2)} units`,
      bytes: `${(bytes / 1000).toFixed(1)} kB/s`,
      losses: `${stats.losses ?? 0}`,
    };
    for (const [key, text] of Object.entries(texts)) setText(this.#cells[key], text);
  }
}
