/** @import { Frame } from "./interpolate.js" */
/** @import { Schema } from "./schema.js" */
/** @import { State } from "./view.js" */
/** After so many passes without a look at the interpolated view, its history is no longer kept. */
export const HISTORY_UNREAD_MAX: 64;
/** After so many, whoever plays is taken to look at the newest state again. */
export const SHOWN_PASSES_MAX: 5;
/** Of a game with ticks. */
export class Shown {
    /** @param {Schema} schema */
    constructor(schema: Schema);
    /** How far behind the session's clock it is to be. */
    get delayMs(): number;
    /**
     * The tick that the player is shown: of this picture while it is in use, else the newest.
     *
     * @param {number} newest
     */
    seen(newest: number): number;
    /**
     * What to show now; `null` before the first pass.
     *
     * @param {State} newest
     * @param {number} localMs
     * @param {number} sessionMs
     * @returns {Frame | null}
     */
    frame(newest: State, localMs: number, sessionMs: number): Frame | null;
    /**
     * A state came when the session's clock was there.
     *
     * @param {State} state
     * @param {number} sessionMs
     */
    passed(state: State, sessionMs: number): void;
    /**
     * Another connection: how late its first state is says nothing.
     *
     * @param {boolean} newClock
     */
    letIn(newClock: boolean): void;
    #private;
}
import type { State } from "./view.js";
import type { Frame } from "./interpolate.js";
import type { Schema } from "./schema.js";
