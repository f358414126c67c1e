/** @import { Input, InputClass } from "./inputs.js" */
export const ACTIONS_MAX: 32;
/** Together with the actions, fewer inputs than a server lets wait for one step (64). */
export const HOLDS_PER_PASS_MAX: 16;
/**
 * With so many undecided inputs, a hold with `at` waits for a pass: those that wait for their tick count as
 * well.
 */
export const AIMED_UNDECIDED_MAX: 24;
/**
 * An action that is kept. `seen`: the newest tick when the player acted; `at`: the tick that it was meant for
 * (-1: the next); `expires` is set while it waits for a connection: seconds of the caller's clock.
 * @typedef {{
 *   seq: number, kind: InputClass, body: Uint8Array, seen: number, at: number, appliedAt: number | null,
 *   expires: number | null,
 * }} Action
 */
/**
 * What is held of one class; it was sent with `seq` last (0: never).
 * @typedef {{ kind: InputClass, x: Input, body: Uint8Array, unsent: boolean, at: number, seq: number }} Held
 */
export class OutgoingInputs {
    /** Number of the last input sent, or queued. */
    sent: number;
    /** The last input that the server has decided, as far as is known here. */
    applied: number;
    /** Actions whose time in the queue ran out before the connection was back. */
    expired: number;
    /**
     * What is held and was sent: the number that it was sent with last, its `at`, and the input. By number.
     */
    get held(): {
        seq: number;
        at: number;
        x: Input;
    }[];
    /** How many actions are kept. */
    get length(): number;
    /**
     * The player now holds `x`. `null` if there is nothing to send now.
     *
     * @param {InputClass} kind
     * @param {Input} x
     * @param {number} tick
     * @param {boolean} connected
     * @param {{ force?: boolean, at?: number }} [options]
     * @returns {Uint8Array | null}
     * @throws {InvalidInput} the server would refuse it; what was held before still is
     */
    hold(kind: InputClass, x: Input, tick: number, connected: boolean, { force, at }?: {
        force?: boolean;
        at?: number;
    }): Uint8Array | null;
    /**
     * Takes an action to be sent now: its number, and its bytes.
     *
     * @param {InputClass} kind
     * @param {Input} x
     * @param {number} tick
     * @param {number} [at]
     * @returns {{ seq: number, frame: Uint8Array }}
     * @throws {InvalidInput} the server would refuse it
     * @throws {TooManyOutstanding} too many wait already
     */
    act(kind: InputClass, x: Input, tick: number, at?: number): {
        seq: number;
        frame: Uint8Array;
    };
    /**
     * Takes an action to be sent when the connection is back, if that is within `queueS`. Throws as `act`.
     *
     * @param {InputClass} kind
     * @param {Input} x
     * @param {number} now
     * @param {number} queueS
     */
    queue(kind: InputClass, x: Input, now: number, queueS: number): number;
    /**
     * The server let us in (again): what to send, in order.
     *
     * `applied` and `received` are the server's; `tick` is the newest that we have of this epoch (-1: none): no
     * input may claim to have seen a later one.
     *
     * @param {{ newEpoch: boolean, applied: number, received: number, tick: number, now: number }} seated
     * @returns {Uint8Array[]}
     */
    seated({ newEpoch, applied, received, tick, now }: {
        newEpoch: boolean;
        applied: number;
        received: number;
        tick: number;
        now: number;
    }): Uint8Array[];
    /**
     * A pass of that tick says: the last input decided is the one with these low 16 bits.
     *
     * @param {number} tick
     * @param {number} appliedLow
     * @param {number} durableTick
     */
    passedLow(tick: number, appliedLow: number, durableTick: number): void;
    /**
     * The same where the number is whole, or (`null`) did not change.
     *
     * @param {number} tick
     * @param {number | null} applied
     * @param {number} durableTick
     */
    passed(tick: number, applied: number | null, durableTick: number): void;
    /**
     * After each pass: the holds that waited for it, if any.
     *
     * @param {number} tick
     * @returns {Uint8Array[]}
     */
    passEnded(tick: number): Uint8Array[];
    /** Drops everything: the game has other inputs now. Gives the number of actions that are lost by it. */
    forget(): number;
    #private;
}
/**
 * An action that is kept. `seen`: the newest tick when the player acted; `at`: the tick that it was meant for
 * (-1: the next); `expires` is set while it waits for a connection: seconds of the caller's clock.
 */
export type Action = {
    seq: number;
    kind: InputClass;
    body: Uint8Array;
    seen: number;
    at: number;
    appliedAt: number | null;
    expires: number | null;
};
/**
 * What is held of one class; it was sent with `seq` last (0: never).
 */
export type Held = {
    kind: InputClass;
    x: Input;
    body: Uint8Array;
    unsent: boolean;
    at: number;
    seq: number;
};
import type { Input } from "./inputs.js";
import type { InputClass } from "./inputs.js";
