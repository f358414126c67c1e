/** One player beside the board: disc, name, clock. */

import { el, setText } from "/sdk/kit/dom.js";
import { clockText, leftMs } from "./turn.js";

const HURRY_MS = 15_000;

export class Side {
  /**
   * @param {number} seat
   * @param {boolean} isMe
   */
  constructor(seat, isMe) {
    this.seat = seat;
    this.isMe = isMe;
    this.name = el("span", { class: "four-name" });
    this.note = el("span", { class: "four-note" });
    this.clock = el("span", { class: "four-clock", role: "timer", test: `clock-${seat}` });
    const disc = el("i", { class: "four-disc", "data-disc": seat, "aria-hidden": "true" });
    this.element = el("div", { class: "four-side" }, disc, this.name, this.note, this.clock);
  }

  /**
   * @param {any} view
   * @param {number} nowMs
   * @param {string} name
   * @param {any} result
   */
  show(view, nowMs, name, result) {
    const player = view.player(this.seat);
    const isThere = player !== null && player !== undefined && player.clock_ms !== null;
    const left = isThere ? leftMs(view.game, player, nowMs) : 0;
    const isOn = view.game.turn === this.seat;
    setText(this.name, this.isMe ? `${name} (you)` : name);
    setText(this.clock, isThere && view.game.status > 0 ? clockText(left) : "");
    const hasWon = result?.winners?.includes(this.seat) ?? false;
    setText(this.note, hasWon ? "won" : "");
    this.element.classList.toggle("won", hasWon);
    this.element.classList.toggle("on", isOn);
    this.element.classList.toggle("hurry", isOn && left < HURRY_MS);
  }
}
