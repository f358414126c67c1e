// A player predicts the own ship with the page's twin of the game's step: the server agrees, over lost connections too.

import { fly } from "../../../games/orbit/web/flight.js";
import { named, report, until } from "./scene.mjs";

const [ann, bob] = [await named("Ann"), await named("Bob")];
const seat = await ann.create("orbit", { private: true });
await bob.join({ code: seat.code });
await until("the ships fly", () => seat.latest.me?.one("Ship") && seat.latest.game.round > 0);
const mine = seat.predict("Ship", (ship, held, dt) => fly(ship, held.Steer, dt), { holds: ["Steer"] });
await until("it is predicted", () => mine.view());

let frames = 0;
let ahead = 0;
const flying = async (seconds) => {
  const end = performance.now() + seconds * 1000;
  for (let n = 0; performance.now() < end; n++) {
    if (n % 20 === 0) seat.hold(seat.inputs.Steer({ turn: (n / 20) % 3 - 1, thrust: n % 40 === 0 }));
    const drawn = mine.view();
    const shown = seat.view().get(drawn.id);
    frames++;
    if (shown && Math.hypot(drawn.x - shown.x, drawn.y - shown.y) > 0) ahead++;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
await flying(2);
const { starts } = mine.stats;
seat.cut();
await until("it is away", () => seat.state === "resuming");
await until("it is back, and predicted again", () => seat.state === "playing" && mine.stats.starts > starts);
await flying(2);
const { inputs, p99, max } = mine.stats;
report({ diverged: mine.diverged, inputs, p99, max, ahead: ahead / frames, starts: mine.stats.starts, delayMs: seat.delayMs });
