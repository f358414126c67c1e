/**
 * The lines of one chat room: each once, in order, and bounded. Pure.
 *
 * @module
 */

/** @import { ChatLine } from "./messages.js" */

/** As many as a server keeps. */
export const LINES_MAX = 64;

/**
 * One line of a chat: numbered (`n`) from 1 in its room; `player` is the id of who said it, `atMs` Unix time.
 * `missed`: so many lines before this one were said, and are not here: they came faster than they were taken.
 * @typedef {ChatLine & { missed: number }} Line
 */

/** The newest `LINES_MAX` lines, and how many of them somebody has taken. */
export class ChatLog {
  /** @type {Line[]} */
  lines = [];
  #last = 0;
  /** Of the lines, the newest so many were not taken yet. */
  #waiting = 0;
  /** So many went before anybody took them. */
  #skipped = 0;
  #elsewhere = false;

  /** The next lines come from another lobby session: perhaps of another server, which counts from 1 again. */
  elsewhere() {
    this.#elsewhere = true;
  }

  /**
   * Takes what the server says, in order; what is known already is passed over. Gives what is new.
   *
   * @param {ChatLine[]} lines
   * @returns {Line[]}
   */
  add(lines) {
    if (this.#elsewhere && lines.length) {
      this.#elsewhere = false;
      if (!lines.some((line) => this.lines.some((known) => isSame(line, known)))) this.#last = 0;
    }
    return lines.filter(({ n }) => n > this.#last).map((line) => this.#add(line));
  }

  /** @param {ChatLine} line */
  #add(line) {
    const missed = this.#last ? line.n - this.#last - 1 : 0;
    if (this.#waiting === LINES_MAX) {
      this.#waiting--;
      this.#skipped += 1 + this.lines[0].missed;
    }
    const added = { ...line, missed };
    this.lines.push(added);
    if (this.lines.length > LINES_MAX) this.lines.shift();
    this.#waiting++;
    this.#last = line.n;
    return added;
  }

  /**
   * The oldest line that was not taken yet; `null` if all were.
   *
   * @returns {Line | null}
   */
  take() {
    if (!this.#waiting) return null;
    const line = this.lines[this.lines.length - this.#waiting];
    this.#waiting--;
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped ? { ...line, missed: line.missed + skipped } : line;
  }
}

/**
 * @param {ChatLine} a
 * @param {ChatLine} b
 */
function isSame(a, b) {
  return a.n === b.n && a.atMs === b.atMs && a.player === b.player;
}
