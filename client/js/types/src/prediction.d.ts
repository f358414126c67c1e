/** @import { Fields, Motion } from "./motion.js" */
/** @import { Pacing } from "./pacing.js" */
/**
 * What the server does with the entity in one tick of `dt` seconds.
 * @typedef {(entity: any, held: any, dt: number) => unknown} Step
 */
/** So long after the newest state nothing is predicted any more: the entity stands still. */
export const AHEAD_MAX_S: 2;
export const SNAP: 100;
/** Of the one entity that its player has. It begins anew with another entity, and after a lost connection. */
export class Prediction {
    /**
     * @param {Motion} motion
     * @param {Pacing} pacing
     * @param {number} tickMs
     * @param {Step} step
     * @param {Record<string, any>} holds what is held of each class that `step` reads, before anything is
     * @param {{ acts?: ((entity: any, action: any) => unknown) | null, snap?: number }} [options]
     */
    constructor(motion: Motion, pacing: Pacing, tickMs: number, step: Step, holds: Record<string, any>, { acts, snap }?: {
        acts?: ((entity: any, action: any) => unknown) | null;
        snap?: number;
    });
    stats: PredictionStats;
    /** How far the entity, when its last tick was predicted first, was from where the state has it. */
    correction: number;
    /** Predictions go wrong although all inputs were in time: `step` is not what the server does. */
    diverged: boolean;
    /** Nothing is predicted before the next pass. */
    halted: boolean;
    motion: Motion;
    pacing: Pacing;
    /**
     * The tick that an input made now is meant for.
     *
     * @param {number} sessionMs
     */
    inputAt(sessionMs: number): number;
    /**
     * That input is on its way; `at` -1: it is to be applied as soon as it is there.
     *
     * @param {number} seq
     * @param {number} at
     * @param {string} name
     * @param {any} x
     * @param {{ hold: boolean, sessionMs: number }} options
     */
    sent(seq: number, at: number, name: string, x: any, { hold, sessionMs }: {
        hold: boolean;
        sessionMs: number;
    }): void;
    /** The connection is away: what is drawn stays as it is until the next pass, and then begins anew. */
    halt(): void;
    /**
     * The state of `tick` includes all inputs up to `applied`: in it the entity has this id and these fields.
     *
     * `state` (`null`: the player has no such entity) is not used by anybody else from now on.
     *
     * @param {number} tick
     * @param {number} applied
     * @param {number} id
     * @param {Fields | null} state
     * @param {number} sessionMs
     */
    passed(tick: number, applied: number, id: number, state: Fields | null, sessionMs: number): void;
    /**
     * The entity as it is to be drawn now, with its `id`; `null` while the player has none.
     *
     * @param {number} localMs
     * @param {number} sessionMs
     */
    view(localMs: number, sessionMs: number): {
        id: number;
    } | null;
    #private;
}
/**
 * What the server does with the entity in one tick of `dt` seconds.
 */
export type Step = (entity: any, held: any, dt: number) => unknown;
import { PredictionStats } from "./prediction_stats.js";
import type { Motion } from "./motion.js";
import type { Pacing } from "./pacing.js";
import type { Fields } from "./motion.js";
