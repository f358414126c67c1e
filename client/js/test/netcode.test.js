import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionClock } from "../src/clock.js";
import { InterpolationDelay, Playhead } from "../src/delay.js";
import { Motion } from "../src/motion.js";
import { Pacing } from "../src/pacing.js";
import { Prediction } from "../src/prediction.js";
import { Smoothing } from "../src/smoothing.js";
import { vectors } from "./vectors.js";

const TAU = 2 * Math.PI;

/**
 * Equal, numbers to a part in 10^9.
 *
 * @param {any} found
 * @param {any} wanted
 * @param {string} where
 */
function near(found, wanted, where) {
  if (typeof wanted === "number" && typeof found === "number") {
    const off = Math.abs(found - wanted);
    assert.ok(off <= 1e-9 * Math.max(1, Math.abs(wanted)), `${where}: ${found} is not ${wanted}`);
  } else if (Array.isArray(wanted)) {
    assert.equal(found?.length, wanted.length, where);
    wanted.forEach((each, index) => near(found[index], each, `${where}[${index}]`));
  } else if (wanted !== null && typeof wanted === "object") {
    assert.deepEqual(Object.keys(found ?? {}).sort(), Object.keys(wanted).sort(), where);
    for (const [name, each] of Object.entries(wanted)) near(found[name], each, `${where}.${name}`);
  } else assert.equal(found, wanted, where);
}

/** @type {Record<string, (vector: any) => void>} */
const PARTS = {
  clock({ slack_ms, steps }) {
    const clock = new SessionClock(slack_ms);
    for (const [n, { pong, now_ms, round_trip_ms, one_way_ms }] of steps.entries()) {
      const [sentMs, nowMs, receivedMs] = pong;
      clock.pong(sentMs, nowMs, receivedMs);
      for (const [at, wanted] of now_ms) near(clock.nowMs(at), wanted, `now_ms of ${n}`);
      near([clock.roundTripMs, clock.oneWayMs], [round_trip_ms, one_way_ms], `step ${n}`);
    }
  },
  delay({ tick_ms, steps }) {
    const delay = new InterpolationDelay(tick_ms);
    for (const [n, step] of steps.entries()) {
      if (step.restart) delay.restart();
      else delay.passed(step.passed[0], step.passed[1]);
      near(delay.ms, step.ms, `step ${n}`);
    }
  },
  playhead({ jump_ms, slower, faster, steps }) {
    const playhead = new Playhead(jump_ms, { slower, faster });
    for (const [n, { local_ms, wanted_ms, last_ms, at_ms }] of steps.entries()) {
      near(playhead.move(local_ms, wanted_ms, last_ms), at_ms, `step ${n}`);
    }
  },
  smoothing({ numbers, steps }) {
    const smoothing = new Smoothing(numbers);
    for (const [n, { at_ms, shift, snap, offsets }] of steps.entries()) {
      if (shift) smoothing.shift(shift);
      if (snap) smoothing.snap();
      near(smoothing.fade(at_ms), offsets, `step ${n}`);
    }
  },
  pacing({ tick_ms, buffer_ticks, one_way_ms, steps }) {
    const pacing = new Pacing(tick_ms, buffer_ticks);
    pacing.measured(one_way_ms);
    for (const [n, step] of steps.entries()) {
      pacing.passed(step.passed);
      assert.equal(pacing.now(step.now), step.tick, `tick of ${n}`);
      const [at, first, last] = step.decided;
      assert.equal(pacing.decided(at, first, last), step.off, `step ${n}`);
      near([pacing.leadMs, pacing.late, pacing.early], [step.lead_ms, step.late, step.early], `step ${n}`);
    }
  },
  prediction,
};

/** @param {any} vector */
function prediction({ tick_ms, buffer_ticks, snap, fields, steps }) {
  const moving = fields.map((/** @type {any} */ [name, turn, step]) => ({ name, turn, step }));
  const pacing = new Pacing(tick_ms, buffer_ticks);
  const holds = { Push: { force: 0, turn: 0 } };
  const made = new Prediction(new Motion(moving), pacing, tick_ms, push, holds, { acts: kick, snap });
  for (const [n, step] of steps.entries()) {
    const { session_ms: sessionMs } = step;
    if (step.is === "measured") pacing.measured(step.one_way_ms);
    if (step.is === "halt") made.halt();
    if (step.is === "sent") {
      assert.equal(made.halted ? -1 : made.inputAt(sessionMs), step.at, `at of ${n}`);
      made.sent(step.seq, step.at, step.name, step.x, { hold: step.hold, sessionMs });
    }
    if (step.is === "passed") {
      made.passed(step.tick, step.applied, step.id, step.fields && { ...step.fields }, sessionMs);
      near(toldOf(made, pacing), step.then, `step ${n}, a pass`);
    }
    if (step.is === "view") near(made.view(step.local_ms, sessionMs), step.shows, `step ${n}, a view`);
  }
}

/**
 * @param {Prediction} made
 * @param {Pacing} pacing
 */
function toldOf({ correction, diverged, halted, stats }, { tick, leadMs, late, early }) {
  const { replayed, starts, snaps } = stats;
  return { tick, lead_ms: leadMs, correction, replayed, starts, snaps, late, early, diverged, halted };
}

/**
 * @param {any} entity
 * @param {any} held
 * @param {number} dt
 */
function push(entity, held, dt) {
  entity.vx += held.Push.force * dt;
  entity.x += entity.vx * dt;
  const angle = (entity.angle + held.Push.turn * dt) % TAU;
  entity.angle = angle < 0 ? angle + TAU : angle;
}

/**
 * @param {any} entity
 * @param {any} action
 */
function kick(entity, action) {
  entity.vx += action.by;
}

for (const vector of vectors("netcode")) {
  test(`netcode.json: ${vector.name}`, () => PARTS[vector.is](vector));
}
