/** Shortcuts, and the dialog that lists them. Those of the view come first, then those of the console. */

import { button, el, isForElement } from "./dom.js";

/** @typedef {{ key: string, text: string, run: () => void, hidden?: boolean }} Key */

const AFTER_G_MS = 1200;
const GOES = /** @type {Record<string, [path: string, text: string]>} */ ({
  o: ["/", "Overview"],
  q: ["/queues", "Queues"],
  s: ["/sessions", "Sessions"],
  p: ["/players", "Players"],
  n: ["/node", "Node"],
  a: ["/audit", "Audit log"],
  e: ["/settings", "Settings"],
});

export class Keys {
  /** @type {Key[]} Of the view that is shown. */
  view = [];
  #afterG = 0;

  /** @param {{ go: (path: string) => void, search: () => void, isOpen: () => boolean }} does `isOpen`: somebody is logged in. */
  constructor(does) {
    this.does = does;
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || isForElement(event) || !this.does.isOpen() || document.querySelector("dialog[open]")) return;
    if (this.#run(event.key)) event.preventDefault();
  }

  /** @param {string} key */
  #run(key) {
    if (this.#afterG && performance.now() - this.#afterG < AFTER_G_MS) {
      this.#afterG = 0;
      const to = GOES[key];
      if (to) this.does.go(to[0]);
      return to !== undefined;
    }
    if (key === "g") this.#afterG = performance.now();
    else if (key === "/") this.does.search();
    else if (key === "?") this.help();
    else {
      const found = this.view.find((one) => one.key === key);
      if (!found) return false;
      found.run();
    }
    return true;
  }

  help() {
    const line = (/** @type {string} */ keys, /** @type {string} */ text) =>
      el("div", {}, el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, text));
    const own = this.view.filter((one) => !one.hidden).map((one) => line(one.key, one.text));
    const dialog = el(
      "dialog",
      { class: "help", "aria-label": "Keys", test: "keys", on: { close: () => dialog.remove() } },
      el("h2", {}, "Keys"),
      own.length > 0 && el("h3", {}, "Here"),
      own.length > 0 && el("dl", { class: "keys" }, ...own),
      el("h3", {}, "Everywhere"),
      el(
        "dl",
        { class: "keys" },
        line("/", "Search"),
        ...Object.entries(GOES).map(([key, [, text]]) => line(`g ${key}`, text)),
        line("?", "These keys"),
        line("Esc", "Close a dialog"),
      ),
      el("div", { class: "buttons end" }, button("Close", () => dialog.close(), { autofocus: true })),
    );
    document.body.append(dialog);
    dialog.showModal();
  }
}
