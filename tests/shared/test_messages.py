"""Every message on the wire: the same bytes from two implementations, strict from clients, growing from servers."""

from __future__ import annotations

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
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST, NAME_CHARS_MAX

decode_session = make_session_decoder(())
Decode = Callable[[bytes], Any]

FROM_CLIENTS: list[tuple[Decode, msgspec.Struct, list[Any]]] = [
    (decode_lobby, m.Hello(1, "Ann", "py/1"), [1, 1, "Ann", "py/1"]),
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
]
FROM_SERVERS: list[tuple[Decode, msgspec.Struct, list[Any]]] = [
    (
        decode_lobby_reply,
        m.Welcome("l", b"t", "p", "Ann", ["orbit"], True, 9, 30.0),
        [32, "l", b"t", "p", "Ann", ["orbit"], True, 9, 30.0],
    ),
    (decode_lobby_reply, m.Answer(5, {"url": "/x"}), [33, 5, {"url": "/x"}, "", ""]),
    (decode_lobby_reply, m.Answer(5, None, "unknown", "no"), [33, 5, None, "unknown", "no"]),
    (decode_lobby_reply, m.Push(1, "queued", {"place": 3}), [34, 1, "queued", {"place": 3}]),
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
    if typing.get_origin(annotation) is typing.Annotated:
        base, meta = annotation.__origin__, annotation.__metadata__[0]
        if base is int:
            return st.integers(meta.ge, meta.le)
        if base is float:
            return st.floats(allow_nan=False, allow_infinity=False)
        if base is str:
            return st.text(st.characters(codec="utf-8"), max_size=meta.max_length)
        return st.binary(max_size=meta.max_length)
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
    required = len(plain) - len(message.__struct_defaults__)
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
        [3, 1, "s", b"t", b""],  # a session's message
        [64, 1, 1],  # a game's input
        [32, "l", b"t", "p", "Ann", [], True, 9, 30.0],  # a server's message
    ],
)
def test_the_lobby_refuses_what_is_out_of_bounds(plain: list[Any]):
    with pytest.raises(BadMessage):
        decode_lobby(msgpack.packb(plain))


def test_a_session_refuses_the_lobbys_messages():
    for message in (m.Hello(1, "Ann"), m.QuickMatch(1, "orbit"), m.CancelQueue(1), m.Locate(1, "s", b"t")):
        with pytest.raises(BadMessage):
            decode_session(encode(message))


def test_every_bound_on_text_is_wider_than_the_longest_name():
    decode_lobby(encode(m.Hello(1, "\U0010ffff" * NAME_CHARS_MAX)))
