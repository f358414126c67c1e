/**
 * The board: six rows of seven cells behind a plate with holes, and a button over each column. Cells are
 * numbered from the top left on, as the game does.
 */

import { button, el, isForElement } from "/sdk/kit/dom.js";
import { COLUMNS, EMPTY, heightOf, landingOf, ROWS } from "./place.js";

const FALL_MS = 210; // through one row; as the square root of how many, as things fall
const NONE = -1;

/**
 * @typedef {object} Shown What the board is to show.
 * @property {any} game
 * @property {number} me A seat; -1 for who only watches.
 * @property {boolean} isMine It is this player's turn, and a disc can be dropped now.
 * @property {number} pending The column of a disc that the server has not answered yet; -1 for none.
 */

export class Board {
  /** @type {HTMLElement[]} */
  #cells = [];
  /** @type {HTMLButtonElement[]} */
  #columns = [];
  #aimed = NONE;
  #shown = "";
  /** @type {string | null} `null` before the first state: what lies there then has not just fallen. */
  #moves = null;
  #drop;
  #isCalm;

  /**
   * @param {(column: number) => void} drop Also called if it cannot be: to say why.
   * @param {{ isPlayed: boolean, isCalm: () => boolean }} options Calm: discs do not fall, they are there.
   */
  constructor(drop, { isPlayed, isCalm }) {
    this.#drop = drop;
    this.#isCalm = isCalm;
    const holes = el("div", { class: "four-cells", role: "img", "aria-label": "An empty board" });
    for (let index = 0; index < ROWS * COLUMNS; index += 1) {
      const [row, column] = [Math.floor(index / COLUMNS), index % COLUMNS];
      this.#cells.push(el("span", { class: "four-cell", test: `cell-${row}-${column}` }));
    }
    holes.append(...this.#cells);
    for (let column = 0; column < COLUMNS; column += 1) this.#columns.push(this.#column(column, isPlayed));
    const columns = el("div", { class: "four-columns" }, ...this.#columns);
    this.holes = holes;
    this.element = el("div", { class: "four-board" }, holes, el("div", { class: "four-plate" }), columns);
  }

  /** @param {Shown} shown */
  show({ game, me, isMine, pending }) {
    const key = [game.board, game.line.join(" "), me, isMine, pending, this.#aimed].join("|");
    if (key === this.#shown) return;
    this.#shown = key;
    const last = game.moves === "" ? NONE : landingOf(game.board, Number(game.moves.at(-1))) + COLUMNS;
    const falls = this.#hasGoneOn(game.moves) && !this.#isCalm() ? last : NONE;
    const target = pending >= 0 ? pending : isMine ? this.#aimed : NONE;
    const ghost = target >= 0 ? landingOf(game.board, target) : NONE;
    this.#cells.forEach((cell, index) => {
      const disc = index === ghost ? String(me) : game.board[index];
      if (disc === EMPTY) cell.removeAttribute("data-disc");
      else cell.setAttribute("data-disc", disc);
      cell.classList.toggle("ghost", index === ghost);
      cell.classList.toggle("pending", index === ghost && pending >= 0);
      cell.classList.toggle("last", index === last && game.line.length === 0);
      cell.classList.toggle("won", game.line.includes(index));
      if (game.moves !== this.#moves) this.#fall(cell, index === falls ? 1 + Math.floor(index / COLUMNS) : 0);
    });
    this.#moves = game.moves;
    this.#describe(game, isMine);
  }

  /** Digits drop a disc, arrows go from column to column. */
  key = (/** @type {KeyboardEvent} */ event) => {
    if (isForElement(event) || document.querySelector("dialog[open]") || this.#columns[0].disabled) return;
    const digit = /^[1-7]$/.test(event.key) ? Number(event.key) : 0;
    if (digit > 0 && !event.repeat) this.#drop(digit - 1);
    else if (event.key === "ArrowLeft") this.#go(-1);
    else if (event.key === "ArrowRight") this.#go(1);
    else return;
    event.preventDefault();
  };

  /** @param {number} column @param {boolean} isPlayed */
  #column(column, isPlayed) {
    const aim = (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "touch") this.#aimed = column; // a finger would leave it there
    };
    const leave = () => this.#aimed === column && (this.#aimed = NONE);
    const made = button("", () => this.#drop(column), {
      class: "four-column",
      test: `column-${column}`,
      "aria-label": `column ${column + 1}`,
      disabled: !isPlayed,
      on: {
        click: () => this.#drop(column),
        pointerenter: aim,
        pointerleave: leave,
        focus: () => made.matches(":focus-visible") && (this.#aimed = column),
        blur: leave,
      },
    });
    return made;
  }

  /** True if these moves are one more than those that are shown. @param {string} moves */
  #hasGoneOn(moves) {
    return this.#moves !== null && moves.length === this.#moves.length + 1 && moves.startsWith(this.#moves);
  }

  /** @param {HTMLElement} cell @param {number} rows 0: it does not. */
  #fall(cell, rows) {
    cell.classList.toggle("falls", rows > 0);
    cell.style.setProperty("--rows", String(rows));
    cell.style.setProperty("--fall", `${Math.round(FALL_MS * Math.sqrt(rows))}ms`);
  }

  /** For who listens. @param {any} game @param {boolean} isMine */
  #describe(game, isMine) {
    this.#columns.forEach((made, column) => {
      const height = heightOf(game.board, column);
      made.setAttribute("aria-disabled", String(!isMine || height === ROWS));
      made.setAttribute("aria-description", height === ROWS ? "full" : `${height} of ${ROWS} discs`);
    });
    this.element.classList.toggle("mine", isMine);
    this.holes.setAttribute("aria-label", `The board after ${game.moves.length} discs`);
  }

  /** @param {number} by */
  #go(by) {
    const at = this.#columns.findIndex((column) => column === document.activeElement);
    const to = at < 0 ? Math.floor(COLUMNS / 2) : (at + by + COLUMNS) % COLUMNS; // at first: the middle
    this.#columns[to].focus();
  }
}
