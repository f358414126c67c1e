/** What operators say and do, told to the one who plays: lines to be read, and which sessions stand still. */

import { mutedText, pausedText, sentence } from "./words.js";

/** @typedef {import("../rallypoint.js").Lobby} Lobby */
/** @typedef {import("../rallypoint.js").Notice} Notice */

/** Sessions that are known to be paused: one plays in few. */
const PAUSED_MAX = 16;

/**
 * @typedef {object} NoticePage
 * @property {(text: string) => void} say A short line.
 * @property {(title: string, text: string) => void} tell One that stays until it can have been read.
 * @property {() => void} changed What is paused is another.
 */

export class NoticeDesk {
  #page;
  /** Why, by session. @type {Map<string, string>} */
  #paused = new Map();

  /** @param {NoticePage} page */
  constructor(page) {
    this.#page = page;
  }

  /** There is another lobby. @param {Pick<Lobby, "onNotice">} lobby */
  attach(lobby) {
    lobby.onNotice = (notice) => this.#told(notice);
  }

  /**
   * What to say of a session that stands still; empty: it does not, as far as is known.
   * @param {string} session
   */
  pauseOf(session) {
    const reason = this.#paused.get(session);
    return reason === undefined ? "" : pausedText(reason);
  }

  /** One does not play there any more: nobody will say when it goes on. @param {string} session */
  forget(session) {
    this.#paused.delete(session);
  }

  /** @param {Notice} notice */
  #told({ kind, text, session, untilMs }) {
    switch (kind) {
      case "message":
        return this.#page.tell("Message from an operator", text);
      case "muted":
        return this.#page.tell(mutedText(untilMs, Date.now()), sentence(text));
      case "unmuted":
        return this.#page.say("You can chat again.");
      case "paused":
        if (session === null) return;
        this.#paused.delete(session);
        this.#paused.set(session, text);
        for (const oldest of [...this.#paused.keys()].slice(0, -PAUSED_MAX)) this.#paused.delete(oldest);
        return this.#page.changed();
      case "resumed":
        if (session !== null && this.#paused.delete(session)) this.#page.changed();
    }
  }
}
