/**
 * The page of Orbit: the kit's shell does the lobby, reconnecting and results; this draws the game, and
 * steers.
 */

import { shell } from "/sdk/kit/shell.js";
import { Battle } from "./battle.js";
import { Controls } from "./controls.js";
import { fly } from "./flight.js";
import { Hud } from "./hud.js";
import { Picture } from "./picture.js";
import { wantsTouch } from "./touch.js";

const NOT_WORTH_A_WORD = ["the gun is too hot", "you have no ship", "no ammunition"];

shell({
  game: "orbit",
  title: "Orbit",
  how: "Fly around the star, and shoot the others. Arrow keys or A, D and W steer, the space bar fires.",
  rooms: [{ label: "Private room" }, { label: "Private, long rounds", options: { round_s: 45 } }],
  scene,
});

/**
 * What the server does with a ship in each tick, as far as the page can know it.
 * @param {any} ship
 * @param {any} held
 * @param {number} dt
 */
function step(ship, held, dt) {
  fly(ship, held.Steer, dt);
}

/**
 * @param {HTMLElement} stage
 * @param {any} source A seat, a spectator's seat, or a replay.
 * @param {import("/sdk/kit/shell.js").Ui} ui
 * @returns {import("/sdk/kit/shell.js").Scene}
 */
function scene(stage, source, ui) {
  const plays = !source.spectator;
  stage.classList.add("orbit");
  stage.classList.toggle("orbit-plays", plays);
  const picture = new Picture(stage, ui);
  const hud = new Hud(stage, ui, plays);
  const battle = new Battle(picture.sparks, ui);
  const mine = plays ? source.predict("Ship", step, { holds: ["Steer"] }) : null;
  if (plays && !wantsTouch()) ui.say("Arrow keys steer, the space bar fires.");
  const controls = plays ? new Controls(stage, source, hud, ui, wantsTouch()) : null;

  return {
    frame(nowMs) {
      const view = source.view();
      const own = mine?.view() ?? null;
      battle.look(view);
      picture.draw(view, source.index, own, nowMs);
      hud.show(source.latest, source.index, source.nowMs);
      controls?.frame(nowMs);
    },
    event(event) {
      if (event.kind === "refused") {
        if (event.reason === "no ammunition") hud.noAmmo();
        return NOT_WORTH_A_WORD.includes(event.reason);
      }
      battle.event(event, source.index, hud);
      return false;
    },
    correction: () => mine?.correction ?? null,
    close() {
      controls?.close();
      picture.close();
    },
  };
}
