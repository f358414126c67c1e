/**
 * How many passes a second one core decodes and applies: node bench/decode.js RECORDING [SECONDS]
 *
 * The recording is of real bytes, made by `python -m bench js_decode`, which runs this: frames of a length
 * (uint32, big endian) and so many bytes; first a schema, then passes from nothing on. Prints one line of
 * JSON.
 */

import { readFileSync } from "node:fs";
import { argv, hrtime } from "node:process";
import { Classes } from "../src/classes.js";
import { decodeSessionReply } from "../src/codec.js";
import { Replica } from "../src/replica.js";
import { decodeSchema } from "../src/schema.js";
import { View } from "../src/view.js";

/** @param {Uint8Array} bytes */
function frames(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at);
    found.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

/** @param {() => void} work */
function secondsOf(work) {
  const began = hrtime.bigint();
  work();
  return Number(hrtime.bigint() - began) / 1e9;
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const [, , file, seconds = "3"] = argv;
const [schemaBytes, ...passes] = frames(new Uint8Array(readFileSync(file)));
const schema = decodeSchema(schemaBytes);
const classes = new Classes(schema, new Uint8Array(16));
const kind = schema.entities[schema.entities.length - 1];

/** What a seat does with each pass, but for the network. */
function work() {
  const replica = new Replica(schema);
  for (const bytes of passes) {
    const reply = decodeSessionReply(bytes);
    if (reply.type === "pass") replica.apply(reply);
  }
  return replica;
}

/** And a page that reads every field of what moves. */
function workAndRead() {
  const replica = new Replica(schema);
  const view = new View(replica, classes, null);
  let sum = 0;
  for (const bytes of passes) {
    const reply = decodeSessionReply(bytes);
    if (reply.type === "pass") replica.apply(reply);
    view.show(replica);
    for (const entity of view.group(kind.name)) for (const { name } of kind.fields) sum += entity[name];
  }
  if (Number.isNaN(sum)) throw new Error("a field that is no number");
}

const replica = work();
if (replica.tick !== passes.length || replica.items.size < 8) throw new Error("not all of it was applied");

const rounds = {
  decode: /** @type {number[]} */ ([]),
  work: /** @type {number[]} */ ([]),
  read: /** @type {number[]} */ ([]),
};
for (let spent = 0; spent < Number(seconds);) {
  rounds.decode.push(secondsOf(() => passes.forEach((bytes) => decodeSessionReply(bytes))));
  rounds.work.push(secondsOf(work));
  rounds.read.push(secondsOf(workAndRead));
  spent += (rounds.decode.at(-1) ?? 0) + (rounds.work.at(-1) ?? 0) + (rounds.read.at(-1) ?? 0);
}
const perPass = (/** @type {number[]} */ times) => (median(times) / passes.length) * 1e6;
console.log(
  JSON.stringify({
    js_snapshots_per_s: passes.length / median(rounds.work),
    js_decode_us: perPass(rounds.decode),
    js_decode_apply_us: perPass(rounds.work),
    js_decode_apply_read_us: perPass(rounds.read),
  }),
);
