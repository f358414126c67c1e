import assert from "node:assert/strict";
import { test } from "node:test";

import {
  COLUMN_S,
  KEPT_S,
  columnTimes,
  sumOf,
  summed,
  times,
  wholePast,
  withNews,
} from "../../server/rallypoint/console/web/past.js";

/** A server's history, of which both the whole and the newest seconds can be asked. @param {number} start */
function server(start) {
  /** @type {number[]} */ const samples = [];
  /** @type {number[][]} */ const cells = [];
  return {
    run(/** @type {number} */ seconds, column = (/** @type {number} */ n) => [n, 1]) {
      for (let second = 0; second < seconds; second++) {
        samples.push(samples.length);
        if (samples.length % COLUMN_S === 0) cells.push(column(cells.length));
      }
    },
    answer(seconds = KEPT_S) {
      const kept = samples.slice(-KEPT_S).slice(-seconds);
      const columns = Math.ceil(seconds / COLUMN_S);
      return {
        from_at: start + samples.length - kept.length,
        every_s: 1,
        series: { players: kept },
        heat: { orbit: { edges_ms: [5], cells: cells.slice(-KEPT_S / COLUMN_S).slice(-columns) } },
      };
    },
  };
}

test("what was asked for as a whole and kept up by news is what the server would answer as a whole", () => {
  for (const before of [3, 37, 895, 2000, 2001, 2005, 2009]) {
    const node = server(1000);
    node.run(before);
    let past = wholePast(node.answer());
    for (const seconds of [1, 1, 4, 1, 1, 3, 9, 1, 10, 3, 8]) {
      node.run(seconds);
      const next = withNews(past, node.answer(20));
      assert.ok(next);
      past = next;
      const whole = node.answer();
      assert.deepEqual(past.series, whole.series);
      assert.deepEqual(past.heat, whole.heat);
      assert.equal(past.from_at, whole.from_at);
      assert.equal(past.to_at, whole.from_at + past.series.players.length - 1);
    }
  }
});

test("when seconds between are missing, or a server has begun again, all is to be asked for", () => {
  const node = server(1000);
  node.run(100);
  const past = wholePast(node.answer());
  node.run(21);
  assert.equal(withNews(past, node.answer(20)), null);
  const again = server(500);
  again.run(30);
  assert.equal(withNews(past, again.answer(20)), null);
  const later = server(1500);
  later.run(5);
  assert.equal(withNews(past, later.answer(20)), null);
});

test("columns of nothing are added every ten seconds, though they look alike", () => {
  const nothing = () => [0, 0];
  const node = server(1000);
  node.run(50, nothing);
  let past = wholePast(node.answer());
  for (let second = 0; second < 60; second++) {
    node.run(1, nothing);
    past = /** @type {import("../../server/rallypoint/console/web/past.js").Past} */ (withNews(past, node.answer(20)));
  }
  assert.ok(Math.abs((past.heat.orbit?.cells.length ?? 0) - 11) <= 1);
});

test("the end of the newest column is known from the first sample on, or once one has come", () => {
  const node = server(1000);
  node.run(37);
  assert.equal(wholePast(node.answer()).column_at, 1000 + 30 - 1);
  const old = server(1000);
  old.run(2003);
  let past = wholePast(old.answer());
  old.run(7);
  past = /** @type {typeof past} */ (withNews(past, old.answer(20)));
  assert.equal(past.column_at, past.to_at);
  assert.deepEqual(columnTimes(past).slice(-2), [past.to_at - COLUMN_S, past.to_at]);
});

test("nothing more than a quarter of an hour is kept", () => {
  const node = server(0);
  node.run(900);
  let past = wholePast(node.answer());
  node.run(15);
  past = /** @type {typeof past} */ (withNews(past, node.answer(20)));
  assert.equal(past.series.players?.length, KEPT_S);
  assert.equal(times(past)[0], 15);
});

test("bars of ten seconds begin at round times and count everything once", () => {
  const past = wholePast({ from_at: 1003, every_s: 1, series: { drops: [1, 1, null, 1, 1, 1, 1, 5, 1] }, heat: {} });
  assert.deepEqual(summed(past, ["drops"], 10), { at: [1005, 1015], sums: [[6, 6]] });
  assert.equal(sumOf(past, "drops", 3), 7);
});
