/** What the web port says besides the files of the page. */

const REPLAY_TRIES = 6;
const REPLAY_EVERY_MS = 1000;

/**
 * `queues`: those with rules.
 * @typedef {{ spectators: boolean, replays: boolean, queues: { name: string, rated: boolean }[] }} GameSettings
 */

/** @type {Promise<any> | undefined} */
let config;

/** What the server says of itself; asked once. */
async function settings() {
  config ??= json("/config.json");
  const found = await config;
  if (found === null) config = undefined; // not there: the next one asks again
  return found;
}

/** @returns {Promise<string>} Where the lobby is. */
export async function lobbyUrl() {
  const found = await settings();
  return addressOf(found?.lobby, location);
}

/**
 * @param {any} lobby A whole address; or a port on the host that the page came from; or nothing.
 * @param {{ protocol: string, hostname: string }} page
 */
export function addressOf(lobby, page) {
  if (typeof lobby === "string") return lobby;
  const isSafe = lobby?.tls ?? page.protocol === "https:";
  return `${isSafe ? "wss" : "ws"}://${page.hostname}:${lobby?.port ?? 8000}`;
}

/**
 * @param {string} game
 * @returns {Promise<GameSettings>}
 */
export async function gameSettings(game) {
  const found = (await settings())?.games?.find((/** @type {any} */ it) => it.name === game);
  const { spectators = true, replays = false, queues = [] } = found ?? {};
  return { spectators, replays, queues };
}

/**
 * The finished games that everybody may see again, newest first.
 * @param {string} game
 * @returns {Promise<any[]>}
 */
export async function listReplays(game) {
  if (!(await gameSettings(game)).replays) return [];
  const found = await json(`/replays/${encodeURIComponent(game)}.json`);
  return Array.isArray(found) ? found : [];
}

/**
 * Whether there is a replay of a session that has just ended. It is written a moment later, so this looks
 * again.
 * @param {string} game
 * @param {string} session
 * @param {boolean} isPrivate It is in no list then, but given to who knows its id.
 */
export async function findReplay(game, session, isPrivate) {
  if (!(await gameSettings(game)).replays) return false;
  for (let tries = 0; tries < REPLAY_TRIES; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, REPLAY_EVERY_MS));
    const isThere = isPrivate
      ? await answers(`/replays/${encodeURIComponent(session)}`)
      : (await listReplays(game)).some((it) => it.session === session);
    if (isThere) return true;
  }
  return false;
}

/** @param {string} path */
async function answers(path) {
  try {
    return (await fetch(path, { method: "HEAD" })).ok;
  } catch {
    return false;
  }
}

/** @param {string} path @returns {Promise<any>} `null` if there is none. */
async function json(path) {
  try {
    const answer = await fetch(path);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
