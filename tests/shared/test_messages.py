"""Every message on the wire: the same bytes from two implementations, strict from clients, growing from servers."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given, strategies as st

from rallypoint_protocol import messages as m
from rallypoint_protocol.codec import (
    BadMessage,
    decode_lobby,
    decode_lobby_reply,
    decode_session_reply,
    encode,
    session_decoder as make_session_decoder,
)
from rallypoint_protocol.limits import (
    BAG_KEYS_MAX,
    CONDITIONS_MAX,
    GAME_INPUT_KIND_FIRST,
    INBOUND_BYTES_MAX,
    KEY_CHARS_MAX,
    LIST_VALUES_MAX,
    LISTED_MAX,
    NAME_CHARS_MAX,
    QUEUES_MAX,
    REGIONS_MAX,
    VALUE_CHARS_MAX,
)

decode_session = make_session_decoder(())
Decode = Callable[[bytes], Any]

FROM_CLIENTS: list[tuple[Decode, msgspec.Struct, list[Any]]] = [
    (decode_lobby, m.Hello(1, "Ann", "py/1", "p", b"s" * 32), [1, 1, "Ann", "py/1", "p", b"s" * 32]),
    (decode_lobby, m.Resume(1, "abc", b"t" * 32, 0, 0, 7), [2, 1, "abc", b"t" * 32, 0, 0, 7, b""]),
    (decode_session, m.Resume(1, "abc", b"t" * 32, 2, -1, 0, b"h" * 16), [2, 1, "abc", b"t" * 32, 2, -1, 0, b"h" * 16]),
    (decode_session, m.TakeSeat(1, "abc", b"t" * 32, b"h" * 16), [3, 1, "abc", b"t" * 32, b"h" * 16]),
    (decode_session, m.Proved(), [4]),
    (decode_session, m.Ack(1, 300, 5), [5, 1, 300, 5]),
    (decode_session, m.Ping(1234.5), [6, 1234.5]),
    (decode_session, m.Leave(), [7]),
    (decode_lobby, m.QuickMatch(2**53 - 1, "orbit"), [16, 2**53 - 1, "orbit"]),
    (decode_lobby, m.CancelQueue(2), [17, 2]),
    (decode_lobby, m.Locate(3, "abc", b"t" * 32), [18, 3, "abc", b"t" * 32]),
    (
        decode_lobby,
        m.Create(4, "orbit", {"round_s": 1.5, "teams": False}, {"title": "x", "n": None, "i": 2**63 - 1}, True),
        [19, 4, "orbit", {"round_s": 1.5, "teams": False}, {"title": "x", "n": None, "i": 2**63 - 1}, True],
    ),
    (decode_lobby, m.Join(5, "", "K7QX2M"), [20, 5, "", "K7QX2M"]),
    (decode_lobby, m.Spectate(6, "abc"), [21, 6, "abc", ""]),
    (
        decode_lobby,
        m.Watch(7, "", [m.Condition("free", ">", 0), m.Condition("meta.title", "has", "x")], 100),
        [22, 7, "", [["free", ">", 0], ["meta.title", "has", "x"]], 100],
    ),
    (decode_lobby, m.Unwatch(8), [23, 8]),
    (decode_lobby, m.Lock(9, "abc", True), [24, 9, "abc", True]),
    (decode_lobby, m.Describe(10, "abc", {}), [25, 10, "abc", {}]),
    (decode_lobby, m.Kick(11, "abc", "p"), [26, 11, "abc", "p"]),
    (decode_lobby, m.Listen(12, ""), [27, 12, ""]),
    (decode_lobby, m.Unlisten(13, ""), [28, 13, ""]),
    (decode_lobby, m.Say(14, "", "hello"), [29, 14, "", "hello"]),
    (decode_lobby, m.Rematch(15, "abc", False), [30, 15, "abc", False]),
    (
        decode_lobby,
        m.Enqueue(16, ["ranked", "orbit"], {"level": 7, "maps": ["ice"], "pro": True, "x": -0.5}, {"eu": 24.0}),
        [48, 16, ["ranked", "orbit"], {"level": 7, "maps": ["ice"], "pro": True, "x": -0.5}, {"eu": 24.0}],
    ),
    (decode_lobby, m.Accept(17, "m", True), [49, 17, "m", True]),
    (decode_lobby, m.Explain(18), [50, 18]),
    (decode_lobby, m.PartyCreate(19), [51, 19]),
    (decode_lobby, m.PartyJoin(20, "K7QX2M"), [52, 20, "K7QX2M"]),
    (decode_lobby, m.PartyLeave(21), [53, 21]),
    (decode_lobby, m.PartyReady(22, True, {"role": "tank"}, {}), [54, 22, True, {"role": "tank"}, {}]),
    (decode_lobby, m.PartyKick(23, "p"), [55, 23, "p"]),
    (decode_lobby, m.PartyLead(24, "p"), [56, 24, "p"]),
    (decode_lobby, m.Block(25, "p", False), [57, 25, "p", False]),
    (decode_lobby, m.Leaderboard(26, "ranked", 100, True), [58, 26, "ranked", 100, True]),
]
FROM_SERVERS: list[tuple[Decode, msgspec.Struct, list[Any]]] = [
    (
        decode_lobby_reply,
        m.Welcome("l", b"t", "p", "Ann", ["orbit"], True, 9, 30.0, b"s", [["abc", "orbit"]]),
        [32, "l", b"t", "p", "Ann", ["orbit"], True, 9, 30.0, b"s", [["abc", "orbit"]]],
    ),
    (decode_lobby_reply, m.Answer(5, {"url": "/x"}), [33, 5, {"url": "/x"}, "", ""]),
    (decode_lobby_reply, m.Answer(5, None, "unknown", "no"), [33, 5, None, "unknown", "no"]),
    (decode_lobby_reply, m.Push(1, "queued", {"place": 3}), [34, 1, "queued", {"place": 3}]),
    (
        decode_lobby_reply,
        m.Listing(
            2, False, [m.SessionRow("s", "orbit", "waiting", 1, 8, 7, 0, "Ann", {"n": 1}, 5)], ["x"], 3, {"lobby": 1}
        ),
        [35, 2, False, [["s", "orbit", "waiting", 1, 8, 7, 0, "Ann", {"n": 1}, 5]], ["x"], 3, {"lobby": 1}],
    ),
    (
        decode_lobby_reply,
        m.Chat("", [m.ChatLine(1, "p", "Ann", "hello", 5)]),
        [36, "", [[1, "p", "Ann", "hello", 5]]],
    ),
    (
        decode_session_reply,
        m.Seated("s", b"t", 3, "p", 1, "fresh", 0, 5, 6, b"h", None),
        [40, "s", b"t", 3, "p", 1, "fresh", 0, 5, 6, b"h", None],
    ),
    (decode_session_reply, m.Pong(1.5, 2000.25, 40), [42, 1.5, 2000.25, 40]),
    (
        decode_session_reply,
        m.Pass(
            m.SeatPart([m.EventItem(1, 5, 16, ["x", None])], 77, [0, 2]),
            m.Head(1, 5, 250, 0, b"\0\1"),
            [m.Part(0, 1, [4], [[7, 2, None, 3, 1, 2]], [1, 1, -5], 12345), m.Part(2, 0)],
        ),
        [
            41,
            [[[1, 5, 16, ["x", None]]], 77, [0, 2]],
            [1, 5, 250, 0, b"\0\1"],
            [[0, 1, [4], [[7, 2, None, 3, 1, 2]], [1, 1, -5], 12345], [2, 0, None, None, None, None]],
        ],
    ),
    (decode_session_reply, m.Pass(None, m.Head(1, 5, 250, 0), []), [41, None, [1, 5, 250, 0, None], []]),
]
ALL = FROM_CLIENTS + FROM_SERVERS
of_clients = pytest.mark.parametrize(("decode", "message", "plain"), FROM_CLIENTS)
of_servers = pytest.mark.parametrize(("decode", "message", "plain"), FROM_SERVERS)
of_all = pytest.mark.parametrize(("decode", "message", "plain"), ALL)


def strictly(annotation: Any) -> st.SearchStrategy[Any]:
    """Values that a declared type allows: also where the library's own strategy would know no bounds."""
    bounds = msgspec.Meta()
    if typing.get_origin(annotation) is typing.Annotated:
        annotation, bounds = annotation.__origin__, annotation.__metadata__[0]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    sizes = {"min_size": bounds.min_length or 0, "max_size": 20 if bounds.max_length is None else bounds.max_length}
    if origin is dict:
        return st.dictionaries(strictly(args[0]), strictly(args[1]), max_size=bounds.max_length)
    if origin is list:
        return st.lists(strictly(args[0]), min_size=bounds.min_length or 0, max_size=bounds.max_length)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(strictly(arg) for arg in args))
    if annotation is int:
        return st.integers(bounds.ge, bounds.le)  # type: ignore[arg-type]  # of ours, whole numbers
    if annotation is float:
        return st.floats(bounds.ge, bounds.le, allow_nan=False, allow_infinity=False)
    if annotation is str:
        return st.text(st.characters(codec="utf-8"), **sizes)
    if annotation is bytes:
        return st.binary(**sizes)
    if annotation is m.Condition:
        return all_of(m.Condition)
    return st.from_type(annotation)


def all_of(kind: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: strictly(hints[name]) for name in kind.__struct_fields__})  # type: ignore[attr-defined]


def test_every_message_is_tried_here():
    tried = {type(message) for _, message, _ in ALL}
    unions = m.LobbyMessage, m.SessionMessage, m.LobbyReply, m.SessionReply
    assert tried == {kind for union in unions for kind in typing.get_args(union)}


def test_no_two_messages_have_the_same_kind_and_games_inputs_come_after_all():
    kinds: list[Any] = [kind.__struct_config__.tag for kind in {type(message) for _, message, _ in ALL}]
    assert len(set(kinds)) == len(kinds)
    assert max(kinds) < GAME_INPUT_KIND_FIRST


@of_all
def test_a_message_is_the_array_that_the_table_says(decode: Decode, message: msgspec.Struct, plain: list[Any]):
    assert encode(message) == msgpack.packb(plain)
    assert msgpack.unpackb(encode(message), strict_map_key=False) == plain


@of_all
def test_a_message_comes_back_as_it_was(decode: Decode, message: msgspec.Struct, plain: list[Any]):
    assert decode(msgpack.packb(plain)) == message


@pytest.mark.parametrize("kind", sorted({type(message) for _, message, _ in FROM_CLIENTS}, key=str))
@given(data=st.data())
def test_whatever_a_client_may_say_comes_back_as_it_was(kind: type, data: st.DataObject):
    decode = decode_lobby if kind in typing.get_args(m.LobbyMessage) else decode_session
    message = data.draw(all_of(kind))
    encoded = encode(message)
    assert decode(encoded) == message
    assert msgpack.packb(msgpack.unpackb(encoded)) == encoded


@of_clients
def test_a_client_may_append_nothing(decode: Decode, message: msgspec.Struct, plain: list[Any]):
    extras: tuple[Any, ...] = (None, 0, "", [])
    for extra in extras:
        with pytest.raises(BadMessage):
            decode(msgpack.packb([*plain, extra]))


@of_clients
def test_a_client_may_leave_out_only_what_has_a_default(decode: Decode, message: msgspec.Struct, plain: list[Any]):
    required = 1 + len(message.__struct_fields__) - len(message.__struct_defaults__)
    for count in range(len(plain)):
        if count >= required:
            decode(msgpack.packb(plain[:count]))
        else:
            with pytest.raises(BadMessage):
                decode(msgpack.packb(plain[:count]))


@of_servers
def test_a_server_may_append_elements_anywhere(decode: Decode, message: msgspec.Struct, plain: list[Any]):
    assert decode(msgpack.packb([*plain, "new", 1])) == message


def test_a_server_may_append_elements_inside_of_a_pass():
    event = [1, 5, 16, ["x"], "new"]
    part = [0, 1, None, None, [1, 1, -5], None, "new"]
    data = msgpack.packb([41, [[event], None, None, "new"], [1, 5, 250, 0, None, "new"], [part], "new"])
    passed = decode_session_reply(data)
    assert isinstance(passed, m.Pass)
    assert passed == m.Pass(
        m.SeatPart([m.EventItem(1, 5, 16, ["x"])]), m.Head(1, 5, 250, 0), [m.Part(0, 1, changes=[1, 1, -5])]
    )


def test_a_server_may_append_elements_inside_of_lists_and_chats():
    row = ["s", "orbit", "waiting", 1, 8, 7, 0, "Ann", {}, 5]
    listing = decode_lobby_reply(msgpack.packb([35, 1, True, [[*row, "new"]], [], 1, None, "new"]))
    assert listing == m.Listing(1, True, [m.SessionRow(*row)], [], 1)  # type: ignore[arg-type]  # as they come
    chat = decode_lobby_reply(msgpack.packb([36, "", [[1, "p", "Ann", "hi", 5, "new"]], "new"]))
    assert chat == m.Chat("", [m.ChatLine(1, "p", "Ann", "hi", 5)])


def test_an_older_servers_welcome_has_no_secret_and_no_seats():
    welcome = decode_lobby_reply(msgpack.packb([32, "l", b"t", "p", "Ann", [], False, 0, 30.0]))
    assert welcome == m.Welcome("l", b"t", "p", "Ann", [], False, 0, 30.0, b"", [])


def test_a_condition_may_name_the_longest_key_of_metadata():
    plain = [22, 1, "", [["meta." + "k" * KEY_CHARS_MAX, "has", "x" * VALUE_CHARS_MAX]], LISTED_MAX]
    assert encode(decode_lobby(msgpack.packb(plain))) == msgpack.packb(plain)


def test_the_largest_requests_fit_into_a_message():
    bag = {f"{i:032}": "x" * VALUE_CHARS_MAX for i in range(BAG_KEYS_MAX)}
    assert len(encode(m.Describe(2**53 - 1, "s" * 256, bag))) < INBOUND_BYTES_MAX  # type: ignore[arg-type]  # of ASCII
    where = [m.Condition("meta." + "k" * KEY_CHARS_MAX, "has", "x" * VALUE_CHARS_MAX)] * CONDITIONS_MAX
    assert len(encode(m.Watch(2**53 - 1, "g" * 256, where, LISTED_MAX))) < INBOUND_BYTES_MAX
    queues, regions = ["q" * KEY_CHARS_MAX] * QUEUES_MAX, {f"{i:032}": 1.0 for i in range(REGIONS_MAX)}
    assert len(encode(m.Enqueue(2**53 - 1, queues, bag, regions))) < INBOUND_BYTES_MAX  # type: ignore[arg-type]


def test_attributes_of_lists_alone_may_be_too_large_for_a_message():
    lists = {f"{i:032}": ["v" * KEY_CHARS_MAX] * LIST_VALUES_MAX for i in range(4)}
    assert len(encode(m.PartyReady(1, True, lists, {}))) > INBOUND_BYTES_MAX  # type: ignore[arg-type]
    del lists[f"{3:032}"]
    assert len(encode(m.PartyReady(1, True, lists, {}))) < INBOUND_BYTES_MAX  # type: ignore[arg-type]


def test_trailing_nils_of_a_part_may_be_left_out():
    short = msgpack.packb([41, [], [1, 5, 250, 0], [[0, 1]]])
    assert decode_session_reply(short) == m.Pass(m.SeatPart(), m.Head(1, 5, 250, 0), [m.Part(0, 1)])


@pytest.mark.parametrize(
    "plain",
    [
        [1, 65536, "Ann", ""],
        [1, -1, "Ann", ""],
        [1, 1, "x" * 257, ""],
        [1, 1, "Ann", "x" * 257],
        [2, 1, "x" * 257, b"t", 0, 0, 0, b""],
        [2, 1, "l", b"t" * 65, 0, 0, 0, b""],
        [2, 1, "l", b"t", -1, 0, 0, b""],
        [2, 1, "l", b"t", 0, -2, 0, b""],
        [2, 1, "l", b"t", 0, 2**53, 0, b""],
        [2, 1, "l", b"t", 0, 0, -1, b""],
        [2, 1, "l", b"t", 0, 0, 0, b"h" * 33],
        [2, 1, "l", "t", 0, 0, 0, b""],
        [5, 0, 0, 2**64 - 1],
        [5, 0, 0, -(2**63)],
        [6, float("nan")],
        [6, float("inf")],
        [6, float("-inf")],
        [16, -1, "orbit"],
        [16, 1, None],
        [1, 1, "Ann", "", "p", "s"],
        [1, 1, "Ann", "", "p", b"s" * 65],
        [19, 1, "orbit", {}, {}],
        [19, 1, "orbit", {}, {}, 0],
        [19, 1, "orbit", [], {}, False],
        [19, 1, "orbit", {"": 1}, {}, False],
        [19, 1, "orbit", {"k" * 33: 1}, {}, False],
        [19, 1, "orbit", {1: 1}, {}, False],
        [19, 1, "orbit", {"k": "x" * 129}, {}, False],
        [19, 1, "orbit", {"k": 2**63}, {}, False],
        [19, 1, "orbit", {"k": float("inf")}, {}, False],
        [19, 1, "orbit", {"k": float("nan")}, {}, False],
        [19, 1, "orbit", {"k": []}, {}, False],
        [19, 1, "orbit", {"k": b""}, {}, False],
        [19, 1, "orbit", {}, {str(i): i for i in range(17)}, False],
        [20, 1],
        [20, 1, "s", b""],
        [22, 1, "", [], 0],
        [22, 1, "", [], 101],
        [22, 1, "", [["f", "=", 1]] * 9, 10],
        [22, 1, "", [["f", "~", 1]], 10],
        [22, 1, "", [["f", "="]], 10],
        [22, 1, "", [["f", "=", 1, 1]], 10],
        [22, 1, "", [["f" * 38, "=", 1]], 10],
        [22, 1, "", [["f", "=", {}]], 10],
        [22, 1, "", {}, 10],
        [24, 1, "s", 1],
        [26, 1, "s", None],
        [29, 1, "", ""],
        [29, 1, "", "x" * 241],
        [30, 1, "s", None],
        [48, 1, [], {}, {}],
        [48, 1, ["q"] * 9, {}, {}],
        [48, 1, ["q"], {}],
        [48, 1, [None], {}, {}],
        [48, 1, ["q"], {"k": None}, {}],
        [48, 1, ["q"], {"k": {}}, {}],
        [48, 1, ["q"], {"k": [["a"]]}, {}],
        [48, 1, ["q"], {"k": [1]}, {}],
        [48, 1, ["q"], {"k": ["a"] * 33}, {}],
        [48, 1, ["q"], {"k": float("nan")}, {}],
        [48, 1, ["q"], {"k": float("-inf")}, {}],
        [48, 1, ["q"], {"k": 2**63}, {}],
        [48, 1, ["q"], {}, {"eu": float("nan")}],
        [48, 1, ["q"], {}, {"eu": -1}],
        [48, 1, ["q"], {}, {"eu": 10_001}],
        [48, 1, ["q"], {}, {"eu": True}],
        [48, 1, ["q"], {}, {str(i): 1.0 for i in range(17)}],
        [49, 1, "m", None],
        [52, 1, b"CODE"],
        [54, 1, 1, {}, {}],
        [54, 1, True, {"k": b""}, {}],
        [55, 1, ["p", "p"]],
        [56, 1, None],
        [57, 1, "p", 0],
        [58, 1, "q", 101, False],
        [3, 1, "s", b"t", b""],  # a session's message
        [64, 1, 1],  # a game's input
        [32, "l", b"t", "p", "Ann", [], True, 9, 30.0],  # a server's message
    ],
)
def test_the_lobby_refuses_what_is_out_of_bounds(plain: list[Any]):
    with pytest.raises(BadMessage):
        decode_lobby(msgpack.packb(plain))


def test_a_session_refuses_the_lobbys_messages():
    for decode, message, _ in FROM_CLIENTS:
        if decode is decode_lobby and type(message) not in typing.get_args(m.SessionMessage):
            with pytest.raises(BadMessage):
                decode_session(encode(message))


def test_every_bound_on_text_is_wider_than_the_longest_name():
    decode_lobby(encode(m.Hello(1, "\U0010ffff" * NAME_CHARS_MAX)))
