/** A rematch of `session`. */
export class Rematching extends Claim {
    /**
     * @param {string} session
     * @param {OnWanted | null} onWait
     */
    constructor(session: string, onWait: OnWanted | null);
    session: string;
    #private;
}
/**
 * `onWait(wanted, group)`: the ids of the players who want it, and of all who would play it again.
 */
export type OnWanted = (wanted: string[], group: string[]) => unknown;
import { Claim } from "./matches.js";
