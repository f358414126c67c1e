// Runs the test vectors of shared/vectors through the client, without a network: node vectors.mjs FOLDER
// Prints one line of JSON: how many steps of each file were right. Throws at the first that is not.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lobby, retryOf, Session } from './client.mjs';
import { Desync, Inputs, readSchema, seen, unpack } from './state.mjs';

const bytesOf = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes) => Buffer.from(bytes).toString('hex');

// The notation of the vectors: what JSON has no place for.
const revive = (key, value) => {
  if (value?.$bytes !== undefined) return bytesOf(value.$bytes);
  if (value?.$int !== undefined) {
    const big = BigInt(value.$int);
    return BigInt.asIntN(54, big) === big ? Number(big) : big;
  }
  if (value?.$map) return Object.fromEntries(value.$map); // JavaScript's keys are text
  return value;
};
const read = (name) => JSON.parse(readFileSync(join(process.argv[2], `${name}.json`), 'utf8'), revive);

// A client without a network: it is closed before it ever connects, and what it says is kept.
async function offline(link) {
  link.close();
  await Promise.resolve();
  return Object.assign(link, { sent: [], send: (message) => link.sent.push(message) });
}

const same = assert.deepStrictEqual;

const schemas = Object.fromEntries(read('schemas').map((schema) => [schema.name, schema]));
const count = {};

async function deltas() {
  for (const { name, schema, seat, steps } of read('deltas')) {
    const lobby = await offline(new Lobby('ws://nowhere'));
    const { hex, hash } = schemas[schema];
    const session = await offline(new Session(lobby, { session: '', url: '/', token: [], schema: bytesOf(hash) }));
    let told = [];
    session.on('event', (event) => told.push(event));
    session.tell = (...news) => session.emit(...news);
    session.receive([40, '', bytesOf(''), seat, '', 1, 'fresh', 0, 0, 0, bytesOf(hash), bytesOf(hex)]);
    for (const [at, { is, meaning, hex, then, desync }] of steps.entries()) {
      const where = `${name}, step ${at}: ${meaning}`;
      [told, session.sent] = [[], []];
      if (is === 'seated') session.state = 'lost';
      if (desync) assert.throws(() => session.receive(unpack(bytesOf(hex))), Desync, where);
      else session.receive(unpack(bytesOf(hex)));
      count.deltas = (count.deltas ?? 0) + 1;
      if (!then) continue;
      const { replica } = session;
      const { epoch, tick, nowMs, durableTick } = replica;
      same([epoch, tick, nowMs, durableTick], [then.epoch, then.tick, then.now_ms, then.durable_tick], where);
      same(Object.fromEntries(replica.entities()), then.entities, where);
      for (const [number, { rows, crc }] of Object.entries(then.channels)) {
        same(replica.rows(+number), rows, where);
        same(replica.crc(+number), crc, where);
        count.crcs = (count.crcs ?? 0) + 1;
      }
      const others = [...replica.channels.keys()].filter((number) => !then.channels[number]);
      same(others.filter((number) => replica.rows(number).length), [], where);
      if (then.applied !== undefined) same(session.inputs.applied, then.applied, where);
      if (then.ack) same(session.sent, [[...bytesOf(then.ack).slice(1)]], where);
      if (!then.events) continue;
      same(session.event, then.events.at(-1)[0], where);
      const known = then.events.filter(([, , kind]) => kind < 2 || kind >= 16);
      const found = told.map(({ n, tick, fields }) => [n, tick, Object.values(fields)]);
      same(found, known.map(([n, tick, , fields]) => [n, tick, fields]), where);
    }
  }
}

function messages() {
  for (const { name, hex, value } of Object.values(read('messages')).flat()) {
    same(unpack(bytesOf(hex)), value, name);
    count.messages = (count.messages ?? 0) + 1;
  }
}

function inputs() {
  for (const { name, schema, steps } of read('inputs')) {
    const made = new Inputs(readSchema(bytesOf(schemas[schema].hex)));
    let connected = false;
    for (const [at, step] of steps.entries()) {
      const where = `${name}, step ${at}: ${step.meaning}`;
      let frames = [];
      if (step.is === 'lost') connected = false;
      else if (step.is === 'seated') {
        connected = true;
        const tick = step.outcome === 'resumed' ? made.tick : -1;
        frames = made.seated(step.epoch, step.applied, step.received, tick);
      } else if (step.is === 'pass') {
        same(made.appliedFrom(step.applied_low), step.applied, where);
        made.passed(step.tick, step.undurable, step.applied);
      } else frames = [made.make(step.input, step.fields, connected)].filter(Boolean);
      same(frames.map(hexOf), step.sends, where);
      same(made.kept.length, step.actions_kept, where);
      count.inputs = (count.inputs ?? 0) + 1;
    }
  }
}

async function lobby() {
  for (const { name, steps } of read('lobby')) {
    const client = await offline(new Lobby('ws://nowhere'));
    let news = false;
    client.tell = (kind) => (news ||= kind === 'push');
    for (const [at, { is, meaning, hex, then = {} }] of steps.entries()) {
      const where = `${name}, step ${at}: ${meaning}`;
      [client.sent, news] = [[], false];
      if (is === 'welcome') client.state = 'lost';
      client.receive(unpack(bytesOf(hex)));
      if (then.rows) same(client.list, { rows: then.rows, total: then.total, counts: then.counts }, where);
      if (then.lines) same(client.rooms.get(then.room), then.lines, where);
      if (then.last) same([news, client.lastPush], [then.news, then.last], where);
      if (then.ack) same(client.sent, [unpack(bytesOf(then.ack))], where);
      count.lobby = (count.lobby ?? 0) + 1;
    }
  }
}

await deltas();
messages();
inputs();
await lobby();
for (const { type, values } of read('values')) {
  for (const { wire, seen: shown } of values) same(seen(type, wire), shown, `${type}`);
}
for (const { code, retry } of read('close-codes').codes) same(retryOf(code), retry, `${code}`);
console.log(JSON.stringify(count));
