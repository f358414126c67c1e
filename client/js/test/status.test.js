import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConnectFailed,
  Kicked,
  LobbyClosed,
  SeatClosed,
  SessionGone,
  TakenOver,
  UpdateRequired,
  statusText,
} from "../rallypoint.js";

/** @param {any} of */
const seat = (of) => statusText({ error: null, index: 0, ended: false, ...of });

test("while all is well there is nothing to say", () => {
  assert.equal(seat({ state: "playing" }), "");
  assert.equal(statusText({ state: "connected", error: null }), "");
});

test("a seat that resumes says for how long it is kept, and why it is away, if the server said so", () => {
  const resuming = { state: "resuming", keptForS: 23.2 };
  assert.equal(seat(resuming), "reconnecting, your seat is kept for 24 s");
  assert.equal(seat({ ...resuming, lostCode: 4005 }), "the server restarts, your seat is kept for 24 s");
  assert.equal(
    seat({ ...resuming, lostCode: 4032 }),
    "the server is full, trying again, your seat is kept for 24 s",
  );
  assert.equal(seat({ ...resuming, keptForS: 0 }), "reconnecting, but your seat may be gone");
  assert.equal(seat({ ...resuming, keptForS: null }), "reconnecting");
});

test("who comes in is connecting, or reads why that takes so long", () => {
  assert.equal(seat({ state: "connecting" }), "connecting");
  assert.equal(seat({ state: "connecting", lostCode: 4032 }), "the server is full, trying again");
});

test("what is over says why, in words for players", () => {
  /** @type {[any, string][]} */
  const cases = [
    [{ ended: true }, "the session has ended"],
    [{ index: -1 }, "the session has ended"],
    [{}, "you left"],
    [{ error: new TakenOver(4002) }, "you play in another tab now"],
    [{ error: new Kicked(4003) }, "you were removed from the session"],
    [{ error: new UpdateRequired(4014) }, "this page is too old, reload it"],
    [{ error: new SessionGone(4020) }, "your seat is gone"],
    [{ error: new ConnectFailed("ws://here", "timeout") }, "no connection to the server"],
    [{ error: new SeatClosed(4030) }, "the game has failed, this session is over"],
    [{ error: new SeatClosed(4010) }, "a message could not be decoded"],
  ];
  for (const [of, text] of cases) assert.equal(seat({ state: "closed", ...of }), text);
  assert.equal(statusText({ state: "closed", error: null }), "you logged out");
  assert.equal(statusText({ state: "closed", error: new Kicked(4003) }), "an operator has removed you");
  const gone = { state: "gone", error: new SessionGone(4020) };
  assert.equal(statusText(gone), "the server has forgotten you, reload the page");
  assert.equal(statusText({ state: "closed", error: new LobbyClosed(1008) }), "refused by policy");
});
