/** @import { Line } from "./chat_log.js" */
/** @import { Chat } from "./messages.js" */
/** @import { Requests } from "./requests.js" */
/** Made by `lobby.chat`: one for each room that is listened to. */
export class Room {
    /**
     * @param {Requests} requests
     * @param {string} room
     * @param {(room: Room) => void} closed
     */
    constructor(requests: Requests, room: string, closed: (room: Room) => void);
    /**
     * Called with each line that is new.
     * @type {((line: Line) => unknown) | null}
     */
    onLine: ((line: Line) => unknown) | null;
    /**
     * Why it is over; `null` if it is not, and if it was closed.
     * @type {Error | null}
     */
    error: Error | null;
    /** The session's id; empty for the lobby's chat. */
    get id(): string;
    /** The newest lines, at most 64, oldest first: taken or not. */
    get lines(): Line[];
    /** False once it is closed. */
    get isOpen(): boolean;
    /**
     * Says a line, and waits until the server has taken it. It then also comes as a line.
     *
     * @param {string} text
     * @throws {InvalidInput} it has not 1 to 240 characters
     * @throws {RequestRefused} `too_fast`, `not_listening`, `refused` (nothing of it can be shown), `muted` (by an
     *   operator; `reason` says for how long)
     * @throws {Closed} this room, or the lobby session, is over
     */
    say(text: string): Promise<void>;
    /** Listens no longer. Twice is once. */
    close(): void;
    /** Waits until the server lets us listen. Throws `RequestRefused`, or why the lobby session is over. */
    listening(): Promise<this>;
    /**
     * Lines of the server.
     *
     * @param {Chat} chat
     */
    take(chat: Chat): void;
    /**
     * A new connection; if it is one of another lobby session (`again`), that has to be asked.
     *
     * @param {boolean} again
     */
    welcomed(again: boolean): void;
    /**
     * It ends: with that error, or because it was closed.
     *
     * @param {Error | null} error
     */
    over(error: Error | null): void;
    /**
     * `for await (const line of room)`: `line.missed` says if some before it are lost. At most 64 wait to be
     * taken.
     *
     * Ends when the room, or the lobby, is closed; throws `SessionGone` if the lobby session is gone, and
     * `RequestRefused` if, after a new lobby session, this room may not be listened to any more. Leaving the
     * loop leaves the room open.
     *
     * @returns {AsyncIterableIterator<Line>}
     */
    [Symbol.asyncIterator](): AsyncIterableIterator<Line>;
    #private;
}
import type { Line } from "./chat_log.js";
import type { Chat } from "./messages.js";
import type { Requests } from "./requests.js";
