/**
 * How things stand, in words. It lies over the page, so that nothing moves when it comes or goes; seconds
 * that count down are shown each second, and read aloud only once.
 */

import { button, el, setText } from "./dom.js";

export class Banner {
  #text = el("span", {});
  #buttons = el("span", { class: "rp-banner-buttons" });
  #aloud = el("div", { class: "rp-aloud", role: "status", "aria-live": "polite" });

  constructor() {
    this.box = el("div", { class: "rp-banner", test: "status" }, this.#text, this.#buttons);
    this.element = el("div", { class: "rp-banner-place" }, this.box, this.#aloud);
  }

  /**
   * @param {string} text Empty: all is well, and nothing is shown.
   * @param {{ label: string, press: () => void, test?: string }[]} [buttons]
   * @param {"calm" | "worried"} [mood]
   */
  show(text, buttons = [], mood = "calm") {
    setText(this.#text, text);
    this.box.classList.toggle("shown", text !== "");
    this.box.classList.toggle("worried", mood === "worried");
    const steady = text.replaceAll(/\d+/g, "");
    if (steady !== this.#aloud.dataset.said) {
      this.#aloud.dataset.said = steady;
      setText(this.#aloud, text);
    }
    const labels = buttons.map((it) => it.label).join("\n");
    if (labels === this.#buttons.dataset.labels) return;
    this.#buttons.dataset.labels = labels;
    this.#buttons.replaceChildren(...buttons.map((it) => button(it.label, it.press, { test: it.test })));
    this.#buttons.querySelector("button")?.focus();
  }
}
