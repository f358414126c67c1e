// A list of thousands that the server filters and sorts: only the rows in sight exist, and only they are watched.

import { el, refresh, replace, text } from "./dom.js";
import { count } from "./format.js";
import { cellClass } from "./table.js";
import { inSight, moved, scrolledTo, windowFor } from "./windows.js";

/** @typedef {import("./table.js").Column<any>} Column */
/** @typedef {{name: string, kind: "search" | "choice", label: string, options?: [string, string][], placeholder?: string}} Filter */
/**
 * @typedef {{path: string, columns: Column[], key: (row: any) => string, href: (row: any) => string, filters?: Filter[], sort?: string, desc?: boolean,
 *   empty?: string, label?: string, onTotals?: (total: number, matched: number) => void}} ListOptions
 */
/** @typedef {{node: HTMLAnchorElement, cells: HTMLElement[], key: string, said: string}} Shown */

const TYPING_MS = 150;
const SCROLLING_MS = 80;

export class LiveList {
  #ctx;
  #is;
  /** @type {Record<string, string>} */
  #filter = {};
  #sort = "";
  #desc = false;
  #matched = 0;
  #total = 0;
  #offset = 0;
  /** @type {any[]} */
  #rows = [];
  /** @type {Shown[]} */
  #shown = [];
  #active = 0;
  #activeKey = "";
  #watched = "";
  #known = false;
  #stop = () => {};
  #typing = 0;
  #scrolling = 0;
  #rowPx = 36;

  /** @param {HTMLElement} root @param {any} ctx @param {ListOptions} is */
  constructor(root, ctx, is) {
    this.#ctx = ctx;
    this.#is = is;
    this.#rowPx = matchMedia("(pointer: coarse)").matches ? 44 : 36;
    this.#sort = ctx.query.get("sort") ?? is.sort ?? "";
    this.#desc = ctx.query.has("desc") ? ctx.query.get("desc") === "1" : (is.desc ?? false);
    this.totals = el("span", { class: "muted list-totals", role: "status" });
    this.form = el("form", { class: "toolbar", role: "search", onsubmit: (/** @type {Event} */ event) => event.preventDefault() }, (is.filters ?? []).map((filter) => this.#inputOf(filter)), this.totals);
    this.head = el("div", { class: "list-head", role: "row" }, is.columns.map((column) => this.#headOf(column)));
    this.space = el("div", { class: "list-space", role: "presentation" });
    this.note = el("p", { class: "empty", role: "status" }, "Looking…");
    this.box = el("div", { class: "list-box", role: "grid", tabindex: "0", "aria-label": is.label ?? "List", onscroll: () => this.#scrolled(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }, this.head, this.space, this.note);
    const widths = is.columns.map((column) => column.width ?? (column.align === "right" ? "9ch" : "minmax(8ch, 1fr)"));
    const narrow = is.columns.filter((column) => column.phone !== false).map((column) => (column.align === "right" ? "8ch" : "minmax(6ch, 1fr)"));
    this.box.style.setProperty("--columns", widths.join(" "));
    this.box.style.setProperty("--narrow-columns", narrow.join(" "));
    this.box.style.setProperty("--row", `${this.#rowPx}px`);
    root.append(this.form, this.box);
    this.sized = new ResizeObserver(() => this.#scrolled());
    this.sized.observe(this.box);
    this.#watch();
  }

  /** What is asked for now, without what is empty. */
  get filter() {
    return Object.fromEntries(Object.entries(this.#filter).filter(([, value]) => value !== ""));
  }

  get matched() {
    return this.#matched;
  }

  destroy() {
    this.sized.disconnect();
    this.#stop();
    clearTimeout(this.#typing);
    clearTimeout(this.#scrolling);
  }

  /** @param {Filter} filter */
  #inputOf(filter) {
    const value = this.#ctx.query.get(filter.name) ?? "";
    this.#filter[filter.name] = value;
    const changed = (/** @type {Event} */ event) => {
      const now = /** @type {HTMLInputElement} */ (event.target).value;
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => {
        this.#filter[filter.name] = now.trim();
        this.#anew();
      }, filter.kind === "search" ? TYPING_MS : 0);
    };
    if (filter.kind === "search") {
      return el("label", { class: "grow" }, el("span", { class: "visually-hidden" }, filter.label), el("input", { type: "search", name: filter.name, value, placeholder: filter.placeholder ?? filter.label, maxlength: 100, autocomplete: "off", spellcheck: "false", dataset: { search: "" }, oninput: changed }));
    }
    const known = (filter.options ?? []).some(([is]) => is === value) ? (filter.options ?? []) : [...(filter.options ?? []), /** @type {[string, string]} */ ([value, value])];
    return el("label", {}, `${filter.label} `, el("select", { name: filter.name, onchange: changed }, known.map(([is, words]) => el("option", { value: is, selected: is === value }, words))));
  }

  /** @param {Column} column */
  #headOf(column) {
    const cell = el("span", { role: "columnheader", class: cellClass(column) });
    if (!column.sort) cell.append(column.title);
    else cell.append(el("button", { type: "button", class: "plain sort", onclick: () => this.#sortBy(column) }, column.title));
    return cell;
  }

  /** @param {Column} column */
  #sortBy(column) {
    const again = this.#sort === column.sort;
    this.#desc = again ? !this.#desc : column.align === "right";
    this.#sort = column.sort ?? "";
    this.#anew();
  }

  /** Something else is asked for: from the top. */
  #anew() {
    const usual = this.#sort === (this.#is.sort ?? "") && this.#desc === (this.#is.desc ?? false);
    this.#ctx.setQuery({ ...this.#filter, ...(usual ? { sort: "", desc: "" } : { sort: this.#sort, desc: this.#desc ? "1" : "0" }) });
    this.box.scrollTop = 0;
    this.#active = 0;
    this.#activeKey = "";
    this.#watch();
  }

  #scrolled() {
    this.#draw();
    clearTimeout(this.#scrolling);
    this.#scrolling = window.setTimeout(() => this.#watch(), SCROLLING_MS);
  }

  #sight() {
    const height = Math.max(0, this.box.clientHeight - this.head.offsetHeight);
    return { ...inSight(this.box.scrollTop, height, this.#rowPx, this.#matched), height };
  }

  #watch() {
    const { first, end, height } = this.#sight();
    const enough = this.#known ? end : Math.ceil(Math.max(height, 400) / this.#rowPx);
    const { offset, limit } = windowFor(first, enough);
    const query = new URLSearchParams(this.filter);
    if (this.#sort) query.set("sort", this.#sort);
    query.set("desc", String(this.#desc));
    query.set("offset", String(offset));
    query.set("limit", String(limit));
    const path = `${this.#is.path}?${query}`;
    if (path === this.#watched) return;
    this.#watched = path;
    const stop = this.#stop;
    this.#stop = this.#ctx.live.watch(path, (/** @type {any} */ body, /** @type {number} */ status) => {
      if (path !== this.#watched) return;
      if (status !== 200) return this.#fail(body?.reason ?? "The server cannot say that now.");
      this.#take(body, offset);
    });
    stop();
    this.#marks();
  }

  /** @param {{total: number, matched: number, rows: any[]}} body @param {number} offset */
  #take(body, offset) {
    this.#known = true;
    this.#total = body.total;
    this.#matched = body.matched;
    this.#offset = offset;
    this.#rows = body.rows;
    const place = this.#activeKey ? body.rows.findIndex((row) => this.#is.key(row) === this.#activeKey) : -1;
    if (place >= 0) this.#active = offset + place;
    this.#active = Math.max(0, Math.min(this.#active, this.#matched - 1));
    this.box.setAttribute("aria-rowcount", String(this.#matched));
    text(this.totals, this.#matched === this.#total ? `${count(this.#total)}` : `${count(this.#matched)} of ${count(this.#total)}`);
    this.note.hidden = this.#matched > 0;
    text(this.note, this.#is.empty ?? "Nothing.");
    this.space.style.height = `${this.#matched * this.#rowPx}px`;
    this.#draw();
    this.#is.onTotals?.(this.#total, this.#matched);
    if (body.rows.length === 0 && this.#matched > 0) this.#watch();
  }

  /** @param {string} reason */
  #fail(reason) {
    this.note.hidden = false;
    text(this.note, reason);
  }

  #marks() {
    this.#is.columns.forEach((column, place) => {
      const cell = /** @type {HTMLElement} */ (this.head.children[place]);
      if (column.sort) cell.setAttribute("aria-sort", column.sort !== this.#sort ? "none" : this.#desc ? "descending" : "ascending");
    });
  }

  #draw() {
    const { first, end } = this.#sight();
    const wanted = end - first;
    while (this.#shown.length < wanted) {
      const row = this.#newRow();
      this.#shown.push(row);
      this.space.append(row.node);
    }
    this.#shown.forEach((shown, number) => {
      // each row keeps its place in the page as long as it is in sight: what has the focus is not moved
      const turn = this.#shown.length;
      const place = first + ((((number - first) % turn) + turn) % turn);
      shown.node.hidden = place >= end;
      if (place < end) this.#paint(shown, place);
    });
    const active = this.#shown.find((shown) => !shown.node.hidden && shown.node.dataset["place"] === String(this.#active));
    this.box.setAttribute("aria-activedescendant", active?.node.id ?? "");
  }

  #newRow() {
    const cells = this.#is.columns.map((column) => el("span", { role: "gridcell", class: cellClass(column) }));
    const node = el("a", { class: "list-row", role: "row", tabindex: "-1", id: `row-${this.#shown.length}` }, cells);
    return { node, cells, key: "", said: "" };
  }

  /** @param {Shown} shown @param {number} place */
  #paint(shown, place) {
    const { node } = shown;
    const row = this.#rows[place - this.#offset];
    node.style.transform = `translateY(${place * this.#rowPx}px)`;
    node.dataset["place"] = String(place);
    node.setAttribute("aria-rowindex", String(place + 1));
    node.classList.toggle("active", place === this.#active);
    if (row === undefined) {
      if (shown.key !== "") {
        node.removeAttribute("href");
        delete node.dataset["key"];
        for (const cell of shown.cells) replace(cell, "·");
        shown.key = shown.said = "";
      }
      return;
    }
    const key = this.#is.key(row);
    const said = JSON.stringify(row);
    if (shown.key === key && shown.said === said) return;
    this.#is.columns.forEach((column, number) => {
      const cell = /** @type {HTMLElement} */ (shown.cells[number]);
      const made = column.render(row);
      if (shown.key === key) refresh(cell, made);
      else replace(cell, made);
    });
    node.href = this.#is.href(row);
    node.dataset["key"] = key;
    shown.key = key;
    shown.said = said;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target !== this.box && /** @type {Element} */ (event.target).closest("button, input, select"))) return;
    const { height } = this.#sight();
    const to = moved(event.key, this.#active, Math.max(1, Math.floor(height / this.#rowPx) - 1), this.#matched);
    if (to !== null) {
      this.#active = to;
      const row = this.#rows[to - this.#offset];
      this.#activeKey = row === undefined ? "" : this.#is.key(row);
      this.box.scrollTop = scrolledTo(to, this.box.scrollTop, height, this.#rowPx);
      this.#scrolled();
    } else if (event.key === "Enter") {
      const row = this.#rows[this.#active - this.#offset];
      if (row !== undefined) this.#ctx.go(this.#is.href(row));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
