/** The best players of a rated queue, and one's own place. */

import { el, setText } from "./dom.js";
import { queueName } from "./words.js";

/** @typedef {import("../rallypoint.js").Lobby} Lobby */

const ROWS = 8;

export class LeaderboardPanel {
  #items = el("ol", { class: "rp-board" });
  #mine = el("small", { test: "board-me" });
  #empty = el("p", { class: "rp-dim" }, "Nobody has a rating here yet. Play to be the first.");

  /** @param {string} queue @param {string} game Whose page this is. */
  constructor(queue, game) {
    this.queue = queue;
    const title = el("h2", {}, `${queueName(queue, game)}: best players `, this.#mine);
    this.element = el(
      "section",
      { class: "rp-card", test: `board-${queue}`, hidden: true },
      title,
      this.#items,
      this.#empty,
    );
  }

  /** Asks the server. One that keeps no ratings shows none. @param {Lobby} lobby */
  async show(lobby) {
    let board;
    let mine;
    try {
      board = await lobby.leaderboard(this.queue, { limit: ROWS });
      mine = board.me ?? (board.total && (await lobby.leaderboard(this.queue, { limit: 1, around: true })).me);
    } catch {
      this.element.hidden = true;
      return;
    }
    const rows = board.rows.map((row) =>
      el(
        "li",
        { class: row.player === lobby.player ? "rp-board-me" : undefined, test: "board-row" },
        el("span", { class: "rp-board-rank" }, String(row.rank)),
        el("span", { class: "rp-board-name" }, row.name),
        el("b", {}, row.rating.toFixed(1)),
      ),
    );
    this.#items.replaceChildren(...rows);
    this.#empty.hidden = rows.length > 0;
    setText(this.#mine, mine ? `you are ${mine} of ${board.total}` : "");
    this.element.hidden = false;
  }
}
