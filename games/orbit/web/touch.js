/**
 * Two thumbs: turn on the left, thrust and fire on the right. A thumb may slide from one button to its
 * neighbour, so what is pressed is found under each pointer, and not by where it went down.
 */

import { el } from "/sdk/kit/dom.js";

const BUTTONS = /** @type {const} */ ([
  ["left", "Turn left", "M15 5 L8 12 L15 19"],
  ["right", "Turn right", "M9 5 L16 12 L9 19"],
  ["thrust", "Thrust", "M5 15 L12 8 L19 15"],
  ["fire", "Fire", "M12 4 V8 M12 16 V20 M4 12 H8 M16 12 H20 M12 12 h.01"],
]);

/** True where fingers are what there is. */
export function wantsTouch() {
  return matchMedia("(pointer: coarse)").matches;
}

export class Touch {
  /** @type {Map<number, string>} What each pointer presses. */
  #pressed = new Map();
  /** @type {Record<string, HTMLElement>} */
  #buttons = {};

  /**
   * @param {HTMLElement} stage
   * @param {() => void} changed
   * @param {boolean} shown
   */
  constructor(stage, changed, shown) {
    this.stage = stage;
    this.changed = changed;
    for (const [name, label, path] of BUTTONS) this.#buttons[name] = this.#button(name, label, path);
    const { left, right, thrust, fire } = this.#buttons;
    this.element = el(
      "div",
      { class: "orbit-touch", "aria-hidden": "true" },
      el("div", { class: "orbit-thumb" }, left, right),
      el("div", { class: "orbit-thumb" }, thrust, fire),
    );
    for (const name of ["pointerdown", "pointermove"]) this.element.addEventListener(name, this.#point);
    for (const name of ["pointerup", "pointercancel"]) this.element.addEventListener(name, this.#lift);
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    stage.append(this.element);
    stage.classList.toggle("orbit-touched", shown);
    addEventListener("pointerdown", this.#first);
    addEventListener("blur", this.#letGo);
  }

  close() {
    removeEventListener("pointerdown", this.#first);
    removeEventListener("blur", this.#letGo);
    this.element.remove();
  }

  /** @param {string} name One of left, right, thrust and fire. */
  has(name) {
    return [...this.#pressed.values()].includes(name);
  }

  /** @param {string} name @param {string} label @param {string} path */
  #button(name, label, path) {
    const made = el("div", {
      class: `orbit-key orbit-key-${name}`,
      test: `touch-${name}`,
      "data-key": name,
      title: label,
    });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    made.append(svg);
    return made;
  }

  #first = (/** @type {PointerEvent} */ event) => {
    if (event.pointerType === "touch") this.stage.classList.add("orbit-touched");
  };

  #point = (/** @type {Event} */ given) => {
    const event = /** @type {PointerEvent} */ (given);
    if (event.type === "pointermove" && !this.#pressed.has(event.pointerId)) return;
    event.preventDefault();
    if (event.type === "pointerdown") {
      this.element.setPointerCapture(event.pointerId); // moves go on arriving when the thumb slides off
    }
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-key]");
    const name = under instanceof HTMLElement ? (under.dataset.key ?? "") : "";
    if (this.#pressed.get(event.pointerId) === name) return;
    this.#pressed.set(event.pointerId, name);
    this.#show();
  };

  #lift = (/** @type {Event} */ given) => {
    if (this.#pressed.delete(/** @type {PointerEvent} */ (given).pointerId)) this.#show();
  };

  #letGo = () => {
    if (this.#pressed.size === 0) return;
    this.#pressed.clear();
    this.#show();
  };

  #show() {
    for (const [name, button] of Object.entries(this.#buttons))
      button.classList.toggle("down", this.has(name));
    this.changed();
  }
}
