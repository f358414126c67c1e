/**
 * What a view shows: a `Replica`, or a frame between two of its states.
 * @typedef {{ epoch: number, tick: number, nowMs: number, items: Map<number, Item> }} State
 */
/** A state as one player sees it. */
export class View {
    /**
     * @param {State} state
     * @param {Classes} classes
     * @param {number | null} seat that player's; `null`: nobody's, a spectator's
     */
    constructor(state: State, classes: Classes, seat: number | null);
    /** Whose view it is; `null` for a spectator's. */
    get seat(): number | null;
    /** What it shows. */
    get state(): State;
    /**
     * Show another state, or the same one after a change. For whoever made it.
     *
     * @param {State} state
     */
    show(state: State): void;
    /** The tick that made this state; -1 before the first. */
    get tick(): number;
    /** Session time of this state, in milliseconds. */
    get nowMs(): number;
    /** Goes up when the session is recovered or moved. */
    get epoch(): number;
    /** The game's own public fields; all `null` before the first pass. */
    get game(): Entity;
    /**
     * Every player of the session, by seat.
     * @returns {Player[]}
     */
    get players(): Player[];
    /** This seat's own player; `null` before the game has let them in. */
    get me(): Player | null;
    /**
     * The player in that seat, or `null`: `view.player(ship.owner)`.
     *
     * @param {number | null} seat
     * @returns {Player | null}
     */
    player(seat: number | null): Player | null;
    /**
     * All entities that the game has spawned, oldest class first.
     * @returns {Entity[]}
     */
    get entities(): Entity[];
    /**
     * The entities of that class, oldest first. Throws for a class that there is not.
     *
     * @param {string} kind
     * @returns {Entity[]}
     */
    all(kind: string): Entity[];
    /**
     * The oldest entity of that class, or `null`. Throws for a class that there is not.
     *
     * @param {string} kind
     * @returns {Entity | null}
     */
    one(kind: string): Entity | null;
    /**
     * The entity with that id, or `null`. 0 is the game itself, and what a reference to nothing holds.
     *
     * @param {number} id
     * @returns {Entity | null}
     */
    get(id: number): Entity | null;
    /**
     * Like `all`, but the view's own list: not to be changed, or kept beyond the next pass.
     *
     * @param {string} kind
     * @returns {readonly Entity[]}
     */
    group(kind: string): readonly Entity[];
    toString(): string;
    #private;
}
/**
 * What a view shows: a `Replica`, or a frame between two of its states.
 */
export type State = {
    epoch: number;
    tick: number;
    nowMs: number;
    items: Map<number, Item>;
};
import type { Entity } from "./entity_view.js";
import type { Player } from "./entity_view.js";
import type { Classes } from "./classes.js";
import type { Item } from "./replica.js";
export { EntityView, PlayerView } from "./entity_view.js";
