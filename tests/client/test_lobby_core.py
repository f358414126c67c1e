"""A lobby session without a network."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from rallypoint_client.errors import ConnectFailed, InvalidInput, Kicked, SessionGone, TooManyOutstanding
from rallypoint_client.heartbeat import Timing
from rallypoint_client.identity import Identity
from rallypoint_client.lobby_core import REQUESTS_MAX, LobbyCore, LobbyState
from rallypoint_client.retry import Drop, Stop, Wait
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer, CancelQueue, Create, Join, Push, QuickMatch, Say
from tests.client.wire import chat, line, listing, pong, row, welcome

HELLO, RESUME, PROVED, ACK, PING, LEAVE, MATCH, CANCEL = 1, 2, 4, 5, 6, 7, 16, 17


ODD: Any = {"a": object()}
LONG: Any = {f"{n:02}": "\N{OWL}" * 128 for n in range(16)}


class Lobby:
    """A core with a clock, and everything that it has sent, decoded."""

    def __init__(self, *, fresh: bool = False, identity: Identity | None = None) -> None:
        self.now = 100.0
        self.core = LobbyCore("ws://here/lobby", "Ann", Random(1), Timing(), self.now, fresh=fresh, identity=identity)

    def opened(self) -> list[Any]:
        frame = msgspec.msgpack.decode(self.core.first_frame(self.now))
        assert isinstance(frame, list)
        return frame

    def got(self, payload: bytes) -> Any:
        return self.core.received(payload, self.now)

    def connected(self) -> Lobby:
        self.opened()
        self.got(welcome())
        self.sent()
        return self

    def wait(self) -> None:
        """Lets time pass, and looks whenever that is due."""
        while self.core.heart.due is not None:
            self.now = self.core.heart.due
            self.core.timer(self.now)

    def sent(self) -> list[Any]:
        sent = [msgspec.msgpack.decode(frame) for frame in self.core.outbox]
        self.core.outbox.clear()
        return sent

    def lost(self, code: int | None = None) -> Wait | Stop:
        return self.core.lost(code, "", self.now)


def push(n: int) -> bytes:
    return encode(Push(n, "queued", {"place": n}))


def match(id_: int) -> QuickMatch:
    return QuickMatch(id_, "duel")


def test_the_first_frame_says_hello():
    assert Lobby().opened() == [HELLO, 1, "Ann", "python", "", b""]


def test_a_welcome_is_proved_before_all_else():
    lobby = Lobby()
    lobby.opened()
    lobby.core.request(match)
    assert lobby.got(welcome()).player == "player-l"
    assert lobby.core.state is LobbyState.CONNECTED
    assert lobby.sent() == [[PROVED], [MATCH, 1, "duel"]]


def test_requests_are_numbered_and_answered_once():
    lobby = Lobby().connected()
    assert lobby.core.request(match) == 1
    assert lobby.core.request(CancelQueue) == 2
    assert lobby.sent() == [[MATCH, 1, "duel"], [CANCEL, 2]]
    assert lobby.got(encode(Answer(1, {"place": 1}))).value == {"place": 1}
    assert lobby.got(encode(Answer(1, {"place": 1}))) is None
    assert lobby.got(encode(Answer(77))) is None


def test_requests_without_an_answer_are_sent_again_after_a_resume_under_their_old_numbers():
    lobby = Lobby().connected()
    for make in (match, CancelQueue, match):
        lobby.core.request(make)
    lobby.got(encode(Answer(2)))
    lobby.got(push(1))
    lobby.lost()
    assert lobby.core.state is LobbyState.RESUMING
    assert lobby.core.request(CancelQueue) == 4  # while away
    assert lobby.sent() == []
    assert lobby.opened() == [RESUME, 1, "l", b"l1", 0, 0, 1, b""]
    lobby.got(welcome(b"l2", resumed=True, event=1))
    assert lobby.sent() == [[PROVED], [MATCH, 1, "duel"], [MATCH, 3, "duel"], [CANCEL, 4]]
    assert lobby.core.resumes == 1
    lobby.lost()
    assert lobby.opened()[3] == b"l2"


def test_pushes_come_once_and_are_acknowledged():
    lobby = Lobby().connected()
    assert lobby.got(push(1)).data == {"place": 1}
    assert lobby.got(push(1)) is None
    assert lobby.got(push(3)).n == 3
    assert lobby.got(push(2)) is None
    assert lobby.sent() == [[ACK, 0, 0, 1], [ACK, 0, 0, 1], [ACK, 0, 0, 3], [ACK, 0, 0, 3]]


def test_listings_are_acknowledged_with_the_pushes_and_anew_on_each_connection():
    lobby = Lobby().connected()
    assert lobby.got(listing(1, row("a"), whole=True)).rows == [row("a")]
    lobby.got(push(1))
    lobby.got(listing(2))
    assert lobby.sent() == [[ACK, 0, 1, 0], [ACK, 0, 1, 1], [ACK, 0, 2, 1]]
    lobby.lost()
    lobby.opened()
    lobby.got(welcome(b"l2", resumed=True, event=1))
    lobby.got(push(2))
    lobby.got(listing(1, whole=True))
    assert lobby.sent() == [[PROVED], [ACK, 0, 0, 2], [ACK, 0, 1, 2]]


def test_lines_of_a_chat_are_handed_on_and_not_acknowledged():
    lobby = Lobby().connected()
    assert lobby.got(chat(line(1), room="s")).lines == [line(1)]
    assert lobby.sent() == []


@pytest.mark.parametrize(
    "make",
    [
        lambda id_: Say(id_, "", "x" * 241),
        lambda id_: Create(id_, "duel", ODD, {}, False),
        lambda id_: Create(id_, "duel", {"a": float("nan")}, {}, False),
        lambda id_: Join(id_, "x" * 257),
        lambda id_: Join(id_, "\udc80"),
        lambda id_: Create(id_, "duel", LONG, LONG, False),
    ],
)
def test_a_request_that_the_server_would_close_us_for_is_not_sent_and_takes_no_number(make):
    lobby = Lobby().connected()
    with pytest.raises(InvalidInput, match="the request"):
        lobby.core.request(make)
    assert lobby.sent() == []
    assert lobby.core.request(match) == 1


@pytest.mark.parametrize(
    ("name", "identity"), [("x" * 300, Identity()), ("Ann", Identity("p" * 300)), ("Ann", Identity("p", b"s" * 65))]
)
def test_who_nobody_would_let_in_is_told_at_once(name, identity):
    with pytest.raises(InvalidInput, match="Hello"):
        LobbyCore("ws://here/lobby", name, Random(1), Timing(), 0.0, identity=identity)


def test_an_identity_goes_with_each_hello_as_it_is_then():
    identity = Identity("p", b"secret")
    lobby = Lobby(fresh=True, identity=identity)
    assert lobby.opened() == [HELLO, 1, "Ann", "python", "p", b"secret"]
    lobby.got(welcome())
    identity.keep("q", b"newer")
    lobby.lost()
    assert lobby.opened()[0] == RESUME
    lobby.lost(CloseCode.UNKNOWN)
    assert lobby.opened() == [HELLO, 1, "Ann", "python", "q", b"newer"]


def test_the_number_of_open_requests_is_bounded():
    lobby = Lobby().connected()
    for _ in range(REQUESTS_MAX):
        lobby.core.request(match)
    with pytest.raises(TooManyOutstanding):
        lobby.core.request(match)
    lobby.got(encode(Answer(1)))
    assert lobby.core.request(match) == REQUESTS_MAX + 1


def test_a_lobby_session_that_the_server_does_not_know_is_gone():
    lobby = Lobby().connected()
    lobby.core.request(match)
    lobby.lost()
    step = lobby.lost(CloseCode.UNKNOWN)
    assert isinstance(step, Stop)
    assert isinstance(step.error, SessionGone)
    assert lobby.core.state is LobbyState.GONE
    assert not lobby.core.is_open
    assert lobby.core.error is step.error


def test_with_fresh_it_begins_again_as_a_new_guest_and_asks_for_nothing():
    lobby = Lobby(fresh=True).connected()
    lobby.core.request(match)
    lobby.got(push(4))
    lobby.lost()
    assert lobby.lost(CloseCode.UNKNOWN) == Wait(0.0)
    assert lobby.core.state is LobbyState.CONNECTING
    assert isinstance(lobby.core.error, SessionGone)
    assert lobby.opened()[0] == HELLO
    lobby.got(welcome(b"x", lobby="l2"))
    assert lobby.sent() == [[PROVED]]
    assert lobby.got(push(1)) is not None
    assert lobby.core.request(match) == 2  # an id is never used again


def test_it_is_gone_when_the_grace_and_a_margin_are_over():
    lobby = Lobby().connected()
    lobby.lost()
    lobby.now += 34.9
    assert isinstance(lobby.lost(), Wait)
    lobby.now += 0.1
    lobby.lost()
    assert lobby.core.state is LobbyState.GONE


def test_a_first_connection_that_fails_for_too_long_has_failed():
    lobby = Lobby()
    lobby.now += 15
    step = lobby.lost()
    assert isinstance(step, Stop)
    assert isinstance(step.error, ConnectFailed)
    assert lobby.core.state is LobbyState.CLOSED


def test_a_final_close_is_final():
    lobby = Lobby(fresh=True).connected()
    lobby.lost(CloseCode.KICKED)
    assert lobby.core.state is LobbyState.CLOSED
    assert isinstance(lobby.core.error, Kicked)
    assert lobby.lost(1006) == Stop(None)


def test_logging_out_is_said_if_anybody_listens():
    lobby = Lobby().connected()
    lobby.core.leave()
    assert lobby.sent() == [[LEAVE]]
    lobby.lost(CloseCode.LEFT)
    assert (lobby.core.state, lobby.core.error) == (LobbyState.CLOSED, None)
    away = Lobby().connected()
    away.lost()
    away.core.leave()
    assert away.sent() == []


def test_a_silent_server_is_dropped():
    lobby = Lobby().connected()
    lobby.core.timer(lobby.now)
    assert lobby.sent() == [[PING, 100_000.0]]
    lobby.now += 0.05
    lobby.got(pong(100_000.0, 0.0))
    assert lobby.core.clock.round_trip_ms == pytest.approx(50.0)
    heard = lobby.now
    with pytest.raises(Drop) as caught:
        lobby.wait()
    assert lobby.now - heard == pytest.approx(6.0)
    assert caught.value.code is CloseCode.SILENT


@pytest.mark.parametrize(
    "payload", [b"", encode([41]), push(1), listing(1), welcome(resumed=True), encode([33, "one"])]
)
def test_what_does_not_fit_ends_the_connection(payload):
    lobby = Lobby()
    lobby.opened()
    with pytest.raises(Drop) as caught:
        lobby.got(payload)
    assert caught.value.code is CloseCode.MALFORMED
    assert isinstance(lobby.lost(), Wait)


def test_a_welcome_to_somebody_else_is_not_accepted():
    lobby = Lobby().connected()
    lobby.lost()
    lobby.opened()
    with pytest.raises(Drop):
        lobby.got(welcome(resumed=False))
