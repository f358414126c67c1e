import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { serverNow, serverTimeIs } from "../../server/rallypoint/console/web/since.js";

afterEach(() => serverTimeIs(Date.now() / 1000));

test("times pass as on the server if the clock here is wrong", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  t.mock.timers.setTime(1_000_000_000);
  serverTimeIs(1_000_300);
  assert.equal(serverNow(), 1_000_300);
  t.mock.timers.setTime(1_000_010_000);
  assert.equal(serverNow(), 1_000_310);
});

test("a difference that may come from rounding and the way is none", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  t.mock.timers.setTime(1_000_000_900);
  serverTimeIs(999_999);
  assert.equal(serverNow(), 1_000_000.9);
});
