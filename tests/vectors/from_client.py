"""Messages of clients: every kind, from the least to the most that it may say."""

from __future__ import annotations

from typing import Final

from rallypoint_protocol import messages as m
from rallypoint_protocol.limits import (
    BAG_KEYS_MAX,
    CHAT_CHARS_MAX,
    CONDITIONS_MAX,
    INT_MAX,
    INT_MIN,
    KEY_CHARS_MAX,
    LEADERS_MAX,
    LIST_VALUES_MAX,
    LISTED_MAX,
    QUEUES_MAX,
    REGIONS_MAX,
    VALUE_CHARS_MAX,
)
from tests.vectors.case import COUNT_MAX, HASH, LOBBY_ID, PLAYER_ID, SECRET, SESSION_ID, TOKEN, Case

__all__ = ["BUFFERED", "FROM_CLIENT"]

_FIRST: Final = [
    Case("hello", m.Hello(1, "Ann", "example/1"), "a new guest named Ann; the third element names the client software"),
    Case("hello, shortest", [1, 1, ""], "client, player and secret left out; no name wanted", same_as="hello, no name"),
    Case("hello, no name", m.Hello(1, ""), "the same with empty elements: the server chooses a name"),
    Case(
        "hello, known guest",
        m.Hello(1, "Ann", "example/1", PLAYER_ID, SECRET),
        "a guest who was given this player id and secret by an earlier welcome",
    ),
    Case(
        "hello, longest",
        m.Hello(65535, "\U0001f680" * 256, "c" * 256, "p" * 256, b"\xff" * 64),
        "the highest version and the longest texts: length is counted in code points; a name is cut to 24",
    ),
    Case("resume of the lobby", m.Resume(1, LOBBY_ID, TOKEN, 0, 0, 7), "epoch and tick are 0; push 7 was the last"),
    Case(
        "resume of the lobby, shortest",
        [2, 1, LOBBY_ID, TOKEN, 0, 0, 7],
        "the schema hash left out",
        same_as="resume of the lobby",
    ),
    Case(
        "resume of a session",
        m.Resume(1, SESSION_ID, TOKEN, 1, 1234, 5, HASH),
        "tick 1234 of epoch 1 was the last pass applied, event 5 the last received",
        "session",
    ),
    Case(
        "resume of a session, from nothing",
        m.Resume(1, SESSION_ID, TOKEN, 0, -1, 0),
        "no pass was applied (tick -1), no event received, no schema known",
        "session",
    ),
    Case(
        "resume of a session, greatest numbers",
        m.Resume(1, SESSION_ID, TOKEN, COUNT_MAX, COUNT_MAX, COUNT_MAX, b"\xff" * 32),
        "2^53 - 1 is the greatest number that counts",
        "session",
    ),
    Case("take seat", m.TakeSeat(1, SESSION_ID, TOKEN, HASH), "with the hash of the schema that is here", "session"),
    Case("take seat, no schema", m.TakeSeat(1, SESSION_ID, TOKEN), "the whole schema is wanted", "session"),
    Case(
        "take seat, shortest",
        [3, 1, SESSION_ID, TOKEN],
        "the schema hash left out",
        "session",
        same_as="take seat, no schema",
    ),
]
_SHARED: Final = [
    Case("proved", m.Proved(), "the newest token has arrived", "both"),
    Case("ack of a session", m.Ack(1, 300, 5), "epoch 1: everything up to tick 300 and event 5 is applied", "session"),
    Case("ack of a session, no pass yet", m.Ack(1, -1, 0), "tick -1: no pass was applied", "session"),
    Case("ack of a push", m.Ack(0, 0, 3), "pushes up to 3 have arrived; no listing is acknowledged"),
    Case("ack of a listing", m.Ack(0, 12, 3), "pushes up to 3 and listings up to 12"),
    Case("ack, greatest numbers", m.Ack(COUNT_MAX, COUNT_MAX, COUNT_MAX), "2^53 - 1 in each", "both"),
    Case("ping", m.Ping(1234.5), "the client's own clock, in any unit and from any origin; it comes back", "both"),
    Case("ping, whole number", [6, 1234], "a whole number is taken for a float", "both"),
    Case("ping, greatest", m.Ping(1.7976931348623157e308), "the greatest float", "both"),
    Case("leave", m.Leave(), "log out (lobby), or give the seat up (session)", "both"),
]
_BAG: Final = {
    "none": None,
    "yes": True,
    "least": INT_MIN,
    "most": INT_MAX,
    "half": 0.5,
    "text": "é" * VALUE_CHARS_MAX,
    "k" * KEY_CHARS_MAX: "",
}
_REQUESTS: Final = [
    Case("quick match", m.QuickMatch(1, "orbit"), "a seat in any session of orbit"),
    Case("quick match, greatest id", m.QuickMatch(COUNT_MAX, "g" * 256), "the greatest request id, the longest name"),
    Case("cancel queue", m.CancelQueue(2), "give up the place in the queue"),
    Case("locate", m.Locate(3, SESSION_ID, TOKEN), "where does this session live now?"),
    Case("create", m.Create(4, "fourline", {}, {}, False), "a listed session without options"),
    Case(
        "create, private",
        m.Create(5, "orbit", {"round_s": 20.0, "rounds_max": 3}, {"title": "beginners"}, True),
        "a session that is not listed, with options for the game and metadata for others",
    ),
    Case("create, all kinds of values", m.Create(6, "orbit", _BAG, {}, False), "what an option or metadata may be"),
    Case(
        "create, most values",
        m.Create(7, "orbit", {}, {f"key {i}": i for i in range(BAG_KEYS_MAX)}, False),
        "16 names are the most",
    ),
    Case("join by id", m.Join(8, SESSION_ID), "a seat in that session"),
    Case("join by id, shortest", [20, 8, SESSION_ID], "the code left out", same_as="join by id"),
    Case("join by code", m.Join(9, "", "K7QX2M"), "a seat in the private session with this room code"),
    Case("spectate", m.Spectate(10, SESSION_ID), "to watch that session"),
    Case("spectate by code", m.Spectate(11, "", "K7QX2M"), "to watch a private session"),
    Case("watch", m.Watch(12, "", [], 50), "the live list of all sessions, at most 50 of them"),
    Case(
        "watch with conditions",
        m.Watch(
            13,
            "orbit",
            [
                m.Condition("free", ">", 0),
                m.Condition("meta.title", "has", "begin"),
                m.Condition("state", "=", "waiting"),
            ],
            LISTED_MAX,
        ),
        "sessions of orbit that wait, have a free seat, and say `begin` in their title, in any case",
    ),
    Case(
        "watch, every operator",
        m.Watch(
            14,
            "",
            [
                m.Condition("players", "=", 2),
                m.Condition("players", "!=", 3),
                m.Condition("players", "<", 4),
                m.Condition("players", "<=", 4),
                m.Condition("seats", ">", 1),
                m.Condition("seats", ">=", 2.0),
                m.Condition("meta." + "k" * KEY_CHARS_MAX, "has", "x" * VALUE_CHARS_MAX),
                m.Condition("meta.ranked", "=", True),
            ][:CONDITIONS_MAX],
            1,
        ),
        "8 conditions are the most; all must hold",
    ),
    Case("unwatch", m.Unwatch(15), "no more listings"),
    Case("lock", m.Lock(16, SESSION_ID, True), "nobody else is seated there"),
    Case("unlock", m.Lock(17, SESSION_ID, False), "free seats are open again"),
    Case("describe", m.Describe(18, SESSION_ID, {"title": "finals", "ranked": True}), "other metadata, whole"),
    Case("kick", m.Kick(19, SESSION_ID, PLAYER_ID), "that player goes, and does not come back"),
    Case("listen to the lobby", m.Listen(20, ""), "the chat of the lobby"),
    Case("listen to a session", m.Listen(21, SESSION_ID), "the chat of a session"),
    Case("unlisten", m.Unlisten(22, ""), "no more of the lobby's chat"),
    Case("say", m.Say(23, "", "hello, everybody"), "a line in the lobby's chat"),
    Case("say, longest", m.Say(24, SESSION_ID, "\U0001f680" * CHAT_CHARS_MAX), "240 code points are the most"),
    Case("rematch", m.Rematch(25, SESSION_ID, True), "once more with the same players"),
    Case("no rematch", m.Rematch(26, SESSION_ID, False), "no, thank you"),
]
_ATTRIBUTES: Final[dict[str, bool | int | float | str | list[str]]] = {
    "level": 12,
    "skill": -0.5,
    "ranked": True,
    "role": "healer",
    "maps": ["ice", "dune"],
}
_MOST_ATTRIBUTES: Final[dict[str, bool | int | float | str | list[str]]] = {
    **{f"{i:x}" * KEY_CHARS_MAX: ["v" * KEY_CHARS_MAX] * LIST_VALUES_MAX for i in range(1)},
    **{f"{i:x}" * KEY_CHARS_MAX: "\u00e9" * VALUE_CHARS_MAX for i in range(1, 4)},
    **{f"{i:x}" * KEY_CHARS_MAX: 0 for i in range(4, BAG_KEYS_MAX - 3)},
    "int": INT_MAX,
    "least": INT_MIN,
    "none": [],
}
_MATCHING: Final = [
    Case("enqueue", m.Enqueue(27, ["ranked"], {}, {}), "a ticket in one queue; nothing to say for its rules"),
    Case(
        "enqueue in several",
        m.Enqueue(28, ["ranked", "casual", "orbit"], _ATTRIBUTES, {"eu": 24.5, "us": 110.0}),
        "a ticket in three queues, with what their rules ask for",
    ),
    Case(
        "enqueue, most",
        m.Enqueue(
            COUNT_MAX,
            ["q" * KEY_CHARS_MAX] * QUEUES_MAX,
            _MOST_ATTRIBUTES,
            {f"{i:x}" * KEY_CHARS_MAX: 10_000.0 for i in range(REGIONS_MAX)},
        ),
        "as many queues, attributes and regions as a ticket may have, and the longest (here all queues are the same: a"
        " `bad_ticket`)",
    ),
    Case(
        "enqueue, whole milliseconds",
        [48, 29, ["ranked"], {}, {"eu": 24}],
        "a whole number is accepted for a float",
        same_as="enqueue, milliseconds",
    ),
    Case("enqueue, milliseconds", m.Enqueue(29, ["ranked"], {}, {"eu": 24.0}), "the same as a float"),
    Case("accept", m.Accept(30, "c2FtZXQ", True), "the player takes part in that match"),
    Case("decline", m.Accept(31, "c2FtZXQ", False), "the player does not"),
    Case("explain", m.Explain(32), "why does it take so long?"),
    Case("party create", m.PartyCreate(33), "a party of one"),
    Case("party join", m.PartyJoin(34, "K7QX2M"), "into the party with that code"),
    Case("party leave", m.PartyLeave(35), "out of it"),
    Case("party ready", m.PartyReady(36, True, _ATTRIBUTES, {"eu": 24.5}), "ready, with what rules ask for"),
    Case("party not ready", m.PartyReady(37, False, {}, {}), "not ready any more"),
    Case("party kick", m.PartyKick(38, PLAYER_ID), "that member goes"),
    Case("party lead", m.PartyLead(39, PLAYER_ID), "that member leads from now on"),
    Case("block", m.Block(40, PLAYER_ID, True), "not with that player, where queues have a rule about it"),
    Case("unblock", m.Block(41, PLAYER_ID, False), "all is well again"),
    Case("leaderboard", m.Leaderboard(42, "ranked", 10, False), "the ten best of a queue"),
    Case("leaderboard, around", m.Leaderboard(43, "ranked", LEADERS_MAX, True), "the hundred around the player"),
]
_INPUTS: Final = [
    Case("hold", [64, 1, -1, 0, False], "input 0 of the small schema (Steer): sequence 1, no pass seen", "session"),
    Case("hold, later", [64, 70000, 1234, -1, True], "sequence 70000, tick 1234 was seen", "session"),
    Case("action", [65, 2, 17], "input 1 of the small schema (Fire): it has no fields", "session"),
    Case("action with fields", [66, 3, 17, 9, "now"], "input 2 of the small schema (Trade)", "session"),
    Case("hold with an optional", [67, 4, 17, 0.5, None], "input 3 of the small schema (Aim): nil for none", "session"),
    Case("input, greatest numbers", [65, COUNT_MAX, COUNT_MAX], "2^53 - 1 in each", "session"),
]
BUFFERED: Final = [
    Case("hold, meant for a tick", [64, 1, 17, 1, False, 21], "Steer is to be applied in tick 21", "session"),
    Case("hold, meant for none", [64, 2, 17, 1, False], "without `at`: in the next step", "session"),
    Case("hold, meant for tick -1", [64, 3, 17, 1, False, -1], "the same", "session"),
    Case("action, meant for a tick", [65, 4, 17, 22], "Fire has no fields: `at` is all that follows", "session"),
    Case("action with fields, meant for a tick", [66, 5, 17, 9, "now", 22], "`at` is the last element", "session"),
    Case("action, meant for the past", [65, 6, 17, 0], "too late: in the next step", "session"),
    Case("action, meant for a far tick", [65, 7, 17, COUNT_MAX], "it waits input_buffer_ticks, and no more", "session"),
]
"""Inputs of the buffered schema."""
FROM_CLIENT: Final = [*_FIRST, *_SHARED, *_REQUESTS, *_MATCHING, *_INPUTS]
