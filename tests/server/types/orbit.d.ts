/**
 * The game `orbit` as its clients see it: 20 steps a second, 2 to 8 seats, and 30 s to come back
 * after a lost connection.
 *
 * Written by `rallypoint types`. Change the game, not this file.
 */

/** Names the schema, in hexadecimal: `seated` announces the one that the server has. */
export const SCHEMA_HASH = "55ad226e8cf4cbc0d78bd6fc9d93fbad";

/** Above 0: an entity. 0: the game, or (in a reference) none. -1 - seat: the player there. */
export type EntityId = number;

/** A player's place in a session, from 0. -1: a spectator's. */
export type Seat = number;

/** WAITING = 0, RUNNING = 1, ENDED = 2. */
export type SessionStatus = 0 | 1 | 2;

/** CONNECTED = 0, AWAY = 1. */
export type PlayerState = 0 | 1;

/** The game itself: id 0. */
export interface Game {
  readonly status: SessionStatus;
  /** Whole. */
  readonly round: number;
  /** Whole. */
  readonly round_ends_ms: number;
}

/** A player: id -1 - seat. Text of theirs is never markup. */
export interface Player {
  readonly name: string;
  readonly state: PlayerState;
  /** Whole. */
  readonly away_until_ms: number;
  readonly player_id: string;
  /** Whole. */
  readonly score: number;
  /** Whole. */
  readonly wins: number;
}

/**
 * An entity.
 *
 * A place and a speed, in units and units a second.
 */
export interface Body {
  /** In steps of 0.01. Moves straight between two states. */
  readonly x: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly y: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vx: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vy: number;
}

/** An entity. */
export interface Ship {
  /** In steps of 0.01. Moves straight between two states. */
  readonly x: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly y: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vx: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vy: number;
  /** In steps of 0.01. Radians: turns the short way round. */
  readonly angle: number;
  readonly thrust: boolean;
  /** Whole. */
  readonly hull: number;
  /** Whole. */
  readonly shield_until_ms: number;
  /** Whole. Its owner's alone: null for others. */
  readonly ammo: number | null;
}

/** An entity. */
export interface Shot {
  /** In steps of 0.01. Moves straight between two states. */
  readonly x: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly y: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vx: number;
  /** In steps of 0.01. Moves straight between two states. */
  readonly vy: number;
}

/** A hold (kind 64): only the latest counts. */
export interface Steer {
  /** Whole. `0` before the first, and after a drop. */
  turn: number;
  /** `false` before the first, and after a drop. */
  thrust: boolean;
}

/** An action (kind 65): applied once, and in order. */
export type Fire = Record<string, never>;

/** Event 16: told once, and for certain. */
export interface Hit {
  /** Whole. */
  readonly victim: number;
}

/** Event 17: told once, and for certain. */
export interface Killed {
  /** Whole. */
  readonly victim: number;
  readonly by: number | null;
}

/** Event 18: told once, and for certain. */
export interface RoundOver {
  /** Whole. */
  readonly round: number;
  readonly winner: number | null;
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
  readonly Body: Body;
  readonly Ship: Ship;
  readonly Shot: Shot;
}

/** By name. */
export interface Holds {
  readonly Steer: Steer;
}

/** By name. */
export interface Actions {
  readonly Fire: Fire;
}

export interface Inputs extends Holds, Actions {}

/** By name. */
export interface Events {
  readonly Hit: Hit;
  readonly Killed: Killed;
  readonly RoundOver: RoundOver;
  readonly refused: Refused;
  readonly ended: Ended;
}

/** Members of each enumeration. */
export interface Enums {
  readonly SessionStatus: { readonly WAITING: 0; readonly RUNNING: 1; readonly ENDED: 2 };
  readonly PlayerState: { readonly CONNECTED: 0; readonly AWAY: 1 };
}

/** All of it, for a client that is generic over games. */
export interface Schema {
  readonly game: "orbit";
  readonly hash: typeof SCHEMA_HASH;
  readonly entities: Entities;
  readonly holds: Holds;
  readonly actions: Actions;
  readonly inputs: Inputs;
  readonly events: Events;
  readonly enums: Enums;
}
