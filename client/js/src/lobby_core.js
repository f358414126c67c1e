/**
 * A lobby session, as far as it can be thought without a network.
 *
 *     connecting -> connected <-> resuming -> gone | closed
 *
 * It begins *connecting* with `hello`, as a new guest or with the identity that is given. A lost connection
 * makes it *resuming*: requests without an answer are sent again under their old ids, so that each is
 * executed once, pushes go on after the last one received, and a list of sessions begins anew. It is *gone*
 * when the server no longer knows it, and *closed* by logging out or by a close code that says so. With
 * `fresh`, instead of being gone it begins again with `hello`; what was asked for then fails all the same.
 *
 * Pure: bytes and the time (seconds of a monotonic clock) come in; what is to be sent is appended to
 * `outbox`.
 *
 * @module
 */

import { SessionClock } from "./clock.js";
import { CloseCode } from "./close.js";
import { BadMessage, decodeLobbyReply } from "./codec.js";
import { LobbyClosed, SessionGone, TooManyOutstanding } from "./errors.js";
import { Heartbeat, patienceS } from "./heartbeat.js";
import { Identity } from "./identity.js";
import { encodeAck, encodeHello, encodeLeave, encodePing, encodeProved, encodeResume } from "./messages.js";
import { Drop, Retrying } from "./retry.js";

/** @import { Timing } from "./heartbeat.js" */
/** @import { Answer, Chat, Listing, Push, Welcome } from "./messages.js" */
/** @import { Next } from "./retry.js" */

/** Requests without an answer; a server remembers its last 64 answers. */
export const REQUESTS_MAX = 32;
const CLIENT = "javascript";

/**
 * Where a lobby session is. `gone`: the server no longer knows it, connect anew.
 * @typedef {"connecting" | "connected" | "resuming" | "gone" | "closed"} LobbyState
 */
/** @typedef {"welcomed" | "lost" | "forgotten" | "started over" | "stopped"} LobbyHappening */

const ENDS = /** @type {const} */ ({ forgotten: "gone", "started over": "connecting", stopped: "closed" });
/** @type {Readonly<Record<LobbyState, Readonly<Partial<Record<LobbyHappening, LobbyState>>>>>} */
export const TRANSITIONS = Object.freeze({
  connecting: { welcomed: "connected", lost: "connecting", ...ENDS },
  connected: { lost: "resuming", ...ENDS },
  resuming: { welcomed: "connected", lost: "resuming", ...ENDS },
  gone: {},
  closed: {},
});

/**
 * One lobby session. `received` and `timer` throw `Drop`; making one, `InvalidInput` for a name or an
 * identity that no server would take.
 */
export class LobbyCore {
  /** @type {LobbyState} */
  state = "connecting";
  /** @type {Uint8Array[]} */
  outbox = [];
  clock = new SessionClock();
  /**
   * The newest; `null` while there is no lobby session.
   * @type {Welcome | null}
   */
  welcome = null;
  /**
   * Why it is gone or closed; while it is open, why the former one went (taken by the shell).
   * @type {Error | null}
   */
  error = null;
  resumes = 0;
  #timing;
  #fresh;
  /** @type {Map<number, Uint8Array>} */
  #requests = new Map();
  #lastRequest = 0;
  #lastPush = 0;
  #lastListing = 0;

  /**
   * @param {string} url
   * @param {string} name
   * @param {() => number} random
   * @param {Timing} timing
   * @param {number} now
   * @param {{ fresh?: boolean, identity?: Identity }} [options] the identity is asked for id and secret with
   *   each hello
   */
  constructor(url, name, random, timing, now, { fresh = false, identity = new Identity() } = {}) {
    this.heart = new Heartbeat(timing);
    this.retry = new Retrying(random, url, now, { connectS: timing.connectS, Other: LobbyClosed });
    this.name = name;
    this.identity = identity;
    this.#timing = timing;
    this.#fresh = fresh;
    this.#hello();
  }

  // --- requests --------------------------------------------------------------------------------------------

  /**
   * Asks the server, now or with the next connection; `make` puts the id into the message. Gives the id.
   *
   * @param {(id: number) => Uint8Array} make
   * @throws {InvalidInput} the server would close the connection for it
   * @throws {TooManyOutstanding} too many have no answer yet
   */
  request(make) {
    if (this.#requests.size >= REQUESTS_MAX) throw new TooManyOutstanding("requests", REQUESTS_MAX);
    const id = this.#lastRequest + 1;
    const frame = make(id);
    this.#lastRequest = id;
    this.#requests.set(id, frame);
    if (this.state === "connected") this.outbox.push(frame);
    return id;
  }

  /** False once it is gone or closed. */
  get isOpen() {
    return this.state !== "gone" && this.state !== "closed";
  }

  /** Log out. Without a connection the server only notices by the end of its grace window. */
  leave() {
    if (this.state === "connected") this.outbox.push(encodeLeave());
  }

  /**
   * It is over here, whatever the server thinks. Twice is once.
   *
   * @param {Error | null} [error]
   */
  close(error = null) {
    if (!this.isOpen) return;
    this.error = error;
    this.#happen("stopped");
  }

  // --- connections -----------------------------------------------------------------------------------------

  /**
   * A connection is open: what to send first.
   *
   * @param {number} now
   */
  firstFrame(now) {
    this.outbox.length = 0;
    this.heart.opened(now);
    this.#lastListing = 0;
    if (this.welcome !== null)
      return encodeResume(this.welcome.lobby, this.welcome.token, 0, 0, this.#lastPush);
    return this.#hello();
  }

  /**
   * The connection is gone, or could not be made (`null`: without a close code): what next.
   *
   * @param {number | null} code
   * @param {string} reason
   * @param {number} now
   * @returns {Next}
   */
  lost(code, reason, now) {
    this.heart.ended();
    this.outbox.length = 0;
    if (!this.isOpen) return { stop: true, error: null };
    const step = this.retry.lost(code, reason, now);
    if (!("stop" in step)) {
      this.#happen("lost");
      return step;
    }
    this.error = step.error;
    if (!(step.error instanceof SessionGone)) {
      this.#happen("stopped");
      return step;
    }
    this.#requests.clear();
    if (!this.#fresh) {
      this.#happen("forgotten");
      return step;
    }
    this.welcome = null;
    this.#lastPush = 0;
    this.retry.startOver(now, this.#timing.connectS);
    this.#happen("started over");
    return { delayS: 0, locate: false };
  }

  /**
   * The time that `heart.due` named has come. Throws `Drop` if the server is silent.
   *
   * @param {number} now
   */
  timer(now) {
    if (this.heart.silent(now)) {
      throw new Drop(CloseCode.SILENT, `the server was silent for ${this.#timing.silenceS} s`, true);
    }
    if (this.heart.takePing(now)) this.outbox.push(encodePing(now * 1000));
  }

  /**
   * A message of the server, if it is news: what came twice is `null`. Throws `Drop` if unusable.
   *
   * @param {Uint8Array} payload
   * @param {number} now
   * @returns {Welcome | Answer | Push | Listing | Chat | null}
   */
  received(payload, now) {
    this.heart.heard = now;
    try {
      const message = decodeLobbyReply(payload);
      switch (message.type) {
        case "welcome":
          return this.#welcomed(message, now);
        case "answer":
          return this.#requests.delete(message.id) ? message : null;
        case "push":
          return this.#pushed(message);
        case "listing":
          return this.#listed(message);
        case "chat":
          return message;
        case "pong":
          this.clock.pong(message.sentMs, message.nowMs, now * 1000);
      }
    } catch (error) {
      if (error instanceof BadMessage) throw new Drop(CloseCode.MALFORMED, `malformed: ${error.reason}`);
      throw error;
    }
    return null;
  }

  /**
   * @param {Welcome} welcome
   * @param {number} now
   */
  #welcomed(welcome, now) {
    if ((this.welcome !== null) !== welcome.resumed) throw new BadMessage("a welcome to somebody else");
    this.#happen("welcomed");
    if (welcome.resumed) this.resumes++;
    this.welcome = welcome;
    this.retry.established(now, patienceS(this.#timing, welcome.graceS));
    this.heart.letIn(now);
    this.outbox.push(encodeProved(), ...this.#requests.values());
    return welcome;
  }

  /** @param {Push} push */
  #pushed(push) {
    if (this.welcome === null) throw new BadMessage("a push before the welcome");
    const isNew = push.n > this.#lastPush;
    this.#lastPush = Math.max(push.n, this.#lastPush);
    this.#ack();
    return isNew ? push : null;
  }

  /** @param {Listing} listing */
  #listed(listing) {
    if (this.welcome === null) throw new BadMessage("a listing before the welcome");
    this.#lastListing = Math.max(listing.n, this.#lastListing);
    this.#ack();
    return listing;
  }

  #ack() {
    this.outbox.push(encodeAck(0, this.#lastListing, this.#lastPush));
  }

  #hello() {
    const { player, secret } = this.identity;
    return encodeHello(this.name, CLIENT, player, secret);
  }

  /** @param {LobbyHappening} happening */
  #happen(happening) {
    const state = TRANSITIONS[this.state][happening];
    if (state === undefined) throw new BadMessage(`${happening} while ${this.state}`);
    this.state = state;
  }
}
