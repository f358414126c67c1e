import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Classes } from "../src/classes.js";
import { CloseCode, policy } from "../src/close.js";
import { BadMessage, decodeLobbyReply, decodeSessionReply, unpack } from "../src/codec.js";
import { InvalidInput } from "../src/errors.js";
import { Input } from "../src/inputs.js";
import * as messages from "../src/messages.js";
import { Replica } from "../src/replica.js";
import { decodeSchema, fromWire } from "../src/schema.js";
import { canonicalWriter } from "../src/wire.js";
import { Writer } from "../src/writer.js";
import { bytesOf, hexOf, schemas, vectors } from "./vectors.js";

const classes = Object.fromEntries(
  Object.entries(schemas).map(([name, { hex, hash }]) => [
    name,
    new Classes(decodeSchema(bytesOf(hex)), bytesOf(hash)),
  ]),
);

test("every message is read as the vectors have it", () => {
  const { from_client: ours, from_server: theirs } = vectors("messages");
  for (const { name, hex, value } of [...ours, ...theirs])
    assert.deepEqual(unpack(bytesOf(hex)), value, name);
  assert.ok(ours.length + theirs.length > 80);
});

test("every message of a server is understood on its path, with the same values in the same order", () => {
  for (const { name, on, hex, value } of vectors("messages").from_server) {
    const decoders = [on !== "session" && decodeLobbyReply, on !== "lobby" && decodeSessionReply];
    for (const decode of decoders) {
      if (!decode) continue;
      const message = /** @type {any} */ (decode(bytesOf(hex)));
      const found = Object.values(message).slice(1).flatMap(plain);
      const wanted = value.slice(1).flatMap(plain);
      if (!/newer|older|shortest/.test(name)) assert.deepEqual(found.slice(0, wanted.length), wanted, name);
    }
  }
});

/**
 * All values of a message in their order, whether it is arrays or objects.
 * @param {any} value
 * @returns {any[]}
 */
function plain(value) {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return [value];
  return Object.values(value).flatMap(plain);
}

test("what a newer server appends is ignored, and what an older one leaves out has its default", () => {
  const named = Object.fromEntries(
    vectors("messages").from_server.map((/** @type {any} */ each) => [each.name, each]),
  );
  const lobby = (/** @type {string} */ name) =>
    /** @type {any} */ (decodeLobbyReply(bytesOf(named[name].hex)));
  const session = (/** @type {string} */ name) =>
    /** @type {any} */ (decodeSessionReply(bytesOf(named[name].hex)));
  assert.deepEqual(lobby("welcome, older server").seats, []);
  assert.equal(lobby("welcome, older server").secret.length, 0);
  assert.deepEqual(lobby("welcome, newer server").seats[0].length, 2);
  assert.deepEqual(Object.keys(lobby("chat, newer server").lines[0]), [
    "n",
    "player",
    "name",
    "text",
    "atMs",
  ]);
  assert.equal(lobby("listing, newer server").rows[0].state, "paused");
  assert.deepEqual(session("pass, shortest"), session("pass, empty"));
  const newer = session("pass, newer server");
  assert.deepEqual(newer.parts[0].changes, [-1, 16, 1]);
  assert.deepEqual(newer.seat.events[0], { n: 1, tick: 5, kind: 16, fields: [3, "new"] });
  assert.deepEqual(lobby("pong of the lobby"), { type: "pong", sentMs: 1234.5, nowMs: 0, tick: 0 });
});

/** Encoders by kind. @type {Record<number, (...values: any[]) => Uint8Array>} */
const ENCODERS = {
  1: messages.encodeHello,
  2: messages.encodeResume,
  3: messages.encodeTakeSeat,
  4: messages.encodeProved,
  5: messages.encodeAck,
  6: messages.encodePing,
  7: messages.encodeLeave,
  16: messages.encodeQuickMatch,
  17: messages.encodeCancelQueue,
  18: messages.encodeLocate,
  19: messages.encodeCreate,
  20: messages.encodeJoin,
  21: messages.encodeSpectate,
  22: messages.encodeWatch,
  23: messages.encodeUnwatch,
  24: messages.encodeLock,
  25: messages.encodeDescribe,
  26: messages.encodeKick,
  27: messages.encodeListen,
  28: messages.encodeUnlisten,
  29: messages.encodeSay,
  30: messages.encodeRematch,
  48: messages.encodeEnqueue,
  49: messages.encodeAccept,
  50: messages.encodeExplain,
  51: messages.encodePartyCreate,
  52: messages.encodePartyJoin,
  53: messages.encodePartyLeave,
  54: messages.encodePartyReady,
  55: messages.encodePartyKick,
  56: messages.encodePartyLead,
  57: messages.encodeBlock,
  58: messages.encodeLeaderboard,
};
/** Floats that are whole, where JavaScript has only numbers; another version; a ping that is an integer. */
const OTHERWISE = ["create, private", "watch, every operator", "hello, longest", "ping, whole number"];

/** @param {any[]} value a message as the vectors have it */
function encodeOf([kind, ...rest]) {
  if (kind >= 64) {
    const [seq, tick, ...fields] = rest;
    const { name } = classes.small.schema.inputs[kind - 64];
    const made = classes.small.inputs[name](
      Object.fromEntries(
        classes.small.schema.inputs[kind - 64].fields.map((field, at) => [field.name, fields[at]]),
      ),
    );
    const inputClass = classes.small.inputClass(made);
    return inputClass.frame(seq, tick, inputClass.body(made));
  }
  const values = kind <= 3 ? rest.slice(1) : rest;
  if (kind === 22)
    values[2] = values[2].map((/** @type {any} */ [field, op, value]) => ({ field, op, value }));
  return ENCODERS[kind](...values);
}

test("every message of a client is encoded to the bytes of the vectors", () => {
  const all = vectors("messages").from_client;
  const full = Object.fromEntries(all.map((/** @type {any} */ each) => [each.name, each.hex]));
  for (const { name, hex, value, same_as: sameAs } of all) {
    const found = encodeOf(value);
    if (OTHERWISE.includes(name)) {
      if (name !== "hello, longest") assert.deepEqual(unpack(found), value, name);
    } else assert.equal(hexOf(found), sameAs ? full[sameAs] : hex, name);
  }
});

test("what the server closes a connection for is no message of a server either", () => {
  for (const { name, hex, code } of vectors("malformed")) {
    if (name.includes("a server's message")) continue; // which is a good one, the other way
    for (const decode of [decodeLobbyReply, decodeSessionReply]) {
      assert.throws(() => decode(bytesOf(hex)), BadMessage, `${name} (${code})`);
    }
  }
});

test("what the server would close for is refused before it is sent", () => {
  let count = 0;
  for (const { name, hex, code } of vectors("malformed")) {
    let value;
    try {
      value = /** @type {any} */ (unpack(bytesOf(hex)));
    } catch {
      continue;
    }
    const about = /^(hello|resume|take seat|create|watch|say|ping|a request id|input):? /.test(name);
    // what no encoder can be asked for: other numbers of elements, versions, whole floats, bounds of games
    const impossible =
      /missing|too much|version|float|unknown|does not have|without a value|on a session|bounds|a number$/;
    if (code !== 4010 || !about || impossible.test(name) || /negative (sequence|epoch)|: tick -2/.test(name))
      continue;
    assert.throws(() => encodeOf(value), InvalidInput, name);
    count++;
  }
  assert.ok(count > 20, `${count}`);
});

test("every schema is read, and is what its hash names", () => {
  for (const { name, hex, hash, value } of Object.values(schemas)) {
    const bytes = bytesOf(hex);
    assert.deepEqual(unpack(bytes), value, name);
    const schema = decodeSchema(bytes);
    const { game, tickHz, seatsMin, seatsMax, graceS, inputBufferTicks } = schema;
    assert.deepEqual([game, tickHz, seatsMin, seatsMax, graceS], value.slice(0, 5), name);
    assert.equal(inputBufferTicks, value[8] ?? 0);
    for (const [at, defs] of [schema.entities, schema.inputs, schema.events].entries()) {
      const names = defs.map((each) => [
        each.name,
        each.fields.map((field) => [field.name, field.to, field.lerp]),
      ]);
      const wanted = value[5 + at].map((/** @type {any} */ each) => {
        const fields = Array.isArray(each[1]) ? each[1] : each[2];
        return [each[0], fields.map((/** @type {any} */ field) => [field[0], field[2], field[3]])];
      });
      assert.deepEqual(names, wanted, name);
    }
    assert.equal(createHash("sha256").update(bytes).digest("hex").slice(0, 32), hash, name);
  }
});

/** The bytes of a schema whose game has one field of that type. @param {any} type */
function typed(type) {
  const writer = new Writer();
  const write = (/** @type {any} */ value) => {
    if (Array.isArray(value)) {
      writer.array(value.length);
      value.forEach(write);
    } else if (typeof value === "string") writer.text(value);
    else if (typeof value === "boolean") writer.bool(value);
    else if (Number.isInteger(value)) writer.int(value);
    else writer.float(value);
  };
  write([
    "typed",
    20,
    1,
    2,
    30,
    [
      ["Game", [["field", type, "", "step"]]],
      ["Player", []],
    ],
    [],
    [],
  ]);
  return decodeSchema(writer.bytes()).entities[0].fields[0].type;
}

test("wire values are shown to users as the vectors say", () => {
  for (const { type, values } of vectors("values")) {
    const read = typed(type);
    const convert = fromWire(read);
    for (const { wire, seen } of values) assert.deepEqual(convert ? convert(wire) : wire, seen, `${type}`);
    const write = canonicalWriter(read);
    const writer = new Writer();
    for (const { wire } of values) {
      write(writer.clear(), wire);
      assert.deepEqual(unpack(writer.bytes()), wire, `${type}`);
    }
  }
});

test("close codes have the meaning, fault and retry of the vectors; unknown ones count as broken", () => {
  const { codes, unknown } = vectors("close-codes");
  for (const { code, name, meaning, fault, retry } of codes) {
    assert.deepEqual({ ...policy(code) }, { meaning, fault, retry }, `${code}`);
    if (name) assert.equal(/** @type {any} */ (CloseCode)[name], code);
  }
  assert.equal(Object.keys(CloseCode).length, codes.filter((/** @type {any} */ each) => each.name).length);
  for (const code of [null, 4999, 1, 3000]) assert.equal(policy(code), policy(unknown));
});

test("inputs have the bytes of the vectors", () => {
  let count = 0;
  for (const { name, schema, steps } of vectors("inputs")) {
    const made = classes[schema];
    for (const step of steps.filter((/** @type {any} */ each) => each.is === "hold" || each.is === "act")) {
      for (const sent of step.sends) {
        const [kind, seq, tick] = /** @type {any} */ (unpack(bytesOf(sent)));
        if (made.schema.inputs[kind - 64].name !== step.input) continue;
        const x = made.inputs[step.input](step.fields);
        const inputClass = made.inputClass(x);
        assert.equal(hexOf(inputClass.frame(seq, tick, inputClass.body(x))), sent, name);
        assert.ok(x instanceof Input);
        count++;
      }
    }
  }
  assert.ok(count > 10);
});

test("the server's frames of the trace are all understood, and its passes fit", () => {
  /** @type {Replica | null} */
  let replica = null;
  for (const line of /** @type {any} */ (vectors("trace")).lines ?? vectors("trace")) {
    if (line.from !== "server" || !line.hex) continue;
    const bytes = bytesOf(line.hex);
    const [kind] = /** @type {any} */ (unpack(bytes));
    if (kind < 40) {
      decodeLobbyReply(bytes);
      continue;
    }
    const reply = decodeSessionReply(bytes);
    if (reply.type === "seated" && reply.schema) replica = new Replica(decodeSchema(reply.schema));
    else if (reply.type === "pass") replica?.apply(reply);
  }
  assert.equal(replica?.tick, 10);
  assert.equal(replica?.items.get(1)?.wire[4], 8);
});
