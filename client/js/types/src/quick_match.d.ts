/**
 * `onWait(place, waiting)`: place in the queue, from 1, and how many wait in it.
 * @typedef {(place: number, waiting: number) => unknown} OnWait
 */
/** The one quick match of a lobby that is going on. */
export class QuickMatching extends Claim {
    /**
     * @param {string} game
     * @param {OnWait | null} onWait
     */
    constructor(game: string, onWait: OnWait | null);
    #private;
}
/**
 * `onWait(place, waiting)`: place in the queue, from 1, and how many wait in it.
 */
export type OnWait = (place: number, waiting: number) => unknown;
import { Claim } from "./matches.js";
