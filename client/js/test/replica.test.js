import assert from "node:assert/strict";
import { test } from "node:test";
import { Classes } from "../src/classes.js";
import { decodeSessionReply } from "../src/codec.js";
import { Desync, HashMismatch, Replica } from "../src/replica.js";
import { decodeSchema } from "../src/schema.js";
import { bytesOf, schemas, vectors } from "./vectors.js";

const small = decodeSchema(bytesOf(schemas.small.hex));

/** @param {string} hex */
function passOf(hex) {
  const reply = decodeSessionReply(bytesOf(hex));
  assert.equal(reply.type, "pass");
  return /** @type {import("../src/messages.js").Pass} */ (reply);
}

/**
 * All visible fields, as wire values, by id and name.
 * @param {Replica} replica
 * @param {import("../src/schema.js").Schema} schema
 */
function entities(replica, schema) {
  return Object.fromEntries(
    [...replica.items].map(([id, { classIndex, owner, mask, wire }]) => {
      const { name, fields } = schema.entities[classIndex];
      const visible = fields.map((field, at) => [field.name, wire[at], (BigInt(mask) >> BigInt(at)) & 1n]);
      const named = visible.filter(([, , bit]) => bit).map(([field, value]) => [field, value]);
      return [id, { class: name, owner, fields: Object.fromEntries(named) }];
    }),
  );
}

test("after every pass of the vectors the state, its rows and CRCs, and the events are as they say", () => {
  const count = { passes: 0, crcs: 0, desyncs: 0 };
  for (const { name, schema: schemaName, steps } of vectors("deltas")) {
    const schema = decodeSchema(bytesOf(schemas[schemaName].hex));
    const classes = new Classes(schema, bytesOf(schemas[schemaName].hash));
    let replica = new Replica(schema);
    let event = 0;
    for (const [at, { is, meaning, hex, then, desync }] of steps.entries()) {
      const where = `${name}, step ${at}: ${meaning}`;
      if (is === "seated") {
        const seated = /** @type {any} */ (decodeSessionReply(bytesOf(hex)));
        if (seated.outcome !== "resumed") replica = new Replica(schema);
        event += seated.lost;
        continue;
      }
      const pass = passOf(hex);
      if (desync) {
        assert.throws(() => replica.apply(pass), Desync, where);
        count.desyncs++;
        continue;
      }
      replica.apply(pass);
      count.passes++;
      const { epoch, tick, nowMs, durableTick } = replica;
      assert.deepEqual(
        [epoch, tick, nowMs, durableTick],
        [then.epoch, then.tick, then.now_ms, then.durable_tick],
        where,
      );
      assert.deepEqual(entities(replica, schema), then.entities, where);
      for (const [number, { rows, crc }] of /** @type {[string, any][]} */ (Object.entries(then.channels))) {
        assert.deepEqual(replica.rows(Number(number)), rows, where);
        assert.equal(replica.crc(Number(number)), crc, where);
        count.crcs++;
      }
      const others = replica.channels.filter((number) => !then.channels[number]);
      assert.deepEqual(
        others.flatMap((number) => replica.rows(number)),
        [],
        where,
      );
      const told = (pass.seat?.events ?? []).filter(({ n }) => n > event);
      if (told.length) event = told.at(-1)?.n ?? event;
      if (!then.events) continue;
      const found = told.map((item) => [item, classes.event(item)]).filter(([, made]) => made);
      const known = then.events.filter((/** @type {any} */ [, , kind]) => kind < 2 || kind >= 16);
      assert.deepEqual(
        found.map(([, made]) => {
          const one = /** @type {import("../src/events.js").Event} */ (made);
          return [one.n, one.tick, one.fields.map((field) => one.get(field))];
        }),
        known.map((/** @type {any} */ [n, tick, , fields]) => [n, tick, fields]),
        where,
      );
    }
  }
  assert.ok(count.passes > 70 && count.crcs > 70 && count.desyncs >= 12, JSON.stringify(count));
});

/**
 * @param {number} tick
 * @param {Partial<import("../src/messages.js").Part>[]} parts
 * @returns {import("../src/messages.js").Pass}
 */
function pass(tick, parts, epoch = 1) {
  const none = { channel: 0, age: 1, leaves: null, enters: null, changes: null, crc: null };
  const head = { epoch, tick, nowMs: tick * 50, undurable: 0, applied: null };
  return { type: "pass", seat: null, head, parts: parts.map((part) => ({ ...none, ...part })) };
}

const SHIP = [1, 2, 0, 15, 100, 200, 0, 4];

function withShip() {
  const replica = new Replica(small);
  replica.apply(pass(1, [{ age: 0, enters: [SHIP] }]));
  return replica;
}

test("a wrong CRC is a HashMismatch, all else that does not fit a Desync; a cleared replica goes on", () => {
  const bad = {
    crc: [{ crc: 1 }],
    "no mask": [{ changes: [1] }],
    "mask of nothing": [{ changes: [1, 0] }],
    "mask below nothing": [{ changes: [1, -1, 0] }],
    "mask that is a half": [{ changes: [1, 0.5, 0] }],
    "mask that is text": [{ changes: [1, "1", 0] }],
    "difference that is text": [{ changes: [1, 1, "1"] }],
    "difference that is a half": [{ changes: [1, 1, 0.5] }],
    "difference that is nil": [{ changes: [1, 1, null] }],
    "enter that is no array": [{ enters: [7] }],
    "enter of an id that is text": [{ enters: [["1", 2, 0, 0]] }],
    "enter of a class that is text": [{ enters: [[3, "length", 0, 0]] }],
    "enter of the entity as another class": [{ channel: 3, enters: [[1, 1, 0, 1, "x"]] }],
    "enter with a value too much": [{ enters: [[3, 2, 0, 1, 1, 1]] }],
    "values of another type in the CRC": [{ enters: [[3, 2, 0, 1, "x"]], crc: 5 }],
    "a mask with more bits than a Number": [{ changes: [1, 2n ** 61n, 0] }],
  };
  for (const [what, parts] of Object.entries(bad)) {
    const replica = withShip();
    const error = what === "crc" ? HashMismatch : Desync;
    assert.throws(() => replica.apply(pass(2, /** @type {any} */ (parts))), error, what);
    replica.clear();
    assert.equal(replica.items.size, 0);
    replica.apply(pass(2, [{ age: 0, enters: [SHIP] }]));
    assert.deepEqual(replica.items.get(1)?.wire, [100, 200, 0, 4, null], what);
  }
});

test("differences wrap at 64 bits, and are exact where Numbers are not", () => {
  const replica = new Replica(small);
  replica.apply(pass(1, [{ age: 0, enters: [[1, 2, 0, 8, 2n ** 63n - 1n]] }]));
  replica.apply(pass(2, [{ changes: [1, 8, 1] }]));
  assert.equal(replica.items.get(1)?.wire[3], -(2n ** 63n));
  replica.apply(pass(3, [{ changes: [1, 8, 2n ** 63n - 1n] }]));
  assert.equal(replica.items.get(1)?.wire[3], -1);
  replica.apply(pass(4, [{ changes: [1, 8, Number.MAX_SAFE_INTEGER] }]));
  replica.apply(pass(5, [{ changes: [1, 8, 2] }]));
  assert.equal(replica.items.get(1)?.wire[3], 2n ** 53n);
  replica.apply(pass(6, [{ changes: [1, 8, -1] }]));
  assert.equal(replica.items.get(1)?.wire[3], Number.MAX_SAFE_INTEGER);
});

test("a pass of another epoch, of no newer tick, or since a newer state is a Desync", () => {
  assert.throws(() => withShip().apply(pass(2, [], 2)), /epoch 2 in the middle of epoch 1/);
  assert.throws(() => withShip().apply(pass(1, [])), /tick 1 after tick 1/);
  assert.throws(() => withShip().apply(pass(9, [{ age: 7 }])), /since tick 2 on a state of tick 1/);
});

test("an entity is gone when no channel shows it, and loses the fields of a channel that it leaves", () => {
  const replica = withShip();
  const item = replica.items.get(1);
  replica.apply(pass(2, [{ channel: 1, enters: [[1, 2, 0, 16, 10]] }]));
  assert.deepEqual([item?.mask, item?.wire], [31, [100, 200, 0, 4, 10]]);
  replica.apply(pass(3, [{ channel: 1, leaves: [1] }]));
  assert.deepEqual([item?.mask, item?.wire], [15, [100, 200, 0, 4, null]]);
  replica.apply(pass(4, [{ leaves: [1] }]));
  assert.equal(replica.items.size, 0);
});

test("an entity can have 62 fields, in masks beyond what Numbers and their bit operators take", () => {
  const [game, player] = small.entities;
  const field = small.entities[2].fields[3];
  const fields = Array.from({ length: 62 }, (_, at) => ({ ...field, name: `f${at}` }));
  const replica = new Replica({ ...small, entities: [game, player, { name: "Wide", fields }] });
  const high = (1n << 61n) | (1n << 32n);
  replica.apply(pass(1, [{ age: 0, enters: [[1, 2, null, high, 5, 6]] }]));
  replica.apply(pass(2, [{ channel: 1, enters: [[1, 2, null, 2 ** 40 + 1, 7, 8]] }]));
  const item = replica.items.get(1);
  assert.equal(BigInt(item?.mask ?? 0), high | (1n << 40n) | 1n);
  replica.apply(pass(3, [{ changes: [1, 1n << 61n, 10, 1, 2 ** 32, 20] }]));
  assert.deepEqual(
    [0, 32, 40, 61].map((at) => item?.wire[at]),
    [7, 25, 8, 16],
  );
  assert.throws(() => replica.apply(pass(4, [{ changes: [1, 2 ** 40, 1] }])), /not visible here/);
  replica.apply(pass(4, [{ leaves: [1] }]));
  assert.deepEqual(
    [0, 32, 40, 61].map((at) => item?.wire[at]),
    [7, null, 8, null],
  );
  assert.equal(item?.mask, 2 ** 40 + 1);
  assert.throws(() => replica.apply(pass(5, [{ enters: [[2, 2, null, 1n << 62n, 5]] }])), Desync);
});

test("broken bytes bring nothing but a BadMessage or a Desync", () => {
  const recorded = vectors("deltas").flatMap((/** @type {any} */ each) =>
    each.steps.map((/** @type {any} */ s) => s.hex),
  );
  let seed = 7;
  const dice = (/** @type {number} */ n) => (seed = (seed * 48271) % 0x7fffffff) % n;
  let good = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = bytesOf(recorded[dice(recorded.length)]);
    bytes[dice(bytes.length)] = dice(256);
    const replica = withShip();
    try {
      const reply = decodeSessionReply(bytes);
      if (reply.type === "pass") replica.apply(reply);
      good++;
    } catch (error) {
      assert.ok(
        ["BadMessage", "Desync", "HashMismatch"].includes(/** @type {Error} */ (error).name),
        String(error),
      );
    }
  }
  assert.ok(good > 0);
});
