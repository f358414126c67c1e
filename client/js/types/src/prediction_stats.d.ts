/** Counts since the prediction began. Distances are in the units of the game's fields. */
export class PredictionStats {
    inputs: number;
    /** Of these, applied in a later tick than they were meant for. */
    lateInputs: number;
    earlyInputs: number;
    /** How far ahead of the session's clock the client is now. */
    leadMs: number;
    /** Steps that were made again. */
    replayed: number;
    /** Corrections too large to be smoothed. */
    snaps: number;
    /** Times that it began anew: with another entity, or after a lost connection. */
    starts: number;
    /**
     * A pass has said how far the prediction for its tick was off.
     *
     * @param {number} distance
     */
    corrected(distance: number): void;
    /**
     * How large that part of the last 1000 corrections was at most (most are 0): `correction(0.99)`.
     *
     * @param {number} part
     */
    correction(part: number): number;
    /** The median correction. */
    get p50(): number;
    /** What 99 of 100 corrections do not exceed. */
    get p99(): number;
    /** The largest correction. */
    get max(): number;
    #private;
}
