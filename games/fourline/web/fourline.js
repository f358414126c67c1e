/**
 * The page of fourline: the kit's shell does the lobby, reconnecting and results; this shows the board, the
 * clocks, and whose turn it is.
 */

import { el, setText } from "/sdk/kit/dom.js";
import { shell } from "/sdk/kit/shell.js";
import { Board } from "./board.js";
import { Offers } from "./offers.js";
import { Side } from "./side.js";
import { drawText, moveText, seenResult, turnText, whyNotThere } from "./turn.js";

const TITLE = "Four in a line";
const WAITING = 0;
const RUNNING = 1;
const AWAY = "The connection is away: try again in a moment.";

shell({
  game: "fourline",
  title: TITLE,
  how:
    "Drop discs. Four of yours in a row, a column or a diagonal win. You have three minutes, and two " +
    "seconds more for each disc. Press a column, or use the keys 1 to 7, or arrows and Enter.",
  rooms: [
    { label: "Private room" },
    { label: "Private, one minute", options: { minutes: 1, increment_s: 1 } },
  ],
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
  const dropped = new Dropped(source, ui, me);
  const board = new Board((column) => dropped.drop(column), { isPlayed: me >= 0, isCalm: () => ui.calm });
  const sides = [new Side(1 - low, false), new Side(low, low === me)];
  const offers = new Offers(me >= 0, {
    offer: () => ui.act(source.inputs.OfferDraw({})),
    accept: () => ui.act(source.inputs.AcceptDraw({})),
    decline: () => ui.act(source.inputs.DeclineDraw({})),
    resign: () => ui.act(source.inputs.Resign({})),
  });
  const turn = el("p", { class: "four-turn", test: "turn", role: "status" });
  const aloud = el("p", { class: "rp-aloud", "aria-live": "polite" });
  const place = el("div", { class: "four-place" }, board.element);
  const own = el("div", { class: "four-own" }, sides[1].element, offers.element);
  stage.classList.add("four");
  for (const seat of [0, 1]) stage.style.setProperty(`--four-${seat}`, ui.colour(seat));
  stage.append(el("div", { class: "four-table" }, sides[0].element, turn, place, own, aloud));
  addEventListener("keydown", board.key);

  /** Nobody sits there yet, perhaps. @param {number} seat */
  function nameOf(seat) {
    const { game } = source.latest;
    return game.status === WAITING ? (source.latest.player(seat)?.name ?? "nobody yet") : ui.name(seat);
  }

  return {
    frame() {
      const { latest, nowMs } = source;
      const { game } = latest;
      if (game.board === null) return; // nothing is known yet
      const plays = me >= 0 && source.state === "playing" && game.status === RUNNING;
      const pending = dropped.pending;
      board.show({ game, me, isMine: plays && game.turn === me && pending < 0, pending });
      const result = source.result ?? seenResult(latest);
      for (const side of sides) side.show(latest, nowMs, nameOf(side.seat), result);
      offers.show(plays, plays ? drawText(game, me, ui.name) : "", game.draw_offer === me);
      setText(turn, turnText(game, me, ui.name, result));
      turn.dataset.whose = game.turn === null ? "" : game.turn === me ? "mine" : "other";
      setText(aloud, moveText(game, me, ui.name));
    },
    pass() {
      const isMine = source.latest.game.turn === me && me >= 0;
      if (document.hidden && isMine) document.title = `Your turn – ${TITLE}`; // the kit takes it away again
    },
    close() {
      removeEventListener("keydown", board.key);
      offers.close();
    },
  };
}

/** The disc that this player has dropped, until the server has answered. */
class Dropped {
  #column = -1;
  #seq = 0;

  /**
   * @param {any} source
   * @param {import("/sdk/kit/shell.js").Ui} ui
   * @param {number} me
   */
  constructor(source, ui, me) {
    this.source = source;
    this.ui = ui;
    this.me = me;
  }

  /** Its column; -1 if there is none. */
  get pending() {
    const { source } = this;
    return this.me >= 0 && source.state === "playing" && source.applied < this.#seq ? this.#column : -1;
  }

  /** @param {number} column */
  drop(column) {
    const { source, ui } = this;
    if (this.pending >= 0) return; // pressed twice
    const isAway = source.state !== "playing" && !source.ended;
    const why = isAway ? AWAY : whyNotThere(source.latest.game, this.me, column);
    if (why !== "") ui.say(why);
    else if (ui.act(source.inputs.Drop({ column }))) [this.#column, this.#seq] = [column, source.sent];
  }
}
