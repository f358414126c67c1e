// A session's state as a tree that moves with it: only the lines that are in sight exist, and keep their place and their focus.

import { el, replace, text } from "../../dom.js";
import { branches, lines, told } from "./state_lines.js";
import { brief, counted } from "./words.js";

/** @typedef {import("./state_lines.js").Line} Line */
/** @typedef {{id: string, node: HTMLElement, twist: HTMLElement, label: HTMLElement, value: HTMLElement, told: string | null}} Shown */

const LINE_PX = matchMedia("(pointer: coarse)").matches ? 34 : 24;
/** Lines beyond the edge, so that scrolling shows no holes. */
const MARGIN = 8;
/** A class with more entities than this is closed at first. */
const OPEN_MAX = 12;

let ids = 0;

export class StateTree {
  /** @type {Map<string, boolean>} What was opened or closed, by hand or at first sight. */
  #opened = new Map();
  /** @type {boolean | null} All of it, since somebody said so. */
  #all = null;
  /** @type {Record<string, any> | null} */
  #state = null;
  /** @type {Line[]} */
  #lines = [];
  /** @type {Set<string>} */
  #known = new Set();
  /** @type {Map<string, Shown>} */
  #shown = new Map();
  /** @type {Set<string>} */
  #marked = new Set();
  #active = "";
  #frame = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.filter = el("input", { type: "search", placeholder: "Filter: Ship 12, hull, 0.25…", "aria-label": "Filter the state", oninput: () => this.#build() });
    this.counts = el("span", { class: "muted" });
    const all = (/** @type {string} */ words, /** @type {boolean} */ open) => el("button", { type: "button", onclick: () => this.#openAll(open) }, words);
    this.space = el("div", { class: "tree-space" });
    this.box = el(
      "div",
      { class: "tree", role: "tree", tabindex: "0", "aria-label": "State", onscroll: () => this.#later(), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), onclick: (/** @type {MouseEvent} */ event) => this.#click(event) },
      this.space,
    );
    this.detail = el("div", { class: "tree-detail mono", hidden: true });
    root.append(el("div", { class: "toolbar tree-bar" }, el("label", { class: "grow" }, this.filter), all("Open all", true), all("Close all", false), this.counts), this.box, this.detail);
    this.sized = new ResizeObserver(() => this.#later());
    this.sized.observe(this.box);
  }

  /**
   * @param {Record<string, any>} state
   * @param {Set<string>} [marked] Lines to be marked for as long as this is shown.
   */
  set(state, marked = new Set()) {
    this.#state = state;
    this.#marked = marked;
    this.#build(true);
  }

  destroy() {
    this.sized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** @param {boolean} open */
  #openAll(open) {
    this.#all = open;
    this.#opened.clear();
    this.#build();
  }

  /** @param {boolean} [moved] The state is another one: what is different flashes. */
  #build(moved = false) {
    if (!this.#state) return;
    const tree = branches(this.#state);
    for (const one of tree) {
      if (this.#all === null && !this.#opened.has(one.key)) this.#opened.set(one.key, one.key === "game" || (one.count !== undefined && one.count <= OPEN_MAX));
    }
    const before = this.#known;
    this.#lines = lines(tree, (key) => this.#opened.get(key) ?? this.#all ?? false, this.filter.value);
    this.#known = new Set(this.#lines.map((line) => line.key));
    text(this.counts, this.#lines.length ? counted(this.#lines.length, "line") : "nothing has that");
    this.space.style.height = `${this.#lines.length * LINE_PX}px`;
    this.#draw(moved && before.size ? before : null);
    this.#tell();
  }

  #later() {
    if (!this.#frame) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw(null);
      });
    }
  }

  /** @param {Set<string> | null} before Lines that there were before the state has moved; null: it has not. */
  #draw(before) {
    const from = Math.max(0, Math.floor(this.box.scrollTop / LINE_PX) - MARGIN);
    const to = Math.min(this.#lines.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / LINE_PX) + MARGIN);
    const gone = new Map(this.#shown);
    /** @type {HTMLElement | null} */
    let next = null;
    for (let place = to - 1; place >= from; place -= 1) {
      const line = /** @type {Line} */ (this.#lines[place]);
      let shown = this.#shown.get(line.key);
      if (!shown) {
        shown = newLine(line);
        this.#shown.set(line.key, shown);
        this.space.insertBefore(shown.node, next);
      }
      next = shown.node;
      gone.delete(line.key);
      this.#paint(shown, line, place, before);
    }
    for (const [key, shown] of gone) {
      shown.node.remove();
      this.#shown.delete(key);
    }
    this.box.setAttribute("aria-activedescendant", this.#shown.get(this.#active)?.id ?? "");
  }

  /** @param {Shown} shown @param {Line} line @param {number} place @param {Set<string> | null} before */
  #paint(shown, line, place, before) {
    const { node } = shown;
    const now = told(line);
    const top = `${place * LINE_PX}px`;
    if (node.style.top !== top) node.style.top = top;
    text(shown.twist, line.open === null ? "" : line.open ? "▾" : "▸");
    if (line.open !== null) node.setAttribute("aria-expanded", String(line.open));
    node.classList.toggle("marked", this.#marked.has(line.key));
    node.classList.toggle("active", this.#active === line.key);
    node.setAttribute("aria-selected", String(this.#active === line.key));
    // what is in a closed line changes all the time: it is there to be read
    const changed = shown.told !== null && shown.told !== now && line.open !== false;
    if (before && (changed || !before.has(line.key))) flash(node);
    if (shown.told !== now) {
      text(shown.value, now);
      shown.told = now;
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const node = /** @type {HTMLElement} */ (event.target).closest(".tree-line");
    const key = node instanceof HTMLElement ? node.dataset["key"] : undefined;
    const line = this.#lines.find((one) => one.key === key);
    if (!line) return;
    this.#active = line.key;
    if (line.open === null) this.#build();
    else this.#toggle(line);
  }

  /** @param {Line} line */
  #toggle(line) {
    this.#opened.set(line.key, !line.open);
    this.#build();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.#lines.findIndex((line) => line.key === this.#active);
    const page = Math.max(1, Math.floor(this.box.clientHeight / LINE_PX) - 1);
    const line = this.#lines[at];
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#lines.length - 1, PageDown: at + page, PageUp: at - page }[event.key];
    if (to !== undefined) this.#goTo(to);
    else if (event.key === "ArrowRight" && line?.open === false) this.#toggle(line);
    else if (event.key === "ArrowLeft" && line?.open === true) this.#toggle(line);
    else if (event.key === "ArrowLeft" && line) this.#goTo(this.#lines.findLastIndex((one, place) => place < at && one.depth < line.depth));
    else if ((event.key === "Enter" || event.key === " ") && line && line.open !== null) this.#toggle(line);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} place */
  #goTo(place) {
    const within = Math.max(0, Math.min(this.#lines.length - 1, place));
    const line = this.#lines[within];
    if (!line) return;
    this.#active = line.key;
    const top = within * LINE_PX;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + LINE_PX > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + LINE_PX - this.box.clientHeight;
    this.#draw(null);
    this.#tell();
  }

  /** Below the tree: all of the chosen line, which may be longer than there is room for. */
  #tell() {
    const line = this.#lines.find((one) => one.key === this.#active);
    this.detail.hidden = !line || line.count !== undefined;
    if (line && !this.detail.hidden) replace(this.detail, el("b", {}, line.key), " ", brief(line.value));
  }
}

/** @param {Line} line @returns {Shown} */
function newLine(line) {
  const id = `line-${(ids += 1)}`;
  const twist = el("span", { class: "tree-twist", "aria-hidden": "true" });
  const label = el("span", { class: "tree-label" }, line.label);
  const value = el("span", { class: "tree-value" });
  const node = el("div", { class: "tree-line", role: "treeitem", id, "aria-level": String(line.depth + 1), dataset: { key: line.key } }, twist, label, value);
  node.style.height = `${LINE_PX}px`;
  node.style.paddingLeft = `${0.4 + line.depth * 1.1}rem`;
  return { id, node, twist, label, value, told: null };
}

/** Again, even if it has not faded yet. @param {HTMLElement} node */
function flash(node) {
  const was = node.classList.contains("flash-a");
  node.classList.remove("flash-a", "flash-b");
  node.classList.add(was ? "flash-b" : "flash-a");
}
