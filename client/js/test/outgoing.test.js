import assert from "node:assert/strict";
import { test } from "node:test";
import { SchemaCache } from "../src/classes.js";
import { unpack } from "../src/codec.js";
import { InvalidInput, TooManyOutstanding } from "../src/errors.js";
import { ACTIONS_MAX, HOLDS_PER_PASS_MAX, OutgoingInputs } from "../src/outgoing.js";
import { HASH, SCHEMA } from "./server_says.js";
import { bytesOf, schemas } from "./vectors.js";

const classes = new SchemaCache().add(HASH, SCHEMA);
const { inputs: make } = classes;
const steer = (/** @type {number} */ turn) => make.Steer({ turn });
const STEER = classes.inputClass(steer(1));
const FIRE = classes.inputClass(make.Fire());

/** @param {Uint8Array | null} frame */
const read = (frame) => (frame === null ? null : /** @type {any[]} */ (unpack(frame)));

/** @param {Partial<Parameters<OutgoingInputs["seated"]>[0]>} [more] */
const back = (more) => ({ newEpoch: false, applied: 0, received: 0, tick: 5, now: 0, ...more });

test("a hold is sent when it changes, and one that is held already only if asked for", () => {
  const inputs = new OutgoingInputs();
  assert.deepEqual(read(inputs.hold(STEER, steer(1), 3, true)), [64, 1, 3, 1, false]);
  assert.equal(inputs.hold(STEER, steer(1), 4, true), null);
  assert.deepEqual(read(inputs.hold(STEER, steer(1), 4, true, { force: true })), [64, 2, 4, 1, false]);
  assert.deepEqual(read(inputs.hold(STEER, steer(0), 4, true)), [64, 3, 4, 0, false]);
});

test("while away, only the latest hold is kept, and it goes with the return, after the actions", () => {
  const inputs = new OutgoingInputs();
  inputs.hold(STEER, steer(1), 3, true);
  inputs.act(FIRE, make.Fire(), 3);
  assert.equal(inputs.hold(STEER, steer(-1), 3, false), null);
  assert.equal(inputs.hold(STEER, steer(0), 3, false), null);
  assert.deepEqual(inputs.seated(back({ applied: 1, received: 1, tick: 4 })).map(read), [
    [65, 2, 3],
    [64, 3, 4, 0, false],
  ]);
});

test("what a server has received under a number is never numbered so again", () => {
  const inputs = new OutgoingInputs();
  inputs.seated(back({ applied: 7, received: 9 }));
  assert.equal(inputs.act(FIRE, make.Fire(), 1).seq, 10);
});

test("an action is kept until the pass that applied it is durable", () => {
  const inputs = new OutgoingInputs();
  inputs.act(FIRE, make.Fire(), 1);
  inputs.passedLow(2, 0, 2);
  assert.equal(inputs.length, 1);
  inputs.passedLow(3, 1, 2);
  assert.equal(inputs.length, 1);
  inputs.passedLow(4, 1, 3);
  assert.equal(inputs.length, 0);
});

test("after a new epoch every action that is not durable goes again, applied or not", () => {
  const inputs = new OutgoingInputs();
  inputs.act(FIRE, make.Fire(), 1);
  inputs.act(FIRE, make.Fire(), 1);
  inputs.passedLow(3, 2, 2);
  assert.deepEqual(inputs.seated(back({ applied: 2, received: 2 })).map(read), []);
  assert.deepEqual(inputs.seated(back({ newEpoch: true, received: 2, tick: -1 })).map(read), [
    [65, 1, -1],
    [65, 2, -1],
  ]);
  assert.equal(inputs.applied, 0);
});

test("a queued action goes with the return, unless its time is over", () => {
  const inputs = new OutgoingInputs();
  inputs.queue(FIRE, make.Fire(), 10, 1);
  inputs.queue(FIRE, make.Fire(), 10, 5);
  assert.deepEqual(inputs.seated(back({ now: 12, tick: 9 })).map(read), [[65, 2, 9]]);
  assert.deepEqual([inputs.expired, inputs.length], [1, 1]);
});

test("beyond a bound between two passes, the latest hold waits for the next pass", () => {
  const inputs = new OutgoingInputs();
  for (let n = 1; n <= HOLDS_PER_PASS_MAX; n++) assert.ok(inputs.hold(STEER, steer(n % 2), 1, true));
  assert.equal(inputs.hold(STEER, steer(5), 1, true), null);
  assert.equal(inputs.hold(STEER, steer(6), 1, true), null);
  assert.deepEqual(inputs.passEnded(2).map(read), [[64, 17, 2, 6, false]]);
  assert.deepEqual(inputs.passEnded(3), []);
});

test("the actions that are kept have a bound, and one that is refused is not numbered", () => {
  const inputs = new OutgoingInputs();
  for (let n = 0; n < ACTIONS_MAX; n++) inputs.act(FIRE, make.Fire(), 1);
  assert.throws(() => inputs.act(FIRE, make.Fire(), 1), TooManyOutstanding);
  assert.equal(inputs.sent, ACTIONS_MAX);
});

test("what the server would refuse is not taken, and what was held before still is", () => {
  const inputs = new OutgoingInputs();
  inputs.hold(STEER, steer(1), 1, true);
  assert.throws(() => inputs.hold(STEER, make.Steer({ turn: "left" }), 1, true), InvalidInput);
  assert.deepEqual(inputs.seated(back({ received: 1 })).map(read), [[64, 2, 5, 1, false]]);
});

test("the low 16 bits of what is applied never lead back, nor beyond what was sent", () => {
  const inputs = new OutgoingInputs();
  inputs.seated(back({ newEpoch: true, applied: 65534, received: 65534 }));
  for (let n = 0; n < 4; n++) inputs.act(FIRE, make.Fire(), 1);
  inputs.passedLow(1, 1, 0); // 65537
  assert.equal(inputs.applied, 65537);
  inputs.passedLow(2, 65535, 0);
  assert.equal(inputs.applied, 65537);
  inputs.passedLow(2, 100, 0);
  assert.equal(inputs.applied, 65537);
});

test("where the game has an input buffer, an input says the tick that it is meant for, until all begins anew", () => {
  const buffered = new SchemaCache().add(bytesOf(schemas.buffered.hash), bytesOf(schemas.buffered.hex));
  const x = buffered.inputs.Steer({ turn: 1 });
  const [hold, fire] = [buffered.inputClass(x), buffered.inputClass(buffered.inputs.Fire())];
  const inputs = new OutgoingInputs();
  assert.deepEqual(read(inputs.hold(hold, x, 5, true, { at: 9 })), [64, 1, 5, 1, false, 9]);
  assert.deepEqual(read(inputs.act(fire, buffered.inputs.Fire(), 5, 9).frame), [65, 2, 5, 9]);
  assert.deepEqual(inputs.held, [{ seq: 1, at: 9, x }]);
  assert.deepEqual(inputs.seated(back({ applied: 1, received: 1 })).map(read), [
    [65, 2, 5, 9],
    [64, 3, 5, 1, false],
  ]);
  assert.deepEqual(inputs.seated(back({ newEpoch: true })).map(read), [
    [65, 2, 5],
    [64, 4, 5, 1, false],
  ]);
  assert.deepEqual(read(new OutgoingInputs().hold(STEER, steer(1), 5, true, { at: 9 })), [
    64,
    1,
    5,
    1,
    false,
  ]);
});
