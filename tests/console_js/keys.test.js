import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys } from "../../server/rallypoint/console/web/keys.js";

const BODY = { tagName: "BODY", closest: () => null };

/** @param {Keys} keys @param {string} key @param {object} [more] @param {number} [now] */
function press(keys, key, more = {}, now = 1000) {
  return keys.press({ key, ctrlKey: false, metaKey: false, altKey: false, target: BODY, ...more }, now);
}

/** @param {...string} names */
function bound(...names) {
  const keys = new Keys();
  /** @type {string[]} */
  const runs = [];
  for (const name of names) keys.bind(name, `does ${name}`, () => runs.push(name));
  return { keys, runs };
}

test("a key runs what is bound to it, and others run nothing", () => {
  const { keys, runs } = bound("p", "?");
  assert.equal(press(keys, "p"), true);
  assert.equal(press(keys, "x"), false);
  assert.equal(press(keys, "?"), true);
  assert.deepEqual(runs, ["p", "?"]);
});

test("two keys in a row are one, if the second comes soon", () => {
  const { keys, runs } = bound("g p", "p");
  assert.equal(press(keys, "g", {}, 1000), false);
  assert.equal(press(keys, "p", {}, 1500), true);
  assert.deepEqual(runs, ["g p"]);
  press(keys, "g", {}, 5000);
  press(keys, "p", {}, 9000);
  assert.deepEqual(runs, ["g p", "p"]);
});

test("a pair is over when it has run", () => {
  const { keys, runs } = bound("g g");
  for (const now of [1000, 1100, 1200]) press(keys, "g", {}, now);
  assert.deepEqual(runs, ["g g"]);
});

test("no key runs while somebody types, holds a modifier, or when it was for somebody else", () => {
  const { keys, runs } = bound("p");
  for (const target of [{ tagName: "INPUT", type: "search" }, { tagName: "TEXTAREA" }, { tagName: "SELECT" }, { tagName: "DIV", isContentEditable: true }, { tagName: "BUTTON", closest: (/** @type {string} */ what) => (what === "dialog" ? {} : null) }]) {
    assert.equal(press(keys, "p", { target }), false);
  }
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { defaultPrevented: true }]) assert.equal(press(keys, "p", more), false);
  assert.deepEqual(runs, []);
  assert.equal(press(keys, "p", { target: { tagName: "INPUT", type: "checkbox" } }), true);
});

test("the newest of one key runs, and the one before when it is gone", () => {
  const { keys, runs } = bound("b");
  const unbind = keys.bind("b", "the view's", () => runs.push("view"));
  press(keys, "b");
  assert.deepEqual(keys.all(), [{ keys: "b", words: "the view's" }]);
  unbind();
  press(keys, "b");
  assert.deepEqual(runs, ["view", "b"]);
});

test("arrows and the like are left to what has the focus", () => {
  const { keys } = bound("ArrowDown");
  assert.equal(press(keys, "ArrowDown"), false);
});
