import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, clock, count, duration, ms, percent } from "../../server/rallypoint/console/web/format.js";

test("what is not known is a dash", () => {
  for (const words of [ms, bytes, count, duration, clock, percent]) for (const none of [null, undefined, NaN, Infinity]) assert.equal(words(none), "–");
});

test("milliseconds have as many digits as anybody needs", () => {
  assert.deepEqual([0, 0.004, 0.037, 1.25, 12, 99.94, 250.4, 1500, 12_340, -0.001].map(ms), ["0 ms", "0 ms", "0.04 ms", "1.3 ms", "12 ms", "99.9 ms", "250 ms", "1.5 s", "12.3 s", "0 ms"]);
});

test("bytes are told in units of 1,024", () => {
  assert.deepEqual([0, 1023, 1024, 1536, 124 * 2 ** 20, 3.5 * 2 ** 30, 2 ** 60].map(bytes), ["0 B", "1023 B", "1 KiB", "1.5 KiB", "124 MiB", "3.5 GiB", "1048576 TiB"]);
});

test("counts are grouped", () => {
  assert.deepEqual([0, 999, 1000, 20_000, 1_234_567, 0.26, 1234.56, -4321].map(count), ["0", "999", "1,000", "20,000", "1,234,567", "0.3", "1,234.6", "-4,321"]);
});

test("durations are told in their two largest units", () => {
  assert.deepEqual([0, 0.4, 9.96, 59.4, 59.6, 61, 119, 3600, 5400, 90_061, -3].map(duration), ["0 s", "0.4 s", "10 s", "59 s", "1 min", "1 min 1 s", "1 min 59 s", "1 h", "1 h 30 min", "1 d 1 h", "0 s"]);
});

test("the time of day has the day if that is not today", () => {
  const now = new Date();
  now.setHours(7, 5, 9, 0);
  assert.equal(clock(now.getTime() / 1000), "07:05:09");
  assert.equal(clock(new Date(2001, 1, 3, 4, 5, 6).getTime() / 1000), "2001-02-03 04:05:06");
});

test("shares are told in percent", () => {
  assert.deepEqual([0, 0.004, 0.256, 1, 1.5].map(percent), ["0%", "0.4%", "26%", "100%", "150%"]);
});
