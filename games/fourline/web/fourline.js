/**
 * The page of fourline: the kit's shell does the lobby, reconnecting and results; this shows the board, and
 * whose turn it is.
 */

import { shell } from "/sdk/kit/shell.js";
import { Board } from "./board.js";
import { Offers } from "./offers.js";
import { Side } from "./side.js";
import { drawText, turnText } from "./turn.js";
import { el, setText } from "/sdk/kit/dom.js";

const RUNNING = 1;

shell({
  game: "fourline",
  title: "Four in a line",
  how: "Four discs in a row, a column or a diagonal win. Each player has three minutes, and two seconds a move.",
  rooms: [{ label: "Private room" }, { label: "Private, one minute", options: { minutes: 1, increment_s: 1 } }],
  scene,
});

/**
 * @param {HTMLElement} stage
 * @param {any} source A seat, a spectator's seat, or a replay.
 * @param {import("/sdk/kit/shell.js").Ui} ui
 * @returns {import("/sdk/kit/shell.js").Scene}
 */
function scene(stage, source, ui) {
  const me = source.spectator ? -1 : source.index;
  const low = Math.max(me, 0); // one's own side is below
  const { inputs } = source;
  const board = new Board((column) => ui.act(inputs.Drop({ column })), ui.calm);
  const sides = [new Side(1 - low), new Side(low)];
  const offers = new Offers(me >= 0, {
    offer: () => ui.act(inputs.OfferDraw({})) && ui.say("You offer a draw."),
    accept: () => ui.act(inputs.AcceptDraw({})),
    decline: () => ui.act(inputs.DeclineDraw({})),
    resign: () => ui.act(inputs.Resign({})),
  });
  const turn = el("p", { class: "four-turn", test: "turn", role: "status" });
  stage.classList.add("four");
  stage.append(
    el("div", { class: "four-table" }, sides[0].element, board.element, turn, sides[1].element, offers.element),
  );
  addEventListener("keydown", board.key);

  return {
    frame() {
      const { latest, nowMs } = source;
      const { game } = latest;
      if (game.board === null) return; // nothing is known yet
      const plays = me >= 0 && source.state === "playing" && game.status === RUNNING;
      board.show(game, plays && game.turn === me);
      for (const side of sides) side.show(latest, nowMs, game.turn === side.seat);
      const asked = plays ? drawText(game, me, ui.name) : "";
      offers.show(plays, asked, game.draw_offer === me);
      setText(turn, turnText(game, me, ui.name));
    },
    close() {
      removeEventListener("keydown", board.key);
    },
  };
}
