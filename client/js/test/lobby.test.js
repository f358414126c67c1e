import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import {
  Identity,
  InvalidInput,
  Kicked,
  Lobby,
  LobbyClosed,
  NotConnected,
  Notice,
  RequestRefused,
  SessionGone,
  TakenOver,
  connect,
  statusText,
} from "../rallypoint.js";
import { FakeSocket, nextSocket, settled } from "./fake_socket.js";
import {
  answer,
  chat,
  hit,
  listing,
  pass,
  push,
  row,
  seatAt,
  seated,
  token,
  welcome,
} from "./server_says.js";

const [HELLO, RESUME, TAKE, PROVED, ACK, LEAVE] = [1, 2, 3, 4, 5, 7];
const [MATCH, CANCEL, LOCATE, CREATE, JOIN, SPECTATE, WATCH, UNWATCH] = [16, 17, 18, 19, 20, 21, 22, 23];
const [LISTEN, UNLISTEN, SAY, REMATCH] = [27, 28, 29, 30];

/** @type {import("../src/lobby_link.js").LobbyOptions} */
const OPTIONS = { WebSocket: /** @type {any} */ (FakeSocket), random: () => 0, timing: { leaveS: 0.05 } };

/** @type {Lobby[]} */
let lobbies = [];

beforeEach(() => {
  FakeSocket.made = [];
  lobbies = [];
});

afterEach(async () => {
  for (const lobby of lobbies) await lobby.close();
  mock.restoreAll();
});

/** @param {import("../src/lobby_link.js").LobbyOptions} [options] */
async function met(options) {
  const connecting = connect("ws://here:8000", { name: "Ann", ...OPTIONS, ...options });
  const socket = await nextSocket(0);
  socket.opens().says(welcome());
  const lobby = await connecting;
  lobbies.push(lobby);
  const first = socket.take();
  return { lobby, socket, first };
}

/** A seat in a session, and its socket. @param {Record<string, any>} [more] */
async function playing(more) {
  const { lobby, socket } = await met();
  const joining = lobby.join("s");
  await settled();
  socket.says(answer(1, seatAt("/session/s", more)));
  const at = await nextSocket(1);
  at.opens().says(seated());
  const seat = await joining;
  at.says(pass(1));
  at.take();
  socket.take();
  return { lobby, socket, seat, at };
}

// --- coming in ---------------------------------------------------------------------------------------------

test("who comes in says hello, proves the token, and knows who they are", async () => {
  const { lobby, socket, first } = await met();
  assert.deepEqual(
    [socket.url, socket.protocols, socket.binaryType],
    ["ws://here:8000/lobby", "rallypoint.v1", "arraybuffer"],
  );
  const none = new Uint8Array(0);
  assert.deepEqual(first, [[HELLO, 1, "Ann", "javascript", "", none], [PROVED]]);
  assert.deepEqual([lobby.state, lobby.player, lobby.name, lobby.games], ["connected", "p", "Ann", ["duel"]]);
  assert.equal(statusText(lobby), "");
});

test("an address is understood in all its forms, and another is refused in words", async () => {
  for (const [url, want] of [
    ["http://here:8000/", "ws://here:8000/lobby"],
    ["https://here/games/", "wss://here/games/lobby"],
    ["wss://here/lobby?x=1#y", "wss://here/lobby"],
  ]) {
    const lobby = new Lobby(url, OPTIONS);
    assert.equal(lobby.url, want);
    await lobby.close();
  }
  for (const url of ["here:8000", "", "ftp://here"]) {
    await assert.rejects(connect(url, OPTIONS), /is not a server's address, as ws:\/\/localhost:8000 is/);
  }
  await assert.rejects(connect("ws://here", { ...OPTIONS, name: "x".repeat(300) }), InvalidInput);
});

test("a lobby session resumes after a lost connection, and unanswered requests go again under their ids", async () => {
  const { lobby, socket } = await met();
  /** @type {string[]} */
  const states = [];
  lobby.onState = (state) => states.push(state);
  const declining = lobby.decline("s");
  await settled();
  assert.deepEqual(socket.take(), [[REMATCH, 1, "s", false]]);
  socket.breaks();
  const again = await nextSocket(1);
  again.opens().says(welcome({ resumed: true, token: token("t2") }), answer(1));
  await declining;
  assert.deepEqual(again.take(), [
    [RESUME, 1, "l", token("t1"), 0, 0, 0, new Uint8Array(0)],
    [PROVED],
    [REMATCH, 1, "s", false],
  ]);
  assert.deepEqual([states, lobby.resumes], [["resuming", "connected"], 1]);
});

test("a lobby session that is gone fails what was asked, and with fresh another takes its place", async () => {
  for (const fresh of [false, true]) {
    FakeSocket.made = [];
    const { lobby, socket } = await met({ fresh });
    const matching = lobby.quickMatch("duel");
    matching.catch(() => {});
    const list = lobby.sessions("duel");
    await settled();
    socket.says(answer(2), listing(1, [row("a")], { whole: true }));
    socket.breaks(4020);
    await assert.rejects(matching, SessionGone);
    if (!fresh) {
      assert.deepEqual([lobby.state, list.isOpen, list.error instanceof SessionGone], ["gone", false, true]);
      await assert.rejects(lobby.join("s"), SessionGone);
      continue;
    }
    const again = await nextSocket(1);
    again.opens().says(welcome({ lobby: "l2", player: "p2" }));
    await settled();
    assert.deepEqual([lobby.state, lobby.player, lobby.error], ["connected", "p2", null]);
    assert.equal(again.take().at(-1)[0], WATCH); // a list goes on
    assert.deepEqual(
      list.rows.map(({ id }) => id),
      ["a"],
    );
  }
});

test("who is taken over is told so, and does not come back", async () => {
  const { lobby, socket } = await met();
  socket.breaks(4002);
  await settled();
  assert.ok(lobby.error instanceof TakenOver);
  assert.deepEqual(
    [lobby.state, statusText(lobby), FakeSocket.made.length],
    ["closed", "you play in another tab now", 1],
  );
});

// --- who somebody is ---------------------------------------------------------------------------------------

/** A browser's storage. */
class FakeStorage {
  /** @type {Map<string, string>} */
  items = new Map();
  /** @param {string} name */
  getItem(name) {
    return this.items.get(name) ?? null;
  }
  /**
   * @param {string} name
   * @param {string} value
   */
  setItem(name, value) {
    this.items.set(name, value);
  }
}

test("an identity is kept for each server, and said with the next hello", async () => {
  const storage = /** @type {any} */ (new FakeStorage());
  const { lobby } = await met({ identity: Identity.storage("game", storage) });
  assert.equal(storage.items.size, 0);
  FakeSocket.made[0].breaks();
  const again = await nextSocket(1);
  again.opens().says(welcome({ resumed: true, secret: token("hush") }));
  await lobby.close();
  const next = Identity.storage("game", storage);
  next.usedAt("ws://here:8000/lobby");
  assert.deepEqual([next.player, next.secret], ["p", token("hush")]);
  next.usedAt("ws://there:8000/lobby");
  assert.deepEqual([next.player, next.secret.length], ["", 0]);
  assert.ok(!JSON.stringify(next).includes("hush") && !String(next).includes("68757368"));
});

test("without a storage, with one that throws, or with nonsense in it, a player is a guest and plays", async () => {
  const warn = mock.method(console, "warn", () => {});
  const broken = {
    getItem() {
      throw new Error("denied");
    },
    setItem() {
      throw new Error("denied");
    },
  };
  const connecting = connect("ws://here:8000", {
    ...OPTIONS,
    identity: Identity.storage("game", /** @type {any} */ (broken)),
  });
  const socket = await nextSocket(0);
  socket.opens().says(welcome({ secret: token("hush") }));
  const lobby = await connecting;
  lobbies.push(lobby);
  assert.equal(lobby.state, "connected");
  assert.equal(warn.mock.callCount(), 1);
  assert.ok(!String(warn.mock.calls[0].arguments).includes("hush"));
  assert.ok(Identity.storage("game", null) instanceof Identity);
  const odd = new FakeStorage();
  for (const text of ["{", "5", '{"player":1,"secret":"00"}', '{"player":"p","secret":"zz"}']) {
    odd.items.set("rallypoint:game@here:8000", text);
    const identity = Identity.storage("game", /** @type {any} */ (odd));
    identity.usedAt("ws://here:8000/lobby");
    assert.equal(identity.player, "", text);
  }
});

test("the seats that a player has are known at the door", async () => {
  const connecting = connect("ws://here:8000", OPTIONS);
  (await nextSocket(0)).opens().says(welcome({ seats: [["s", "duel"]] }));
  const lobby = await connecting;
  lobbies.push(lobby);
  assert.deepEqual(lobby.mySeats, [{ session: "s", game: "duel" }]);
  const joining = lobby.join(lobby.mySeats[0]);
  joining.catch(() => {});
  await settled();
  assert.deepEqual(FakeSocket.made[0].take().at(-1), [JOIN, 1, "s", ""]);
});

// --- seats -------------------------------------------------------------------------------------------------

test("a quick match tells its place in the queue, and gives a seat", async () => {
  const { lobby, socket } = await met();
  /** @type {number[][]} */
  const places = [];
  const matching = lobby.quickMatch("duel", { onWait: (place, waiting) => places.push([place, waiting]) });
  await settled();
  assert.deepEqual(socket.take(), [[MATCH, 1, "duel"]]);
  socket.says(answer(1), push(1, "queued", { game: "duel", place: 2, waiting: 2 }));
  socket.says(push(1, "queued", { game: "duel", place: 2, waiting: 2 })); // twice is once
  await assert.rejects(lobby.quickMatch("duel"), /already_queued/);
  socket.says(push(2, "matched", seatAt("/session/s")));
  const at = await nextSocket(1);
  assert.equal(at.url, "ws://here:8000/session/s");
  at.opens().says(seated({ seat: 1 }));
  const seat = await matching;
  assert.deepEqual(
    [seat.index, seat.state, seat.game, lobby.seats, places],
    [1, "playing", "duel", [seat], [[2, 2]]],
  );
  assert.deepEqual(
    at.take().map(([kind]) => kind),
    [TAKE, PROVED],
  );
  assert.deepEqual(socket.take(), [
    [ACK, 0, 0, 1],
    [ACK, 0, 0, 1],
    [ACK, 0, 0, 2],
  ]);
});

test("a quick match is given up by its signal, by cancel, or by the server", async () => {
  const { lobby, socket } = await met();
  const stop = new AbortController();
  const aborted = lobby.quickMatch("duel", { signal: stop.signal });
  await settled();
  socket.says(answer(1));
  stop.abort();
  await assert.rejects(aborted, { name: "AbortError" });
  assert.deepEqual(socket.take().at(-1), [CANCEL, 2]);
  socket.says(answer(2));
  await assert.rejects(lobby.quickMatch("duel", { signal: stop.signal }), { name: "AbortError" });

  const cancelled = lobby.quickMatch("duel");
  await settled();
  const cancelling = lobby.cancel();
  await settled();
  socket.says(answer(3), answer(4));
  await cancelling;
  await assert.rejects(cancelled, { code: "cancelled" });

  const lost = lobby.quickMatch("duel");
  await settled();
  socket.says(answer(5), push(1, "unqueued", { game: "duel", reason: "already_seated" }));
  await assert.rejects(lost, { code: "already_seated" });
  const refused = lobby.quickMatch("chess");
  await settled();
  socket.says(answer(6, null, "unknown_game", "no chess here"));
  await assert.rejects(refused, /unknown_game: no chess here/);
});

test("a quick match that is given up while its seat is being taken leaves none behind", async () => {
  const { lobby, socket } = await met();
  const stop = new AbortController();
  const matching = lobby.quickMatch("duel", { signal: stop.signal });
  await settled();
  socket.says(answer(1), push(1, "matched", seatAt("/session/s")));
  const at = await nextSocket(1);
  at.opens();
  stop.abort();
  await assert.rejects(matching, { name: "AbortError" });
  assert.deepEqual([at.readyState, lobby.seats], [3, []]);
});

test("a session is created, joined and watched by whatever names it", async () => {
  const { lobby, socket } = await met();
  const code = { code: "K7M2QX" };
  const rows = [
    { id: "s", meta: {} },
    { session: "s", code: "K7M2QX" },
  ];
  const asked = [
    lobby.create("duel", { options: { laps: 3 }, meta: { map: "desert" }, private: true }),
    lobby.join("s"),
    lobby.join(/** @type {any} */ (rows[0])),
    lobby.join(/** @type {any} */ (rows[1])),
    lobby.join(code),
    lobby.spectate(code),
  ];
  for (const each of asked) each.catch(() => {});
  await settled();
  assert.deepEqual(
    socket.take().map(([kind, , ...rest]) => [kind, ...rest]),
    [
      [CREATE, "duel", { laps: 3 }, { map: "desert" }, true],
      [JOIN, "s", ""],
      [JOIN, "s", ""],
      [JOIN, "s", ""],
      [JOIN, "", "K7M2QX"],
      [SPECTATE, "", "K7M2QX"],
    ],
  );
  for (let id = 1; id <= asked.length; id++) socket.says(answer(id, null, "unknown", "no such session"));
  for (const each of asked) await assert.rejects(each, { code: "unknown" });
  await assert.rejects(lobby.join(""), /name a session/);
  for (const wrong of [{}, null, undefined, 5, { code: 7 }]) {
    await assert.rejects(lobby.join(/** @type {any} */ (wrong)), /name a session/);
  }
  await assert.rejects(lobby.create("duel", { meta: /** @type {any} */ ({ map: [1] }) }), InvalidInput);
});

test("an answer that cannot be read is refused", async () => {
  const { lobby, socket } = await met();
  const bad = [null, { session: "s" }, seatAt("http://[")];
  for (const [at, value] of bad.entries()) {
    const joining = lobby.join("s");
    await settled();
    socket.says(answer(at + 1, value));
    await assert.rejects(joining, { code: "malformed" });
  }
});

test("a seat resumes by itself: its states and its text are told, and events come once", async () => {
  const { seat, at } = await playing();
  /** @type {any[]} */
  const told = [];
  seat.onState = (state, whose) => told.push([state, whose === seat, statusText(seat)]);
  seat.onEvent = (event) => told.push(event.n);
  at.says(pass(2, { events: [hit(1, 2)] }));
  at.breaks();
  const again = await nextSocket(2);
  assert.deepEqual([seat.state, seat.keptForS !== null && seat.keptForS > 29], ["resuming", true]);
  again
    .opens()
    .says(seated({ outcome: "resumed", token: token("t2") }), pass(3, { events: [hit(1, 2), hit(2, 3)] }));
  const wanted = [
    1,
    ["resuming", true, "reconnecting, your seat is kept for 30 s"],
    ["playing", true, ""],
    2,
  ];
  assert.deepEqual(told, wanted);
  assert.deepEqual(again.take()[0].slice(0, 7), [RESUME, 1, "s", token("t1"), 1, 2, 1]);
  assert.equal(seat.keptForS, null);
});

test("callbacks that throw are told in the console, and break nothing", async () => {
  const error = mock.method(console, "error", () => {});
  const { seat, at, lobby, socket } = await playing();
  const fails = () => {
    throw new Error("a bug of the page");
  };
  Object.assign(seat, { onPass: fails, onEvent: fails, onState: fails });
  Object.assign(lobby, { onPush: fails, onState: fails, onOffer: fails });
  at.says(pass(2, { events: [hit(1, 2)] }), pass(3));
  socket.says(push(1, "matched", seatAt("/session/s2")));
  at.breaks();
  (await nextSocket(2)).opens().says(seated({ outcome: "resumed" }), pass(4));
  await settled();
  assert.deepEqual([seat.state, seat.latest.tick, lobby.offers.length], ["playing", 4, 1]);
  assert.equal(error.mock.callCount(), 3 + 1 + 2 + 2); // passes, event, states, push and offer
});

test("an event that came before somebody listened is told with the next pass, and in order", async () => {
  const { seat, at } = await playing();
  at.says(pass(2, { events: [hit(1, 2)] }));
  /** @type {number[]} */
  const told = [];
  seat.onEvent = ({ n }) => told.push(n);
  at.says(pass(3));
  assert.deepEqual(told, [1]);
  at.says(pass(4, { events: [hit(2, 4)] }));
  assert.deepEqual([told, seat.takeEvents()], [[1, 2], []]);
});

test("a seat is iterated over: updates that were not looked at become one, and nothing of the events is lost", async () => {
  const { seat, at } = await playing();
  const updates = seat[Symbol.asyncIterator]();
  assert.equal((await updates.next()).value.tick, 1);
  const waiting = updates.next();
  await assert.rejects(updates.next(), /two loops iterate over one seat/);
  at.says(pass(2, { events: [hit(1, 2)] }));
  assert.deepEqual(await waiting.then(({ value }) => [value.tick, value.events.length]), [2, 1]);
  at.says(pass(3, { events: [hit(2, 3)] }), pass(4, { events: [hit(3, 4)] }));
  const { value } = await updates.next();
  assert.deepEqual([value.tick, value.conflated, value.events.map(({ n }) => n)], [4, 1, [2, 3]]);
  const last = updates.next();
  at.breaks(4001);
  assert.equal((await last).done, true);
});

test("inputs go out at once, and a seat that is away refuses an action", async () => {
  const { seat, at } = await playing();
  assert.equal(seat.send(seat.inputs.Steer({ turn: 1 })), 1);
  assert.equal(seat.send(seat.inputs.Fire()), 2);
  assert.deepEqual(
    at.take().map(([kind]) => kind),
    [64, 65],
  );
  at.breaks();
  await settled();
  assert.throws(() => seat.act(seat.inputs.Fire()), NotConnected);
});

test("a session that moved is asked for at the lobby, and resumed there", async () => {
  const { seat, at, socket } = await playing();
  at.breaks(4004);
  await settled();
  assert.deepEqual(socket.take(), [[LOCATE, 2, "s", token("t1")]]);
  assert.equal(statusText(seat).split(",")[0], "the session moves to another server");
  socket.says(answer(2, { url: "ws://there:9000/session/s" }));
  const again = await nextSocket(2);
  assert.equal(again.url, "ws://there:9000/session/s");
  again.opens().says(seated({ outcome: "resync", epoch: 2 }), pass(7, { whole: true, epoch: 2 }));
  assert.deepEqual([seat.state, seat.latest.tick, seat.latest.epoch], ["playing", 7, 2]);
});

test("leaving gives the seat up, closing keeps it, and both are said with codes that a page may send", async () => {
  const first = await playing();
  const leaving = first.seat.leave();
  assert.deepEqual(first.at.take(), [[LEAVE]]);
  first.at.breaks(4000);
  await leaving;
  assert.deepEqual([first.seat.state, first.seat.error, first.lobby.seats], ["closed", null, []]);
  assert.equal(statusText(first.seat), "you left");
  FakeSocket.made = [];
  const second = await playing();
  await second.seat.close();
  assert.deepEqual([second.at.take(), second.at.closed?.[0]], [[], 1000]);
});

test("a seat that is cut or cannot read what comes ends its connection with a code of ours, and resumes", async () => {
  const { seat, at } = await playing();
  seat.cut();
  assert.equal(at.closed?.[0], 4022);
  const again = await nextSocket(2);
  again.opens().says(seated({ outcome: "resumed" }), pass(9)); // a difference to a state that is not here
  assert.deepEqual([again.closed?.[0], seat.stats.desyncs], [4011, 1]);
  const third = await nextSocket(3);
  third.opens().says(seated({ outcome: "resync" }), pass(9, { whole: true }), new Uint8Array([0xc1]));
  assert.deepEqual([third.closed?.[0], seat.latest.tick], [4010, 9]);
});

test("a rematch waits for all, and is refused in words", async () => {
  const { lobby, seat, socket } = await playing();
  /** @type {any[]} */
  const wants = [];
  const first = seat.rematch({ onWait: (wanted, group) => wants.push([wanted, group]) });
  await settled();
  assert.deepEqual(socket.take(), [[REMATCH, 2, "s", true]]);
  socket.says(answer(2), push(1, "rematch", { session: "s", wanted: ["p"], group: ["p", "q"] }));
  await assert.rejects(lobby.rematch("s"), { code: "already_wanted" });
  socket.says(push(2, "rematch_off", { session: "s", reason: "declined" }));
  await assert.rejects(first, /declined: somebody does not want it/);
  assert.deepEqual(wants, [[["p"], ["p", "q"]]]);
  const second = lobby.rematch(seat);
  await settled();
  socket.says(answer(3), push(3, "matched", seatAt("/session/s2", { session: "s2", rematch: "s" })));
  (await nextSocket(2)).opens().says(seated());
  assert.equal((await second).session, "s2");
});

// --- lists and chats ---------------------------------------------------------------------------------------

test("a list of sessions is told whole, then what changes, and becomes whole again after a lost connection", async () => {
  const { lobby, socket } = await met();
  const list = lobby.sessions("duel", { where: ["free > 0"], limit: 10 });
  let told = 0;
  list.onChange = () => told++;
  await settled();
  assert.deepEqual(socket.take(), [[WATCH, 1, "duel", [["free", ">", 0]], 10]]);
  socket.says(listing(1, [row("x")], { whole: true })); // of a former list
  socket.says(answer(1), listing(2, [row("a"), row("b")], { whole: true, counts: { lobby: 2 } }));
  await list.ready;
  assert.deepEqual(
    [list.rows.map(({ id }) => id), list.counts, list.total, told],
    [["a", "b"], { lobby: 2 }, 2, 1],
  );
  const changes = list[Symbol.asyncIterator]();
  assert.equal((await changes.next()).value.added.length, 2);
  socket.says(listing(3, [row("b", 0), row("c")], { gone: ["a"], total: 2 }));
  const { value } = await changes.next();
  const ids = (/** @type {any[]} */ rows) => rows.map(({ id }) => id);
  assert.deepEqual([ids(value.added), ids(value.changed), ids(value.removed)], [["c"], ["b"], ["a"]]);
  socket.breaks();
  const again = await nextSocket(1);
  again
    .opens()
    .says(welcome({ resumed: true }), listing(1, [row("z")]), listing(2, [row("c")], { whole: true }));
  assert.deepEqual(ids(list.rows), ["c"]);
  const other = lobby.sessions();
  assert.deepEqual([list.isOpen, other.isOpen], [false, true]);
  other.close();
  await settled();
  assert.deepEqual(
    again
      .take()
      .slice(-2)
      .map(([kind]) => kind),
    [WATCH, UNWATCH],
  );
  assert.throws(() => lobby.sessions("duel", { where: ["speed > 9"] }), /a session has no 'speed'/);
  assert.throws(() => lobby.sessions("duel", { limit: 0 }), /limit is 1 to 100/);
});

test("a list that the server does not give is an error", async () => {
  const { lobby, socket } = await met();
  const list = lobby.sessions("chess");
  await settled();
  socket.says(answer(1, null, "unknown_game", "no chess here"));
  await assert.rejects(list.ready, { code: "unknown_game" });
  assert.ok(!list.isOpen && list.error instanceof RequestRefused);
});

test("a list or a chat that cannot even be asked for is an error, and not waited for", async () => {
  const { lobby } = await met();
  for (let n = 0; n < 32; n++) lobby.decline("s").catch(() => {});
  const list = lobby.sessions("duel");
  await assert.rejects(list.ready, { name: "TooManyOutstanding" });
  await assert.rejects(lobby.chat(), { name: "TooManyOutstanding" });
  await lobby.close();
  await assert.rejects(lobby.sessions().ready, LobbyClosed);
});

test("a chat tells each line once, over lost connections too", async () => {
  const { lobby, socket } = await met();
  const coming = lobby.chat();
  await settled();
  assert.deepEqual(socket.take(), [[LISTEN, 1, ""]]);
  socket.says(answer(1));
  const room = await coming;
  /** @type {number[]} */
  const lines = [];
  room.onLine = ({ n }) => lines.push(n);
  socket.says(chat("", 1, 2), chat("elsewhere", 9));
  const saying = room.say("hello");
  await settled();
  socket.says(answer(2), chat("", 3));
  await saying;
  socket.breaks();
  (await nextSocket(1)).opens().says(welcome({ resumed: true }), chat("", 1, 2, 3, 4));
  assert.deepEqual(
    [lines, room.lines.map(({ n }) => n)],
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
  );
  assert.equal(await lobby.chat(), room);
  await assert.rejects(room.say(""), InvalidInput);
  room.close();
  assert.deepEqual(
    FakeSocket.made[1]
      .take()
      .slice(-1)
      .map(([kind]) => kind),
    [UNLISTEN],
  );
  await assert.rejects(room.say("x"), LobbyClosed);
  assert.equal(SAY, 29);
});

// --- the page ----------------------------------------------------------------------------------------------

test("a page that is seen again tries at once instead of waiting, and asks a server that it believes to have", async () => {
  const page = new EventTarget();
  Object.assign(globalThis, { document: Object.assign(page, { visibilityState: "visible" }) });
  const heard = new EventTarget();
  const { addEventListener, removeEventListener } = globalThis;
  Object.assign(globalThis, {
    addEventListener: heard.addEventListener.bind(heard),
    removeEventListener: heard.removeEventListener.bind(heard),
  });
  try {
    const { lobby, socket } = await met({ random: () => 0.999, timing: { leaveS: 0.05, connectS: 3000 } });
    for (let n = 0; n < 9; n++) {
      FakeSocket.made[n].breaks(4005); // each later than the one before: seconds, soon
      await settled();
      page.dispatchEvent(new Event("visibilitychange"));
      await settled();
      assert.equal(FakeSocket.made.length, n + 2);
    }
    const last = FakeSocket.made[9];
    /** @type {any[]} */
    const frames = [];
    last.send = (frame) => frames.push(frame[1]); // its kind
    last.opens().says(welcome({ resumed: true }));
    frames.length = 0;
    heard.dispatchEvent(new Event("online"));
    assert.deepEqual(frames, [6]);
    assert.equal(socket.readyState, 3);
    await lobby.close();
    heard.dispatchEvent(new Event("online")); // nobody listens any more
    assert.equal(FakeSocket.made.length, 10);
  } finally {
    Reflect.deleteProperty(globalThis, "document");
    Object.assign(globalThis, { addEventListener, removeEventListener });
  }
});

test("a server that speaks something else, or an address that is none, is no way in", async () => {
  const odd = class extends FakeSocket {
    protocol = "other";
  };
  const options = { ...OPTIONS, WebSocket: /** @type {any} */ (odd), timing: { connectS: 0.02 } };
  const opening = setInterval(() => {
    for (const socket of FakeSocket.made) if (socket.readyState === 0) socket.opens();
  }, 1);
  const way = /no connection to ws:\/\/here\/lobby: .*does not speak rallypoint\.v1/;
  await assert.rejects(connect("ws://here", options), way);
  clearInterval(opening);
  const refuses = class {
    constructor() {
      throw new SyntaxError("not an address");
    }
  };
  await assert.rejects(
    connect("ws://here", { ...OPTIONS, WebSocket: /** @type {any} */ (refuses) }),
    /no connection to/,
  );
});

test("a seat that a backend gives can be waited for, and nobody waits for one after the end", async () => {
  const { lobby, socket } = await playing();
  const waiting = lobby.nextOffer();
  socket.says(push(1, "matched", seatAt("/session/s2", { session: "s2" })));
  assert.equal((await waiting).session, "s2");
  assert.deepEqual(lobby.offers, []);
  const vain = assert.rejects(lobby.nextOffer(), LobbyClosed);
  await lobby.close();
  await vain;
});

// --- what operators say ------------------------------------------------------------------------------------

test("what an operator tells comes once, after a lost connection too, and as any push", async () => {
  const { lobby, socket } = await met();
  /** @type {Notice[]} */
  const heard = [];
  /** @type {string[]} */
  const kinds = [];
  lobby.onNotice = (notice) => heard.push(notice);
  lobby.onPush = (kind) => kinds.push(kind);
  const paused = push(1, "notice", { kind: "paused", text: "lunch", session: "s", until_ms: null });
  socket.says(paused);
  socket.breaks();
  const again = await nextSocket(1);
  const muted = push(2, "notice", { kind: "muted", text: "spam", session: null, until_ms: 1_800_000_000_000 });
  again.opens().says(welcome({ resumed: true, token: token("t2") }), paused, muted);
  assert.deepEqual(heard, [new Notice("paused", "lunch", "s"), new Notice("muted", "spam", null, 1.8e12)]);
  assert.deepEqual(kinds, ["notice", "notice"]);
  assert.deepEqual(again.take().at(-1), [ACK, 0, 0, 2]);
});

test("a notice that cannot be read is told to nobody, and one of an unknown kind is", async () => {
  const { lobby, socket } = await met();
  /** @type {Notice[]} */
  const heard = [];
  lobby.onNotice = (notice) => heard.push(notice);
  const good = { kind: "message", text: "hi", session: null, until_ms: null };
  const bad = [{ kind: 1 }, { kind: null }, { text: null }, { text: 7 }, { session: 5 }, { until_ms: "noon" }, { until_ms: 1.5 }];
  bad.forEach((change, n) => socket.says(push(n + 1, "notice", { ...good, ...change })));
  socket.says(push(8, "notice", { kind: "brand_new", text: "", more: 1 }));
  assert.deepEqual(heard, [new Notice("brand_new", "")]);
  assert.equal(lobby.state, "connected");
});

test("what was told before anybody listens is told to who does, the newest sixteen", async () => {
  const { lobby, socket } = await met();
  for (let n = 1; n <= 18; n += 1) socket.says(push(n, "notice", { kind: "message", text: String(n) }));
  /** @type {string[]} */
  const heard = [];
  lobby.onNotice = ({ text }) => heard.push(text);
  assert.deepEqual([heard.length, heard[0], heard.at(-1)], [16, "3", "18"]);
  lobby.onNotice = ({ text }) => heard.push(`again ${text}`);
  assert.equal(heard.length, 16);
});

test("who is removed by an operator is told so, does not come back, and may come anew", async () => {
  const { lobby, socket } = await met({ fresh: true });
  socket.breaks(4003, "removed");
  await settled();
  assert.deepEqual([lobby.state, lobby.error instanceof Kicked], ["closed", true]);
  assert.equal(statusText(lobby), "an operator has removed you");
  assert.equal(FakeSocket.made.length, 1);
  const connecting = connect("ws://here:8000", { name: "Ann", ...OPTIONS });
  (await nextSocket(1)).opens().says(welcome({ lobby: "l2" }));
  lobbies.push(await connecting);
  assert.equal(lobbies[1].state, "connected");
});

test("who is muted may say nothing, and reads for how long", async () => {
  const { lobby, socket } = await met();
  const opening = lobby.chat();
  await settled();
  socket.says(answer(1));
  const room = await opening;
  const saying = assert.rejects(room.say("hi"), (/** @type {any} */ error) => {
    assert.ok(error instanceof RequestRefused);
    assert.deepEqual([error.code, error.reason], ["muted", "for 5 minutes more"]);
    return true;
  });
  await settled();
  socket.says(answer(2, null, "muted", "for 5 minutes more"));
  await saying;
});
