import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Classes } from "../src/classes.js";
import { Motion } from "../src/motion.js";
import { makePrediction, Predicted } from "../src/predicted.js";
import { decodeSchema } from "../src/schema.js";
import { bytesOf, schemas } from "./vectors.js";

/** @param {string} name */
const classesOf = (name) => new Classes(decodeSchema(bytesOf(schemas[name].hex)), bytesOf(schemas[name].hash));
const small = classesOf("small");
const SHIP = { x: 1, y: 0, angle: 0, hull: 4, ammo: 3 };
const still = () => {};

test("it moves the fields that the game lets move, each to the step that is sent", () => {
  const moving = Motion.of(small.schema.entities[2]).moving;
  assert.deepEqual(moving, [
    { name: "x", turn: false, step: 0.01 },
    { name: "y", turn: false, step: 0.01 },
    { name: "angle", turn: true, step: 0.01 },
  ]);
});

test("what is as near as can be told apart is taken as predicted, and lists are compared by what is in them", () => {
  const motion = new Motion([{ name: "x", turn: false, step: 0.01 }]);
  const state = { x: 1, path: [1, [2]], data: Uint8Array.of(7) };
  assert.equal(motion.merge(state, { x: 1.004, path: [1, [2]], data: Uint8Array.of(7) }), true);
  assert.equal(state.x, 1.004);
  assert.equal(motion.merge({ ...state }, { ...state, path: [1, [3]] }), false);
  assert.equal(motion.merge({ ...state }, { ...state, data: Uint8Array.of(8) }), false);
  assert.equal(motion.merge({ ...state }, { ...state, x: 2 }), false);
});

test("a turn is the short way round, also for angles below 0", () => {
  const motion = new Motion([{ name: "a", turn: true, step: 0.01 }]);
  assert.ok(Math.abs(motion.ways({ a: 0.1 }, { a: 2 * Math.PI - 0.1 })[0] + 0.2) < 1e-9);
  assert.ok(Math.abs(motion.ways({ a: -3 }, { a: 3 })[0] + (2 * Math.PI - 6)) < 1e-9);
});

for (const [what, kind, options, error] of /** @type {[string, string, any, RegExp][]} */ ([
  ["turns", "Pile", {}, /is turn-based: there are no ticks to predict/],
  ["small", "Boat", {}, /skirmish has no entity class 'Boat', but Ship/],
  ["small", "Ship", { holds: ["Fire"] }, /skirmish has no hold 'Fire', but Aim, Steer/],
  ["small", "Ship", { place: ["ammo"] }, /Ship has no field 'ammo' that moves, but x, y, angle/],
])) {
  test(`what cannot be predicted is refused with what can: ${error.source}`, () => {
    assert.throws(() => makePrediction(classesOf(what), kind, still, options), error);
  });
}

test("a step finds what is held under its name, with its defaults before anything is", () => {
  /** @type {any[]} */
  const seen = [];
  const prediction = makePrediction(small, "Ship", (_ship, held, dt) => seen.push([held.Steer.turn, dt]), {
    holds: ["Steer"],
  });
  const sessionMs = 1000;
  prediction.passed(20, 0, 7, { ...SHIP }, sessionMs);
  prediction.sent(1, prediction.inputAt(sessionMs), "Steer", small.inputs.Steer({ turn: 1, thrust: false }), {
    hold: true,
    sessionMs,
  });
  assert.deepEqual(seen[0], [small.inputs.Steer().turn, 0.05]);
  assert.deepEqual(seen.at(-1), [1, 0.05]);
});

test("a step that is not the server's is told once", () => {
  const prediction = makePrediction(small, "Ship", (ship) => (ship.x += 1));
  const mine = new Predicted(prediction, "Ship", () => prediction.view(0, 0));
  const warn = mock.method(console, "warn", () => {});
  const told = mock.fn();
  mine.onDiverged = told;
  for (let tick = 1; tick < 60; tick++) {
    prediction.passed(tick, 0, 7, { ...SHIP }, tick * 50);
    mine.lookForDivergence();
  }
  warn.mock.restore();
  assert.deepEqual([mine.diverged, told.mock.callCount(), warn.mock.callCount()], [true, 1, 1]);
  assert.match(String(warn.mock.calls[0].arguments[0]), /its step is not what the server does/);
  assert.ok(mine.stats.p50 > 0.5);
  assert.equal(mine.stats.leadMs, prediction.pacing.leadMs);
});

test("what is drawn is nobody else's", () => {
  const prediction = makePrediction(small, "Ship", still);
  prediction.passed(20, 0, 7, { ...SHIP }, 1000);
  const drawn = /** @type {any} */ (prediction.view(5, 1000));
  assert.equal(drawn.id, 7);
  drawn.x = 99;
  assert.equal(prediction.view(6, 1001)?.x, 1);
});
