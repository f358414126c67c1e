// Lines and bars over time or ticks, on uPlot. Charts of one `sync` share their cursor. Colours are the page's.

import { el, text } from "./dom.js";
import { bytes, clock, count, ms, percent } from "./format.js";
import uPlot from "./vendor/uPlot.esm.js";

/**
 * `unit`: "ms", "%" (of a share: 1 is 100%), "bytes", or "" for a count; a chart's second one has its axis on the right.
 * `tone`: "ok", "warn", "bad", "info", "" or a number from 1 to 6: of things that are neither.
 * @typedef {{label: string, tone?: string, unit?: string, bars?: boolean}} ChartSeries
 */
/**
 * `span`: how much of x is shown, up to the newest; without it, all. `label`: what it is, for those who do not see it.
 * @typedef {{series: ChartSeries[], height?: number, x?: "time" | "tick", label?: string, span?: number,
 *   sync?: string}} ChartOptions
 */
/** @typedef {(number | null | undefined)[]} Values */

const TONES = /** @type {Record<string, string>} */ ({
  ok: "--ok",
  warn: "--warn",
  bad: "--bad",
  info: "--accent",
  "": "--muted",
});
const SHOWN = /** @type {Record<string, (value: number) => string>} */ ({ ms, "%": percent, bytes });
/** The scale ends no lower than here, so that next to nothing does not look like much. */
const TOP_MIN = /** @type {Record<string, number>} */ ({ ms: 10, "%": 0.2, bytes: 1024 });

/** Steps of an axis that counts: there is no half a player. */
const WHOLE = [1, 10, 100, 1e3, 1e4, 1e5].flatMap((step) => [step, 2 * step, 5 * step]);

/** Of the page, as it is now: a canvas knows no variables. @param {string} name @returns {string} */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888888";
}

/** Calls when the page's colours may be others. @param {() => void} changed @returns {() => void} ends it */
export function onTheme(changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(changed);
  system.addEventListener("change", changed);
  chosen.observe(document.documentElement, { attributes: true });
  return () => {
    system.removeEventListener("change", changed);
    chosen.disconnect();
  };
}

/** Once for the page. */
function withStyle() {
  const href = new URL("./vendor/uPlot.min.css", import.meta.url).pathname;
  if ([...document.styleSheets].some((sheet) => sheet.href?.endsWith(href))) return;
  if (document.head.querySelector(`link[href="${href}"]`)) return;
  document.head.append(el("link", { rel: "stylesheet", href }));
}

/** @param {ChartSeries} series @returns {string} */
function variable(series) {
  const tone = series.tone ?? "info";
  return TONES[tone] ?? `--series-${tone}`;
}

/** @param {string | undefined} unit @returns {(value: number) => string} */
function shown(unit) {
  return SHOWN[unit ?? ""] ?? count;
}

/** @param {number} at @returns {string} */
function minute(at) {
  return new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/**
 * @param {HTMLElement} root
 * @param {ChartOptions} options
 * @returns {{set(xs: number[], ...ys: Values[]): void, destroy(): void}}
 */
export function chart(root, options) {
  const { series, height = 180, x = "time", span, label = "" } = options;
  withStyle();
  const units = [...new Set(series.map((one) => one.unit ?? ""))];
  const plot = el("div", { class: "chart-plot", role: "img", tabindex: "0", "aria-label": label });
  const keys = series.map((one) => keyOf(one));
  const when = el("span", { class: "chart-when muted" });
  const figure = el(
    "figure",
    { class: "chart" },
    plot,
    el(
      "figcaption",
      { class: "chart-keys" },
      keys.map((key) => key.node),
      when,
    ),
  );
  root.append(figure);

  /** @type {[number[], ...Values[]]} */
  let data = [[], ...series.map(() => [])];
  const u = new uPlot(plotOptions(), /** @type {any} */ (data), plot);
  keys.forEach((key, place) => {
    key.node.addEventListener("click", () => {
      const on = key.node.getAttribute("aria-pressed") !== "true";
      key.node.setAttribute("aria-pressed", String(on));
      u.setSeries(place + 1, { show: on });
    });
  });
  plot.addEventListener("keydown", step);
  plot.addEventListener("blur", () => point(-10));
  const sized = new ResizeObserver(() => {
    if (plot.clientWidth > 0 && plot.clientWidth !== u.width) u.setSize({ width: plot.clientWidth, height });
  });
  sized.observe(plot);
  const themed = onTheme(() => {
    keys.forEach((key) => key.paint());
    u.redraw();
  });

  /** @returns {any} */
  function plotOptions() {
    return {
      width: plot.clientWidth || 300,
      height,
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        ...(options.sync ? { sync: { key: options.sync, setSeries: false, scales: ["x", null] } } : {}),
      },
      scales: {
        x: { time: false, range: spanned },
        ...Object.fromEntries(
          units.map((unit) => [
            scale(unit),
            {
              range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number | null} */ most) =>
                upTo(unit, most),
            },
          ]),
        ),
      },
      series: [{}, ...series.map(lineOf)],
      axes: [xAxis(x), ...units.slice(0, 2).map(yAxis)],
      padding: [10, 12, 0, 0],
      hooks: { setCursor: [told] },
    };
  }

  /** @param {ChartSeries} one */
  function lineOf(one) {
    const stroke = () => colour(variable(one));
    const bars = one.bars ? { paths: uPlot.paths.bars?.({ size: [0.8, 12, 1] }), fill: stroke, alpha: 0.6 } : {};
    return {
      label: one.label,
      scale: scale(one.unit ?? ""),
      stroke,
      width: one.bars ? 0 : 1.5,
      points: { show: false },
      ...bars,
    };
  }

  /** @param {any} _ @param {number} from @param {number} to @returns {[number, number]} */
  function spanned(_, from, to) {
    if (from === null || to === null) return [0, span ?? 1];
    return span === undefined ? [from, to > from ? to : from + 1] : [to - span, to];
  }

  /** @param {uPlot} at */
  function told(at) {
    const place = at.cursor.idx ?? null;
    text(when, place === null || (at.cursor.left ?? -1) < 0 ? "" : position(/** @type {number} */ (data[0][place])));
    keys.forEach((key, each) =>
      key.tell(place === null || when.textContent === "" ? newest(data[each + 1] ?? []) : data[each + 1]?.[place]),
    );
  }

  /** @param {number} value @returns {string} */
  function position(value) {
    return x === "time" ? clock(value) : `tick ${value}`;
  }

  /** @param {number} left of the plot; below 0: nowhere */
  function point(left) {
    // The last argument tells charts of the same `sync`; the declarations do not have it.
    /** @type {any} */ (u).setCursor({ left, top: left < 0 ? left : 1 }, true, true);
  }

  /** The cursor by keys. @param {KeyboardEvent} event */
  function step(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const last = data[0].length - 1;
    if (move === undefined || last < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = (u.cursor.left ?? -1) < 0 ? last - move : (u.cursor.idx ?? last);
    const place = Math.min(last, Math.max(0, from + move * (event.shiftKey ? 10 : 1)));
    point(u.valToPos(/** @type {number} */ (data[0][place]), "x"));
  }

  return {
    set(xs, ...ys) {
      data = [xs, ...ys];
      u.setData(/** @type {any} */ (data));
      told(u);
      plot.setAttribute(
        "aria-label",
        `${label}: ${series.map((one, place) => `${one.label} ${keys[place]?.said()}`).join(", ")}`,
      );
    },
    destroy() {
      sized.disconnect();
      themed();
      u.destroy();
      figure.remove();
    },
  };
}

/** @param {string} unit @returns {string} */
function scale(unit) {
  return `in ${unit}`;
}

/** @param {string} unit @param {number | null} most @returns {[number, number]} */
function upTo(unit, most) {
  return [0, Math.max((most ?? 0) * 1.1, TOP_MIN[unit] ?? 5)];
}

function axis() {
  const line = () => colour("--line");
  return {
    stroke: () => colour("--muted"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
}

/** @param {"time" | "tick"} x */
function xAxis(x) {
  return {
    ...axis(),
    size: 28,
    space: 60,
    incrs: x === "time" ? [60, 120, 180, 300, 600, 1800, 3600] : WHOLE,
    values: (/** @type {any} */ _, /** @type {number[]} */ at) =>
      at.map((one) => (x === "time" ? minute(one) : String(one))),
  };
}

/** @param {string} unit @param {number} place */
function yAxis(unit, place) {
  return {
    ...axis(),
    scale: scale(unit),
    side: place === 0 ? 3 : 1,
    size: 56,
    space: 30,
    ...(place === 0 ? {} : { grid: { show: false } }),
    ...(unit === "" ? { incrs: WHOLE } : {}),
    values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => (one === 0 ? "0" : shown(unit)(one))),
  };
}

/** @param {Values} values @returns {number | null | undefined} */
function newest(values) {
  return values.findLast((value) => value !== null && value !== undefined);
}

/** One series below its chart: its colour, its name, its value; pressed, it is drawn. @param {ChartSeries} series */
function keyOf(series) {
  const swatch = el("span", { class: "chart-swatch", "aria-hidden": "true" });
  const value = el("span", { class: "num" });
  const node = el(
    "button",
    { type: "button", class: "chart-key", "aria-pressed": "true" },
    swatch,
    `${series.label} `,
    value,
  );
  const paint = () => {
    swatch.style.background = colour(variable(series));
  };
  paint();
  return {
    node,
    paint,
    /** @param {number | null | undefined} is */
    tell: (is) => text(value, is === null || is === undefined ? "–" : shown(series.unit)(is)),
    said: () => value.textContent,
  };
}
