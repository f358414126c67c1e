import assert from "node:assert/strict";
import { test } from "node:test";

import { compared, fileName, lineSpan, remarks } from "../../server/rallypoint/console/web/views/queue/trial.js";
import { estimateWords, excludeWords, limitWords, many, pace, passWords, ruleLines, wait, waitingWords } from "../../server/rallypoint/console/web/views/queue/words.js";

/** @param {any} more */
const info = (more) => ({ queue: "ranked", game: "arena", kind: "rules", paused: false, paused_since: null, waiting: 0, players: 0, oldest_since: null, minutes: 15, matches: 0, matches_per_min: 0, wait_p50_s: null, wait_p90_s: null, quality: null, ready_checks: 0, ...more });
/** @param {any} more */
const fact = (more) => ({ rule: "latency", passes: 5, of: 93, excludes: 0, limit: 80, next_s: null, next_limit: null, ...more });
/** @param {any} more */
const trial = (more) => ({ tickets: 90, refused: 10, matches: 2, tickets_matched: 16, wait_mean_s: 40, quality_mean: 0.8, whole: true, ...more });
/** @param {any} more */
const run = (more) => ({ ok: true, errors: [], left_out: 0, now: trial({}), then: trial({}), changed: [], ...more });

test("who waits is told in players, and in tickets only if these are other figures", () => {
  assert.equal(waitingWords(info({})), "Nobody waits there now.");
  assert.equal(waitingWords(info({ waiting: 1, players: 1 })), "1 player waits there.");
  assert.equal(waitingWords(info({ waiting: 900, players: 1200 })), "1,200 players wait there, with 900 tickets.");
});

test("words have their plurals", () => {
  assert.deepEqual([many(1, "match"), many(2, "match"), many(0, "seat")], ["1 match", "2 matches", "0 seats"]);
});

test("a queue where little is matched is not at nothing a minute", () => {
  assert.deepEqual([pace(info({})), pace(info({ matches: 1, matches_per_min: 0.067 })), pace(info({ matches: 40, matches_per_min: 2.667 })), pace(info({ matches: 9000, matches_per_min: 600.4 }))], ["0", "0.07", "2.7", "600"]);
});

test("long waits are told in whole minutes", () => {
  assert.deepEqual([null, 0.1, 59.6, 75, 899].map(wait), ["–", "0.1 s", "1 min", "1 min 15 s", "15 min"]);
});

test("the rules in words are told apart by their names, whatever they say", () => {
  const { head, rules } = ruleLines("ranked (arena): 4v4, rated\n  rating: within 3, after 10 s within 6\n  mode: the same mode: for all");
  assert.equal(head, "ranked (arena): 4v4, rated");
  assert.deepEqual([...rules], [["rating", "within 3, after 10 s within 6"], ["mode", "the same mode: for all"]]);
  assert.equal(ruleLines("orbit: first come first seated").rules.size, 0);
});

test("a rule says how many it lets through, and how many it alone keeps out", () => {
  assert.equal(passWords(fact({})), "5 of 93 pass");
  assert.equal(passWords(fact({ passes: 93 })), "all 93 pass");
  assert.equal(passWords(fact({ passes: 0, of: 0 })), "nobody else to look at");
  assert.equal(excludeWords(fact({})), "");
  assert.equal(excludeWords(fact({ excludes: 1 })), "1 ticket is excluded by this alone");
  assert.equal(excludeWords(fact({ excludes: 3 })), "3 tickets are excluded by this alone");
});

test("a rule says its limit, and what becomes of it; the time is told beside it", () => {
  assert.equal(limitWords(fact({})), "limit 80");
  assert.equal(limitWords(fact({ next_s: 12, next_limit: 150 })), "limit 80, then 150 in");
  assert.equal(limitWords(fact({ next_s: 12, next_limit: null })), "limit 80, counts no more in");
  assert.equal(limitWords(fact({ limit: null })), "does not count any more");
  assert.equal(limitWords(fact({ limit: 0 })), "", "rules about block lists have no limit to tell of");
  assert.equal(limitWords(fact({ limit: 6.6000000001 })), "limit 6.6");
});

test("an estimate says what it is worth", () => {
  assert.equal(estimateWords({ estimate_s: 75, basis: { matches: 24, minutes: 15 } }), "about 1 min 15 s more, by 24 matches of 15 min");
  assert.match(estimateWords({ estimate_s: null, basis: {} }), /nobody knows/);
});

// --- dry runs ---

test("what is better is told apart from what is worse, by what each figure means", () => {
  const then = trial({ matches: 5, tickets_matched: 40, wait_mean_s: 70, quality_mean: 0.7, refused: 10 });
  const rows = compared(trial({}), then);
  assert.deepEqual(rows.map((row) => [row.what, row.now, row.then, row.change, row.tone]), [
    ["Matches", "2", "5", "+3", "ok"],
    ["Tickets matched", "16", "40", "+24", "ok"],
    ["Share of the tickets tried", "16%", "40%", "+24%", "ok"],
    ["Mean wait of those matched", "40 s", "1 min 10 s", "+30 s", "warn"],
    ["Mean quality", "0.80", "0.70", "−0.10", "warn"],
    ["Refused: never matched", "10", "10", "the same", ""],
  ]);
});

test("a figure that one side does not have has no change", () => {
  const rows = compared(trial({ matches: 0, tickets_matched: 0, wait_mean_s: null, quality_mean: null }), trial({}));
  assert.deepEqual(rows.slice(3, 5).map((row) => [row.now, row.then, row.change]), [["–", "40 s", ""], ["–", "0.80", ""]]);
});

test("a dry run that was cut off, or left tickets out, says so", () => {
  assert.deepEqual(remarks(run({})), []);
  assert.match(remarks(run({ left_out: 3 }))[0] ?? "", /^3 of those who wait were left out/);
  assert.match(remarks(run({ then: trial({ whole: false }) }))[0] ?? "", /with these rules this is as far as it came/);
  assert.match(remarks(run({ now: trial({ whole: false }), then: trial({ whole: false }) }))[0] ?? "", /with the rules in force and with these rules/);
  assert.match(remarks(run({ now: trial({ tickets: 0, refused: 0 }) }))[0] ?? "", /Nobody waits/);
});

test("a line of a text is found, and the nearest there is if it has none like that", () => {
  const text = "ab\n\ncde";
  assert.deepEqual([1, 2, 3, 9, 0].map((line) => text.slice(...lineSpan(text, line))), ["ab", "", "cde", "cde", "ab"]);
  assert.deepEqual(lineSpan("", 4), [0, 0]);
});

test("a file of rules has a plain name, whatever the queue is called", () => {
  assert.equal(fileName("arena-ranked"), "arena-ranked.toml");
  assert.equal(fileName("../../etc/passwd"), "_etc_passwd.toml");
  assert.equal(fileName("名前"), "_.toml");
});
