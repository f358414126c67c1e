// Times that pass by themselves: "12 s", "in 3 min". One timer for all that are in the page.

import { el } from "./dom.js";
import { clock, duration } from "./format.js";

const EVERY_MS = 1000;
/** The server says whole seconds, and its answer takes a while: only beyond this is it another time. */
const SKEW_MIN_S = 3;
let ticking = false;
let ahead_s = 0;

/** What the server's clock says now, in Unix seconds: this machine's may be wrong. @param {number} at */
export function serverTimeIs(at) {
  const skew_s = at - Date.now() / 1000;
  ahead_s = Math.abs(skew_s) < SKEW_MIN_S ? 0 : skew_s;
}

/** The server's time in Unix seconds, as far as it is known. */
export function serverNow() {
  return Date.now() / 1000 + ahead_s;
}

/** How long ago a Unix time is. @param {number | null | undefined} at @returns {HTMLElement} */
export function ago(at) {
  return timed(at, "since");
}

/** How long until a Unix time. @param {number | null | undefined} at @returns {HTMLElement} */
export function until(at) {
  return timed(at, "until");
}

/** @param {number | null | undefined} at @param {"since" | "until"} kind @returns {HTMLElement} */
function timed(at, kind) {
  if (at === null || at === undefined) return el("span", { class: "muted" }, "–");
  const node = el("time", { class: "passing", datetime: new Date(at * 1000).toISOString(), title: clock(at), dataset: { [kind]: at } });
  node.textContent = words(node, serverNow());
  if (!ticking) {
    ticking = true;
    setInterval(tick, EVERY_MS);
  }
  return node;
}

function tick() {
  const now = serverNow();
  for (const node of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("time.passing"))) {
    const then = words(node, now);
    if (node.textContent !== then) node.textContent = then;
  }
}

/** @param {HTMLElement} node @param {number} now @returns {string} */
function words(node, now) {
  const { since, until: end } = node.dataset;
  const seconds = since !== undefined ? now - Number(since) : Number(end) - now;
  return duration(Math.max(0, Math.floor(seconds)));
}
