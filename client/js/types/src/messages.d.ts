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
export const BuiltinEvent: Readonly<{
    /** fields: input sequence, reason. The input was not applied. */
    REFUSED: 0;
    /** fields: the result as a map. The session is over; the connection closes next. */
    ENDED: 1;
}>;
export function encodeHello(name: string, client?: string, player?: string, secret?: Uint8Array): Uint8Array<ArrayBufferLike>;
export function encodeResume(id: string, token: Uint8Array, epoch: number, tick: number, event: number, schema?: Uint8Array): Uint8Array<ArrayBufferLike>;
export function encodeTakeSeat(session: string, token: Uint8Array, schema?: Uint8Array): Uint8Array<ArrayBufferLike>;
export function encodeProved(): Uint8Array<ArrayBufferLike>;
export function encodeAck(epoch: number, tick: number, event: number): Uint8Array<ArrayBufferLike>;
export function encodePing(sentMs: number): Uint8Array<ArrayBufferLike>;
export function encodeLeave(): Uint8Array<ArrayBufferLike>;
export function encodeQuickMatch(id: number, game: string): Uint8Array<ArrayBufferLike>;
export function encodeCancelQueue(id: number): Uint8Array<ArrayBufferLike>;
export function encodeLocate(id: number, session: string, token: Uint8Array): Uint8Array<ArrayBufferLike>;
export function encodeCreate(id: number, game: string, options: Bag, meta: Bag, isPrivate: boolean): Uint8Array<ArrayBufferLike>;
export function encodeJoin(id: number, session: string, code?: string): Uint8Array<ArrayBufferLike>;
export function encodeSpectate(id: number, session: string, code?: string): Uint8Array<ArrayBufferLike>;
export function encodeWatch(id: number, game: string, where: Condition[], limit: number): Uint8Array<ArrayBufferLike>;
export function encodeUnwatch(id: number): Uint8Array<ArrayBufferLike>;
export function encodeLock(id: number, session: string, locked: boolean): Uint8Array<ArrayBufferLike>;
export function encodeDescribe(id: number, session: string, meta: Bag): Uint8Array<ArrayBufferLike>;
export function encodeKick(id: number, session: string, player: string): Uint8Array<ArrayBufferLike>;
export function encodeListen(id: number, room: string): Uint8Array<ArrayBufferLike>;
export function encodeUnlisten(id: number, room: string): Uint8Array<ArrayBufferLike>;
export function encodeSay(id: number, room: string, text: string): Uint8Array<ArrayBufferLike>;
export function encodeRematch(id: number, session: string, wanted: boolean): Uint8Array<ArrayBufferLike>;
export function encodeEnqueue(id: number, queues: readonly string[], attributes: Attributes, latencyMs: Latencies): Uint8Array<ArrayBufferLike>;
export function encodeAccept(id: number, match: string, accepted: boolean): Uint8Array<ArrayBufferLike>;
export function encodeExplain(id: number): Uint8Array<ArrayBufferLike>;
export function encodePartyCreate(id: number): Uint8Array<ArrayBufferLike>;
export function encodePartyJoin(id: number, code: string): Uint8Array<ArrayBufferLike>;
export function encodePartyLeave(id: number): Uint8Array<ArrayBufferLike>;
export function encodePartyReady(id: number, ready: boolean, attributes: Attributes, latencyMs: Latencies): Uint8Array<ArrayBufferLike>;
export function encodePartyKick(id: number, player: string): Uint8Array<ArrayBufferLike>;
export function encodePartyLead(id: number, player: string): Uint8Array<ArrayBufferLike>;
export function encodeBlock(id: number, player: string, blocked: boolean): Uint8Array<ArrayBufferLike>;
export function encodeLeaderboard(id: number, queue: string, limit: number, around: boolean): Uint8Array<ArrayBufferLike>;
/**
 * A value of an option or of metadata: nil, bool, int, float or text of at most 128 characters.
 */
export type Scalar = null | boolean | number | bigint | string;
/**
 * Options of a game, or metadata of a session: at most 16 names of 1 to 32 characters, with plain values.
 */
export type Bag = Record<string, Scalar>;
/**
 * One condition on a session row: its `field`, or `meta.<key>`. `has`: the text contains it, in any case.
 */
export type Condition = {
    field: string;
    op: "=" | "!=" | "<" | "<=" | ">" | ">=" | "has";
    value: Scalar;
};
/**
 * What a player says for the rules of queues: at most 16 names, with numbers, texts, or lists of texts.
 */
export type Attributes = Record<string, boolean | number | bigint | string | string[]>;
/**
 * Round trip to each region, in milliseconds.
 */
export type Latencies = Record<string, number>;
/**
 * Answer to hello or resume on the lobby. `event`: number of the last push so far. `secret`, for a guest who
 * is to be known again: to be kept with `player`; empty if there is nothing new to keep. `seats`: `[session,
 * game]` for each seat that the player has.
 */
export type Welcome = {
    type: "welcome";
    lobby: string;
    token: Uint8Array;
    player: string;
    name: string;
    games: string[];
    resumed: boolean;
    event: number;
    graceS: number;
    secret: Uint8Array;
    seats: [string, string][];
};
/**
 * Answer to the request `id`: `error` empty and a value, or an error's code and a sentence for people.
 */
export type Answer = {
    type: "answer";
    id: number;
    value: any;
    error: string;
    reason: string;
};
/**
 * A reliable message of the lobby, numbered from 1. `kind`: `queued`, `matched`, `unqueued`, `rematch`, ...
 */
export type Push = {
    type: "push";
    n: number;
    kind: string;
    data: Record<string, any>;
};
/**
 * A session, as the list of sessions has it. `players`: seats that somebody has, reserved ones and bots
 * included; `free`: those that somebody can have now; `leader`: a name, or empty; `createdMs`: Unix time.
 */
export type SessionRow = {
    id: string;
    game: string;
    state: string;
    players: number;
    seats: number;
    free: number;
    spectators: number;
    leader: string;
    meta: Bag;
    createdMs: number;
};
/**
 * The list of sessions (`whole`), or what has changed in it: rows that are new (to be appended) or changed,
 * and the ids of those that are `gone`. `total`: how many fit, listed or not. `counts`: when they changed.
 */
export type Listing = {
    type: "listing";
    n: number;
    whole: boolean;
    rows: SessionRow[];
    gone: string[];
    total: number;
    counts: Record<string, number> | null;
};
/**
 * One line of a chat, numbered from 1 within its room; `atMs` is Unix time.
 */
export type ChatLine = {
    n: number;
    player: string;
    name: string;
    text: string;
    atMs: number;
};
/**
 * Lines of a room, oldest first; those that the client has already are to be ignored.
 */
export type Chat = {
    type: "chat";
    room: string;
    lines: ChatLine[];
};
/**
 * Answer to take seat or resume on a session. `seat` is -1 for a spectator. `outcome`: `fresh`, a first
 * entry; `resumed`, everything since the client's last pass and event follows; `resync`, the whole state
 * follows, and `lost` events are gone. `applied`: last input decided. `received`: highest input sequence that
 * the server has.
 */
export type Seated = {
    type: "seated";
    session: string;
    token: Uint8Array;
    seat: number;
    player: string;
    epoch: number;
    outcome: string;
    lost: number;
    applied: number;
    received: number;
    schemaHash: Uint8Array;
    schema: Uint8Array | null;
};
/**
 * Answer to ping: the client's own time, and the session's clock (0 on the lobby).
 */
export type Pong = {
    type: "pong";
    sentMs: number;
    nowMs: number;
    tick: number;
};
/**
 * One reliable event of the game to this player, with wire values.
 */
export type EventItem = {
    n: number;
    tick: number;
    kind: number;
    fields: any[];
};
/**
 * What one seat alone gets in a pass. `applied`: in sessions of more than 16 seats, when it changed.
 * `channels`: all that this seat is subscribed to, when that changed.
 */
export type SeatPart = {
    events: EventItem[] | null;
    applied: number | null;
    channels: number[] | null;
};
/**
 * What all seats of a session share in a pass. `undurable`: how many ticks the journal is behind. `applied`:
 * low 16 bits (big endian) of the last input decided, for each seat in order; in sessions of up to 16 seats.
 */
export type Head = {
    epoch: number;
    tick: number;
    nowMs: number;
    undurable: number;
    applied: Uint8Array | null;
};
/**
 * What changed in one channel between tick `head.tick - age` and `head.tick`. Age 0: clear the channel. Age
 * 1: whole numbers in `changes` are differences. `enters`: `[id, class, owner seat or nil, mask, wire
 * values...]`; `changes`, flat: `id, mask, wire values..., id, mask, ...`.
 */
export type Part = {
    channel: number;
    age: number;
    leaves: number[] | null;
    enters: any[][] | null;
    changes: any[] | null;
    crc: number | null;
};
/**
 * Everything that one client gets after one step; applied whole.
 */
export type Pass = {
    type: "pass";
    seat: SeatPart | null;
    head: Head;
    parts: Part[];
};
export type LobbyReply = Welcome | Answer | Push | Pong | Listing | Chat;
export type SessionReply = Seated | Pass | Pong;
