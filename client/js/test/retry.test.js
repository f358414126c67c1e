import assert from "node:assert/strict";
import { test } from "node:test";
import { Acks } from "../src/acks.js";
import { Backoff, FIRST_S, MAX_S } from "../src/backoff.js";
import { CloseCode } from "../src/close.js";
import {
  Closed,
  ConnectFailed,
  Kicked,
  SeatClosed,
  SessionGone,
  TakenOver,
  UpdateRequired,
} from "../src/errors.js";
import { Heartbeat, TIMING, patienceS } from "../src/heartbeat.js";
import { LOCATE_AFTER_ATTEMPTS, REFUSED_MAX_S, Retrying, SETTLED_S, SOON_S } from "../src/retry.js";
import { vectors } from "./vectors.js";

const most = () => 1;
const retrying = (connectS = 15) => new Retrying(most, "ws://here/s", 0, { connectS, Other: SeatClosed });

function letIn(giveUpS = 35) {
  const made = retrying();
  made.established(0, giveUpS);
  return made;
}

/** @param {import("../src/retry.js").Next} step */
function wait(step) {
  assert.ok(!("stop" in step));
  return step;
}

/** @param {import("../src/retry.js").Next} step */
function stop(step) {
  assert.ok("stop" in step);
  return step.error;
}

test("the bounds of the delays double, up to the longest, and begin anew after a reset", () => {
  const backoff = new Backoff(most);
  const delays = Array.from({ length: 10 }, () => backoff.nextS());
  assert.deepEqual(delays.slice(0, 4), [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S]);
  assert.equal(delays.at(-1), MAX_S);
  backoff.reset();
  assert.deepEqual([backoff.attempts, backoff.nextS()], [0, FIRST_S]);
  assert.equal(new Backoff(() => 0).nextS(), 0);
});

test("every close code is followed by what the table of the protocol says", () => {
  const rows = vectors("close-codes");
  const all = Array.isArray(rows) ? rows : (rows.codes ?? Object.values(rows).find(Array.isArray));
  let count = 0;
  for (const { code, retry } of all) {
    const step = letIn().lost(code, "so it is", 10);
    if (retry === "resume" || retry === "moved")
      assert.equal(wait(step).locate, retry === "moved", `${code}`);
    else stop(step);
    count++;
  }
  assert.ok(count > 20, `${count}`);
});

test("a final close stops with the error that names it", () => {
  /** @type {[number, Function][]} */
  const kinds = [
    [CloseCode.TAKEN_OVER, TakenOver],
    [CloseCode.KICKED, Kicked],
    [CloseCode.UPDATE, UpdateRequired],
    [CloseCode.UNKNOWN, SessionGone],
    [CloseCode.CANCELLED, SessionGone],
    [CloseCode.GAME_FAILED, SeatClosed],
    [1000, SeatClosed],
  ];
  for (const [code, Kind] of kinds) {
    const error = stop(letIn().lost(code, "so it is", 1));
    assert.ok(error instanceof Closed);
    assert.deepEqual([error.constructor, error.code, error.reason], [Kind, code, "so it is"]);
  }
  assert.equal(/** @type {any} */ (stop(letIn().lost(CloseCode.GAME_FAILED, "", 1))).fault, "game");
});

test("an end as it should be is no error, but for who never was in", () => {
  assert.equal(stop(letIn().lost(CloseCode.LEFT, "", 1)), null);
  assert.equal(stop(letIn().lost(CloseCode.ENDED, "", 1)), null);
  assert.ok(stop(retrying().lost(CloseCode.ENDED, "", 1)) instanceof SeatClosed);
});

test("a session that moved is asked for first and until it is found", () => {
  const made = letIn();
  assert.ok(wait(made.lost(CloseCode.MOVED, "", 1)).locate);
  assert.ok(wait(made.lost(null, "", 1.1)).locate);
  made.located();
  assert.ok(!wait(made.lost(null, "", 1.2)).locate);
});

test("after some failures the lobby is asked where the session lives, but never before the first way in", () => {
  const made = letIn();
  const asks = Array.from({ length: LOCATE_AFTER_ATTEMPTS + 2 }, () => wait(made.lost(null, "", 1)).locate);
  assert.deepEqual(asks, [false, false, false, true, true]);
  const first = retrying();
  for (let n = 0; n < 10; n++) assert.ok(!wait(first.lost(null, "", 1)).locate);
});

test("it is given up exactly when the time since the loss is over, and the last attempt is not later", () => {
  const made = letIn(35);
  wait(made.lost(null, "", 100));
  assert.equal(made.deadline, 135);
  assert.ok(wait(made.lost(null, "", 134.99)).delayS <= 0.0101);
  const error = stop(made.lost(null, "no connection", 135));
  assert.ok(error instanceof SessionGone);
  assert.match(error.message, /no way in for 35 s, last: the connection broke: no connection/);
  assert.ok(stop(retrying(15).lost(null, "", 15)) instanceof ConnectFailed);
});

test("where no connection is made, the delays stay short in the first seconds", () => {
  const made = letIn();
  for (let n = 0; n < 20; n++) {
    made.refused();
    assert.ok(wait(made.lost(null, "", n / 10)).delayS <= REFUSED_MAX_S);
  }
  made.refused();
  wait(made.lost(null, "", SOON_S + 1));
  made.refused();
  assert.ok(wait(made.lost(null, "", SOON_S + 2)).delayS > REFUSED_MAX_S);
});

test("a connection that was of use begins a new series, and one that was lost at once does not", () => {
  const made = letIn();
  for (let n = 0; n < 6; n++) wait(made.lost(null, "", 10));
  made.established(20, 35);
  assert.ok(wait(made.lost(null, "", 20 + SETTLED_S / 2)).delayS > 1);
  made.established(30, 35);
  assert.equal(wait(made.lost(null, "", 30 + SETTLED_S)).delayS, FIRST_S);
});

test("why it was last lost is known until it is in again", () => {
  const made = retrying();
  wait(made.lost(CloseCode.FULL, "", 1));
  made.refused();
  wait(made.lost(null, "", 2)); // no answer at all says nothing new
  assert.equal(made.lastCode, CloseCode.FULL);
  made.established(3, 35);
  assert.equal(made.lastCode, null);
});

// --- heartbeats --------------------------------------------------------------------------------------------

function beating() {
  const heart = new Heartbeat(TIMING);
  heart.opened(100);
  heart.letIn(100);
  return heart;
}

test("three quick pings follow each way in, and then one in two seconds", () => {
  const heart = beating();
  const at = [];
  for (let now = 100; now < 106; now = Number(heart.due)) {
    heart.heard = now;
    if (heart.takePing(now)) at.push(+(now - 100).toFixed(2));
  }
  assert.deepEqual(at, [0, 0.2, 0.4, 2.4, 4.4]);
  assert.equal(new Heartbeat(TIMING).due, null);
});

test("a server that says nothing for six seconds is silent, and not before", () => {
  const heart = beating();
  assert.ok(!heart.takePing(99));
  for (let now = 100; now < 106; now = Number(heart.due)) {
    assert.ok(!heart.silent(now));
    heart.takePing(now);
  }
  assert.equal(heart.due, 106);
  assert.ok(heart.silent(106));
});

test("who looks late, because its timers are slowed down, gives the server the time that it has missed", () => {
  const heart = beating();
  assert.ok(!heart.silent(160)); // due at 100: a minute in which nobody here listened
  assert.ok(heart.takePing(160));
  assert.ok(!heart.silent(165.9));
});

test("a device that wakes up asks at once, and gives up a server that does not answer in two seconds", () => {
  const heart = beating();
  for (let now = 100; now < 105; now += 0.2) heart.takePing(now);
  heart.heard = 104.9;
  heart.takePing(105);
  heart.woken(105.1);
  assert.equal(heart.due, 105.1);
  assert.ok(!heart.silent(105.1));
  assert.ok(heart.takePing(105.1));
  assert.ok(!heart.silent(106.9));
  assert.ok(heart.silent(107.1));
});

test("a device that wakes up and is answered is as patient as before", () => {
  const heart = beating();
  heart.woken(101);
  heart.takePing(101);
  heart.heard = 101.1;
  while (Number(heart.due) < 107) heart.takePing(Number(heart.due));
  assert.ok(!heart.silent(107));
  assert.ok(heart.silent(107.1));
  const opening = new Heartbeat(TIMING);
  opening.opened(100);
  opening.woken(101); // the server may take longer to look a guest up
  assert.equal(opening.due, 106);
});

test("patience is the grace and a margin, or what is asked for", () => {
  assert.equal(patienceS(TIMING, 30), 35);
  assert.equal(patienceS({ ...TIMING, giveUpS: 300 }, 30), 300);
});

// --- acknowledgements --------------------------------------------------------------------------------------

test("an acknowledgement is due after five ticks, or as long after the last frame for an event", () => {
  const acks = new Acks();
  acks.setTickHz(20);
  acks.seated(10, 0);
  assert.deepEqual(
    [11, 12, 13, 14, 15, 16].map((tick) => acks.due(tick, 0)),
    [false, false, false, false, true, false],
  );
  acks.input(17); // an input says what its player has seen, but not which events
  assert.ok(!acks.due(19, 1));
  assert.ok(acks.due(20, 1));
  assert.ok(!acks.due(21, 1));
});

test("what is urgent goes with the next look, if there is anything new", () => {
  const acks = new Acks();
  acks.seated(10, 3);
  acks.urgent = true;
  assert.ok(!acks.due(10, 3));
  acks.urgent = true;
  assert.ok(acks.due(11, 3));
  assert.ok(!acks.due(12, 3));
});

test("a slow game is acknowledged at least four times a second", () => {
  const acks = new Acks();
  acks.setTickHz(4);
  acks.seated(1, 0);
  assert.ok(acks.due(2, 0));
});
