/** The links of a game's page: which player this is, and what to show at once. Pure. */

/**
 * @typedef {object} Link
 * @property {string} player Another identity, so that two people play in one browser: `?player=2`.
 * @property {string} session A session to join.
 * @property {string} code A private room to join.
 * @property {string} party A party to join.
 * @property {string} watch A session to watch.
 * @property {string} replay A session that has ended, to see again.
 * @property {number} tick Where the replay begins; -1 for its first tick.
 */

const NAMES = /** @type {const} */ (["session", "code", "party", "watch", "replay"]);

/**
 * @param {string} search As `location.search`.
 * @returns {Link}
 */
export function readLink(search) {
  const query = new URLSearchParams(search);
  const text = (/** @type {string} */ name) => (query.get(name) ?? "").trim();
  const tick = /^\d{1,9}$/.test(text("tick")) ? Number(text("tick")) : -1;
  return {
    player: text("player"),
    session: text("session"),
    code: readCode(text("code")),
    party: readCode(text("party")),
    watch: text("watch"),
    replay: text("replay"),
    tick,
  };
}

/**
 * The query of a link to one thing; who this player is stays out of what others are given.
 * @param {Partial<Link>} to
 */
export function writeLink(to) {
  const query = new URLSearchParams();
  if (to.player) query.set("player", to.player);
  for (const name of NAMES) if (to[name]) query.set(name, String(to[name]));
  if (to.tick !== undefined && to.tick >= 0) query.set("tick", String(to.tick));
  const text = query.toString();
  return text && `?${text}`;
}

/**
 * A room code as somebody typed it: in capitals, without blanks and dashes.
 * @param {string} typed
 */
export function readCode(typed) {
  return typed.toUpperCase().replaceAll(/[\s-]/g, "");
}
