/** A player's id and secret, kept in memory; both empty for a new guest. The secret is in no log. */
export class Identity {
    /** For as long as the page, or the program, lives. */
    static memory(): Identity;
    /**
     * One that is kept in the browser, one for each server. Where a browser keeps nothing (private windows of
     * some, blocked cookies), it is in memory.
     *
     * @param {string} key of your game: two of them on one page's origin are two players
     * @param {Storage | null} [storage] instead of `localStorage`
     */
    static storage(key: string, storage?: Storage | null): Identity;
    /**
     * @param {string} [player]
     * @param {Uint8Array} [secret]
     */
    constructor(player?: string, secret?: Uint8Array);
    player: string;
    /** @returns {Uint8Array} */
    get secret(): Uint8Array;
    /**
     * The server knows this guest by these from now on. What it throws is told in the console: the player plays
     * on.
     *
     * @param {string} player
     * @param {Uint8Array} secret
     */
    keep(player: string, secret: Uint8Array): void;
    /**
     * A lobby of the server at `url` will use it. Called before anything is asked of it.
     *
     * @param {string} url
     */
    usedAt(url: string): void;
    #private;
}
