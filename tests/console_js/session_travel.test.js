import assert from "node:assert/strict";
import { test } from "node:test";

import { Newest } from "../../server/rallypoint/console/web/views/session/newest.js";
import { lost, moved, reachable, typedTick } from "../../server/rallypoint/console/web/views/session/travel_range.js";

/** Steps 11 to 20 were lost; the server that took over began with the state after the last of them. */
const TICKS = { first: 5, last: 100, gaps: /** @type {[number, number][]} */ ([[11, 20]]) };

test("a tick beyond an end is that end", () => {
  assert.equal(reachable(TICKS, 0), 5);
  assert.equal(reachable(TICKS, 1000), 100);
});

test("a tick that is there is gone to, and so is the first one after a gap", () => {
  for (const tick of [5, 10, 20, 21, 100]) assert.equal(reachable(TICKS, tick), tick);
});

test("a step into a gap ends at its other side", () => {
  assert.equal(moved(TICKS, 10, 1), 20);
  assert.equal(moved(TICKS, 20, -1), 10);
  assert.equal(moved(TICKS, 18, 10), 28);
});

test("a gap at the very beginning is left forwards, also by whoever goes back", () => {
  assert.equal(moved({ first: 0, last: 9, gaps: [[0, 4]] }, 5, -3), 4);
});

test("a running session's range grows, and so does what can be gone to", () => {
  assert.equal(moved(TICKS, 100, 1), 100);
  assert.equal(moved({ ...TICKS, last: 140 }, 100, 10), 110);
});

test("ticks are typed with or without separators; anything else is none", () => {
  assert.equal(typedTick(" 1,204 "), 1204);
  assert.equal(typedTick("0"), 0);
  for (const typed of ["", "-3", "1e4", "ten", null]) assert.equal(typedTick(typed), null, String(typed));
});

test("lost ticks are counted", () => {
  assert.equal(lost(TICKS), 9);
});

/** Asks that are answered when the test says so. */
function fixture() {
  /** @type {{what: number, answer: (told: string) => void, refuse: (error: Error) => void}[]} */
  const asked = [];
  /** @type {any[]} */
  const told = [];
  /** @type {() => void} */
  let rested = () => {};
  const newest = new Newest(
    (/** @type {number} */ what) => new Promise((answer, refuse) => asked.push({ what, answer, refuse })),
    (answer, what, settled) => told.push([what, answer, settled]),
    (error, what) => told.push([what, /** @type {Error} */ (error).message]),
    () => new Promise((done) => (rested = done)),
  );
  const rest = async () => {
    await turn();
    rested();
    await turn();
  };
  return { newest, asked, told, rest };
}

const turn = () => new Promise((done) => setImmediate(done));

test("of all that was wanted while an answer was awaited only the newest is asked", async () => {
  const { newest, asked, told, rest } = fixture();
  for (const tick of [1, 2, 3, 4]) newest.want(tick);
  assert.deepEqual(asked.map((one) => one.what), [1]);
  asked[0]?.answer("one");
  await rest();
  assert.deepEqual(asked.map((one) => one.what), [1, 4]);
  asked[1]?.answer("four");
  await rest();
  assert.deepEqual(told, [[1, "one", false], [4, "four", true]]);
});

test("an answer is told at once, and the next question waits for a moment", async () => {
  const { newest, asked, told, rest } = fixture();
  newest.want(1);
  asked[0]?.answer("one");
  await turn();
  assert.deepEqual(told, [[1, "one", true]]);
  newest.want(2);
  newest.want(3);
  assert.equal(asked.length, 1);
  await rest();
  assert.deepEqual(asked.map((one) => one.what), [1, 3]);
});

test("a failure is told only if it is of what is still wanted", async () => {
  const { newest, asked, told, rest } = fixture();
  newest.want(1);
  newest.want(2);
  asked[0]?.refuse(new Error("late"));
  await rest();
  assert.deepEqual(told, []);
  asked[1]?.refuse(new Error("gone"));
  await rest();
  assert.deepEqual(told, [[2, "gone"]]);
  newest.want(3);
  assert.equal(asked.length, 3);
});

test("nothing is told to a page that was left", async () => {
  const { newest, asked, told, rest } = fixture();
  newest.want(1);
  newest.want(2);
  newest.close();
  asked[0]?.answer("one");
  await rest();
  assert.deepEqual(told, []);
  assert.equal(asked.length, 1);
});
