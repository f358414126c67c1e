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
export function connect(url: string, options?: LobbyOptions): Promise<Lobby>;
import type { LobbyOptions } from "./lobby_link.js";
import { Lobby } from "./lobby.js";
