/**
 * The game `every-thing` as its clients see it: 10 steps a second, 1 seat, and 7.5 s to come back
 * after a lost connection.
 *
 * Written by `rallypoint types`. Change the game, not this file.
 */

/** Names the schema, in hexadecimal: `seated` announces the one that the server has. */
export const SCHEMA_HASH = "1ede298497876a1fb3f9c4552243d212";

/** Above 0: an entity. 0: the game, or (in a reference) none. -1 - seat: the player there. */
export type EntityId = number;

/** A player's place in a session, from 0. -1: a spectator's. */
export type Seat = number;

/** WAITING = 0, RUNNING = 1, ENDED = 2. */
export type SessionStatus = 0 | 1 | 2;

/** CLUBS = 1, HEARTS = 2, JOKER = -1. */
export type Suit = 1 | 2 | -1;

/** CONNECTED = 0, AWAY = 1. */
export type PlayerState = 0 | 1;

/** The game itself: id 0. */
export interface Game {
  readonly status: SessionStatus;
  readonly suit: Suit | null;
}

/** A player: id -1 - seat. Text of theirs is never markup. */
export interface Player {
  readonly name: string;
  readonly state: PlayerState;
  /** Whole. */
  readonly away_until_ms: number;
  readonly player_id: string;
}

/**
 * An entity.
 *
 * Has one of everything.
 *
 * And a second paragraph, which says nothing either: it only is so long that it does not fit into
 * one line. * /
 */
export interface Thing {
  /** Whole. */
  readonly whole: number;
  readonly yes: boolean;
  /** Moves straight between two states. */
  readonly real: number;
  readonly flat: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly cents: number;
  /** In steps of 0.001. Radians: turns the short way round. */
  readonly angle: number;
  readonly text: string;
  readonly raw: Uint8Array;
  readonly suit: Suit;
  /** A Thing; 0: none. */
  readonly friend: EntityId;
  readonly maybe: number | null;
  /** Its owner's alone: null for others. */
  readonly maybe_suit: Suit | null;
  readonly pair: readonly [number, string];
  readonly many: readonly number[];
  readonly several: readonly (number | null)[];
  readonly deep: readonly [readonly number[], boolean] | null;
  /** Whole. Its owner's alone: null for others. */
  readonly secret: number | null;
  /** Null without the channel `spies`. */
  readonly plan: string | null;
  /** Whole. */
  readonly delete: number;
  /** Moves straight between two states. */
  readonly größe: number;
}

/** An entity. */
export type stringEntity = Record<string, never>;

/** A hold (kind 64): only the latest counts. */
export interface Move {
  /** `0.5` before the first, and after a drop. */
  dx: number;
  /** `"x"` before the first, and after a drop. */
  name: string;
  /** `bytes 01` before the first, and after a drop. */
  raw: Uint8Array;
  /** `-1` before the first, and after a drop. */
  suit: Suit;
  /** `[1, "a"]` before the first, and after a drop. */
  pair: readonly [number, string];
  /** `null` before the first, and after a drop. */
  maybe: number | null;
}

/**
 * An action (kind 65): applied once, and in order.
 *
 * A player thinks of a thing.
 */
export interface Thinks {
  /** A Thing; 0: none. */
  of: EntityId;
}

/** An action (kind 66): applied once, and in order. */
export type Wave = Record<string, never>;

/**
 * Event 16: told once, and for certain.
 *
 * The game has an event of this name, and so has every file of declarations.
 */
export interface SchemaEvent {
  /** Whole. */
  readonly thing: number;
}

/** Event 0, of every game: an input was decided, and not applied. */
export interface Refused {
  /** The sequence number of the input. */
  readonly seq: number;
  /** For people. */
  readonly reason: string;
}

/** Event 1, of every game: the session is over. */
export interface Ended {
  readonly result: Result | Record<string, never>;
  /** For people. */
  readonly reason: string;
}

/** How a session ended. */
export interface Result {
  /** None: a draw. */
  readonly winners: readonly Seat[];
  /** By seat. */
  readonly scores: ReadonlyMap<Seat, number> | Readonly<Record<Seat, number>>;
  readonly reason: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** By class. */
export interface Entities {
  readonly Game: Game;
  readonly Player: Player;
  readonly Thing: Thing;
  readonly string: stringEntity;
}

/** By name. */
export interface Holds {
  readonly Move: Move;
}

/** By name. */
export interface Actions {
  readonly Thinks: Thinks;
  readonly Wave: Wave;
}

export interface Inputs extends Holds, Actions {}

/** By name. */
export interface Events {
  readonly Schema: SchemaEvent;
  readonly refused: Refused;
  readonly ended: Ended;
}

/** Members of each enumeration. */
export interface Enums {
  readonly SessionStatus: { readonly WAITING: 0; readonly RUNNING: 1; readonly ENDED: 2 };
  readonly Suit: { readonly CLUBS: 1; readonly HEARTS: 2; readonly JOKER: -1 };
  readonly PlayerState: { readonly CONNECTED: 0; readonly AWAY: 1 };
}

/** All of it, for a client that is generic over games. */
export interface Schema {
  readonly game: "every-thing";
  readonly hash: typeof SCHEMA_HASH;
  readonly entities: Entities;
  readonly holds: Holds;
  readonly actions: Actions;
  readonly inputs: Inputs;
  readonly events: Events;
  readonly enums: Enums;
}
