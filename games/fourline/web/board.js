/**
 * The board: six rows of seven cells, and a button over each column. Cells are numbered from the top left on, as
 * the game does.
 */

import { button, el, isForElement } from "/sdk/kit/dom.js";

export const COLUMNS = 7;
export const ROWS = 6;
const EMPTY = ".";

export class Board {
  /** @type {HTMLElement[]} */
  #cells = [];
  /** @type {HTMLButtonElement[]} */
  #columns = [];
  #shown = "";
  #line = "";
  #isMine = false;
  #moves = "";
  #drop;
  #calm;

  /**
   * @param {(column: number) => void} drop
   * @param {boolean} calm No falling discs.
   */
  constructor(drop, calm) {
    this.#drop = drop;
    this.#calm = calm;
    const cells = el("div", { class: "four-cells", role: "img", "aria-label": "An empty board" });
    for (let index = 0; index < ROWS * COLUMNS; index += 1) {
      const [row, column] = [Math.floor(index / COLUMNS), index % COLUMNS];
      const cell = el("span", { class: "four-cell", test: `cell-${row}-${column}` });
      this.#cells.push(cell);
      cells.append(cell);
    }
    for (let column = 0; column < COLUMNS; column += 1) {
      const press = () => this.#press(column);
      this.#columns.push(button("", press, { class: "four-column", test: `column-${column}`, "aria-label": `column ${column + 1}` }));
    }
    this.cells = cells;
    this.element = el("div", { class: "four-board" }, cells, el("div", { class: "four-columns" }, ...this.#columns));
  }

  /**
   * @param {any} game
   * @param {boolean} isMine It is this player's turn, and can be played.
   */
  show(game, isMine) {
    const line = game.line.join(" ");
    if (this.#shown === game.board && this.#line === line && this.#isMine === isMine) return;
    const isNext = game.moves.length === this.#moves.length + 1 && game.moves.startsWith(this.#moves);
    const last = game.moves === "" ? -1 : this.#top(game.board, Number(game.moves.at(-1)));
    this.#cells.forEach((cell, index) => {
      const disc = game.board[index];
      const isNew = isNext && index === last && !this.#calm;
      if (disc === EMPTY) cell.removeAttribute("data-disc");
      else cell.setAttribute("data-disc", disc);
      cell.classList.toggle("last", index === last);
      cell.classList.toggle("won", game.line.includes(index));
      cell.classList.toggle("falls", isNew);
      if (isNew) cell.style.setProperty("--fall", String(Math.floor(index / COLUMNS) + 1));
    });
    this.#columns.forEach((column, index) => {
      column.setAttribute("aria-disabled", String(!isMine || game.board[index] !== EMPTY));
    });
    this.element.classList.toggle("mine", isMine);
    this.cells.setAttribute("aria-label", `The board after ${game.moves.length} discs`);
    [this.#shown, this.#line, this.#isMine, this.#moves] = [game.board, line, isMine, game.moves];
  }

  /** Digits drop a disc, arrows go from column to column. */
  key = (/** @type {KeyboardEvent} */ event) => {
    if (isForElement(event) || document.querySelector("dialog[open]")) return;
    const digit = Number(event.key);
    if (event.key >= "1" && digit <= COLUMNS && event.key.length === 1) this.#press(digit - 1);
    else if (event.key === "ArrowLeft") this.#go(-1);
    else if (event.key === "ArrowRight") this.#go(1);
    else return;
    event.preventDefault();
  };

  /** @param {number} by */
  #go(by) {
    const at = this.#columns.findIndex((column) => column === document.activeElement);
    const from = at < 0 ? (by > 0 ? 2 : 4) : at; // the first arrow goes to the middle
    this.#columns[(from + by + COLUMNS) % COLUMNS].focus();
  }

  /** @param {number} column */
  #press(column) {
    if (this.#columns[column].getAttribute("aria-disabled") !== "true") this.#drop(column);
  }

  /** @param {string} board @param {number} column The cell of the highest disc in it. */
  #top(board, column) {
    for (let row = 0; row < ROWS; row += 1) {
      if (board[row * COLUMNS + column] !== EMPTY) return row * COLUMNS + column;
    }
    return -1;
  }
}
