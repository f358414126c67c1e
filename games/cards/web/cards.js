/**
 * The page of Crazy Eights: the kit's shell does the lobby, reconnecting and results; this shows the table and
 * one's own hand. Nobody else's cards ever get here: there is nothing to hide.
 */

import { el, setText } from "/sdk/kit/dom.js";
import { shell } from "/sdk/kit/shell.js";
import { cardText, isEight, suitSign } from "./deck.js";
import { Hand } from "./hand.js";
import { Middle } from "./middle.js";
import { Seats } from "./seats.js";
import { SuitDialog } from "./suit_dialog.js";
import { mayPlay, turnText } from "./turn.js";

const RUNNING = 1;

shell({
  game: "cards",
  title: "Crazy Eights",
  how: "Play the same suit or the same rank. An eight fits always, and names the next suit. First to 100 points wins.",
  rooms: [{ label: "Private room" }, { label: "Private, to 30 points", options: { target: 30 } }],
  least: 3,
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
  const { inputs } = source;
  const seats = new Seats(me, ui);
  const middle = new Middle({
    draw: () => ui.act(inputs.Draw({})),
    pass: () => ui.act(inputs.Pass({})),
  });
  const suits = new SuitDialog((card, suit) => ui.act(inputs.PlayEight({ card, suit })));
  const hand = new Hand((card) => (isEight(card) ? suits.ask(card) : ui.act(inputs.Play({ card }))));
  const turn = el("p", { class: "cards-turn", test: "turn", role: "status" });
  const told = el("p", { class: "cards-told rp-dim", "aria-live": "polite" });
  stage.classList.add("cards");
  stage.append(
    el("div", { class: "cards-table" }, seats.element, middle.element, told, turn, hand.element),
    suits.element,
  );
  addEventListener("keydown", hand.key);

  return {
    frame() {
      const { latest, nowMs } = source;
      const { game } = latest;
      if (game.top === null) return; // nothing is known yet
      const plays = me >= 0 && source.state === "playing" && game.status === RUNNING && game.turn === me;
      const cards = latest.me?.hand ?? [];
      seats.show(latest);
      middle.show(game, plays, cards, nowMs);
      hand.show(cards, (card) => plays && mayPlay(card, game));
      if (!plays) suits.close();
      setText(turn, turnText(game, me, ui.name, nowMs));
    },
    event(event) {
      const text = words(event, me, ui.name);
      if (text !== "") setText(told, text);
    },
    close() {
      removeEventListener("keydown", hand.key);
      suits.close();
    },
  };
}

/**
 * What somebody has done.
 * @param {any} event
 * @param {number} me
 * @param {(seat: number) => string} nameOf
 */
function words(event, me, nameOf) {
  const who = event.seat === me ? "You" : nameOf(event.seat);
  switch (event.kind) {
    case "Played":
      return `${who} played ${cardText(event.card)}${isEight(event.card) ? `: ${suitSign(event.suit)} follows` : ""}.`;
    case "Drew":
      return `${who} drew a card.`;
    case "Passed":
      return `${who} passed.`;
    case "LaidOpen":
      return `${who} had ${event.cards.map(cardText).join(" ")}.`;
    case "RoundOver":
      if (event.winner === null) return `Round ${event.round} is over: nobody could go on.`;
      return `Round ${event.round}: ${event.winner === me ? "you win" : `${nameOf(event.winner)} wins`} ${event.points} points.`;
    default:
      return "";
  }
}
