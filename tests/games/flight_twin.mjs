// Flies the flights of flight.json with flight.js, and prints how far off each leg ends, as JSON.
// The page's file is read as a module whatever lies around it: `node flight_twin.mjs flight.js flight.json`.

import { readFileSync } from "node:fs";

const [code, vectors] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const { fly } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
const { dt, fields, flights } = JSON.parse(vectors);

const ends = [];
for (const { name, start, legs } of flights) {
  const ship = { thrust: false };
  fields.forEach((field, at) => {
    ship[field] = start[at];
  });
  for (const { turn, thrust, ticks, end } of legs) {
    for (let tick = 0; tick < ticks; tick += 1) fly(ship, { turn, thrust }, dt);
    ends.push({
      name,
      expected: end,
      got: fields.map((field) => ship[field]),
      thrust: ship.thrust === thrust,
    });
  }
}
process.stdout.write(JSON.stringify(ends));
