"""The whole server over real sockets: playing, dropping, coming back, and games that do everything wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import struct
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgpack
import pytest
from structlog.testing import capture_logs

from rallypoint.app import Server
from rallypoint.config import Limits, Settings
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.framing import masked_frame
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import BuiltinEvent, Hello, Leave, Locate, Ping, QuickMatch, Resume, TakeSeat
from tests.server.live import SOON_S, Crowd, Guest, Raw, Stuck, Toy


def settings(**changes: Any) -> Settings:
    return Settings(port=0, ops_port=0, shutdown_s=2.0, **{"step_limit_s": 0.3, **changes})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server([Toy, Crowd], settings()) as running:
        yield running


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


async def soon(condition: Callable[[], bool]) -> None:
    """Waits until the server got there."""
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.01)


# --- playing --------------------------------------------------------------------------------------------------------


async def test_quick_match_leads_to_a_seat_and_a_state_in_every_tick(server: Server):
    ann = await Guest.sit(server, "Ann")
    assert (ann.seated.outcome, ann.seated.seat, ann.seated.player) == ("fresh", 0, ann.welcome.player)
    await ann.act("Steer", speed=1.5)
    await ann.passes(20)
    assert ann.ticks == list(range(ann.ticks[0], ann.ticks[0] + 21))
    blob = next(item for item in ann.replica.items.values() if item.class_index == 2)
    assert blob.wire[0] % 150 == 0
    assert blob.wire[0] > 0
    assert blob.wire[1] == 7
    await ann.go()


async def test_a_second_player_joins_the_session_that_runs_and_a_third_gets_another(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.passes(5)
    bob = await Guest.sit(server, "Bob")
    cid = await Guest.sit(server, "Cid")
    assert bob.id == ann.id != cid.id
    assert bob.seated.seat == 1
    await bob.act("Say", text="hello")
    await ann.heard("hello")
    others = [item for item in ann.replica.items.values() if item.class_index == 2 and item.owner == 1]
    assert [item.wire[1] for item in others] == [None]  # what only its owner may see
    for guest in (ann, bob, cid):
        await guest.go()


async def test_who_drops_comes_back_and_has_missed_nothing(server: Server):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    await ann.session.break_off()
    await bob.heard("dropped")
    for text in ("a", "b", "c"):
        await bob.act("Say", text=text)
    await bob.heard("c")
    seated = await ann.resume()
    assert (seated.outcome, seated.lost, seated.seat) == ("resumed", 0, 0)
    await ann.heard("c")
    assert [text for text in ann.texts if text != "dropped"] == ["a", "b", "c"]
    await ann.until(lambda: ann.replica.tick >= bob.replica.tick)
    await bob.until(lambda: bob.replica.tick >= ann.replica.tick)
    assert {i: item.class_index for i, item in ann.replica.items.items()} == {
        i: item.class_index for i, item in bob.replica.items.items()
    }
    for guest in (ann, bob):
        await guest.go()


async def test_an_action_sent_again_is_applied_once(server: Server):
    ann = await Guest.sit(server, "Ann")
    seq = await ann.act("Say", text="once")
    await ann.session.break_off()
    await ann.resume()
    ann.seq = seq - 1
    say = ann.inputs["Say"](seq=seq, tick=-1, text="once")
    await ann.session.send(say, say)
    await ann.act("Say", text="then")
    await ann.heard("then")
    assert [text for text in ann.texts if text != "dropped"] == ["once", "then"]
    await ann.go()


async def test_a_refused_action_is_told(server: Server):
    ann = await Guest.sit(server, "Ann")
    seq = await ann.act("Say", text="")
    await ann.until(lambda: bool(ann.events))
    assert [(item.kind, item.fields) for item in ann.events] == [(BuiltinEvent.REFUSED, [seq, "say something"])]
    await ann.go()


async def test_a_newer_connection_takes_over_and_the_older_is_told(server: Server):
    ann = await Guest.sit(server, "Ann")
    older = ann.session
    assert (await ann.resume()).outcome == "resumed"
    say = encode(ann.inputs["Say"](seq=1, tick=-1, text="from the older one"))
    older.socket.transport.write(masked_frame(say, bytes(4)))  # past its library, which knows that it is closed
    assert (await older.closed())[0] == CloseCode.TAKEN_OVER
    await ann.passes(3)
    assert not ann.texts  # nobody saw an absence, and nobody heard the older one
    await ann.go()


async def test_a_lost_answer_costs_nothing(server: Server):
    """The connection breaks before the new token gets through: the one before is still good."""
    ann = await Guest.enter(server, "Ann")
    for _ in range(3):
        lost = await Raw.dial(ann.session_url)
        await lost.send(TakeSeat(1, ann.id, ann.token))
        await lost.receive()
        await lost.break_off()
    assert (await ann.take()).outcome == "fresh"
    await ann.passes(3)
    await ann.go()


async def test_who_leaves_is_closed_and_may_queue_again(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.session.send(Leave())
    assert await ann.closed() == (CloseCode.LEFT, "you left")
    await soon(lambda: not server.node.is_seated(PlayerId(ann.welcome.player)))
    await ann.lobby.send(QuickMatch(2, "toy"))
    await ann.matched()
    await ann.take()
    await ann.next_pass()
    await ann.go()


async def test_a_ping_gives_the_sessions_clock(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.passes(10)
    await ann.session.send(Ping(12.5))
    data = await ann.session.receive()
    while data[1] != 42:
        data = await ann.session.receive()
    sent_ms, now_ms, tick = msgpack.unpackb(data)[1:]
    assert sent_ms == 12.5
    assert tick >= 10
    assert abs(now_ms - tick * 1000 / 60) < 1000
    await ann.go()


async def test_what_asks_the_outside_is_answered_in_a_later_step(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.act("Do", what="hello")
    await ann.until(lambda: ann.told == "hello: HELLO")
    await ann.act("Do", what="forever")
    await ann.until(lambda: ann.told == "forever: timeout")
    await ann.act("Do", what="error")
    await ann.until(lambda: ann.told == "error: LookupError: nothing there")
    await ann.act("Do", what="ask exit")  # neither the end of the server, nor a question that is never answered
    await ann.until(lambda: ann.told == "exit: SystemExit: 3")
    await ann.act("Do", what="ask cancel")
    await ann.until(lambda: ann.told == "cancel: CancelledError: ")
    await ann.go()


# --- refusals -------------------------------------------------------------------------------------------------------


async def refusal(guest: Guest, message: Any, session: str = "") -> tuple[int | None, str]:
    raw = await Raw.dial(f"{guest.url}/session/{session or guest.id}")
    await raw.send(message)
    return await raw.closed()


async def test_unknown_sessions_and_wrong_and_stale_tokens_are_answered_alike(server: Server):
    ann = await Guest.sit(server, "Ann")
    first, newest, nowhere = ann.tokens[0], ann.token, "0" * 16
    await ann.passes(2)  # the proof has arrived
    answers = {
        await refusal(ann, TakeSeat(1, ann.id, first)),
        await refusal(ann, TakeSeat(1, ann.id, bytes(32))),
        await refusal(ann, Resume(1, ann.id, b"", 1, 5, 0)),
        await refusal(ann, TakeSeat(1, nowhere, newest), nowhere),
        await refusal(ann, TakeSeat(1, nowhere, newest)),
        await refusal(ann, TakeSeat(1, ann.id, newest), nowhere),
    }
    assert answers == {(CloseCode.UNKNOWN, "unknown session or token")}
    await ann.passes(3)  # and its own connection goes on
    await ann.go()


async def test_a_client_that_is_too_old_is_told_the_same_whether_or_not_there_is_such_a_session(server: Server):
    ann = await Guest.sit(server, "Ann")
    answers = {
        await refusal(ann, TakeSeat(0, ann.id, ann.token)),
        await refusal(ann, Resume(0, ann.id, b"", 1, 5, 0)),
        await refusal(ann, TakeSeat(0, "0" * 16, ann.token), "0" * 16),
    }
    assert answers == {(CloseCode.UPDATE, "this server speaks version 1")}
    await ann.go()


async def test_a_session_beyond_the_maximum_waits_until_there_is_room(logs: list[Any]):
    async with Server([Toy], settings(limits=Limits(sessions_max=1))) as server:
        ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
        waiting = asyncio.create_task(Guest.sit(server, "Cid"))
        await soon(lambda: server.lobby.waiting("toy") == 1)
        await ann.passes(10)
        assert not waiting.done()
        for guest in (ann, bob):
            await guest.session.send(Leave())
        async with asyncio.timeout(SOON_S):
            cid = await waiting
        assert cid.id != ann.id
        assert len(server.node.hosts) == 1
        for guest in (ann, bob, cid):
            await guest.go()


async def test_locate_knows_the_sessions_of_those_who_have_a_seat_there(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.lobby.send(Locate(2, ann.id, ann.token), Locate(3, ann.id, bytes(32)), Locate(4, "0" * 16, ann.token))
    replies: list[Any] = []
    while len(replies) < 3:
        data = msgpack.unpackb(await ann.lobby.receive())
        if data[0] == 33 and data[1] > 1:
            replies.append(data[2:4])
    assert replies == [[{"url": ann.offer["url"]}, ""], [None, "unknown"], [None, "unknown"]]
    await ann.go()


# --- games that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        ("raise", KeyError, "a mistake in the game"),
        ("spin", BaseException, "interrupted"),
        ("undeclared", AttributeError, "colour"),
        ("exit", SystemExit, "3"),
        ("odd result", TypeError, "object"),
    ],
)
async def test_a_game_that_fails_ends_its_own_session_and_no_other(
    server: Server, logs: list[Any], what: str, error: type[BaseException], says: str
):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    cid = await Guest.sit(server, "Cid")
    assert ann.id == bob.id != cid.id
    reading = [asyncio.create_task(guest.closed()) for guest in (ann, bob)]
    await ann.act("Do", what=what)
    async with asyncio.timeout(SOON_S):
        assert {await task for task in reading} == {(CloseCode.GAME_FAILED, "the game raised an error")}
    await cid.passes(20)
    assert cid.ticks == list(range(cid.ticks[0], cid.ticks[0] + len(cid.ticks)))
    failed = [line for line in logs if line["log_level"] == "error"]
    assert [line["event"] for line in failed] == ["game failed"]
    assert failed[0]["session"] == ann.id
    assert isinstance(failed[0]["exc_info"], error)
    assert says in str(failed[0]["exc_info"])
    assert server.node.counts.sessions_failed == 1
    assert not server.node.is_seated(PlayerId(ann.welcome.player))
    assert (await refusal(ann, Resume(1, ann.id, ann.token, 1, 5, 0)))[0] == CloseCode.UNKNOWN
    for guest in (ann, bob, cid):
        await guest.go()


async def test_who_leaves_in_the_very_step_in_which_the_game_fails_is_free_all_the_same(server: Server):
    for _ in range(3):
        ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
        await bob.session.send(Leave())
        await ann.act("Do", what="raise")
        assert (await ann.closed())[0] == CloseCode.GAME_FAILED
        assert (await bob.closed())[0] in (CloseCode.LEFT, CloseCode.GAME_FAILED)
        for guest in (ann, bob):
            assert not server.node.is_seated(PlayerId(guest.welcome.player))
            await guest.go()


async def test_an_undeclared_attribute_is_explained_in_the_log(server: Server, logs: list[Any]):
    ann = await Guest.sit(server, "Ann")
    await ann.act("Do", what="undeclared")
    await ann.closed()
    (line,) = [line for line in logs if line["log_level"] == "error"]
    assert "An entity has only the fields that its class declares" in line["exc_info"].__notes__[0]
    await ann.go()


async def test_a_game_whose_sessions_cannot_be_created_does_not_stop_the_others(logs: list[Any]):
    async with Server([Toy, Stuck], settings(step_limit_s=0.15)) as server:
        ann, bob = await Guest.sit(server, "Ann"), await Raw.dial(f"{server.lobby_url}/lobby")
        await bob.send(Hello(1, "Bob"), QuickMatch(1, "stuck"))
        await soon(lambda: any(line["event"] == "game failed" for line in logs))
        played = len(ann.ticks)
        await ann.until(lambda: len(ann.ticks) > played + 20)
        assert ann.ticks == list(range(ann.ticks[0], ann.ticks[-1] + 1))
        failed = next(line for line in logs if line["event"] == "game failed")
        assert (failed["game"], failed["during"]) == ("stuck", "created")
        assert "interrupted" in str(failed["exc_info"])
        await ann.go()
        await bob.break_off()


async def test_the_players_of_a_failed_session_may_play_again(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.act("Do", what="raise")
    await ann.closed()
    await ann.lobby.send(QuickMatch(2, "toy"))
    first = ann.id
    await ann.matched()
    assert ann.id != first
    await ann.take()
    await ann.next_pass()
    await ann.go()


# --- the end of a session -------------------------------------------------------------------------------------------


async def test_everybody_gets_the_result_and_then_the_close(server: Server):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    await bob.act("Do", what="win")
    ended = await asyncio.gather(ann.closed(), bob.closed())
    assert set(ended) == {(CloseCode.ENDED, "the session has ended")}
    assert ann.result == bob.result == {"winners": [1], "scores": {}, "reason": "enough", "data": {}}
    for guest in (ann, bob):
        await guest.go()


@pytest.mark.parametrize("noticed", [True, False])
async def test_whoever_was_not_there_at_the_end_comes_back_for_the_result(server: Server, noticed: bool):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    if noticed:
        await ann.session.break_off()
        await bob.heard("dropped")
    await bob.act("Do", what="win")
    await bob.closed()
    server.node.sweep(time.monotonic())
    if not noticed:
        await ann.session.break_off()  # with the last passes unread
    seated = await ann.resume()
    assert seated.outcome == "resync"
    assert (await ann.closed())[0] == CloseCode.ENDED
    assert ann.result is not None
    assert ann.result["reason"] == "enough"
    for guest in (ann, bob):
        await guest.go()


async def test_whoever_was_too_far_behind_for_the_result_is_told_to_come_back_for_it(server: Server):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    await bob.until(lambda: bob.replica.tick > ann.replica.tick + 30)  # and nothing from Ann
    await bob.act("Do", what="win")
    assert (await bob.closed())[0] == CloseCode.ENDED
    assert (await ann.session.closed())[0] == CloseCode.TOO_SLOW
    assert (await ann.resume()).outcome == "resync"
    assert (await ann.closed())[0] == CloseCode.ENDED
    assert ann.result == bob.result
    for guest in (ann, bob):
        await guest.go()


async def test_a_session_that_has_ended_is_forgotten_when_all_grace_is_over(server: Server):
    ann, bob = await Guest.sit(server, "Ann"), await Guest.sit(server, "Bob")
    await bob.act("Do", what="win")
    await asyncio.gather(ann.closed(), bob.closed())
    server.node.sweep(time.monotonic() + 4.5)
    assert (await ann.resume()).outcome == "resync"
    server.node.sweep(time.monotonic() + 5.5)
    assert (await refusal(ann, Resume(1, ann.id, ann.token, 1, 5, 0)))[0] == CloseCode.UNKNOWN
    for guest in (ann, bob):
        await guest.go()


# --- operations -----------------------------------------------------------------------------------------------------


async def test_the_operations_port_tells_how_the_node_is(server: Server):
    ann = await Guest.sit(server, "Ann")
    await ann.passes(5)
    async with httpx.AsyncClient(base_url=server.ops.url, trust_env=False) as http:
        assert (await http.get("/healthz")).text.startswith("ok\n")
        assert (await http.get("/readyz")).status_code == 200
        figures = (await http.get("/status.json")).json()
        assert figures["ready"] is True
        assert figures["connections"] == 2
        assert figures["players"] == 1
        assert figures["seats"] == {"reserved": 0, "connected": 1, "away": 0}
        assert figures["sessions"] == {"waiting": 0, "running": 1, "created": 1, "ended": 0, "failed": 0}
        assert figures["tick_late_ms"]["count"] >= 5
        assert figures["ticks"] >= 5
        page = await http.get("/")
        assert page.headers["content-type"].startswith("text/html")
        assert (await http.get("/sessions.json")).status_code == 404  # it had names of players, without a login
        assert ann.token.hex() not in page.text + json.dumps(figures)
        assert "Ann" not in page.text + json.dumps(figures)
    await ann.go()


async def test_no_token_is_ever_logged(logs: list[Any]):
    async with Server([Toy], settings()) as server:
        ann = await Guest.sit(server, "Ann")
        await refusal(ann, TakeSeat(1, ann.id, ann.tokens[0] + b"x"))
        await ann.session.send([64, 1])
        await ann.closed()
        await ann.resume()
        await ann.act("Do", what="raise")
        await ann.closed()
        await ann.go()
    text = repr(logs)
    assert "refused" in text
    for token in [*ann.tokens, ann.welcome.token]:
        assert repr(token)[2:-1] not in text
        assert token.hex() not in text


async def test_stopping_tells_everybody_and_says_that_it_is_not_ready(logs: list[Any]):
    async with Server([Toy], settings()) as server:
        ann, bob = await Guest.sit(server, "Ann"), await Guest.enter(server, "Bob")
        stranger = await Raw.dial(bob.session_url)
        reading = asyncio.gather(ann.closed(), ann.lobby.closed(), bob.lobby.closed(), stranger.closed())
        await asyncio.sleep(0)
        await server.stop()
        assert not server.ready
        assert set(await reading) == {(CloseCode.SHUTDOWN, "the server is shutting down")}
    assert [line["event"] for line in logs if line["log_level"] in ("warning", "error")] == []


# --- as a process ---------------------------------------------------------------------------------------------------

GAME = """
from rallypoint import *

class Blob(Entity):
    x: float = fixed(0.01)

class Blobs(Game, seats=(1, 8), tick_hz=20):
    def joined(self, player):
        self.spawn(Blob, owner=player)
    def tick(self):
        for blob in self.all(Blob):
            blob.x += 1.0

class Other(Game, seats=1):
    pass
"""


Serve = Callable[..., Awaitable[Process]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts ``rallypoint serve`` where ``blobs.py`` is; whatever still runs after the test is killed."""
    (tmp_path / "blobs.py").write_text(GAME)
    started: list[Process] = []

    async def start(*arguments: str) -> Process:
        command = [sys.executable, "-m", "rallypoint", "serve", "--port", "0", "--ops-port", "0", *arguments]
        environment = {**os.environ, "RALLYPOINT_SHUTDOWN_S": "1"}
        started.append(
            await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE)
        )
        return started[-1]

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(process: Process) -> dict[str, str]:
    """Waits for the line that says where it listens."""
    assert process.stdout is not None
    return dict(json.loads(await asyncio.wait_for(process.stdout.readline(), 60)))


async def ended(process: Process) -> tuple[int | None, str]:
    """Waits for its end; gives the exit code and what it said on standard error."""
    _, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, errors.decode()


class Deaf:
    """A client that takes a seat and then never reads again."""

    def __init__(self, guest: Guest) -> None:
        host, port = guest.url.removeprefix("ws://").split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.sendall(
            f"GET {guest.offer['url']} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: rallypoint.v1\r\n\r\n".encode()
        )
        assert self.socket.recv(1000).startswith(b"HTTP/1.1 101")
        take = b"\x94\x03\x01" + bytes((0xA0 | len(guest.id),)) + guest.id.encode() + b"\xc4\x20" + guest.token
        self.socket.sendall(struct.pack("!BB4s", 0x82, 0x80 | len(take), bytes(4)) + take)


CROSSED = """
import os, signal
from rallypoint import *

class Crossed(Game, seats=(1, 8)):
    def joined(self, player):
        signal.signal(signal.SIGALRM, crossed)

def crossed(number, frame):
    if frame.f_code.co_name == "run":  # no callback runs: the loop has read that there is an alarm, and tells us
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        os.kill(os.getpid(), signal.SIGTERM)
"""


async def test_a_sigterm_that_the_loop_hears_of_twice_is_one(serve: Serve, tmp_path: Path):
    pytest.importorskip("uvloop")  # the other loop does not
    (tmp_path / "crossed.py").write_text(CROSSED)
    process = await serve("crossed:Crossed", "--announce", "json", "--log", "json")
    ann = await Guest.sit((await ready(process))["lobby"], "Ann", "crossed")
    closed = await ann.closed()
    await ann.go()
    code, errors = await ended(process)
    assert (closed[0], code) == (CloseCode.SHUTDOWN, 0), errors
    assert [json.loads(line)["event"] for line in errors.splitlines()][-2:] == ["stopping", "stopped"]


async def test_a_second_sigterm_ends_a_process_at_once(serve: Serve):
    process = await serve("blobs:Blobs", "--announce", "json", "--log", "json")
    assert process.stderr is not None
    deaf = Deaf(await Guest.enter((await ready(process))["lobby"], "Bob", "blobs"))  # keeps it from ending for a second
    process.send_signal(signal.SIGTERM)
    while json.loads(await asyncio.wait_for(process.stderr.readline(), 60))["event"] != "stopping":
        pass
    process.send_signal(signal.SIGTERM)
    code, errors = await ended(process)
    deaf.socket.close()
    assert (code, "stopped" in errors) == (1, False), errors


async def test_sigterm_ends_a_process_in_good_order_also_with_a_client_that_does_not_read(serve: Serve):
    process = await serve("blobs:Blobs", "--announce", "json", "--log", "json")
    addresses = await ready(process)
    assert set(addresses) == {"first_operator", "lobby", "ops", "web"}
    ann = await Guest.sit(addresses["lobby"], "Ann", "blobs")
    deaf = Deaf(await Guest.enter(addresses["lobby"], "Bob", "blobs"))
    await ann.until(lambda: sum(item.class_index == 1 for item in ann.replica.items.values()) == 2)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    closed = await ann.closed()
    code, errors = await ended(process)
    took_s = time.monotonic() - began
    deaf.socket.close()
    await ann.go()
    assert (closed[0], code) == (CloseCode.SHUTDOWN, 0), f"{closed}, {errors}"
    assert took_s < 1 + 5  # the deadline, and what a slow machine takes to end a process
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [line["event"] for line in lines][-2:] == ["stopping", "stopped"]
    assert not [line for line in lines if line["level"] in ("warning", "error")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere:Game"], "there is no module `nowhere`"),
        (["blobs:Nothing"], "`blobs` has no game class `Nothing`"),
        (["blobs"], "`blobs` has several games (Blobs, Other)"),
        (["blobs:Blobs", "--host", "192.0.2.1"], "See --host and --port"),
    ],
    ids=["module", "class", "several", "address"],
)
async def test_what_cannot_be_served_ends_with_code_2_and_a_sentence(serve: Serve, arguments: list[str], says: str):
    code, errors = await ended(await serve(*arguments))
    assert code == 2
    assert says in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("option", "name"), [("--port", "game port"), ("--ops-port", "operations port"), ("--web-port", "web port")]
)
async def test_a_port_that_is_taken_ends_with_code_2_and_a_sentence(serve: Serve, option: str, name: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        code, errors = await ended(await serve("blobs:Blobs", option, str(number)))
    assert code == 2
    assert f"cannot listen: the {name}, 127.0.0.1:{number}: " in errors
    assert f"choose another {option} " in errors
    assert "Traceback" not in errors
