import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { SchemaCache } from "../src/classes.js";
import { CloseCode } from "../src/close.js";
import { unpack } from "../src/codec.js";
import { NotConnected, OnlyWatching, SessionGone, TakenOver } from "../src/errors.js";
import { TIMING } from "../src/heartbeat.js";
import { Drop } from "../src/retry.js";
import { SeatCore } from "../src/seat_core.js";
import { SeatOffer } from "../src/seat_offer.js";
import { HASH, SCHEMA, ended, hit, pack, pass, pong, seated, sent, token } from "./server_says.js";
import { bytesOf, schemas } from "./vectors.js";

const [TAKE, RESUME, PROVED, ACK, PING, LEAVE] = [3, 2, 4, 5, 6, 7];
const NONE = new Uint8Array(0);

/** @param {{ schemas?: SchemaCache, delayS?: number }} [options] */
function seatAt({ schemas = new SchemaCache(), delayS = 0 } = {}) {
  const offer = new SeatOffer("s", token("t0"), "ws://here/session/s", { schemaHash: HASH, delayS });
  return new SeatCore(offer, schemas, () => 1, TIMING, 100);
}

/** @param {Record<string, any>} [seat] */
function playing(seat) {
  const core = seatAt();
  core.firstFrame(100);
  received(core, seated(seat), pass(1));
  sent(core);
  return core;
}

/**
 * @param {SeatCore} core
 * @param {...Uint8Array} payloads
 */
function received(core, ...payloads) {
  for (const payload of payloads) if (core.received(payload, 100) === "pass") core.passDone();
}

/**
 * @param {SeatCore} core
 * @param {number | null} [code]
 */
const lost = (core, code = null) => core.lost(code, "", 100);

/** @param {SeatCore} core */
const first = (core) => /** @type {any[]} */ (unpack(core.firstFrame(100)));

/** @param {SeatCore} core */
const x = (core) => core.view.one("Ship")?.x;

test("the first frame takes the seat and says which schema is known", () => {
  assert.deepEqual(first(seatAt()), [TAKE, 1, "s", token("t0"), NONE]);
  const schemas = new SchemaCache();
  schemas.add(HASH, SCHEMA);
  assert.deepEqual(first(seatAt({ schemas })), [TAKE, 1, "s", token("t0"), HASH]);
});

test("being seated makes it playing and proves the token before all else", () => {
  const core = seatAt();
  core.firstFrame(100);
  assert.equal(core.received(seated({ seat: 2 }), 100), "seated");
  assert.deepEqual([core.state, core.index, core.player, core.token], ["playing", 2, "p", token("t1")]);
  assert.deepEqual(sent(core), [[PROVED]]);
});

test("before the seat is taken nothing is known of the game, and afterwards the newest state is", () => {
  assert.throws(() => seatAt().view, NotConnected);
  const core = playing();
  assert.equal(x(core), 0.01);
  received(core, pass(2));
  assert.deepEqual([x(core), core.tick, core.stats.passes], [0.02, 2, 2]);
});

test("it resumes with the newest token, the last pass and the last event", () => {
  const core = playing();
  received(core, pass(2, { events: [hit(1, 2)] }));
  assert.ok(!("stop" in lost(core)));
  assert.equal(core.state, "resuming");
  assert.deepEqual(first(core), [RESUME, 1, "s", token("t1"), 1, 2, 1, HASH]);
  received(core, seated({ token: token("t2"), outcome: "resumed", schema: null }), pass(3));
  assert.deepEqual([core.state, x(core), core.token], ["playing", 0.03, token("t2")]);
  assert.deepEqual([core.stats.losses, core.stats.resumes, core.stats.resyncs], [1, 1, 0]);
});

test("a connection that breaks before it was seated takes the seat again, with the same token", () => {
  const core = seatAt();
  core.firstFrame(100);
  lost(core);
  assert.deepEqual([core.state, first(core)[0], first(core)[3]], ["connecting", TAKE, token("t0")]);
});

test("events come once each and in order, whatever comes twice", () => {
  const core = playing();
  received(core, pass(2, { events: [hit(1, 2), hit(2, 2)] }));
  lost(core);
  core.firstFrame(100);
  received(core, seated({ outcome: "resumed" }), pass(3, { events: [hit(2, 2), hit(3, 3)] }));
  assert.deepEqual(
    core.events.map(({ n, kind }) => [n, kind]),
    [1, 2, 3].map((n) => [n, "Hit"]),
  );
  assert.deepEqual([core.stats.events, core.stats.eventsLost], [3, 0]);
});

test("events that the server had to drop are counted, and not waited for", () => {
  const core = playing();
  lost(core);
  core.firstFrame(100);
  received(core, seated({ outcome: "resync", lost: 4 }), pass(9, { whole: true, events: [hit(5, 9)] }));
  assert.deepEqual([core.events.map(({ n }) => n), core.stats.eventsLost, core.stats.resyncs], [[5], 4, 1]);
});

test("a pass that does not fit ends the connection, and the next one begins from nothing", () => {
  for (const [bad, desyncs] of /** @type {[Uint8Array, number][]} */ ([
    [pass(5, { age: 1 }), 1], // a difference to a state that is not here
    [pass(2, { crc: 12345 }), 1],
    [pack([41, null, [1, 2, 100, 0, NONE], [[0, 1, null, null, [99, 1, 1]]]]), 1],
    [pass(2, { events: [[1, 2, 77, []]] }), 0], // an event that the schema does not have
  ])) {
    const core = playing();
    assert.throws(() => core.received(bad, 100), Drop);
    assert.equal(core.stats.desyncs, desyncs);
    lost(core);
    assert.deepEqual(first(core).slice(4, 7), [0, -1, 0]);
    assert.equal(core.view.tick < 6, true); // what was shown stays
    received(core, seated({ outcome: "resync" }), pass(6, { whole: true }));
    assert.deepEqual([x(core), core.tick], [0.06, 6]);
  }
});

test("what cannot be read ends the connection as malformed", () => {
  const core = playing();
  for (const bad of [new Uint8Array(0), pack([99]), pack([41, 1, 2, 3])]) {
    assert.throws(
      () => core.received(bad, 100),
      (error) => error instanceof Drop && error.code === CloseCode.MALFORMED,
    );
  }
});

test("a new epoch forgets the clock and sends every action again that is not durable", () => {
  const core = playing();
  const { inputs } = core.classes;
  core.act(inputs.Fire(), 100);
  received(core, pass(2, { applied: [1], undurable: 1 }), pong(100_000, 5000));
  assert.notEqual(core.clock.nowMs(100_000), null);
  sent(core);
  lost(core);
  core.firstFrame(100);
  received(core, seated({ epoch: 2, outcome: "resync" }));
  assert.deepEqual(sent(core), [[PROVED], [65, 1, -1]]);
  assert.equal(core.clock.nowMs(100_000), null);
});

test("resumed into another epoch is no resume", () => {
  const core = playing();
  lost(core);
  core.firstFrame(100);
  assert.throws(() => core.received(seated({ epoch: 2, outcome: "resumed" }), 100), Drop);
});

test("an input says what its player has seen, and while away an action is refused or queued", () => {
  const core = playing();
  const { inputs } = core.classes;
  assert.equal(core.hold(inputs.Steer({ turn: 1 }), 100), 1);
  assert.equal(core.act(inputs.Fire(), 100), 2);
  assert.deepEqual(sent(core), [
    [64, 1, 1, 1, false],
    [65, 2, 1],
  ]);
  lost(core);
  assert.equal(core.hold(inputs.Steer({ turn: -1 }), 100), null);
  assert.throws(() => core.act(inputs.Fire(), 100), NotConnected);
  assert.equal(core.act(inputs.Fire(), 100, 5), 3);
  core.firstFrame(100);
  received(core, seated({ outcome: "resumed", applied: 2, received: 2 }));
  assert.deepEqual(sent(core), [[PROVED], [65, 3, 1], [64, 4, 1, -1, false]]);
});

test("a hold and an action are not mixed up, and what is no input is none", () => {
  const core = playing();
  const { inputs } = core.classes;
  assert.throws(() => core.act(inputs.Steer({}), 100), /Steer is a hold: use seat.hold\(\)/);
  assert.throws(() => core.hold(inputs.Fire(), 100), /Fire is an action: use seat.act\(\)/);
  assert.throws(
    () => core.hold(/** @type {any} */ ({ turn: 1 }), 100),
    /make one with seat.inputs, which has Steer, Fire/,
  );
  assert.throws(() => inputs.Stear(), /no input 'Stear', but Steer, Fire/);
});

test("a spectator's seat shows, and does nothing", () => {
  const core = playing({ seat: -1 });
  assert.deepEqual([core.spectator, core.index, core.view.me], [true, -1, null]);
  assert.throws(() => core.act(core.classes.inputs.Fire(), 100), OnlyWatching);
  received(core, pass(2, { applied: [7] }));
  assert.equal(core.applied, 0);
});

test("a spectator's clock is as far behind as what it is shown", () => {
  const core = seatAt({ delayS: 3 });
  core.firstFrame(100);
  received(core, seated({ seat: -1 }), pong(100_000, 8000.5));
  assert.equal(core.clock.nowMs(100_000), 5000.5);
});

test("passes are acknowledged every few ticks, and the end of a session at once", () => {
  const core = playing();
  for (let tick = 2; tick <= 8; tick++) received(core, pass(tick));
  assert.deepEqual(sent(core), [[ACK, 1, 4, 0]]);
  received(core, pass(9, { events: [ended(1, 9)] }));
  assert.deepEqual(sent(core), [[ACK, 1, 9, 1]]);
  assert.deepEqual(core.ended?.result, { winners: [0] });
});

test("after the end of the session nothing that ends the connection brings it back, or is an error", () => {
  for (const code of [CloseCode.ENDED, null, CloseCode.UNKNOWN]) {
    const core = playing();
    received(core, pass(2, { events: [ended(1, 2)] }));
    assert.deepEqual(lost(core, code), { stop: true, error: null });
    assert.deepEqual([core.state, core.error], ["closed", null]);
  }
});

test("a final close code closes it for good, with its error", () => {
  const core = playing();
  lost(core, CloseCode.TAKEN_OVER);
  assert.ok(core.error instanceof TakenOver);
  assert.equal(core.state, "closed");
  assert.deepEqual(lost(core), { stop: true, error: null });
});

test("leaving says so at once, or with the next connection, and a seat that is then unknown is as it should be", () => {
  const core = playing();
  core.leave();
  core.leave();
  assert.deepEqual(sent(core), [[LEAVE]]);
  lost(core);
  core.firstFrame(100);
  received(core, seated({ outcome: "resumed" }));
  assert.deepEqual(sent(core), [[PROVED], [LEAVE]]);
  lost(core, CloseCode.UNKNOWN);
  assert.deepEqual([core.state, core.error], ["closed", null]);
});

test("while it resumes it says for how long the seat is still kept", () => {
  const core = playing();
  assert.equal(core.keptForS(100), null);
  core.lost(null, "", 110);
  assert.equal(core.keptForS(114), 26); // the game's grace is 30 s
  core.lost(null, "", 120);
  assert.equal(core.keptForS(141), 0);
  assert.ok(core.error === null);
  core.lost(null, "", 146);
  assert.ok(core.error instanceof SessionGone);
});

test("it pings when it was let in, and a silent server is given up without a word", () => {
  const core = playing();
  core.timer(100);
  assert.deepEqual(sent(core)[0], [PING, 100_000]);
  const silent = () => {
    for (let now = 100; now < 107; now = Number(core.heart.due)) core.timer(now);
  };
  assert.throws(silent, (error) => error instanceof Drop && error.cut && error.code === CloseCode.SILENT);
});

test("session time goes on between passes, and is the server's as soon as a ping has told", () => {
  const core = playing();
  assert.equal(Math.round(core.sessionMs(100.02)), 70);
  core.received(pong(100_000, 500.5), 100.1);
  assert.equal(Math.round(core.sessionMs(100.1)), 551);
});

test("an interpolated view lies between two passes, and inputs then say which tick was shown", () => {
  const core = playing();
  core.received(pong(100_000, 50.5), 100); // session time 50.5 ms is local time 100 s
  assert.equal(core.interpolated(100).tick, 1);
  received(core, pass(2), pass(3), pass(4)); // of 100, 150 and 200 ms
  assert.equal(core.view.tick, 4);
  const view = core.interpolated(100.15); // 200 ms, and 75 ms behind: 125
  assert.equal(view.tick, 2);
  assert.ok(Math.abs(view.one("Ship")?.x - 0.025) < 0.001, `${view.one("Ship")}`);
  sent(core);
  core.act(core.classes.inputs.Fire(), 100.15);
  assert.deepEqual(sent(core), [[65, 1, 2]]);
  for (let tick = 5; tick < 75; tick++) received(core, pass(tick));
  sent(core);
  core.act(core.classes.inputs.Fire(), 100.2); // nobody looks at interpolated views any more
  assert.deepEqual(sent(core), [[65, 2, 74]]);
});

/** Notes what it is told, and means every input for tick 40. */
class FakePrediction {
  halted = false;
  /** @type {any[]} */
  told = [];
  pacing = { measured: (/** @type {number} */ ms) => this.told.push(["way", ms]) };
  inputAt = () => 40;
  sent = (/** @type {any[]} */ ...[seq, at, name, , { hold }]) =>
    this.told.push(["sent", seq, at, name, hold]);
  halt = () => this.told.push(["halt"]);
  passed = (/** @type {any[]} */ ...[tick, applied, id, state]) => {
    this.told.push(["passed", tick, applied, id, state?.x]);
  };
  view = () => ({ x: 5 });
}

/** A seat in a game with an input buffer. */
function buffered() {
  const { hash, hex } = schemas.buffered;
  const core = playing({ hash: bytesOf(hash), schema: bytesOf(hex) });
  received(core, pass(2));
  sent(core);
  return core;
}

test("a prediction is told of every input, and of every pass, and says which tick inputs are meant for", () => {
  const core = buffered();
  const { inputs } = core.classes;
  const prediction = new FakePrediction();
  core.predict(prediction, "Ship", 100);
  assert.deepEqual(prediction.told.splice(0), [["passed", 2, 0, 7, 0.02]]);
  core.hold(inputs.Steer({ turn: 1 }), 100);
  core.act(inputs.Fire(), 100);
  assert.deepEqual(sent(core), [
    [64, 1, 2, 1, false, 40],
    [65, 2, 2, 40],
  ]);
  assert.deepEqual(prediction.told.splice(0), [
    ["sent", 1, 40, "Steer", true],
    ["sent", 2, 40, "Fire", false],
  ]);
  received(core, pong(99_990, 50), pass(3, { applied: [1] }));
  core.reconcile(100);
  assert.deepEqual(prediction.told.splice(0), [
    ["way", 5],
    ["sent", 1, 40, "Steer", true],
    ["passed", 3, 1, 7, 0.03],
  ]);
  assert.deepEqual(core.predicted(100), { x: 5 });
  lost(core);
  assert.deepEqual(prediction.told, [["halt"]]);
});

test("a game's step that throws ends the prediction, and not the seat", () => {
  const error = mock.method(console, "error", () => {});
  const core = buffered();
  const prediction = new FakePrediction();
  core.predict(prediction, "Ship", 100);
  prediction.passed = () => {
    throw new Error("a bug of the page");
  };
  received(core, pass(3));
  core.reconcile(100);
  core.reconcile(100);
  assert.deepEqual([core.prediction, core.predicted(100), core.state], [null, null, "playing"]);
  assert.equal(error.mock.callCount(), 1);
  error.mock.restore();
});
