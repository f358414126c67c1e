// What the scenarios share: waiting, and the report that their test reads.

import { connect } from "../../../client/js/rallypoint.js";

export const url = process.argv[2];

/** Ends the scenario with what went on, as a line of JSON. */
export function report(found) {
  console.log(JSON.stringify(found));
  process.exit(0);
}

export async function until(what, condition, withinS = 20) {
  const end = performance.now() + withinS * 1000;
  for (;;) {
    const value = condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited for ${withinS} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that a promise is rejected with. */
export const errorOf = (promise) => promise.then(() => null, (error) => error);

export const named = (name, more) => connect(url, { name, ...more });

/** A browser's storage, for what outlives a page. */
export class Storage {
  items = new Map();
  getItem = (name) => this.items.get(name) ?? null;
  setItem = (name, value) => this.items.set(name, value);
}
