/**
 * How a page comes in to a lobby.
 *
 * @module
 */

import { Lobby } from "./lobby.js";

/** @import { LobbyOptions } from "./lobby_link.js" */

/**
 * A lobby session at the server at `url`, as `ws://localhost:8000`; log out with `lobby.close()`.
 *
 * @param {string} url
 * @param {LobbyOptions} [options]
 * @returns {Promise<Lobby>}
 * @throws {TypeError} the URL is no server's address, or there is no WebSocket here
 * @throws {InvalidInput} no server would take that name or identity
 * @throws {ConnectFailed} nobody there within 15 s
 * @throws {Closed} the server said no
 */
export async function connect(url, options) {
  const lobby = new Lobby(url, options);
  try {
    await lobby.welcomed();
    return lobby;
  } catch (error) {
    await lobby.close();
    throw error;
  }
}
