// What one moves through the ticks of a session with.

import { el, replace } from "../../dom.js";
import { moved, reachable, typedTick } from "./travel_range.js";

/** @typedef {import("./travel_range.js").Ticks} Ticks */

export class Scrubber {
  /** @type {Ticks | null} */
  #range = null;
  #tick = -1;

  /** @param {(tick: number) => void} chosen */
  constructor(chosen) {
    const to = (/** @type {string} */ words, /** @type {string} */ title, /** @type {() => number} */ where) =>
      el("button", { type: "button", title, "aria-label": title, onclick: () => this.#range && chosen(where()) }, words);
    const by = (/** @type {number} */ steps) => () => moved(/** @type {Ticks} */ (this.#range), this.#tick, steps);
    this.slider = el("input", {
      type: "range",
      class: "travel-slider",
      "aria-label": "Tick",
      oninput: () => this.#range && chosen(reachable(this.#range, Number(this.slider.value), Number(this.slider.value) - this.#tick)),
    });
    this.field = el("input", { type: "text", inputmode: "numeric", class: "travel-tick mono", "aria-label": "Go to tick", size: "8" });
    this.gaps = el("div", { class: "travel-gaps", "aria-hidden": "true" });
    const form = el("form", { class: "toolbar", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const tick = typedTick(this.field.value);
      if (this.#range && tick !== null) chosen(reachable(this.#range, tick));
      else this.field.value = String(this.#tick);
    } },
      to("First", "First tick", () => /** @type {Ticks} */ (this.#range).first),
      to("−10", "10 ticks back", by(-10)),
      to("◀", "A tick back", by(-1)),
      el("label", { class: "travel-field" }, "Tick ", this.field),
      to("▶", "A tick on", by(1)),
      to("+10", "10 ticks on", by(10)),
      to("Newest", "Newest tick", () => /** @type {Ticks} */ (this.#range).last),
    );
    this.node = el("section", { class: "panel travel-bar" }, form, this.slider, this.gaps);
  }

  /** @param {Ticks} range @param {number} tick */
  set(range, tick) {
    if (tick !== this.#tick) this.field.value = String(tick);
    this.#range = range;
    this.#tick = tick;
    this.slider.min = String(range.first);
    this.slider.max = String(range.last);
    this.slider.value = String(tick);
    const span = Math.max(1, range.last - range.first);
    replace(this.gaps, ...range.gaps.map(([first, last]) => {
      const gap = el("span", { class: "travel-gap" });
      gap.style.left = `${((first - range.first) / span) * 100}%`;
      gap.style.width = `${((last - first) / span) * 100}%`;
      return gap;
    }));
  }
}
