/**
 * A chat: of the lobby, or of a session.
 *
 *     const room = await lobby.chat();
 *     room.onLine = (line) => show(line.name, line.text);
 *     await room.say("hello");
 *
 * It goes on after a lost connection, without repeating anything. What was said before, as much as the server
 * still has, comes first.
 *
 * @module
 */

import { call } from "./callbacks.js";
import { ChatLog } from "./chat_log.js";
import { InvalidInput, LobbyClosed, RallypointError, SessionGone } from "./errors.js";
import { CHAT_CHARS_MAX } from "./limits.js";
import { looping } from "./looping.js";
import { encodeListen, encodeSay, encodeUnlisten } from "./messages.js";
import { News } from "./news.js";

/** @import { Line } from "./chat_log.js" */
/** @import { Chat } from "./messages.js" */
/** @import { Requests } from "./requests.js" */

/** Made by `lobby.chat`: one for each room that is listened to. */
export class Room {
  /**
   * Called with each line that is new.
   * @type {((line: Line) => unknown) | null}
   */
  onLine = null;
  /**
   * Why it is over; `null` if it is not, and if it was closed.
   * @type {Error | null}
   */
  error = null;
  #requests;
  #id;
  #closed;
  #log = new ChatLog();
  #news = new News("one chat");
  #isOpen = true;
  /** @type {Promise<unknown>} */
  #listening;

  /**
   * @param {Requests} requests
   * @param {string} room
   * @param {(room: Room) => void} closed
   */
  constructor(requests, room, closed) {
    this.#requests = requests;
    this.#id = room;
    this.#closed = closed;
    this.#listening = this.#listen();
  }

  /** The session's id; empty for the lobby's chat. */
  get id() {
    return this.#id;
  }

  /** The newest lines, at most 64, oldest first: taken or not. */
  get lines() {
    return [...this.#log.lines];
  }

  /** False once it is closed. */
  get isOpen() {
    return this.#isOpen;
  }

  /**
   * Says a line, and waits until the server has taken it. It then also comes as a line.
   *
   * @param {string} text
   * @throws {InvalidInput} it has not 1 to 240 characters
   * @throws {RequestRefused} `too_fast`, `not_listening`, `refused` (nothing of it can be shown), `muted` (by an
   *   operator; `reason` says for how long)
   * @throws {Closed} this room, or the lobby session, is over
   */
  async say(text) {
    const { length } = [...text];
    if (length < 1 || length > CHAT_CHARS_MAX) {
      throw new InvalidInput("a line of chat", `has 1 to ${CHAT_CHARS_MAX} characters, not ${length}`);
    }
    if (!this.#isOpen) throw this.error ?? new LobbyClosed(null, "this chat was closed");
    await this.#requests.ask((id) => encodeSay(id, this.#id, text));
  }

  /** Listens no longer. Twice is once. */
  close() {
    if (!this.#isOpen) return;
    try {
      this.#requests.tell((id) => encodeUnlisten(id, this.#id));
    } catch (error) {
      // there is no lobby session any more, and no chat either
      if (!(error instanceof RallypointError)) throw error;
    }
    this.over(null);
  }

  /**
   * `for await (const line of room)`: `line.missed` says if some before it are lost. At most 64 wait to be
   * taken.
   *
   * Ends when the room, or the lobby, is closed; throws `SessionGone` if the lobby session is gone, and
   * `RequestRefused` if, after a new lobby session, this room may not be listened to any more. Leaving the
   * loop leaves the room open.
   *
   * @returns {AsyncIterableIterator<Line>}
   */
  [Symbol.asyncIterator]() {
    return looping(() => this.#next());
  }

  /** @returns {Promise<IteratorResult<Line>>} */
  async #next() {
    for (;;) {
      const value = this.#log.take();
      if (value !== null) return { done: false, value };
      if (!this.#isOpen) break;
      await this.#news.wait();
    }
    if (this.error !== null) throw this.error;
    return { done: true, value: undefined };
  }

  // --- for the lobby ---------------------------------------------------------------------------------------

  /** Waits until the server lets us listen. Throws `RequestRefused`, or why the lobby session is over. */
  async listening() {
    try {
      await this.#listening;
    } catch (error) {
      this.over(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    return this;
  }

  /**
   * Lines of the server.
   *
   * @param {Chat} chat
   */
  take(chat) {
    if (!this.#isOpen) return;
    const lines = this.#log.add(chat.lines);
    if (!lines.length) return;
    this.#news.tell();
    for (const line of lines) call(this.onLine, line);
  }

  /**
   * A new connection; if it is one of another lobby session (`again`), that has to be asked.
   *
   * @param {boolean} again
   */
  welcomed(again) {
    if (!again || !this.#isOpen) return;
    this.#log.elsewhere();
    this.#listening = this.#listen();
  }

  /**
   * It ends: with that error, or because it was closed.
   *
   * @param {Error | null} error
   */
  over(error) {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.error = error;
    this.#news.tell();
    this.#closed(this);
  }

  // --- steps -----------------------------------------------------------------------------------------------

  #listen() {
    const answer = this.#requests.ask((id) => encodeListen(id, this.#id));
    answer.catch((error) => {
      // the lobby session went, and there is another: it will be asked
      if (!(error instanceof SessionGone && this.#requests.isOpen)) this.over(error);
    });
    return answer;
  }
}
