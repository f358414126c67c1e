import assert from "node:assert/strict";
import { test } from "node:test";

import { branches, lines, told, withParents } from "../../server/rallypoint/console/web/views/session/state_lines.js";

const STATE = {
  tick: 12,
  game: { round: 3, board: [1, 2] },
  players: [{ seat: 0, name: "Ann", score: 4 }],
  entities: { Ship: [{ id: 7, x: 1.5, hull: 4 }, { id: 9, x: 2.25, hull: 2 }], Shot: [] },
  timers: [],
  meta: { mode: "ranked" },
};

/** @param {(key: string, depth: number) => boolean} isOpen @param {string} [filter] */
const keys = (isOpen, filter) => lines(branches(STATE), isOpen, filter).map((line) => line.key);
const ALL = () => true;
const NONE = () => false;

test("lines have the names that time travel gives to what was changed", () => {
  const found = keys(ALL);
  for (const key of ["game.round", "game.board.1", "player 0.score", "Ship 9.x", "meta.mode"]) assert.ok(found.includes(key), key);
});

test("what is closed is one line that says what is in it", () => {
  const found = lines(branches(STATE), (key) => key === "each Ship");
  assert.deepEqual(
    found.map((line) => [line.key, line.open, told(line)]),
    [
      ["game", false, "{round: 3, board: [1, 2]}"],
      ["each players", false, "1"],
      ["each Ship", true, "2"],
      ["Ship 7", false, "{x: 1.5, hull: 4}"],
      ["Ship 9", false, "{x: 2.25, hull: 2}"],
      ["each Shot", false, "0"],
      ["meta", false, "{mode: \"ranked\"}"],
    ],
  );
});

test("what the page's head shows, and what is empty, has no line", () => {
  assert.ok(!keys(ALL).some((key) => key === "tick" || key === "timers"));
});

test("a filter finds values with all that they are in, though it is closed", () => {
  assert.deepEqual(keys(NONE, "2.25"), ["each Ship", "Ship 9", "Ship 9.x"]);
});

test("a filter finds an entity by its name, and leaves the others out", () => {
  assert.deepEqual(keys((key) => key.startsWith("Ship"), "ship 7"), ["each Ship", "Ship 7", "Ship 7.x", "Ship 7.hull"]);
});

test("a filter finds fields by their name, in every entity", () => {
  assert.deepEqual(keys(NONE, "hull"), ["each Ship", "Ship 7", "Ship 7.hull", "Ship 9", "Ship 9.hull"]);
});

test("a filter that nothing has finds nothing", () => {
  assert.deepEqual(keys(ALL, "no such thing"), []);
});

test("a change marks its field and all that it is in", () => {
  assert.deepEqual([...withParents(["Ship 7.x", "game.board"])], ["Ship 7.x", "Ship 7", "game.board", "game"]);
});

test("a long value is cut off in its line", () => {
  const [line] = lines(branches({ game: { text: "x".repeat(5000) } }), NONE);
  assert.ok(line && told(line).length < 200 && told(line).endsWith("…"));
});
