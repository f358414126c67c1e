/**
 * The games that go on, kept up to date. A row stays the same element, so that the focus stays where it is.
 */

import { button, el, setText } from "./dom.js";
import { counted } from "./words.js";

/** @typedef {{ item: HTMLElement, title: HTMLElement, detail: HTMLElement, join: HTMLButtonElement }} Row */

export class GameList {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** Whether this game can be watched. */
  canWatch = true;

  /**
   * @param {(session: string) => void} join
   * @param {(session: string) => void} watch
   */
  constructor(join, watch) {
    this.join = join;
    this.watch = watch;
    this.counts = el("small", {});
    this.items = el("ul", { class: "rp-list" });
    this.empty = el("p", { class: "rp-dim" }, "No open games right now. Press “Play now” to begin one.");
    this.element = el(
      "section",
      { class: "rp-card" },
      el("h2", {}, "Games going on ", this.counts),
      this.items,
      this.empty,
    );
  }

  /** @param {any[]} rows As a live list of sessions has them. */
  show(rows) {
    const ids = new Set(rows.map((row) => row.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.item.remove();
      this.#rows.delete(id);
    }
    rows.forEach((told, at) => {
      const row = this.#rows.get(told.id) ?? this.#add(told.id);
      const spectators = told.spectators ? ` · ${counted(told.spectators, "spectator")}` : "";
      const state = told.state === "waiting" ? "waiting for players" : "running";
      setText(row.title, told.leader ? `${told.leader}’s game` : "Open game");
      setText(row.detail, `${told.players} of ${told.seats} players · ${state}${spectators}`);
      row.join.hidden = told.free === 0;
      if (this.items.children[at] !== row.item)
        this.items.insertBefore(row.item, this.items.children[at] ?? null);
    });
    this.empty.hidden = rows.length > 0;
  }

  /** @param {string} id */
  #add(id) {
    const title = el("b", {});
    const detail = el("small", {});
    const join = button("Join", () => this.join(id), { class: "small", test: "list-join" });
    const watch = button("Watch", () => this.watch(id), {
      class: "small quiet",
      test: "list-watch",
      hidden: !this.canWatch,
    });
    const item = el(
      "li",
      { class: "rp-list-row", test: "list-row" },
      el("span", { class: "rp-list-main" }, title, detail),
      join,
      watch,
    );
    const row = { item, title, detail, join };
    this.#rows.set(id, row);
    return row;
  }
}
