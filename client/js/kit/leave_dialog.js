/** Asks before a seat is given up. Escape opens it, and Escape closes it again. */

import { button, el } from "./dom.js";

/** @param {() => void} leave */
export function askToLeave(leave) {
  const stay = button("Stay", () => dialog.close(), { test: "leave-no" });
  const go = button(
    "Leave the game",
    () => {
      dialog.close();
      leave();
    },
    { class: "main", test: "leave-yes" },
  );
  const dialog = el(
    "dialog",
    { class: "rp-dialog", "aria-label": "Leave the game?", on: { close: () => dialog.remove() } },
    el("h2", {}, "Leave the game?"),
    el("p", {}, "Your seat is given up."),
    el("div", { class: "rp-row" }, stay, go),
  );
  document.body.append(dialog);
  dialog.showModal();
  stay.focus();
}
