// Two players meet in orbit: quick match, inputs, views, and a list of sessions that shows it.

import { named, report, until } from "./scene.mjs";

const [ann, bob] = [await named("Ann"), await named("Bob")];
const list = ann.sessions("orbit");
await list.ready;
const before = list.rows.length;
const seats = await Promise.all([
  ann.quickMatch("orbit"),
  bob.quickMatch("orbit"),
]);
const [seat, other] = seats;

const ticks = [];
seat.onPass = ({ latest }) => ticks.push(latest.tick);
await until("both have a ship", () => seats.every(({ latest }) => latest.me?.one("Ship")));
const ship = () => seat.latest.me.one("Ship");
const { ammo } = ship();
seat.hold(seat.inputs.Steer({ turn: 1, thrust: true }));
seat.act(seat.inputs.Fire());
await until("the ship thrusts, has shot, and Bob sees it", () => {
  const theirs = other.latest.get(ship().id);
  return ship().thrust && ship().ammo < ammo && theirs?.thrust && theirs.ammo === null;
});
await until("both inputs are decided", () => seat.applied === 2 && seat.actionsKept === 0);

const shown = [];
for (let frame = 0; frame < 30; frame++) {
  shown.push([seat.view().nowMs, seat.nowMs, seat.latest.nowMs]);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const smooth = new Set(shown.map(([at]) => at)).size;
await until("the list has it", () => list.rows.length > before && list.counts.playing === 2);
report({
  players: seat.latest.players.map(({ seat: at, name }) => [at, name]).sort(),
  indexes: seats.map(({ index }) => index).sort(),
  states: seats.map(({ state }) => state),
  inOrder: ticks.every((tick, at) => at === 0 || tick === ticks[at - 1] + 1),
  passes: ticks.length,
  smooth,
  behind: shown.every(([at, now]) => at < now),
  roundTrip: typeof seat.roundTripMs,
  checked: seat.stats.hashChecks > 0 || seat.stats.passes < 100,
  desyncs: seat.stats.desyncs,
  row: list.rows.map(({ game, players }) => [game, players]),
});
