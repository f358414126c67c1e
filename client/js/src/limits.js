/**
 * Numbers that both ends of the wire must agree on. What only the server enforces is in its settings.
 *
 * @module
 */

/** Sent in the first frame. A server closes an older one with `UPDATE`. */
export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = "rallypoint.v1";

/** Largest message a client may send. */
export const INBOUND_BYTES_MAX = 4096;
export const CHAT_CHARS_MAX = 240;
/** Options or metadata of a session. */
export const BAG_KEYS_MAX = 16;
export const KEY_CHARS_MAX = 32;
export const VALUE_CHARS_MAX = 128;
/** In the filter of a list of sessions. */
export const CONDITIONS_MAX = 8;
/** Sessions in one list. */
export const LISTED_MAX = 100;
/** That one ticket waits in. */
export const QUEUES_MAX = 8;
/** Texts in an attribute that is a list. */
export const LIST_VALUES_MAX = 32;
export const REGIONS_MAX = 16;
/** Rows of a leaderboard that are given at once. */
export const LEADERS_MAX = 100;

/** Range of every integer in a message, an input or a public field. */
export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;

/** A client that sends no inputs acknowledges at least this often. */
export const ACK_EVERY_TICKS = 5;

/** Message kinds from here on are the game's inputs, in the order of its schema. */
export const GAME_INPUT_KIND_FIRST = 64;
/** Event kinds below are built in; from here on they are the game's, in the order of its schema. */
export const GAME_EVENT_KIND_FIRST = 16;

/** The entity id of the game itself; what a reference to nothing holds. A player's is `-1 - seat`. */
export const GAME_ID = 0;
