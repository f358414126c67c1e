import assert from "node:assert/strict";
import { test } from "node:test";

import {
  LIMITS_MS,
  cellAt,
  cellOf,
  lateWords,
  quantile,
  shade,
  worst,
} from "../../server/rallypoint/console/web/lateness.js";

const EDGES = [1, 2, 10];

test("a quantile lies between the ends of its bucket", () => {
  assert.equal(quantile(EDGES, [0, 10, 0, 0], 0.5), 1.5);
  assert.equal(quantile(EDGES, [50, 49, 1, 0], 0.99), 2);
  assert.equal(quantile(EDGES, [90, 0, 10, 0], 0.99), 2 + 8 * 0.9);
});

test("beyond the last edge nobody knows how late it was, and without ticks there is nothing to say", () => {
  assert.equal(quantile(EDGES, [0, 0, 0, 3], 0.5), Infinity);
  assert.equal(quantile(EDGES, [0, 0, 0, 0], 0.5), null);
  assert.equal(cellOf(EDGES, [0, 0, 0, 0]), null);
  assert.deepEqual(cellOf(EDGES, [10, 0, 0, 0]), { ticks: 10, p50: 0.5, p99: 0.99 });
});

test("each limit has its colour, and what is beyond all of them the last one", () => {
  assert.deepEqual([0, 5, 5.1, 10, 60, 100, 101, Infinity].map(shade), [0, 0, 1, 1, 4, 4, 5, 5]);
  assert.equal(shade(Infinity), LIMITS_MS.length);
});

test("minutes are counted from the newest ten seconds back, and show their worst", () => {
  const cell = (/** @type {number} */ p99) => ({ ticks: 1, p50: 0, p99 });
  assert.deepEqual(worst([cell(9), cell(1), null, cell(3)], 2), [9, 3]);
  assert.deepEqual(worst([cell(9), null, null], 2), [9, null]);
  assert.deepEqual(worst([], 2), []);
});

test("a young server's cells are at the right, where now is", () => {
  assert.equal(cellAt(0.999, 90, 2), 1);
  assert.equal(cellAt(0.98, 90, 2), 0);
  assert.equal(cellAt(0.5, 90, 2), null);
  assert.equal(cellAt(0, 90, 90), 0);
  assert.equal(cellAt(1, 90, 90), null);
});

test("lateness is said in milliseconds, then seconds", () => {
  assert.deepEqual([0.84, 18.4, 1500, Infinity].map(lateWords), ["0.8 ms", "18 ms", "1.5 s", "more than 2.5 s"]);
});
