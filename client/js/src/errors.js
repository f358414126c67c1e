/**
 * What can go wrong, whose fault it is, and what to do about it.
 *
 *     RallypointError
 *     |- ConnectFailed         never got in: nobody there, or no answer in time. Network or server; try later
 *     |- NotConnected          an action while the connection is away. Network; queue (`queueS`) or drop it
 *     |- TooManyOutstanding    more waits for the server than is kept here. Game or server; send less
 *     |- InvalidInput          the server would refuse what this input or request is made of. Your code
 *     |- OnlyWatching          a spectator's seat does nothing. Your code
 *     |- RequestRefused        the lobby answered no; `code` says why
 *     `- Closed                the seat or the lobby session is over
 *        |- SessionGone        what was to be resumed is gone: start over from the lobby
 *        |- TakenOver          a newer connection of this player has it now
 *        |- Kicked             an operator or the game removed the player
 *        |- UpdateRequired     this client is too old for the server
 *        |- SeatClosed         any other close of a seat: `code`, `meaning` and `fault` say which
 *        `- LobbyClosed        any other close of a lobby session
 *
 * Each carries `fault`. Wrong names (an input, entity or field that the game does not have) are plain
 * `Error`s that list those that exist.
 *
 * @module
 */

import { CloseCode, policy } from "./close.js";

/** @import { Fault } from "./close.js" */

/** Anything that this SDK raises by itself. */
export class RallypointError extends Error {
  /** @type {Fault} */
  fault = "nobody";

  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = new.target.name;
  }
}

/** No connection was made within the time given. `reason` is what the last attempt said. */
export class ConnectFailed extends RallypointError {
  /** @override @type {Fault} */
  fault = "network";

  /**
   * @param {string} url
   * @param {string} reason
   */
  constructor(url, reason) {
    super(`no connection to ${url}: ${reason}`);
    this.url = url;
    this.reason = reason;
  }
}

/**
 * An action while the connection is away: it was not sent and will not be.
 *
 * `seat.act(x, { queueS: 2 })` keeps one until the connection is back, for so long.
 */
export class NotConnected extends RallypointError {
  /** @override @type {Fault} */
  fault = "network";

  /**
   * @param {string} what
   * @param {string} [why]
   */
  constructor(what, why = "not sent, the connection is away (queueS keeps it for a while)") {
    super(`${what}: ${why}`);
    this.what = what;
  }
}

/** `limit` of `what` wait for the server already; this one was not taken. */
export class TooManyOutstanding extends RallypointError {
  /** @override @type {Fault} */
  fault = "game";

  /**
   * @param {string} what
   * @param {number} limit
   */
  constructor(what, limit) {
    super(`${limit} ${what} wait for the server already: this one was not taken`);
    this.what = what;
    this.limit = limit;
  }
}

/** An input or a request that the server would close the connection for. It was not sent. */
export class InvalidInput extends RallypointError {
  /** @override @type {Fault} */
  fault = "client";

  /**
   * @param {string} what the input or the request (`name` is taken by `Error`)
   * @param {string} reason
   */
  constructor(what, reason) {
    super(`${what}: ${reason}`);
    this.what = what;
    this.reason = reason;
  }
}

/** An input of a spectator. It was not sent: who watches a session does nothing in it. */
export class OnlyWatching extends RallypointError {
  /** @override @type {Fault} */
  fault = "client";

  /** @param {string} what */
  constructor(what) {
    super(`${what}: this seat only watches; lobby.join() takes one that plays`);
    this.what = what;
  }
}

/** The lobby's no. `code` is for programs (`unknown_game`, `full`, ...), `reason` for people. */
export class RequestRefused extends RallypointError {
  /** @override @type {Fault} */
  fault = "client";

  /**
   * @param {string} code
   * @param {string} [reason]
   */
  constructor(code, reason = "") {
    super(reason ? `${code}: ${reason}` : code);
    this.code = code;
    this.reason = reason;
  }
}

/** A seat or a lobby session is over. `code` is the close code (`null`: it broke), `reason` what was said. */
export class Closed extends RallypointError {
  /**
   * @param {number | null} code
   * @param {string} [reason]
   * @param {string} [meaning] replaces the meaning in the table where the error says more than the code
   */
  constructor(code, reason = "", meaning = policy(code).meaning) {
    const detail = reason && reason !== meaning ? ` (${reason})` : "";
    super(`${meaning}${detail}${code === null ? "" : ` [${code}]`}`);
    this.code = code;
    this.meaning = meaning;
    this.fault = policy(code).fault;
    this.reason = reason;
  }
}

/** What was to be resumed does not exist any more, or could not be reached while it did. */
export class SessionGone extends Closed {
  /**
   * @param {number | null} code
   * @param {string} [reason]
   */
  constructor(code, reason = "") {
    super(code, reason, "the session is gone: start over from the lobby");
  }
}

/** A newer connection of this player has this place now; it was told what this one was not. */
export class TakenOver extends Closed {}

/** An operator or the game removed the player. */
export class Kicked extends Closed {}

/** This client is too old for the server. */
export class UpdateRequired extends Closed {}

/** The seat was closed for another reason than the above: see `code`, `meaning`, `fault`. */
export class SeatClosed extends Closed {}

/** The lobby session was closed for another reason than the above. */
export class LobbyClosed extends Closed {}

/**
 * The error for a close that is final; `Other` is the class for codes without one of their own.
 *
 * @param {number | null} code
 * @param {string} reason
 * @param {typeof SeatClosed | typeof LobbyClosed} Other
 * @returns {Closed}
 */
export function closedError(code, reason, Other) {
  const { retry } = policy(code);
  if (retry === "fresh") return new SessionGone(code, reason);
  if (retry === "update") return new UpdateRequired(code, reason);
  if (code === CloseCode.TAKEN_OVER) return new TakenOver(code, reason);
  if (code === CloseCode.KICKED) return new Kicked(code, reason);
  return new Other(code, reason);
}
