/** The controls of a replay: pause, speed, and a slider from its first tick to its last. */

import { button, el, isForElement, setText } from "./dom.js";
import { clockText } from "./words.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

export class ReplayBar {
  /** @param {any} replay */
  constructor(replay) {
    this.replay = replay;
    this.play = button("Pause", () => this.#toggle(), { test: "replay-play", class: "rp-replay-play" });
    this.back = button("−1", () => this.#step(-1), { "aria-label": "One tick back", class: "small" });
    this.on = button("+1", () => this.#step(1), { "aria-label": "One tick on", class: "small" });
    this.slider = el("input", {
      type: "range",
      step: 1,
      "aria-label": "Tick",
      test: "replay-tick",
      on: {
        input: () => this.#seek(Number(this.slider.value)),
      },
    });
    this.where = el("output", { class: "rp-replay-where" });
    this.speed = el(
      "select",
      {
        "aria-label": "Speed",
        test: "replay-speed",
        on: {
          change: () => {
            replay.speed = Number(this.speed.value);
          },
        },
      },
      ...SPEEDS.map((speed) => el("option", { value: speed, selected: speed === 1 }, `${speed}×`)),
    );
    this.element = el(
      "div",
      { class: "rp-replay-bar", test: "replay-bar", role: "group", "aria-label": "Replay" },
      this.play,
      this.back,
      this.on,
      this.slider,
      this.where,
      this.speed,
    );
  }

  show() {
    const { replay, slider } = this;
    const isAtEnd = replay.tick >= replay.lastTick;
    setText(this.play, replay.playing ? "Pause" : isAtEnd ? "Again" : "Play");
    slider.min = String(replay.firstTick);
    slider.max = String(replay.lastTick);
    if (Number(slider.value) !== replay.tick) slider.value = String(replay.tick);
    const span = Math.max(1, replay.lastTick - replay.firstTick);
    const atMs = ((replay.tick - replay.firstTick) / span) * replay.durationMs;
    setText(this.where, `${clockText(atMs)} / ${clockText(replay.durationMs)} · tick ${replay.tick}`);
  }

  /** @param {KeyboardEvent} event @returns {boolean} True if it was for the replay. */
  key(event) {
    if (isForElement(event)) return false;
    if (event.key === " ") this.#toggle();
    else if (event.key === ",") this.#step(-1);
    else if (event.key === ".") this.#step(1);
    else return false;
    return true;
  }

  #toggle() {
    const { replay } = this;
    if (replay.playing) {
      replay.pause();
    } else {
      if (replay.tick >= replay.lastTick) replay.seek(replay.firstTick);
      replay.play();
    }
    this.show();
  }

  /** @param {number} by */
  #step(by) {
    this.replay.pause();
    this.#seek(this.replay.tick + by);
  }

  /** @param {number} tick */
  #seek(tick) {
    const { replay } = this;
    replay.seek(Math.min(Math.max(tick, replay.firstTick), replay.lastTick));
    this.show();
  }
}
