// What a client of `rallypoint.v1` knows and says of a session, without a network: written from docs/protocol.md alone.
// Sections in comments are that document's.

import { decode } from '@msgpack/msgpack';

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
    const forgotten = listed ? [...this.channels.keys()].filter((channel) => !listed.includes(channel)) : [];
    for (const channel of forgotten) this.channels.delete(channel);
    for (const part of parts ?? []) this.#applyPart(tick, part);
    Object.assign(this, { epoch, tick, nowMs, undurable, durableTick: tick - undurable });
  }

  #applyPart(tick, [channel, age, leaves, enters, changes, crc]) {
    if (age === 0) this.channels.set(channel, new Map());
    else demand(this.tick >= tick - age, 'a newer base');
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
    const row = ([id, facet]) => {
      const { class: number, owner, mask, values } = facet;
      return [id, number, owner, mask, bitsOf(mask).map((bit) => values.get(bit))];
    };
    return [...(this.channels.get(channel) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(row);
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

  // The frame to send. null: a hold that is what it was; or there is no connection: a hold is noted, an action refused.
  make(name, values, connected = true) {
    const index = this.schema.inputs.findIndex(([each]) => each === name);
    if (index < 0) throw new TypeError(`no input ${name}`);
    const [, isHold, fields, defaults] = this.schema.inputs[index];
    const body = this.#body(index, fields.map(([field]) => values[field]));
    if (isHold) {
      const unchanged = `${body}` === `${this.held.get(index)?.body}`;
      this.held.set(index, { body, atDefaults: `${body}` === `${this.#body(index, defaults)}` });
      if (unchanged) return null;
    }
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
