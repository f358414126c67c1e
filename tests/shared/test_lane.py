"""The fast lane, against the library it stands in front of: the same bytes must mean the same."""

from __future__ import annotations

import asyncio
import struct
from importlib import metadata
from itertools import accumulate
from typing import Any, cast

import pytest
from hypothesis import given, settings, strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.connection import Connection as LibraryConnection
from websockets.asyncio.server import Server, ServerConnection
from websockets.client import ClientProtocol
from websockets.frames import BINARY, CONT, DATA_OPCODES, TEXT, Frame
from websockets.protocol import CLOSED, CLOSING, CONNECTING, OPEN, SERVER, Protocol, State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri
from websockets.utils import apply_mask

from rallypoint_protocol.ending import EARLY_PAYLOADS_MAX
from rallypoint_protocol.framing import frame, masked_frame
from rallypoint_protocol.lane import FastLane

LIMIT = 300
MASK = b"\x01\xfe\x80\x33"
HANG_UP = b"close, please"
"""The payload at which the application closes with 4000."""


class ServerLane(FastLane, ServerConnection):
    pass


class ClientLane(FastLane, ClientConnection):
    pass


NO_SERVER: Any = None


class Wire:
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        self.sent = b""
        self.aborted = False
        self.eof = False
        self.unread = 0

    def write(self, data: bytes) -> None:
        self.sent += data

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.eof = True

    def abort(self) -> None:
        self.aborted = True

    def get_write_buffer_size(self) -> int:
        return self.unread

    def set_write_buffer_limits(self, *_: Any) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Log:
    """A receiver that remembers."""

    def __init__(self, lane: FastLane | None = None) -> None:
        self.lane = lane
        self.payloads: list[bytes] = []
        self.ends: list[tuple[int | None, str]] = []

    def received(self, payload: bytes) -> None:
        assert type(payload) is bytes
        self.payloads.append(payload)
        if self.lane is not None and payload == HANG_UP:
            self.lane.close_with(4000, "as you wish")

    def lost(self, code: int | None, reason: str) -> None:
        self.ends.append((code, reason))


class Broken(Log):
    def received(self, payload: bytes) -> None:
        raise ZeroDivisionError


class Cutter(Log):
    def received(self, payload: bytes) -> None:
        assert self.lane is not None
        self.lane.abort(4021, "enough")


@pytest.fixture(scope="module")
def runner():
    with asyncio.Runner() as runner:
        yield runner


async def make_lane(side: str, state: State = OPEN, limit: int = LIMIT) -> tuple[FastLane, Wire, Log]:
    lane: FastLane
    if side == "server":
        lane = ServerLane(ServerProtocol(state=state, max_size=limit), NO_SERVER)
    else:
        lane = ClientLane(ClientProtocol(parse_uri("ws://localhost/"), state=state, max_size=limit))
    if state is OPEN:
        skip_handshake(lane)
    wire, log = connect(lane), Log(lane)
    lane.receiver = log
    return lane, wire, log


def skip_handshake(lane: FastLane) -> None:
    over: Any = object()
    lane.request = lane.response = over


def connect(lane: FastLane) -> Wire:
    wire = Wire()
    LibraryConnection.connection_made(lane, cast("asyncio.Transport", wire))  # a server's would start a task
    return wire


def encode(
    opcode: int, payload: bytes, masked: bool, fin: bool = True, rsv: int = 0, wide: int = 0, length: int | None = None
) -> bytes:
    """A frame, well formed or not: ``wide`` forces a longer length field than needed, ``length`` claims another."""
    length = len(payload) if length is None else length
    head = bytes(((fin << 7) | (rsv << 4) | opcode,))
    if wide < 2 and length < 126:
        head += bytes(((masked << 7) | length,))
    elif wide < 8 and length < 65536:
        head += bytes(((masked << 7) | 126,)) + struct.pack("!H", length)
    else:
        head += bytes(((masked << 7) | 127,)) + struct.pack("!Q", length)
    return head + MASK + apply_mask(payload, MASK) if masked else head + payload


def by_the_library(protocol: Protocol, stream: bytes) -> tuple[list[bytes], bytes, bool]:
    """What an application on the plain library would see and send that looks at each byte as it comes."""
    payloads: list[bytes] = []
    message = b""
    refused = False
    writes: list[bytes] = []
    for at in range(len(stream)):
        protocol.receive_data(stream[at : at + 1])
        for event in protocol.events_received():
            assert isinstance(event, Frame)
            if event.opcode not in DATA_OPCODES or protocol.state is not OPEN or refused:
                continue
            if event.opcode is TEXT:
                protocol.fail(1003, "text frames are not accepted")
                refused = True
                continue
            message = bytes(event.data) if event.opcode is BINARY else message + bytes(event.data)
            if event.fin:
                payloads.append(message)
                if message == HANG_UP:
                    protocol.send_close(4000, "as you wish")
        writes += protocol.data_to_send()
    protocol.receive_eof()
    writes += protocol.data_to_send()
    return payloads, b"".join(writes), b"" in writes


def in_the_clear(sent: bytes) -> list[tuple[int, bytes]]:
    """The frames that a client sent, whatever their masks."""
    protocol = Protocol(side=SERVER)
    protocol.receive_data(sent)
    return [(event.opcode, bytes(event.data)) for event in protocol.events_received() if isinstance(event, Frame)]


payloads = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([0, 1, 124, 125, 126, 127, 128, 131, 132, 133, 254, LIMIT - 1, LIMIT, LIMIT + 1]).map(bytes),
    st.just(HANG_UP),
)
closes = st.one_of(
    st.just(b""),
    st.builds(
        lambda code, why: struct.pack("!H", code) + why, st.sampled_from([1000, 1001, 4001, 4999]), st.just(b"bye")
    ),
    st.sampled_from([b"\x03", struct.pack("!H", 1005), struct.pack("!H", 1000) + b"\xff"]),
)


@st.composite
def spoken(draw: st.DrawFn, masked: bool) -> list[bytes]:
    """Frames as a peer may send them: mostly right, so that what comes late is seen as well."""
    out: list[bytes] = []
    for _ in range(draw(st.integers(0, 10))):
        kind = draw(st.sampled_from(["whole"] * 12 + ["parts"] * 4 + ["control"] * 6 + ["close", "text", "wrong"]))
        wide = draw(st.sampled_from([0, 0, 0, 2, 8]))
        if kind == "whole":
            out.append(encode(2, draw(payloads), masked, wide=wide))
        elif kind == "parts":
            parts = draw(st.lists(payloads, min_size=1, max_size=4))
            opcode = draw(st.sampled_from([2, 2, 2, 1]))
            for number, part in enumerate(parts):
                fin = number == len(parts) - 1 and draw(st.integers(0, 9)) > 0  # now and then it never ends
                out.append(encode(0 if number else opcode, part, masked, fin=fin, wide=wide))
                if draw(st.booleans()):
                    out.append(encode(draw(st.sampled_from([9, 10])), b"between", masked))
        elif kind == "control":
            out.append(encode(draw(st.sampled_from([9, 10])), draw(st.binary(max_size=125)), masked))
        elif kind == "close":
            out.append(encode(8, draw(closes), masked))
        elif kind == "text":
            out.append(encode(1, b"caf\xc3\xa9", masked))
        else:
            faults: list[dict[str, Any]] = [
                {"opcode": draw(st.integers(0, 15))},
                {"masked": not masked},
                {"rsv": draw(st.integers(1, 7))},
                {"opcode": draw(st.integers(8, 10)), "fin": False},
                {"length": draw(st.sampled_from([LIMIT + 1, 70_000, 2**40, 2**64 - 1]))},
            ]
            right: dict[str, Any] = {"opcode": 2, "payload": draw(payloads), "masked": masked, "wide": wide}
            out.append(encode(**right | draw(st.sampled_from(faults))))
    return [*out, draw(st.sampled_from([b"", b"", b"\x82", b"\x82\xfe", b"\x00", b"\xff\xff", b"GET / HTTP/1.1\r\n"]))]


@st.composite
def traffic(draw: st.DrawFn, masked: bool) -> list[bytes]:
    """The same bytes in any chunks: a frame each, byte by byte, all at once, or cut anywhere; now and then cut off."""
    frames = draw(spoken(masked))
    stream = b"".join(frames)
    boundaries = set(accumulate(len(frame) for frame in frames))
    style = draw(st.sampled_from(["frames", "frames", "bytes", "all", "anywhere", "frames and anywhere"]))
    ends = set(range(len(stream))) if style == "bytes" else set()
    if "frames" in style:
        ends |= boundaries
    if "anywhere" in style:
        ends |= draw(st.sets(st.integers(0, len(stream)), max_size=20))
    last = draw(st.integers(0, len(stream))) if draw(st.integers(0, 3)) == 0 else len(stream)
    ordered = [*sorted(end for end in ends if 0 < end < last), last]
    return [stream[start:end] for start, end in zip([0, *ordered], ordered, strict=False) if start < end]


def compare(runner: asyncio.Runner, side: str, chunks: list[bytes]) -> None:
    async def play() -> None:
        lane, wire, log = await make_lane(side)
        for chunk in chunks:
            lane.data_received(chunk)
            if lane.protocol.state is OPEN:
                assert between_frames(lane.protocol), "the library is in the middle of a frame"
        lane.eof_received()
        plain: Protocol = ServerProtocol(state=OPEN, max_size=LIMIT)
        if side == "client":
            plain = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=LIMIT)
        payloads, sent, eof = by_the_library(plain, b"".join(chunks))
        assert log.payloads == payloads
        assert lane.protocol.close_sent == plain.close_sent
        assert lane.protocol.close_rcvd == plain.close_rcvd
        assert lane.protocol.close_code == plain.close_code
        assert (wire.sent == sent) if side == "server" else (in_the_clear(wire.sent) == in_the_clear(sent))
        assert wire.eof == eof
        lane.connection_lost(None)
        assert len(log.ends) == 1
        assert log.payloads == payloads

    runner.run(play())


def between_frames(protocol: Protocol) -> bool:
    """Whether the library's parser waits for the first byte of a frame."""
    waits_in: Any = protocol.parser
    while getattr(waits_in, "gi_yieldfrom", None) is not None:
        waits_in = waits_in.gi_yieldfrom  # the handshake's parser delegates to the frames'
    return not protocol.reader.buffer and waits_in is not None and waits_in.__name__ == "at_eof"


def tricky(masked: bool) -> list[list[bytes]]:
    """Chosen by hand: what random cuts seldom hit."""

    def say(opcode: int, payload: bytes, **more: Any) -> bytes:
        return encode(opcode, payload, masked, **more)

    decoy = say(2, b"decoy")
    around = say(2, apply_mask(decoy, MASK) if masked else decoy)
    too_large = say(2, bytes(LIMIT + 1))
    return [
        [around[: -len(decoy)], decoy],  # the second part of a frame looks like a whole one
        [say(2, b"x" * 126)[:6], say(2, b"x" * 126)[6:]],
        [too_large],
        [too_large[:3], too_large[3:4]],  # refused before its mask is here
        [say(2, b"a") * 3 + say(8, b"") + say(2, b"late")],
        [say(2, HANG_UP), say(2, b"x" * 200), say(9, b"p"), say(8, b"")],
        [say(2, b"a", fin=False), say(2, b"b")],
        [say(2, b"a", fin=False), say(2, b"b" * 200)],
        [say(2, b"a" * 200, fin=False), say(0, b"b" * 101)[:20]],  # too large together, and cut off
        [say(2, b"a", fin=False), say(0, b"b"), say(2, b"c", fin=False), say(0, b"d")],
        [say(2, b"x" * 124, wide=2), say(2, b"y" * 123, wide=2), say(2, b"z" * 125, wide=8)],
    ]


@pytest.mark.parametrize("number", range(len(tricky(True))))
def test_tricky_frames_mean_the_same_as_with_the_plain_library(runner, number):
    ordinary = b"a frame before, so that the lane is clear"
    compare(runner, "server", [encode(2, ordinary, True), *tricky(masked=True)[number]])
    compare(runner, "client", [encode(2, ordinary, False), *tricky(masked=False)[number]])


@given(chunks=traffic(masked=True))
@settings(max_examples=500, deadline=None)
def test_a_server_understands_the_same_as_with_the_plain_library(runner, chunks):
    compare(runner, "server", chunks)


@given(chunks=traffic(masked=False))
@settings(max_examples=500, deadline=None)
def test_a_client_understands_the_same_as_with_the_plain_library(runner, chunks):
    compare(runner, "client", chunks)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_frames_are_what_the_library_would_build(size):
    payload = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert frame(payload) == Frame(BINARY, payload).serialize(mask=False)
    protocol = Protocol(side=SERVER)
    protocol.receive_data(masked_frame(payload, b"\x01\x02\x03\x04"))
    (event,) = protocol.events_received()
    assert isinstance(event, Frame)
    assert (event.opcode, event.data, event.fin) == (BINARY, payload, True)


async def test_no_more_than_one_message_within_the_limit_is_kept():
    lane, _, log = await make_lane("server")
    whole = encode(2, bytes(LIMIT), True)
    for at in range(len(whole)):
        lane.data_received(whole[at : at + 1])
        assert len(lane._held) <= LIMIT + 8
    assert log.payloads == [bytes(LIMIT)]
    assert not lane._held


async def test_a_message_above_the_limit_is_refused_at_its_header():
    lane, wire, log = await make_lane("server")
    lane.data_received(encode(2, b"", True, length=LIMIT + 1)[:4])
    assert lane.closed_with.sent is not None
    assert lane.closed_with.sent[0] == 1009
    assert wire.eof
    lane.data_received(bytes(100_000))
    assert not lane._held
    assert not lane.protocol.reader.buffer
    assert log.payloads == []


async def test_text_is_refused_with_1003():
    lane, _, log = await make_lane("server")
    lane.data_received(encode(1, b"hello", True) + encode(2, b"late", True))
    assert lane.closed_with.sent == (1003, "text frames are not accepted")
    assert log.payloads == []


async def test_a_receiver_that_fails_costs_its_own_connection_only(caplog):
    lane, _, _ = await make_lane("server")
    lane.receiver = Broken()
    lane.data_received(encode(2, b"a", True))
    lane.data_received(encode(2, b"b", True))
    assert lane.closed_with.sent == (1011, "internal error")
    assert len([record for record in caplog.records if "receiver failed" in record.message]) == 1


async def test_what_arrives_before_there_is_a_receiver_waits_for_it():
    lane = ServerLane(ServerProtocol(state=OPEN, max_size=LIMIT), NO_SERVER)
    skip_handshake(lane)
    connect(lane)
    lane.data_received(encode(2, b"a", True) + encode(2, b"b", True))
    lane.data_received(encode(8, b"", True))
    lane.connection_lost(None)
    log = Log()
    lane.receiver = log
    assert log.payloads == [b"a", b"b"]
    assert log.ends == [(1005, "")]


async def test_only_a_few_messages_wait_for_a_receiver():
    lane = ServerLane(ServerProtocol(state=OPEN, max_size=LIMIT), NO_SERVER)
    skip_handshake(lane)
    connect(lane)
    lane.data_received(encode(2, b"a", True) * EARLY_PAYLOADS_MAX)
    assert lane.protocol.state is OPEN
    lane.data_received(encode(2, b"a", True))
    assert lane.closed_with.sent is not None
    assert lane.closed_with.sent[0] == 1008
    log = Log()
    lane.receiver = log
    assert log.payloads == []  # we have closed: nobody acts on it any more


@pytest.mark.parametrize("budget", ["messages", "octets", "controls"])
async def test_a_spent_budget_closes_and_nothing_more_is_heard(budget):
    lane, wire, log = await make_lane("server")

    class Spent:
        left = 3 if budget != "octets" else 30

        def refill(self) -> bool:
            return False

    setattr(lane, budget, Spent())
    one = encode(9, b"p", True) if budget == "controls" else encode(2, b"a", True)
    for _ in range(10):
        lane.data_received(one)
    sent = wire.sent
    lane.data_received(one * 1000)
    assert lane.closed_with.sent is not None
    assert lane.closed_with.sent[0] == 4012
    assert len(log.payloads) == {"messages": 3, "octets": 4, "controls": 0}[budget]
    assert wire.sent == sent  # no pongs either
    assert wire.eof


async def test_pieces_of_a_frame_cost_what_messages_cost():
    lane, _, log = await make_lane("server")

    class Five:
        left = 5

        def refill(self) -> bool:
            return False

    lane.messages = Five()
    whole = encode(2, bytes(20), True)
    for at in range(len(whole)):
        lane.data_received(whole[at : at + 1])
    assert lane.closed_with.sent is not None
    assert lane.closed_with.sent[0] == 4012
    assert log.payloads == []


async def test_a_server_that_speaks_right_behind_its_answer_is_understood():
    for cut in range(400):
        await speak_right_behind(cut)


async def speak_right_behind(cut: int) -> None:
    lane, _, log = await make_lane("client", CONNECTING)
    protocol = lane.protocol
    assert isinstance(protocol, ClientProtocol)
    request = protocol.connect()
    protocol.send_request(request)
    server = ServerProtocol()
    server.send_response(server.accept(request))
    stream = b"".join(server.data_to_send())
    assert stream.endswith(b"\r\n\r\n")
    stream += (
        frame(b"one") + encode(2, b"tw", False, fin=False) + encode(0, b"o", False) + frame(b"x" * 200) + frame(b"four")
    )
    for chunk in (stream[:cut], stream[cut : cut + 7], stream[cut + 7 :]):
        if chunk:
            lane.data_received(chunk)
    assert log.payloads == [b"one", b"two", b"x" * 200, b"four"]
    assert between_frames(protocol)


@pytest.mark.parametrize("late", [False, True])
async def test_a_client_that_speaks_before_our_answer_is_cut(late):
    lane, wire, log = await make_lane("server", CONNECTING)
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    if late:
        lane.data_received(request)
        lane.data_received(masked_frame(b"early", b"mask"))
    else:
        lane.data_received(request + masked_frame(b"early", b"mask"))
    assert wire.aborted
    assert log.payloads == []


async def test_an_endless_handshake_is_cut():
    lane, wire, _ = await make_lane("server", CONNECTING)
    line = b"X-Filler: " + b"x" * 4000 + b"\r\n"
    lane.data_received(b"GET / HTTP/1.1\r\n")
    for _ in range(20):
        lane.data_received(line)
    assert wire.aborted


async def test_after_a_cut_nothing_is_written_or_delivered():
    lane, wire, _ = await make_lane("server")
    log = Cutter(lane)
    lane.receiver = log
    lane.data_received(encode(2, b"a", True) * 5 + encode(9, b"", True))
    lane.write(frame(b"out"))
    lane.close_with(1000)
    assert wire.sent == b""
    lane.connection_lost(None)
    assert log.ends == [(4021, "enough")]


async def test_the_first_reason_to_cut_is_the_one_that_counts():
    lane, _, log = await make_lane("server")
    lane.abort(4021, "first")
    lane.abort(1006, "second")
    lane.connection_lost(None)
    assert log.ends == [(4021, "first")]


async def test_a_peer_that_reads_again_in_time_is_not_cut():
    lane, wire, _ = await make_lane("server")
    lane.write_deadline_s = 0.0
    lane.pause_writing()
    lane.resume_writing()
    await asyncio.sleep(0.01)
    assert not wire.aborted
    lane.pause_writing()
    await asyncio.sleep(0.01)
    assert wire.aborted


async def test_the_close_that_came_first_is_the_one_that_counts():
    lane, _, log = await make_lane("server")
    lane.close_with(4001, "it is over")
    lane.close_with(4002, "again")
    lane.data_received(encode(8, struct.pack("!H", 4999) + b"me too", True))
    lane.connection_lost(None)
    assert log.ends == [(4001, "it is over")]
    assert lane.closed_with == ((4001, "it is over"), (4999, "me too"))

    lane, _, log = await make_lane("server")
    lane.data_received(encode(8, struct.pack("!H", 4999) + b"me first", True))
    lane.connection_lost(None)
    assert log.ends == [(4999, "me first")]

    lane, _, log = await make_lane("server")
    lane.connection_lost(ConnectionResetError())
    assert log.ends == [(None, "")]


async def test_a_reason_is_shortened_to_what_a_close_frame_holds():
    lane, _, _ = await make_lane("server")
    lane.close_with(4001, "é" * 100)
    assert lane.closed_with.sent == (4001, "é" * 61)


async def test_the_outbox_cap_counts_pongs():
    lane, wire, log = await make_lane("server")
    lane.outbox_bytes_max = 1000
    lane.pause_writing()
    wire.unread = 1001
    lane.data_received(encode(9, b"p", True) * 3)
    assert wire.aborted
    assert wire.sent == b"\x8a\x01p"
    lane.connection_lost(None)
    assert log.ends[0][0] == 4021


def test_a_limit_below_a_small_frame_is_an_error(runner):
    with pytest.raises(ValueError, match="125"):
        runner.run(make_lane("server", limit=124))


def test_the_parts_of_the_library_that_the_lane_uses_are_still_there(runner):
    """If this fails after an upgrade: read the library's changes, then see whether the lane still holds."""
    assert metadata.version("websockets").split(".")[:2] == ["17", "4"], (
        "the fast lane was checked against websockets 17.4 only"
    )

    async def look() -> None:
        lane, _, _ = await make_lane("server")
        protocol = lane.protocol
        assert between_frames(protocol)
        assert protocol.state is OPEN
        assert protocol.side is SERVER
        assert (protocol.current_size, protocol.max_message_size) == (None, LIMIT)
        assert (protocol.close_sent, protocol.close_rcvd, protocol.close_rcvd_then_sent) == (None, None, None)
        assert (protocol.parser_exc, protocol.eof_sent) == (None, False)
        assert (lane.paused, lane.loop) == (False, asyncio.get_running_loop())
        protocol.receive_data(encode(2, b"abc", True, fin=False))
        assert protocol.current_size == 3
        assert between_frames(protocol)
        protocol.receive_data(encode(0, b"abc", True)[:2])
        assert not protocol.reader.buffer, "an empty buffer says nothing about frames"
        assert not between_frames(protocol)
        protocol.receive_data(encode(0, b"abc", True)[2:])
        assert protocol.current_size is None
        assert [event.opcode for event in protocol.events_received() if isinstance(event, Frame)] == [BINARY, CONT]
        protocol.fail(1002, "over")
        assert (protocol.state, protocol.eof_sent) == (CLOSING, True)
        protocol.receive_eof()
        assert protocol.state is CLOSED
        for name in ("data_received", "process_event", "send_data", "pause_writing", "resume_writing", "close"):
            assert callable(getattr(LibraryConnection, name))
        for name in ("all_connections", "handler_tasks"):
            assert name in vars(Server(cast("Any", None), cast("Any", None)))

    runner.run(look())


def test_the_library_keeps_its_state_where_the_lane_reads_it():
    protocol = ServerProtocol()
    for state in (State.CONNECTING, State.OPEN, State.CLOSING, State.CLOSED):
        protocol.state = state
        assert protocol._state is protocol.state is state
