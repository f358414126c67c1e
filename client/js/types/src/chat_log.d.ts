/**
 * The lines of one chat room: each once, in order, and bounded. Pure.
 *
 * @module
 */
/** @import { ChatLine } from "./messages.js" */
/** As many as a server keeps. */
export const LINES_MAX: 64;
/**
 * One line of a chat: numbered (`n`) from 1 in its room; `player` is the id of who said it, `atMs` Unix time.
 * `missed`: so many lines before this one were said, and are not here: they came faster than they were taken.
 * @typedef {ChatLine & { missed: number }} Line
 */
/** The newest `LINES_MAX` lines, and how many of them somebody has taken. */
export class ChatLog {
    /** @type {Line[]} */
    lines: Line[];
    /** The next lines come from another lobby session: perhaps of another server, which counts from 1 again. */
    elsewhere(): void;
    /**
     * Takes what the server says, in order; what is known already is passed over. Gives what is new.
     *
     * @param {ChatLine[]} lines
     * @returns {Line[]}
     */
    add(lines: ChatLine[]): Line[];
    /**
     * The oldest line that was not taken yet; `null` if all were.
     *
     * @returns {Line | null}
     */
    take(): Line | null;
    #private;
}
/**
 * One line of a chat: numbered (`n`) from 1 in its room; `player` is the id of who said it, `atMs` Unix time.
 * `missed`: so many lines before this one were said, and are not here: they came faster than they were taken.
 */
export type Line = ChatLine & {
    missed: number;
};
import type { ChatLine } from "./messages.js";
