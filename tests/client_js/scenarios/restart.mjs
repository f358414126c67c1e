// The server is killed and started again by the test, which waits for the line "ready": the game goes on.

import { statusText } from "../../../client/js/rallypoint.js";
import { named, report, until } from "./scene.mjs";

const lobbies = [await named("Ann"), await named("Bob")];
const seats = await Promise.all(lobbies.map((lobby) => lobby.quickMatch("book")));
const noted = seats.map(() => []);
const texts = new Set();
seats.forEach((seat, at) => {
  seat.onEvent = (event) => event.kind === "Noted" && noted[at].push(event.number);
});
seats[0].onState = () => texts.add(statusText(seats[0]));
await until("it runs", () => seats[0].latest.game.status === 1);
for (let number = 1; number <= 10; number++) for (const seat of seats) seat.act(seat.inputs.Put({ number }));
await until("some are noted", () => noted.every((numbers) => numbers.length >= 5));
const epochs = [seats[0].latest.epoch];
console.log("ready");
await until("they are away", () => seats.every(({ state }) => state === "resuming"));
for (let number = 11; number <= 20; number++) {
  for (const seat of seats) seat.act(seat.inputs.Put({ number }), { queueS: 30 });
}
await until("they are back", () => seats.every(({ state }) => state === "playing"), 30);
await until("all is noted", () => noted.every((numbers) => numbers.length >= 20));
await until("all is durable", () => seats.every((seat) => seat.actionsKept === 0));
await until("the lobby is back", () => lobbies.every(({ state }) => state === "connected"));
epochs.push(seats[0].latest.epoch);
const putBy = seats[0].latest.players.map(({ last }) => last);
report({
  noted,
  epochs,
  putBy,
  count: seats[0].latest.game.count,
  texts: [...texts],
  resyncs: seats.map(({ stats }) => stats.resyncs),
  sameSession: new Set(seats.map(({ session }) => session)).size,
});
