/**
 * The addresses of a server.
 *
 * @module
 */

/** @type {Record<string, string>} */
const SCHEMES = { "ws:": "ws:", "wss:": "wss:", "http:": "ws:", "https:": "wss:" };

/**
 * The lobby's address of the server at `url`: `ws`, `wss`, `http` and `https` are all understood.
 *
 * @param {string} url
 * @throws {TypeError} it is no such address
 */
export function lobbyUrl(url) {
  let parts;
  try {
    parts = new URL(url);
  } catch {
    throw wrong(url);
  }
  const scheme = SCHEMES[parts.protocol];
  if (scheme === undefined || !parts.hostname) throw wrong(url);
  const path = parts.pathname.replace(/\/+$/, "").replace(/\/lobby$/, "");
  return `${scheme}//${parts.host}${path}/lobby`;
}

/** @param {string} url */
function wrong(url) {
  return new TypeError(`${JSON.stringify(url)} is not a server's address, as ws://localhost:8000 is`);
}
