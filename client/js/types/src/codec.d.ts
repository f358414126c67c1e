/**
 * Reads one MessagePack value: exact whole numbers (BigInt beyond 2^53), `Uint8Array`s for bytes, plain
 * objects for maps.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {unknown}
 * @throws {BadMessage} they are not exactly one value
 */
export function unpack(bytes: Uint8Array | ArrayBuffer): unknown;
/**
 * Decodes what a server sent on the lobby.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {LobbyReply}
 * @throws {BadMessage}
 */
export function decodeLobbyReply(bytes: Uint8Array | ArrayBuffer): LobbyReply;
/**
 * Decodes what a server sent on a session.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @returns {SessionReply}
 * @throws {BadMessage}
 */
export function decodeSessionReply(bytes: Uint8Array | ArrayBuffer): SessionReply;
/** @import { LobbyReply, SessionReply } from "./messages.js" */
/** @import { Reader } from "./replies.js" */
/**
 * A message that could not be decoded. Whoever sent it is to be closed with `code`.
 *
 * `reason` is fit for a close frame: it names the place, and repeats nothing of what was sent.
 */
export class BadMessage extends Error {
    /**
     * @param {string} reason
     * @param {number} [code]
     */
    constructor(reason: string, code?: number);
    reason: string;
    code: number;
}
import type { LobbyReply } from "./messages.js";
import type { SessionReply } from "./messages.js";
