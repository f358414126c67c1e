import assert from "node:assert/strict";
import { test } from "node:test";
import { openReplay, ReplayUnavailable } from "../src/replay.js";
import { CHECKPOINT_EVERY, FrameReader, ReplayTape } from "../src/replay_tape.js";
import { bytesOf, vectors } from "./vectors.js";

const [vector] = vectors("replays");
const STREAM = bytesOf(vector.hex);
const STEP_MS = 50;

/** A clock that is turned by hand. */
class Time {
  now = 1000;
  /** @type {{ at: number, what: () => void }[]} */
  #due = [];

  nowMs = () => this.now;

  later = (/** @type {() => void} */ what, /** @type {number} */ ms) => {
    const item = { at: this.now + ms, what };
    this.#due.push(item);
    return () => {
      this.#due = this.#due.filter((each) => each !== item);
    };
  };

  /** @param {number} ms */
  run(ms) {
    const until = this.now + ms;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.now = Math.max(this.now, next.at);
      next.what();
    }
    this.now = until;
  }

  get waiting() {
    return this.#due.length;
  }
}

/** A server that gives a stream, piece by piece, as the test lets it. */
class Source {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  controller = /** @type {any} */ (null);
  aborted = false;
  body = new ReadableStream({
    start: (controller) => void (this.controller = controller),
    cancel: () => void (this.aborted = true),
  });

  fetch = async (/** @type {any} */ _url, /** @type {any} */ { signal }) => {
    signal.addEventListener("abort", () => (this.aborted = true));
    return new Response(this.body);
  };
}

/** Everything that is waiting for nothing but its turn. @param {Time} time */
async function settle(time) {
  for (let turn = 0; turn < 40; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    time.run(0);
  }
}

/** @param {Uint8Array} [stream] */
async function opened(stream = STREAM) {
  const time = new Time();
  const source = new Source();
  source.controller.enqueue(stream);
  source.controller.close();
  const opening = openReplay("/replays/s1", { fetch: /** @type {any} */ (source.fetch), timers: time });
  opening.catch(() => {});
  await settle(time);
  return { replay: await opening, time };
}

/** @param {any} view */
function seen(view) {
  return Object.fromEntries(
    [...view.state.items.values()].map((item) => [item.id, [item.classIndex, item.owner, ...item.wire]]),
  );
}

test("frames are cut wherever the network cuts the stream", () => {
  const whole = new FrameReader().push(STREAM);
  assert.equal(whole.length, 1 + vector.passes);
  for (const size of [1, 3, 7, 1000]) {
    const reader = new FrameReader();
    const frames = [];
    for (let place = 0; place < STREAM.length; place += size)
      frames.push(...reader.push(STREAM.subarray(place, place + size)));
    assert.deepEqual(
      frames.map((frame) => frame.length),
      whole.map((frame) => frame.length),
    );
    assert.equal(reader.isEmpty, true);
  }
});

test("a replay says what it is of", async () => {
  const { replay } = await opened();
  const { header } = vector;
  assert.equal(replay.session, header.session);
  assert.deepEqual([replay.firstTick, replay.lastTick, replay.loadedTick], [1, 229, 229]);
  assert.deepEqual(
    [replay.durationMs, replay.createdMs, replay.complete],
    [header.duration_ms, header.created_ms, true],
  );
  assert.deepEqual(replay.players, header.players);
  assert.deepEqual(
    [replay.index, replay.spectator, replay.state, replay.playing],
    [-1, true, "playing", false],
  );
  assert.equal(replay.tick, 1);
  assert.equal(replay.latest.players.length, 2);
  assert.equal(replay.latest.me, null);
});

test("the state at each tick is the server's, however it is reached", async () => {
  const { replay } = await opened();
  const ticks = vector.states.map((/** @type {any} */ state) => state.tick);
  const order = [...ticks, ...[...ticks].reverse(), 200, 1, 229, 101, 99, 2, 150];
  for (const tick of order) {
    const expected = vector.states.find((/** @type {any} */ state) => state.tick === tick);
    replay.seek(tick);
    assert.equal(replay.tick, tick);
    assert.equal(replay.nowMs, tick * STEP_MS);
    if (expected === undefined) continue;
    assert.equal(replay.latest.epoch, expected.epoch);
    assert.deepEqual(seen(replay.latest), expected.entities, `tick ${tick}`);
    assert.deepEqual(seen(replay.view()), expected.entities);
  }
  assert.ok(replay.stats.hashChecks >= 3);
});

test("seeking begins at a checkpoint: no state is further away than that", () => {
  const frames = new FrameReader().push(STREAM);
  const tape = new ReplayTape(frames[0]);
  for (const frame of frames.slice(1)) tape.push(frame);
  const replica = tape.replica();
  let applied = 0;
  const apply = replica.apply.bind(replica);
  replica.apply = (pass) => {
    applied++;
    apply(pass);
  };
  for (const [from, to] of [
    [-1, 228],
    [228, 0],
    [0, 150],
    [150, 149],
    [149, 151],
  ]) {
    applied = 0;
    tape.go(replica, from, to);
    assert.equal(replica.tick, to + 1);
    assert.ok(applied <= CHECKPOINT_EVERY, `${applied} from ${from} to ${to}`);
  }
});

test("it plays as fast as it was, every pass in order, and says so", async () => {
  const { replay, time } = await opened();
  const passes = [];
  let changes = 0;
  replay.onPass = ({ tick }) => passes.push(tick);
  replay.onChange = () => changes++;
  replay.play();
  assert.equal(replay.playing, true);
  time.run(10 * STEP_MS);
  assert.deepEqual(passes, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.ok(changes >= passes.length);
  assert.equal(replay.nowMs, 11 * STEP_MS);
  replay.pause();
  time.run(1000);
  assert.equal(replay.tick, 11);
  assert.equal(time.waiting, 0);
  replay.speed = 4;
  replay.play();
  time.run(10 * STEP_MS);
  assert.equal(replay.tick, 51);
  replay.speed = 0.5;
  time.run(10 * STEP_MS);
  assert.equal(replay.tick, 56);
  assert.throws(() => (replay.speed = 0), RangeError);
  assert.throws(() => (replay.speed = Number.NaN), RangeError);
});

test("a frame between two passes is between their states", async () => {
  const { replay, time } = await opened();
  replay.seek(20);
  const before = replay.latest.one("Ship").angle;
  replay.seek(21);
  const after = replay.latest.one("Ship").angle;
  assert.notEqual(before, after);
  replay.seek(20);
  replay.play();
  time.run(STEP_MS / 2);
  const drawn = replay.view();
  assert.equal(drawn.tick, 20);
  assert.ok(Math.abs(drawn.one("Ship").angle - (before + after) / 2) < 0.006);
  assert.equal(replay.latest.one("Ship").angle, before);
});

test("a server that has died in between is a new epoch, and nothing is seen twice", async () => {
  const { replay, time } = await opened();
  replay.seek(58);
  const ticks = [];
  replay.onPass = () => ticks.push([replay.latest.epoch, replay.tick]);
  replay.play();
  for (let frame = 0; frame < 30; frame++) {
    time.run(10);
    replay.view();
  }
  assert.deepEqual(ticks, [
    [1, 59],
    [1, 60],
    [2, 61],
    [2, 62],
    [2, 63],
    [2, 64],
  ]);
});

test("at the end it stops, tells how the session ended, and begins again when it is played", async () => {
  const { replay, time } = await opened();
  const events = [];
  replay.onEvent = (event) => events.push(event);
  replay.seek(228);
  assert.equal(replay.ended, null);
  replay.play();
  time.run(500);
  assert.deepEqual([replay.tick, replay.playing, replay.result], [229, false, null]);
  assert.deepEqual(
    events.map(({ kind, reason, tick }) => [kind, reason, tick]),
    [["ended", "everybody has left", 229]],
  );
  assert.equal(replay.ended, events[0]);
  replay.play();
  assert.deepEqual([replay.tick, replay.playing, replay.ended], [1, true, null]);
  time.run(STEP_MS);
  assert.equal(replay.tick, 2);
});

test("events that nobody is called for wait to be taken", async () => {
  const { replay, time } = await opened();
  replay.seek(229);
  replay.seek(227);
  replay.play();
  time.run(500);
  assert.deepEqual(
    replay.takeEvents().map(({ kind }) => kind),
    ["ended"],
  );
  assert.deepEqual(replay.takeEvents(), []);
});

test("a page that has slept goes on where it would be, without showing all that it has missed", async () => {
  const { replay, time } = await opened();
  let passes = 0;
  replay.onPass = () => passes++;
  replay.play();
  time.now += 220 * STEP_MS; // no timer has come in time
  replay.view();
  assert.equal(replay.tick, 221);
  assert.equal(passes, 1);
});

test("it can be watched while it loads, waits for what is not there yet, and goes on then", async () => {
  const time = new Time();
  const source = new Source();
  const opening = openReplay("/replays/s1", { fetch: /** @type {any} */ (source.fetch), timers: time });
  const half = STREAM.length >> 1;
  source.controller.enqueue(STREAM.subarray(0, half));
  await settle(time);
  const replay = await opening;
  const { loadedTick } = replay;
  assert.ok(loadedTick > 50 && loadedTick < 200);
  assert.equal(replay.lastTick, 229);
  replay.seek(loadedTick - 1);
  replay.play();
  time.run(1000);
  assert.deepEqual([replay.tick, replay.playing, replay.nowMs], [loadedTick, true, loadedTick * STEP_MS]);
  source.controller.enqueue(STREAM.subarray(half));
  source.controller.close();
  await settle(time);
  assert.equal(replay.tick, loadedTick);
  time.run(5 * STEP_MS);
  assert.equal(replay.tick, loadedTick + 5);
});

test("a tick that is not loaded yet is shown as soon as it is", async () => {
  const time = new Time();
  const source = new Source();
  const opening = openReplay("/replays/s1", { fetch: /** @type {any} */ (source.fetch), timers: time });
  source.controller.enqueue(STREAM.subarray(0, STREAM.length >> 1));
  await settle(time);
  const replay = await opening;
  replay.seek(220);
  replay.play();
  assert.equal(replay.tick, replay.loadedTick);
  source.controller.enqueue(STREAM.subarray(STREAM.length >> 1));
  source.controller.close();
  await settle(time);
  assert.equal(replay.tick, 220);
  time.run(2 * STEP_MS);
  assert.equal(replay.tick, 222);
});

test("one that is cut off can be watched up to there, and says so", async () => {
  const { replay, time } = await opened(STREAM.subarray(0, STREAM.length - 10));
  assert.ok(replay.error instanceof ReplayUnavailable);
  assert.equal(replay.lastTick, 228);
  replay.seek(227);
  replay.play();
  time.run(500);
  assert.deepEqual([replay.tick, replay.ended], [228, null]);
  assert.equal(replay.playing, false);
});

test("a damaged one can be watched up to there", async () => {
  const damaged = STREAM.slice();
  damaged.fill(0xc1, STREAM.length - 3000);
  const { replay } = await opened(damaged);
  assert.ok(replay.error instanceof ReplayUnavailable);
  assert.ok(replay.lastTick > 50 && replay.lastTick < 229);
  replay.seek(40);
  assert.deepEqual(
    seen(replay.latest),
    vector.states.find((/** @type {any} */ state) => state.tick === 40).entities,
  );
});

test("what the server says instead of a replay is told in its words", async () => {
  const answer = new Response("This session was played with another version.\n", { status: 409 });
  const opening = openReplay("/replays/s1", { fetch: async () => answer });
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof ReplayUnavailable);
    assert.deepEqual([error.message, error.status], ["This session was played with another version.", 409]);
    return true;
  });
  const page = new Response("<!doctype html><p>Nothing here</p>", {
    status: 404,
    headers: { "content-type": "text/html; charset=utf-8" },
  });
  await assert.rejects(openReplay("/replays/../x", { fetch: async () => page }), {
    message: "The server answered 404.",
  });
  for (const body of ["rubbish, and more of it", "", "\0\0\0\x01\xc0"]) {
    await assert.rejects(
      openReplay("/replays/s1", { fetch: async () => new Response(body) }),
      ReplayUnavailable,
    );
  }
  const offline = async () => {
    throw new TypeError("fetch failed");
  };
  await assert.rejects(openReplay("/replays/s1", { fetch: offline }), ReplayUnavailable);
});

test("one that is closed loads and plays no more", async () => {
  const time = new Time();
  const source = new Source();
  const opening = openReplay("/replays/s1", { fetch: /** @type {any} */ (source.fetch), timers: time });
  source.controller.enqueue(STREAM.subarray(0, STREAM.length >> 1));
  await settle(time);
  const replay = await opening;
  const states = [];
  replay.onState = (state) => states.push(state);
  replay.play();
  replay.close();
  replay.close();
  const { tick } = replay;
  time.run(1000);
  replay.play();
  replay.seek(30);
  assert.deepEqual([replay.tick, replay.playing, replay.state, states], [tick, false, "closed", ["closed"]]);
  source.controller.enqueue(STREAM.subarray(STREAM.length >> 1));
  await settle(time);
  assert.equal(source.aborted, true);
});
