/**
 * How a session is named: by its id, or by anything of it.
 *
 * @module
 */
/** @import { SessionRow } from "./messages.js" */
/**
 * A seat that this player has, as the server says: `await lobby.join(seat)` takes it.
 * @typedef {{ session: string, game: string }} MySeat
 */
/**
 * A session's id, its row in a list, or a seat in it.
 * @typedef {string | SessionRow | { readonly session: string }} SessionName
 */
/**
 * The id itself.
 *
 * @param {SessionName} session
 * @returns {string}
 */
export function sessionId(session: SessionName): string;
/**
 * A seat that this player has, as the server says: `await lobby.join(seat)` takes it.
 */
export type MySeat = {
    session: string;
    game: string;
};
/**
 * A session's id, its row in a list, or a seat in it.
 */
export type SessionName = string | SessionRow | {
    readonly session: string;
};
import type { SessionRow } from "./messages.js";
