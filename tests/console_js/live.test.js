import assert from "node:assert/strict";
import { test } from "node:test";
import { Live, PATH_CHARS_MAX, PATHS_MAX } from "../../server/rallypoint/console/web/live.js";

/** A stream that says what a test lets it say. */
class FakeStream {
  isClosed = false;
  onerror = () => {};
  /** @type {Record<string, (event: any) => void>} */
  #on = {};
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.paths = new URL(url, "http://ops").searchParams.getAll("watch");
  }
  /** @param {string} kind @param {(event: any) => void} told */
  addEventListener(kind, told) {
    this.#on[kind] = told;
  }
  close() {
    this.isClosed = true;
  }
  /** @param {string} path @param {unknown} body @param {number} [status] */
  change(path, body, status = 200) {
    this.#on["change"]?.({ data: JSON.stringify({ path, status, body }) });
  }
  still() {
    this.#on["still"]?.({ data: "{}" });
  }
}

/** A page with a clock that only the test moves. */
class House {
  /** @type {FakeStream[]} */
  streams = [];
  /** @type {string[]} */
  states = [];
  /** @type {Promise<boolean>} */
  login = Promise.resolve(true);
  asked = 0;
  now = 0;
  /** @type {{at: number, run: () => void}[]} */
  #timers = [];

  constructor() {
    this.live = new Live({
      open: (url) => {
        const stream = new FakeStream(url);
        this.streams.push(stream);
        return /** @type {any} */ (stream);
      },
      later: (run, ms) => {
        const timer = { at: this.now + ms, run };
        this.#timers.push(timer);
        return timer;
      },
      never: (timer) => {
        this.#timers = this.#timers.filter((one) => one !== timer);
      },
      now: () => this.now,
      stillIn: () => {
        this.asked += 1;
        return this.login;
      },
    });
    this.live.onstate = (state) => this.states.push(state);
  }

  get open() {
    return this.streams.filter((stream) => !stream.isClosed);
  }

  get stream() {
    const stream = this.streams.at(-1);
    assert.ok(stream);
    return stream;
  }

  /** @param {number} ms */
  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      await new Promise((done) => setImmediate(done)); // what was awaited goes on
      const next = this.#timers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  /** @param {string} path */
  watch(path) {
    /** @type {[unknown, number][]} */
    const told = [];
    return { told, stop: this.live.watch(path, (body, status) => told.push([body, status])) };
  }
}

test("all that is watched goes over one stream, which is opened once for all that begin together", async () => {
  const house = new House();
  const [a, b] = [house.watch("/a?x=1&y=ä"), house.watch("/b")];
  await house.pass(100);
  assert.equal(house.streams.length, 1);
  assert.deepEqual(house.stream.paths, ["/a?x=1&y=ä", "/b"]);
  house.stream.change("/b", { n: 1 });
  house.stream.change("/a?x=1&y=ä", { reason: "gone" }, 404);
  assert.deepEqual([a.told, b.told], [[[{ reason: "gone" }, 404]], [[{ n: 1 }, 200]]]);
});

test("another set of paths is another stream, and the old one is closed", async () => {
  const house = new House();
  const a = house.watch("/a");
  await house.pass(100);
  house.watch("/b");
  a.stop();
  await house.pass(100);
  assert.deepEqual(house.open.map((stream) => stream.paths), [["/b"]]);
  assert.equal(house.streams.length, 2);
});

test("who looks no more is told nothing, also not what was on its way", async () => {
  const house = new House();
  const [a, same] = [house.watch("/a"), house.watch("/a")];
  await house.pass(100);
  const old = house.stream;
  a.stop();
  a.stop();
  old.change("/a", 1);
  assert.deepEqual([a.told, same.told], [[], [[1, 200]]]);
  same.stop();
  house.watch("/b");
  await house.pass(100);
  old.change("/a", 2);
  old.still();
  assert.deepEqual([a.told, same.told], [[], [[1, 200]]]);
});

test("one that ends another while it is told keeps the news from it", async () => {
  const house = new House();
  const ends = { stop: () => {} };
  house.live.watch("/a", () => ends.stop());
  const other = house.watch("/a");
  ends.stop = other.stop;
  await house.pass(100);
  house.stream.change("/a", 1);
  assert.deepEqual(other.told, []);
});

test("one that fails does not keep the news from the others", async (t) => {
  t.mock.method(console, "error", () => {});
  const house = new House();
  house.live.watch("/a", () => {
    throw new Error("a view's fault");
  });
  const other = house.watch("/a");
  await house.pass(100);
  house.stream.change("/a", 1);
  assert.deepEqual(other.told, [[1, 200]]);
});

test("the same view again is told at once what is known, over the same stream", async () => {
  const house = new House();
  house.watch("/overview");
  const before = house.watch("/queues");
  await house.pass(100);
  house.stream.change("/queues", "all of them");
  before.stop();
  const after = house.watch("/queues");
  await house.pass(100);
  assert.deepEqual(after.told, [["all of them", 200]]);
  assert.equal(house.streams.length, 1);
});

test("what was known is forgotten once it is not kept up to date", async () => {
  const house = new House();
  house.watch("/overview");
  const before = house.watch("/queues");
  await house.pass(100);
  house.stream.change("/queues", "old");
  before.stop();
  await house.pass(100);
  const after = house.watch("/queues");
  await house.pass(100);
  assert.deepEqual(after.told, []);
  house.stream.change("/queues", "new");
  assert.deepEqual(after.told, [["new", 200]]);
});

test("a path that the server would refuse does not cost the others their stream", async () => {
  const house = new House();
  const [a, long] = [house.watch("/a"), house.watch(`/b?q=${"x".repeat(PATH_CHARS_MAX)}`)];
  await house.pass(100);
  assert.deepEqual(house.stream.paths, ["/a"]);
  house.stream.change("/a", 1);
  assert.deepEqual(a.told, [[1, 200]]);
  assert.equal(long.told[0]?.[1], 422);
});

test("more paths than the server takes: those watched last are told of", async () => {
  const house = new House();
  for (let n = 0; n < PATHS_MAX + 2; n += 1) house.watch(`/${n}`);
  await house.pass(100);
  assert.equal(house.stream.paths.length, PATHS_MAX);
  assert.equal(house.stream.paths.at(-1), `/${PATHS_MAX + 1}`);
});

test("a stream that breaks is opened again, each time a little later, until it speaks", async () => {
  const house = new House();
  house.watch("/a");
  await house.pass(100);
  house.stream.still();
  /** @type {number[]} */
  const waits = [];
  for (let n = 0; n < 7; n += 1) {
    const [began, opened] = [house.now, house.streams.length];
    house.stream.onerror();
    assert.equal(house.live.state, "lost");
    while (house.streams.length === opened) await house.pass(100);
    waits.push(house.now - began);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(house.open.length, 1);
  house.stream.change("/a", 1);
  assert.equal(house.live.state, "live");
  house.stream.onerror();
  await house.pass(500);
  assert.equal(house.open.length, 1, "the first wait again");
});

test("a stream that broke because the login is over is not opened again", async () => {
  const house = new House();
  house.watch("/a");
  await house.pass(100);
  house.login = Promise.resolve(false);
  house.stream.onerror();
  await house.pass(60_000);
  assert.deepEqual([house.streams.length, house.open.length, house.asked], [1, 0, 1]);
});

test("while the server cannot say whether the login holds, it is tried again", async () => {
  const house = new House();
  house.watch("/a");
  await house.pass(100);
  house.login = Promise.reject(new Error("away"));
  house.login.catch(() => {});
  house.stream.onerror();
  await house.pass(600);
  assert.equal(house.open.length, 1);
});

test("silence is told as late, then the stream is given up, and opened again", async () => {
  const house = new House();
  house.watch("/a");
  await house.pass(100);
  assert.deepEqual([house.live.state, house.live.heardAt], ["late", null]);
  house.stream.change("/a", 1);
  for (let n = 0; n < 3; n += 1) {
    await house.pass(10_000);
    house.stream.still();
  }
  assert.deepEqual([house.states, house.live.heardAt], [["live"], 30_100]);
  await house.pass(12_000);
  assert.deepEqual(house.states, ["live", "late"]);
  await house.pass(10_000);
  assert.deepEqual(house.states, ["live", "late", "lost"]);
  await house.pass(1000);
  assert.deepEqual([house.streams.length, house.open.length], [2, 1]);
  house.stream.still();
  assert.equal(house.live.state, "live");
});

test("a page that nobody sees has no stream, and a new one as soon as somebody looks", async () => {
  const house = new House();
  const a = house.watch("/a");
  await house.pass(100);
  house.stream.change("/a", 1);
  house.live.rest();
  house.watch("/b");
  await house.pass(600_000);
  assert.equal(house.open.length, 0);
  house.live.wake();
  await house.pass(0);
  assert.deepEqual(house.open.map((stream) => stream.paths), [["/a", "/b"]]);
  house.stream.change("/a", 2);
  assert.deepEqual(a.told, [[1, 200], [2, 200]]);
});

test("looking at a page whose stream lives opens none", async () => {
  const house = new House();
  house.watch("/a");
  await house.pass(100);
  house.stream.still();
  house.live.wake();
  await house.pass(100);
  assert.equal(house.streams.length, 1);
});

test("nothing is opened, and nobody told, after the end", async () => {
  const house = new House();
  const a = house.watch("/a");
  await house.pass(100);
  const stream = house.stream;
  house.watch("/b");
  house.live.close();
  stream.change("/a", 1);
  stream.onerror();
  await house.pass(60_000);
  assert.deepEqual([a.told, house.open.length, house.streams.length, house.asked], [[], 0, 1, 0]);
});
