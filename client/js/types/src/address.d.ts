/**
 * The lobby's address of the server at `url`: `ws`, `wss`, `http` and `https` are all understood.
 *
 * @param {string} url
 * @throws {TypeError} it is no such address
 */
export function lobbyUrl(url: string): string;
