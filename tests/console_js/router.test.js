import assert from "node:assert/strict";
import { test } from "node:test";
import { match, queryOf, ROUTES, safePath } from "../../server/rallypoint/console/web/router.js";

test("every address leads to its view", () => {
  for (const [route, name] of ROUTES) assert.equal(match(route.replace(/:\w+/, "x"))?.name, name);
});

test("what an address names reaches the view as it was", () => {
  const hostile = 'a/b?c#d%<b>"é';
  assert.deepEqual(match(`/players/${encodeURIComponent(hostile)}`), { name: "player", params: { player: hostile } });
  assert.deepEqual(match("/queues/50%"), { name: "queue", params: { queue: "50%" } });
});

test("a slash at the end changes nothing", () => {
  assert.equal(match("/sessions/")?.name, "sessions");
  assert.deepEqual(match("/sessions/abc/"), { name: "session", params: { session: "abc" } });
  assert.equal(match("/")?.name, "overview");
});

test("there are no other pages", () => {
  for (const path of ["/nothing", "/sessions/a/b", "/assets/app.js", "/api/v1/me", "", "/queues//"]) assert.equal(match(path), null, path);
});

test("a query has nothing that is empty", () => {
  assert.equal(queryOf({ q: "", game: null, state: undefined, on: false }), "");
  assert.equal(queryOf({ q: "a b&c", offset: 0, desc: true }), "?q=a+b%26c&offset=0&desc=true");
});

test("a login leads back to a page of the console, and nowhere else", () => {
  assert.equal(safePath("/sessions/abc?tab=live&tick=3"), "/sessions/abc?tab=live&tick=3");
  for (const path of [null, "", "sessions", "//evil.example/", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)"]) assert.equal(safePath(path), "/", String(path));
});
