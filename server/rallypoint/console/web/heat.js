// How late ticks were: time across, a row for each game, a colour for each ten seconds. On a canvas, with words for
// whoever points, moves by keys or listens.

import { colour, onTheme } from "./chart.js";
import { el, replace, text } from "./dom.js";
import { clock } from "./format.js";
import { LIMITS_MS, cellAt, lateWords, shade, worst } from "./lateness.js";
import { COLUMN_S, KEPT_S } from "./past.js";

/** @typedef {import("./lateness.js").Cell} Cell */
/** `cells`: for each ten seconds, newest last. @typedef {{name: string, href: string, cells: (Cell | null)[]}} HeatRow */
/** `back`: so many columns before the newest. @typedef {{row: number, back: number}} Spot */

const COLUMNS = KEPT_S / COLUMN_S;
const ROW_PX = 26;
const GAP_PX = 4;
const A_MINUTE = 60 / COLUMN_S;

/**
 * @param {HTMLElement} root
 * @returns {{set(rows: HeatRow[], to_at: number): void, destroy(): void}} `to_at`: when the newest column ends
 */
export function heat(root) {
  const names = el("ul", { class: "heat-names" });
  const canvas = el("canvas", { class: "heat-canvas", role: "img", tabindex: "0" });
  const tip = el("p", { class: "heat-tip", hidden: true, role: "status" });
  const rest = el("div", { class: "heat-rest" }, canvas, scale(), tip);
  const table = el("table", { class: "data" });
  const details = el(
    "details",
    { class: "heat-table" },
    el("summary", {}, "As a table"),
    el("div", { class: "heat-scroll" }, table),
  );
  const legend = legendOf();
  const node = el("div", { class: "heat" }, el("div", { class: "heat-body" }, names, rest), legend.node, details);
  root.append(node);

  /** @type {HeatRow[]} */
  let rows = [];
  let to_at = 0;
  /** @type {Spot | null} */
  let at = null;

  const sized = new ResizeObserver(draw);
  sized.observe(rest);
  const themed = onTheme(() => {
    legend.paint();
    draw();
  });
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("keydown", step);
  details.addEventListener("toggle", tabulate);

  function draw() {
    const width = rest.clientWidth;
    const height = rows.length * ROW_PX;
    if (width === 0) return;
    const sharp = devicePixelRatio || 1;
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    canvas.style.height = `${height}px`;
    const brush = canvas.getContext("2d");
    if (brush === null) return;
    brush.scale(sharp, sharp);
    const colours = Array.from({ length: LIMITS_MS.length + 1 }, (_, place) => colour(`--heat-${place}`));
    const none = colour("--heat-none");
    const step = width / COLUMNS;
    rows.forEach((row, place) => {
      for (let column = 0; column < COLUMNS; column++) {
        const cell = row.cells[column - (COLUMNS - row.cells.length)] ?? null;
        brush.fillStyle = cell === null ? none : (colours[shade(cell.p99)] ?? none);
        brush.fillRect(column * step, place * ROW_PX + GAP_PX / 2, step - (step > 5 ? 1 : 0), ROW_PX - GAP_PX);
      }
    });
    if (at !== null) {
      brush.strokeStyle = colour("--text");
      brush.lineWidth = 2;
      brush.strokeRect((COLUMNS - 1 - at.back) * step, at.row * ROW_PX + 1, step, ROW_PX - 2);
    }
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / ROW_PX);
    const kept = rows[row]?.cells.length ?? 0;
    const place = cellAt((event.clientX - box.left) / box.width, COLUMNS, kept);
    show(place === null ? null : { row, back: kept - 1 - place });
  }

  function leave() {
    show(null);
  }

  /** @param {KeyboardEvent} event */
  function step(event) {
    const [down, back] =
      { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, 1], ArrowRight: [0, -1] }[event.key] ?? [];
    if (event.key === "Escape") return show(null);
    if (down === undefined || back === undefined || rows.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const row = Math.min(rows.length - 1, Math.max(0, at === null ? 0 : at.row + down));
    const kept = rows[row]?.cells.length ?? 0;
    show(kept === 0 ? null : { row, back: Math.min(kept - 1, Math.max(0, at === null ? 0 : at.back + back)) });
  }

  /** @param {Spot | null} where */
  function show(where) {
    at = where;
    draw();
    const row = at === null ? undefined : rows[at.row];
    tip.hidden = at === null || row === undefined;
    if (at === null || row === undefined) return;
    const end = to_at - at.back * COLUMN_S;
    const cell = row.cells.at(-1 - at.back) ?? null;
    text(
      tip,
      `${row.name}, ${clock(end - COLUMN_S)} to ${clock(end)}: ${cell === null ? "no ticks" : cellWords(cell)}`,
    );
    const share = (COLUMNS - 0.5 - at.back) / COLUMNS;
    tip.style.left = `${Math.max(0, Math.min(rest.clientWidth - tip.offsetWidth, share * rest.clientWidth - tip.offsetWidth / 2))}px`;
    tip.style.top = `${(at.row + 1) * ROW_PX + 4}px`;
  }

  function tabulate() {
    if (!details.open) return;
    const minutes = Array.from({ length: COLUMNS / A_MINUTE }, (_, place) => COLUMNS / A_MINUTE - 1 - place);
    replace(
      table,
      el("caption", { class: "muted" }, "The latest p99 of ten seconds in each minute, in milliseconds"),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          el("th", {}, "Game"),
          minutes.map((minute) => el("th", { class: "num" }, clock(to_at - minute * 60).slice(0, 5))),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) => {
          const late = worst(row.cells, A_MINUTE);
          return el(
            "tr",
            {},
            el("th", { scope: "row" }, row.name),
            minutes.map((minute) => el("td", { class: "num" }, number(late.at(-1 - minute)))),
          );
        }),
      ),
    );
  }

  return {
    set(newRows, newest_at) {
      const named = newRows.map((row) => row.name).join("\n") !== rows.map((row) => row.name).join("\n");
      rows = newRows;
      to_at = newest_at;
      if (named)
        replace(
          names,
          rows.map((row) => el("li", {}, el("a", { href: row.href }, row.name))),
        );
      const now = rows.map((row) => `${row.name} ${wordsOf(row.cells.at(-1) ?? null)}`).join(", ");
      canvas.setAttribute(
        "aria-label",
        `Tick lateness of the last 15 minutes; now ${now}. The table below has the values.`,
      );
      show(at !== null && at.row < rows.length ? at : null);
      tabulate();
    },
    destroy() {
      sized.disconnect();
      themed();
      node.remove();
    },
  };
}

/** @param {Cell} cell @returns {string} */
function cellWords(cell) {
  return `p99 ${lateWords(cell.p99)}, p50 ${lateWords(cell.p50)}, ${cell.ticks} ticks`;
}

/** @param {Cell | null} cell @returns {string} */
function wordsOf(cell) {
  return cell === null ? "no ticks" : lateWords(cell.p99);
}

/** @param {number | null | undefined} late @returns {string} */
function number(late) {
  if (late === null || late === undefined) return "–";
  return late === Infinity ? "> 2500" : late.toFixed(late < 10 ? 1 : 0);
}

function scale() {
  return el(
    "div",
    { class: "heat-scale muted", "aria-hidden": "true" },
    ["15 min ago", "10", "5", "now"].map((words) => el("span", {}, words)),
  );
}

function legendOf() {
  const swatches = [...LIMITS_MS, Infinity].map(() => el("span", { class: "chart-swatch", "aria-hidden": "true" }));
  const words = LIMITS_MS.map((limit) => `to ${limit} ms`);
  const node = el(
    "p",
    { class: "heat-legend muted" },
    "Latest 1% of ticks: ",
    swatches.map((swatch, place) => el("span", {}, swatch, words[place] ?? "later")),
  );
  const paint = () => swatches.forEach((swatch, place) => (swatch.style.background = colour(`--heat-${place}`)));
  paint();
  return { node, paint };
}
