import assert from "node:assert/strict";
import { test } from "node:test";

import { seatToReturnTo, untilAborted } from "../kit/asking.js";
import { seatColour } from "../kit/colours.js";
import { readCode, readLink, writeLink } from "../kit/links.js";
import { NoticeDesk } from "../kit/notices.js";
import { Rate } from "../kit/rate.js";
import { addressOf } from "../kit/server.js";
import {
  Kicked,
  LobbyClosed,
  NotConnected,
  Notice,
  RequestRefused,
  SeatClosed,
  SessionGone,
  TakenOver,
  Waiting,
} from "../rallypoint.js";
import { standing } from "../kit/standing.js";
import * as words from "../kit/words.js";

const nameOf = (/** @type {number} */ seat) => ["Ann", "Bob", "Cid"][seat];

test("a link says what to show, and nothing else is read from it", () => {
  const none = { player: "", session: "", code: "", party: "", watch: "", replay: "", tick: -1 };
  assert.deepEqual(readLink(""), none);
  assert.deepEqual(readLink("?replay=s1&tick=1200&x=1"), { ...none, replay: "s1", tick: 1200 });
  assert.deepEqual(readLink("?player=2&code=k7m-2qx"), { ...none, player: "2", code: "K7M2QX" });
  for (const tick of ["-5", "1e9", "12.5", "99999999999", "a"])
    assert.equal(readLink(`?tick=${tick}`).tick, -1);
});

test("what is written as a link is read as the same", () => {
  const code = "K7M2QX";
  for (const link of [
    { replay: "a b&c", tick: 0 },
    { watch: "s=1" },
    { code, player: "2" },
    { party: code },
  ]) {
    const read = readLink(writeLink(link));
    assert.deepEqual({ ...read, ...link }, read);
  }
  assert.equal(writeLink({}), "");
  assert.equal(writeLink({ tick: -1 }), "");
});

test("a room code may be typed with blanks, dashes and small letters", () => {
  assert.equal(readCode(" k7m 2-qx "), "K7M2QX");
});

test("a countdown names a second that has begun, and never one below zero", () => {
  assert.equal(words.awayText("Bob", 12_000), "Bob is away, 12 s");
  assert.equal(words.awayText("Bob", 11_001), "Bob is away, 12 s");
  assert.equal(words.awayText("Bob", -50), "Bob is away, 0 s");
});

test("a place in the queue is said in words", () => {
  assert.match(words.queueText(1, 1), /^You are first in line/);
  assert.equal(words.queueText(3, 5), "You have place 3 of 5 in line.");
});

test("a queue is named for people", () => {
  for (const [queue, game, name] of [
    ["ranked", "fourline", "Ranked"],
    ["orbit-ranked", "orbit", "Ranked"],
    ["two_on_two", "orbit", "Two on two"],
    ["orbit", "orbit", "Quick match"],
  ]) {
    assert.equal(words.queueName(queue, game), name);
  }
});

test("who waits is told why, how long it may take, and how one knows", () => {
  const why = { text: "3 players near your rating, widening in 8 s" };
  const waits = (/** @type {any[]} */ ...at) => words.waitText(new Waiting(...(/** @type {any} */ (at))));
  assert.equal(waits([], 0, 0, null), "Waiting for the leader of your party.");
  assert.equal(waits(["orbit"], 2, 3, null), "You have place 2 of 3 in line.");
  assert.equal(waits(["ranked"], 0, 3, null), "Looking for a match.");
  assert.equal(waits(["ranked"], 0, 3, why), "3 players near your rating, widening in 8 s.");
  const basis = { matches: 7, minutes: 10 };
  const estimate = (/** @type {any} */ of) => words.estimateText(of);
  assert.equal(estimate({ estimateS: 20.4, basis }), "About 20 s more, by 7 matches in the last 10 min.");
  const one = { matches: 1, minutes: 10 };
  assert.equal(estimate({ estimateS: 200, basis: one }), "About 3 min more, by 1 match in the last 10 min.");
  assert.match(estimate({ estimateS: null, basis: null }), /^Too few matches/);
  const rating = { rule: "rating", passes: 3, of: 11, excludes: 6, limit: 3, nextS: null, nextLimit: null };
  const rule = (/** @type {any} */ more) => words.ruleText({ ...rating, ...more });
  assert.equal(rule({}), "rating: 3 of 11 fit");
  assert.equal(rule({ nextS: 7.2, nextLimit: 6 }), "rating: 3 of 11 fit, widens in 8 s");
  assert.equal(rule({ nextS: 8 }), "rating: 3 of 11 fit, counts no more in 8 s");
  assert.equal(rule({ limit: null }), "rating: counts no more");
});

test("why there is no match is said in other words than why there is no rematch", () => {
  const declined = new RequestRefused("declined", "you declined the match");
  assert.match(words.whyOut(declined, true), /^You declined the match/);
  assert.match(words.whyOut(new RequestRefused("not_ready"), false), /in your party/);
  assert.match(words.whyOut(new RequestRefused("not_ready"), true), /in time/);
  assert.match(words.whyNot(declined), /rematch/);
});

test("members of a party are told apart", () => {
  const here = { ready: false, here: true, seated: false };
  assert.equal(words.memberText(here, true), "leads");
  assert.equal(words.memberText(here, false), "not ready yet");
  assert.equal(words.memberText({ ready: true, here: false, seated: true }, false), "✓ ready · playing · away");
});

test("an outcome is told to the winner, to the loser and to who watches", () => {
  const result = { winners: [1], reason: "four in a line" };
  assert.deepEqual(words.outcome(result, 1, nameOf), {
    title: "You won",
    detail: "Four in a line.",
    mood: "won",
  });
  assert.deepEqual(words.outcome(result, 0, nameOf), {
    title: "You lost",
    detail: "Bob won. Four in a line.",
    mood: "lost",
  });
  assert.deepEqual(words.outcome(result, -1, nameOf), {
    title: "Bob won",
    detail: "Four in a line.",
    mood: "even",
  });
});

test("an outcome without a winner is a draw, and one without a result an end", () => {
  assert.equal(words.outcome({ winners: [] }, 0, nameOf).title, "A draw");
  assert.equal(words.outcome({}, 0, nameOf).title, "The game has ended");
  assert.equal(words.outcome(null, 0, nameOf).title, "The game has ended");
  assert.equal(words.outcome({ winners: [0, 2] }, 0, nameOf).detail, "Ann and Cid.");
});

test("scores are sorted, whatever kind of map they came in", () => {
  const expected = [
    [1, 7],
    [0, 3],
    [2, 3],
  ];
  assert.deepEqual(words.scoresOf({ scores: { 0: 3, 1: 7, 2: 3 } }), expected);
  assert.deepEqual(
    words.scoresOf({
      scores: new Map([
        [0, 3],
        [1, 7],
        [2, 3],
      ]),
    }),
    expected,
  );
  assert.deepEqual(words.scoresOf(null), []);
});

test("a refusal has a sentence, and an unknown one says what the server said", () => {
  assert.equal(words.whyNot({ code: "full" }), "There is no free place any more.");
  assert.equal(words.whyNot({ code: "refused", reason: "no such map" }), "No such map.");
  const muted = { code: "muted", reason: "an operator has muted you, for 5 minutes more" };
  assert.equal(words.whyNot(muted), "An operator has muted you, for 5 minutes more.");
  assert.equal(words.whyNot(new Error("boom")), "Boom.");
  assert.equal(words.whyNot({ code: "toString" }), "That did not work.");
  assert.equal(words.whyNot(undefined), "That did not work.");
});

test("what a lost connection does is said to people, and not to programmers", () => {
  assert.equal(words.whyNot(new NotConnected("Drop(column=3)")), "Not sent: the connection is away.");
  const gone = new SessionGone(null, "no way in for 35 s, last: the connection broke");
  assert.equal(words.whyNot(gone), "The server was away for too long. Try again.");
});

test("a seat that the page had given up is asked for again if the lobby still names it", () => {
  const seat = { state: "closed", session: "s", ended: false, error: new SessionGone(null) };
  const lobby = { state: "connected", mySeats: [{ session: "s", game: "orbit" }] };
  assert.equal(seatToReturnTo(seat, lobby), true);
  assert.equal(seatToReturnTo(seat, { ...lobby, mySeats: [] }), false);
  assert.equal(seatToReturnTo(seat, { ...lobby, state: "connecting" }), false);
  assert.equal(seatToReturnTo({ ...seat, state: "playing" }, lobby), false);
  assert.equal(seatToReturnTo({ ...seat, ended: true }, lobby), false);
  assert.equal(seatToReturnTo({ ...seat, error: new SeatClosed(4030) }, lobby), false);
  assert.equal(seatToReturnTo({ ...seat, spectator: true }, { ...lobby, mySeats: [] }), true);
  assert.equal(seatToReturnTo(null, lobby), false);
});

test("who stops waiting waits no longer, whatever it was for", async () => {
  const stop = new AbortController();
  const waiting = untilAborted(new Promise(() => {}), stop.signal);
  stop.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  await assert.rejects(untilAborted(Promise.resolve(1), stop.signal), { name: "AbortError" });
  assert.equal(await untilAborted(Promise.resolve(1), new AbortController().signal), 1);
});

test("times are written as people read them", () => {
  assert.equal(words.clockText(185_900), "3:05");
  assert.equal(words.clockText(-1), "0:00");
  assert.equal(words.agoText(30_000), "just now");
  assert.equal(words.agoText(7_200_000), "2 h ago");
  assert.equal(words.listText(["Ann", "Bob", "Cid"]), "Ann, Bob and Cid");
  assert.equal(words.counted(1, "player"), "1 player");
});

test("a suggested name is made for every number that there is", () => {
  assert.equal(
    words.someName(() => 0),
    "Quiet Comet",
  );
  assert.equal(
    words.someName(() => 0.999999),
    "Gentle Badger",
  );
});

test("a rate is that of the last two seconds, and begins anew when the count does", () => {
  const rate = new Rate();
  assert.equal(rate.at(0, 0), 0);
  for (let ms = 100; ms <= 4000; ms += 100) rate.at(ms, ms / 50);
  assert.equal(Math.round(rate.at(4100, 82)), 20);
  for (let ms = 4200; ms <= 7000; ms += 100) rate.at(ms, 82);
  assert.equal(rate.at(7100, 82), 0);
  assert.equal(rate.at(7200, 3), 0);
  assert.ok(rate.at(7300, 5) > 0);
});

test("the lobby is where the server says, or on the page's own host", () => {
  const page = { protocol: "http:", hostname: "10.0.0.7" };
  assert.equal(addressOf("wss://play.example/x", page), "wss://play.example/x");
  assert.equal(addressOf({ port: 9000, tls: false }, page), "ws://10.0.0.7:9000");
  assert.equal(addressOf({ port: 9000, tls: true }, page), "wss://10.0.0.7:9000");
  assert.equal(addressOf(undefined, { protocol: "https:", hostname: "h" }), "wss://h:8000");
});

test("every seat has a colour, and nobody's is grey", () => {
  assert.equal(new Set(Array.from({ length: 8 }, (_, seat) => seatColour(seat))).size, 8);
  assert.equal(seatColour(8), seatColour(0));
  assert.equal(seatColour(null), seatColour(-1));
});

/** @param {object} [page] */
const said = (page = {}) =>
  standing({ seat: null, lobby: null, isOver: false, isAsking: false, notice: "", ...page });
const connected = { state: "connected", error: null };
const playing = { state: "playing", error: null, index: 0 };

test("the banner is empty while all is well, in the lobby as in a game", () => {
  const well = { text: "", offer: "" };
  assert.deepEqual(said({ lobby: connected }), well);
  assert.deepEqual(said({ lobby: connected, seat: playing }), well);
  assert.deepEqual(said({ seat: { seek: () => {}, error: null } }), well);
});

test("the banner says for how long a seat is kept", () => {
  const seat = { ...playing, state: "resuming", keptForS: 23.2 };
  assert.equal(said({ lobby: connected, seat })?.text, "Reconnecting, your seat is kept for 24 s.");
});

test("who plays in another tab can come back to this one, whichever connection was taken over first", () => {
  const error = new TakenOver(4002);
  const here = { text: "You play in another tab now.", offer: "here" };
  assert.deepEqual(said({ lobby: connected, seat: { ...playing, state: "closed", error } }), here);
  assert.deepEqual(said({ lobby: { state: "closed", error }, seat: playing }), here);
  assert.deepEqual(said({ lobby: { state: "closed", error } }), here);
});

test("a seat that is closed offers the way back to the lobby, but not over a result", () => {
  const seat = { ...playing, state: "closed", error: new SeatClosed(4030) };
  assert.equal(said({ lobby: connected, seat })?.offer, "leave");
  assert.notEqual(said({ lobby: connected, seat })?.text, "");
  assert.deepEqual(said({ lobby: connected, seat, isOver: true }), { text: "", offer: "" });
});

test("what the lobby is asked for stays in the banner until it is decided", () => {
  assert.equal(said({ lobby: connected, isAsking: true }), null);
  assert.equal(said({ isAsking: true }), null);
  assert.equal(said({ lobby: { state: "resuming", error: null }, isAsking: true })?.text, "Reconnecting.");
  assert.equal(said({ lobby: connected, notice: "There is no free place any more." })?.text.length, 32);
});

test("a lobby that is lost is told of in the lobby, and not to those who play", () => {
  const lobby = { state: "resuming", error: null };
  assert.equal(said({ lobby })?.text, "Reconnecting.");
  assert.equal(said({ lobby, seat: playing })?.text, "");
  assert.notEqual(said({ lobby: { state: "closed", error: new LobbyClosed(4032) } })?.text, "");
});

// --- what operators say ---

/** A page with a desk, and what it was told. */
function desk() {
  /** @type {any[]} */
  const told = [];
  const made = new NoticeDesk({
    say: (text) => told.push(["say", text]),
    tell: (title, text) => told.push(["tell", title, text]),
    changed: () => told.push(["changed"]),
  });
  /** @type {Pick<import("../rallypoint.js").Lobby, "onNotice">} */
  const lobby = { onNotice: null };
  made.attach(lobby);
  const tell = (/** @type {[string, string, (string | null)?, (number | null)?]} */ ...of) =>
    lobby.onNotice?.(new Notice(...of));
  return { desk: made, told, tell };
}

test("an operator's words are to be read, as they are, and say whose they are", () => {
  const { told, tell } = desk();
  tell("message", "<img src=x onerror=alert(1)>", "s");
  tell("muted", "spam", null, new Date().setHours(23, 59, 59));
  tell("muted", "");
  tell("unmuted", "");
  tell("brand_new", "of a newer server");
  assert.deepEqual(told[0], ["tell", "Message from an operator", "<img src=x onerror=alert(1)>"]);
  assert.match(told[1][1], /^An operator has muted you until .*59/);
  assert.equal(told[1][2], "Spam.");
  assert.deepEqual(told[2], ["tell", "An operator has muted you", ""]);
  assert.deepEqual(told.slice(3), [["say", "You can chat again."]]);
});

test("a session is told to be paused until it goes on, and another one is not", () => {
  const { desk: made, told, tell } = desk();
  tell("paused", "lunch", "s");
  assert.equal(made.pauseOf("s"), "The session is paused by an operator: lunch.");
  assert.equal(made.pauseOf("other"), "");
  tell("resumed", "", "other");
  assert.notEqual(made.pauseOf("s"), "");
  tell("paused", "", "s");
  assert.equal(made.pauseOf("s"), "The session is paused by an operator.");
  tell("resumed", "", "s");
  assert.equal(made.pauseOf("s"), "");
  assert.deepEqual(told, [["changed"], ["changed"], ["changed"]]);
});

test("nothing is kept of a session that one has left, nor of too many", () => {
  const { desk: made, tell } = desk();
  tell("paused", "", "s");
  made.forget("s");
  assert.equal(made.pauseOf("s"), "");
  for (let n = 0; n < 17; n += 1) tell("paused", "", `s${n}`);
  assert.deepEqual([made.pauseOf("s0"), made.pauseOf("s1") === ""], ["", false]);
});

test("a moment of today is a time, and one of another day has its day", () => {
  const noon = new Date(2026, 10, 23, 12, 0).getTime();
  assert.doesNotMatch(words.momentText(noon + 3_600_000, noon), /23|2026/);
  assert.match(words.momentText(noon + 86_400_000, noon), /24/);
});

test("that a session is paused is told while it is played and the connection is well", () => {
  const paused = "The session is paused by an operator.";
  assert.deepEqual(said({ lobby: connected, seat: playing, paused }), { text: paused, offer: "" });
  const resuming = { ...playing, state: "resuming", keptForS: null };
  assert.equal(said({ lobby: connected, seat: resuming, paused })?.text, "Reconnecting.");
  assert.equal(said({ lobby: connected, seat: playing, isOver: true, paused })?.text, "");
});

test("who was removed from the lobby by an operator reads so", () => {
  const lobby = { state: "closed", error: new Kicked(4003) };
  assert.equal(said({ lobby })?.text, "An operator has removed you.");
});
