import assert from "node:assert/strict";
import { test } from "node:test";
import { History, SNAPSHOTS_MAX } from "../src/interpolate.js";
import { Item } from "../src/replica.js";
import { decodeSchema } from "../src/schema.js";
import { bytesOf, schemas } from "./vectors.js";

const SCHEMA = decodeSchema(bytesOf(schemas.small.hex)); // Ship: x, y, angle in hundredths, hull, ammo

/**
 * A state with one ship, unless there is none.
 *
 * @param {number} tick
 * @param {(number | null)[] | null} ship
 * @param {number} [epoch]
 */
function state(tick, ship, epoch = 1) {
  const items = new Map();
  if (ship !== null) {
    const item = new Item(1, 2, 0, 0);
    item.wire = [...ship];
    items.set(1, item);
  }
  return { epoch, tick, nowMs: tick * 50, items };
}

/** @param {...ReturnType<typeof state>} states */
function historyOf(...states) {
  const history = new History(SCHEMA);
  for (const each of states) history.push(each);
  return history;
}

/**
 * @param {History} history
 * @param {number} atMs
 */
const wire = (history, atMs) => history.frame(atMs)?.items.get(1)?.wire;

test("fields that are linear move straight, all others change in their time", () => {
  const history = historyOf(state(1, [100, 0, 0, 4, 9]), state(2, [200, -50, 0, 3, 8]));
  const [x, y, , hull, ammo] = wire(history, 75) ?? [];
  assert.deepEqual([x, y, hull, ammo], [150, -25, 4, 9]);
  assert.deepEqual(wire(history, 100), [200, -50, 0, 3, 8]);
});

test("a turn takes the short way round, both ways", () => {
  const up = /** @type {number[]} */ (wire(historyOf(state(1, [0, 0, 620, 4, 9]), state(2, [0, 0, 10, 4, 9])), 75));
  assert.ok(Math.abs(up[2] - (620 + (10 + 200 * Math.PI - 620) / 2)) < 1e-9);
  const down = /** @type {number[]} */ (wire(historyOf(state(1, [0, 0, 10, 4, 9]), state(2, [0, 0, 620, 4, 9])), 75));
  assert.ok(Math.abs(down[2] - (10 - (10 + 200 * Math.PI - 620) / 2)) < 1e-9);
});

test("what is not seen in one of both does not move", () => {
  const history = historyOf(state(1, [null, 0, 0, 4, 9]), state(2, [200, 0, 0, 4, 9]));
  assert.equal(wire(history, 75)?.[0], null);
});

test("what is gone after stays until then, and beyond the newest state nothing moves", () => {
  const history = historyOf(state(1, [100, 0, 0, 4, 9]), state(2, null));
  assert.equal(wire(history, 99)?.[0], 100);
  assert.equal(wire(history, 500), undefined);
  assert.equal(history.newestMs, 100);
  assert.equal(new History(SCHEMA).newestMs, Infinity);
});

test("another epoch, or an earlier time, ends what was before", () => {
  const ship = [100, 0, 0, 4, 9];
  assert.equal(historyOf(state(5, ship), state(9, ship, 2)).frame(0)?.tick, 9);
  assert.equal(historyOf(state(5, ship), state(4, ship)).frame(1000)?.tick, 4);
});

test("it keeps copies, a bounded number, and counts those that nobody has looked at", () => {
  const history = new History(SCHEMA);
  const moving = state(1, [0, 0, 0, 4, 9]);
  for (let tick = 1; tick <= SNAPSHOTS_MAX + 5; tick++) {
    Object.assign(moving, { tick, nowMs: tick * 50 });
    moving.items.get(1).wire[0] = tick;
    history.push(moving);
  }
  assert.equal(history.unread, SNAPSHOTS_MAX + 5);
  assert.equal(wire(history, 0)?.[0], 6);
  assert.equal(history.unread, 0);
});
