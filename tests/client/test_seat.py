"""A seat over real sockets: what it does when a server drops it, closes it, or says nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from random import Random

import pytest
from websockets.exceptions import ConnectionClosedError

from rallypoint_client import connection as client_connection
from rallypoint_client.classes import SchemaCache
from rallypoint_client.connection import Connection
from rallypoint_client.errors import (
    ConnectFailed,
    Kicked,
    NotConnected,
    SeatClosed,
    SessionGone,
    TakenOver,
    UpdateRequired,
)
from rallypoint_client.heartbeat import Timing
from rallypoint_client.seat import Seat, take_seat
from rallypoint_client.seat_core import SeatOffer, SeatState
from rallypoint_client.updates import EVENTS_KEPT_MAX
from rallypoint_protocol.close import CloseCode
from tests.client.loops import on_both_loops
from tests.client.scripted_server import (
    LEAVE,
    PING,
    PROVED,
    QUICK,
    RESUME,
    TAKE,
    Guest,
    ScriptedServer,
    scripted_server,
)
from tests.client.wire import FIRE, STEER, ended, hit, make_pass, seated


@contextlib.asynccontextmanager
async def played(timing: Timing = QUICK) -> AsyncIterator[tuple[ScriptedServer, Guest, Seat]]:
    """A seat that was let in and has seen its first pass."""
    async with scripted_server() as server:
        taking = asyncio.create_task(
            take_seat(f"{server.url}/session/s", "s", b"t0", random=Random(1), timing=timing, schemas=SchemaCache())
        )
        guest = await server.guest()
        assert guest.first == [TAKE, 1, "s", b"t0", b""]
        assert guest.path == "/session/s"
        await guest.seat()
        seat = await taking
        try:
            assert (await anext(seat)).tick == 1
            yield server, guest, seat
        finally:
            await seat.close()


async def closed(seat: Seat) -> Exception | None:
    with contextlib.suppress(Exception):
        await seat.wait_closed()
    assert seat.state is SeatState.CLOSED
    return seat.error


@on_both_loops
async def test_updates_bring_state_and_events_until_the_end():
    async with played() as (_, guest, seat):
        assert seat.state is SeatState.PLAYING
        assert (seat.index, seat.session, seat.player, seat.token) == (0, "s", "p", b"t1")
        await guest.send(make_pass(2, changes=[7, 1, 100], events=[hit(1, 2, by=3)]))
        update = await anext(seat)
        assert (update.tick, update.conflated, update.view.me.one("Ship").x) == (2, 0, 2.0)
        assert [event.by for event in update.events] == [3]
        await guest.send(make_pass(3, events=[ended(2, 3, {"winner": 0})]))
        await guest.close(CloseCode.ENDED)
        assert [event.kind async for update in seat for event in update.events] == ["ended"]
        assert await seat.wait_closed() == {"winner": 0} == seat.result
        assert seat.error is None


@on_both_loops
async def test_a_slow_consumer_gets_the_newest_state_and_all_events():
    async with played() as (_, guest, seat):
        seen = asyncio.Event()
        seat.on_pass = lambda seat: seen.set() if seat.latest.tick == 9 else None
        await guest.send(*(make_pass(tick, changes=[7, 1, 100], events=[hit(tick, tick)]) for tick in range(2, 10)))
        await seen.wait()
        update = await anext(seat)
        assert (update.tick, update.conflated) == (9, 7)
        assert [event.n for event in update.events] == list(range(2, 10))


@on_both_loops
async def test_inputs_go_out_at_once():
    async with played() as (_, guest, seat):
        seat.hold(seat.inputs.Steer(turn=1, thrust=True))
        seat.hold(seat.inputs.Steer(turn=1, thrust=True))
        assert seat.act(seat.inputs.Fire()) == 2
        seat.send(seat.inputs.Steer(turn=2))
        seat.send(seat.inputs.Fire())
        assert [await guest.receive() for _ in range(4)] == [
            [STEER, 1, 1, 1, True],
            [FIRE, 2, 1],
            [STEER, 3, 1, 2, False],
            [FIRE, 4, 1],
        ]
        assert seat.actions_kept == 2


@on_both_loops
async def test_inputs_give_their_numbers_and_the_seat_says_which_were_decided():
    async with played() as (_, guest, seat):
        assert seat.hold(seat.inputs.Steer(turn=1)) == 1
        assert seat.hold(seat.inputs.Steer(turn=1)) is None
        assert seat.send(seat.inputs.Fire()) == 2
        assert seat.send(seat.inputs.Steer(turn=2)) == 3
        await guest.send(make_pass(2, applied=[2]))
        await anext(seat)
        assert (seat.sent, seat.applied) == (3, 2)


@on_both_loops
async def test_the_sessions_clock_goes_on_between_the_passes():
    async with played() as (_, _guest, seat):
        first = seat.now_ms
        assert first >= 0.0
        await asyncio.sleep(0.005)
        assert seat.now_ms > first


@on_both_loops
async def test_callbacks_are_called_in_the_pass_itself_events_first():
    async with played() as (_, guest, seat):
        calls: list[object] = []
        done = asyncio.Event()

        def on_pass(seat: Seat) -> None:
            calls.append(seat.latest.tick)
            seat.hold(seat.inputs.Steer(turn=seat.latest.tick))
            done.set()

        seat.on_event = lambda event: calls.append(event.kind)
        seat.on_pass = on_pass
        await guest.send(make_pass(2, events=[hit(1, 2)]))
        assert await guest.receive() == [STEER, 1, 2, 2, False]
        assert calls == ["Hit", 2]
        assert seat.take_events() == []


@on_both_loops
async def test_a_callback_that_fails_closes_the_seat_with_its_error():
    async with played() as (_, guest, seat):

        def on_pass(seat: Seat) -> None:
            raise ZeroDivisionError

        seat.on_pass = on_pass
        await guest.send(make_pass(2))
        with pytest.raises(ZeroDivisionError):
            await seat.wait_closed()
        assert await guest.until_closed() == 1001


@on_both_loops
async def test_a_dropped_connection_is_resumed_and_nothing_is_missing():
    async with played() as (server, guest, seat):
        seat.hold(seat.inputs.Steer(turn=1))
        seat.act(seat.inputs.Fire())
        await guest.receive(FIRE)
        await guest.send(make_pass(2, events=[hit(1, 2)]))
        await anext(seat)
        guest.cut()
        guest = await server.guest()
        assert seat.state is SeatState.RESUMING
        assert guest.first[:7] == [RESUME, 1, "s", b"t1", 1, 2, 1]
        await guest.send(seated(b"t2", outcome="resumed", applied=1, received=1, schema=None))
        assert [await guest.receive() for _ in range(3)] == [[PROVED], [FIRE, 2, 1], [STEER, 3, 2, 1, False]]
        assert seat.state is SeatState.PLAYING
        await guest.send(make_pass(5, age=3, changes=[7, 1, 400], events=[hit(1, 2), hit(2, 5)]))
        update = await anext(seat)
        assert update.view.me.one("Ship").x == 4.0
        assert [event.n for event in update.events] == [2]
        assert (seat.stats.losses, seat.stats.resumes, seat.stats.events) == (1, 1, 2)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_server_that_is_busy_or_behind_a_proxy_that_does_not_reach_it_is_tried_again(status):
    async with played() as (server, guest, _):
        server.refusals = [status]
        guest.cut()
        assert (await server.guest()).first[0] == RESUME
        assert not server.refusals


async def test_a_way_in_that_is_refused_for_now_is_tried_again():
    async with scripted_server() as server:
        server.refusals = [502, 503]
        taking = asyncio.create_task(take_seat(f"{server.url}/session/s", "s", b"t0", random=Random(1), timing=QUICK))
        await (await server.guest()).seat()
        await (await taking).close()


@on_both_loops
async def test_a_desync_is_resumed_with_the_whole_state():
    async with played() as (server, guest, seat):
        await guest.send(make_pass(2, changes=[99, 1, 1]))
        assert await guest.until_closed() == CloseCode.UNEXPECTED
        guest = await server.guest()
        assert guest.first[4:6] == [0, -1]
        await guest.send(seated(b"t2", outcome="resync", schema=None), make_pass(3, age=0, enters=[]))
        assert (await anext(seat)).tick == 3
        assert seat.stats.desyncs == 1


@on_both_loops
async def test_nonsense_is_answered_with_a_close_and_a_resume():
    async with played() as (server, guest, _):
        await guest.send(b"nonsense")
        assert await guest.until_closed() == CloseCode.MALFORMED
        assert (await server.guest()).first[4:6] == [1, 1]


@on_both_loops
async def test_a_silent_server_is_left_and_resumed():
    timing = Timing(connect_s=5.0, silence_s=0.2, ping_s=0.05, ping_quick_s=0.05)
    async with scripted_server() as server:
        taking = asyncio.create_task(take_seat(f"{server.url}/session/s", "s", b"t0", timing=timing))
        guest = await server.guest()
        await guest.send(seated())
        seat = await taking  # and from here on the server says nothing, and answers no ping
        again = await server.guest()
        assert again.first[:4] == [RESUME, 1, "s", b"t1"]
        assert seat.state is SeatState.RESUMING
        await seat.close()


@on_both_loops
async def test_a_server_that_answers_pings_is_not_silent():
    timing = Timing(connect_s=5.0, silence_s=0.3, ping_s=0.05, ping_quick_s=0.05)
    async with played(timing) as (_, guest, seat):
        for _ in range(10):  # for longer than the silence allowed
            assert (await guest.receive(PING))[0] == PING
            await guest.send(b"\x94\x2a\x00\x00\x00")
        assert seat.state is SeatState.PLAYING
        assert seat.stats.losses == 0


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (CloseCode.TAKEN_OVER, TakenOver),
        (CloseCode.KICKED, Kicked),
        (CloseCode.UPDATE, UpdateRequired),
        (CloseCode.UNKNOWN, SessionGone),
        (CloseCode.GAME_FAILED, SeatClosed),
    ],
)
async def test_a_final_close_ends_the_iteration_with_its_error(code, kind):
    async with played() as (_, guest, seat):
        await guest.close(code, "because")
        with pytest.raises(kind) as caught:
            async for _ in seat:
                pass
        assert caught.value is seat.error
        assert "because" in str(caught.value)
        with pytest.raises(NotConnected):
            seat.act(seat.inputs.Fire())
        seat.hold(seat.inputs.Steer(turn=1))


async def test_an_unknown_token_is_refused():
    async with scripted_server() as server:
        taking = asyncio.create_task(take_seat(f"{server.url}/session/s", "s", b"bad", timing=QUICK))
        guest = await server.guest()
        await guest.close(CloseCode.UNKNOWN, "unknown session or token")
        with pytest.raises(SessionGone, match="unknown session or token"):
            await taking


async def test_nobody_there_is_a_failure_to_connect():
    async with scripted_server() as server:
        url = server.url
    with pytest.raises(ConnectFailed) as caught:
        await take_seat(f"{url}/session/s", "s", b"t", timing=Timing(connect_s=0.2))
    assert caught.value.url == f"{url}/session/s"


async def test_an_address_that_is_none_is_a_failure_to_connect():
    with pytest.raises(ConnectFailed, match="ws://"):
        await take_seat("http://127.0.0.1/session/s", "s", b"t")


@on_both_loops
async def test_a_session_that_is_not_reached_in_time_is_gone():
    timing = Timing(connect_s=5.0, give_up_s=0.2)
    async with played(timing) as (server, guest, seat):
        server.deaf = True
        await guest.close(CloseCode.SHUTDOWN)
        async with asyncio.timeout(20):
            while seat.state is not SeatState.CLOSED:  # the deaf server lets each attempt connect: cut them off
                seat.cut()
                await asyncio.sleep(0.01)
        assert isinstance(await closed(seat), SessionGone)


@on_both_loops
async def test_leaving_waits_for_the_servers_word():
    async with played() as (_, guest, seat):
        leaving = asyncio.create_task(seat.leave())
        assert await guest.receive() == [LEAVE]
        assert not leaving.done()
        await guest.close(CloseCode.LEFT)
        await leaving
        assert (seat.state, seat.error, seat.result) == (SeatState.CLOSED, None, None)
        assert [update.tick async for update in seat] == []
        await seat.leave()


@on_both_loops
async def test_leaving_does_not_wait_for_ever():
    timing = Timing(connect_s=5.0, leave_s=0.05)
    async with played(timing) as (_, guest, seat):
        await seat.leave()
        assert (seat.state, seat.error) == (SeatState.CLOSED, None)
        assert await guest.until_closed() == 1001


@on_both_loops
async def test_closing_keeps_the_seat_and_says_no_farewell():
    async with played() as (_, guest, seat):
        await seat.close()
        await seat.close()
        assert seat.error is None
        assert await guest.until_closed() == 1001
        assert await seat.wait_closed() is None


@on_both_loops
async def test_closing_while_it_resumes_ends_it():
    async with played() as (server, guest, seat):
        guest.cut()
        await server.guest()
        await seat.close()
        assert seat.state is SeatState.CLOSED


@on_both_loops
async def test_a_queued_action_is_sent_with_the_resume():
    async with played() as (server, guest, seat):
        guest.cut()
        guest = await server.guest()
        with pytest.raises(NotConnected):
            seat.act(seat.inputs.Fire())
        assert seat.act(seat.inputs.Fire(), queue_s=10.0) == 1
        await guest.send(seated(b"t2", outcome="resumed", schema=None))
        assert [await guest.receive() for _ in range(2)] == [[PROVED], [FIRE, 1, 1]]


@on_both_loops
async def test_events_that_nobody_takes_are_bounded():
    async with played() as (_, guest, seat):
        seen = asyncio.Event()
        count = EVENTS_KEPT_MAX + 76
        seat.on_pass = lambda seat: seen.set() if seat.stats.events == count else None
        await guest.send(
            *(make_pass(2 + n, events=[hit(100 * n + i, 2 + n) for i in range(1, 101)]) for n in range(11))
        )
        await seen.wait()
        assert seat.stats.events_dropped == 76
        assert [event.n for event in seat.take_events()] == list(range(77, count + 1))


@on_both_loops
async def test_two_tasks_must_not_iterate_over_one_seat():
    async with played() as (_, guest, seat):
        first = asyncio.create_task(anext(seat))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="two tasks"):
            await anext(seat)
        await guest.send(make_pass(2))
        assert (await first).tick == 2


@on_both_loops
async def test_a_cancelled_iteration_can_be_taken_up_again():
    async with played() as (_, guest, seat):
        first = asyncio.create_task(anext(seat))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        await guest.send(make_pass(2))
        assert (await anext(seat)).tick == 2


@on_both_loops
async def test_a_session_that_moved_is_followed():
    async with scripted_server() as server:
        asked: list[str] = []

        async def locate() -> str:
            asked.append("where?")
            if len(asked) == 1:
                raise NotConnected("locate")
            return f"{server.url}/n/2/session/s"

        offer = SeatOffer("s", b"t0", f"{server.url}/session/s")
        seat = Seat(offer, timing=QUICK, locate=locate)
        guest = await (await server.guest()).seat()
        await seat.seated()
        await guest.close(CloseCode.MOVED)
        guest = await server.guest()  # the lobby did not know: so it was tried where it was
        assert guest.path == "/session/s"
        guest.cut()
        guest = await server.guest()
        assert guest.path == "/n/2/session/s"
        assert guest.first[0] == RESUME
        await seat.close()


@on_both_loops
async def test_a_seat_as_a_block_is_left_at_its_end():
    async with scripted_server() as server:
        seat = Seat(SeatOffer("s", b"t0", f"{server.url}/session/s"), timing=QUICK)
        guest = await (await server.guest()).seat()

        async def answer() -> None:
            assert await guest.receive() == [LEAVE]
            await guest.close(CloseCode.LEFT)

        answering = asyncio.create_task(answer())
        async with await seat.seated():
            pass
        await answering
        assert seat.state is SeatState.CLOSED


@on_both_loops
async def test_the_view_is_interpolated_to_now():
    async with played() as (_, _guest, seat):
        assert seat.view().me.name == "Ann"
        assert seat.latest.tick == 1
        assert seat.schema.game == "duel"
        assert seat.enums.Colour.RED == 1
        assert seat.result is None


@on_both_loops
async def test_bytes_are_counted_both_ways():
    async with played() as (_, guest, seat):
        before = seat.stats.bytes_out
        frame = seat.inputs.Steer(turn=1)
        seat.hold(frame)
        await guest.receive(STEER)
        assert seat.stats.bytes_out == before + 6
        assert seat.stats.bytes_in > 100


@on_both_loops
async def test_a_connection_that_breaks_before_its_handshake_is_tried_again():
    broken: list[Exception] = [ConnectionClosedError(None, None), ConnectionResetError("reset")]

    async with played() as (server, guest, seat):
        with pytest.MonkeyPatch.context() as patched:
            whole = client_connection.open_connection

            async def sometimes(url: str, **options: float) -> Connection:
                if broken:
                    raise broken.pop()
                return await whole(url)

            patched.setattr(client_connection, "open_connection", sometimes)
            guest.cut()
            assert (await server.guest()).first[0] == RESUME
        assert broken == []
        assert seat.state is SeatState.RESUMING
        await seat.close()
