import assert from "node:assert/strict";
import { test } from "node:test";
import { Classes } from "../src/classes.js";
import { BadMessage, decodeLobbyReply, decodeSessionReply, unpack } from "../src/codec.js";
import { crc32 } from "../src/crc32.js";
import { InvalidInput } from "../src/errors.js";
import {
  encodeCreate,
  encodeDescribe,
  encodePing,
  encodeQuickMatch,
  encodeSay,
  encodeWatch,
} from "../src/messages.js";
import { decodeSchema } from "../src/schema.js";
import { Writer } from "../src/writer.js";
import { bytesOf, hexOf, schemas } from "./vectors.js";

const classes = new Classes(decodeSchema(bytesOf(schemas.small.hex)), bytesOf(schemas.small.hash));
const everything = decodeSchema(bytesOf(schemas.everything.hex));

/** @param {(writer: Writer) => void} write */
function written(write) {
  const writer = new Writer();
  write(writer);
  return hexOf(writer.bytes());
}

test("whole numbers are written as the smallest integer, and come back exactly", () => {
  const edges = [
    0,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    -1,
    -32,
    -33,
    -128,
    -129,
  ];
  edges.push(-32768, -32769, -(2 ** 31), -(2 ** 31) - 1, -(2 ** 53) + 1);
  const sizes = [1, 1, 2, 2, 3, 3, 5, 5, 9, 9, 1, 1, 2, 2, 3, 3, 5, 5, 9, 9];
  edges.forEach((value, at) => {
    for (const form of [value, BigInt(value)]) {
      const hex = written((writer) => writer.int(form));
      assert.equal(hex.length / 2, sizes[at], `${value}`);
      assert.equal(unpack(bytesOf(hex)), value);
    }
  });
  for (const big of [2n ** 53n, 2n ** 63n - 1n, -(2n ** 53n), -(2n ** 63n)]) {
    assert.equal(unpack(bytesOf(written((writer) => writer.int(big)))), big);
  }
  assert.equal(unpack(bytesOf("cf0000000000000005")), 5);
  assert.equal(unpack(bytesOf("d3ffffffffffffffff")), -1);
});

test("floats are always 64 bits, whole or not, with their sign", () => {
  assert.equal(
    written((writer) => writer.float(1)),
    "cb3ff0000000000000",
  );
  assert.equal(
    written((writer) => writer.float(-0)),
    "cb8000000000000000",
  );
  assert.ok(Object.is(unpack(bytesOf("cb8000000000000000")), -0));
});

test("lengths are written in their shortest form", () => {
  for (const [length, text, binary] of [
    [0, "a0", "c400"],
    [31, "bf", "c41f"],
    [32, "d920", "c420"],
    [255, "d9ff", "c4ff"],
    [256, "da0100", "c50100"],
    [65536, "db00010000", "c600010000"],
  ]) {
    const size = Number(length);
    assert.ok(written((writer) => writer.text("x".repeat(size))).startsWith(String(text)));
    assert.ok(written((writer) => writer.binary(new Uint8Array(size))).startsWith(String(binary)));
  }
  assert.equal(
    written((writer) => writer.array(15)),
    "9f",
  );
  assert.equal(
    written((writer) => writer.array(16)),
    "dc0010",
  );
  assert.equal(
    written((writer) => writer.array(65536)),
    "dd00010000",
  );
  assert.equal(
    written((writer) => writer.map(16)),
    "de0010",
  );
});

test("the CRC is that of zlib", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.equal(crc32(bytesOf("90")), crc32(bytesOf("90")));
});

test("text is UTF-8 or a BadMessage, and a byte order mark is kept", () => {
  const bad = ["a2c328", "a1ff", `d9c8${"ff".repeat(200)}`];
  for (const hex of bad) assert.throws(() => unpack(bytesOf(hex)), { reason: "text is not UTF-8" });
  for (const text of ["\ufeffx", `\ufeff${"x".repeat(300)}`, "Zoë 🚀", "é".repeat(12)]) {
    assert.equal(unpack(bytesOf(written((writer) => writer.text(text)))), text);
  }
});

test("an option that somebody named __proto__ neither breaks a list nor becomes a prototype", () => {
  const row = ["s", "orbit", "waiting", 1, 8, 7, 0, "Ann"];
  const hex = written((writer) => {
    writer.array(7);
    [35, 1].forEach((value) => writer.int(value));
    writer.bool(true);
    writer.array(1);
    writer.array(10);
    row.forEach((value) => (typeof value === "string" ? writer.text(value) : writer.int(value)));
    writer.map(1);
    writer.text("__proto__");
    writer.map(0);
    writer.int(0);
    writer.array(0);
    writer.int(1);
    writer.nil();
  });
  const listing = /** @type {any} */ (decodeLobbyReply(bytesOf(hex)));
  assert.deepEqual(Object.keys(listing.rows[0].meta), ["_proto_"]);
  assert.equal(Object.getPrototypeOf(listing.rows[0].meta), Object.prototype);
});

test("bytes of other kinds are read too, and what is kept of a message is a copy", () => {
  const seated = bytesOf("9c28a173c402010201a17001a56672657368000000c400c0");
  for (const form of [seated, seated.buffer, Buffer.from(seated)]) {
    const reply = /** @type {any} */ (decodeSessionReply(form));
    assert.equal(reply.token.constructor, Uint8Array);
    assert.notEqual(reply.token.buffer, seated.buffer);
    assert.deepEqual([...reply.token], [1, 2]);
  }
});

test("a message that does not fit says which place it is", () => {
  assert.throws(() => decodeSessionReply(bytesOf("9429c0c090")), {
    name: "BadMessage",
    reason: /head of pass/,
    code: 4010,
  });
  assert.throws(() => decodeSessionReply(bytesOf("9429c094a10102030090")), { reason: /epoch of head/ });
  assert.throws(() => decodeSessionReply(bytesOf("9420")), { name: "BadMessage" });
  assert.throws(() => decodeLobbyReply(bytesOf("942901c0a0")), { reason: /unknown kind/ });
  assert.throws(() => decodeSessionReply(bytesOf(`dd${"ff".repeat(4)}`)), BadMessage);
  assert.throws(() => decodeSessionReply(bytesOf("91".repeat(20000))), BadMessage);
});

test("a request that no server takes is an InvalidInput that says why", () => {
  const bad = [
    () => encodeQuickMatch(-1, "orbit"),
    () => encodeQuickMatch(1.5, "orbit"),
    () => encodeQuickMatch(1, "x".repeat(257)),
    () => encodeQuickMatch(1, "\ud800"),
    () => encodePing(Number.NaN),
    () => encodeSay(1, "", ""),
    () => encodeSay(1, "", "🚀".repeat(241)),
    () => encodeCreate(1, "orbit", { x: /** @type {any} */ ([1]) }, {}, false),
    () => encodeCreate(1, "orbit", { x: /** @type {any} */ (undefined) }, {}, false),
    () => encodeCreate(1, "orbit", { x: 2n ** 63n }, {}, false),
    () => encodeCreate(1, "orbit", { "": 1 }, {}, false),
    () => encodeDescribe(1, "s", Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 1]))),
    () => encodeWatch(1, "", [], 0),
    () => encodeWatch(1, "", [{ field: "free", op: /** @type {any} */ ("=="), value: 1 }], 5),
    () => encodeWatch(1, "", [{ field: "f".repeat(38), op: "=", value: 1 }], 5),
    () => encodeWatch(1, "", new Array(9).fill({ field: "free", op: "=", value: 1 }), 5),
  ];
  bad.forEach((encode, at) => assert.throws(encode, InvalidInput, `${at}`));
  assert.throws(() => encodeCreate(1, "orbit", {}, { title: "x".repeat(129) }, false), {
    message: "create: meta title must have at most 128 characters",
  });
  assert.equal(hexOf(encodeSay(1, "", "🚀".repeat(240))).length / 2, 3 + 1 + 3 + 960);
});

test("unknown and missing fields of an input are told at once, wrong values before it is sent", () => {
  const { inputs } = classes;
  const steer = inputs.Steer({ thrust: true });
  assert.deepEqual({ ...steer }, { turn: 0, thrust: true });
  assert.throws(() => inputs.Steer({ trun: 1 }), /Steer has no field 'trun', but turn, thrust/);
  assert.throws(() => inputs.Trade({ ship: 1 }), /Trade lacks note/);
  assert.throws(() => inputs.Jump, /skirmish has no input 'Jump', but Steer, Fire, Trade, Aim/);
  for (const [name, values, why] of /** @type {[string, any, RegExp][]} */ ([
    ["Steer", { turn: true }, /turn must be an int, not boolean true/],
    ["Steer", { turn: 0.5 }, /must be an int, not number 0.5/],
    ["Steer", { turn: 2 ** 60 }, /must be a BigInt/],
    ["Steer", { turn: 2n ** 63n }, /must fit 64 bits/],
    ["Steer", { thrust: 1 }, /thrust must be a bool, not number 1/],
    ["Trade", { ship: 1, note: null }, /note must be a str/],
    ["Trade", { ship: 1, note: "\udc00" }, /UTF-8/],
    ["Trade", { ship: 1, note: "x".repeat(4090) }, /larger than the 4096 bytes/],
    ["Aim", { angle: Number.NaN }, /angle must be finite/],
    ["Aim", { target: "x" }, /target must be an int/],
  ])) {
    const x = inputs[name](values);
    assert.throws(() => classes.inputClass(x).body(x), why, name);
    assert.throws(() => classes.inputClass(x).body(x), InvalidInput, name);
  }
  const body = (/** @type {any} */ x) => hexOf(classes.inputClass(x).body(x));
  assert.equal(body(inputs.Steer({ turn: -(2n ** 63n) })), "d38000000000000000c2");
  assert.equal(body(inputs.Aim({ angle: 1 })), "cb3ff0000000000000c0");
  assert.equal(body(inputs.Trade({ ship: { id: 9 }, note: "" })), "09a0");
  assert.equal(body(inputs.Trade({ ship: null, note: "" })), "00a0");
});

test("what is no input of this game is refused by name", () => {
  const other = new Classes(decodeSchema(bytesOf(schemas.turns.hex)), bytesOf(schemas.turns.hash));
  assert.throws(
    () => classes.inputClass(other.inputs.Take({ count: 1 })),
    /Take is not an input of skirmish: .* Steer/,
  );
  assert.throws(() => classes.inputClass({ turn: 1 }), TypeError);
  assert.throws(() => classes.inputClass(null), TypeError);
});

test("an input says which tick it is for only where the game has an input buffer", () => {
  const schema = decodeSchema(bytesOf(schemas.small.hex));
  const timed = new Classes({ ...schema, inputBufferTicks: 4 }, new Uint8Array(16));
  for (const [made, at, hex] of /** @type {[Classes, number | undefined, string][]} */ ([
    [classes, 7, "93410205"],
    [timed, undefined, "93410205"],
    [timed, -1, "93410205"],
    [timed, 7, "9441020507"],
  ])) {
    const x = made.inputs.Fire();
    const inputClass = made.inputClass(x);
    assert.equal(hexOf(inputClass.frame(2, 5, inputClass.body(x), at)), hex);
  }
});

test("a schema that makes no sense is a BadMessage", () => {
  const schema = decodeSchema(bytesOf(schemas.small.hex));
  const hash = new Uint8Array(16);
  assert.throws(() => new Classes({ ...schema, entities: [] }, hash), /without game and player/);
  const [steer] = schema.inputs;
  assert.throws(
    () => new Classes({ ...schema, inputs: [{ ...steer, defaults: ["x", 1] }] }, hash),
    BadMessage,
  );
  for (const hex of ["90", "c0", "98a161", schemas.small.hex.replace("a3696e74", "a3696e75")]) {
    assert.throws(() => decodeSchema(bytesOf(hex)), hex);
  }
  assert.equal(everything.entities[2].fields.find(({ name }) => name === "deep")?.type.kind, "optional");
});
