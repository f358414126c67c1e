/**
 * From the arrays that servers send to messages by name. Generous, as the protocol says: appended elements
 * are ignored, and those at the end that have a default may be missing. What is there has to be of its type;
 * else a `TypeError`.
 *
 * @module
 */

/** @import * as Messages from "./messages.js" */

/**
 * @template T
 * @typedef {(message: any[]) => T} Reader
 */

const NONE = new Uint8Array(0);

/**
 * @param {string} what
 * @returns {never}
 */
function wrong(what) {
  throw new TypeError(`${what} is not what it should be`);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {number}
 */
function int(value, what) {
  return Number.isSafeInteger(value) ? /** @type {number} */ (value) : wrong(what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {number}
 */
function float(value, what) {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : wrong(what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {string}
 */
function text(value, what) {
  return typeof value === "string" ? value : wrong(what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {boolean}
 */
function bool(value, what) {
  return typeof value === "boolean" ? value : wrong(what);
}

/**
 * A copy: what is kept of a message should not keep all of it.
 * @param {unknown} value
 * @param {string} what
 * @returns {Uint8Array}
 */
function bytes(value, what) {
  return value instanceof Uint8Array ? value.slice() : wrong(what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {any[]}
 */
function list(value, what) {
  return Array.isArray(value) ? value : wrong(what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {any[] | null}
 */
function listOrNull(value, what) {
  return value === null || value === undefined ? null : list(value, what);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {Record<string, any>}
 */
function map(value, what) {
  const plain =
    typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  return plain ? value : wrong(what);
}

/**
 * @param {any[]} m
 * @returns {Messages.Welcome}
 */
function welcome(m) {
  return {
    type: "welcome",
    lobby: text(m[1], "lobby of welcome"),
    token: bytes(m[2], "token of welcome"),
    player: text(m[3], "player of welcome"),
    name: text(m[4], "name of welcome"),
    games: list(m[5], "games of welcome").map((game) => text(game, "a game of welcome")),
    resumed: bool(m[6], "resumed of welcome"),
    event: int(m[7], "event of welcome"),
    graceS: float(m[8], "grace of welcome"),
    secret: bytes(m[9] ?? NONE, "secret of welcome"),
    seats: (listOrNull(m[10], "seats of welcome") ?? []).map((seat) => [
      text(list(seat, "a seat of welcome")[0], "a seat's session"),
      text(seat[1], "a seat's game"),
    ]),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Answer}
 */
function answer(m) {
  return {
    type: "answer",
    id: int(m[1], "id of answer"),
    value: m[2] ?? null,
    error: text(m[3] ?? "", "error of answer"),
    reason: text(m[4] ?? "", "reason of answer"),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Push}
 */
function push(m) {
  return {
    type: "push",
    n: int(m[1], "n of push"),
    kind: text(m[2], "kind of push"),
    data: map(m[3], "data of push"),
  };
}

/**
 * @param {unknown} row
 * @returns {Messages.SessionRow}
 */
function sessionRow(row) {
  const r = list(row, "a row of listing");
  return {
    id: text(r[0], "id of a row"),
    game: text(r[1], "game of a row"),
    state: text(r[2], "state of a row"),
    players: int(r[3], "players of a row"),
    seats: int(r[4], "seats of a row"),
    free: int(r[5], "free of a row"),
    spectators: int(r[6], "spectators of a row"),
    leader: text(r[7], "leader of a row"),
    meta: map(r[8], "meta of a row"),
    createdMs: int(r[9], "created_ms of a row"),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Listing}
 */
function listing(m) {
  return {
    type: "listing",
    n: int(m[1], "n of listing"),
    whole: bool(m[2], "whole of listing"),
    rows: list(m[3], "rows of listing").map(sessionRow),
    gone: list(m[4], "gone of listing").map((id) => text(id, "an id of listing")),
    total: int(m[5], "total of listing"),
    counts: m[6] === null || m[6] === undefined ? null : map(m[6], "counts of listing"),
  };
}

/**
 * @param {unknown} line
 * @returns {Messages.ChatLine}
 */
function chatLine(line) {
  const l = list(line, "a line of chat");
  return {
    n: int(l[0], "n of a line"),
    player: text(l[1], "player of a line"),
    name: text(l[2], "name of a line"),
    text: text(l[3], "text of a line"),
    atMs: int(l[4], "at_ms of a line"),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Chat}
 */
function chat(m) {
  return { type: "chat", room: text(m[1], "room of chat"), lines: list(m[2], "lines of chat").map(chatLine) };
}

/**
 * @param {any[]} m
 * @returns {Messages.Pong}
 */
function pong(m) {
  return {
    type: "pong",
    sentMs: float(m[1], "sent_ms of pong"),
    nowMs: float(m[2], "now_ms of pong"),
    tick: int(m[3], "tick of pong"),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Seated}
 */
function seated(m) {
  return {
    type: "seated",
    session: text(m[1], "session of seated"),
    token: bytes(m[2], "token of seated"),
    seat: int(m[3], "seat of seated"),
    player: text(m[4], "player of seated"),
    epoch: int(m[5], "epoch of seated"),
    outcome: text(m[6], "outcome of seated"),
    lost: int(m[7], "lost of seated"),
    applied: int(m[8], "applied of seated"),
    received: int(m[9], "received of seated"),
    schemaHash: bytes(m[10], "schema hash of seated"),
    schema: m[11] === null || m[11] === undefined ? null : bytes(m[11], "schema of seated"),
  };
}

/**
 * @param {unknown} event
 * @returns {Messages.EventItem}
 */
function eventItem(event) {
  const e = list(event, "an event");
  return {
    n: int(e[0], "n of an event"),
    tick: int(e[1], "tick of an event"),
    kind: int(e[2], "kind of an event"),
    fields: list(e[3], "fields of an event"),
  };
}

/**
 * @param {unknown} seat
 * @returns {Messages.SeatPart}
 */
function seatPart(seat) {
  const s = list(seat, "seat part");
  return {
    events: listOrNull(s[0], "events of the seat part")?.map(eventItem) ?? null,
    applied: s[1] === null || s[1] === undefined ? null : int(s[1], "applied of the seat part"),
    channels:
      listOrNull(s[2], "channels of the seat part")?.map((channel) => int(channel, "a channel")) ?? null,
  };
}

/**
 * What is in `enters` and `changes` is for the replica to judge.
 * @param {unknown} part
 * @returns {Messages.Part}
 */
function part(part) {
  const p = list(part, "a part");
  const crc = p[5];
  return {
    channel: int(p[0], "channel of a part"),
    age: int(p[1], "age of a part"),
    leaves: listOrNull(p[2], "leaves of a part"),
    enters: listOrNull(p[3], "enters of a part"),
    changes: listOrNull(p[4], "changes of a part"),
    crc: crc === null || crc === undefined ? null : int(crc, "crc of a part"),
  };
}

/**
 * @param {any[]} m
 * @returns {Messages.Pass}
 */
function pass(m) {
  const head = list(m[2], "head of pass");
  const applied = head[4] ?? null;
  if (applied !== null && !(applied instanceof Uint8Array)) wrong("applied of head");
  return {
    type: "pass",
    seat: m[1] === null || m[1] === undefined ? null : seatPart(m[1]),
    head: {
      epoch: int(head[0], "epoch of head"),
      tick: int(head[1], "tick of head"),
      nowMs: int(head[2], "now_ms of head"),
      undurable: int(head[3], "undurable of head"),
      applied,
    },
    parts: list(m[3], "parts of pass").map(part),
  };
}

/** @type {Map<unknown, Reader<Messages.LobbyReply>>} */
export const LOBBY_READERS = new Map(
  /** @type {[unknown, Reader<Messages.LobbyReply>][]} */ ([
    [32, welcome],
    [33, answer],
    [34, push],
    [35, listing],
    [36, chat],
    [42, pong],
  ]),
);

/** @type {Map<unknown, Reader<Messages.SessionReply>>} */
export const SESSION_READERS = new Map(
  /** @type {[unknown, Reader<Messages.SessionReply>][]} */ ([
    [40, seated],
    [41, pass],
    [42, pong],
  ]),
);
