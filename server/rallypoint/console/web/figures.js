// A row of figures that is made once; then only its texts change, so that what somebody has selected stays.

import { el, text } from "./dom.js";
import { stat } from "./parts.js";

/**
 * @param {string[]} names
 * @returns {{node: HTMLElement, put(name: string, value: string, note: string, tone?: string): void}}
 */
export function figures(names) {
  const cells = new Map(names.map((name) => [name, { value: el("span"), note: el("span") }]));
  const node = el(
    "div",
    { class: names.length > 7 ? "stats stats-two-rows" : "stats" },
    [...cells].map(([name, cell]) => stat(name, cell.value, cell.note)),
  );
  return {
    node,
    put(name, value, note, tone = "") {
      const cell = cells.get(name);
      if (cell === undefined) throw new Error(`there is no figure ${name}`);
      text(cell.value, value);
      text(cell.note, note);
      if (cell.value.className !== tone) cell.value.className = tone;
    },
  };
}
