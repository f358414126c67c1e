/** A plain table of a few rows, all of them in the page. Rows that are the same are not drawn again. */

import { el, fill, link } from "./dom.js";

/**
 * @template Row
 * @typedef {object} ListOptions
 * @property {string} label
 * @property {{ key: string, label: string, cell: (row: Row) => import("./dom.js").Child, numeric?: boolean, phone?: boolean, hint?: string }[]} columns
 * @property {(row: Row) => string} [open] The address of a row: of its first cell.
 * @property {string} [empty]
 * @property {(path: string) => void} [go] Follows a press anywhere on a row.
 */

/** @template Row */
export class List {
  #text = "";

  /** @param {ListOptions<Row>} options */
  constructor(options) {
    this.options = options;
    this.body = el("tbody");
    const head = options.columns.map(({ label, numeric, phone, hint }) =>
      el("th", { scope: "col", class: classOf(numeric, phone), title: hint }, label),
    );
    this.table = el("table", { "aria-label": options.label }, el("thead", {}, el("tr", {}, ...head)), this.body);
    this.nothing = el("p", { class: "empty", hidden: true }, options.empty ?? "There is none.");
    this.element = el("div", { class: "list" }, this.table, this.nothing);
  }

  /** @param {Row[]} rows */
  show(rows) {
    const text = JSON.stringify(rows);
    if (text === this.#text) return;
    this.#text = text;
    this.table.hidden = rows.length === 0;
    this.nothing.hidden = rows.length > 0;
    const at = [...this.body.querySelectorAll("a")].findIndex((anchor) => anchor === document.activeElement);
    fill(this.body, ...rows.map((row) => this.#row(row)));
    if (at >= 0) [...this.body.querySelectorAll("a")][at]?.focus(); // drawn anew under the operator's hands
  }

  /** @param {Row} row */
  #row(row) {
    const { columns, open, go } = this.options;
    const to = open?.(row);
    const cells = columns.map(({ cell, numeric, phone }, n) => {
      const shown = cell(row);
      return el("td", { class: classOf(numeric, phone) }, to && n === 0 ? link(to, shown) : shown);
    });
    const click = (/** @type {MouseEvent} */ event) => {
      if (!to || (event.target instanceof Element && event.target.closest("a, button")) || getSelection()?.toString()) return;
      go?.(to);
    };
    return el("tr", { class: to && go ? "opens" : "", on: { click } }, ...cells);
  }
}

/** @param {boolean | undefined} numeric @param {boolean | undefined} phone */
function classOf(numeric, phone) {
  return [numeric && "num", phone === false && "wide"].filter(Boolean).join(" ");
}
