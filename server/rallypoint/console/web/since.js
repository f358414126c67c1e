/** Times that count by themselves, by the server's clock: what the server sends need not change each second. */

import { el, setText } from "./dom.js";
import { ago, date } from "./format.js";

const OFF_MIN_S = 2;
/** @type {Set<WeakRef<HTMLTimeElement>>} */
const ticking = new Set();
/** @type {WeakMap<HTMLTimeElement, () => string>} */
const says = new WeakMap();
let ahead = 0;
let timer = 0;

/** The server's clock said so, just now. Less than two seconds is the way, and rounding. @param {number} atS */
export function heardTime(atS) {
  const off = atS - Date.now() / 1000;
  ahead = Math.abs(off) < OFF_MIN_S ? 0 : off;
}

/** Unix seconds by the server's clock. */
export function serverNow() {
  return Date.now() / 1000 + ahead;
}

/**
 * "3 min 12 s", counting up.
 * @param {number | null | undefined} at Unix seconds.
 * @param {{ prefix?: string, suffix?: string }} [around]
 */
export function since(at, { prefix = "", suffix = "" } = {}) {
  return counting(at, (known) => `${prefix}${ago(serverNow() - known)}${suffix}`);
}

/** "8 s", counting down to "now". @param {number | null | undefined} at Unix seconds. */
export function left(at) {
  return counting(at, (known) => (known <= serverNow() ? "now" : ago(Math.ceil(known - serverNow()))));
}

/** @param {number | null | undefined} at @param {(at: number) => string} words */
function counting(at, words) {
  if (typeof at !== "number") return el("time", {}, "–");
  const made = el("time", { datetime: new Date(at * 1000).toISOString(), title: date(at) }, words(at));
  says.set(made, () => words(at));
  ticking.add(new WeakRef(made));
  if (!timer) timer = Number(setInterval(tick, 1000));
  return made;
}

/** What is no longer in the page is forgotten, but not before it had the time to get there. */
function tick() {
  for (const ref of ticking) {
    const made = ref.deref();
    const words = made && says.get(made);
    if (made?.isConnected && words) {
      setText(made, words());
      seen.add(made);
    } else if (!made || seen.has(made)) {
      ticking.delete(ref);
    } else {
      seen.add(made);
    }
  }
}
/** @type {WeakSet<HTMLTimeElement>} Looked at once by `tick`. */
const seen = new WeakSet();
