/**
 * A lobby session and its connection: lets its player in, has requests answered, hands on what else comes.
 *
 * What a player can do there is `Lobby`'s, which is one of these.
 *
 * @module
 */

import { lobbyUrl } from "./address.js";
import { call } from "./callbacks.js";
import { Endpoint } from "./endpoint.js";
import { LobbyClosed } from "./errors.js";
import { TIMING } from "./heartbeat.js";
import { Identity } from "./identity.js";
import { LobbyCore } from "./lobby_core.js";
import { Notices } from "./notice.js";
import { nowS } from "./reconnect.js";
import { Requests } from "./requests.js";

/** @import { LobbyState } from "./lobby_core.js" */
/** @import { Chat, Listing } from "./messages.js" */
/** @import { Surroundings } from "./seat.js" */
/** @import { MySeat } from "./session_id.js" */

/**
 * - `name`: how the player wants to be called;
 * - `identity`: who the player is, to be known again tomorrow: `Identity.storage("mygame")`. Without one, a
 *   new guest each time;
 * - `fresh`: when the lobby session is gone, begin again with another.
 * @typedef {Surroundings & { name?: string, identity?: Identity, fresh?: boolean }} LobbyOptions
 */

/** It resumes by itself; with `fresh`, one that is gone is replaced by another. */
export class LobbyLink extends Endpoint {
  /**
   * Called when `state` has changed.
   * @type {((state: LobbyState) => unknown) | null}
   */
  onState = null;
  /**
   * Called with kind and data of every push that is new, the known ones (`queued`...) included.
   * @type {((kind: string, data: Record<string, any>) => unknown) | null}
   */
  onPush = null;
  /** @protected @readonly */
  _requests;
  #core;
  #notices = new Notices();

  /**
   * @param {string} url
   * @param {LobbyOptions} options
   */
  constructor(
    url,
    { name = "", identity = new Identity(), fresh = false, random = Math.random, timing = {}, WebSocket },
  ) {
    const address = lobbyUrl(url);
    const patience = { ...TIMING, ...timing };
    identity.usedAt(address);
    const core = new LobbyCore(address, name, random, patience, nowS(), { fresh, identity });
    super(core, address, `the lobby at ${address}`, {
      openS: patience.openS,
      WebSocket,
      Closed: LobbyClosed,
    });
    this.#core = core;
    this._requests = new Requests(core, () => this._reconnect.flush());
  }

  /** The lobby's address. */
  get url() {
    return this._reconnect.url;
  }

  /** `connecting`, `connected`, `resuming`, `gone` or `closed`. */
  get state() {
    return this.#core.state;
  }

  /** The player's id; empty while there is no lobby session. */
  get player() {
    return this.#core.welcome?.player ?? "";
  }

  /** The player's name, as the server has taken it. */
  get name() {
    return this.#core.welcome?.name ?? this.#core.name;
  }

  /** What the player is known by next time; of a server that keeps nobody, empty. */
  get identity() {
    return this.#core.identity;
  }

  /** The games that there are here. */
  get games() {
    return [...(this.#core.welcome?.games ?? [])];
  }

  /**
   * The seats that the player had when the server last let us in, oldest first: `lobby.join` takes one.
   *
   * @returns {MySeat[]}
   */
  get mySeats() {
    return (this.#core.welcome?.seats ?? []).map(([session, game]) => ({ session, game }));
  }

  /** How often it came back after a lost connection. */
  get resumes() {
    return this.#core.resumes;
  }

  /**
   * Called with each `Notice`: what an operator tells the player, or has done that concerns them. The newest 16
   * that came before are told at once.
   */
  get onNotice() {
    return this.#notices.onNotice;
  }

  set onNotice(callback) {
    this.#notices.onNotice = callback;
  }

  /** Waits until the server has let us in for the first time. Throws `error` if it did not. */
  async welcomed() {
    await this._entered();
    if (this.#core.welcome === null) throw this._closedError();
    return this;
  }

  // --- for those who are one -------------------------------------------------------------------------------

  /**
   * The server has let us in; `again`: into another lobby session than before.
   *
   * @protected
   * @param {boolean} again
   */
  _welcomed(again) {
    void again;
  }

  /**
   * A push that is new.
   *
   * @protected
   * @param {string} kind
   * @param {Record<string, any>} data
   */
  _pushed(kind, data) {
    if (kind === "notice") this.#notices.pushed(data);
  }

  /**
   * News of the list of sessions.
   *
   * @protected
   * @param {Listing} listing
   */
  _listed(listing) {
    void listing;
  }

  /**
   * Lines of a chat.
   *
   * @protected
   * @param {Chat} chat
   */
  _said(chat) {
    void chat;
  }

  /**
   * The lobby session is over, or is to be replaced by another: what was asked of it fails.
   *
   * @protected
   * @param {Error} error
   */
  _failed(error) {
    this._requests.fail(error);
  }

  /** Log out, when all that was asked is on its way. @protected */
  _leave() {
    this.#core.leave();
    this._reconnect.flush();
  }

  // --- steps -----------------------------------------------------------------------------------------------

  /**
   * @protected
   * @override
   * @param {Uint8Array} payload
   */
  _deliver(payload) {
    if (!this.#core.isOpen) return; // closed by us, a moment ago
    const message = this.#core.received(payload, nowS());
    switch (message?.type) {
      case "welcome": {
        if (message.secret.length) this.#keep(message.player, message.secret);
        const again = this._firstTimeIn && !message.resumed;
        this._letIn();
        return this._welcomed(again);
      }
      case "answer":
        return this._requests.answered(message);
      case "push":
        this._pushed(message.kind, message.data);
        return call(this.onPush, message.kind, message.data);
      case "listing":
        return this._listed(message);
      case "chat":
        return this._said(message);
    }
  }

  /**
   * @param {string} player
   * @param {Uint8Array} secret
   */
  #keep(player, secret) {
    try {
      this.identity.keep(player, secret);
    } catch (error) {
      // no room, or none allowed: the player plays, and is a stranger tomorrow
      console.warn(
        `rallypoint: player ${player} will not be known again: the identity could not be kept:`,
        error,
      );
    }
  }

  /** @protected @override */
  _lost() {
    const { error } = this.#core;
    if (!this.#core.isOpen || error === null) return;
    this.#core.error = null; // there will be another lobby session: what was asked of this one fails
    this._failed(error);
  }

  /** @protected @override */
  _over() {
    this._failed(this._closedError());
  }

  /** @protected @override */
  _stateChanged() {
    this.onState?.(this.state);
  }
}
