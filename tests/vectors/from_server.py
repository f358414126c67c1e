"""Messages of servers: every kind, as short and as long as they come, and with what a newer server may append."""

from __future__ import annotations

from typing import Any, Final

from rallypoint_protocol import messages as m
from rallypoint_protocol.schema import encode_schema, schema_hash
from tests.vectors.case import HASH, LOBBY_ID, NEXT_TOKEN, PLAYER_ID, SECRET, SESSION_ID, TOKEN, Case
from tests.vectors.schemas import SMALL

__all__ = ["FROM_SERVER"]

_SCHEMA: Final = encode_schema(SMALL)
_MATCHED: Final[dict[str, Any]] = {
    "game": "orbit",
    "session": SESSION_ID,
    "seat": 1,
    "url": f"/session/{SESSION_ID}",
    "token": TOKEN,
    "schema": HASH,
}
_SPECTATE: Final[dict[str, Any]] = {
    "game": "orbit",
    "session": SESSION_ID,
    "url": f"wss://play.example/session/{SESSION_ID}",
    "token": TOKEN,
    "schema": HASH,
    "delay_s": 3.0,
}
_WELCOMES: Final = [
    Case(
        "welcome",
        m.Welcome(LOBBY_ID, TOKEN, PLAYER_ID, "Ann", ["orbit", "fourline"], False, 0, 30.0, SECRET, []),
        "a new guest: player and secret are to be kept for the next hello",
    ),
    Case(
        "welcome, resumed",
        m.Welcome(LOBBY_ID, NEXT_TOKEN, PLAYER_ID, "Ann", ["orbit"], True, 9, 30.0),
        "after a resume: pushes newer than the resume's event, up to 9, follow; nothing new is to be kept",
    ),
    Case(
        "welcome, with a seat",
        m.Welcome(LOBBY_ID, TOKEN, PLAYER_ID, "Ann", ["orbit"], False, 0, 30.0, b"", [[SESSION_ID, "orbit"]]),
        "a guest who is known, and has a seat in a session: join gives a token for it",
    ),
    Case(
        "welcome, older server",
        [32, LOBBY_ID, TOKEN, PLAYER_ID, "Ann", ["orbit"], False, 0, 30.0],
        "secret and seats left out: nothing to keep, no seats",
    ),
    Case(
        "welcome, newer server",
        [
            32,
            LOBBY_ID,
            TOKEN,
            PLAYER_ID,
            "Ann",
            [],
            False,
            0,
            30.0,
            b"",
            [[SESSION_ID, "orbit", "new"]],
            "new",
            {"a": 1},
        ],
        "appended elements, also inside, are ignored",
    ),
]
_PARTY: Final[dict[str, Any]] = {
    "code": "K7QX2M",
    "n": 2,
    "leader": PLAYER_ID,
    "members": [
        {"player": PLAYER_ID, "name": "Ann", "ready": False, "here": True, "seated": False},
        {"player": "95fdc7e614fc00e6", "name": "Bob", "ready": True, "here": False, "seated": False},
    ],
}
_EXPLANATION: Final[dict[str, Any]] = {
    "queues": [
        {
            "queue": "ranked",
            "waited_s": 12.5,
            "waiting": 40,
            "rules": [
                {
                    "rule": "rating",
                    "passes": 3,
                    "of": 39,
                    "excludes": 21,
                    "limit": 3.0,
                    "next_s": 8.0,
                    "next_limit": 6.0,
                },
                {
                    "rule": "latency",
                    "passes": 39,
                    "of": 39,
                    "excludes": 0,
                    "limit": None,
                    "next_s": None,
                    "next_limit": None,
                },
            ],
            "tightest": "rating",
            "nearby": 3,
            "players_needed": 4,
            "estimate_s": 14.0,
            "basis": {"matches": 12, "minutes": 10},
            "text": "3 players near your rating, widening in 8 s",
        }
    ]
}
_ANSWERS: Final = [
    Case("answer, fine", m.Answer(1), "request 1 was executed; it has no value"),
    Case("answer, url", m.Answer(3, {"url": "wss://play.example/session/x"}), "of locate"),
    Case("answer, seat", m.Answer(4, _MATCHED), "of create and join: a seat"),
    Case(
        "answer, seat of a private session",
        m.Answer(5, _MATCHED | {"code": "K7QX2M"}),
        "the same, with the room code that lets others join",
    ),
    Case("answer, party", m.Answer(33, _PARTY), "of party create and party join"),
    Case("answer, explanation", m.Answer(32, _EXPLANATION), "of explain: one map a queue"),
    Case(
        "answer, leaderboard",
        m.Answer(
            42,
            {
                "queue": "ranked",
                "rows": [
                    {
                        "rank": 1,
                        "player": PLAYER_ID,
                        "name": "Ann",
                        "rating": 21.5,
                        "mu": 29.0,
                        "sigma": 2.5,
                        "games": 40,
                    }
                ],
                "total": 1200,
                "me": 1,
            },
        ),
        "of leaderboard",
    ),
    Case("answer, place to watch", m.Answer(10, _SPECTATE), "of spectate: the url here is absolute"),
    Case(
        "answer, error",
        m.Answer(8, None, "full", "all seats of the session are taken"),
        "the error is for programs, the sentence for people",
    ),
    Case(
        "answer, newer server", [33, 8, None, "odd", "why", "new"], "an unknown error is an error; the rest is ignored"
    ),
]
_NOTICE: Final = {"kind": "message", "text": "back in <5 minutes>", "session": None, "until_ms": None}
_PUSHES: Final = [
    Case("push queued", m.Push(1, "queued", {"game": "orbit", "place": 1, "waiting": 1}), "a place in the queue"),
    Case("push matched", m.Push(2, "matched", _MATCHED), "a seat"),
    Case("push unqueued", m.Push(3, "unqueued", {"game": "orbit", "reason": "cancelled"}), "the place is given up"),
    Case(
        "push rematch",
        m.Push(4, "rematch", {"session": SESSION_ID, "game": "fourline", "wanted": ["p1"], "group": ["p1", "p2"]}),
        "p1 wants to play once more with p2",
    ),
    Case("push rematch_off", m.Push(5, "rematch_off", {"session": SESSION_ID, "reason": "declined"}), "it won't be"),
    Case(
        "push queued, several queues",
        m.Push(6, "queued", {"game": "ranked", "queues": ["ranked", "casual"], "place": 0, "waiting": 40}),
        "queues with rules have no places; `game` is the first of the queues",
    ),
    Case(
        "push unqueued, several queues",
        m.Push(7, "unqueued", {"game": "ranked", "queues": ["ranked", "casual"], "reason": "party_changed"}),
        "the ticket is gone from both",
    ),
    Case(
        "push ready_check",
        m.Push(
            8,
            "ready_check",
            {"match": "c2FtZXQ", "queue": "ranked", "ready_s": 11.5, "accepted": 3, "players": 8, "mine": False},
        ),
        "three of eight have accepted, and this player has not",
    ),
    Case(
        "push ready_check_off",
        m.Push(9, "ready_check_off", {"match": "c2FtZXQ", "reason": "declined", "requeued": True}),
        "somebody else declined: the ticket is back in its old place",
    ),
    Case(
        "push matched, of a queue with rules",
        m.Push(10, "matched", _MATCHED | {"queue": "ranked", "match": "c2FtZXQ", "team": 1, "region": "eu"}),
        "a seat, in the second team",
    ),
    Case("push party", m.Push(11, "party", _PARTY), "what the party is now"),
    Case(
        "push party_off",
        m.Push(12, "party_off", {"code": "K7QX2M", "n": 3, "reason": "kicked"}),
        "the player is out",
    ),
    Case("push, newer server", m.Push(13, "guild", {"id": 1}), "an unknown kind: acknowledged like any, and ignored"),
    Case("push notice", m.Push(14, "notice", _NOTICE), "an operator tells the player something: plain text"),
    Case(
        "push notice, paused",
        m.Push(15, "notice", _NOTICE | {"kind": "paused", "text": "", "session": SESSION_ID}),
        "an operator has stopped that session for a while",
    ),
    Case(
        "push notice, muted",
        m.Push(16, "notice", _NOTICE | {"kind": "muted", "text": "spam", "until_ms": 1_790_000_360_000}),
        "until then the player says nothing in chats",
    ),
]
_ROW: Final = m.SessionRow(SESSION_ID, "orbit", "waiting", 1, 8, 7, 0, "Ann", {"title": "beginners"}, 1_790_000_000_000)
_LISTS: Final = [
    Case(
        "listing, whole",
        m.Listing(1, True, [_ROW], [], 1, {"lobby": 3, "playing": 2, "sessions": 1}),
        "the list is this one row",
    ),
    Case("listing, empty", m.Listing(1, True, [], [], 0, None), "there is no such session; the counts are as before"),
    Case("listing, changes", m.Listing(2, False, [_ROW], ["gone"], 4), "one row is new or changed, one is gone"),
    Case(
        "listing, newer server",
        [35, 3, False, [[SESSION_ID, "orbit", "paused", 1, 8, 7, 0, "Ann", {}, 0, "new"]], [], 4, None, "new"],
        "appended elements are ignored, in rows, too",
    ),
    Case(
        "chat",
        m.Chat("", [m.ChatLine(41, PLAYER_ID, "Ann", "hello, everybody", 1_790_000_000_000)]),
        "line 41 of the lobby's chat",
    ),
    Case("chat, nothing said yet", m.Chat(SESSION_ID, []), "no lines"),
    Case("chat, newer server", [36, "", [[1, "p", "Ann", "hi", 0, "new"]], "new"], "appended elements are ignored"),
]
_SEATED: Final = [
    Case(
        "seated, fresh",
        m.Seated(SESSION_ID, NEXT_TOKEN, 1, PLAYER_ID, 1, "fresh", 0, 0, 0, schema_hash(_SCHEMA), _SCHEMA),
        "a first entry, with the whole schema",
        "session",
    ),
    Case(
        "seated, resumed",
        m.Seated(SESSION_ID, NEXT_TOKEN, 1, PLAYER_ID, 1, "resumed", 0, 70000, 70002, HASH, None),
        "everything since the last pass and event follows; inputs 70001 and 70002 are waiting for a step",
        "session",
    ),
    Case(
        "seated, resync",
        m.Seated(SESSION_ID, NEXT_TOKEN, 1, PLAYER_ID, 2, "resync", 3, 5, 5, HASH, None),
        "another epoch: the whole state follows, and 3 events are gone",
        "session",
    ),
    Case(
        "seated, spectator",
        m.Seated(SESSION_ID, NEXT_TOKEN, -1, PLAYER_ID, 1, "fresh", 0, 0, 0, HASH, None),
        "seat -1: somebody who watches",
        "session",
    ),
    Case(
        "seated, newer server",
        [40, SESSION_ID, NEXT_TOKEN, 1, PLAYER_ID, 1, "fresh", 0, 0, 0, HASH, None, "new"],
        "appended elements are ignored",
        "session",
    ),
]
_PASSES: Final = [
    Case("pass, empty", m.Pass(None, m.Head(1, 5, 250, 0), []), "nothing changed: the tick has passed", "session"),
    Case(
        "pass, shortest",
        [41, None, [1, 5, 250, 0], []],
        "the same without the table of applied inputs",
        "session",
        same_as="pass, empty",
    ),
    Case(
        "pass, everything",
        m.Pass(
            m.SeatPart([m.EventItem(1, 5, 16, [3])], None, [0, 2]),
            m.Head(1, 5, 250, 1, b"\0\1\xff\xff"),
            [
                m.Part(0, 1, [4], [[7, 2, 0, 0b1111, 100, 200, 0, 4]], [-1, 0b10000, 1], 12345),
                m.Part(2, 0),
            ],
        ),
        "an event, subscriptions, two seats' applied inputs, a leave, an enter, a change, a CRC; channel 2 is empty",
        "session",
    ),
    Case(
        "pass, large session",
        m.Pass(m.SeatPart(None, 70001), m.Head(1, 5, 250, 0), []),
        "more than 16 seats: applied is in the seat part, in full",
        "session",
    ),
    Case(
        "pass, newer server",
        [
            41,
            [[[1, 5, 16, [3, "new"], "new"]], None, None, "new"],
            [1, 5, 250, 0, None, "new"],
            [[0, 1, None, None, [-1, 16, 1], None, "new"]],
            "new",
        ],
        "elements may be appended to the message, the seat part, an event, its fields, the head and a part",
        "session",
    ),
    Case(
        "pass, refused",
        m.Pass(m.SeatPart([m.EventItem(2, 6, 0, [70001, "the gun is too hot"])]), m.Head(1, 6, 300, 0), []),
        "built-in event 0: input 70001 was decided, and not applied",
        "session",
    ),
    Case(
        "pass, ended",
        m.Pass(
            m.SeatPart(
                [
                    m.EventItem(
                        3,
                        7,
                        1,
                        [
                            {"winners": [0], "scores": {0: 3, 1: 1}, "reason": "enough", "data": {}},
                            "the session has ended",
                        ],
                    )
                ]
            ),
            m.Head(1, 7, 350, 0),
            [],
        ),
        "built-in event 1: the result, whose scores are a map with seats (whole numbers) as keys",
        "session",
    ),
    Case(
        "pass, unknown built-in event",
        m.Pass(m.SeatPart([m.EventItem(4, 8, 7, ["?"])]), m.Head(1, 8, 400, 0), []),
        "a newer server's: event kinds below 16 that are not known are counted as received, and ignored",
        "session",
    ),
]
_PONGS: Final = [
    Case("pong of the lobby", m.Pong(1234.5, 0.0, 0), "the lobby has no clock: 0", "lobby"),
    Case("pong of a session", m.Pong(1234.5, 60_250.75, 1205), "session time now, and the last tick", "session"),
    Case("pong, newer server", [42, 1234.5, 60_250.75, 1205, "new"], "appended elements are ignored", "both"),
]
FROM_SERVER: Final = [*_WELCOMES, *_ANSWERS, *_PUSHES, *_LISTS, *_SEATED, *_PASSES, *_PONGS]
