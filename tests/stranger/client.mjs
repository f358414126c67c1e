// A client of `rallypoint.v1`, written from docs/protocol.md alone: its connections. Sections in comments are that
// document's.

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '@msgpack/msgpack';
import WebSocket from 'ws';
import { Desync, Inputs, readSchema, Replica, seen, unpack } from './state.mjs';

const EMPTY = new Uint8Array();

// ---- a connection that comes back (2, 11, 12) ----------------------------------------------------------------------

const RETRIES = {
  never: [1000, 1002, 1003, 1007, 1008, 1009, 4000, 4001, 4002, 4003, 4010, 4011, 4030],
  fresh: [4006, 4020],
  moved: [4004],
  update: [4014],
};
export const retryOf = (code) => Object.keys(RETRIES).find((retry) => RETRIES[retry].includes(code)) ?? 'resume';

// Emits: up; down {code, retry, reason}, after each connection; closed (the same), when there will be none any more.
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
    const frame = ArrayBuffer.isView(message) ? message : encode(message);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  // To be emitted when the message is dealt with: an error of a listener is no fault of the message.
  tell(...news) {
    this.#news.push(news);
  }

  // The answer to the first message has come.
  up() {
    this.state = 'up';
    this.upAt = performance.now();
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
      const now = performance.now();
      if (wasUp) [begun, windowMs, failures] = [now, 1000 * this.graceS + 5000, 0];
      else failures++;
      if (wasUp && now - this.upAt >= 1000) waitMs = 50;
      if (wasUp) this.state = 'lost';
      this.emit('down', end);
      const isLate = end.retry !== 'fresh' && now - begun > windowMs;
      if (!(await this.again(end.retry, failures)) || isLate) return this.#finish(end);
      if (end.retry === 'fresh') [begun, windowMs] = [now, 15_000]; // hello, at once
      else {
        await sleep(Math.random() * waitMs + this.pauseMs);
        [waitMs, this.pauseMs] = [Math.min(2 * waitMs, 5000), 0];
      }
    }
  }

  // One connection, from its opening to its end.
  #connection() {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.url, 'rallypoint.v1', { perMessageDeflate: false });
      let [heard, pinged, pings] = [performance.now(), 0, 0];
      const beat = setInterval(() => {
        const now = performance.now();
        if (now - heard > (socket.readyState === WebSocket.CONNECTING ? 5000 : 6000)) {
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
        resolve({ code, reason, retry });
      };
      socket.on('open', () => {
        heard = performance.now();
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
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', (code, reason) => finish(code, `${reason}`));
      this.socket = socket;
    });
  }
}

// ---- the lobby (6) -------------------------------------------------------------------------------------------------

// In the order of their kinds, from 16 on.
const REQUESTS = ['quickMatch', 'cancelQueue', 'locate', 'create', 'join', 'spectate', 'watch', 'unwatch', 'lock',
  'describe', 'kick', 'listen', 'unlisten', 'say', 'rematch'];

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

  // Gives the value of the answer, or throws an error that has its `error` and `reason`.
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
    const error = Object.assign(new Error(reason), { error: 'lost', reason });
    for (const { reject } of this.#requests.values()) reject(error);
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
    const handlers = [this.#welcome, this.#answer, this.#push, this.#listing, this.#chat];
    const handle = kind === 42 ? this.pong : handlers[kind - 32];
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
const late = (ms) => sleep(ms, null, { ref: false }).then(() => Promise.reject(new Error('no answer in time')));
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
        const { url } = await Promise.race([this.lobby.request('locate', this.id, this.token), late(2000)]);
        this.url = new URL(url, this.lobby.url).href;
      } catch {
        return true; // not known there, or no answer: the session itself says what has become of it
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
    [this.ackedTick, this.lastAck, this.ackedEvent] = [this.replica.tick, this.replica.tick, this.event];
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
      const named = Object.fromEntries(fields.map(([field], at) => [field, values[at]]));
      this.tell('event', { n, tick, name, fields: named });
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
