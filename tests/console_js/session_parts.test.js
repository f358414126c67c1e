import assert from "node:assert/strict";
import { test } from "node:test";

import { bulk, filterInWords } from "../../server/rallypoint/console/web/views/session/bulk.js";
import { chosen, kinds, people } from "../../server/rallypoint/console/web/views/session/happened.js";
import { playLink } from "../../server/rallypoint/console/web/views/session/play_link.js";
import { joined, lanes, summed } from "../../server/rallypoint/console/web/views/session/steps.js";
import { brief, counted, said, sessionTime } from "../../server/rallypoint/console/web/views/session/words.js";

test("whole numbers that have lost digits on their way say so", () => {
  assert.equal(brief(11471954693564439636), "≈ 1.14720e+19");
  assert.equal(brief(2 ** 53 - 1), "9007199254740991");
  assert.equal(brief(439.8904886409993), "439.89");
});

test("values are told in one line", () => {
  assert.equal(brief({ a: [1, null, true], b: "x\ny" }), '{a: [1, null, true], b: "x\\ny"}');
});

test("session time has hours only if there are any", () => {
  assert.equal(sessionTime(125_350), "2:05.350");
  assert.equal(sessionTime(3_600_000 + 125_350), "1:02:05.350");
});

test("inputs and events are told as the game's code would call them", () => {
  assert.equal(said({ what: "hold", seat: 2, name: "Steer", fields: { turn: 1, thrust: true } }), "Steer(turn=1, thrust=true)");
  assert.equal(said({ what: "refused", seat: 2, fields: { seq: 4, reason: "not your turn" } }), "input 4: not your turn");
  assert.equal(said({ what: "leave", seat: 2 }), "");
});

test("counts have their thousands apart, and one is one", () => {
  assert.deepEqual([counted(1, "session"), counted(5000, "session")], ["1 session", "5,000 sessions"]);
});

// --- links ---

const HERE = { protocol: "https:", hostname: "ops.example.com" };

test("a game's page is on the players' port of the same host, or where the server says", () => {
  assert.equal(playLink({ port: 8080 }, HERE, "orbit", { watch: "5f0c" }), "https://ops.example.com:8080/play/orbit/?watch=5f0c");
  assert.equal(playLink("https://play.example.com/", HERE, "orbit", { replay: "5f0c" }), "https://play.example.com/play/orbit/?replay=5f0c");
  assert.equal(playLink(null, HERE, "orbit", { watch: "5f0c" }), null);
});

test("nothing but http leads to a game's page", () => {
  assert.equal(playLink("javascript:alert(1)", HERE, "orbit", { watch: "5f0c" }), null);
});

// --- steps ---

test("steps of several looks are joined, each tick once, the newest kept", () => {
  assert.deepEqual(joined([[1, 10, 0], [2, 20, 0]], [[2, 21, 0], [3, 30, 0]], 2), [[2, 21, 0], [3, 30, 0]]);
  assert.deepEqual(joined([[1, 10, 0]], [], 5), [[1, 10, 0]]);
});

test("ticks that a recovered session makes again take the place of the old ones", () => {
  assert.deepEqual(joined([[5, 1, 0], [6, 1, 0], [7, 1, 0]], [[6, 9, 0]], 5), [[5, 1, 0], [6, 9, 0]]);
});

test("steps that nobody saw are a hole in the lines", () => {
  assert.deepEqual(lanes([[1, 1000, 0], [5, 2000, 500]]), [[1, 2, 5], [1, null, 2], [0, null, 0.5]]);
});

test("the worst steps are told", () => {
  assert.deepEqual(summed([[1, 1000, 0], [2, 3000, 500]]), { mean_ms: 2, max_ms: 3, late_max_ms: 0.5 });
  assert.equal(summed([]), null);
});

// --- the timeline ---

const HAPPENED = [
  { at: 1, tick: 0, kind: "created", text: "", player: null, by: null },
  { at: 2, tick: 4, kind: "joined", text: "seat 0", player: "ann", by: null },
  { at: 3, tick: 9, kind: "joined", text: "seat 1", player: "bob", by: null },
  { at: 4, tick: 12, kind: "kicked", text: "was rude", player: "bob", by: "ada" },
];
const ALL = { kinds: /** @type {Set<string>} */ (new Set()), who: "", text: "" };

test("a timeline without a filter is whole, and knows its kinds and people", () => {
  assert.equal(chosen(HAPPENED, ALL).length, 4);
  assert.deepEqual(kinds(HAPPENED), [["joined", 2], ["created", 1], ["kicked", 1]]);
  assert.deepEqual(people(HAPPENED), ["ada", "ann", "bob"]);
});

test("a timeline is filtered by kind, by whom it was done or happened to, and by text, together", () => {
  const at = (/** @type {Partial<typeof ALL>} */ wanted) => chosen(HAPPENED, { ...ALL, ...wanted }).map((one) => one.at);
  assert.deepEqual(at({ kinds: new Set(["joined", "created"]) }), [1, 2, 3]);
  assert.deepEqual(at({ who: "bob" }), [3, 4]);
  assert.deepEqual(at({ who: "ada" }), [4]);
  assert.deepEqual(at({ text: "RUDE" }), [4]);
  assert.deepEqual(at({ kinds: new Set(["joined"]), who: "bob", text: "seat" }), [3]);
});

// --- bulk actions ---

/** @param {(number | "changed")[]} answers To what is posted, one after the other. @param {(Record<string, any> | null)[]} said By the operator. */
function house(answers, said) {
  /** @type {any[]} */
  const posted = [];
  /** @type {any[]} */
  const asked = [];
  /** @type {string[]} */
  const toasts = [];
  const ways = {
    post: async (/** @type {string} */ path, /** @type {any} */ body) => {
      posted.push(body);
      const answer = answers.shift();
      if (answer === "changed") throw Object.assign(new Error("other"), { status: 409, error: "changed" });
      return { matched: Number(answer), done: body.expect === null ? 0 : Number(answer) };
    },
    ask: async (/** @type {any} */ question) => {
      asked.push(question);
      return said.shift() ?? null;
    },
    say: (/** @type {string} */ words) => void toasts.push(words),
  };
  return { posted, asked, toasts, ways };
}

const JOB = {
  path: "/sessions/bulk",
  do: "end",
  one: "session",
  filter: { q: "", game: "orbit", state: "" },
  title: (/** @type {string} */ many) => `End ${many}?`,
  button: (/** @type {string} */ many) => `End ${many}`,
  done: (/** @type {string} */ many) => `Ended ${many}.`,
  fields: [{ name: "text", label: "Reason", kind: "text", value: "maintenance" }],
};

test("a bulk action counts, asks with the count, and is done to just as many", async () => {
  const { posted, asked, toasts, ways } = house([12, 12], [{ text: "too old" }]);
  assert.equal(await bulk(JOB, ways), true);
  assert.deepEqual(posted.map((body) => [body.expect, body.text]), [[null, undefined], [12, "too old"]]);
  assert.deepEqual([asked[0].title, asked[0].confirm], ["End 12 sessions?", "End 12 sessions"]);
  assert.deepEqual(toasts, ["Ended 12 sessions."]);
});

test("a message to many is counted before it is typed", async () => {
  const { posted, ways } = house([3, 3], [{ text: "back at ten" }]);
  assert.equal(await bulk({ ...JOB, do: "message" }, ways), true);
  assert.equal(posted[0].expect, null);
  assert.notEqual(posted[0].text, "");
  assert.deepEqual([posted[1].expect, posted[1].text], [3, "back at ten"]);
});

test("a bulk action that is not confirmed does nothing", async () => {
  const { posted, ways } = house([12], [null]);
  assert.equal(await bulk(JOB, ways), false);
  assert.deepEqual(posted.map((body) => body.expect), [null]);
});

test("what has changed meanwhile is counted and asked anew, with what was typed before", async () => {
  const { posted, asked, ways } = house([12, "changed", 14, 14], [{ text: "too old" }, { text: "too old" }]);
  assert.equal(await bulk(JOB, ways), true);
  assert.deepEqual(posted.map((body) => body.expect), [null, 12, null, 14]);
  assert.equal(asked[1].confirm, "End 14 sessions");
  assert.match(asked[1].text, /It was 12 sessions a moment ago, and nothing was done/);
  assert.equal(asked[1].fields[0].value, "too old");
});

test("a filter that finds nothing asks nothing", async () => {
  const { asked, toasts, ways } = house([0], []);
  assert.equal(await bulk(JOB, ways), false);
  assert.equal(asked.length, 0);
  assert.equal(toasts.length, 1);
});

test("any other error of a bulk action is not swallowed", async () => {
  const { ways } = house([1], [{ text: "x" }]);
  await assert.rejects(bulk(JOB, { ...ways, post: () => Promise.reject(new Error("away")) }), /away/);
});

test("a filter is told in words, and so is that there is none", () => {
  assert.equal(filterInWords({ q: "ann", game: "orbit", state: "" }, "2 sessions"), "That is: 2 sessions with game orbit, “ann”.");
  assert.match(filterInWords({ q: "", game: "", state: "" }, "5,000 sessions"), /all of them, 5,000 sessions/);
});
