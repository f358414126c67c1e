import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { InvalidInput, Lobby, ReadyCheck, SessionGone, connect } from "../rallypoint.js";
import { FakeSocket, nextSocket, settled } from "./fake_socket.js";
import { answer, push, seatAt, seated, token, welcome } from "./server_says.js";

const [CANCEL, ENQUEUE, ACCEPT, EXPLAIN, CREATE, JOIN, LEAVE, READY] = [17, 48, 49, 50, 51, 52, 53, 54];
const [KICK, LEAD, BLOCK, LEADERBOARD] = [55, 56, 57, 58];
const [PROVED, ACK] = [4, 5];

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
});

/** @param {import("../src/lobby_link.js").LobbyOptions} [options] */
async function met(options) {
  const connecting = connect("ws://here:8000", { name: "Ann", ...OPTIONS, ...options });
  const socket = await nextSocket(0);
  socket.opens().says(welcome());
  const lobby = await connecting;
  lobbies.push(lobby);
  socket.take();
  return { lobby, socket };
}

/** What was asked for since the last look. @param {FakeSocket} socket */
async function asked(socket) {
  await settled();
  return socket.take().filter(([kind]) => kind !== ACK && kind !== PROVED);
}

/** A ticket in `ranked`, which the server has taken. @param {import("../rallypoint.js").PlayOptions} [options] */
async function waiting(options) {
  const { lobby, socket } = await met();
  const playing = lobby.play("ranked", options);
  playing.catch(() => {});
  await settled();
  socket.take();
  socket.says(answer(1, {}), push(1, "queued", { game: "ranked", queues: ["ranked"], place: 0, waiting: 3 }));
  await settled();
  return { lobby, socket, playing };
}

/** The match, and the seat in it. @param {FakeSocket} socket @param {Promise<any>} playing @param {number} [n] */
async function seatOf(socket, playing, n = 9) {
  socket.says(push(n, "matched", seatAt("/session/s", { queue: "ranked", match: "m1", team: 1 })));
  (await nextSocket(FakeSocket.made.length)).opens().says(seated());
  return await playing;
}

/** @param {number} n @param {Record<string, any>} [more] */
const check = (n, more) =>
  push(n, "ready_check", {
    match: "m1",
    queue: "ranked",
    ready_s: 12,
    accepted: 0,
    players: 2,
    mine: false,
    ...more,
  });

/** @param {number} n @param {string} reason @param {boolean} requeued */
const off = (n, reason, requeued) => push(n, "ready_check_off", { match: "m1", reason, requeued });

/** @param {number} n @param {string} reason */
const unqueued = (n, reason) => push(n, "unqueued", { game: "ranked", queues: ["ranked"], reason });

const RULE = { rule: "rating", passes: 3, of: 11, excludes: 6, limit: 3, next_s: 8, next_limit: null };
const WHY = {
  queue: "ranked",
  waited_s: 4.5,
  waiting: 12,
  rules: [RULE],
  tightest: "rating",
  nearby: 3,
  players_needed: 8,
  estimate_s: 20.5,
  basis: { matches: 7, minutes: 10 },
  text: "3 players near your rating, widening in 8 s",
};

/** @param {number} n @param {string[]} members @param {Record<string, any>} [more] */
const party = (n, members, more) => ({
  code: "K7M2QX",
  leader: members[0],
  members: members.map((player) => ({ player, name: player, ready: false, here: true, seated: false })),
  n,
  ...more,
});

test("a ticket says what the rules ask for, and its match gives a seat", async () => {
  const { lobby, socket } = await met();
  const options = { attributes: { map: ["ice"], rank: 3, ok: true }, latencyMs: { eu: 24 } };
  const playing = lobby.play(["ranked", "duel"], options);
  assert.deepEqual(await asked(socket), [
    [ENQUEUE, 1, ["ranked", "duel"], { map: ["ice"], rank: 3, ok: true }, { eu: 24 }],
  ]);
  socket.says(answer(1, {}));
  socket.says(push(1, "matched", seatAt("/session/s5", { session: "s5", game: "chess" }))); // of another queue
  const seat = await seatOf(socket, playing);
  assert.deepEqual([seat.queue, seat.match, seat.team], ["ranked", "m1", 1]);
  assert.deepEqual(
    lobby.offers.map(({ session }) => session),
    ["s5"],
  );
});

test("what no server would take is not sent", async () => {
  const { lobby, socket } = await met();
  await assert.rejects(lobby.play(), /no_ticket: name a queue/);
  for (const [queues, options] of /** @type {[string[], any][]} */ ([
    [["ranked"], { attributes: { map: null } }],
    [["ranked"], { attributes: { map: [5] } }],
    [["ranked"], { attributes: { map: Array(33).fill("x") } }],
    [["ranked"], { latencyMs: { eu: -1 } }],
    [["ranked"], { latencyMs: { eu: "24" } }],
    [["x".repeat(33)], {}],
    [Array(9).fill("ranked"), {}],
  ])) {
    await assert.rejects(lobby.play(queues, options), InvalidInput);
  }
  await assert.rejects(lobby.leaderboard("ranked", { limit: 101 }), /limit is 1 to 100/);
  assert.deepEqual(await asked(socket), []);
});

test("who waits is told why, again and again", async () => {
  /** @type {import("../rallypoint.js").Waiting[]} */
  const told = [];
  const { socket, playing } = await waiting({ onWait: (now) => told.push(now), explainEveryS: 0.001 });
  while (!socket.sent.some(([kind, id]) => kind === EXPLAIN && id === 2)) await settled();
  socket.says(answer(2, { queues: [WHY] }));
  await settled();
  assert.deepEqual(
    told.map(({ text }) => text),
    ["looking for a match", WHY.text],
  );
  const rule = told[1].why?.queues[0].rules[0];
  assert.deepEqual(rule, {
    rule: "rating",
    passes: 3,
    of: 11,
    excludes: 6,
    limit: 3,
    nextS: 8,
    nextLimit: null,
  });
  assert.deepEqual(told[1].why?.queues[0].basis, { matches: 7, minutes: 10 });
  while (!socket.sent.some(([kind, id]) => kind === EXPLAIN && id === 3)) await settled();
  socket.says(answer(3, null, "no_ticket"));
  while (!socket.sent.some(([kind, id]) => kind === EXPLAIN && id === 4)) await settled();
  socket.says(answer(4, { queues: [WHY] }), unqueued(2, "closing_time"));
  await assert.rejects(playing, { code: "closing_time" });
  assert.equal(told.length, 2); // the same again is no news
});

test("an explanation is asked for once, too, and one that cannot be read is refused", async () => {
  const { lobby, socket, playing } = await waiting();
  const explaining = lobby.explain();
  assert.deepEqual(await asked(socket), [[EXPLAIN, 2]]); // nobody waits to hear it: it is not asked for by itself
  socket.says(answer(2, { queues: [WHY, { ...WHY, queue: "casual", text: "nobody" }] }));
  assert.equal((await explaining).text, `ranked: ${WHY.text}; casual: nobody`);
  for (const bad of [null, { queues: 5 }, { queues: [{ queue: 5 }] }, { queues: [{ ...WHY, nearby: "3" }] }]) {
    const again = lobby.explain();
    await settled();
    socket.says(answer(socket.take()[0][1], bad));
    await assert.rejects(again, { code: "malformed" });
  }
  void playing;
});

test("a ready check is accepted by itself", async () => {
  const { socket, playing } = await waiting();
  socket.says(check(2));
  assert.deepEqual(await asked(socket), [[ACCEPT, 2, "m1", true]]);
  await seatOf(socket, playing);
});

test("a ready check asks once, and tells what becomes of it", async () => {
  /** @type {ReadyCheck[]} */
  const checks = [];
  /** @type {any[]} */
  const seen = [];
  const { socket, playing } = await waiting({
    onReadyCheck(check) {
      checks.push(check);
      check.onChange = ({ accepted, mine, over }) => seen.push([accepted, mine, over]);
    },
  });
  socket.says(check(2));
  const [it] = checks;
  assert.deepEqual([it.match, it.queue, it.players, it.over], ["m1", "ranked", 2, ""]);
  assert.ok(it.secondsLeft > 11 && it.secondsLeft <= 12);
  it.accept();
  it.accept();
  assert.deepEqual(await asked(socket), [[ACCEPT, 2, "m1", true]]);
  socket.says(check(3, { accepted: 1, mine: true, ready_s: 600 }));
  assert.ok(it.secondsLeft <= 12); // what comes late does not make it longer
  await seatOf(socket, playing);
  assert.deepEqual(
    [seen, it.secondsLeft, checks.length],
    [
      [
        [1, true, ""],
        [1, true, "matched"],
      ],
      0,
      1,
    ],
  );
});

test("if somebody else declines one goes on waiting; who declines is out", async () => {
  /** @type {ReadyCheck[]} */
  const checks = [];
  const onReadyCheck = (/** @type {ReadyCheck} */ check) => {
    checks.push(check);
    check.decline();
  };
  const { socket, playing } = await waiting({ onReadyCheck });
  socket.says(check(2), off(3, "left", true), check(4, { match: "m2" }));
  assert.deepEqual(await asked(socket), [
    [ACCEPT, 2, "m1", false],
    [ACCEPT, 3, "m2", false],
  ]);
  assert.deepEqual(
    checks.map(({ over, requeued }) => [over, requeued]),
    [
      ["left", true],
      ["", false],
    ],
  );
  socket.says(unqueued(5, "declined"));
  await assert.rejects(playing, { code: "declined", reason: "you declined the match" });
});

test("a ticket that is given up is not mixed up with the next one", async () => {
  const stop = new AbortController();
  const { lobby, socket, playing } = await waiting({ signal: stop.signal });
  stop.abort();
  await assert.rejects(playing, { name: "AbortError" });
  const again = lobby.play("ranked");
  again.catch(() => {});
  assert.deepEqual(await asked(socket), [[CANCEL, 2]]);
  socket.says(unqueued(2, "cancelled"), answer(2));
  assert.deepEqual(await asked(socket), [[ENQUEUE, 3, ["ranked"], {}, {}]]);
  await assert.rejects(lobby.quickMatch("duel"), { code: "already_queued" });
  socket.says(answer(3, {}), unqueued(3, "store_down"));
  await assert.rejects(again, { code: "store_down" });
});

test("a page that was reloaded goes on with its ticket", async () => {
  const { lobby, socket } = await met();
  socket.says(push(1, "queued", { game: "casual", queues: ["casual", "ranked"], place: 0, waiting: 2 }), check(2));
  assert.deepEqual(lobby.queuedIn, ["casual", "ranked"]);
  const playing = lobby.play();
  assert.deepEqual(await asked(socket), [[ACCEPT, 1, "m1", true]]);
  await seatOf(socket, playing, 3);
  assert.deepEqual(lobby.queuedIn, []);
  socket.says(push(4, "queued", { game: "ranked", queues: ["ranked"], place: 0, waiting: 2 }));
  const again = lobby.play();
  await settled();
  socket.says(unqueued(5, "not_ready"));
  await assert.rejects(again, { code: "not_ready" });
});

test("a lost connection changes nothing, and a lobby session that is gone ends it", async () => {
  /** @type {ReadyCheck[]} */
  const checks = [];
  const { socket, playing } = await waiting({ onReadyCheck: (check) => checks.push(check) });
  socket.breaks();
  const again = await nextSocket(1);
  again.opens().says(welcome({ resumed: true, token: token("t2") }), check(2));
  checks[0].accept();
  assert.deepEqual((await asked(again)).at(-1), [ACCEPT, 2, "m1", true]);
  again.breaks(4020);
  await assert.rejects(playing, SessionGone);
  assert.equal(checks[0].over, "gone");
  checks[0].decline(); // nobody is asked any more
});

test("who creates a party leads it, and its changes are told; late ones are none", async () => {
  const { lobby, socket } = await met();
  const creating = lobby.createParty();
  assert.deepEqual(await asked(socket), [[CREATE, 1]]);
  socket.says(answer(1, party(1, ["p"])));
  const mine = await creating;
  assert.deepEqual([lobby.party, mine.code, mine.isLeader, mine.me?.player], [mine, "K7M2QX", true, "p"]);
  let told = 0;
  mine.onChange = () => (told += 1);
  const changes = mine[Symbol.asyncIterator]();
  const next = changes.next();
  socket.says(push(1, "party", party(3, ["p", "bob"])), push(2, "party", party(2, ["p"])));
  assert.deepEqual(
    (await next).value.map((/** @type {any} */ { player }) => player),
    ["p", "bob"],
  );
  assert.equal(told, 1);
  const asking = [mine.ready({ latencyMs: { eu: 20 } }), mine.unready(), mine.kick("bob"), mine.lead("bob")];
  assert.deepEqual(await asked(socket), [
    [READY, 2, true, {}, { eu: 20 }],
    [READY, 3, false, {}, {}],
    [KICK, 4, "bob"],
    [LEAD, 5, "bob"],
  ]);
  socket.says(answer(2), answer(3), answer(4), answer(5, null, "unknown"));
  await assert.rejects(Promise.all(asking), { code: "unknown" });
  const leaving = mine.leave();
  assert.deepEqual(await asked(socket), [[LEAVE, 6]]);
  socket.says(push(3, "party_off", { code: "K7M2QX", n: 5, reason: "left" }), answer(6));
  await leaving;
  assert.deepEqual([lobby.party, mine.over, (await changes.next()).done], [null, "left", true]);
  await assert.rejects(mine.ready(), { code: "not_in_party" });
  socket.says(push(4, "party", party(4, ["p"]))); // late
  assert.equal(lobby.party, null);
});

test("a party that the player is in already is told, and an answer that comes late brings nobody back", async () => {
  const { lobby, socket } = await met();
  /** @type {any[]} */
  const told = [];
  lobby.onParty = (now) => told.push(now?.code ?? null);
  const joining = lobby.joinParty("K7M2QX");
  assert.deepEqual(await asked(socket), [[JOIN, 1, "K7M2QX"]]);
  socket.says(push(1, "party", party(3, ["bob", "p"])));
  assert.equal(lobby.party?.isLeader, false);
  socket.says(push(2, "party_off", { code: "K7M2QX", n: 4, reason: "kicked" }));
  socket.says(answer(1, party(2, ["bob", "p"])));
  await assert.rejects(joining, { code: "kicked" });
  assert.deepEqual([lobby.party, told], [null, ["K7M2QX", null]]);
});

test("a member waits for what the leader queues for, however often", async () => {
  const { lobby, socket } = await met();
  socket.says(push(1, "party", party(3, ["bob", "p"])));
  /** @type {readonly string[][]} */
  const told = [];
  const onWait = (/** @type {any} */ { queues }) => void (/** @type {any} */ (told).push(queues));
  const playing = lobby.party?.play([], { onWait, explainEveryS: null });
  await settled();
  socket.says(push(2, "queued", { queues: ["casual"], place: 0, waiting: 2 }));
  socket.says(push(3, "unqueued", { queues: ["casual"], reason: "cancelled" }));
  socket.says(push(4, "queued", { queues: ["ranked"], place: 0, waiting: 2 }), check(5));
  assert.deepEqual(await asked(socket), [[ACCEPT, 1, "m1", true]]);
  assert.deepEqual(told, [[], ["casual"], [], ["ranked"]]);
  await seatOf(socket, /** @type {Promise<any>} */ (playing));
});

test("a member who stops waiting gives the ticket up, if there is one", async () => {
  const { lobby, socket } = await met();
  socket.says(push(1, "party", party(3, ["bob", "p"])));
  for (const isQueued of [false, true]) {
    if (isQueued) socket.says(push(2, "queued", { queues: ["ranked"], place: 0, waiting: 2 }));
    const stop = new AbortController();
    const playing = lobby.party?.play([], { signal: stop.signal });
    await settled();
    stop.abort();
    await assert.rejects(/** @type {Promise<any>} */ (playing), { name: "AbortError" });
    assert.deepEqual(await asked(socket), isQueued ? [[CANCEL, 1]] : []);
  }
  socket.says(answer(1));
  const playing = lobby.party?.play();
  await settled();
  socket.says(push(3, "party_off", { code: "K7M2QX", n: 4, reason: "ended" }));
  await assert.rejects(/** @type {Promise<any>} */ (playing), { code: "ended" });
});

test("players are blocked, and a leaderboard has rows and the own rank", async () => {
  const { lobby, socket } = await met();
  const asking = [lobby.block("bob"), lobby.unblock("bob")];
  const board = lobby.leaderboard("ranked", { around: true });
  assert.deepEqual(await asked(socket), [
    [BLOCK, 1, "bob", true],
    [BLOCK, 2, "bob", false],
    [LEADERBOARD, 3, "ranked", 10, true],
  ]);
  const row = { rank: 41, player: "bob", name: "Bob", rating: 18.5, mu: 25, sigma: 2.2, games: 30 };
  socket.says(answer(1), answer(2, null, "not_kept"), answer(3, { queue: "ranked", rows: [row], total: 90, me: null }));
  await asking[0];
  await assert.rejects(asking[1], { code: "not_kept" });
  assert.deepEqual(await board, { queue: "ranked", rows: [row], total: 90, me: null });
  const again = lobby.leaderboard("ranked");
  await settled();
  socket.says(answer(4, { rows: 5 }));
  await assert.rejects(again, { code: "malformed" });
});
