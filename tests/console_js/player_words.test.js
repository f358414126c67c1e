import assert from "node:assert/strict";
import { test } from "node:test";

import { JOBS, asSent } from "../../server/rallypoint/console/web/views/player/bulk_acts.js";
import { cameTo, course, linePoints, minutesOf, place, scoreOf, signed } from "../../server/rallypoint/console/web/views/player/words.js";

const SEATS = ["ann", "bob", "eve"].map((player, seat) => ({ seat, player, name: player, bot: false, outcome: "played" }));
/** @param {any} more */
const result = (more) => ({ session: "5f", game: "orbit", created_at: 1, started_at: 2, ended_at: 3, duration_ms: 4, outcome: "ended", reason: "", seats: SEATS, result: { winners: [0], scores: { 0: 3, 1: 1.25, 2: 0 } }, meta: {}, ...more });
/** @param {number} rating */
const rated = (rating) => ({ mu: rating + 24, sigma: 8, rating });

test("a session came to what the game said of the player's seat", () => {
  assert.deepEqual(["ann", "bob"].map((player) => cameTo(result({}), player).words), ["won", "lost"]);
  assert.equal(cameTo(result({ result: { winners: [0, 1, 2] } }), "bob").words, "drawn");
  assert.equal(cameTo(result({ result: { winners: [] } }), "bob").words, "no winner");
});

test("without a result nobody has won or lost", () => {
  assert.equal(cameTo(result({ result: null }), "ann").words, "no result");
  assert.equal(cameTo(result({ outcome: "game_failed" }), "ann").words, "no result");
});

test("who left, was kicked or did not come back is shown as that, whatever the result", () => {
  const seats = SEATS.map((seat) => (seat.player === "ann" ? { ...seat, outcome: "kicked" } : seat));
  assert.deepEqual(cameTo(result({ seats }), "ann"), { words: "kicked", tone: "bad" });
});

test("a score is that of the player's seat, and missing if the game says none", () => {
  assert.deepEqual([scoreOf(result({}), "ann"), scoreOf(result({}), "bob"), scoreOf(result({}), "zoe"), scoreOf(result({ result: null }), "ann")], ["3", "1.3", "", ""]);
  assert.equal(scoreOf(result({ result: { scores: { 0: "<b>" } } }), "ann"), "");
});

test("changes have a sign, and next to none is none", () => {
  assert.deepEqual([1.24, -0.5, 0.04, -0.04, 0].map(signed), ["+1.2", "−0.5", "±0", "±0", "±0"]);
});

test("places are counted as people count", () => {
  assert.deepEqual([0, 1, 2, 3, 10, 11, 12, 20, 21, 110].map(place), ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "111th"]);
});

test("the course of a rating goes from before its oldest known change to now", () => {
  const history = [
    { session: "b", at: 2, rank: 1, before: rated(4), after: rated(3) },
    { session: "a", at: 1, rank: 0, before: rated(1), after: rated(4) },
  ];
  assert.deepEqual(course({ queue: "q", games: 2, history, ...rated(3) }), [1, 4, 3]);
  assert.deepEqual(course({ queue: "q", games: 0, history: [], ...rated(0) }), [0]);
});

test("a line goes from left to right, the largest value on top, and a level one through the middle", () => {
  assert.equal(linePoints([1, 4, 2.5], 100, 30), "0,30 50,0 100,15");
  assert.equal(linePoints([7, 7], 100, 30), "0,15 100,15");
  assert.equal(linePoints([7], 100, 30), "0,15");
});

test("minutes are whole, and within what the server takes", () => {
  assert.deepEqual(["60", "1.6", "0", "-3", "nonsense", "9999999"].map(minutesOf), [60, 2, 1, 1, 1, 525_600]);
});

test("what is typed for many players is sent as the server takes it", () => {
  const sent = { filter: { q: "", place: "" }, do: "mute", text: "calm", minutes: "90", expect: 3 };
  assert.deepEqual(asSent(sent), { ...sent, minutes: 90 });
  assert.deepEqual(asSent({ do: "kick", expect: null }), { do: "kick", expect: null });
  const names = JOBS.flatMap((job) => (job.fields ?? []).map((field) => field.name));
  assert.deepEqual([...new Set(names)].sort(), ["minutes", "text"], "it takes no others");
});
