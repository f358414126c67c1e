/**
 * What the lobby offers: a seat in a session, or a place to watch it from.
 *
 * @module
 */

import { RequestRefused } from "./errors.js";

const NONE = new Uint8Array(0);

/**
 * Where a session lives, and the token that takes the seat there (a secret). It is kept for about 15 seconds.
 */
export class SeatOffer {
  #token;

  /**
   * @param {string} session
   * @param {Uint8Array} token
   * @param {string} url absolute
   * @param {{
   *   schemaHash?: Uint8Array, game?: string, code?: string, delayS?: number, queue?: string, match?: string,
   *   team?: number | null, region?: string,
   * }} [more] the session's room code, if it is a private one; for a spectator, how far what is shown lies
   *   behind; of a match by rules: its queue, its id, the player's team (from 0; `null`: there are no teams),
   *   and the region that is best for all, if the rules ask for one
   */
  constructor(session, token, url, more = {}) {
    const { schemaHash = NONE, game = "", code = "", delayS = 0 } = more;
    const { queue = "", match = "", team = null, region = "" } = more;
    this.session = session;
    this.url = url;
    this.schemaHash = schemaHash;
    this.game = game;
    this.code = code;
    this.delayS = delayS;
    this.queue = queue;
    this.match = match;
    this.team = team;
    this.region = region;
    this.#token = token;
  }

  /** A secret: a private field, so that no log shows it. */
  get token() {
    return this.#token;
  }
}

/**
 * From what the server said.
 *
 * @param {any} data
 * @param {string} lobbyUrl
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readOffer(data, lobbyUrl) {
  const { session, url, token, schema = NONE, game = "", code = "", delay_s: delayS = 0 } = data ?? {};
  const { queue = "", match = "", team = null, region = "" } = data ?? {};
  const texts = [session, url, game, code, queue, match, region];
  const bytes = token instanceof Uint8Array && schema instanceof Uint8Array;
  const fits = bytes && typeof delayS === "number" && (team === null || Number.isSafeInteger(team));
  if (!fits || !texts.every((text) => typeof text === "string"))
    throw malformed("an offer that cannot be read");
  try {
    const where = new URL(url, lobbyUrl).href;
    const more = { schemaHash: schema.slice(), game, code, delayS, queue, match, team, region };
    return new SeatOffer(session, token.slice(), where, more);
  } catch {
    throw malformed("an offer whose address cannot be read");
  }
}

/** @param {string} reason */
function malformed(reason) {
  return new RequestRefused("malformed", reason);
}
