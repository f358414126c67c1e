"""Whatever one client does, it gets the close code that the documents name, and nobody else notices.

In every test, another player sits in the same session, and must get every single tick.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import math
from collections.abc import AsyncIterator
from typing import Any

import msgpack
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from websockets.frames import Frame, Opcode

from rallypoint.app import Server
from rallypoint.config import Limits, Settings
from rallypoint.core.seat import SeatState
from rallypoint.runtime.silence import Silence
from rallypoint_protocol.close import CloseCode, Fault, policy
from rallypoint_protocol.codec import decode_lobby_reply
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import INBOUND_BYTES_MAX
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Hello,
    Leave,
    Ping,
    Proved,
    QuickMatch,
    Resume,
    TakeSeat,
    Welcome,
)
from tests.server.live import SOON_S, Crowd, Guest, Raw

pytestmark = pytest.mark.asyncio(loop_scope="module")

STEER, SAY_GAME, DO = 64, 65, 66
FIRST_FRAME_S, ACK_DEADLINE_S = 0.5, 0.5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    limits = Limits(first_frame_s=FIRST_FRAME_S, ack_deadline_s=ACK_DEADLINE_S, messages_burst=400)
    async with Server([Crowd], Settings(port=0, ops_port=0, limits=limits, shutdown_s=2)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def steady(server: Server) -> AsyncIterator[Guest]:
    """The player whom nothing of this may concern."""
    guest = await Guest.sit(server, "Steady", "crowd")

    async def play() -> None:
        while True:
            await guest.next_pass()

    playing = asyncio.create_task(play())
    yield guest
    assert not playing.done()
    playing.cancel()
    await guest.go()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nobody_else_notices(steady: Guest, caplog: pytest.LogCaptureFixture) -> AsyncIterator[list[Any]]:
    """No error is logged; the steady player plays on, and gets a pass for each tick."""
    caplog.set_level(logging.WARNING)
    with capture_logs() as lines:
        yield lines
        played = len(steady.ticks)
        async with asyncio.timeout(SOON_S):
            while len(steady.ticks) < played + 3:
                await asyncio.sleep(0.01)
    assert steady.ticks == list(range(steady.ticks[0], steady.ticks[-1] + 1))
    assert [line for line in lines if line["log_level"] in ("warning", "error", "critical")] == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    steady.ticks = steady.ticks[-1:]


@pytest_asyncio.fixture(loop_scope="module")
async def mallory(server: Server, steady: Guest) -> AsyncIterator[Guest]:
    """Who means no good, in a seat of the same session."""
    guest = await Guest.sit(server, "Mallory", "crowd")
    assert guest.id == steady.id
    yield guest
    await guest.go()


def steer(seq: int = 1, tick: Any = -1, speed: Any = 1.0) -> list[Any]:
    return [STEER, seq, tick, speed]


# --- in a seat ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nonsense", "code"),
    [
        (b"", CloseCode.MALFORMED),
        (b"\xc1", CloseCode.MALFORMED),
        (b"\x90", CloseCode.MALFORMED),
        (b"\xdd\xff\xff\xff\xff", CloseCode.MALFORMED),
        (b"\x91" * INBOUND_BYTES_MAX, CloseCode.MALFORMED),
        (bytes(INBOUND_BYTES_MAX), CloseCode.MALFORMED),
        (bytes(INBOUND_BYTES_MAX + 1), 1009),
        (bytes(100_000), 1009),
        (msgpack.packb(steer()) + b"\x00", CloseCode.MALFORMED),
        (msgpack.packb(steer())[:-1], CloseCode.MALFORMED),
        ([199, 1, -1], CloseCode.MALFORMED),
        ([], CloseCode.MALFORMED),
        ({}, CloseCode.MALFORMED),
        (steer(speed=math.nan), CloseCode.MALFORMED),
        (steer(speed=math.inf), CloseCode.MALFORMED),
        (steer(speed="fast"), CloseCode.MALFORMED),
        (steer(speed=None), CloseCode.MALFORMED),
        (steer(seq=-1), CloseCode.MALFORMED),
        (steer(seq=2**64 - 1), CloseCode.MALFORMED),
        (steer(tick=-2), CloseCode.MALFORMED),
        (steer(tick=True), CloseCode.MALFORMED),
        ([STEER, 1, -1], CloseCode.MALFORMED),
        ([*steer(), 1], CloseCode.MALFORMED),
        ([SAY_GAME, 1, -1, b"bytes"], CloseCode.MALFORMED),
        (b"\x94\x41\x01\xff\xa2\xff\xfe", CloseCode.MALFORMED),
        (Ping(math.nan), CloseCode.MALFORMED),
        (Hello(1, "Mallory"), CloseCode.MALFORMED),
        (QuickMatch(1, "crowd"), CloseCode.MALFORMED),
        ([41, None, [1, 1, 1, 0, None], []], CloseCode.MALFORMED),  # a server's message
        (TakeSeat(1, "s", b""), CloseCode.UNEXPECTED),
        (Resume(1, "s", b"", 1, 1, 1), CloseCode.UNEXPECTED),
        (Ack(1, 2**50, 0), CloseCode.UNEXPECTED),
        (Ack(1, 0, 2**50), CloseCode.UNEXPECTED),
        ("text", 1003),
    ],
    ids=ascii,
)
async def test_nonsense_from_a_player_closes_their_connection_with_its_code(mallory: Guest, nonsense: Any, code: int):
    packed = msgpack.packb(nonsense) if isinstance(nonsense, dict) else nonsense
    await mallory.session.send(packed)
    closed, reason = await mallory.closed()
    assert closed == code
    assert policy(closed).fault is Fault.CLIENT
    assert "Mallory" not in reason
    assert (await mallory.resume()).outcome in ("resumed", "resync")  # the seat is kept all the same
    await mallory.next_pass()


async def test_what_was_said_before_the_nonsense_counts_and_what_comes_after_does_not(mallory: Guest):
    say = [[SAY_GAME, seq, -1, text] for seq, text in ((1, "before it"), (2, "after it"))]
    await mallory.session.send(say[0], b"\xc1", say[1])
    assert (await mallory.closed())[0] == CloseCode.MALFORMED
    await mallory.resume()
    await mallory.act("Say", text="back")
    await mallory.heard("back")
    assert "before it" in mallory.texts
    assert "after it" not in mallory.texts


@pytest.mark.parametrize("message", [Ping(1.0), steer(), Proved(), Ack(1, -1, 0)], ids=ascii)
async def test_a_flood_is_too_fast(mallory: Guest, message: Any):
    if isinstance(message, list):
        message = [STEER, 1, -1, 0.0]
    await mallory.session.send(*[message] * 1000)
    assert (await mallory.closed())[0] == CloseCode.TOO_FAST


async def test_more_inputs_than_a_step_takes_are_too_fast(mallory: Guest):
    frame = b"".join(_masked(msgpack.packb(steer(seq))) for seq in range(1, 200))
    mallory.session.socket.transport.write(frame)
    code, reason = await mallory.closed()
    assert code == CloseCode.TOO_FAST
    assert "wait for a step" in reason


def _masked(payload: bytes) -> bytes:
    return bytes((0x82, 0x80 | len(payload))) + bytes(4) + payload


async def test_a_flood_of_pings_of_the_protocol_itself_is_too_fast(mallory: Guest):
    mallory.session.socket.transport.write(b"\x89\x80abcd" * 500)
    assert (await mallory.closed())[0] == CloseCode.TOO_FAST


async def test_an_unmasked_frame_is_an_error_of_the_protocol(mallory: Guest):
    mallory.session.socket.transport.write(Frame(Opcode.BINARY, b"\x91\x04").serialize(mask=False))
    assert (await mallory.closed())[0] == 1002


async def test_inputs_with_absurd_numbers_harm_their_sender_alone(mallory: Guest):
    await mallory.session.send(steer(seq=2**53 - 1, tick=2**53 - 1), steer(seq=5, tick=2**53 - 1), steer(seq=0))
    await mallory.passes(5)
    assert mallory.replica.tick == mallory.ticks[-1]
    assert (await mallory.resume()).received == 2**53 - 1


async def test_who_stops_acknowledging_is_too_slow(mallory: Guest):
    async with asyncio.timeout(SOON_S):
        assert (await mallory.session.closed())[0] == CloseCode.TOO_SLOW
    assert (await mallory.resume()).outcome in ("resumed", "resync")
    await mallory.passes(3)


async def test_who_is_silent_is_away_at_once(server: Server, mallory: Guest):
    """And not only when the connection, which nobody answers on, has been closed in vain."""
    host = server.node.find(SessionId(mallory.id))
    assert host is not None
    link = host._links[mallory.seated.seat]
    assert link is not None
    silence = Silence(drop_after=3)
    for _ in range(3):
        link.connection.heard = False
        silence.sweep([link.connection])
    assert link.seat.state is SeatState.AWAY
    assert (await mallory.closed())[0] == CloseCode.SILENT
    assert (await mallory.resume()).outcome == "resumed"
    await mallory.next_pass()


async def test_acknowledging_an_old_tick_again_and_again_is_too_slow(mallory: Guest):
    async def pretend() -> None:
        while True:
            await mallory.session.send(Ack(1, mallory.replica.tick, 0))
            await asyncio.sleep(0.05)

    pretending = asyncio.create_task(pretend())
    assert (await mallory.session.closed())[0] == CloseCode.TOO_SLOW
    pretending.cancel()


async def test_a_player_who_drops_and_returns_all_the_time_disturbs_nobody(mallory: Guest):
    for number in range(25):
        if number % 2:
            await mallory.session.break_off()
        await mallory.resume()
        if number % 3:
            await mallory.next_pass()


# --- before a seat --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (steer(), CloseCode.UNEXPECTED),
        ([DO, 1, -1, "raise"], CloseCode.UNEXPECTED),
        ([127], CloseCode.UNEXPECTED),
        (b"\xdc\x00\x10\x40" + bytes(16), CloseCode.UNEXPECTED),  # an input with many fields
        (Ack(1, 0, 0), CloseCode.UNEXPECTED),
        (Ping(1.0), CloseCode.UNEXPECTED),
        (Proved(), CloseCode.UNEXPECTED),
        (Leave(), CloseCode.UNEXPECTED),
        (Hello(1, "Mallory"), CloseCode.MALFORMED),
        (QuickMatch(1, "crowd"), CloseCode.MALFORMED),
        (b"", CloseCode.MALFORMED),
        (b"\x91", CloseCode.MALFORMED),
        (b"\xdc\x00", CloseCode.MALFORMED),
        (b"\xc1\x04", CloseCode.MALFORMED),
        ([3, 1, "s"], CloseCode.MALFORMED),
        ([3, 1, "s", b"x" * 65, b""], CloseCode.MALFORMED),
        ([3, 1, "s", b"", b"", 1], CloseCode.MALFORMED),
        ([2, 1, "s", b"", 1, -2, 0, b""], CloseCode.MALFORMED),
        ([2, 1, "s", b"", 2**64 - 1, 0, 0, b""], CloseCode.MALFORMED),
        (bytes(INBOUND_BYTES_MAX + 1), 1009),
        ("hello", 1003),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("known", [True, False], ids=["known session", "unknown session"])
async def test_whoever_begins_with_anything_but_a_seat_is_closed_whether_or_not_there_is_such_a_session(
    steady: Guest, known: bool, first: Any, code: int
):
    raw = await Raw.dial(steady.session_url if known else f"{steady.url}/session/{'0' * 16}")
    await raw.send(first, TakeSeat(1, steady.id, b""))
    assert (await raw.closed())[0] == code


@pytest.mark.parametrize(
    "change", ["stolen lobby token", "first", "older", "empty", "longer", "shorter", "other seat's id", "other session"]
)
async def test_a_token_that_is_not_valid_here_is_unknown(mallory: Guest, steady: Guest, change: str):
    older = mallory.token
    await mallory.resume()
    await mallory.resume()
    await mallory.passes(2)
    tokens = {
        "stolen lobby token": steady.welcome.token,
        "first": mallory.tokens[0],
        "older": older,
        "empty": b"",
        "longer": mallory.token + b"\0",
        "shorter": mallory.token[:-1],
    }
    session = {"other seat's id": steady.welcome.player, "other session": "0" * 16}.get(change, steady.id)
    raw = await Raw.dial(steady.session_url)
    await raw.send(Resume(1, session, tokens.get(change, mallory.token), 1, 5, 0))
    assert await raw.closed() == (CloseCode.UNKNOWN, "unknown session or token")
    await mallory.passes(2)  # and the rightful owner plays on


@pytest.mark.parametrize(
    ("epoch", "tick", "event"),
    [(2**53 - 1, 2**53 - 1, 2**53 - 1), (0, -1, 0), (1, 2**53 - 1, 0), (1, -1, 2**53 - 1), (7, 1, 1)],
)
async def test_a_resume_with_absurd_numbers_gets_the_whole_state(mallory: Guest, epoch: int, tick: int, event: int):
    seated = await mallory.first(Resume(1, mallory.id, mallory.token, epoch, tick, event))
    assert seated.outcome == "resync"
    await mallory.passes(3)


async def test_who_says_nothing_is_late(steady: Guest):
    raw = await Raw.dial(steady.session_url)
    assert (await raw.closed())[0] == CloseCode.FIRST_FRAME_LATE


async def test_who_says_it_byte_by_byte_is_late_too(steady: Guest):
    raw = await Raw.dial(steady.session_url)

    async def drip() -> None:
        for byte in b"\x82\xfe\x0f\x00" + bytes(4) + bytes(3000):
            raw.socket.transport.write(bytes((byte,)))
            await asyncio.sleep(FIRST_FRAME_S / 20)

    dripping = asyncio.create_task(drip())
    protocol = raw.socket.protocol
    async with asyncio.timeout(SOON_S):
        while protocol.close_rcvd is None:
            await asyncio.sleep(0.01)
    assert protocol.close_rcvd.code == CloseCode.FIRST_FRAME_LATE
    dripping.cancel()
    await raw.break_off()


async def test_many_strangers_at_once_disturb_nobody(steady: Guest):
    strangers = await asyncio.gather(*(Raw.dial(steady.session_url) for _ in range(50)))
    for number, raw in enumerate(strangers):
        if number % 2:
            await raw.break_off()
    codes = await asyncio.gather(*(raw.closed() for raw in strangers[::2]))
    assert {code for code, _ in codes} == {CloseCode.FIRST_FRAME_LATE}


# --- on the lobby ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (QuickMatch(1, "crowd"), CloseCode.UNEXPECTED),
        (CancelQueue(1), CloseCode.UNEXPECTED),
        (Ping(1.0), CloseCode.UNEXPECTED),
        (Proved(), CloseCode.UNEXPECTED),
        (TakeSeat(1, "s", b""), CloseCode.MALFORMED),
        (steer(), CloseCode.MALFORMED),
        (Hello(0, "Mallory"), CloseCode.UPDATE),
        (Resume(0, "l", b"", 0, 0, 0), CloseCode.UPDATE),
        (Resume(1, "l", b"", 0, 0, 0), CloseCode.UNKNOWN),
        ([1, 1, "x" * 257, ""], CloseCode.MALFORMED),
        (b"\xc1", CloseCode.MALFORMED),
        ("hello", 1003),
        (bytes(INBOUND_BYTES_MAX + 1), 1009),
    ],
    ids=ascii,
)
async def test_whoever_begins_wrongly_in_the_lobby_is_closed(steady: Guest, first: Any, code: int):
    raw = await Raw.dial(f"{steady.url}/lobby")
    await raw.send(first)
    assert (await raw.closed())[0] == code


@pytest.mark.parametrize(
    ("nonsense", "code"),
    [
        (b"\xc1", CloseCode.MALFORMED),
        (steer(), CloseCode.MALFORMED),
        (Hello(1, "Mallory"), CloseCode.UNEXPECTED),
        ([16, -1, "crowd"], CloseCode.MALFORMED),
        (Ping(math.inf), CloseCode.MALFORMED),
        ("text", 1003),
    ],
    ids=ascii,
)
async def test_nonsense_in_the_lobby_does_not_cost_the_seat(mallory: Guest, nonsense: Any, code: int):
    await mallory.lobby.send(nonsense)
    assert (await mallory.lobby.closed())[0] == code
    await mallory.passes(3)


# --- what the lobby offers ------------------------------------------------------------------------------------------

CREATE, JOIN, SPECTATE, WATCH, UNWATCH, LOCK, DESCRIBE, KICK, LISTEN, UNLISTEN, SAY, REMATCH = range(19, 31)
NAMES = [f"k{number}" for number in range(17)]


def deep(levels: int) -> bytes:
    """An array in an array in an array..."""
    return b"\x91" * levels + b"\xc0"


def create(options: Any = None, meta: Any = None, private: Any = False, game: Any = "crowd") -> list[Any]:
    return [CREATE, 1, game, options or {}, meta or {}, private]


def watch(*where: Any, limit: Any = 10, game: Any = "") -> list[Any]:
    return [WATCH, 1, game, list(where), limit]


def in_options(raw: bytes) -> bytes:
    """A creation with this as an option."""
    return b"\x96\x13\x01\xa5crowd\x81\xa1a" + raw + b"\x80\xc2"


@pytest.mark.parametrize(
    "nonsense",
    [
        create(dict.fromkeys(NAMES, 1)),
        create({"": 1}),
        create({"k" * 33: 1}),
        create({1: 1}),
        create({b"k": 1}),
        create({"k": "v" * 129}),
        create({"k": b"bytes"}),
        create({"k": [1]}),
        create({"k": {"k": 1}}),
        create({"k": math.nan}),
        create({"k": -math.inf}),
        create({"k": 2**63}),
        create(meta=dict.fromkeys(NAMES, None)),
        create(meta=[["k", 1]]),
        create(private=1),
        create(game="g" * 257),
        create()[:-1],
        [*create(), None],
        in_options(deep(3900)),
        in_options(b"\x81\xa1a" * 1300 + b"\xc0"),
        in_options(b"\xdf\xff\xff\xff\xff"),
        in_options(b"\xdd\xff\xff\xff\xff"),
        in_options(b"\xdb\xff\xff\xff\xff"),
        in_options(b"\xd6\xff\0\0\0\0"),  # a timestamp
        in_options(b"\xc7\x01\x05\0"),  # an extension
        in_options(b"\xa2\xff\xfe"),  # no UTF-8
        b"\x96\x13\x01\xa5crowd\xdf\xff\xff\xff\xff",
        b"\x95\x16\x01\xa0\xdd\xff\xff\xff\xff",
        b"\x95\x16\x01\xa0" + deep(4000),
        watch(*[["game", "=", "crowd"]] * 9),
        watch(["game", "=", "crowd", 1]),
        watch(["game", "="]),
        watch({"field": "game", "op": "=", "value": 1}),
        watch(["game", "~", "crowd"]),
        watch(["game", "==", "crowd"]),
        watch(["game", "=", ["crowd"]]),
        watch(["game", "=", {}]),
        watch(["game", "=", math.nan]),
        watch(["m" * 38, "=", 1]),
        watch([b"game", "=", 1]),
        watch(["game", "has", "x" * 129]),
        watch(limit=0),
        watch(limit=101),
        watch(limit=10.5),
        [DESCRIBE, 1, "s", {"k": [1]}],
        [DESCRIBE, 1, "s", dict.fromkeys(NAMES, "v" * 128)],
        [LOCK, 1, "s", "yes"],
        [KICK, 1, "s", 5],
        [SAY, 1, "", ""],
        [SAY, 1, "", "x" * 241],
        [SAY, 1, "", b"x"],
        [REMATCH, 1, "s", 1],
        [JOIN, 1, None, "CODE"],
        [SPECTATE, -1, "s", ""],
        [LISTEN, 2**53, ""],
        [35, 1, True, [], [], 0],  # a server's message
        [1, 1, "Mallory", "", "p" * 257, b""],
        [1, 1, "Mallory", "", "p", b"s" * 65],
    ],
    ids=lambda nonsense: ascii(nonsense)[:60],
)
async def test_a_request_that_is_not_in_its_form_closes_the_lobby_and_not_the_seat(mallory: Guest, nonsense: Any):
    await mallory.lobby.send(nonsense)
    code, reason = await mallory.lobby.closed()
    assert code == CloseCode.MALFORMED
    assert policy(code).fault is Fault.CLIENT
    assert "Mallory" not in reason
    await mallory.passes(3)


@pytest.mark.parametrize(
    "request_", [create(), watch(), [JOIN, 1, "s", ""], [SAY, 1, "", "hello"], [REMATCH, 1, "s", True]], ids=ascii
)
async def test_requests_of_the_lobby_are_malformed_elsewhere_and_before_a_hello(mallory: Guest, request_: list[Any]):
    stranger = await Raw.dial(f"{mallory.url}/lobby")
    await stranger.send(request_)
    assert (await stranger.closed())[0] == CloseCode.UNEXPECTED
    await mallory.session.send(request_)
    assert (await mallory.closed())[0] == CloseCode.MALFORMED


class Visitor:
    """Somebody who is in the lobby and nowhere else."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.asked = 0

    @classmethod
    async def enter(cls, url: str) -> Visitor:
        raw = await Raw.dial(f"{url}/lobby")
        await raw.send(Hello(1, "Visitor"))
        assert isinstance(decode_lobby_reply(await raw.receive()), Welcome)
        return cls(raw)

    async def ask(self, request: list[Any]) -> Answer:
        """The answer to a request; its id is given here."""
        self.asked += 1
        await self.raw.send([request[0], self.asked, *request[2:]])
        while not isinstance(message := decode_lobby_reply(await self.raw.receive()), Answer):
            pass
        assert message.id == self.asked
        return message


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(steady: Guest) -> AsyncIterator[Visitor]:
    entered = await Visitor.enter(steady.url)
    yield entered
    await entered.raw.break_off()


async def test_what_there_is_not_and_what_one_may_not_see_are_told_in_the_same_words(steady: Guest, visitor: Visitor):
    owner = await Visitor.enter(steady.url)
    made = (await owner.ask(create(private=True))).value
    assert len(made["code"]) == 6
    wrong = "2" * 6 if made["code"] != "2" * 6 else "3" * 6
    nowhere = "0" * 16
    for verb in (JOIN, SPECTATE):
        names = [(made["session"], ""), (made["session"], wrong), (nowhere, ""), (nowhere, wrong), ("", wrong)]
        answers = [await visitor.ask([verb, 1, *name]) for name in names]
        assert len({(answer.error, answer.reason) for answer in answers}) == 1
        assert answers[0].error == "unknown"
    for verb, rest in ((LOCK, [True]), (DESCRIBE, [{}]), (KICK, [steady.welcome.player]), (REMATCH, [True])):
        hidden, missing = [await visitor.ask([verb, 1, name, *rest]) for name in (made["session"], nowhere)]
        assert (hidden.error, hidden.reason) == (missing.error, missing.reason)
        assert hidden.error
    await owner.raw.break_off()


async def test_who_tries_room_codes_soon_may_not_even_try_the_right_one(steady: Guest, visitor: Visitor):
    owner = await Visitor.enter(steady.url)
    code = (await owner.ask(create(private=True))).value["code"]
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    guesses = [f"{code[:5]}{letter}" for letter in alphabet if letter != code[5]]
    told = [(await visitor.ask([JOIN, 1, "", guess])).error for guess in guesses]
    assert told[:10] == ["unknown"] * 10
    assert told[-1] == "too_fast"
    assert (await visitor.ask([JOIN, 1, "", code])).error == "too_fast"
    assert not visitor.raw.socket.close_code
    await owner.raw.break_off()


async def test_filters_that_match_nothing_and_change_all_the_time_disturb_nobody(visitor: Visitor):
    for number in range(200):
        where = [["meta.about", "has", f"{number:03}" + "x" * 125]] * 8
        assert (await visitor.ask(watch(*where, limit=1 + number % 100))).error in ("", "full", "too_fast")
    assert (await visitor.ask(watch(["meta.no such", "<", "9" * 128], ["players", "=", "text"]))).error == ""
    assert (await visitor.ask([UNWATCH, 1])).error == ""


async def test_creating_without_end_is_too_fast_or_refused_and_disturbs_nobody(visitor: Visitor):
    told = [(await visitor.ask(create({"k": "v" * 128}, {"about": "x" * 128}))).error for _ in range(30)]
    assert told[0] == ""
    assert set(told) <= {"", "already_seated", "too_fast"}
    assert told[-1] == "too_fast"


async def test_a_chat_is_no_way_to_flood_others(visitor: Visitor):
    assert (await visitor.ask([SAY, 1, "", "hello"])).error == "not_listening"
    assert (await visitor.ask([LISTEN, 1, ""])).error == ""
    told = [(await visitor.ask([SAY, 1, "", "\u202e\x00" + "x" * 238])).error for _ in range(50)]
    assert told[-1] == "too_fast"
    assert (await visitor.ask([LISTEN, 1, "0" * 16])).error


async def test_a_spectator_who_plays_is_closed_and_the_game_goes_on(visitor: Visitor, steady: Guest):
    offer = (await visitor.ask([SPECTATE, 1, steady.id, ""])).value
    for number, first in enumerate((steer(), [SAY_GAME, 1, -1, "hello"])):
        raw = await Raw.dial(steady.url + offer["url"])
        await raw.send(TakeSeat(1, offer["session"], offer["token"]), first)
        assert (await raw.closed())[0] == CloseCode.UNEXPECTED, number
        offer = (await visitor.ask([SPECTATE, 1, steady.id, ""])).value


async def test_the_same_request_again_is_answered_the_same_and_done_once(visitor: Visitor):
    request = create()
    first = await visitor.ask(request)
    visitor.asked -= 1
    assert await visitor.ask(request) == first
    visitor.asked -= 1
    assert await visitor.ask(watch()) == first  # whatever it says now: that number was answered


async def test_no_token_is_in_any_log_or_url(
    mallory: Guest, steady: Guest, nobody_else_notices: list[Any], caplog: pytest.LogCaptureFixture
):
    await mallory.session.break_off()
    await mallory.resume()
    await mallory.passes(2)
    wrong = await Raw.dial(mallory.session_url)
    await wrong.send(Resume(1, mallory.id, mallory.tokens[0], 1, 5, 0))
    await wrong.closed()
    lodger = Visitor(mallory.lobby)
    await lodger.raw.send([18, 999, mallory.id, mallory.token])
    await mallory.lobby.send(b"\xc1")
    await mallory.lobby.closed()
    said = f"{nobody_else_notices} {caplog.text} {mallory.session_url} {mallory.offer['url']}"
    assert mallory.id in said  # so it is the right log
    for token in (*mallory.tokens, mallory.welcome.token, mallory.welcome.secret):
        assert not token or len(token) >= 32
        for form in (
            repr(token),
            token.hex(),
            base64.b64encode(token).decode(),
            base64.urlsafe_b64encode(token).decode(),
        ):
            assert not token or form not in said
