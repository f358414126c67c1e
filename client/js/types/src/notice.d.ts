/** Notices that are kept for whoever listens later; the oldest go. */
export const UNHEARD_MAX: 16;
/** One of them. It comes once; to who is away, with the next connection. */
export class Notice {
    /**
     * @param {string} kind
     * @param {string} text
     * @param {string | null} [session]
     * @param {number | null} [untilMs]
     */
    constructor(kind: string, text: string, session?: string | null, untilMs?: number | null);
    /**
     * `message`: to be read. `paused`, `resumed`: the game stands still by an operator's will, or goes on.
     * `muted`, `unmuted`: whether the player may say something in chats. A newer server may know others.
     * @readonly
     */
    readonly kind: string;
    /**
     * What the operator wrote, or why it is so; may be empty. Plain text: show it as text, never as HTML.
     * @readonly
     */
    readonly text: string;
    /** The id of the session that it is about, if it is about one. @readonly */
    readonly session: string | null;
    /** Until when it holds, in Unix time, if that is known. @readonly */
    readonly untilMs: number | null;
}
/**
 * `onNotice(notice)`: told once of each.
 * @typedef {(notice: Notice) => unknown} OnNotice
 */
/** Of one lobby. What comes before anybody listens is kept. */
export class Notices {
    set onNotice(callback: OnNotice | null);
    /** Who listens. */
    get onNotice(): OnNotice | null;
    /**
     * The push `notice`.
     *
     * @param {Record<string, any>} data
     */
    pushed(data: Record<string, any>): void;
    #private;
}
/**
 * `onNotice(notice)`: told once of each.
 */
export type OnNotice = (notice: Notice) => unknown;
