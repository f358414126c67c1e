/** The lobby connection of a page: one at a time, under the name that was typed last. */

import { connect, ConnectFailed, TakenOver } from "../rallypoint.js";
import { lobbyUrl } from "./server.js";

/** @typedef {import("../rallypoint.js").Identity} Identity */
/** @typedef {import("../rallypoint.js").Lobby} Lobby */

const TRY_AGAIN_S = 3;

export class Entrance {
  /** @type {Lobby | null} */
  lobby = null;
  /** Told of each lobby that is let in. @type {(lobby: Lobby) => void} */
  onLobby = () => {};
  #identity;
  #tell;
  #changed;
  #pushed;
  /** What the lobby was told; the server may have made another name of it. */
  #name = "";
  /** @type {Promise<Lobby> | null} */
  #coming = null;

  /**
   * @param {Identity} identity
   * @param {(text: string) => void} tell How it goes; empty: well.
   * @param {() => void} changed The lobby's state is another.
   * @param {(kind: string, data: any) => void} pushed What the lobby says unasked.
   */
  constructor(identity, tell, changed, pushed) {
    this.#identity = identity;
    this.#tell = tell;
    this.#changed = changed;
    this.#pushed = pushed;
  }

  /** True while there is none yet. */
  get isComing() {
    return this.#coming !== null;
  }

  /**
   * The lobby, once it is there; tries until it is.
   * @param {string} name
   * @param {boolean} [mayStay] One under another name will do: there are seats that hang on it.
   * @param {boolean} [anew] Another one in any case: it knows the player's seats as they are now.
   * @returns {Promise<Lobby>}
   * @throws {Error} The server says no; `TakenOver` if the player is in another tab.
   */
  async reach(name, mayStay = false, anew = false) {
    await this.#coming?.catch(() => {});
    const { lobby } = this;
    if (lobby?.error instanceof TakenOver) throw lobby.error;
    const isOpen = lobby !== null && lobby.state !== "closed" && lobby.state !== "gone";
    if (!anew && isOpen && (mayStay || name === this.#name)) return lobby;
    const coming = (this.#coming = this.#come(name));
    try {
      return await coming;
    } finally {
      this.#coming = null;
    }
  }

  /** @param {string} name */
  async #come(name) {
    const former = this.lobby;
    this.lobby = null;
    this.#name = name;
    if (former) {
      former.onState = former.onPush = former.onNotice = null;
      await former.close();
    }
    this.#tell("Connecting…");
    for (;;) {
      try {
        const lobby = await connect(await lobbyUrl(), { name, identity: this.#identity, fresh: true });
        lobby.onState = () => this.#changed();
        lobby.onPush = (kind, data) => this.#pushed(kind, data);
        this.#tell("");
        this.lobby = lobby;
        this.onLobby(lobby);
        return lobby;
      } catch (error) {
        if (!(error instanceof ConnectFailed)) throw error;
        await this.#pause();
      }
    }
  }

  async #pause() {
    for (let left = TRY_AGAIN_S; left > 0; left -= 1) {
      this.#tell(`The server cannot be reached. Trying again in ${left} s.`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
