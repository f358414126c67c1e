/** Short lines that come and go, over everything and in nobody's way. */

import { el } from "./dom.js";

const SHOWN_MS = 3000;
const AT_ONCE_MAX = 3;

export class Toasts {
  constructor() {
    this.element = el("div", { class: "rp-toasts", role: "log", "aria-live": "polite" });
  }

  /** @param {string} text */
  say(text) {
    const line = el("div", { class: "rp-toast" }, text);
    this.element.append(line);
    while (this.element.children.length > AT_ONCE_MAX) this.element.firstElementChild?.remove();
    setTimeout(() => line.remove(), SHOWN_MS);
  }
}
