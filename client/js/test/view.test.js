import assert from "node:assert/strict";
import { test } from "node:test";
import { Classes, sameBytes, SchemaCache } from "../src/classes.js";
import { BadMessage } from "../src/codec.js";
import { Replica } from "../src/replica.js";
import { decodeSchema } from "../src/schema.js";
import { View } from "../src/view.js";
import { bytesOf, schemas } from "./vectors.js";

const small = new Classes(decodeSchema(bytesOf(schemas.small.hex)), bytesOf(schemas.small.hash));
const all = new Classes(decodeSchema(bytesOf(schemas.everything.hex)), bytesOf(schemas.everything.hash));

/**
 * @param {number} tick
 * @param {object} part
 * @returns {import("../src/messages.js").Pass}
 */
function pass(tick, part) {
  const none = { channel: 0, age: 1, leaves: null, enters: null, changes: null, crc: null };
  const head = { epoch: 1, tick, nowMs: tick * 50, undurable: 0, applied: null };
  return { type: "pass", seat: null, head, parts: [{ ...none, ...part }] };
}

const ENTERS = [
  [0, 0, null, 3, 1, 2],
  [-2, 1, 1, 31, "Bob", 1, 5000, "p2", 7],
  [-1, 1, 0, 31, "Ann", 0, 0, "p1", 3],
  [1, 2, 0, 15, 150, -29, 314, 4],
  [2, 2, 1, 15, 0, 0, 0, 1],
];

function started() {
  const replica = new Replica(small.schema);
  const view = new View(replica, small, 0);
  replica.apply(pass(1, { age: 0, enters: ENTERS }));
  view.show(replica);
  return { replica, view };
}

test("a view shows the game, the players by seat, and entities with their fields as users see them", () => {
  const { view } = started();
  assert.deepEqual([view.tick, view.nowMs, view.epoch, view.seat], [1, 50, 1, 0]);
  assert.equal(view.game.round, 2);
  assert.equal(view.game.status, small.enums.SessionStatus.RUNNING);
  assert.deepEqual(
    view.players.map(({ seat, name }) => [seat, name]),
    [
      [0, "Ann"],
      [1, "Bob"],
    ],
  );
  assert.equal(view.me?.name, "Ann");
  const ship = view.one("Ship");
  assert.deepEqual([ship?.id, ship?.owner, ship?.kind], [1, 0, "Ship"]);
  assert.deepEqual(ship?.fields, ["x", "y", "angle", "hull", "ammo"]);
  assert.deepEqual([ship?.x, ship?.y, ship?.angle, ship?.hull], [1.5, -0.29, 3.14, 4]);
  assert.equal(view.player(ship?.owner ?? null)?.name, "Ann");
  assert.deepEqual(
    view
      .player(1)
      ?.all("Ship")
      .map(({ id }) => id),
    [2],
  );
  assert.equal(view.player(1)?.one("Ship")?.id, 2);
  assert.equal(view.player(5), null);
  assert.deepEqual(
    view.entities.map(({ id }) => id),
    [1, 2],
  );
  assert.equal(String(ship), "Ship(id=1, x=1.5, y=-0.29, angle=3.14, hull=4, ammo=null)");
});

test("a field that this player may not see is null, one that there is not is told by get", () => {
  const { view } = started();
  assert.equal(view.one("Ship")?.ammo, null);
  assert.equal(view.one("Ship")?.get("hull"), 4);
  assert.throws(() => view.one("Ship")?.get("hul"), /Ship has no field 'hul', but x, y, angle, hull, ammo/);
  assert.throws(() => view.all("Shop"), /skirmish has no entity class 'Shop', but Game, Player, Ship/);
});

test("before the first pass there is a game whose fields are null, and nothing else", () => {
  const view = new View(new Replica(small.schema), small, null);
  assert.equal(view.game.round, null);
  assert.deepEqual(
    [view.tick, view.me, view.players, view.entities, view.one("Ship")],
    [-1, null, [], [], null],
  );
});

test("an entity's view stays the same object, follows each pass, and goes with its entity", () => {
  const { replica, view } = started();
  const ship = view.get(1);
  replica.apply(pass(2, { changes: [1, 1, 50] }));
  view.show(replica);
  assert.equal(ship?.x, 2);
  assert.equal(view.get(1), ship);
  replica.apply(pass(3, { leaves: [1], enters: [[3, 2, 0, 15, 0, 0, 0, 9]] }));
  view.show(replica);
  assert.equal(view.get(1), null);
  assert.deepEqual(
    view.all("Ship").map(({ id }) => id),
    [2, 3],
  );
});

test("a view shows another state when it is told to", () => {
  const { replica, view } = started();
  const copy = new Map(
    [...replica.items].map(([id, item]) => [
      id,
      Object.assign(Object.create(item), { wire: [...item.wire] }),
    ]),
  );
  replica.apply(pass(2, { changes: [1, 1, 50] }));
  view.show({ epoch: 1, tick: 1, nowMs: 62.5, items: copy });
  assert.deepEqual([view.tick, view.nowMs, view.get(1)?.x], [1, 62.5, 1.5]);
  view.show(replica);
  assert.deepEqual([view.tick, view.get(1)?.x], [2, 2]);
});

test("a field whose name is taken is reached by get", () => {
  const field = { ...small.schema.entities[2].fields[3], name: "kind" };
  const [game, player] = small.schema.entities;
  const classes = new Classes(
    { ...small.schema, entities: [game, player, { name: "Odd", fields: [field] }] },
    small.hash,
  );
  const replica = new Replica(classes.schema);
  replica.apply(pass(1, { age: 0, enters: [[1, 2, null, 1, 5]] }));
  const odd = new View(replica, classes, null).one("Odd");
  assert.deepEqual([odd?.kind, odd?.get("kind")], ["Odd", 5]);
});

test("what users do to the arrays and bytes that they are shown does not change the state", () => {
  const replica = new Replica(all.schema);
  const raw = bytesOf("0102");
  const names = all.schema.entities[2].fields.map(({ name }) => name);
  const mask = (1 << names.indexOf("raw")) | (1 << names.indexOf("many")) | (1 << names.indexOf("deep"));
  replica.apply(pass(1, { age: 0, enters: [[1, 2, null, mask, raw, [1.5], [[1, 2], true]]] }));
  const thing = new View(replica, all, null).one("Thing");
  assert.throws(() => thing?.many.push(1), TypeError);
  assert.throws(() => thing?.deep[0].push(1), TypeError);
  const seen = thing?.raw;
  seen[0] = 9;
  assert.deepEqual([...raw], [1, 2]);
  assert.deepEqual(thing?.deep, [[1, 2], true]);
});

test("enums have numbers by name and names by number, and list their members for a wrong name", () => {
  const { Suit } = all.enums;
  assert.deepEqual(
    [Suit.CLUBS, Suit.JOKER, Suit[2], Suit[-1], Suit[99]],
    [1, -1, "HEARTS", "JOKER", undefined],
  );
  assert.deepEqual(Object.keys(Suit), ["CLUBS", "HEARTS", "JOKER"]);
  assert.throws(() => Suit.SPADES, /Suit has no member 'SPADES', but CLUBS, HEARTS, JOKER/);
  assert.throws(
    () => all.enums.Color,
    /everything has no enum 'Color', but SessionStatus, PlayerState, Suit/,
  );
});

test("events have their fields by name; an unknown built-in kind is null, a misfit a BadMessage", () => {
  const item = (/** @type {number} */ kind, /** @type {any[]} */ fields) => ({ n: 3, tick: 9, kind, fields });
  const killed = small.event(item(17, [1, null, "appended"]));
  assert.deepEqual(
    [killed?.kind, killed?.n, killed?.tick, killed?.victim, killed?.by],
    ["Killed", 3, 9, 1, null],
  );
  assert.throws(() => killed?.get("who"), /Killed has no field 'who', but victim, by/);
  const refused = small.event(item(0, [70001, "the gun is too hot"]));
  assert.deepEqual([refused?.kind, refused?.seq, refused?.reason], ["refused", 70001, "the gun is too hot"]);
  const ended = small.event(item(1, [{ winners: [0] }]));
  assert.deepEqual([ended?.kind, ended?.result, ended?.reason], ["ended", { winners: [0] }, ""]);
  assert.equal(small.event(item(7, ["?"])), null);
  for (const bad of [
    item(18, []),
    item(16, []),
    item(0, ["x", "y"]),
    item(0, [1]),
    item(1, [null]),
    item(1, [[]]),
  ]) {
    assert.throws(() => small.event(bad), BadMessage);
  }
});

test("a schema's classes are made once, and the one used longest ago goes first", () => {
  const cache = new SchemaCache();
  const data = bytesOf(schemas.small.hex);
  const hash = (/** @type {number} */ n) => Uint8Array.of(n, 1, 2);
  const first = cache.add(hash(0), data);
  assert.equal(cache.get(hash(0)), first);
  assert.equal(cache.get(hash(9)), null);
  for (let n = 1; n < 64; n++) cache.add(hash(n), data);
  assert.equal(cache.get(hash(0)), first);
  cache.add(hash(64), data);
  assert.equal(cache.get(hash(1)), null);
  assert.equal(cache.get(hash(0)), first);
  assert.throws(() => cache.add(hash(65), bytesOf("90")), /a schema that cannot be read/);
  assert.ok(
    sameBytes(hash(3), hash(3)) && !sameBytes(hash(3), hash(4)) && !sameBytes(hash(3), new Uint8Array(0)),
  );
});
