// What changes, while it does: one stream of the server's for all that the page shows.

/** @typedef {"live" | "late" | "lost"} LiveState */
/** @typedef {(body: any, status: number) => void} Told */
/**
 * @typedef {{
 *   open: (url: string) => EventSource,
 *   later: (run: () => void, ms: number) => unknown,
 *   never: (timer: any) => void,
 *   stillIn: () => Promise<boolean>,
 * }} Surroundings `stillIn`: whether the login holds; rejects if the server does not answer.
 */

export const PATHS_MAX = 8;
const REOPEN_MS = 50;
/** The server says something every 10 s. */
const SILENT_MS = 14_000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

export class Live {
  /** @type {LiveState} */
  state = "lost";
  /** @type {(state: LiveState) => void} */
  onstate = () => {};
  /** @type {Map<string, Set<Told>>} */
  #told = new Map();
  /** @type {Map<string, {body: any, status: number}>} */
  #last = new Map();
  /** @type {EventSource | null} */
  #stream = null;
  #opened = "";
  #around;
  /** @type {unknown} */
  #opening = null;
  /** @type {unknown} */
  #silence = null;
  #failures = 0;
  #ended = false;

  /** @param {Partial<Surroundings>} around */
  constructor(around = {}) {
    this.#around = {
      open: (/** @type {string} */ url) => new EventSource(url),
      later: (/** @type {() => void} */ run, /** @type {number} */ ms) => setTimeout(run, ms),
      never: (/** @type {any} */ timer) => clearTimeout(timer),
      stillIn: () => Promise.resolve(true),
      ...around,
    };
  }

  /**
   * Tells the answer of a `GET` path, soon and whenever it is another one. Gives what ends that.
   * @param {string} path @param {Told} told @returns {() => void}
   */
  watch(path, told) {
    const own = /** @type {Told} */ ((body, status) => told(body, status));
    const all = this.#told.get(path) ?? new Set();
    all.add(own);
    this.#told.set(path, all);
    const known = this.#last.get(path);
    if (known) this.#around.later(() => all.has(own) && own(known.body, known.status), 0);
    else this.#openSoon();
    return () => {
      if (!all.delete(own) || all.size > 0) return;
      this.#told.delete(path);
      this.#last.delete(path);
      this.#openSoon();
    };
  }

  /** Nothing is watched any more. */
  close() {
    this.#ended = true;
    this.#told.clear();
    this.#last.clear();
    this.#drop();
    if (this.#opening !== null) this.#around.never(this.#opening);
  }

  /** @param {number} [ms] */
  #openSoon(ms = REOPEN_MS) {
    if (this.#opening !== null) this.#around.never(this.#opening);
    this.#opening = this.#around.later(() => {
      this.#opening = null;
      this.#open();
    }, ms);
  }

  #open() {
    const paths = [...this.#told.keys()].slice(-PATHS_MAX);
    const url = `/api/v1/live?${paths.map((path) => `watch=${encodeURIComponent(path)}`).join("&")}`;
    if (this.#ended || (this.#stream && this.#opened === url)) return;
    this.#drop();
    if (paths.length === 0) return;
    const stream = this.#around.open(url);
    this.#stream = stream;
    this.#opened = url;
    stream.addEventListener("change", (event) => this.#stream === stream && this.#change(/** @type {MessageEvent} */ (event).data));
    stream.addEventListener("still", () => this.#stream === stream && this.#alive());
    stream.onerror = () => this.#stream === stream && void this.#failed(stream);
    this.#listen();
  }

  #drop() {
    this.#stream?.close();
    this.#stream = null;
    this.#opened = "";
    if (this.#silence !== null) this.#around.never(this.#silence);
  }

  #listen() {
    if (this.#silence !== null) this.#around.never(this.#silence);
    this.#silence = this.#around.later(() => this.#is("late"), SILENT_MS);
  }

  #alive() {
    this.#failures = 0;
    this.#listen();
    this.#is("live");
  }

  /** @param {string} data */
  #change(data) {
    this.#alive();
    const { path, status, body } = JSON.parse(data);
    const all = this.#told.get(path);
    if (!all) return;
    this.#last.set(path, { body, status });
    for (const told of [...all]) told(body, status);
  }

  /** A stream tells no status: whether the login is over, or the server away, is asked. @param {EventSource} stream */
  async #failed(stream) {
    this.#drop();
    stream.close();
    this.#is("lost");
    const wait = /** @type {number} */ (BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)]);
    this.#failures += 1;
    const goOn = await this.#around.stillIn().catch(() => true);
    if (goOn && !this.#ended && this.#stream === null) this.#openSoon(wait);
  }

  /** @param {LiveState} state */
  #is(state) {
    if (this.state === state) return;
    this.state = state;
    this.onstate(state);
  }
}
