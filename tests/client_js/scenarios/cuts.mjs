// Two players write numbers while their connections break again and again: nothing is lost, and nothing comes twice.

import { named, report, until } from "./scene.mjs";

const COUNT = 60;
const lobbies = [await named("Ann"), await named("Bob")];
const seats = await Promise.all(lobbies.map((lobby) => lobby.quickMatch("book")));
const noted = seats.map(() => []);
const order = seats.map(() => []);
seats.forEach((seat, at) => {
  seat.onEvent = (event) => {
    order[at].push(event.n);
    if (event.kind === "Noted") noted[at].push(event.number);
  };
});
await until("it runs", () => seats[0].latest.game.status === 1);

let cuts = 0;
const cutting = setInterval(() => {
  const at = cuts++ % 2;
  seats[at].cut();
  if (cuts % 3 === 0) lobbies[at].cut();
}, 120);
for (let number = 1; number <= COUNT; number++) {
  for (const seat of seats) {
    await until("there is room for another", () => seat.actionsKept < 20);
    seat.act(seat.inputs.Put({ number }), { queueS: 20 });
  }
  await new Promise((resolve) => setTimeout(resolve, 25));
}
clearInterval(cutting);
await until("all is noted", () => noted.every((numbers) => numbers.length >= COUNT));
await until("all is durable", () => seats.every((seat) => seat.actionsKept === 0));
const { sent, applied } = seats[0];
seats[0].act(seats[0].inputs.Finish(), { queueS: 20 }); // it may be away just now
const results = await Promise.all(seats.map((seat) => seat.waitClosed()));
report({
  noted,
  inOrder: order.map((numbers) => numbers.every((n, at) => n === at + 1)),
  cuts,
  resumes: seats.map(({ stats }) => stats.resumes),
  lobbyResumes: lobbies.map(({ resumes }) => resumes),
  desyncs: seats.map(({ stats }) => stats.desyncs),
  lost: seats.map(({ stats }) => stats.eventsLost),
  decided: sent === applied,
  results,
});
