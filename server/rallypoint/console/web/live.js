/**
 * What is shown is watched: one stream of the server for all paths of the page. It is opened anew when the set of paths
 * changes, and when it was lost.
 *
 *     const stop = live.watch("/overview", (body, problem) => ...);
 */

import { queryText } from "./router.js";

export const WATCHED_MAX = 8;
const GATHER_MS = 40;
const QUIET_MAX_MS = 25_000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000];

/** @typedef {{ status: number, error: string, reason: string }} Problem */
/** @typedef {(body: any, problem: Problem | null) => void} Told */
/** @typedef {"live" | "connecting" | "reconnecting" | "idle"} LiveState */

/**
 * An event of the stream; null if it is none that this page knows.
 * @param {string} data
 * @returns {{ path: string, body: any, problem: Problem | null } | null}
 */
export function readChange(data) {
  let told;
  try {
    told = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof told?.path !== "string" || typeof told.status !== "number") return null;
  const { path, status, body } = told;
  if (status >= 200 && status < 300) return { path, body, problem: null };
  const error = typeof body?.error === "string" ? body.error : "failed";
  const reason = typeof body?.reason === "string" ? body.reason : `the server answered ${status}`;
  return { path, body: null, problem: { status, error, reason } };
}

/** Where these paths are watched. @param {Iterable<string>} paths */
export function streamAddress(paths) {
  const told = [...paths].map((path) => `watch=${encodeURIComponent(path)}`).join("&");
  return `/api/v1/live?${told}`;
}

/** How long to wait before the try after so many that failed. @param {number} tries */
export function retryMs(tries) {
  return RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 8000;
}

/** @typedef {{ told: Set<Told>, data: string, last: { body: any, problem: Problem | null } | null }} Watched */

export class Live {
  /** @type {Map<string, Watched>} */
  #watched = new Map();
  /** @type {EventSource | null} */
  #source = null;
  #open = "";
  #timer = 0;
  #quiet = 0;
  #tries = 0;
  /** @type {LiveState} */
  #state = "idle";
  #lastAt = 0;

  /**
   * @param {object} how
   * @param {(state: LiveState, lastAtMs: number) => void} [how.onState] `lastAtMs`: of `Date.now()`, when it was live last.
   * @param {() => Promise<boolean>} [how.mayStill] Asked after a loss; false: nobody is logged in, it is not tried again.
   * @param {(address: string) => EventSource} [how.open]
   */
  constructor({ onState = () => {}, mayStill = async () => true, open = (address) => new EventSource(address) } = {}) {
    this.onState = onState;
    this.mayStill = mayStill;
    this.open = open;
  }

  /**
   * Calls `told` with what is known of the path, and whenever it is another thing. The answer ends that.
   * @param {string} path
   * @param {Told} told
   * @returns {() => void}
   */
  watch = (path, told) => {
    const watched = this.#watched.get(path) ?? { told: new Set(), data: "", last: null };
    this.#watched.set(path, watched);
    watched.told.add(told);
    const { last } = watched;
    if (last) queueMicrotask(() => watched.told.has(told) && told(last.body, last.problem));
    this.#later(GATHER_MS);
    return () => {
      if (!watched.told.delete(told) || watched.told.size) return;
      if (this.#watched.get(path) === watched) this.#watched.delete(path);
      this.#later(GATHER_MS);
    };
  };

  /** Nothing is watched until somebody watches again. */
  stop() {
    this.#watched.clear();
    this.#close();
    clearTimeout(this.#timer);
    this.#is("idle");
  }

  /** @param {number} waitMs */
  #later(waitMs) {
    clearTimeout(this.#timer);
    this.#timer = Number(setTimeout(() => this.#reopen(), waitMs));
  }

  #close() {
    clearTimeout(this.#quiet);
    this.#source?.close();
    this.#source = null;
    this.#open = "";
  }

  #reopen() {
    // The newest last: those of the view that is shown, if there are more than one stream may have.
    const address = streamAddress([...this.#watched.keys()].slice(-WATCHED_MAX));
    if (this.#source && address === this.#open) return;
    this.#close();
    if (!this.#watched.size) return this.#is("idle");
    if (this.#state !== "live") this.#is(this.#lastAt ? "reconnecting" : "connecting");
    const source = this.open(address);
    this.#source = source;
    this.#open = address;
    source.addEventListener("open", () => this.#heard(source));
    source.addEventListener("change", (event) => this.#change(source, /** @type {MessageEvent} */ (event).data));
    source.addEventListener("still", () => this.#heard(source));
    source.addEventListener("error", () => this.#lost(source));
  }

  /** @param {EventSource} source */
  #heard(source) {
    if (source !== this.#source) return;
    this.#tries = 0;
    this.#lastAt = Date.now();
    clearTimeout(this.#quiet);
    this.#is("live");
  }

  /** @param {EventSource} source @param {string} data */
  #change(source, data) {
    if (source !== this.#source) return;
    this.#heard(source);
    const change = readChange(data);
    const watched = change && this.#watched.get(change.path);
    if (!change || !watched || watched.data === data) return;
    watched.data = data;
    watched.last = { body: change.body, problem: change.problem };
    for (const told of [...watched.told]) told(change.body, change.problem);
  }

  /** @param {EventSource} source */
  async #lost(source) {
    if (source !== this.#source) return;
    this.#close();
    this.#is("reconnecting");
    const waitMs = retryMs(this.#tries++);
    const may = await this.mayStill().catch(() => true);
    if (may) this.#later(waitMs);
    else this.#is("idle");
  }

  /** @param {LiveState} state */
  #is(state) {
    this.#state = state;
    this.onState(state, this.#lastAt);
  }
}
