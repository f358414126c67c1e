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
     * @param {{
     *   schemaHash?: Uint8Array, game?: string, code?: string, delayS?: number, queue?: string, match?: string,
     *   team?: number | null, region?: string,
     * }} [more] the session's room code, if it is a private one; for a spectator, how far what is shown lies
     *   behind; of a match by rules: its queue, its id, the player's team (from 0; `null`: there are no teams),
     *   and the region that is best for all, if the rules ask for one
     */
    constructor(session: string, token: Uint8Array, url: string, more?: {
        schemaHash?: Uint8Array;
        game?: string;
        code?: string;
        delayS?: number;
        queue?: string;
        match?: string;
        team?: number | null;
        region?: string;
    });
    session: string;
    url: string;
    schemaHash: Uint8Array<ArrayBufferLike>;
    game: string;
    code: string;
    delayS: number;
    queue: string;
    match: string;
    team: number | null;
    region: string;
    /** A secret: a private field, so that no log shows it. */
    get token(): Uint8Array<ArrayBufferLike>;
    #private;
}
