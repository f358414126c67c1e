/** One player beside the board: disc, name, clock. */

import { el, setText } from "/sdk/kit/dom.js";
import { clockText, leftMs } from "./turn.js";

const HURRY_MS = 15_000;

export class Side {
  /** @param {number} seat */
  constructor(seat) {
    this.seat = seat;
    this.name = el("span", { class: "four-name" });
    this.clock = el("time", { class: "four-clock", test: `clock-${seat}` });
    this.element = el("div", { class: "four-side" }, el("i", { class: "four-disc", "data-disc": seat }), this.name, this.clock);
  }

  /**
   * @param {any} view
   * @param {number} nowMs
   * @param {boolean} isOn
   */
  show(view, nowMs, isOn) {
    const player = view.player(this.seat);
    setText(this.name, player?.name ?? "");
    const left = player && player.clock_ms !== null ? leftMs(view.game, player, nowMs) : 0;
    setText(this.clock, player ? clockText(left) : "");
    this.element.classList.toggle("on", isOn);
    this.element.classList.toggle("hurry", isOn && left < HURRY_MS);
  }
}
