/**
 * A match is found: whether one takes part. Enter accepts, Escape declines; the seconds are shown, and read
 * aloud once.
 */

import { button, el, setText } from "./dom.js";
import { queueName, readyText } from "./words.js";

/** @typedef {import("../rallypoint.js").ReadyCheck} ReadyCheck */

const TICK_MS = 250;

/**
 * Asks, until it is answered or over.
 * @param {ReadyCheck} check
 * @param {{ game: string, title: string, say: (text: string) => void }} page
 */
export function askToPlay(check, { game, title, say }) {
  const accept = button("Accept", () => check.accept(), { class: "main", test: "ready-accept" });
  const decline = button("Decline", () => check.decline(), { test: "ready-decline" });
  const left = el("b", { class: "rp-ready-left", role: "timer", test: "ready-left" });
  const others = el("p", { class: "rp-dim", "aria-live": "polite", test: "ready-others" });
  const dialog = el(
    "dialog",
    { class: "rp-dialog rp-ready", "aria-label": "A match is found", test: "ready" },
    el("h2", {}, "A match is found"),
    el("p", {}, queueName(check.queue, game)),
    left,
    others,
    el("div", { class: "rp-row" }, accept, decline),
  );
  const titleBefore = document.title;

  function show() {
    setText(left, `${Math.ceil(check.secondsLeft)} s`);
    setText(others, check.mine ? `You have accepted. ${readyText(check)}` : readyText(check));
    accept.disabled = decline.disabled = check.mine;
  }

  function over() {
    clearInterval(timer);
    check.onChange = null;
    document.title = titleBefore;
    dialog.close();
    dialog.remove();
    if (check.requeued) say("It came to nothing: you keep your place in line.");
  }

  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!check.mine) check.decline();
  });
  const timer = setInterval(show, TICK_MS);
  check.onChange = () => (check.over ? over() : show());
  show();
  document.body.append(dialog);
  dialog.showModal();
  accept.focus();
  if (document.hidden) document.title = `A match is found – ${title}`;
}
