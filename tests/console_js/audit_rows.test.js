import assert from "node:assert/strict";
import { test } from "node:test";

import { pageOf, pathOf, withNewest, withOlder } from "../../server/rallypoint/console/web/audit_rows.js";

/** @param {number} id @param {string} action @param {string} object */
function row(id, action = "end_session", object = "7f3a") {
  return {
    id,
    at: id,
    operator: "ada",
    role: "admin",
    via: "console",
    action,
    object,
    detail: {},
    outcome: "ok",
    peer: "",
  };
}

/** @param {number} from @param {number} to */
function page(from, to, next = to > 1 ? to : null) {
  return { rows: Array.from({ length: from - to + 1 }, (_, place) => row(from - place)), next };
}

/** @param {{rows: {id: number}[]}} page */
const ids = (page) => page.rows.map((each) => each.id);

test("new rows come on top, and older ones that were asked for stay", () => {
  let kept = withNewest({ rows: [], next: null }, page(10, 8));
  kept = withOlder(kept, page(7, 4));
  const before = kept.rows[0];
  kept = withNewest(kept, page(11, 9));
  assert.deepEqual(ids(kept), [11, 10, 9, 8, 7, 6, 5, 4]);
  assert.equal(kept.next, 4);
  assert.equal(kept.rows[1], before, "a row that is there stays the same one: it may be open");
});

test("if there are more new rows than a page has, older ones go, so that there is no gap", () => {
  const kept = withNewest(page(10, 4), page(30, 28));
  assert.deepEqual(ids(kept), [30, 29, 28]);
  assert.equal(kept.next, 28);
});

test("the first page says where to go on; the last page, that there is nothing more", () => {
  assert.equal(withNewest({ rows: [], next: null }, page(9, 7)).next, 7);
  assert.equal(withNewest(page(9, 7), page(10, 8)).next, 7);
  assert.equal(withOlder(page(9, 7), page(6, 1)).next, null);
  assert.deepEqual(ids(withOlder(page(9, 7), page(8, 6))), [9, 8, 7, 6]);
});

test("a row leads to the page of what it is about", () => {
  assert.equal(pageOf(row(1, "end_session", "7f3a")), "/sessions/7f3a");
  assert.equal(pageOf(row(1, "kick_player", "7f3a")), "/sessions/7f3a");
  assert.equal(pageOf(row(1, "pause_queue", "a b")), "/queues/a%20b");
  assert.equal(pageOf(row(1, "mute_player", "p1")), "/players/p1");
  assert.equal(pageOf(row(1, "log_in", "ada")), null);
  assert.equal(pageOf(row(1, "cordon_node", "")), null);
});

test("a filter is in the path without what is empty", () => {
  assert.equal(pathOf({ operator: "a&b", action: "" }, 50), "/audit?limit=50&operator=a%26b");
  assert.equal(pathOf({ operator: "" }, 50, 7), "/audit?limit=50&before=7");
});
