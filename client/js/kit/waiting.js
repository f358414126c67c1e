/** Shown while a session waits for players: how many are missing, and how to bring a friend. */

import { button, el, setText } from "./dom.js";
import { counted } from "./words.js";

export class WaitingCard {
  /**
   * @param {import("./shell.js").ShellOptions} options
   * @param {import("./shell.js").Source} source
   * @param {(to: Partial<import("./links.js").Link>) => void} share
   */
  constructor(options, source, share) {
    this.least = options.least ?? 2;
    this.title = el("h2", {});
    const code = source.code;
    const link = code ? { code } : { session: source.session };
    const room = code ? [el("p", {}, "Room code"), el("p", { class: "rp-code", test: "code" }, code)] : [];
    this.element = el(
      "section",
      { class: "rp-waiting", hidden: true, "aria-live": "polite" },
      this.title,
      ...room,
      button("Copy a link for a friend", () => share(link), { class: "main", test: "invite" }),
    );
  }

  /** @param {any} view `null`: there is nothing to wait for. */
  show(view) {
    const missing = view === null ? 0 : this.least - view.players.length;
    this.element.hidden = missing <= 0;
    if (missing > 0) setText(this.title, `Waiting for ${counted(missing, "more player")}`);
  }
}
