/** Short lines that come and go, over everything and in nobody's way. */

import { button, el } from "./dom.js";

const SHOWN_MS = 3000;
const READ_MS = 20_000;
const AGAIN_MS = 1000;
const AT_ONCE_MAX = 3;

export class Toasts {
  constructor() {
    this.element = el("div", { class: "rp-toasts", role: "log", "aria-live": "polite" });
  }

  /** @param {string} text */
  say(text) {
    const line = el("div", { class: "rp-toast" }, text);
    this.#add(line, ".rp-toast:not(.rp-told)");
    setTimeout(() => line.remove(), SHOWN_MS);
  }

  /**
   * What is to be read: it stays longer, and until it can have been seen; a button closes it.
   * @param {string} title
   * @param {string} text
   */
  tell(title, text) {
    const close = button("Close", () => line.remove(), { class: "small quiet", test: "notice-close" });
    const words = el("div", { class: "rp-told-words" }, el("strong", {}, title), el("span", {}, text));
    const line = el("div", { class: "rp-toast rp-told", test: "notice" }, words, close);
    this.#add(line, ".rp-told");
    const go = () => {
      if (document.hidden || line.matches(":hover, :focus-within")) setTimeout(go, AGAIN_MS);
      else line.remove();
    };
    setTimeout(go, READ_MS);
  }

  /** @param {HTMLElement} line @param {string} likes Of which there are not to be too many. */
  #add(line, likes) {
    this.element.append(line);
    const all = [...this.element.querySelectorAll(likes)];
    for (const old of all.slice(0, -AT_ONCE_MAX)) old.remove();
  }
}
