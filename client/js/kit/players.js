/** Who plays: a colour, a name, and for how long the seat of somebody who is away is kept. */

import { seatColour } from "./colours.js";
import { el, setText } from "./dom.js";
import { awayText } from "./words.js";

/** @typedef {{ item: HTMLElement, name: HTMLElement, away: HTMLElement }} Chip */

export class Players {
  /** @type {Map<number, Chip>} */
  #chips = new Map();

  constructor() {
    this.element = el("ul", { class: "rp-players", "aria-label": "Players" });
  }

  /**
   * @param {any[]} players As `view.players`.
   * @param {number} mine This player's seat; -1 for who only watches.
   * @param {number} nowMs Session time.
   */
  show(players, mine, nowMs) {
    const there = new Set(players.map((player) => player.seat));
    for (const [seat, chip] of this.#chips) {
      if (there.has(seat)) continue;
      chip.item.remove();
      this.#chips.delete(seat);
    }
    for (const player of players) {
      const chip = this.#chips.get(player.seat) ?? this.#add(player.seat);
      const leftMs = player.away_until_ms ? player.away_until_ms - nowMs : 0;
      const isAway = leftMs > 0 && player.seat !== mine;
      setText(chip.name, player.seat === mine ? `${player.name} (you)` : player.name);
      setText(chip.away, isAway ? awayText("", leftMs).trim() : "");
      chip.item.classList.toggle("away", isAway);
    }
  }

  /** @param {number} seat */
  #add(seat) {
    const name = el("span", { class: "rp-player-name" });
    const away = el("span", { class: "rp-player-away" });
    const dot = el("span", {
      class: "rp-dot",
      "aria-hidden": "true",
      style: `background:${seatColour(seat)}`,
    });
    const item = el("li", { class: "rp-player" }, dot, name, " ", away);
    const chip = { item, name, away };
    this.#chips.set(seat, chip);
    const after = [...this.#chips].filter(([other]) => other > seat).sort(([a], [b]) => a - b)[0];
    this.element.insertBefore(item, after ? after[1].item : null);
    return chip;
  }
}
