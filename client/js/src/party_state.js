/**
 * What the server says of a party, at one moment.
 *
 * @module
 */

import { RequestRefused } from "./errors.js";

/**
 * One player of a party. `ready`: has said so (the leader is without saying it); `here`: connected (who is
 * away keeps the place for a while); `seated`: plays just now.
 * @typedef {{
 *   readonly player: string, readonly name: string, readonly ready: boolean, readonly here: boolean,
 *   readonly seated: boolean,
 * }} PartyMember
 */
/**
 * `n` grows with each change: what comes late is known by it.
 * @typedef {{ code: string, leader: string, members: readonly PartyMember[], n: number }} PartyState
 */

/**
 * From what the server said.
 *
 * @param {any} value
 * @returns {PartyState}
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readParty(value) {
  const { code, leader, members, n } = value ?? {};
  const texts = [code, leader].every((it) => typeof it === "string");
  if (!texts || !Number.isSafeInteger(n) || !Array.isArray(members)) throw malformed();
  return { code, leader, members: members.map(readMember), n };
}

/**
 * @param {any} value
 * @returns {PartyMember}
 */
function readMember(value) {
  const { player, name, ready = false, here = true, seated = false } = value ?? {};
  if (typeof player !== "string" || typeof name !== "string") throw malformed();
  return { player, name, ready: Boolean(ready), here: Boolean(here), seated: Boolean(seated) };
}

function malformed() {
  return new RequestRefused("malformed", "a party that cannot be read");
}
