import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatLog } from "../src/chat_log.js";
import { Classes, SchemaCache } from "../src/classes.js";
import { CloseCode } from "../src/close.js";
import { unpack } from "../src/codec.js";
import { TIMING } from "../src/heartbeat.js";
import { Rows } from "../src/listing.js";
import { LobbyCore, TRANSITIONS as LOBBY } from "../src/lobby_core.js";
import { OutgoingInputs } from "../src/outgoing.js";
import { SeatCore } from "../src/seat_core.js";
import { SeatOffer } from "../src/seat_offer.js";
import { TRANSITIONS as SEAT } from "../src/seat_state.js";
import { bytesOf, hexOf, schemas, vectors } from "./vectors.js";

const half = () => 0.5;

/** @param {import("../src/messages.js").SessionRow} row */
const rowOf = (row) => [
  row.id,
  row.game,
  row.state,
  row.players,
  row.seats,
  row.free,
  row.spectators,
  row.leader,
  row.meta,
  row.createdMs,
];

test("both state machines are those of the vectors", () => {
  for (const [name, table] of Object.entries({ seat: SEAT, "lobby session": LOBBY })) {
    const found = Object.entries(table).flatMap(([state, row]) =>
      Object.entries(row).map(([happening, next]) => [state, happening, next]),
    );
    const [wanted] = vectors("states").filter(
      (/** @type {any} */ each) => each.name === name && each.side === "client",
    );
    assert.deepEqual(found.sort(), wanted.transitions.sort(), name);
  }
});

for (const { name, steps } of vectors("lobby")) {
  test(`lobby.json: ${name}`, () => {
    const core = new LobbyCore("ws://here/lobby", "Ann", half, TIMING, 0, { fresh: true });
    const rows = new Rows();
    /** @type {Record<string, ChatLog>} */
    const logs = {};
    let room = "";
    let news = false;
    /** @param {any} message */
    const take = (message) => {
      if (message?.type === "listing") rows.apply(message);
      if (message?.type === "chat") (logs[(room = message.room)] ??= new ChatLog()).add(message.lines);
      news = message?.type === "push";
    };
    let last = 0;
    for (const { is, hex, then } of steps) {
      core.outbox.length = 0;
      if (is === "welcome") {
        const [, , , , , , resumed] = /** @type {any[]} */ (unpack(bytesOf(hex)));
        core.lost(resumed || core.welcome === null ? null : CloseCode.UNKNOWN, "", 1);
        core.firstFrame(1);
        if (!resumed) last = 0;
      }
      take(core.received(bytesOf(hex), 1));
      if (!then) continue;
      const acks = core.outbox.map(hexOf).filter((frame) => frame.startsWith("9405"));
      if (then.ack) assert.deepEqual(acks, [then.ack], name);
      else assert.deepEqual(acks, [], name);
      if (then.rows) assert.deepEqual(rows.rows.map(rowOf), then.rows);
      if (then.total !== undefined) assert.deepEqual([rows.total, rows.counts], [then.total, then.counts]);
      if (then.lines) {
        assert.deepEqual(
          logs[room].lines.map(({ n, player, name: who, text, atMs }) => [n, player, who, text, atMs]),
          then.lines,
        );
      }
      if (then.news !== undefined) assert.equal(news, then.news);
      if (then.last !== undefined) {
        last = then.last;
        const resume = /** @type {any[]} */ (unpack(core.firstFrame(1)));
        assert.equal(resume[6], last);
      }
    }
  });
}

for (const { name, schema, steps } of vectors("inputs")) {
  test(`inputs.json: ${name}`, () => {
    const classes = new Classes(schemaOf(schema), bytesOf(schemas[schema].hash));
    const inputs = new OutgoingInputs();
    let connected = false;
    let tick = -1;
    let epoch = -1;
    for (const step of steps) {
      /** @type {Uint8Array[]} */
      let sends = [];
      if (step.is === "lost") connected = false;
      if (step.is === "seated") {
        const newEpoch = step.epoch !== epoch;
        if (step.outcome !== "resumed") tick = -1;
        [epoch, connected] = [step.epoch, true];
        sends = inputs.seated({ newEpoch, applied: step.applied, received: step.received, tick, now: 0 });
      }
      if (step.is === "pass") {
        tick = step.tick;
        inputs.passedLow(tick, step.applied_low, tick - step.undurable);
        assert.equal(inputs.applied, step.applied, step.meaning);
        sends = inputs.passEnded(tick);
      }
      if (step.is === "hold" || step.is === "act") {
        const x = classes.inputs[step.input](step.fields);
        const kind = classes.inputClass(x);
        const frame =
          step.is === "hold" ? inputs.hold(kind, x, tick, connected) : inputs.act(kind, x, tick).frame;
        sends = frame === null ? [] : [frame];
      }
      assert.deepEqual(sends.map(hexOf), step.sends, step.meaning);
      assert.equal(inputs.length, step.actions_kept, step.meaning);
    }
  });
}

/** @param {string} name */
function schemaOf(name) {
  return new SchemaCache().add(bytesOf(schemas[name].hash), bytesOf(schemas[name].hex)).schema;
}

test("trace.json: both cores say what the trace says, byte for byte, but for acknowledgements", () => {
  const lobby = new LobbyCore("ws://here/lobby", "Ann", half, TIMING, 0);
  /** @type {SeatCore | null} */
  let seat = null;
  /** @type {string[]} */
  let says = [];
  let compared = 0;
  for (const { on, from, is, hex, meaning } of vectors("trace")) {
    const core = on === "lobby" ? lobby : seat;
    if (from === "server") {
      const message = /** @type {any} */ (core?.received(bytesOf(hex), 1));
      if (message?.kind === "matched") {
        const { session, token, url, schema } = message.data;
        const offer = new SeatOffer(session, token, `ws://here${url}`, { schemaHash: schema });
        seat = new SeatCore(offer, new SchemaCache(), half, TIMING, 0);
      }
      continue;
    }
    if (is === "opens") says = core ? [hexOf(core.firstFrame(0))] : [];
    if (is === "breaks") core?.lost(null, "", 1);
    if (from !== "client" || core === null) continue;
    if (is === "quick match") lobby.request((id) => bytesOf(`931${hex[3]}0${id}${hex.slice(6)}`));
    if (is === "leave") core.leave();
    if (is === "ping") core.timer(1);
    if (is === "input" && seat !== null) act(seat, hex);
    says.push(...core.outbox.splice(0).map(hexOf));
    const isAck = (/** @type {string} */ frame) => frame.startsWith("9405");
    if (is === "ack" && on === "session") continue; // when is a client's own affair, within bounds
    while (on === "session" && says.length && isAck(says[0])) says.shift();
    const said = says.shift();
    if (is === "hello")
      assert.match(said ?? "", /^960101a3416e6e/); // with a client and no identity
    // the trace leaves out what is empty at the end
    else if (is === "take seat")
      assert.deepEqual(unpack(bytesOf(said ?? "")), [...read(hex), new Uint8Array(0)]);
    else assert.equal(said, hex, meaning);
    compared++;
  }
  assert.ok(compared > 15, `${compared}`);
  assert.deepEqual([lobby.isOpen, seat?.stats.desyncs, seat?.stats.resumes], [true, 0, 1]);
});

/** @param {string} hex */
const read = (hex) => /** @type {any[]} */ (unpack(bytesOf(hex)));

/**
 * The player does what the trace has, unless the seat does so by itself after its resume.
 *
 * @param {SeatCore} seat
 * @param {string} hex
 */
function act(seat, hex) {
  if (seat.stats.resumes) return;
  const { inputs } = seat.classes;
  if (hex.startsWith("9540")) seat.hold(inputs.Steer({ turn: 1, thrust: false }), 1);
  else seat.act(inputs.Fire(), 1);
}
