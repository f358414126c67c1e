// What changes, while it does: one stream of the server's for all that the page shows.

/** @typedef {"live" | "late" | "lost"} LiveState "late": nothing was heard yet, or for longer than the server is ever silent. */
/** @typedef {(body: any, status: number) => void} Told */
/**
 * @typedef {{
 *   open: (url: string) => EventSource,
 *   later: (run: () => void, ms: number) => unknown,
 *   never: (timer: any) => void,
 *   now: () => number,
 *   stillIn: () => Promise<boolean>,
 * }} Surroundings `now`: in milliseconds. `stillIn`: whether the login holds; rejects if the server does not answer.
 */

export const PATHS_MAX = 8;
/** The server refuses the whole stream for a path that is longer. */
export const PATH_CHARS_MAX = 500;
const REOPEN_MS = 50;
/** The server says something every 10 s. */
const SILENT_MS = 12_000;
/** After so much more it is given up: of a connection that is cut off without a word, nobody is told. */
const GIVEN_UP_MS = 10_000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];
const TOO_LONG = { status: 422, body: { error: "invalid", reason: "What is looked for is too long." } };

export class Live {
  /** @type {LiveState} */
  state = "late";
  /** @type {(state: LiveState) => void} */
  onstate = () => {};
  /** When the server has said something last; null: it has not yet. @type {number | null} */
  heardAt = null;
  /** @type {Map<string, Set<Told>>} */
  #told = new Map();
  /** Of the paths of the stream, also of those that nobody watches any more until it is opened anew. @type {Map<string, {body: any, status: number}>} */
  #last = new Map();
  /** @type {EventSource | null} */
  #stream = null;
  /** @type {readonly string[]} */
  #opened = [];
  #around;
  /** @type {unknown} */
  #opening = null;
  /** @type {unknown} */
  #silence = null;
  #failures = 0;
  #resting = false;
  #ended = false;

  /** @param {Partial<Surroundings>} around */
  constructor(around = {}) {
    this.#around = {
      open: (/** @type {string} */ url) => new EventSource(url),
      later: (/** @type {() => void} */ run, /** @type {number} */ ms) => setTimeout(run, ms),
      never: (/** @type {any} */ timer) => clearTimeout(timer),
      now: () => Date.now(),
      stillIn: () => Promise.resolve(true),
      ...around,
    };
  }

  /**
   * Tells the answer of a `GET` path, soon and whenever it is another one. Gives what ends that.
   * Of more than `PATHS_MAX` paths, those watched last are told of.
   * @param {string} path @param {Told} told @returns {() => void}
   */
  watch(path, told) {
    const own = /** @type {Told} */ ((body, status) => told(body, status));
    const all = this.#told.get(path) ?? new Set();
    all.add(own);
    this.#told.set(path, all);
    const known = path.length > PATH_CHARS_MAX ? TOO_LONG : this.#last.get(path);
    if (known) this.#around.later(() => all.has(own) && tell(own, this.#last.get(path) ?? known), 0);
    this.#openSoon();
    return () => {
      if (!all.delete(own) || all.size > 0) return;
      if (this.#told.get(path) === all) this.#told.delete(path);
      this.#openSoon();
    };
  }

  /** For a page that nobody sees: a browser has six connections to a server, however many pages show it. */
  rest() {
    this.#resting = true;
    this.#forgetOpening();
    this.#drop();
  }

  /** Somebody looks (again), or the network is back: no waiting. */
  wake() {
    const rested = this.#resting;
    this.#resting = false;
    if (rested || this.state !== "live") {
      if (!rested && this.state === "late") this.#drop(); // it may be cut off
      this.#failures = 0;
      this.#openSoon(0);
    }
  }

  /** Nothing is watched any more. */
  close() {
    this.#ended = true;
    this.#told.clear();
    this.#last.clear();
    this.#forgetOpening();
    this.#drop();
  }

  #forgetOpening() {
    if (this.#opening !== null) this.#around.never(this.#opening);
    this.#opening = null;
  }

  /** @param {number} [ms] */
  #openSoon(ms = REOPEN_MS) {
    this.#forgetOpening();
    if (this.#ended || this.#resting) return;
    this.#opening = this.#around.later(() => {
      this.#opening = null;
      this.#open();
    }, ms);
  }

  #open() {
    const paths = [...this.#told.keys()].filter((path) => path.length <= PATH_CHARS_MAX).slice(-PATHS_MAX);
    if (this.#stream && paths.length === this.#opened.length && paths.every((path) => this.#opened.includes(path))) return;
    for (const path of this.#last.keys()) if (!paths.includes(path)) this.#last.delete(path);
    this.#drop();
    if (paths.length === 0) return;
    const stream = this.#around.open(`/api/v1/live?${paths.map((path) => `watch=${encodeURIComponent(path)}`).join("&")}`);
    this.#stream = stream;
    this.#opened = paths;
    stream.addEventListener("change", (event) => this.#stream === stream && this.#change(/** @type {MessageEvent} */ (event).data));
    stream.addEventListener("still", () => this.#stream === stream && this.#alive());
    stream.onerror = () => this.#stream === stream && void this.#failed();
    this.#listen(stream);
  }

  #drop() {
    this.#stream?.close();
    this.#stream = null;
    this.#opened = [];
    if (this.#silence !== null) this.#around.never(this.#silence);
    this.#silence = null;
  }

  /** @param {EventSource} stream */
  #listen(stream) {
    if (this.#silence !== null) this.#around.never(this.#silence);
    this.#silence = this.#around.later(() => {
      if (this.state === "live") this.#is("late");
      this.#silence = this.#around.later(() => this.#stream === stream && void this.#failed(), GIVEN_UP_MS);
    }, SILENT_MS);
  }

  #alive() {
    this.#failures = 0;
    this.heardAt = this.#around.now();
    if (this.#stream) this.#listen(this.#stream);
    this.#is("live");
  }

  /** @param {string} data */
  #change(data) {
    this.#alive();
    const { path, status, body } = JSON.parse(data);
    this.#last.set(path, { body, status });
    const all = this.#told.get(path) ?? new Set();
    for (const told of [...all]) if (all.has(told)) tell(told, { body, status }); // one may have ended another
  }

  /** A stream tells no status: whether the login is over, or the server away, is asked. */
  async #failed() {
    this.#drop();
    this.#is("lost");
    const wait = /** @type {number} */ (BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)]);
    this.#failures += 1;
    const goOn = await this.#around.stillIn().catch(() => true);
    if (goOn && this.#stream === null && this.#opening === null) this.#openSoon(wait);
  }

  /** @param {LiveState} state */
  #is(state) {
    if (this.state === state) return;
    this.state = state;
    this.onstate(state);
  }
}

/** One that fails does not keep the news from the others. @param {Told} told @param {{body: any, status: number}} news */
function tell(told, { body, status }) {
  try {
    told(body, status);
  } catch (error) {
    console.error(error);
  }
}
