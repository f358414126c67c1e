/**
 * What hides corrections: the picture goes to where the prediction is now gently, not at once.
 *
 * When a prediction is put right, what is drawn must not jump. So the difference is kept, added to all that is
 * drawn from then on, and halved every `HALF_LIFE_MS`. A difference larger than the *snap* distance is no
 * correction but another place: there it jumps. Pure: times are given, in milliseconds.
 *
 * @module
 */
export const HALF_LIFE_MS: 80;
/** The differences of so many numbers, as they fade. */
export class Smoothing {
    /**
     * @param {number} numbers
     * @param {number} [halfLifeMs]
     */
    constructor(numbers: number, halfLifeMs?: number);
    /**
     * To be added to what is drawn, as of the last call.
     * @type {number[]}
     */
    offsets: number[];
    /**
     * The offsets at that time, which does not go back.
     *
     * @param {number} atMs
     */
    fade(atMs: number): number[];
    /**
     * What is below has moved by that much: what is drawn is to stay where it is for now.
     *
     * @param {number[]} by
     */
    shift(by: number[]): void;
    /** To where it belongs, at once. */
    snap(): void;
    #private;
}
