/**
 * What a player can see: the game, the players, the entities, as properties of light objects.
 *
 * A `View` shows a state without copying it: an entity view holds its item and reads a field when asked. The
 * view of the latest state stays the same object from pass to pass, and always shows the newest: take out
 * what you want to keep.
 *
 * @module
 */

import { EntityView, unknown } from "./entity_view.js";
import { GAME_ID } from "./limits.js";

/** @import { Classes } from "./classes.js" */
/** @import { Entity, Player } from "./entity_view.js" */
/** @import { Item } from "./replica.js" */

export { EntityView, PlayerView } from "./entity_view.js";

/**
 * What a view shows: a `Replica`, or a frame between two of its states.
 * @typedef {{ epoch: number, tick: number, nowMs: number, items: Map<number, Item> }} State
 */
/** A state as one player sees it. */
export class View {
  #state;
  #classes;
  #seat;
  #stale = true;
  /** @type {Map<number, Entity>} */
  #views = new Map();
  /** @type {Item[]} */
  #items = [];
  /** @type {Entity[][]} */
  #groups;

  /**
   * @param {State} state
   * @param {Classes} classes
   * @param {number | null} seat that player's; `null`: nobody's, a spectator's
   */
  constructor(state, classes, seat) {
    this.#state = state;
    this.#classes = classes;
    this.#seat = seat;
    this.#groups = classes.views.map(() => []);
  }

  /** Whose view it is; `null` for a spectator's. */
  get seat() {
    return this.#seat;
  }

  /** What it shows. */
  get state() {
    return this.#state;
  }

  /**
   * Show another state, or the same one after a change. For whoever made it.
   *
   * @param {State} state
   */
  show(state) {
    this.#state = state;
    this.#stale = true;
  }

  /** The tick that made this state; -1 before the first. */
  get tick() {
    return this.#state.tick;
  }

  /** Session time of this state, in milliseconds. */
  get nowMs() {
    return this.#state.nowMs;
  }

  /** Goes up when the session is recovered or moved. */
  get epoch() {
    return this.#state.epoch;
  }

  /** The game's own public fields; all `null` before the first pass. */
  get game() {
    return this.get(GAME_ID) ?? this.#classes.blankGame(this);
  }

  /**
   * Every player of the session, by seat.
   * @returns {Player[]}
   */
  get players() {
    const players = /** @type {Player[]} */ (this.#index()[1]);
    return [...players].sort((a, b) => a.seat - b.seat);
  }

  /** This seat's own player; `null` before the game has let them in. */
  get me() {
    return this.#seat === null ? null : this.player(this.#seat);
  }

  /**
   * The player in that seat, or `null`: `view.player(ship.owner)`.
   *
   * @param {number | null} seat
   * @returns {Player | null}
   */
  player(seat) {
    return seat === null ? null : /** @type {Player | null} */ (this.get(-1 - seat));
  }

  /**
   * All entities that the game has spawned, oldest class first.
   * @returns {Entity[]}
   */
  get entities() {
    return this.#index().slice(2).flat();
  }

  /**
   * The entities of that class, oldest first. Throws for a class that there is not.
   *
   * @param {string} kind
   * @returns {Entity[]}
   */
  all(kind) {
    return [...this.group(kind)];
  }

  /**
   * The oldest entity of that class, or `null`. Throws for a class that there is not.
   *
   * @param {string} kind
   * @returns {Entity | null}
   */
  one(kind) {
    return this.group(kind)[0] ?? null;
  }

  /**
   * The entity with that id, or `null`. 0 is the game itself, and what a reference to nothing holds.
   *
   * @param {number} id
   * @returns {Entity | null}
   */
  get(id) {
    if (this.#stale) this.#index();
    return this.#views.get(id) ?? null;
  }

  /**
   * Like `all`, but the view's own list: not to be changed, or kept beyond the next pass.
   *
   * @param {string} kind
   * @returns {readonly Entity[]}
   */
  group(kind) {
    const index = this.#classes.entityIndex.get(kind);
    if (index === undefined) {
      throw unknown("entity class", this.#classes.schema.game, kind, [...this.#classes.entityIndex.keys()]);
    }
    return this.#index()[index];
  }

  /** The entity views by class. Looked at when first asked for after a change, not once a pass. */
  #index() {
    if (this.#stale) {
      this.#stale = false;
      if (!this.#same()) this.#regroup([...this.#state.items.values()]);
    }
    return this.#groups;
  }

  /** The same objects in the same order, in nearly every pass. */
  #same() {
    const { items } = this.#state;
    const known = this.#items;
    if (items.size !== known.length) return false;
    let at = 0;
    for (const item of items.values()) if (item !== known[at++]) return false;
    return true;
  }

  /** @param {Item[]} items */
  #regroup(items) {
    const makes = this.#classes.views;
    const old = this.#views;
    /** @type {Entity[][]} */
    const groups = makes.map(() => []);
    /** @type {Map<number, Entity>} */
    const views = new Map();
    for (const item of items) {
      let view = old.get(item.id);
      if (view === undefined || EntityView.itemOf(view) !== item)
        view = new makes[item.classIndex](item, this);
      views.set(item.id, view);
      groups[item.classIndex].push(view);
    }
    this.#items = items;
    this.#views = views;
    this.#groups = groups;
  }

  toString() {
    return `<View of ${this.#classes.schema.game} at tick ${this.tick}: ${this.#state.items.size} entities>`;
  }
}
