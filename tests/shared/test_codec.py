"""Decoding is validation: whatever bytes come in, what comes out is a message as it is declared, or BadMessage."""

from __future__ import annotations

import enum
import math
import struct
from collections.abc import Callable
from typing import Annotated, Any

import msgpack
import msgspec
import pytest
from hypothesis import example, given, strategies as st

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import (
    BadMessage,
    decode_lobby,
    decode_lobby_reply,
    decode_session_reply,
    encode,
    session_decoder,
)
from rallypoint_protocol.inputs import Input, wire_inputs
from rallypoint_protocol.limits import FLOAT_MAX, INT_MAX, INT_MIN

SECRET = "correct-horse"


class Gear(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Everything(Input, kw_only=True):
    """A game's input with a field of each kind that the wire knows."""

    whole: Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
    small: Annotated[int, msgspec.Meta(ge=-1, le=1)]
    real: Annotated[float, msgspec.Meta(ge=-FLOAT_MAX, le=FLOAT_MAX)]
    flag: bool
    text: str
    data: bytes
    gear: Gear
    maybe: str | None
    pair: tuple[bool, str]
    many: tuple[Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)], ...]


class Easy(Input, kw_only=True):
    """What a game's hold looks like: it has defaults, for the game's own use."""

    turn: int = 0
    thrust: bool = False


EVERYTHING = [64, 7, 41, -5, 1, 0.5, True, "t", b"d", 2, None, [False, "p"], [1, 2, 3]]
WHOLE, SMALL, REAL, FLAG, TEXT, DATA, GEAR, MAYBE, PAIR, MANY = range(3, 13)
decode_session = session_decoder(wire_inputs((Everything, Easy)))
decoders = pytest.mark.parametrize("decode", [decode_lobby, decode_session, decode_lobby_reply, decode_session_reply])


def with_field(index: int, value: Any) -> bytes:
    items = list(EVERYTHING)
    items[index] = value
    packed: bytes = msgpack.packb(items)
    return packed


def reason_of(decode: Callable[[bytes], Any], data: bytes) -> str:
    with pytest.raises(BadMessage) as caught:
        decode(data)
    assert caught.value.code is CloseCode.MALFORMED
    assert len(caught.value.reason) <= 100
    return caught.value.reason


def test_an_input_comes_out_as_it_was_declared():
    message = decode_session(msgpack.packb(EVERYTHING))
    assert isinstance(message, Everything)
    assert (message.seq, message.tick, message.gear, message.pair) == (7, 41, Gear.HIGH, (False, "p"))
    assert message.many == (1, 2, 3)
    assert encode(message) == msgpack.packb(EVERYTHING)


@pytest.mark.parametrize(
    ("index", "value"),
    [
        (0, 66),  # a kind that nobody has
        (0, -1),
        (0, "hello"),
        (0, None),
        (1, -1),  # a sequence number below zero
        (1, 2**53),  # not exact in JavaScript
        (1, 2**64 - 1),
        (1, 7.0),
        (1, True),
        (1, "7"),
        (2, -2),
        (2, 2**53),
        (2, None),
        (WHOLE, 2**63),
        (WHOLE, 2**64 - 1),
        (WHOLE, 1.0),
        (WHOLE, True),
        (WHOLE, None),
        (WHOLE, [1]),
        (SMALL, 2),
        (SMALL, -2),
        (REAL, math.nan),
        (REAL, math.inf),
        (REAL, -math.inf),
        (REAL, True),
        (REAL, "0.5"),
        (REAL, None),
        (FLAG, 1),
        (FLAG, None),
        (TEXT, b"t"),
        (TEXT, 5),
        (TEXT, None),
        (DATA, "d"),
        (DATA, [100]),
        (GEAR, 3),
        (GEAR, 0),
        (GEAR, "LOW"),
        (GEAR, 1.0),
        (GEAR, True),
        (MAYBE, 0),
        (MAYBE, False),
        (PAIR, [False]),
        (PAIR, [False, "p", 1]),
        (PAIR, ["p", False]),
        (PAIR, None),
        (MANY, [1, "2"]),
        (MANY, [1, 2**63]),
        (MANY, {1: 2}),
        (MANY, 1),
        (TEXT, msgpack.ExtType(1, b"t")),
        (WHOLE, msgpack.Timestamp(1, 0)),
    ],
)
def test_a_field_that_is_not_as_declared_is_a_bad_message(index: int, value: Any):
    reason_of(decode_session, with_field(index, value))


@pytest.mark.parametrize(
    ("index", "value"),
    [
        (1, 2**53 - 1),
        (2, -1),
        (WHOLE, INT_MIN),
        (WHOLE, INT_MAX),
        (REAL, FLOAT_MAX),
        (REAL, 3),  # JavaScript packs 3.0 like this
        (REAL, 5e-324),
        (MAYBE, ""),
        (MANY, []),
        (TEXT, "\0\U0010ffff"),
    ],
)
def test_the_edges_of_what_is_declared_are_in(index: int, value: Any):
    decode_session(with_field(index, value))


@pytest.mark.parametrize("count", range(len(EVERYTHING)))
def test_a_missing_element_is_a_bad_message(count: int):
    reason_of(decode_session, msgpack.packb(EVERYTHING[:count]))


def test_a_default_of_the_game_does_not_make_an_element_optional_on_the_wire():
    for count in range(1, 5):
        reason_of(decode_session, msgpack.packb([65, 1, -1, 1, True][:count]))
    message = decode_session(msgpack.packb([65, 1, -1, 1, True]))
    assert isinstance(message, Easy)
    assert (message.seq, message.turn, message.thrust) == (1, 1, True)
    assert (Easy().turn, Easy().seq) == (0, 0)


@pytest.mark.parametrize("extra", [None, 0, [], {}, "x"])
def test_what_a_client_appends_is_a_bad_message(extra: Any):
    reason_of(decode_session, msgpack.packb([*EVERYTHING, extra]))


@decoders
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc0",
        b"\xc1",
        b"\x90",
        b"\x91",
        b"\x80",
        b"\x05",
        b"\xa5hello",
        b"\x81\x00\x05",
        b"\xdd\xff\xff\xff\xff",  # an array of four thousand million, in five bytes
        b"\xdd\xff\xff\xff\xff\x05\x01\x01\x01",
        b"\xdb\xff\xff\xff\xffab",
        b"\xc6\xff\xff\xff\xffab",
        b"\xdf\xff\xff\xff\xff",
        b"\x91" * 100_000,
        b"\x81\x00" * 100_000,
        b"\x94\x05" + b"\x91" * 4000,
        b"\x92\x06\xc7\xff\x00",
        b"\x92\x06\xd8",
    ],
)
def test_bytes_that_are_no_message_are_a_bad_message(decode: Callable[[bytes], Any], data: bytes):
    reason_of(decode, data)


def test_a_number_of_elements_that_is_not_there_takes_no_memory():
    for many in (2**20, 2**28, 2**32 - 1):
        reason_of(decode_session, msgpack.packb(EVERYTHING)[:-4] + b"\xdd" + struct.pack(">I", many) + b"\x01")


@pytest.mark.parametrize("message", [[1, 1, "Ann", ""], [4], [5, 1, 2, 3], [6, 0.5]])
def test_trailing_bytes_are_a_bad_message(message: list[Any]):
    data = msgpack.packb(message)
    decode_lobby(data)
    for trailing in (b"\x00", b"\xc0", data):
        reason_of(decode_lobby, data + trailing)


@pytest.mark.parametrize("text", [b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x82\x82\xac", b"a\x80b"])
def test_text_that_is_not_utf8_is_a_bad_message(text: bytes):
    assert reason_of(decode_lobby, b"\x94\x01\x01" + bytes([0xA0 | len(text)]) + text + b"\xa0") == "text is not UTF-8"


@pytest.mark.parametrize(
    "data",
    [
        *(with_field(index, value) for index in range(len(EVERYTHING)) for value in (SECRET, SECRET.encode())),
        *(with_field(index, [SECRET] * 3) for index in range(len(EVERYTHING))),
        *(with_field(index, {SECRET: SECRET}) for index in range(len(EVERYTHING))),
        *(with_field(index, 5_318_008) for index in range(len(EVERYTHING)) if index not in (1, 2, WHOLE, REAL)),
        *(with_field(index, -5_318_008) for index in range(len(EVERYTHING)) if index not in (WHOLE, REAL)),
        *(with_field(index, 5_318_008.5) for index in range(len(EVERYTHING)) if index != REAL),
        msgpack.packb([SECRET, 5_318_008]),
        msgpack.packb({SECRET: 5_318_008}),
        msgpack.packb(SECRET),
        msgpack.packb([*EVERYTHING, SECRET, 5_318_008]),
    ],
)
def test_the_reason_repeats_nothing_of_what_was_sent(data: bytes):
    reason = ""
    try:
        decode_session(data)  # a few of these are text where text belongs
    except BadMessage as bad:
        reason = bad.reason
    assert SECRET not in reason
    assert "5318008" not in reason


def test_the_reason_names_the_place():
    assert reason_of(decode_session, with_field(TEXT, 5)) == "Expected `str`, got `int` - at `$[7]`"
    assert reason_of(decode_session, with_field(0, 99)) == "unknown kind or value - at `$[0]`"
    assert reason_of(decode_session, with_field(GEAR, 99)) == "unknown kind or value - at `$[9]`"


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
kinds = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 32, 33, 34, 40, 41, 42, 64, 65, 200])


def refusal(decode: Callable[[bytes], Any], data: bytes) -> CloseCode | None:
    """The close code for bytes that are no message; any other exception fails the test."""
    try:
        decode(data)
    except BadMessage as bad:
        return bad.code
    return None


@decoders
@given(data=st.binary(max_size=64))
@example(data=b"\x92\x06\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00")
def test_random_bytes_are_a_message_or_a_bad_message(decode: Callable[[bytes], Any], data: bytes):
    assert refusal(decode, data) in (None, CloseCode.MALFORMED)


@decoders
@given(kind=kinds, rest=st.lists(plain, max_size=14))
def test_random_messages_are_a_message_or_a_bad_message(decode: Callable[[bytes], Any], kind: int, rest: list[Any]):
    assert refusal(decode, msgpack.packb([kind, *rest])) in (None, CloseCode.MALFORMED)


@given(index=st.integers(0, len(EVERYTHING) - 1), value=plain)
def test_what_is_decoded_has_the_declared_types_whatever_was_sent(index: int, value: Any):
    try:
        message = decode_session(with_field(index, value))
    except BadMessage:
        return
    if not isinstance(message, Everything):
        return
    assert 0 <= message.seq < 2**53
    assert -1 <= message.tick < 2**53
    assert type(message.whole) is int
    assert INT_MIN <= message.whole <= INT_MAX
    assert message.small in (-1, 0, 1)
    assert type(message.real) is float
    assert math.isfinite(message.real)
    assert type(message.flag) is bool
    assert type(message.text) is str
    assert type(message.data) is bytes
    assert message.gear in Gear
    assert message.maybe is None or type(message.maybe) is str
    assert [type(item) for item in message.pair] == [bool, str]
    assert all(type(item) is int for item in message.many)


@given(cut=st.integers(0, 100))
def test_a_message_that_was_cut_off_is_a_bad_message(cut: int):
    data = msgpack.packb(EVERYTHING)
    if cut < len(data):
        reason_of(decode_session, data[:cut])
