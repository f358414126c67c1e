import assert from "node:assert/strict";
import { test } from "node:test";
import { inSight, LIMIT_MAX, marked, moved, placeIn, rowOf, scrolledTo, windowFor } from "../../server/rallypoint/console/web/windows.js";

test("rows that are only partly in sight count as seen", () => {
  assert.deepEqual(inSight(0, 360, 36, 20_000), { first: 0, end: 10 });
  assert.deepEqual(inSight(35, 360, 36, 20_000), { first: 0, end: 11 });
  assert.deepEqual(inSight(36, 360, 36, 20_000), { first: 1, end: 11 });
});

test("there is nothing to be seen behind the last row, or of an empty list", () => {
  assert.deepEqual(inSight(36 * 19_995, 360, 36, 20_000), { first: 19_995, end: 20_000 });
  assert.deepEqual(inSight(36 * 500, 360, 36, 3), { first: 3, end: 3 });
  assert.deepEqual(inSight(0, 360, 36, 0), { first: 0, end: 0 });
  assert.deepEqual(inSight(-80, 360, 36, 20_000).first, 0); // a page that is pulled down
});

test("a window has all rows in sight, some around them, and never more than the server gives", () => {
  for (let first = 0; first < 700; first += 1) {
    for (const seen of [1, 17, 60, 150]) {
      const { offset, limit } = windowFor(first, first + seen);
      assert.ok(offset >= 0 && offset <= first, `${first}: ${offset}`);
      assert.ok(offset + limit >= first + seen, `${first}, ${seen}: ends at ${offset + limit}`);
      assert.ok(limit >= 1 && limit <= LIMIT_MAX);
      if (seen <= 100 && first >= 20) assert.ok(first - offset >= 20 && offset + limit - (first + seen) >= 20);
    }
  }
});

test("a little scrolling asks for nothing new", () => {
  const asked = new Set();
  for (let first = 100; first < 120; first += 1) asked.add(JSON.stringify(windowFor(first, first + 17)));
  assert.ok(asked.size <= 2, [...asked].join(" "));
});

test("rows in sight have a node each, and keep it while one scrolls by less than a page", () => {
  const size = 18;
  const shownBy = (/** @type {number} */ first) => Array.from({ length: size }, (_, node) => rowOf(node, first, size));
  for (let first = 0; first < 200; first += 7) {
    assert.deepEqual([...shownBy(first)].sort((a, b) => a - b), Array.from({ length: size }, (_, place) => first + place));
    const later = shownBy(first + 5);
    const kept = shownBy(first).filter((row, node) => later[node] === row);
    assert.equal(kept.length, size - 5);
  }
});

test("scrolling to a row moves as little as it takes", () => {
  assert.equal(scrolledTo(5, 36, 360, 36), 36);
  assert.equal(scrolledTo(0, 36, 360, 36), 0);
  assert.equal(scrolledTo(11, 36, 360, 36), 72);
});

test("keys lead to rows, and never out of the list", () => {
  assert.equal(moved("ArrowDown", 3, 10, 50), 4);
  assert.equal(moved("j", 3, 10, 50), 4);
  assert.equal(moved("k", 3, 10, 50), 2);
  assert.equal(moved("PageDown", 45, 10, 50), 49);
  assert.equal(moved("PageUp", 3, 10, 50), 0);
  assert.equal(moved("Home", 3, 10, 50), 0);
  assert.equal(moved("End", 3, 10, 50), 49);
  assert.equal(moved("ArrowUp", 0, 10, 50), 0);
  assert.equal(moved("x", 3, 10, 50), null);
  assert.equal(moved("j", 0, 10, 0), null);
});

test("the mark follows its row when others come before it", () => {
  assert.deepEqual(marked(["new", "a", "b", "c"], 0, 1, "b", 4), { at: 2, key: "b" });
  assert.deepEqual(marked(["a", "b", "c"], 40, 0, "b", 100), { at: 41, key: "b" });
});

test("the mark of a row that is gone stays where it was", () => {
  assert.deepEqual(marked(["a", "c", "d"], 0, 1, "b", 3), { at: 1, key: "c" });
  assert.deepEqual(marked(["a"], 0, 2, "c", 1), { at: 0, key: "a" });
  assert.deepEqual(marked([], 0, 2, "c", 0), { at: 0, key: "c" });
});

test("a mark outside of the window keeps its row", () => {
  assert.deepEqual(marked(["x", "y"], 400, 7, "b", 1000), { at: 7, key: "b" });
});

test("a mark that nobody has moved stays at its place, whatever is there", () => {
  assert.deepEqual(marked(["new", "a"], 0, 0, "", 2), { at: 0, key: "" });
});

test("a mark on a row that had not come yet takes it when it comes", () => {
  assert.deepEqual(marked(["x"], 0, 99, null, 100), { at: 99, key: null });
  assert.deepEqual(marked(["y", "z"], 98, 99, null, 100), { at: 99, key: "z" });
});

test("an address says which row was first, and nothing else", () => {
  assert.equal(placeIn("1234", 1_000_000), 1234);
  assert.equal(placeIn("99999999", 1_000_000), 1_000_000);
  for (const typed of [null, "", "-3", "1e9", "12.5", "9".repeat(30), "x"]) assert.equal(placeIn(typed, 1_000_000), 0);
});
