/**
 * From what the server said.
 *
 * @param {any} data
 * @param {string} lobbyUrl
 * @throws {RequestRefused} `malformed`, for what cannot be read
 */
export function readOffer(data: any, lobbyUrl: string): SeatOffer;
/**
 * Where a session lives, and the token that takes the seat there (a secret). It is kept for about 15 seconds.
 */
export class SeatOffer {
    /**
     * @param {string} session
     * @param {Uint8Array} token
     * @param {string} url absolute
     * @param {{ schemaHash?: Uint8Array, game?: string, code?: string, delayS?: number }} [more] the session's
     *   room code, if it is a private one; for a spectator, how far what is shown lies behind
     */
    constructor(session: string, token: Uint8Array, url: string, { schemaHash, game, code, delayS }?: {
        schemaHash?: Uint8Array;
        game?: string;
        code?: string;
        delayS?: number;
    });
    session: string;
    url: string;
    schemaHash: Uint8Array<ArrayBufferLike>;
    game: string;
    code: string;
    delayS: number;
    /** A secret: a private field, so that no log shows it. */
    get token(): Uint8Array<ArrayBufferLike>;
    #private;
}
