/** A chart over time (or over ticks), and below its title what it says in figures: now, lowest, highest. */

import uPlot from "./vendor/uPlot.esm.js";
import { el, fill } from "./dom.js";
import { clock, number } from "./format.js";

/**
 * @typedef {object} ChartOptions
 * @property {string} label
 * @property {{ label: string, colour?: string }[]} series A colour is a CSS variable's name, as "--c1".
 * @property {(value: number | null | undefined) => string} [format]
 * @property {number} [height] In px.
 * @property {boolean} [time] The x axis: Unix seconds (as if not said), or just numbers.
 * @property {{ value: number, label: string }} [limit] A line across: what should not be exceeded.
 */

/** @typedef {(number | null | undefined)[]} Values */

/** What a series says in figures. @param {Values} values */
export function inFigures(values) {
  let lowest = Infinity;
  let highest = -Infinity;
  let now = /** @type {number | null} */ (null);
  for (const value of values) {
    if (typeof value !== "number") continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    now = value;
  }
  return now === null ? null : { now, lowest, highest };
}

export class Chart {
  /** @type {any} */
  #plot = null;
  /** @type {[Values, ...Values[]]} */
  #data = [[]];
  #tip = el("div", { class: "chart-tip", hidden: true });

  /** @param {ChartOptions} options */
  constructor(options) {
    this.options = options;
    this.format = options.format ?? number;
    this.words = el("figcaption", {});
    this.place = el("div", { class: "chart-place", "aria-hidden": "true" }, this.#tip);
    this.place.style.height = `${options.height ?? 120}px`;
    this.element = el("figure", { class: "chart", "aria-label": options.label }, this.words, this.place);
    this.resized = new ResizeObserver(() => this.#resize());
    this.resized.observe(this.place);
    addEventListener("themechange", this.#again);
    this.#tell();
  }

  /** @param {Values} xs @param {Values[]} ys As long as `xs`, each. */
  show(xs, ys) {
    this.#data = [xs, ...ys];
    this.#tell();
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#build();
  }

  stop() {
    this.resized.disconnect();
    removeEventListener("themechange", this.#again);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #tell() {
    const said = this.options.series.map(({ label, colour }, n) => {
      const figures = inFigures(this.#data[n + 1] ?? []);
      const key = el("i", { class: "chart-key" });
      key.style.background = `var(${colour ?? `--c${n + 1}`})`;
      if (!figures) return el("span", { class: "chart-words" }, key, el("b", {}, label), " not known yet");
      const range = `${this.format(figures.lowest)} to ${this.format(figures.highest)}`;
      const now = el("strong", {}, this.format(figures.now));
      return el("span", { class: "chart-words" }, key, el("b", {}, label), " ", now, el("small", {}, ` from ${range}`));
    });
    fill(this.words, ...said);
  }

  #again = () => {
    this.#plot?.destroy();
    this.#plot = null;
    this.#build();
  };

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (this.#plot && width) this.#plot.setSize({ width, height });
    else this.#build();
  }

  #build() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (!width || this.#plot || !this.#data[0].length) return;
    this.#plot = new uPlot(/** @type {any} */ (this.#settings(width, height)), /** @type {any} */ (this.#data), this.place);
  }

  /** @param {number} width @param {number} height */
  #settings(width, height) {
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const isTime = this.options.time !== false;
    const { limit } = this.options;
    const onlyTimes = (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => clock(one).slice(0, 5));
    const onlyNumbers = (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => String(one));
    return {
      width,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: isTime },
        y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, roof(most, limit?.value)] },
      },
      series: [{}, ...this.options.series.map((one, n) => this.#series(colour(one.colour ?? `--c${n + 1}`), n))],
      axes: [
        { ...axis, size: 22, space: 60, values: isTime ? onlyTimes : onlyNumbers },
        { ...axis, size: 58, space: 28, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => this.format(one)) },
      ],
      hooks: {
        setCursor: [(/** @type {any} */ plot) => this.#point(plot)],
        draw: limit ? [(/** @type {any} */ plot) => drawLimit(plot, limit, colour("--warn"))] : [],
      },
    };
  }

  /** @param {string} colour @param {number} n */
  #series(colour, n) {
    const isOnly = n === 0 && this.options.series.length === 1;
    return { stroke: colour, width: 1.5, points: { show: false }, fill: isOnly ? `color-mix(in srgb, ${colour} 14%, transparent)` : undefined };
  }

  /** @param {any} plot */
  #point(plot) {
    const at = plot.cursor.idx;
    this.#tip.hidden = typeof at !== "number";
    if (typeof at !== "number") return;
    const x = this.#data[0][at];
    const when = this.options.time === false ? String(x) : clock(x);
    const lines = this.options.series.map(({ label }, n) => `${label} ${this.format(this.#data[n + 1]?.[at])}`);
    this.#tip.textContent = [when, ...lines].join(" · ");
    const width = this.place.clientWidth;
    const from = plot.cursor.left + 58;
    this.#tip.style.left = from > width / 2 ? "auto" : `${from + 10}px`;
    this.#tip.style.right = from > width / 2 ? `${width - from + 10}px` : "auto";
  }
}

/** @param {number | null} most @param {number | undefined} limit */
function roof(most, limit) {
  return Math.max((most ?? 0) * 1.1, (limit ?? 0) * 1.05) || 1;
}

/** @param {any} plot @param {{ value: number, label: string }} limit @param {string} colour */
function drawLimit(plot, limit, colour) {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(limit.value, "y", true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.textAlign = "right";
  ctx.fillText(limit.label, bbox.left + bbox.width - 4, y - 4);
  ctx.restore();
}
