/** @import { Classes } from "./classes.js" */
/** @import { Step } from "./prediction.js" */
/** @import { Schema } from "./schema.js" */
/**
 * `holds`: the hold classes that the step reads (all); `acts(entity, action)` is called before it for each
 * action of that tick, for actions that change the entity; `place`: the fields that say where the entity is
 * (those of x, y and z that move); a correction by more than `snap` (100), in their units, is not smoothed.
 * @typedef {object} PredictOptions
 * @property {string[]} [holds]
 * @property {((entity: any, action: any) => unknown) | null} [acts]
 * @property {string[]} [place]
 * @property {number} [snap]
 */
/**
 * See `Seat.predict`, which throws what this does.
 *
 * @param {Classes} classes
 * @param {string} kind
 * @param {Step} step
 * @param {PredictOptions} [options]
 */
export function makePrediction(classes: Classes, kind: string, step: Step, { holds, acts, place, snap }?: PredictOptions): Prediction;
/** Of one seat. */
export class Predicted {
    /**
     * @param {Prediction} prediction
     * @param {string} kind
     * @param {() => Record<string, any> | null} look gives the entity as it is to be drawn now
     */
    constructor(prediction: Prediction, kind: string, look: () => Record<string, any> | null);
    /**
     * Called once when predictions go on being wrong although all inputs were in time.
     * @type {((predicted: Predicted) => unknown) | null}
     */
    onDiverged: ((predicted: Predicted) => unknown) | null;
    /** The entity's class. */
    kind: string;
    /**
     * The entity as it is to be drawn now: its public fields, and its `id`. Call it once a frame.
     *
     * `null` while the player has none. It is made anew each time, and nobody else uses it.
     */
    view(): Record<string, any> | null;
    /** How far off the entity was, when the newest state's tick was predicted; in units of its fields. */
    get correction(): number;
    /** What was counted. */
    get stats(): import("./prediction_stats.js").PredictionStats;
    /** True once predictions went on being wrong although all inputs were in time. */
    get diverged(): boolean;
    /** After each pass: warns once. For the seat. */
    lookForDivergence(): void;
    #private;
}
/**
 * `holds`: the hold classes that the step reads (all); `acts(entity, action)` is called before it for each
 * action of that tick, for actions that change the entity; `place`: the fields that say where the entity is
 * (those of x, y and z that move); a correction by more than `snap` (100), in their units, is not smoothed.
 */
export type PredictOptions = {
    holds?: string[] | undefined;
    acts?: ((entity: any, action: any) => unknown) | null | undefined;
    place?: string[] | undefined;
    snap?: number | undefined;
};
import type { Classes } from "./classes.js";
import type { Step } from "./prediction.js";
import { Prediction } from "./prediction.js";
