/** @import { LobbyCore } from "./lobby_core.js" */
/** @import { Answer } from "./messages.js" */
/**
 * Puts the id into a request.
 * @typedef {(id: number) => Uint8Array} Make
 */
/**
 * @typedef {{
 *   resolve: (value: any) => void, reject: (error: Error) => void, agreed: (() => void) | null,
 * }} Waiting
 */
export class Requests {
    /**
     * @param {LobbyCore} core
     * @param {() => void} flush sends what the core wants to send
     */
    constructor(core: LobbyCore, flush: () => void);
    /** False once the lobby session is gone or closed. */
    get isOpen(): boolean;
    /**
     * Asks for something whose answer is nobody's business. Throws as `ask` rejects.
     *
     * @param {Make} make
     */
    tell(make: Make): number;
    /**
     * Asks: the answer's value, or `RequestRefused`, or why the lobby session is over.
     *
     * `agreed` is called at once when the server says yes, before anything that it says next is looked at.
     *
     * @param {Make} make
     * @param {(() => void) | null} [agreed]
     * @returns {Promise<any>}
     * @throws {InvalidInput} the server would not take such a request
     * @throws {TooManyOutstanding} too many wait for their answer already
     * @throws {SessionGone} the lobby session is gone
     * @throws {LobbyClosed} it is closed
     */
    ask(make: Make, agreed?: (() => void) | null): Promise<any>;
    /**
     * The server's word.
     *
     * @param {Answer} answer
     */
    answered({ id, value, error, reason }: Answer): void;
    /**
     * Nothing that was asked for will be answered.
     *
     * @param {Error} error
     */
    fail(error: Error): void;
    #private;
}
/**
 * Puts the id into a request.
 */
export type Make = (id: number) => Uint8Array;
export type Waiting = {
    resolve: (value: any) => void;
    reject: (error: Error) => void;
    agreed: (() => void) | null;
};
import type { Answer } from "./messages.js";
import type { LobbyCore } from "./lobby_core.js";
