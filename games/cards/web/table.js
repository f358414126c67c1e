/** The scene: the others around the table, what lies on it, one's own hand below. */

import { button, el, isForElement, setText } from "/sdk/kit/dom.js";
import { isEight, suitOf } from "./deck.js";
import { Hand } from "./hand.js";
import { Middle } from "./middle.js";
import { mayPlay } from "./rules.js";
import { Seats } from "./seats.js";
import { seen, stories } from "./story.js";
import { SuitDialog } from "./suit_dialog.js";
import { canDraw, pointsText, roundText, storyText, turnText, whyNotCard, whyNotDraw } from "./words.js";

const RUNNING = 1;
const AWAY = "The connection is away: try again in a moment.";

export class CardTable {
  /** @type {import("./story.js").Seen | null} */
  #seen = null;
  /** @type {{ round: number, winner: number | null, points: number } | null} */
  #over = null;
  /** The last input, until it is answered: its number, and the card that was played; -1 for none. */
  #sent = { seq: 0, card: -1 };
  #toldOfTurn = -1;

  /**
   * @param {HTMLElement} stage
   * @param {any} source A seat, a spectator's seat, or a replay.
   * @param {import("/sdk/kit/shell.js").Ui} ui
   */
  constructor(stage, source, ui) {
    this.source = source;
    this.ui = ui;
    this.me = source.spectator ? -1 : source.index;
    this.seats = new Seats(this.me, ui);
    this.middle = new Middle(() => this.#draw(), this.me >= 0);
    this.suits = new SuitDialog((card, suit) => this.#act("PlayEight", { card, suit }));
    this.hand = new Hand((card) => this.#play(card));
    this.turn = el("span", { class: "cards-turn", test: "turn", role: "status" });
    this.told = el("p", { class: "cards-told", test: "told", "aria-live": "polite" });
    this.points = el("span", { class: "cards-own" });
    this.passButton = button("Pass", () => this.#act("Pass", {}), { class: "small main", test: "pass" });
    const words = el("p", { class: "cards-words" }, this.turn, this.passButton);
    const low = el("div", { class: "cards-low" }, this.told, words, this.hand.element, this.points);
    const round = el("div", { class: "cards-round" }, this.seats.element, this.middle.element);
    stage.classList.add("cards");
    stage.classList.toggle("cards-watched", this.me < 0);
    stage.append(el("div", { class: "cards-table" }, round, low), this.suits.element);
    addEventListener("keydown", this.#key);
  }

  frame() {
    const { latest, nowMs, result } = this.source;
    const { game } = latest;
    if (game.top === null) return; // nothing is known yet
    const hand = latest.me?.hand ?? [];
    const isMine = this.#isMine;
    const fits = (/** @type {number} */ card) => mayPlay(card, game);
    const mayDraw = isMine && !game.drawn && canDraw(game);
    this.seats.show(latest, result);
    const over = this.#over && game.turn === null ? roundText(this.#over, this.me, this.ui.name) : "";
    this.middle.show(game, { mayDraw, mustDraw: mayDraw && !hand.some(fits), nowMs, over });
    const from = () => (this.ui.calm ? null : this.middle.stockPlace);
    this.hand.show(hand, { isMine, fits, sent: this.#isSent ? this.#sent.card : -1, from });
    if (!isMine) this.suits.close();
    this.told.classList.toggle("over", over !== ""); // it stands in the middle
    this.#showWords(game, hand, isMine);
  }

  /** Here and not in `frame`: there may be two passes in a frame, and frames stand still in a hidden tab. */
  pass() {
    const { latest } = this.source;
    if (latest.game.top === null) return;
    const now = seen(latest);
    const told = stories(this.#seen, now);
    const isOther = this.#seen !== null && this.#seen.round !== now.round;
    if (told.length === 0 && this.#seen?.turns !== now.turns) setText(this.told, ""); // it is of long ago
    this.#seen = now;
    if (isOther) this.#newRound();
    for (const story of told) this.#tell(story);
    const isNew = now.turn === this.me && this.me >= 0 && now.turns !== this.#toldOfTurn;
    if (isNew && document.hidden) document.title = "Your turn – Crazy Eights"; // the kit takes it away
    if (isNew) this.#toldOfTurn = now.turns;
  }

  /** @param {any} event */
  event(event) {
    if (event.kind === "LaidOpen") this.seats.layOpen(event.seat, event.cards);
  }

  close() {
    removeEventListener("keydown", this.#key);
    this.suits.close();
  }

  // --- what one does ---------------------------------------------------------------------------------------

  get #isMine() {
    const { source, me } = this;
    const { game } = source.latest;
    const isRunning = source.state === "playing" && game.status === RUNNING;
    return me >= 0 && isRunning && game.turn === me && !this.#isSent;
  }

  get #isAway() {
    return this.source.state !== "playing" && !this.source.ended;
  }

  get #isSent() {
    return this.source.state === "playing" && this.#sent.seq > this.source.applied;
  }

  /** @param {number} card */
  #play(card) {
    const { latest } = this.source;
    const why = this.#isAway ? AWAY : whyNotCard(latest.game, this.me, card);
    if (why !== "") this.ui.say(why);
    else if (isEight(card)) this.suits.ask(card, mostOf(latest.me.hand));
    else this.#act("Play", { card });
  }

  #draw() {
    if (this.me < 0) return;
    const why = this.#isAway ? AWAY : whyNotDraw(this.source.latest.game, this.me);
    if (why !== "") this.ui.say(why);
    else this.#act("Draw", {});
  }

  /** @param {string} kind @param {{ card?: number, suit?: number }} fields */
  #act(kind, fields) {
    if (this.#isSent) return; // pressed twice
    if (this.ui.act(this.source.inputs[kind](fields)))
      this.#sent = { seq: this.source.sent, card: fields.card ?? -1 };
  }

  #key = (/** @type {KeyboardEvent} */ event) => {
    this.hand.key(event);
    if (isForElement(event) || event.repeat || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "d") this.#draw();
    else if (key === "p" && !this.passButton.hidden) this.passButton.click();
  };

  // --- what is seen ----------------------------------------------------------------------------------------

  /** @param {any} game @param {number[]} hand @param {boolean} isMine */
  #showWords(game, hand, isMine) {
    const me = this.source.latest.me;
    setText(this.turn, turnText(game, this.me, hand, this.ui.name));
    this.turn.classList.toggle("mine", game.turn === this.me && game.turn !== null);
    this.passButton.hidden = !(isMine && (game.drawn || !canDraw(game)));
    const waits = game.turn !== null && me?.count === 0 ? ", and play in the next round" : "";
    setText(this.points, me ? `You have ${pointsText(me.score ?? 0)}${waits}` : "");
  }

  #newRound() {
    this.#over = null;
    this.seats.takeBack();
    this.middle.clear();
  }

  /** @param {import("./story.js").Story} story */
  #tell(story) {
    setText(this.told, storyText(story, this.me, this.ui.name));
    if (story.kind === "round") this.#over = story;
    if (this.ui.calm || document.hidden) return;
    if (story.kind === "played") this.#fly(story.seat, story.card);
    if (story.kind === "drew" && story.seat !== this.me) {
      this.seats.show(this.source.latest, null);
      this.seats.draw(story.seat, this.middle.stockPlace);
    }
  }

  /**
   * From the hand, or from where that player sits, onto the pile.
   * @param {number} seat @param {number} card
   */
  #fly(seat, card) {
    if (seat === this.me) this.#dropFromHand();
    this.middle.put(card, seat === this.me ? this.hand.placeOf(card) : this.seats.placeOf(seat));
  }

  /** The card leaves the hand, which so knows where it lay. */
  #dropFromHand() {
    const hand = this.source.latest.me?.hand ?? [];
    this.hand.show(hand, { isMine: false, fits: () => false, sent: -1, from: () => null });
  }
}

/** The suit that most of these cards are of, eights not counted. @param {readonly number[]} cards */
function mostOf(cards) {
  const counts = [0, 0, 0, 0];
  for (const card of cards) if (!isEight(card)) counts[suitOf(card)] += 1;
  return counts.indexOf(Math.max(...counts));
}
