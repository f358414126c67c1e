// A client of `rallypoint.v1`, written from docs/protocol.md alone. Sections in comments are that document's.

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, encode } from '@msgpack/msgpack';
import WebSocket from 'ws';

const EMPTY = new Uint8Array();

// ---- values (3, 8, 9.2) --------------------------------------------------------------------------------------------

// Whole numbers are Numbers where they are safe, and BigInts beyond.
const whole = (value) => (BigInt.asIntN(54, value) === value ? Number(value) : value);

function tidy(value) {
  if (typeof value === 'bigint') return whole(value);
  if (Array.isArray(value)) return value.map(tidy);
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, tidy(inner)]));
}

export const unpack = (bytes) => tidy(decode(bytes, { useBigInt64: true }));

function packNumber(out, code, value, size) {
  out.push(code);
  for (let at = size - 1; at >= 0; at--) out.push(Number((BigInt(value) >> BigInt(8 * at)) & 255n));
}

function packInt(out, value) {
  const big = BigInt(value);
  if (big >= -32n && big < 128n) return void out.push(Number(big & 255n));
  const fit = big < 0n ? BigInt.asIntN : BigInt.asUintN;
  const power = [0, 1, 2, 3].find((power) => fit(8 << power, big) === big);
  packNumber(out, (big < 0n ? 0xd0 : 0xcc) + power, big, 1 << power);
}

// `codes`: for lengths of one, two and four bytes.
function packLength(out, length, fix, fixMost, codes) {
  if (length <= fixMost) return void out.push(fix | length);
  const power = codes.findIndex((code, power) => code && length < 2 ** (8 << power));
  packNumber(out, codes[power], length, 1 << power);
}

const packArray = (out, length) => packLength(out, length, 0x90, 15, [0, 0xdc, 0xdd]);

// The one canonical form of a wire value; JavaScript has 1 for 1.0, so the schema's type has to say which it is.
export function packTyped(out, [name, inner, any], value) {
  if (value === undefined) throw new TypeError(`a value of type ${name} is missing`);
  if (value === null) out.push(0xc0);
  else if (name === 'optional') packTyped(out, inner, value);
  else if (name === 'bool') out.push(value ? 0xc3 : 0xc2);
  else if (name === 'float') out.push(0xcb, ...new Uint8Array(new Float64Array([Number(value)]).buffer).reverse());
  else if (name === 'str') {
    const bytes = new TextEncoder().encode(value);
    packLength(out, bytes.length, 0xa0, 31, [0xd9, 0xda, 0xdb]);
    for (const byte of bytes) out.push(byte);
  } else if (name === 'bytes') {
    packLength(out, value.length, 0, -1, [0xc4, 0xc5, 0xc6]);
    for (const byte of value) out.push(byte);
  } else if (name === 'tuple') {
    packArray(out, value.length);
    value.forEach((item, at) => packTyped(out, any ? inner[0] : inner[at], item));
  } else packInt(out, value); // int, fixed, enum, ref
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc32 = (bytes) => ~bytes.reduce((crc, byte) => (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255], -1) >>> 0;

// What users see of a wire value (8): only `fixed` looks different here.
export function seen([name, step], wire) {
  if (name !== 'fixed') return wire;
  const n = Math.round(1 / step);
  return Math.abs(n * step - 1) < 1e-9 ? Number(wire) / n : Number(wire) * step;
}

export function readSchema(bytes) {
  const [game, tickHz, seatsMin, seatsMax, graceS, entities, inputs, events] = unpack(bytes);
  return { game, tickHz, seatsMin, seatsMax, graceS, entities, inputs, events };
}

// ---- state (9) -----------------------------------------------------------------------------------------------------

export class Desync extends Error {}

function demand(condition, what) {
  if (!condition) throw new Desync(what);
}

// Masks have up to 62 bits: more than the bit operators of Numbers take.
function bitsOf(mask) {
  const bits = [];
  for (let rest = BigInt(mask), bit = 0; rest; rest >>= 1n, bit++) if (rest & 1n) bits.push(bit);
  return bits;
}

const isDifference = ([name]) => name === 'int' || name === 'fixed';

export class Replica {
  epoch = 0;
  tick = -1;
  nowMs = 0;
  channels = new Map(); // channel -> (id -> {class, owner, mask, values: field index -> wire value})
  crcs = { checked: 0, failed: 0 };

  constructor(schema) {
    this.schema = schema;
  }

  apply([seatPart, [epoch, tick, nowMs, undurable], parts]) {
    demand(this.tick < 0 || epoch === this.epoch, 'another epoch');
    demand(tick > this.tick, 'no newer tick');
    const listed = seatPart?.[2];
    if (listed) for (const channel of this.channels.keys()) if (!listed.includes(channel)) this.channels.delete(channel);
    for (const part of parts ?? []) this.#applyPart(tick, part);
    Object.assign(this, { epoch, tick, nowMs, undurable, durableTick: tick - undurable });
  }

  #applyPart(tick, [channel, age, leaves, enters, changes, crc]) {
    if (age === 0) this.channels.set(channel, new Map());
    else demand(this.tick >= tick - age && (age > 1 || this.tick === tick - 1), 'a newer base');
    if (!this.channels.has(channel)) this.channels.set(channel, new Map());
    const facets = this.channels.get(channel);
    for (const id of leaves ?? []) facets.delete(id);
    for (const [id, number, owner, mask, ...values] of enters ?? []) {
      const bits = bitsOf(mask);
      const fields = this.schema.entities[number]?.[1];
      demand(fields && bits.length === values.length && bits.every((bit) => fields[bit]), 'an enter that does not fit');
      facets.set(id, { class: number, owner, mask, values: new Map(bits.map((bit, at) => [bit, values[at]])) });
    }
    for (let at = 0; changes && at < changes.length; ) {
      const facet = facets.get(changes[at++]);
      demand(facet && at < changes.length, 'a change of what is not there');
      for (const bit of bitsOf(changes[at++])) {
        demand(facet.values.has(bit) && at < changes.length, 'a change that does not fit');
        const value = changes[at++];
        const adds = age === 1 && isDifference(this.schema.entities[facet.class][1][bit][1]);
        const sum = () => whole(BigInt.asIntN(64, BigInt(facet.values.get(bit)) + BigInt(value)));
        facet.values.set(bit, adds ? sum() : value);
      }
    }
    if (crc === null || crc === undefined) return;
    this.crcs.checked++;
    if (this.crc(channel) === crc) return;
    this.crcs.failed++;
    demand(false, 'another CRC');
  }

  // [id, class, owner, mask, values], sorted by id
  rows(channel) {
    return [...(this.channels.get(channel) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, facet]) => [id, facet.class, facet.owner, facet.mask, bitsOf(facet.mask).map((bit) => facet.values.get(bit))]);
  }

  crc(channel) {
    const out = [];
    const rows = this.rows(channel);
    packArray(out, rows.length);
    for (const [id, number, owner, mask, values] of rows) {
      const types = bitsOf(mask).map((bit) => this.schema.entities[number][1][bit][1]);
      out.push(0x95);
      for (const value of [id, number, owner, mask]) packTyped(out, ['int'], value);
      packTyped(out, ['tuple', types, false], values);
    }
    return crc32(out);
  }

  // id -> {class, owner, fields}: all facets of an entity together, as wire values or as users see them
  entities(show = (type, wire) => wire) {
    const found = new Map();
    for (const facets of this.channels.values()) {
      for (const [id, facet] of facets) {
        const [name, fields] = this.schema.entities[facet.class];
        if (!found.has(id)) found.set(id, { class: name, owner: facet.owner, fields: {} });
        for (const [bit, wire] of facet.values) found.get(id).fields[fields[bit][0]] = show(fields[bit][1], wire);
      }
    }
    return found;
  }
}

// ---- inputs (10) ---------------------------------------------------------------------------------------------------

export class Inputs {
  applied = 0;
  sent = 0;
  kept = []; // actions that are not durable yet
  held = new Map(); // index of a hold -> {body, atDefaults}
  tick = -1; // of the state that is here

  constructor(schema) {
    this.schema = schema;
  }

  #body(index, values) {
    const out = [];
    this.schema.inputs[index][2].forEach(([, type], at) => packTyped(out, type, values[at]));
    return out;
  }

  #frame(index, seq, tick, body) {
    const out = [];
    packArray(out, 3 + this.schema.inputs[index][2].length);
    for (const number of [64 + index, seq, tick]) packInt(out, number);
    return Uint8Array.from([...out, ...body]);
  }

  // The frame to send, or null while there is no connection: then only a hold is noted, and an action is refused.
  make(name, values, connected = true) {
    const index = this.schema.inputs.findIndex(([each]) => each === name);
    if (index < 0) throw new TypeError(`no input ${name}`);
    const [, isHold, fields, defaults] = this.schema.inputs[index];
    const body = this.#body(index, fields.map(([field]) => values[field]));
    if (isHold) this.held.set(index, { body, atDefaults: `${body}` === `${this.#body(index, defaults)}` });
    if (!connected) return null;
    const seq = ++this.sent;
    if (!isHold) this.kept.push({ seq, index, tick: this.tick, body, decided: null });
    return this.#frame(index, seq, this.tick, body);
  }

  // What is to be sent after `seated`. `tick`: of the state that is kept, or -1.
  seated(epoch, applied, received, tick) {
    const again = epoch === this.epoch ? this.kept.filter((action) => action.seq > applied) : this.kept;
    if (epoch !== this.epoch) for (const action of this.kept) action.decided = null;
    Object.assign(this, { epoch, applied, tick, sent: Math.max(this.sent, received) });
    return [
      ...again.map(({ index, seq, tick: then, body }) => this.#frame(index, seq, Math.min(then, tick), body)),
      ...[...this.held]
        .filter(([, { atDefaults }]) => !atDefaults)
        .map(([index, { body }]) => this.#frame(index, ++this.sent, tick, body)),
    ];
  }

  // `low`: the low 16 bits of the last input decided, from the table of the head
  appliedFrom(low) {
    return this.applied + ((((low - this.applied) % 65536) + 65536) % 65536);
  }

  passed(tick, undurable, applied) {
    this.tick = tick;
    this.applied = applied;
    for (const action of this.kept) if (action.seq <= applied) action.decided ??= tick;
    this.kept = this.kept.filter(({ decided }) => decided === null || tick - undurable < decided);
  }
}

// ---- a connection that comes back (2, 11, 12) ----------------------------------------------------------------------

const RETRIES = {
  never: [1000, 1002, 1003, 1007, 1008, 1009, 4000, 4001, 4002, 4003, 4010, 4011, 4030],
  fresh: [4006, 4020],
  moved: [4004],
  update: [4014],
};
export const retryOf = (code) => Object.keys(RETRIES).find((retry) => RETRIES[retry].includes(code)) ?? 'resume';

// Emits: up, lost {code, retry, reason}, closed {code, retry, reason}.
class Link extends EventEmitter {
  state = 'connecting'; // connecting, up, lost, closed
  pauseMs = 0; // a longer wait before the next attempt, for trying out what others see meanwhile
  #news = [];

  constructor(url) {
    super();
    this.url = url;
    this.ready = new Promise((resolve, reject) => {
      this.once('up', resolve).once('closed', (end) => reject(new Error(`closed: ${end.code} ${end.reason}`)));
    });
    this.ready.catch(() => {});
    this.closed = new Promise((resolve) => this.once('closed', resolve));
    queueMicrotask(() => this.#run());
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(ArrayBuffer.isView(message) ? message : encode(message));
  }

  // To be emitted when the message is dealt with: an error of a listener is no fault of the message.
  tell(...news) {
    this.#news.push(news);
  }

  // The answer to the first message has come.
  up() {
    this.state = 'up';
    this.pongs = [];
    this.send([4]);
    this.tell('up');
    if (this.leaving) this.send([7]);
  }

  leave() {
    this.leaving = true;
    if (this.state === 'up') this.send([7]);
    return this.closed;
  }

  close() {
    this.#finish({ code: 1000, retry: 'never', reason: 'closed here' });
    this.socket?.close(1000);
  }

  // The network fails: no close frame.
  drop(pauseMs = 0) {
    this.pauseMs = pauseMs;
    this.socket?.terminate();
  }

  pong([sentMs, nowMs]) {
    const now = performance.now();
    this.pongs = [...this.pongs.slice(-4), { trip: now - sentMs, ahead: nowMs + (now - sentMs) / 2 - now }];
  }

  #finish(end) {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.emit('closed', end);
  }

  async #run() {
    let [begun, windowMs, waitMs, failures] = [performance.now(), 15_000, 50, 0];
    while (this.state !== 'closed') {
      const end = await this.#connection();
      if (this.state === 'closed') return;
      const wasUp = this.state === 'up';
      if (wasUp) [begun, windowMs, failures] = [performance.now(), 1000 * this.graceS + 5000, 0];
      else failures++;
      if (wasUp) this.state = 'lost';
      this.emit('lost', end);
      if (!(await this.again(end.retry, failures)) || performance.now() - begun > windowMs) return this.#finish(end);
      if (end.lastedMs >= 1000) waitMs = 50;
      await sleep(Math.random() * waitMs + this.pauseMs);
      [waitMs, this.pauseMs] = [Math.min(2 * waitMs, 5000), 0];
    }
  }

  // One connection, from its opening to its end.
  #connection() {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.url, 'rallypoint.v1', { perMessageDeflate: false });
      let [heard, opened, pinged, pings] = [performance.now(), Infinity, 0, 0];
      const beat = setInterval(() => {
        const now = performance.now();
        if (now - heard > 6000) {
          finish(1006, 'silence');
          socket.terminate();
        } else if (this.state === 'up' && (pings < 3 || now - pinged >= 2000)) {
          [pinged, pings] = [now, pings + 1];
          this.send([6, now]);
        }
      }, 200);
      // Whatever comes after this is ignored: the server's answer to our own close frame, too.
      const finish = (code, reason, retry = retryOf(code)) => {
        clearInterval(beat);
        socket.removeAllListeners().on('error', () => {});
        if (this.socket === socket) this.socket = null;
        resolve({ code, reason, retry, lastedMs: performance.now() - opened });
      };
      socket.on('open', () => {
        heard = opened = performance.now();
        this.send(this.first());
      });
      socket.on('ping', () => (heard = performance.now()));
      socket.on('message', (data, isBinary) => {
        heard = performance.now();
        try {
          this.receive(isBinary ? unpack(data) : null);
        } catch (error) {
          this.forget();
          const code = error instanceof Desync ? 4011 : 4010;
          socket.close(code, error.message.slice(0, 100));
          finish(code, error.message, 'resume');
        }
        for (const news of this.#news.splice(0)) this.emit(...news);
      });
      socket.on('unexpected-response', (request, { statusCode }) => {
        request.destroy();
        if (statusCode === 429 || statusCode >= 500) finish(1006, `HTTP ${statusCode}`);
        else finish(statusCode, `HTTP ${statusCode}`, 'never');
      });
      socket.on('error', (error) => (this.lastError = error)); // 'close' follows
      socket.on('close', (code, reason) => finish(code, `${reason}`));
      this.socket = socket;
    });
  }
}

// ---- the lobby (6) -------------------------------------------------------------------------------------------------

const REQUESTS = ['quickMatch', 'cancelQueue', 'locate', 'create', 'join', 'spectate', 'watch', 'unwatch', 'lock', 'describe',
  'kick', 'listen', 'unlisten', 'say', 'rematch'];

// Emits, besides: push (kind, data), listing, chat (room, lines).
export class Lobby extends Link {
  lastPush = 0;
  listing = 0; // the newest listing on this connection
  list = { rows: [], total: 0, counts: null };
  rooms = new Map(); // room -> lines
  #requests = new Map(); // id -> {message, resolve, reject}: those without an answer, in order
  #nextRequest = 1;

  constructor(serverUrl, { name = '', player = '', secret = EMPTY } = {}) {
    super(new URL('/lobby', serverUrl).href);
    Object.assign(this, { name, player, secret });
    this.on('closed', ({ reason }) => this.#failRequests(`the lobby is closed: ${reason}`));
  }

  // What the error says: {error, reason}.
  request(name, ...elements) {
    if (this.#requests.size >= 32) throw new Error('too many requests without an answer');
    if (this.state === 'closed') throw new Error('the lobby is closed');
    const id = this.#nextRequest++;
    const message = [16 + REQUESTS.indexOf(name), id, ...elements];
    if (name === 'listen') this.rooms.set(elements[0], []);
    if (this.state === 'up') this.send(message);
    return new Promise((resolve, reject) => this.#requests.set(id, { message, resolve, reject }));
  }

  #failRequests(reason) {
    for (const { reject } of this.#requests.values()) reject(Object.assign(new Error(reason), { error: 'lost', reason }));
    this.#requests.clear();
  }

  first() {
    if (this.token) return [2, 1, this.id, this.token, 0, 0, this.lastPush, EMPTY];
    return [1, 1, this.name, 'stranger/1', this.player, this.secret];
  }

  again(retry) {
    if (retry === 'fresh') {
      this.token = null;
      this.#failRequests('the lobby session is gone');
    }
    return retry !== 'never' && retry !== 'update';
  }

  forget() {} // nothing here is half done when a message cannot be understood

  receive([kind, ...elements]) {
    const handle = { 32: this.#welcome, 33: this.#answer, 34: this.#push, 35: this.#listing, 36: this.#chat, 42: this.pong }[kind];
    if (!handle || (kind === 32) === (this.state === 'up')) throw new Error(`message ${kind} at this point`);
    handle.call(this, elements);
  }

  #welcome([id, token, player, name, games, resumed, event, graceS, secret = EMPTY, seats = []]) {
    if (!resumed) {
      this.lastPush = 0; // pushes that were not acknowledged come again
      this.rooms.clear();
    }
    if (secret.length) this.secret = secret;
    Object.assign(this, { id, token, player, name, games, graceS, seats: seats ?? [], listing: 0 });
    this.up();
    for (const { message } of this.#requests.values()) this.send(message);
  }

  #answer([id, value = null, error = '', reason = '']) {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    if (error) request?.reject(Object.assign(new Error(`${error}: ${reason}`), { error, reason }));
    else request?.resolve(value);
  }

  #push([n, kind, data]) {
    const isNews = n > this.lastPush;
    this.lastPush = Math.max(n, this.lastPush);
    this.send([5, 0, this.listing, this.lastPush]);
    if (isNews) this.tell('push', kind, data);
  }

  #listing([n, isWhole, rows, gone, total, counts]) {
    const left = isWhole ? [] : this.list.rows.filter(([id]) => !gone.includes(id));
    for (const row of rows) {
      const at = left.findIndex(([id]) => id === row[0]);
      left.splice(at < 0 ? left.length : at, at < 0 ? 0 : 1, row);
    }
    this.list = { rows: left, total, counts: counts ?? this.list.counts };
    this.listing = n;
    this.send([5, 0, n, this.lastPush]);
    this.tell('listing', this.list);
  }

  #chat([room, lines]) {
    const had = this.rooms.get(room) ?? [];
    const fresh = lines.filter(([n]) => n > (had.at(-1)?.[0] ?? 0));
    this.rooms.set(room, [...had, ...fresh]);
    if (fresh.length) this.tell('chat', room, fresh);
  }
}

// ---- a seat in a session, or a place to watch from (7) -------------------------------------------------------------

const SCHEMAS = new Map(); // hash -> schema
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// Emits, besides: pass, event ({n, tick, name, fields}).
export class Session extends Link {
  event = 0;
  graceS = 10;
  crcs = { checked: 0, failed: 0 };

  constructor(lobby, { session, url, token, schema }) {
    super(new URL(url, lobby.url).href);
    Object.assign(this, { lobby, id: session, token, hash: SCHEMAS.has(hex(schema)) ? schema : EMPTY });
  }

  first() {
    if (!this.seated) return [3, 1, this.id, this.token, this.hash];
    return [2, 1, this.id, this.token, this.replica.epoch, this.replica.tick, this.event, this.hash];
  }

  async again(retry, failures) {
    if (this.ended || (retry !== 'resume' && retry !== 'moved')) return false;
    if (retry === 'moved' || (failures >= 3 && this.lobby.state === 'up')) {
      try {
        const { url } = await this.lobby.request('locate', this.id, this.token);
        this.url = new URL(url, this.lobby.url).href;
      } catch {
        return retry === 'resume';
      }
    }
    return true;
  }

  forget() {
    if (this.seated) this.#drop();
  }

  #drop() {
    this.replica = new Replica(this.schema);
    this.replica.crcs = this.crcs; // one count over all states
  }

  receive([kind, ...elements]) {
    const handle = { 40: this.#seated, 41: this.#pass, 42: this.pong }[kind];
    if (!handle || (kind === 40) === (this.state === 'up')) throw new Error(`message ${kind} at this point`);
    handle.call(this, elements);
  }

  #seated([, token, seat, player, epoch, outcome, lost, applied, received, hash, schema]) {
    const key = hex(hash);
    if (schema) SCHEMAS.set(key, readSchema(schema));
    if (this.schema !== SCHEMAS.get(key)) {
      this.schema = SCHEMAS.get(key);
      this.inputs = Object.assign(new Inputs(this.schema), { sent: this.inputs?.sent ?? 0 });
    }
    if (outcome !== 'resumed') this.#drop();
    Object.assign(this, { seated: true, token, seat, player, hash, outcome, graceS: this.schema.graceS });
    this.event += lost;
    [this.ackedTick, this.lastAck, this.ackedEvent] = [this.replica.tick, -Infinity, this.event];
    this.up();
    for (const frame of this.inputs.seated(epoch, applied, received, this.replica.tick)) this.send(frame);
  }

  #pass(pass) {
    this.replica.apply(pass);
    const [seatPart, [, tick, , undurable, table]] = pass;
    const low = this.seat >= 0 && table ? (table[2 * this.seat] << 8) | table[2 * this.seat + 1] : null;
    const applied = seatPart?.[1] ?? (low === null ? this.inputs.applied : this.inputs.appliedFrom(low));
    this.inputs.passed(tick, undurable, applied);
    this.tell('pass', this);
    for (const [n, when, kind, fields] of seatPart?.[0] ?? []) this.#note(n, when, kind, fields);
    this.#acknowledge(tick);
  }

  #note(n, tick, kind, values) {
    if (n <= this.event) return;
    this.event = n;
    if (kind < 2) {
      this.ended ||= kind === 1;
      this.tell('event', { n, tick, name: ['refused', 'ended'][kind], fields: values });
    } else if (kind >= 16 && this.schema.events[kind - 16]) {
      const [name, fields] = this.schema.events[kind - 16];
      this.tell('event', { n, tick, name, fields: Object.fromEntries(fields.map(([field], at) => [field, values[at]])) });
    }
  }

  #acknowledge(tick) {
    const { tickHz } = this.schema;
    const every = Math.min(5, Math.max(1, Math.floor(tickHz / 4)));
    const isDue = tick - this.ackedTick >= every || (this.event > this.ackedEvent && tick - this.lastAck >= every);
    if (tickHz && !isDue && !this.ended) return;
    [this.ackedTick, this.lastAck, this.ackedEvent] = [tick, tick, this.event];
    this.send([5, this.replica.epoch, tick, this.event]);
  }

  // A hold or an action, by its name. An action is refused here while there is no connection.
  input(name, fields = {}) {
    const frame = this.inputs?.make(name, fields, this.state === 'up');
    if (!frame) return false;
    this.send(frame);
    this.ackedTick = Math.max(this.ackedTick, this.replica.tick);
    return true;
  }

  // Session time right now, by the quickest of the last pings, or else by the last pass.
  get nowMs() {
    if (!this.pongs?.length) return this.replica.nowMs;
    return performance.now() + this.pongs.reduce((best, pong) => (pong.trip < best.trip ? pong : best)).ahead;
  }

  get game() {
    return this.replica.entities(seen).get(0)?.fields;
  }

  // The player in a seat; without one, one's own.
  playerIn(seat = this.seat) {
    return this.replica.entities(seen).get(-1 - seat)?.fields;
  }
}
