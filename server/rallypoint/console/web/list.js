// A list of thousands that the server filters and sorts: only the rows in sight exist, and only they are watched.

import { el, refresh, replace, text } from "./dom.js";
import { count } from "./format.js";
import { cellClass } from "./table.js";
import { inSight, marked, moved, placeIn, rowOf, scrolledTo, windowFor } from "./windows.js";

/** @typedef {import("./table.js").Column<any>} Column */
/** @typedef {{name: string, kind: "search" | "choice", label: string, options?: [string, string][], placeholder?: string}} Filter */
/**
 * @typedef {{path: string, columns: Column[], key: (row: any) => string, href: (row: any) => string, filters?: Filter[], sort?: string, desc?: boolean,
 *   empty?: string, label?: string, onTotals?: (total: number, matched: number) => void}} ListOptions
 */
/** @typedef {{node: HTMLAnchorElement, cells: HTMLElement[], row: any, key: string, said: string}} Shown */

const TYPING_MS = 150;
const SCROLLING_MS = 80;
/** An address is not written for every row that passes: browsers allow some hundred in half a minute. */
const SETTLED_MS = 400;
const SEARCH_CHARS_MAX = 100;
const PLACES_MAX = 1_000_000;
let lists = 0;

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
  /** @type {string | null} See `marked`. */
  #activeKey = "";
  #watched = "";
  #known = false;
  /** Where the address says that one was. */
  #start;
  /** @type {(() => void)[]} */
  #unbind = [];
  #stop = () => {};
  #typing = 0;
  #scrolling = 0;
  #settling = 0;
  #number = (lists += 1);
  #rowPx = 36;

  /** @param {HTMLElement} root @param {any} ctx @param {ListOptions} is */
  constructor(root, ctx, is) {
    this.#ctx = ctx;
    this.#is = is;
    this.#rowPx = matchMedia("(pointer: coarse)").matches ? 44 : 36;
    const asked = is.columns.find((column) => column.sort && column.sort === ctx.query.get("sort"));
    this.#sort = asked?.sort ?? is.sort ?? "";
    this.#desc = ctx.query.has("desc") ? ["1", "true"].includes(ctx.query.get("desc")) : asked ? asked.align === "right" : (is.desc ?? false);
    this.#start = placeIn(ctx.query.get("offset"), PLACES_MAX);
    this.#active = this.#start;
    this.#activeKey = typeof history.state?.row === "string" ? history.state.row : "";
    this.totals = el("span", { class: "muted list-totals", role: "status" });
    this.form = el("form", { class: "toolbar", role: "search", onsubmit: (/** @type {Event} */ event) => event.preventDefault(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#leaveForm(event) }, (is.filters ?? []).map((filter) => this.#inputOf(filter)), this.totals);
    this.head = el("div", { class: "list-head", role: "row" }, is.columns.map((column) => this.#headOf(column)));
    this.space = el("div", { class: "list-space", role: "rowgroup", onclick: (/** @type {MouseEvent} */ event) => this.#clicked(event) });
    this.note = el("p", { class: "empty", role: "status" }, "Looking…");
    this.box = el("div", { class: "list-box", role: "grid", tabindex: "0", "aria-label": is.label ?? "List", "aria-busy": "true", onscroll: () => this.#scrolled(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }, this.head, this.space, this.note);
    const widths = is.columns.map((column) => column.width ?? (column.align === "right" ? "9ch" : "minmax(8ch, 1fr)"));
    const narrow = is.columns.filter((column) => column.phone !== false).map((column) => (column.align === "right" ? "7ch" : "minmax(6ch, 1fr)"));
    this.box.style.setProperty("--columns", widths.join(" "));
    this.box.style.setProperty("--narrow-columns", narrow.join(" "));
    this.box.style.setProperty("--row", `${this.#rowPx}px`);
    root.append(this.form, this.box);
    this.sized = new ResizeObserver(() => this.#scrolled());
    this.sized.observe(this.box);
    this.#unbind = [
      ["j", "next row"],
      ["k", "row before"],
    ].map(([key, words]) => ctx.keys.bind(key, words, () => this.#step(/** @type {string} */ (key))));
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
    clearTimeout(this.#settling);
    for (const unbind of this.#unbind) unbind();
  }

  /** @param {Filter} filter */
  #inputOf(filter) {
    const value = (this.#ctx.query.get(filter.name) ?? "").slice(0, SEARCH_CHARS_MAX);
    this.#filter[filter.name] = value;
    const changed = (/** @type {Event} */ event) => {
      this.#filter[filter.name] = /** @type {HTMLInputElement} */ (event.target).value.trim();
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => this.#anew(), filter.kind === "search" ? TYPING_MS : 0);
    };
    if (filter.kind === "search") {
      return el("label", { class: "grow" }, el("span", { class: "visually-hidden" }, filter.label), el("input", { type: "search", name: filter.name, value, placeholder: filter.placeholder ?? filter.label, maxlength: SEARCH_CHARS_MAX, autocomplete: "off", spellcheck: "false", dataset: { search: "" }, oninput: changed }));
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
    clearTimeout(this.#settling);
    this.#ctx.setQuery({ ...this.#filter, offset: "", ...(usual ? { sort: "", desc: "" } : { sort: this.#sort, desc: this.#desc ? "1" : "0" }) });
    this.box.scrollTop = 0;
    this.#active = 0;
    this.#activeKey = "";
    this.#start = 0;
    this.#watch();
  }

  #scrolled() {
    this.#draw();
    clearTimeout(this.#scrolling);
    this.#scrolling = window.setTimeout(() => this.#watch(), SCROLLING_MS);
    clearTimeout(this.#settling);
    if (this.#known) this.#settling = window.setTimeout(() => this.#ctx.setQuery({ offset: this.#sight().first || "" }), SETTLED_MS);
  }

  #sight() {
    const height = Math.max(0, this.box.clientHeight - this.head.offsetHeight);
    return { ...inSight(this.box.scrollTop, height, this.#rowPx, this.#matched), height };
  }

  #watch() {
    const { first, end, height } = this.#sight();
    const enough = this.#start + Math.ceil(Math.max(height, 400) / this.#rowPx);
    const { offset, limit } = this.#known ? windowFor(first, end) : windowFor(this.#start, enough);
    const query = new URLSearchParams(this.filter);
    if (this.#sort) query.set("sort", this.#sort);
    query.set("desc", String(this.#desc));
    query.set("offset", String(offset));
    query.set("limit", String(limit));
    const path = `${this.#is.path}?${query}`;
    if (path === this.#watched) return;
    this.#watched = path;
    this.box.setAttribute("aria-busy", "true");
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
    const isFirst = !this.#known;
    this.#known = true;
    this.#total = body.total;
    this.#matched = body.matched;
    this.#offset = offset;
    this.#rows = body.rows;
    ({ at: this.#active, key: this.#activeKey } = marked(body.rows.map(this.#is.key), offset, this.#active, this.#activeKey, this.#matched));
    this.box.setAttribute("aria-rowcount", String(this.#matched));
    this.box.setAttribute("aria-busy", "false");
    this.totals.classList.remove("danger");
    text(this.totals, this.#matched === this.#total ? `${count(this.#total)}` : `${count(this.#matched)} of ${count(this.#total)}`);
    this.note.hidden = this.#matched > 0;
    text(this.note, this.#is.empty ?? "Nothing.");
    this.space.style.height = `${this.#matched * this.#rowPx}px`;
    if (isFirst) this.#comeBack();
    this.#draw();
    this.#is.onTotals?.(this.#total, this.#matched);
    if (body.rows.length === 0 && this.#matched > 0) this.#watch();
  }

  /** To where one was, as the address and the browser's history have it. */
  #comeBack() {
    if (this.#start > 0) this.box.scrollTop = this.#start * this.#rowPx;
    if (this.#activeKey && document.activeElement?.id === "view") this.box.focus({ preventScroll: true });
  }

  /** @param {string} reason */
  #fail(reason) {
    this.box.setAttribute("aria-busy", "false");
    this.totals.classList.add("danger");
    text(this.totals, reason);
    if (!this.#known) this.note.hidden = true;
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
      const place = rowOf(number, first, this.#shown.length);
      shown.node.hidden = place >= end;
      if (place < end) this.#paint(shown, place);
    });
    const active = this.#shown.find((shown) => !shown.node.hidden && shown.node.dataset["place"] === String(this.#active));
    this.box.setAttribute("aria-activedescendant", active?.node.id ?? "");
  }

  #newRow() {
    const cells = this.#is.columns.map((column) => el("span", { role: "gridcell", class: cellClass(column) }));
    const node = el("a", { class: "list-row", role: "row", tabindex: "-1", id: `list-${this.#number}-${this.#shown.length}` }, cells);
    return { node, cells, row: undefined, key: "", said: "" };
  }

  /** @param {Shown} shown @param {number} place */
  #paint(shown, place) {
    const { node } = shown;
    const isActive = place === this.#active;
    const row = this.#rows[place - this.#offset];
    node.style.transform = `translateY(${place * this.#rowPx}px)`;
    node.dataset["place"] = String(place);
    node.setAttribute("aria-rowindex", String(place + 1));
    node.classList.toggle("active", isActive);
    node.setAttribute("aria-selected", String(isActive));
    if (row === undefined) return this.#empty(shown);
    if (shown.row === row) return;
    shown.row = row;
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

  /** Its row has not come yet. @param {Shown} shown */
  #empty(shown) {
    if (shown.row === undefined && shown.said === "?") return;
    shown.node.removeAttribute("href");
    delete shown.node.dataset["key"];
    for (const cell of shown.cells) replace(cell, "·");
    Object.assign(shown, { row: undefined, key: "", said: "?" });
  }

  /** A row is opened: who comes back finds it marked. @param {MouseEvent} event */
  #clicked(event) {
    const row = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".list-row"));
    const key = row?.dataset["key"];
    if (key !== undefined) history.replaceState({ ...history.state, row: key }, "");
  }

  /** From the search to what was found. @param {KeyboardEvent} event */
  #leaveForm(event) {
    const isSearch = /** @type {HTMLElement} */ (event.target).dataset["search"] !== undefined;
    if (!isSearch || event.isComposing || !["ArrowDown", "Enter"].includes(event.key)) return;
    event.preventDefault();
    this.box.focus();
  }

  /** @param {string} key @returns {boolean} whether it leads somewhere */
  #step(key) {
    const { height } = this.#sight();
    const to = moved(key, this.#active, Math.max(1, Math.floor(height / this.#rowPx) - 1), this.#matched);
    if (to === null) return false;
    // the first key shows where one is
    const isBegun = document.activeElement === this.box || this.#activeKey !== "";
    if (document.activeElement !== this.box) this.box.focus({ preventScroll: true });
    this.#active = isBegun ? to : this.#active;
    const row = this.#rows[this.#active - this.#offset];
    this.#activeKey = row === undefined ? null : this.#is.key(row);
    this.box.scrollTop = scrolledTo(this.#active, this.box.scrollTop, height, this.#rowPx);
    this.#scrolled();
    return true;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target !== this.box && /** @type {Element} */ (event.target).closest("button, input, select"))) return;
    if (event.key === "Enter") {
      const active = this.#shown.find((shown) => !shown.node.hidden && shown.node.dataset["place"] === String(this.#active));
      if (active?.key) active.node.click();
    } else if (!this.#step(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}
