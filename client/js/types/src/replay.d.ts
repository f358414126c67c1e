/**
 * Loads the replay of a session that has ended; resolves as soon as its first state is there.
 *
 * @param {string} url as `/replays/3f2a91c07be64d15`
 * @param {{ fetch?: typeof globalThis.fetch, timers?: Timers, signal?: AbortSignal }} [options]
 * @returns {Promise<Replay>}
 * @throws {ReplayUnavailable} the server has none, or cannot show it
 */
export function openReplay(url: string, { fetch, timers, signal }?: {
    fetch?: typeof globalThis.fetch;
    timers?: Timers;
    signal?: AbortSignal;
}): Promise<Replay>;
export { Replay };
/** The server has no such replay, or cannot show it; the message says why. */
export class ReplayUnavailable extends RallypointError {
    /**
     * @param {string} sentence
     * @param {number} status of HTTP; 0: the connection was lost, or what came is no replay
     */
    constructor(sentence: string, status: number);
    status: number;
}
import type { Timers } from "./replay_player.js";
import { Replay } from "./replay_player.js";
import { RallypointError } from "./errors.js";
