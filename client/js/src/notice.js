/**
 * What operators tell the player.
 *
 * @module
 */

import { call } from "./callbacks.js";

/** Notices that are kept for whoever listens later; the oldest go. */
export const UNHEARD_MAX = 16;

/** One of them. It comes once; to who is away, with the next connection. */
export class Notice {
  /**
   * `message`: to be read. `paused`, `resumed`: the game stands still by an operator's will, or goes on.
   * `muted`, `unmuted`: whether the player may say something in chats. A newer server may know others.
   * @readonly
   */
  kind;
  /**
   * What the operator wrote, or why it is so; may be empty. Plain text: show it as text, never as HTML.
   * @readonly
   */
  text;
  /** The id of the session that it is about, if it is about one. @readonly */
  session;
  /** Until when it holds, in Unix time, if that is known. @readonly */
  untilMs;

  /**
   * @param {string} kind
   * @param {string} text
   * @param {string | null} [session]
   * @param {number | null} [untilMs]
   */
  constructor(kind, text, session = null, untilMs = null) {
    this.kind = kind;
    this.text = text;
    this.session = session;
    this.untilMs = untilMs;
    Object.freeze(this);
  }
}

/**
 * `onNotice(notice)`: told once of each.
 * @typedef {(notice: Notice) => unknown} OnNotice
 */

/** Of one lobby. What comes before anybody listens is kept. */
export class Notices {
  /** @type {OnNotice | null} */
  #onNotice = null;
  /** @type {Notice[]} */
  #unheard = [];

  /** Who listens. */
  get onNotice() {
    return this.#onNotice;
  }

  set onNotice(callback) {
    this.#onNotice = callback;
    if (callback) for (const notice of this.#unheard.splice(0)) call(callback, notice);
  }

  /**
   * The push `notice`.
   *
   * @param {Record<string, any>} data
   */
  pushed(data) {
    const notice = read(data);
    if (notice === null) return; // a newer server's: what cannot be read can be told to nobody
    if (this.#onNotice) return call(this.#onNotice, notice);
    this.#unheard.push(notice);
    if (this.#unheard.length > UNHEARD_MAX) this.#unheard.shift();
  }
}

/** @param {Record<string, any>} data */
function read({ kind, text, session = null, until_ms: untilMs = null }) {
  if (typeof kind !== "string" || typeof text !== "string") return null;
  if (session !== null && typeof session !== "string") return null;
  if (untilMs !== null && !Number.isSafeInteger(untilMs)) return null;
  return new Notice(kind, text, session, untilMs);
}
