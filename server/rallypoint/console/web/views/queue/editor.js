// A text with numbered lines, some of them marked.

import { el, replace } from "../../dom.js";
import { lineSpan } from "./trial.js";

export class Editor {
  /** @type {Set<number>} */
  #marked = new Set();
  #lines = 0;

  /** @param {{label: string, value: string, readonly: boolean, max: number, onchange: () => void, onsubmit: () => void}} is */
  constructor(is) {
    this.numbers = el("div", { class: "editor-lines mono", "aria-hidden": "true" });
    this.text = el("textarea", {
      class: "mono",
      wrap: "off",
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      maxlength: is.max,
      readonly: is.readonly,
      "aria-label": is.label,
      value: is.value,
      onscroll: () => this.#scrolled(),
      oninput: () => {
        this.mark([]);
        is.onchange();
      },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) is.onsubmit();
      },
    });
    this.node = el("div", { class: "editor" }, this.numbers, this.text);
    this.#draw();
  }

  get value() {
    return this.text.value;
  }

  set value(text) {
    this.text.value = text;
    this.mark([]);
  }

  /** @param {number[]} lines Counted from 1. */
  mark(lines) {
    this.#marked = new Set(lines);
    this.text.setAttribute("aria-invalid", String(lines.length > 0));
    this.#draw(true);
    const [first] = this.#marked;
    if (first !== undefined) this.#reach(first);
  }

  /** Selects a line, and brings it into sight. @param {number} line */
  show(line) {
    const [begin, end] = lineSpan(this.value, line);
    this.text.focus();
    this.text.setSelectionRange(begin, end);
    this.#reach(line);
  }

  /** Into sight, if it is not. @param {number} line */
  #reach(line) {
    const height = this.text.scrollHeight / Math.max(1, this.#lines);
    const [top, bottom] = [(line - 2) * height, (line + 2) * height];
    if (top < this.text.scrollTop || bottom > this.text.scrollTop + this.text.clientHeight) this.text.scrollTop = Math.max(0, (line - 4) * height);
    this.text.scrollLeft = 0;
  }

  /** @param {boolean} [anew] */
  #draw(anew = false) {
    const lines = this.value.split("\n").length;
    if (lines === this.#lines && !anew) return;
    this.#lines = lines;
    this.text.rows = Math.max(8, Math.min(26, lines + 1));
    replace(this.numbers, Array.from({ length: lines }, (_, place) => el("div", { class: this.#marked.has(place + 1) ? "wrong" : "" }, place + 1)));
    this.#scrolled();
  }

  #scrolled() {
    this.numbers.scrollTop = this.text.scrollTop;
  }
}
