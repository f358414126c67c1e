// A private room, a spectator, a chat, a page that is reloaded, a second tab, the end, and a rematch.

import { Identity, statusText } from "../../../client/js/rallypoint.js";
import { errorOf, named, report, Storage, until } from "./scene.mjs";

const storage = new Storage();
const page = () => named("Bob", { identity: Identity.storage("fourline", storage) });
const found = {};

// --- a private room with a code, and somebody who watches ---
const ann = await named("Ann");
let bob = await page();
const cid = await named("Cid");
const seat = await ann.create("fourline", { private: true, options: { minutes: 5 }, meta: { map: "desert" } });
found.code = seat.code.length;
found.unknown = (await errorOf(bob.join({ code: "ZZZZZZ" }))).code;
found.refused = (await errorOf(ann.create("fourline", { options: { minuts: 5 } })))?.code;
let other = await bob.join({ code: ` ${seat.code.toLowerCase()} ` });
const watching = await cid.spectate({ code: seat.code });
await until("it runs", () => seat.latest.game.turn !== null);
seat.act(seat.inputs.Drop({ column: 3 }));
await until("all see the disc", () => [seat, other, watching].every(({ latest }) => latest.game.moves === "3"));
found.spectator = [watching.index, watching.spectator, watching.latest.me, watching.latest.players.length];
found.onlyWatching = await errorOf((async () => watching.act(watching.inputs.Resign()))()).then(({ name }) => name);
const refusals = [];
seat.onEvent = (event) => refusals.push([event.kind, event.reason]);
seat.act(seat.inputs.Drop({ column: 3 }));
await until("it is refused", () => refusals.length);
found.refusal = refusals[0];

// --- a chat ---
const rooms = [await seat.chat(), await other.chat()];
const heard = [];
rooms[1].onLine = ({ name, text }) => heard.push([name, text]);
await rooms[0].say("hello <b>");
await until("it is heard", () => heard.length);
found.heard = heard;

// --- Bob's page is reloaded: Ann sees a countdown, and Bob comes back to the same seat ---
await other.close();
const away = () => seat.latest.player(1);
const until_ms = await until("Ann sees Bob away", () => away().away_until_ms);
found.countdownS = Math.round((until_ms - seat.nowMs) / 1000);
const first = bob;
bob = await page();
await until("the first page is told", () => first.state === "closed");
found.firstPage = [first.error.name, statusText(first)];
found.mySeats = bob.mySeats.map(({ game, session }) => [game, session === seat.session]);
found.samePlayer = bob.player === first.player;
other = await bob.join(bob.mySeats[0]);
await until("Ann sees Bob back", () => !away().away_until_ms);
await until("Bob sees the game", () => other.latest?.game?.moves);
found.back = [other.index, other.latest.game.moves];

// --- a second tab of Bob's takes the seat ---
const tab = await page();
const taken = await tab.join(tab.mySeats[0]);
await until("the seat of the first tab is told", () => other.state === "closed");
found.takenOver = [other.error.name, statusText(other), seat.latest.players.length];

// --- the end, and another game with the seats turned ---
taken.act(taken.inputs.Resign());
const results = await Promise.all([seat, taken, watching].map((each) => each.waitClosed()));
found.result = [results[0].winners, JSON.stringify(results[0]) === JSON.stringify(results[1]), results[2]];
found.ended = [seat.ended, statusText(seat), statusText(watching)];
const wants = [];
const again = seat.rematch({ onWait: (wanted, group) => wants.push([wanted.length, group.length]) });
await until("Ann's wish is known", () => wants.length);
const next = await Promise.all([again, tab.rematch(taken)]);
found.rematch = [next.map(({ index }) => index), wants[0], next[0].session === seat.session];
await Promise.all([ann, tab, cid].map((lobby) => lobby.close()));
found.states = [ann.state, next[0].state, statusText(next[1])];
report(found);
