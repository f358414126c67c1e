import assert from "node:assert/strict";
import { test } from "node:test";

import { fits, isChanged, isNothing, valueWords } from "../../server/rallypoint/console/web/settings_words.js";

const PORT = {
  name: "ops_port",
  value: 0,
  default: 8081,
  source: "command line",
  variable: "RALLYPOINT_OPS_PORT",
  what: "The operations port.",
};

test("values are shown as words", () => {
  assert.deepEqual([null, "", true, 0, ["a", "b"], [], { a: 1 }].map(valueWords), [
    "none",
    "empty",
    "yes",
    "0",
    "a, b",
    "empty",
    '{"a":1}',
  ]);
  assert.deepEqual([null, "", [], 0, false, "(not set)"].map(isNothing), [true, true, true, false, false, false]);
});

test("a search finds settings that have all of its words, wherever", () => {
  assert.ok(fits(PORT, ""));
  assert.ok(fits(PORT, "OPERATIONS command"));
  assert.ok(!fits(PORT, "operations environment"));
});

test("another value than the default is a changed one", () => {
  assert.ok(isChanged(PORT));
  assert.ok(!isChanged({ name: "queues", value: [], default: [] }));
});
