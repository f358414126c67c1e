import assert from "node:assert/strict";
import { test } from "node:test";
import { SAMPLES_MAX, SessionClock } from "../src/clock.js";

test("before the first pong there is no time", () => {
  const clock = new SessionClock();
  assert.deepEqual([clock.nowMs(5), clock.roundTripMs, clock.oneWayMs], [null, null, null]);
});

test("the quickest of the last pings gives the offset, and the way", () => {
  const clock = new SessionClock();
  clock.pong(0, 100, 80);
  clock.pong(1000, 1120, 1020);
  clock.pong(2000, 2150, 2090);
  assert.equal(clock.nowMs(3000), 3110);
  assert.deepEqual([clock.roundTripMs, clock.oneWayMs], [90, 10]);
});

test("a ping that came back before it was sent is nobody's", () => {
  const clock = new SessionClock();
  clock.pong(100, 50, 90);
  assert.equal(clock.roundTripMs, null);
});

test("a clock that stood still is believed, and what it was before forgotten", () => {
  const clock = new SessionClock();
  clock.pong(0, 10, 20);
  clock.pong(5000, 1010, 5020);
  assert.equal(clock.nowMs(5020), 1020);
});

test("only the last pings count", () => {
  const clock = new SessionClock(1e9);
  clock.pong(0, 10, 20);
  for (let n = 0; n < SAMPLES_MAX; n++) clock.pong(1000, 1200, 1100);
  assert.equal(clock.oneWayMs, 50);
});

test("time waits where it would go back a little, and goes back where it was set", () => {
  const clock = new SessionClock(1e9);
  clock.pong(0, 100, 20);
  assert.equal(clock.nowMs(1000), 1090);
  clock.pong(1000, 1005, 1000);
  assert.equal(clock.nowMs(1010), 1090);
  clock.reset();
  clock.pong(2000, 1, 2000);
  assert.equal(clock.nowMs(2000), 1);
});
