"""What observers see of the wire: whole messages, as they were written and as they arrived, however they were cut."""

from __future__ import annotations

import struct
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint_protocol.codec import encode
from rallypoint_protocol.framing import BINARY, apply_mask
from rallypoint_protocol.messages import TakeSeat
from rallypoint_simulation.link import Link
from rallypoint_simulation.loop import Host, SimulatedLoop
from rallypoint_simulation.network import SimulatedNetwork
from rallypoint_simulation.wire import WireTap

REQUEST = b"GET /session/abc HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Notes:
    """An observer without a world."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def opened(self, wire: Any) -> None:
        self.seen.append(("opened",))

    def sent(self, wire: Any, message: Any, from_server: bool) -> None:
        self.seen.append(("sent", message, from_server))

    def received(self, wire: Any, message: Any, from_server: bool) -> None:
        self.seen.append(("received", message, from_server))

    def closing(self, wire: Any, code: int, reason: str, from_server: bool) -> None:
        self.seen.append(("closing", code, reason, from_server))

    def ended(self, wire: Any, at_server: bool, error: Exception | None) -> None:
        self.seen.append(("ended", at_server, error))


class Watched:
    """A connection with its handshake behind it."""

    def __init__(self, *observers: Notes) -> None:
        self.now = 0.0
        self.tap = WireTap(observers, lambda: self.now)  # type: ignore[arg-type]  # they do what observers do
        loop = SimulatedLoop(Random(1))  # type: ignore[abstract]  # what it lacks, nobody here asks for
        network = SimulatedNetwork(loop, 1)
        self.link = Link(network, 1, network.route("ann"), Host("ann"))
        self.tap.opened(self.link)
        self.tap.sent(self.link, False, REQUEST)
        self.tap.arrived(self.link, False, len(REQUEST))
        self.tap.sent(self.link, True, ANSWER)
        self.tap.arrived(self.link, True, len(ANSWER))


def frame(payload: bytes, from_server: bool, head: int = BINARY) -> bytes:
    size = len(payload)
    masked = 0 if from_server else 128
    if size < 126:
        begin = bytes([head, masked | size])
    elif size < 65536:
        begin = bytes([head, masked | 126]) + size.to_bytes(2, "big")
    else:
        begin = bytes([head, masked | 127]) + size.to_bytes(8, "big")
    return begin + (payload if from_server else b"mask" + apply_mask(payload, b"mask"))


payloads = st.one_of(st.binary(max_size=300), st.integers(65530, 65540).map(bytes))


@settings(max_examples=100, deadline=None)
@given(st.lists(payloads, min_size=1, max_size=6), st.booleans(), st.integers(1, 400), st.integers(1, 400))
def test_messages_are_whole_and_in_order_however_the_bytes_are_cut(
    messages: list[bytes], from_server: bool, written: int, arriving: int
) -> None:
    notes = Notes()
    watched = Watched(notes)
    data = b"".join(frame(payload, from_server) for payload in messages)
    if len(data) > 10_000:
        written, arriving = written * 100, arriving * 100
    for at in range(0, len(data), written):
        watched.tap.sent(watched.link, from_server, data[at : at + written])
    assert watched.tap.messages == len(messages)
    assert not [each for each in notes.seen if each[0] == "received"]
    for at in range(0, len(data), arriving):
        watched.tap.arrived(watched.link, from_server, len(data[at : at + arriving]))
    sent = [each[1:] for each in notes.seen if each[0] == "sent"]
    assert sent == [each[1:] for each in notes.seen if each[0] == "received"]
    assert len(sent) == len(messages)


def test_a_message_is_received_with_its_last_byte() -> None:
    notes = Notes()
    watched = Watched(notes)
    message = TakeSeat(1, "abc", bytes(32))
    data = frame(encode(message), from_server=False)
    watched.tap.sent(watched.link, False, data)
    assert notes.seen[-1] == ("sent", message, False)
    watched.tap.arrived(watched.link, False, len(data) - 1)
    assert notes.seen[-1][0] == "sent"
    watched.tap.arrived(watched.link, False, 1)
    assert notes.seen[-1] == ("received", message, False)


def test_what_no_decoder_takes_is_shown_as_it_is() -> None:
    notes = Notes()
    watched = Watched(notes)
    watched.tap.sent(watched.link, True, frame(b"\xc1 rubbish", from_server=True))
    assert notes.seen[-1] == ("sent", b"\xc1 rubbish", True)


def test_the_path_says_what_a_connection_is_for() -> None:
    watched = Watched()
    wire = watched.tap.wires[watched.link]
    assert (wire.path, wire.session, wire.lobby) == ("/session/abc", "abc", False)
    assert repr(wire) == "ann#1 /session/abc"


@pytest.mark.parametrize("from_server", [False, True])
def test_a_close_frame_says_who_began(from_server: bool) -> None:
    notes = Notes()
    watched = Watched(notes)
    wire = watched.tap.wires[watched.link]
    payload = struct.pack(">H", 4020) + b"gone"
    watched.tap.sent(watched.link, from_server, frame(payload, from_server, head=0x88))
    watched.tap.sent(watched.link, not from_server, frame(payload, not from_server, head=0x88))
    assert notes.seen[-2:] == [("closing", 4020, "gone", from_server), ("closing", 4020, "gone", not from_server)]
    assert wire.closed_by == ("server" if from_server else "client")


def test_a_wire_is_kept_until_both_sides_are_over_or_the_server_never_took_it() -> None:
    watched = Watched()
    watched.tap.ended(watched.link, False, None)
    assert watched.link in watched.tap.wires
    watched.tap.forgotten(watched.link)
    assert not watched.tap.wires


def test_the_digest_is_of_what_was_sent_and_when_with_or_without_observers() -> None:
    def digest(observers: list[Notes], payload: bytes, now: float) -> str:
        watched = Watched(*observers)
        watched.now = now
        watched.tap.sent(watched.link, True, frame(payload, from_server=True))
        return watched.tap.digest.hexdigest()

    assert digest([], b"a", 1.0) == digest([Notes()], b"a", 1.0)
    assert len({digest([], b"a", 1.0), digest([], b"b", 1.0), digest([], b"a", 2.0)}) == 3
