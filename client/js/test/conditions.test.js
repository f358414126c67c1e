import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConditions } from "../src/conditions.js";

/** @param {any} one */
const read = (one) => {
  const [{ field, op, value }] = parseConditions([one]);
  return [field, op, value];
};

test("conditions are read as people write them", () => {
  /** @type {[any, any[]][]} */
  const cases = [
    ["free > 0", ["free", ">", 0]],
    ["free>=-2", ["free", ">=", -2]],
    [" meta.map = desert ", ["meta.map", "=", "desert"]],
    ["meta.map = old desert", ["meta.map", "=", "old desert"]],
    ['meta.name has "x y"', ["meta.name", "has", "x y"]],
    ["meta.name has 5", ["meta.name", "has", "5"]],
    ["leader = 'Ann = Bob'", ["leader", "=", "Ann = Bob"]],
    ['meta.x = "a\\"b"', ["meta.x", "=", 'a"b']],
    ['meta.x = ""', ["meta.x", "=", ""]],
    ["meta.x = 1.5e3", ["meta.x", "=", 1500]],
    ["meta.x = .5", ["meta.x", "=", 0.5]],
    ["meta.x = 9007199254740993", ["meta.x", "=", 9007199254740993n]],
    ["meta.x = true", ["meta.x", "=", true]],
    ["meta.x != null", ["meta.x", "!=", null]],
    [
      ["meta.x", "=", "5"],
      ["meta.x", "=", "5"],
    ],
    [{ field: "free", op: "<", value: 3 }, ["free", "<", 3]],
  ];
  for (const [one, wanted] of cases) assert.deepEqual(read(one), wanted, JSON.stringify(one));
});

test("what cannot be understood says what to write", () => {
  /** @type {[any, RegExp][]} */
  const cases = [
    ["free", /"free" is not a condition: write it as 'free > 0'/],
    ["speed > 1", /a session has no 'speed', but game, state, players.*metadata is named meta\.speed/],
    ["free => 1", /there is no '=>', but = != </],
    ["free >", /lacks a value/],
    ["meta.x = 'a", /a text in ' ends with '/],
    ['meta.x = "a"b"', /has \\" within/],
    ["meta. = 1", /a name in metadata has 1 to 32 characters/],
    [["free", "has", 1], /'has' looks for a text/],
    [5, /as an array/],
  ];
  for (const [one, message] of cases) assert.throws(() => read(one), message, JSON.stringify(one));
  assert.throws(
    () => parseConditions(/** @type {any} */ ("free > 0")),
    /where is a list of conditions: \["free > 0"\]/,
  );
  assert.throws(() => parseConditions(Array(9).fill("free > 0")), /at most 8 conditions, not 9/);
});
