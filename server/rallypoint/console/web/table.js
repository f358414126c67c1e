// A small table whose rows change in place, by their keys. For thousands of rows there is list.js.

import { el, refresh } from "./dom.js";

/**
 * `phone: false`: not shown on narrow screens. `sort` is for lists only.
 * @template Row
 * @typedef {{key: string, title: string, render: (row: Row) => import("./dom.js").Child, align?: string, width?: string, phone?: boolean, sort?: string}} Column
 */

/**
 * @param {Column<any>[]} columns @param {readonly any[]} rows
 * @param {{key: (row: any) => string, href?: (row: any) => string | null, empty?: string}} options
 * @returns {{node: HTMLElement, set(rows: readonly any[]): void}}
 */
export function table(columns, rows, options) {
  const body = el("tbody");
  const empty = el("p", { class: "empty", hidden: true }, options.empty ?? "Nothing.");
  const head = columns.map((column) => el("th", { scope: "col", class: cellClass(column) }, column.title));
  columns.forEach((column, place) => {
    if (column.width) /** @type {HTMLElement} */ (head[place]).style.width = column.width;
  });
  const whole = el("table", { class: "data" }, el("thead", {}, el("tr", {}, head)), body);
  /** @type {Map<string, {node: HTMLTableRowElement, said: string}>} */
  let shown = new Map();

  /** @param {readonly any[]} now */
  function set(now) {
    const focused = body.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement) : null;
    /** @type {typeof shown} */
    const next = new Map();
    now.forEach((row, place) => {
      const key = options.key(row);
      const said = JSON.stringify(row);
      const had = shown.get(key) ?? { node: el("tr", {}, columns.map((column) => el("td", { class: cellClass(column) }))), said: "" };
      if (had.said !== said) {
        columns.forEach((column, cell) => refresh(/** @type {Element} */ (had.node.cells[cell]), column.render(row)));
        const href = options.href?.(row) ?? null;
        if (href !== null) rowLink(had.node, href);
      }
      next.set(key, { node: had.node, said });
      if (body.rows[place] !== had.node) body.insertBefore(had.node, body.rows[place] ?? null);
    });
    while (body.rows.length > now.length) body.lastElementChild?.remove();
    shown = next;
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true }); // its row has moved
    empty.hidden = now.length > 0;
    whole.hidden = now.length === 0;
  }

  set(rows);
  return { node: el("div", { class: "table-box" }, whole, empty), set };
}

/** The whole row leads there; its own links and buttons come first. @param {HTMLTableRowElement} node @param {string} href */
function rowLink(node, href) {
  node.classList.add("row-link");
  node.dataset["href"] = href;
}

/** @param {{align?: string, phone?: boolean}} column @returns {string} */
export function cellClass(column) {
  return [column.align === "right" ? "num" : "", column.phone === false ? "wide-only" : ""].filter(Boolean).join(" ");
}

/** Rows of tables that lead somewhere: one listener for all. @param {(path: string) => void} go */
export function followRows(go) {
  document.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (target.closest("a, button, input, select, textarea, summary, label, dialog")) return;
    const row = /** @type {HTMLElement | null} */ (target.closest("tr.row-link"));
    if (row?.dataset["href"] && String(getSelection()) === "") go(row.dataset["href"]);
  });
}
