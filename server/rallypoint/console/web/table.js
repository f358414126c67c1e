/**
 * A long table: the server has its rows, filters and orders them; here are those that are looked at, and they are watched.
 * The whole table takes the focus once; its rows are reached with j, k, arrows, Page Up and Down, Home, End, and opened
 * with Enter.
 */

import { button, el, fill, link, setText } from "./dom.js";
import { queryText } from "./router.js";
import { PAGE, pagesFor, rowAfterKey, rowsSeen, scrolledTo } from "./windows.js";

const ROW_PX = 34;
const SETTLE_MS = 120;
const KEPT_MAX = 30;
const PAGES_MAX = 40;
/** Where each table was left, by what it showed. @type {Map<string, { top: number, row: number }>} */
const left = new Map();
let made = 0;

/** @typedef {Record<string, string | number | boolean | null | undefined>} Query */
/** @typedef {import("./live.js").Problem} Problem */

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {(row: Row) => Node | string | number} cell
 * @property {string} [sort] The server's word for this order; none: it cannot be sorted by it.
 * @property {boolean} [numeric] To the right; sorted from the highest first.
 * @property {string} [width] As in `grid-template-columns`; "minmax(0, 1fr)" if not said.
 * @property {boolean} [phone] False: not shown on a narrow screen.
 * @property {string} [hint]
 */

/**
 * @template Row
 * @typedef {object} TableOptions
 * @property {string} label
 * @property {string} path Answers {total, matched, rows} to q..., sort, desc, offset, limit.
 * @property {Query} [query]
 * @property {Column<Row>[]} columns
 * @property {string} sort
 * @property {boolean} [desc]
 * @property {(row: Row) => string} rowKey
 * @property {(row: Row) => string} [open] The address of a row.
 * @property {string} [empty]
 * @property {(sort: string, desc: boolean) => void} [onSort] A header was pressed; the table has it already.
 * @property {(counts: { total: number, matched: number }) => void} [onCount]
 * @property {(problem: Problem | null) => void} [onProblem]
 * @property {(path: string, told: import("./live.js").Told) => () => void} watch
 * @property {(path: string) => void} go
 */

/** @template Row */
export class Table {
  /** @type {Map<number, Row[]>} */
  #pages = new Map();
  /** @type {Map<number, () => void>} */
  #watched = new Map();
  /** @type {Map<number, { element: HTMLElement, cells: HTMLElement[], text: string }>} */
  #drawn = new Map();
  /** @type {Column<Row>[]} */
  #columns = [];
  #matched = 0;
  #isKnown = false;
  #row = -1;
  #settle = 0;
  #frame = 0;
  #restoreTop = 0;
  #id = `table${++made}`;
  #narrow = matchMedia("(max-width: 640px)");

  /** @param {TableOptions<Row>} options */
  constructor(options) {
    this.options = options;
    this.query = { ...options.query };
    this.sort = options.sort;
    this.desc = options.desc ?? false;
    this.head = el("div", { class: "t-head", role: "row", "aria-rowindex": 1 });
    this.space = el("div", { class: "t-space", role: "rowgroup" });
    this.scroller = el(
      "div",
      {
        class: "t-scroll",
        tabindex: 0,
        role: "grid",
        "aria-label": options.label,
        test: "table",
        on: { scroll: () => this.#scrolled(), keydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) },
      },
      el("div", { role: "rowgroup", class: "t-top" }, this.head),
      this.space,
    );
    this.note = el("p", { class: "empty t-note", role: "status" }, "Loading…");
    this.element = el("div", { class: "table" }, this.scroller, this.note);
    this.resized = new ResizeObserver(() => this.#draw());
    this.resized.observe(this.scroller);
    this.#narrow.addEventListener("change", this.#widthChanged);
    this.#begin();
  }

  /** The row that is chosen, if it is known. @returns {Row | null} */
  get selected() {
    return this.#at(this.#row);
  }

  /** For `keys` of a view. */
  get keys() {
    const to = (/** @type {string} */ key) => () => this.#move(key);
    return [
      { key: "j", text: "Next row", run: to("j") },
      { key: "k", text: "Row before", run: to("k") },
      { key: "Enter", text: "Open the row", run: () => this.#openRow() },
    ];
  }

  /** Another filter: from its beginning. @param {Query} query */
  setQuery(query) {
    if (queryText(query) === queryText(this.query)) return;
    this.#leave();
    this.query = { ...query };
    this.#begin();
  }

  /** @param {string} sort @param {boolean} desc */
  setSort(sort, desc) {
    if (sort === this.sort && desc === this.desc) return;
    this.#leave();
    this.sort = sort;
    this.desc = desc;
    this.#begin();
  }

  stop() {
    this.#leave();
    this.resized.disconnect();
    this.#narrow.removeEventListener("change", this.#widthChanged);
    clearTimeout(this.#settle);
    cancelAnimationFrame(this.#frame);
  }

  /** What was loaded is of another filter, or of another order. */
  #begin() {
    const kept = left.get(this.#name());
    this.#restoreTop = kept?.top ?? 0;
    this.#row = kept?.row ?? -1;
    this.#isKnown = false;
    this.#clear();
    this.#header();
    this.#watch();
  }

  #leave() {
    const name = this.#name();
    left.delete(name);
    left.set(name, { top: this.scroller.scrollTop, row: this.#row });
    for (const old of left.keys()) if (left.size > KEPT_MAX) left.delete(old);
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
    this.#pages.clear();
  }

  #name() {
    return this.options.path + queryText({ ...this.query, sort: this.sort, desc: this.desc });
  }

  #clear() {
    for (const { element } of this.#drawn.values()) element.remove();
    this.#drawn.clear();
  }

  #widthChanged = () => {
    this.#clear();
    this.#header();
    this.#draw();
  };

  #header() {
    this.#columns = this.options.columns.filter((column) => column.phone !== false || !this.#narrow.matches);
    const widths = this.#columns.map((column) => column.width ?? "minmax(0, 1fr)").join(" ");
    this.element.style.setProperty("--columns", widths);
    this.scroller.setAttribute("aria-colcount", String(this.#columns.length));
    fill(this.head, ...this.#columns.map((column) => this.#headerCell(column)));
  }

  /** @param {Column<Row>} column */
  #headerCell({ label, sort, numeric, hint }) {
    const isSorted = sort !== undefined && sort === this.sort;
    const order = isSorted ? (this.desc ? "descending" : "ascending") : undefined;
    const props = { role: "columnheader", class: numeric ? "num" : "", title: hint, "aria-sort": order };
    if (sort === undefined) return el("div", props, label);
    const arrow = isSorted ? (this.desc ? " ↓" : " ↑") : "";
    const press = () => {
      const desc = isSorted ? !this.desc : numeric === true;
      this.setSort(sort, desc);
      this.options.onSort?.(sort, desc);
      const again = this.head.querySelector(`[data-test="sort-${CSS.escape(sort)}"]`);
      if (again instanceof HTMLElement) again.focus();
    };
    return el("div", props, button(label + arrow, press, { class: "t-sort", test: `sort-${sort}` }));
  }

  /** @param {number} page */
  #address(page) {
    const { query, sort, desc } = this;
    return this.options.path + queryText({ ...query, sort, desc: desc ? "true" : "", offset: page ? page * PAGE : "", limit: PAGE });
  }

  /** The pages that are seen, and no others. */
  #watch() {
    const [first, end] = this.#seen();
    const wanted = pagesFor(first, end);
    for (const [page, stop] of this.#watched) {
      if (wanted.includes(page)) continue;
      stop();
      this.#watched.delete(page);
    }
    for (const page of wanted) {
      if (this.#watched.has(page)) continue;
      const told = (/** @type {any} */ body, /** @type {Problem | null} */ problem) => this.#loaded(page, body, problem);
      this.#watched.set(page, this.options.watch(this.#address(page), told));
    }
  }

  /** @returns {[number, number]} */
  #seen() {
    if (!this.#isKnown) {
      const row = Math.floor(this.#restoreTop / ROW_PX);
      return [row, row + 1];
    }
    return rowsSeen(this.scroller.scrollTop, this.scroller.clientHeight - ROW_PX, ROW_PX, this.#matched);
  }

  /** @param {number} page @param {any} body @param {Problem | null} problem */
  #loaded(page, body, problem) {
    this.options.onProblem?.(problem);
    if (!body) {
      setText(this.note, this.#isKnown ? "" : "This list cannot be had just now.");
      return;
    }
    this.#pages.delete(page);
    this.#pages.set(page, body.rows);
    for (const old of this.#pages.keys()) if (this.#pages.size > PAGES_MAX && !this.#watched.has(old)) this.#pages.delete(old);
    this.#matched = body.matched ?? body.total;
    this.options.onCount?.({ total: body.total, matched: this.#matched });
    this.scroller.setAttribute("aria-rowcount", String(this.#matched + 1));
    this.space.style.height = `${this.#matched * ROW_PX}px`;
    setText(this.note, this.#matched ? "" : (this.options.empty ?? "There is none."));
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.scroller.scrollTop = this.#restoreTop;
    }
    if (this.#row >= this.#matched) this.#row = this.#matched - 1;
    this.#draw();
    this.#later();
  }

  #scrolled() {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
    this.#later();
  }

  /** Once the scrolling rests: what flies by is not asked for. */
  #later() {
    clearTimeout(this.#settle);
    this.#settle = Number(setTimeout(() => this.#watch(), SETTLE_MS));
  }

  /** @param {number} row @returns {Row | null} */
  #at(row) {
    return row < 0 ? null : (this.#pages.get(Math.floor(row / PAGE))?.[row % PAGE] ?? null);
  }

  #draw() {
    if (!this.#isKnown) return;
    const [first, end] = this.#seen();
    for (const [row, { element }] of this.#drawn) {
      if (row >= first && row < end) continue;
      element.remove();
      this.#drawn.delete(row);
    }
    for (let row = first; row < end; row++) this.#drawRow(row);
    const active = this.#drawn.get(this.#row);
    if (active) this.scroller.setAttribute("aria-activedescendant", active.element.id);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  /** @param {number} row */
  #drawRow(row) {
    const drawn = this.#drawn.get(row) ?? this.#newRow(row);
    const isActive = row === this.#row;
    if (drawn.element.classList.contains("active") !== isActive) {
      drawn.element.classList.toggle("active", isActive);
      drawn.element.setAttribute("aria-selected", String(isActive));
    }
    const found = this.#at(row);
    const text = found ? JSON.stringify(found) : "";
    if (drawn.text === text) return;
    if (found) this.#fillRow(drawn, found);
    drawn.text = text; // one that is not there (any more) stays as it was until it is loaded
  }

  /** @param {number} row */
  #newRow(row) {
    const cells = this.#columns.map(({ numeric }) => el("div", { role: "gridcell", class: numeric ? "num" : "" }, "…"));
    const element = el(
      "div",
      {
        class: row % 2 ? "t-row odd" : "t-row",
        role: "row",
        id: `${this.#id}-${row}`,
        "aria-rowindex": row + 2,
        "aria-selected": "false",
        on: { click: (/** @type {MouseEvent} */ event) => this.#clicked(event, row) },
      },
      ...cells,
    );
    element.style.transform = `translateY(${row * ROW_PX}px)`;
    this.space.append(element);
    const drawn = { element, cells, text: "" };
    this.#drawn.set(row, drawn);
    return drawn;
  }

  /** @param {{ element: HTMLElement, cells: HTMLElement[] }} drawn @param {Row} found */
  #fillRow({ element, cells }, found) {
    element.dataset.key = this.options.rowKey(found);
    for (const [n, column] of this.#columns.entries()) {
      const cell = cells[n];
      const shown = column.cell(found);
      if (!cell) continue;
      if (n === 0 && this.options.open) {
        const anchor = link(this.options.open(found), shown);
        anchor.tabIndex = -1; // the table has the focus, not each row
        fill(cell, anchor);
      } else if (shown instanceof Node) fill(cell, shown);
      else setText(cell, String(shown));
    }
  }

  /** @param {MouseEvent} event @param {number} row */
  #clicked(event, row) {
    this.#row = row;
    this.#draw();
    if (event.target instanceof Element && event.target.closest("a, button")) return;
    if (!getSelection()?.toString()) this.#openRow();
  }

  #openRow() {
    const found = this.selected;
    if (found && this.options.open) this.options.go(this.options.open(found));
  }

  /** @param {string} key */
  #move(key) {
    const height = this.scroller.clientHeight - ROW_PX;
    const row = rowAfterKey(key, this.#row, this.#matched, Math.max(1, Math.floor(height / ROW_PX) - 1));
    if (row === null) return false;
    this.#row = row;
    this.scroller.scrollTop = scrolledTo(row, this.scroller.scrollTop, height, ROW_PX);
    this.#draw();
    this.#later();
    return true;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.scroller || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") this.#openRow();
    else if (!this.#move(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
