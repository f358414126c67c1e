/**
 * The keyboard. Keys that a field or a button needs are left to it; all are let go when the page loses the
 * focus.
 */

import { isForElement } from "/sdk/kit/dom.js";

const MEANS = /** @type {Record<string, "left" | "right" | "thrust" | "fire">} */ ({
  ArrowLeft: "left",
  KeyA: "left",
  ArrowRight: "right",
  KeyD: "right",
  ArrowUp: "thrust",
  KeyW: "thrust",
  Space: "fire",
});

export class Keys {
  /** @type {Set<string>} Key codes: two keys may mean the same. */
  #down = new Set();

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    addEventListener("keydown", this.#press);
    addEventListener("keyup", this.#release);
    addEventListener("blur", this.#letGo);
    document.addEventListener("visibilitychange", this.#letGo);
  }

  close() {
    removeEventListener("keydown", this.#press);
    removeEventListener("keyup", this.#release);
    removeEventListener("blur", this.#letGo);
    document.removeEventListener("visibilitychange", this.#letGo);
  }

  /** @param {string} meaning One of left, right, thrust and fire. */
  has(meaning) {
    return [...this.#down].some((code) => MEANS[code] === meaning);
  }

  #press = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.code in MEANS) || isForElement(event) || document.querySelector("dialog[open]")) return;
    event.preventDefault(); // or the page would scroll
    if (event.repeat || this.#down.has(event.code)) return;
    this.#down.add(event.code);
    this.changed();
  };

  #release = (/** @type {KeyboardEvent} */ event) => {
    if (this.#down.delete(event.code)) this.changed();
  };

  #letGo = () => {
    if (this.#down.size === 0) return;
    this.#down.clear();
    this.changed();
  };
}
