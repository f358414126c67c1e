/**
 * Every message of `rallypoint.v1`: one MessagePack array `[kind, ...]` each. Here are the types of what
 * servers send, and an encoder for each message that clients send. See `docs/protocol.md`, section 4.
 *
 * The encoders check what the server would check: what it would close the connection for is an
 * `InvalidInput`.
 *
 * @module
 */

import { PROTOCOL_VERSION } from "./limits.js";
import {
  ATTRIBUTES,
  BAG,
  BOOL,
  CONDITIONS,
  COUNT,
  FLOAT,
  LATENCIES,
  LEADERS,
  LIMIT,
  LINE,
  QUEUES,
  request,
  TEXT,
  TICK,
  TOKEN,
  VERSION,
} from "./requests_format.js";

/**
 * A value of an option or of metadata: nil, bool, int, float or text of at most 128 characters.
 * @typedef {null | boolean | number | bigint | string} Scalar
 */
/**
 * Options of a game, or metadata of a session: at most 16 names of 1 to 32 characters, with plain values.
 * @typedef {Record<string, Scalar>} Bag
 */
/**
 * One condition on a session row: its `field`, or `meta.<key>`. `has`: the text contains it, in any case.
 * @typedef {{ field: string, op: "=" | "!=" | "<" | "<=" | ">" | ">=" | "has", value: Scalar }} Condition
 */
/**
 * What a player says for the rules of queues: at most 16 names, with numbers, texts, or lists of texts.
 * @typedef {Record<string, boolean | number | bigint | string | string[]>} Attributes
 */
/**
 * Round trip to each region, in milliseconds.
 * @typedef {Record<string, number>} Latencies
 */

/**
 * Answer to hello or resume on the lobby. `event`: number of the last push so far. `secret`, for a guest who
 * is to be known again: to be kept with `player`; empty if there is nothing new to keep. `seats`: `[session,
 * game]` for each seat that the player has.
 * @typedef {{
 *   type: "welcome", lobby: string, token: Uint8Array, player: string, name: string, games: string[],
 *   resumed: boolean, event: number, graceS: number, secret: Uint8Array, seats: [string, string][],
 * }} Welcome
 */
/**
 * Answer to the request `id`: `error` empty and a value, or an error's code and a sentence for people.
 * @typedef {{ type: "answer", id: number, value: any, error: string, reason: string }} Answer
 */
/**
 * A reliable message of the lobby, numbered from 1. `kind`: `queued`, `matched`, `unqueued`, `rematch`, ...
 * @typedef {{ type: "push", n: number, kind: string, data: Record<string, any> }} Push
 */
/**
 * A session, as the list of sessions has it. `players`: seats that somebody has, reserved ones and bots
 * included; `free`: those that somebody can have now; `leader`: a name, or empty; `createdMs`: Unix time.
 * @typedef {{
 *   id: string, game: string, state: string, players: number, seats: number, free: number,
 *   spectators: number, leader: string, meta: Bag, createdMs: number,
 * }} SessionRow
 */
/**
 * The list of sessions (`whole`), or what has changed in it: rows that are new (to be appended) or changed,
 * and the ids of those that are `gone`. `total`: how many fit, listed or not. `counts`: when they changed.
 * @typedef {{
 *   type: "listing", n: number, whole: boolean, rows: SessionRow[], gone: string[], total: number,
 *   counts: Record<string, number> | null,
 * }} Listing
 */
/**
 * One line of a chat, numbered from 1 within its room; `atMs` is Unix time.
 * @typedef {{ n: number, player: string, name: string, text: string, atMs: number }} ChatLine
 */
/**
 * Lines of a room, oldest first; those that the client has already are to be ignored.
 * @typedef {{ type: "chat", room: string, lines: ChatLine[] }} Chat
 */
/**
 * Answer to take seat or resume on a session. `seat` is -1 for a spectator. `outcome`: `fresh`, a first
 * entry; `resumed`, everything since the client's last pass and event follows; `resync`, the whole state
 * follows, and `lost` events are gone. `applied`: last input decided. `received`: highest input sequence that
 * the server has.
 * @typedef {{
 *   type: "seated", session: string, token: Uint8Array, seat: number, player: string, epoch: number,
 *   outcome: string, lost: number, applied: number, received: number, schemaHash: Uint8Array,
 *   schema: Uint8Array | null,
 * }} Seated
 */
/**
 * Answer to ping: the client's own time, and the session's clock (0 on the lobby).
 * @typedef {{ type: "pong", sentMs: number, nowMs: number, tick: number }} Pong
 */
/**
 * One reliable event of the game to this player, with wire values.
 * @typedef {{ n: number, tick: number, kind: number, fields: any[] }} EventItem
 */
/**
 * What one seat alone gets in a pass. `applied`: in sessions of more than 16 seats, when it changed.
 * `channels`: all that this seat is subscribed to, when that changed.
 * @typedef {{ events: EventItem[] | null, applied: number | null, channels: number[] | null }} SeatPart
 */
/**
 * What all seats of a session share in a pass. `undurable`: how many ticks the journal is behind. `applied`:
 * low 16 bits (big endian) of the last input decided, for each seat in order; in sessions of up to 16 seats.
 * @typedef {{
 *   epoch: number, tick: number, nowMs: number, undurable: number, applied: Uint8Array | null,
 * }} Head
 */
/**
 * What changed in one channel between tick `head.tick - age` and `head.tick`. Age 0: clear the channel. Age
 * 1: whole numbers in `changes` are differences. `enters`: `[id, class, owner seat or nil, mask, wire
 * values...]`; `changes`, flat: `id, mask, wire values..., id, mask, ...`.
 * @typedef {{
 *   channel: number, age: number, leaves: number[] | null, enters: any[][] | null, changes: any[] | null,
 *   crc: number | null,
 * }} Part
 */
/**
 * Everything that one client gets after one step; applied whole.
 * @typedef {{ type: "pass", seat: SeatPart | null, head: Head, parts: Part[] }} Pass
 */
/** @typedef {Welcome | Answer | Push | Pong | Listing | Chat} LobbyReply */
/** @typedef {Seated | Pass | Pong} SessionReply */

/** Kinds of events that every game has (`EventItem.kind`). */
export const BuiltinEvent = Object.freeze({
  /** fields: input sequence, reason. The input was not applied. */
  REFUSED: 0,
  /** fields: the result as a map. The session is over; the connection closes next. */
  ENDED: 1,
});

const NONE = new Uint8Array(0);

const hello = request("hello", 1, {
  version: VERSION,
  name: TEXT,
  client: TEXT,
  player: TEXT,
  secret: TOKEN,
});
const resume = request("resume", 2, {
  version: VERSION,
  id: TEXT,
  token: TOKEN,
  epoch: COUNT,
  tick: TICK,
  event: COUNT,
  schema: TOKEN,
});
const takeSeat = request("take seat", 3, { version: VERSION, session: TEXT, token: TOKEN, schema: TOKEN });
const proved = request("proved", 4, {});
const ack = request("ack", 5, { epoch: COUNT, tick: TICK, event: COUNT });
const ping = request("ping", 6, { sentMs: FLOAT });
const leave = request("leave", 7, {});
const quickMatch = request("quick match", 16, { id: COUNT, game: TEXT });
const cancelQueue = request("cancel queue", 17, { id: COUNT });
const locate = request("locate", 18, { id: COUNT, session: TEXT, token: TOKEN });
const create = request("create", 19, { id: COUNT, game: TEXT, options: BAG, meta: BAG, private: BOOL });
const join = request("join", 20, { id: COUNT, session: TEXT, code: TEXT });
const spectate = request("spectate", 21, { id: COUNT, session: TEXT, code: TEXT });
const watch = request("watch", 22, { id: COUNT, game: TEXT, where: CONDITIONS, limit: LIMIT });
const unwatch = request("unwatch", 23, { id: COUNT });
const lock = request("lock", 24, { id: COUNT, session: TEXT, locked: BOOL });
const describe = request("describe", 25, { id: COUNT, session: TEXT, meta: BAG });
const kick = request("kick", 26, { id: COUNT, session: TEXT, player: TEXT });
const listen = request("listen", 27, { id: COUNT, room: TEXT });
const unlisten = request("unlisten", 28, { id: COUNT, room: TEXT });
const say = request("say", 29, { id: COUNT, room: TEXT, text: LINE });
const rematch = request("rematch", 30, { id: COUNT, session: TEXT, wanted: BOOL });
const enqueue = request("enqueue", 48, {
  id: COUNT,
  queues: QUEUES,
  attributes: ATTRIBUTES,
  latencyMs: LATENCIES,
});
const accept = request("accept", 49, { id: COUNT, match: TEXT, accepted: BOOL });
const explain = request("explain", 50, { id: COUNT });
const partyCreate = request("party create", 51, { id: COUNT });
const partyJoin = request("party join", 52, { id: COUNT, code: TEXT });
const partyLeave = request("party leave", 53, { id: COUNT });
const partyReady = request("party ready", 54, {
  id: COUNT,
  ready: BOOL,
  attributes: ATTRIBUTES,
  latencyMs: LATENCIES,
});
const partyKick = request("party kick", 55, { id: COUNT, player: TEXT });
const partyLead = request("party lead", 56, { id: COUNT, player: TEXT });
const block = request("block", 57, { id: COUNT, player: TEXT, blocked: BOOL });
const leaderboard = request("leaderboard", 58, { id: COUNT, queue: TEXT, limit: LEADERS, around: BOOL });

/**
 * First frame on the lobby: a new guest, or (`player` and `secret`) one whom the server knows from before.
 * @param {string} name
 * @param {string} [client]
 * @param {string} [player]
 * @param {Uint8Array} [secret]
 */
export const encodeHello = (name, client = "", player = "", secret = NONE) =>
  hello([PROTOCOL_VERSION, name, client, player, secret]);

/**
 * First frame on the lobby or on a session: go on where the last connection broke. On the lobby `id` is the
 * lobby session's and `epoch` and `tick` are 0; on a session `(epoch, tick)` is the last pass applied (tick
 * -1: none). `event` is the last event or push received, `schema` the hash of the schema that is here, or
 * empty.
 * @param {string} id
 * @param {Uint8Array} token
 * @param {number} epoch
 * @param {number} tick
 * @param {number} event
 * @param {Uint8Array} [schema]
 */
export const encodeResume = (id, token, epoch, tick, event, schema = NONE) =>
  resume([PROTOCOL_VERSION, id, token, epoch, tick, event, schema]);

/**
 * First frame on a session, with the token that the match issued.
 * @param {string} session
 * @param {Uint8Array} token
 * @param {Uint8Array} [schema]
 */
export const encodeTakeSeat = (session, token, schema = NONE) =>
  takeSeat([PROTOCOL_VERSION, session, token, schema]);

/** The client has the newest token: every older one ends. */
export const encodeProved = () => proved([]);

/**
 * Everything up to this pass and this event was applied. On the lobby: everything up to this push (`event`)
 * and this listing (`tick`; 0 for none).
 * @param {number} epoch
 * @param {number} tick
 * @param {number} event
 */
export const encodeAck = (epoch, tick, event) => ack([epoch, tick, event]);

/**
 * Asks for a pong; `sentMs` is the client's own clock and comes back as it is.
 * @param {number} sentMs
 */
export const encodePing = (sentMs) => ping([sentMs]);

/** Give up the seat (session) or log out (lobby), for good. */
export const encodeLeave = () => leave([]);

/**
 * Request: a seat in any session of `game`. First come, first seated.
 * @param {number} id
 * @param {string} game
 */
export const encodeQuickMatch = (id, game) => quickMatch([id, game]);

/**
 * Request: give up the queue place.
 * @param {number} id
 */
export const encodeCancelQueue = (id) => cancelQueue([id]);

/**
 * Request: where does this session live now? Issues no token.
 * @param {number} id
 * @param {string} session
 * @param {Uint8Array} token
 */
export const encodeLocate = (id, session, token) => locate([id, session, token]);

/**
 * Request: a new session of `game`, and a seat in it as its leader. A private one is not listed.
 * @param {number} id
 * @param {string} game
 * @param {Bag} options
 * @param {Bag} meta
 * @param {boolean} isPrivate
 */
export const encodeCreate = (id, game, options, meta, isPrivate) =>
  create([id, game, options, meta, isPrivate]);

/**
 * Request: a seat in that session. By id, by room code (`session` empty), or for a private one by either.
 * @param {number} id
 * @param {string} session
 * @param {string} [code]
 */
export const encodeJoin = (id, session, code = "") => join([id, session, code]);

/**
 * Request: to watch that session. Named as for join.
 * @param {number} id
 * @param {string} session
 * @param {string} [code]
 */
export const encodeSpectate = (id, session, code = "") => spectate([id, session, code]);

/**
 * Request: the live list of sessions, in place of an earlier one. `game` empty: all games. All of `where`
 * must hold.
 * @param {number} id
 * @param {string} game
 * @param {Condition[]} where
 * @param {number} limit
 */
export const encodeWatch = (id, game, where, limit) => watch([id, game, where, limit]);

/**
 * Request: no more listings.
 * @param {number} id
 */
export const encodeUnwatch = (id) => unwatch([id]);

/**
 * Request of a session's leader: nobody else is seated (or: free seats are open again).
 * @param {number} id
 * @param {string} session
 * @param {boolean} locked
 */
export const encodeLock = (id, session, locked) => lock([id, session, locked]);

/**
 * Request of a session's leader: other metadata, whole.
 * @param {number} id
 * @param {string} session
 * @param {Bag} meta
 */
export const encodeDescribe = (id, session, meta) => describe([id, session, meta]);

/**
 * Request of a session's leader: that player goes, and does not come back.
 * @param {number} id
 * @param {string} session
 * @param {string} player
 */
export const encodeKick = (id, session, player) => kick([id, session, player]);

/**
 * Request: the chat of `room`: a session's id, or empty for the lobby's.
 * @param {number} id
 * @param {string} room
 */
export const encodeListen = (id, room) => listen([id, room]);

/**
 * Request: no more of that chat.
 * @param {number} id
 * @param {string} room
 */
export const encodeUnlisten = (id, room) => unlisten([id, room]);

/**
 * Request: a line in the chat of `room`, which the player must be listening to.
 * @param {number} id
 * @param {string} room
 * @param {string} text
 */
export const encodeSay = (id, room, text) => say([id, room, text]);

/**
 * Request: another session of that game with the same players as in `session`, which has ended; or not.
 * @param {number} id
 * @param {string} session
 * @param {boolean} wanted
 */
export const encodeRematch = (id, session, wanted) => rematch([id, session, wanted]);

/**
 * Request: a ticket in these queues, for the player, or (from its leader) for the player's party. A game is a
 * queue, too: the one of its quick matches.
 * @param {number} id
 * @param {readonly string[]} queues
 * @param {Attributes} attributes
 * @param {Latencies} latencyMs
 */
export const encodeEnqueue = (id, queues, attributes, latencyMs) =>
  enqueue([id, queues, attributes, latencyMs]);

/**
 * Request: the player takes part in that match, whose ready check runs; or not.
 * @param {number} id
 * @param {string} match
 * @param {boolean} accepted
 */
export const encodeAccept = (id, match, accepted) => accept([id, match, accepted]);

/**
 * Request: why the player's ticket waits, rule by rule, and for how long it probably will.
 * @param {number} id
 */
export const encodeExplain = (id) => explain([id]);

/**
 * Request: a party with the player as its leader. The answer has the code that others join with.
 * @param {number} id
 */
export const encodePartyCreate = (id) => partyCreate([id]);

/**
 * Request: into the party that has this code.
 * @param {number} id
 * @param {string} code
 */
export const encodePartyJoin = (id, code) => partyJoin([id, code]);

/**
 * Request: out of the party.
 * @param {number} id
 */
export const encodePartyLeave = (id) => partyLeave([id]);

/**
 * Request: the player is ready to be queued with the party, with these attributes; or is not.
 * @param {number} id
 * @param {boolean} ready
 * @param {Attributes} attributes
 * @param {Latencies} latencyMs
 */
export const encodePartyReady = (id, ready, attributes, latencyMs) =>
  partyReady([id, ready, attributes, latencyMs]);

/**
 * Request of a party's leader: that member goes, and does not come back with the same code.
 * @param {number} id
 * @param {string} player
 */
export const encodePartyKick = (id, player) => partyKick([id, player]);

/**
 * Request of a party's leader: that member leads from now on.
 * @param {number} id
 * @param {string} player
 */
export const encodePartyLead = (id, player) => partyLead([id, player]);

/**
 * Request: that player is on the own block list, or no longer: for queues that avoid such matches.
 * @param {number} id
 * @param {string} player
 * @param {boolean} blocked
 */
export const encodeBlock = (id, player, blocked) => block([id, player, blocked]);

/**
 * Request: the best players of a queue; or (`around`) those next to the player, who is in the middle.
 * @param {number} id
 * @param {string} queue
 * @param {number} limit
 * @param {boolean} around
 */
export const encodeLeaderboard = (id, queue, limit, around) => leaderboard([id, queue, limit, around]);
