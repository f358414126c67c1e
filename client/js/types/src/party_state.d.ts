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
export function readParty(value: any): PartyState;
/**
 * One player of a party. `ready`: has said so (the leader is without saying it); `here`: connected (who is
 * away keeps the place for a while); `seated`: plays just now.
 */
export type PartyMember = {
    readonly player: string;
    readonly name: string;
    readonly ready: boolean;
    readonly here: boolean;
    readonly seated: boolean;
};
/**
 * `n` grows with each change: what comes late is known by it.
 */
export type PartyState = {
    code: string;
    leader: string;
    members: readonly PartyMember[];
    n: number;
};
