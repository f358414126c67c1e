"""The simulated network, beside a real one: the same script has to give the same calls of the protocols on both."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint_simulation.link import Link
from rallypoint_simulation.loop import Host, SimulatedLoop
from rallypoint_simulation.network import SimulatedNetwork, Weather

BIG = bytes(8 << 20)
LAST = {"lost", "broken", "ValueError"}


class End(asyncio.Protocol):
    """Notes what it is told."""

    def __init__(self, keeps_open: bool = False) -> None:
        self.seen: list[str] = []
        self.data = b""
        self.keeps_open = keeps_open
        self.transport: Any = None
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._note("made")

    def data_received(self, data: bytes) -> None:
        self.data += data
        self._note("data")

    def eof_received(self) -> bool:
        self._note("eof")
        return self.keeps_open

    def pause_writing(self) -> None:
        self._note("pause")

    def resume_writing(self) -> None:
        self._note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self._note("lost" if exc is None else "broken" if isinstance(exc, ConnectionError) else type(exc).__name__)

    def _note(self, what: str) -> None:
        if what != "data" or self.seen[-1:] != ["data"]:
            self.seen.append(what)
        for condition, future in self._waiting:
            if condition() and not future.done():
                future.set_result(None)

    async def until(self, *what: str, size: int = 0) -> None:
        """One of these was seen, and so many bytes have come."""

        def holds() -> bool:
            return len(self.data) >= size and (not what or any(each in self.seen for each in what))

        if not holds():
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((holds, future))
            await asyncio.wait_for(future, 20)


Script = Callable[[End, End], Awaitable[None]]


async def play(script: Script, keeps_open: bool = False) -> tuple[list[str], list[str]]:
    """What client and server have seen."""
    loop, server, client = asyncio.get_running_loop(), End(keeps_open), End(keeps_open)
    listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
    await loop.create_connection(lambda: client, "127.0.0.1", listening.sockets[0].getsockname()[1])
    await server.until("made")
    await script(client, server)
    listening.close()
    for end, other in ((client, server), (server, client)):
        if LAST.intersection(other.seen) and end.transport.is_reading():
            await end.until("eof", *sorted(LAST))  # it hears of that, sooner or later
        if not LAST.intersection(end.seen):
            end.transport.abort()
            await end.until(*sorted(LAST))
    return client.seen, server.seen


def simulated(weather: Weather | None = None, seed: int = 1) -> tuple[SimulatedLoop, SimulatedNetwork]:
    loop = SimulatedLoop(Random(seed))  # type: ignore[abstract]  # what it lacks, nobody here asks for
    network = SimulatedNetwork(loop, seed)
    network.route("ann").weather = weather or Weather()
    return loop, network


# --- as a real one ----------------------------------------------------------------------------------------------------


async def closes(client: End, server: End) -> None:
    client.transport.write(b"bye")
    client.transport.close()
    client.transport.close()
    client.transport.write(b"unheard")
    await server.until("lost")


async def aborts(client: End, server: End) -> None:
    client.transport.write(b"bye")
    client.transport.abort()
    client.transport.abort()
    await server.until("lost")


async def aborts_with_something_unread(client: End, server: End) -> None:
    client.transport.pause_reading()
    server.transport.write(b"unread")
    server.transport.write(b"unread")
    await asyncio.sleep(0.05)  # it has to be in the client's kernel, and no call tells that
    client.transport.abort()
    await server.until("broken")


async def ends_its_half(client: End, server: End) -> None:
    client.transport.write(b"question")
    client.transport.write_eof()
    await server.until("eof")
    server.transport.write(b"answer")
    server.transport.close()
    await client.until("eof")


async def writes_after_its_end(client: End, server: End) -> None:
    client.transport.write_eof()
    with pytest.raises(RuntimeError):
        client.transport.write(b"more")
    await server.until("eof")


async def writes_more_than_is_read(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.write(BIG)
    assert client.seen == ["made", "pause"]
    assert client.transport.get_write_buffer_size() > 1 << 20
    server.transport.resume_reading()
    await server.until(size=len(BIG))
    await client.until("resume")
    assert server.data == BIG


async def closes_with_much_unsent(client: End, server: End) -> None:
    client.transport.write(BIG)
    client.transport.close()
    await server.until("lost", size=len(BIG))
    assert len(server.data) == len(BIG)


async def is_aborted_while_paused(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.write(BIG)
    client.transport.abort()
    await client.until("lost")
    assert "resume" not in client.seen


async def lowers_its_limits(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.set_write_buffer_limits(high=1 << 30)
    client.transport.write(BIG)
    assert client.seen == ["made"]
    client.transport.set_write_buffer_limits(high=1024)
    assert client.seen == ["made", "pause"]
    assert client.transport.get_write_buffer_limits() == (256, 1024)


async def fails_to_read(client: End, server: End) -> None:
    def data_received(data: bytes) -> None:
        raise ValueError

    asyncio.get_running_loop().call_exception_handler = lambda context: None  # type: ignore[method-assign]  # expected
    server.data_received = data_received  # type: ignore[method-assign]  # as a protocol with a bug
    client.transport.write(b"x")
    await server.until("ValueError")
    await client.until("lost", "broken")


async def pauses_between_two_messages(client: End, server: End) -> None:
    server.transport.pause_reading()
    server.transport.pause_reading()
    client.transport.write(b"one")
    client.transport.write_eof()
    await asyncio.sleep(0.05)  # nothing must come
    assert server.seen == ["made"]
    assert not server.transport.is_reading()
    server.transport.resume_reading()
    await server.until("lost")


async def closes_from_within_a_call(client: End, server: End) -> None:
    def data_received(data: bytes) -> None:
        End.data_received(server, data)
        server.transport.close()

    server.data_received = data_received  # type: ignore[method-assign]  # as a protocol that closes
    client.transport.write(b"x")
    await client.until("lost")


SCRIPTS = [
    closes,
    aborts,
    aborts_with_something_unread,
    ends_its_half,
    writes_after_its_end,
    writes_more_than_is_read,
    closes_with_much_unsent,
    is_aborted_while_paused,
    lowers_its_limits,
    fails_to_read,
    pauses_between_two_messages,
    closes_from_within_a_call,
]


# Who keeps it open when the other side has ended is never told that it is over.
WAIT_FOR_THE_END = [
    closes,
    aborts,
    closes_with_much_unsent,
    fails_to_read,
    pauses_between_two_messages,
    closes_from_within_a_call,
]


def flow_once(seen: list[str]) -> list[str]:
    """How often a writer is paused and resumed is the kernel's business."""
    once = [each for index, each in enumerate(seen) if each not in ("pause", "resume") or each not in seen[:index]]
    return [each for index, each in enumerate(once) if each != "data" or once[index - 1] != "data"]


CASES = [(script, False) for script in SCRIPTS] + [(each, True) for each in SCRIPTS if each not in WAIT_FOR_THE_END]


@pytest.mark.parametrize(
    ("script", "keeps_open"), CASES, ids=[f"{script.__name__}-{'half' if half else 'whole'}" for script, half in CASES]
)
def test_protocols_are_told_the_same_as_on_a_real_network(script: Script, keeps_open: bool) -> None:
    really = asyncio.run(play(script, keeps_open))
    loop, _ = simulated()
    here = loop.run_until_complete(loop.start_on(Host("ann"), play(script, keeps_open), "play"))
    assert [flow_once(each) for each in here] == [flow_once(each) for each in really]


# --- a world of two ---------------------------------------------------------------------------------------------------


class Tap:
    """Notes what it is told, but for the bytes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def opened(self, link: Link) -> None:
        self.seen.append("opened")

    def sent(self, link: Link, from_server: bool, data: bytes) -> None:
        pass

    def arrived(self, link: Link, from_server: bool, size: int) -> None:
        pass

    def ended(self, link: Link, at_server: bool, error: Exception | None) -> None:
        self.seen.append("server" if at_server else "client")

    def forgotten(self, link: Link) -> None:
        self.seen.append("forgotten")


class Two:
    """A client and a server with a connection between them."""

    def __init__(self, weather: Weather | None = None, *, connect: bool = True) -> None:
        self.loop, self.network = simulated(weather)
        self.ann, self.host, self.tap = Host("ann"), Host("server"), Tap()
        self.servers: list[End] = []
        self.client = End()
        self.network.taps.append(self.tap)
        listening = self.loop.create_server(self._serve, port=8000)
        self.listening = self.loop.run_until_complete(self.loop.start_on(self.host, listening, "listen"))
        if connect:
            self.connect()
            self.loop.run_for(1)

    def _serve(self) -> End:
        self.servers.append(End())
        return self.servers[-1]

    def connect(self) -> asyncio.Task[Any]:
        return self.loop.start_on(self.ann, self.loop.create_connection(lambda: self.client, "x", 8000), "connect")

    @property
    def server(self) -> End:
        return self.servers[0]

    @property
    def link(self) -> Link:
        return self.network.links("ann")[0]

    def nothing_is_left(self) -> bool:
        return not self.network.links("ann") and self.tap.seen.count("opened") == self.tap.seen.count("forgotten")


def test_what_comes_to_a_closed_end_is_answered_by_a_reset():
    two = Two()
    two.server.keeps_open = True
    two.client.transport.abort()
    two.server.transport.write(b"on its way")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof"]  # it does not read any more: only a write tells it
    two.server.transport.write(b"again")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof", "broken"]
    assert two.nothing_is_left()


def test_who_closes_while_something_comes_has_said_its_end_before():
    two = Two()
    two.client.transport.abort()
    two.server.transport.write(b"on its way")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof", "lost"]
    assert two.nothing_is_left()


def test_an_abort_in_the_dark_leaves_a_half_open_connection_until_the_other_side_says_something():
    two = Two()
    two.network.darken("ann", 5)
    two.client.transport.write(b"lost")
    two.client.transport.abort()
    two.loop.run_for(100)
    assert two.server.seen == ["made"]
    assert two.tap.seen == ["opened", "client"]
    two.server.transport.write(b"anybody there?")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "broken"]
    assert two.nothing_is_left()


def test_a_close_in_the_dark_arrives_when_it_is_light_again():
    two = Two()
    two.network.darken("ann", 5)
    two.network.darken("ann", 50)
    two.client.transport.write(b"bye")
    two.client.transport.close()
    two.loop.run_for(49)
    assert two.server.seen == ["made"]
    two.loop.run_for(2)
    assert two.server.seen == ["made", "data", "eof", "lost"]
    assert two.nothing_is_left()


def test_darkness_without_an_end_can_be_ended():
    two = Two(Weather(window_bytes=10, split=0.5))
    two.network.darken("ann", float("inf"))
    two.client.transport.write(b"0123456789" * 5)
    two.loop.run_for(1000)
    assert two.server.data == b""
    two.network.lighten("ann")
    two.loop.run_for(5)
    assert two.server.data == b"0123456789" * 5


def test_what_was_in_the_kernel_before_it_got_dark_is_read_in_the_dark():
    two = Two()
    two.loop.freeze(two.host, 10)
    two.client.transport.write(b"there")
    two.loop.run_for(1)
    two.network.darken("ann", 100)
    two.client.transport.write(b"not there")
    two.loop.run_for(20)
    assert two.server.data == b"there"


def test_a_reset_on_the_way_is_told_to_both_and_what_is_under_way_is_lost():
    two = Two(Weather(latency_s=0.1, split=0))
    two.client.transport.write(b"arrives before it")
    two.loop.run_for(0.05)
    two.network.route("ann").weather = Weather(latency_s=1.0)
    two.client.transport.write(b"does not")
    two.network.route("ann").weather = Weather(latency_s=0.1)
    two.link.reset()
    two.loop.run_for(5)
    assert two.client.seen == ["made", "broken"]
    assert two.server.seen == ["made", "data", "broken"]
    assert two.server.data == b"arrives before it"
    assert two.nothing_is_left()


def test_nothing_comes_after_a_reset_that_gets_lost_itself():
    two = Two(Weather(latency_s=0.1, split=0))
    two.client.transport.write(b"first")
    two.loop.run_for(1)
    two.link.reset()
    two.network.darken("ann", 0.5)  # before it is there
    two.client.transport.write(b"into a hole")
    two.loop.run_for(1)
    two.client.transport.write(b"and another")
    two.loop.run_for(5)
    assert two.server.data == b"first"


def test_nobody_is_told_of_a_reset_in_the_dark():
    two = Two()
    two.network.darken("ann", 5)
    two.link.reset()
    two.loop.run_for(10)
    assert two.client.seen == two.server.seen == ["made"]


def test_a_vanished_connection_says_nothing_ever_and_is_forgotten_when_both_sides_gave_up():
    two = Two()
    two.link.vanish()
    two.client.transport.write(b"x")
    two.server.transport.close()
    two.loop.run_for(1000)
    assert two.client.seen == ["made"]
    assert not two.nothing_is_left()
    two.client.transport.abort()
    two.loop.run_for(1)
    assert two.nothing_is_left()
    assert two.tap.seen == ["opened", "server", "client", "forgotten"]


@pytest.mark.parametrize("frozen", [False, True])
def test_a_receiver_that_stands_still_or_does_not_read_stops_the_sender_in_the_end(frozen: bool):
    two = Two(Weather(window_bytes=1000))
    two.client.transport.set_write_buffer_limits(high=2000)
    if frozen:
        two.loop.freeze(two.host, 60)
    else:
        two.server.transport.pause_reading()
    for _ in range(30):
        two.client.transport.write(bytes(100))
        two.loop.run_for(1)
    assert two.client.transport.get_write_buffer_size() == 2000
    two.client.transport.write(b"x")
    assert two.client.seen == ["made", "pause"]
    two.server.transport.resume_reading()
    two.loop.run_for(60)
    assert two.client.seen == ["made", "pause", "resume"]
    assert len(two.server.data) == 3001
    assert two.link.up.under_way == 0


def test_a_reset_is_noticed_by_who_reads_or_writes_and_by_nobody_else():
    two = Two()
    two.server.transport.pause_reading()
    two.client.transport.write(b"before")
    two.loop.run_for(1)
    two.link.reset()
    two.loop.run_for(10)
    assert two.server.seen == ["made"]
    two.server.transport.resume_reading()
    two.loop.run_for(1)
    assert two.server.seen == ["made", "data", "broken"]


def test_bandwidth_spreads_a_large_message_over_time():
    two = Two(Weather(bytes_per_s=1000, split=0))
    two.client.transport.write(bytes(5000))
    two.client.transport.write(b"x")
    two.loop.run_for(4.9)
    assert two.server.data == b""
    two.loop.run_for(0.2)
    assert len(two.server.data) == 5001


def test_stalls_come_as_often_as_the_weather_says():
    two = Two(Weather(latency_s=0.01, split=0, stall_every_s=10, stall_s=2))
    late = 0
    for number in range(2000):
        two.client.transport.write(b"x")
        two.loop.run_for(0.1)
        late += len(two.server.data) < number
    assert 50 < late < 400  # about 20 stalls, each for a second on average


# --- how connections begin --------------------------------------------------------------------------------------------


def result(task: asyncio.Task[Any]) -> str:
    if not task.done():
        return "pending"
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return "connected" if error is None else type(error).__name__


def test_where_nobody_listens_a_connection_is_refused_after_one_round_trip():
    two = Two(Weather(latency_s=0.1), connect=False)
    two.listening.close()
    task, began = two.connect(), two.loop.now
    with contextlib.suppress(ConnectionRefusedError):
        two.loop.run_until_complete(task)
    assert result(task) == "ConnectionRefusedError"
    assert two.loop.now - began == pytest.approx(0.2)


def test_attempts_in_the_dark_are_repeated_until_it_is_light_and_not_for_ever():
    two = Two(connect=False)
    two.network.darken("ann", 5)
    task = two.connect()
    two.loop.run_for(6.9)
    assert result(task) == "pending"
    two.loop.run_for(0.2)
    assert result(task) == "connected"
    two.network.darken("ann", float("inf"))
    task = two.connect()
    two.loop.run_for(126)
    assert result(task) == "pending"
    two.loop.run_for(2)
    assert result(task) == "TimeoutError"


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
def test_a_connect_that_is_cancelled_at_any_moment_leaves_nothing(after_ms: int):
    two = Two(Weather(latency_s=0.02), connect=False)
    task = two.connect()
    two.loop.run_for(after_ms / 1000)
    task.cancel()
    two.loop.run_for(5)
    assert two.nothing_is_left() or result(task) == "connected"
    assert [each.seen[-1] for each in two.servers] in ([], ["lost"], ["broken"], ["made"])
    assert (two.servers and two.server.seen[-1] == "made") == (result(task) == "connected") or not two.servers
    assert two.loop.pending(two.ann) == two.loop.pending(two.host) == []


def test_a_connect_that_is_cancelled_in_the_very_turn_in_which_it_succeeds_leaves_nothing():
    for turns in range(1, 12):
        two = Two(Weather(latency_s=0.02), connect=False)
        task = two.connect()
        two.loop.run_for(0.0399)
        for _ in range(turns):
            asyncio.events._set_running_loop(two.loop)
            two.loop._turn()
        asyncio.events._set_running_loop(None)
        if not task.cancel():
            break
        two.loop.run_for(5)
        assert two.nothing_is_left()
    assert turns > 2


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
@pytest.mark.parametrize("how", ["stops", "crashes"])
def test_a_server_that_goes_while_a_client_connects_leaves_no_connection_that_nobody_has(after_ms: int, how: str):
    two = Two(Weather(latency_s=0.02), connect=False)
    task = two.connect()
    two.loop.run_for(after_ms / 1000)
    if how == "crashes":
        two.network.crash(two.host)
    else:
        two.listening.close()
    two.loop.run_for(5)
    if how == "stops" and two.servers:
        assert two.client.seen == two.server.seen == ["made"]
    else:
        assert result(task) == "ConnectionRefusedError" or two.client.seen == ["made", "broken"]
        assert two.nothing_is_left()


@pytest.mark.parametrize("after_ms", range(0, 90, 2))
def test_a_client_that_crashes_while_it_connects_leaves_nothing(after_ms: int):
    two = Two(Weather(latency_s=0.02), connect=False)
    two.connect()
    two.loop.run_for(after_ms / 1000)
    two.network.crash(two.ann)
    two.loop.run_for(5)
    assert two.nothing_is_left()
    assert [each.seen for each in two.servers] in ([], [["made", "broken"]])


def test_a_stopped_server_waits_for_its_connections():
    two = Two()
    two.listening.close()
    waits = two.loop.start_on(two.host, two.listening.wait_closed(), "wait")
    two.loop.run_for(10)
    assert not waits.done()
    two.client.transport.close()
    two.loop.run_for(1)
    assert waits.done()


def test_a_crash_resets_the_other_side_unless_it_is_dark():
    two = Two()
    two.network.crash(two.ann)
    two.loop.run_for(1)
    assert two.client.seen == ["made"]
    assert two.server.seen == ["made", "broken"]
    assert two.nothing_is_left()
    two = Two()
    two.network.darken("ann", 5)
    two.network.crash(two.ann)
    two.loop.run_for(100)
    assert two.server.seen == ["made"]


def test_a_crash_between_a_close_and_its_call_is_forgotten_as_well():
    two = Two()
    two.client.transport.close()
    two.network.crash(two.ann)
    two.loop.run_for(1)
    assert two.nothing_is_left()


# --- bytes ------------------------------------------------------------------------------------------------------------

weathers = st.builds(
    Weather,
    latency_s=st.floats(0, 0.3),
    jitter_s=st.sampled_from([0, 0.05, 0.5]),
    bytes_per_s=st.sampled_from([0, 2000, 50_000]),
    window_bytes=st.sampled_from([1, 100, 3000, 65536]),
    split=st.sampled_from([0, 0.5, 1]),
    stall_every_s=st.sampled_from([0, 0.2, 3]),
    stall_s=st.floats(0, 2),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3000)),
        st.tuples(st.sampled_from(["wait", "darken", "freeze", "sleep", "deaf"]), st.floats(0, 3)),
        st.tuples(st.just("weather"), weathers),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(weathers, steps, st.booleans())
def test_bytes_come_out_as_they_went_in_whatever_the_weather(weather: Weather, acts: Any, ends: bool):
    two, written, dice = Two(connect=False), b"", Random(1)
    two.network.route("ann").weather = weather
    two.connect()
    two.loop.run_for(20)
    server = two.server.transport
    for what, value in acts:
        if what == "write":
            data = dice.randbytes(value)
            written += data
            two.client.transport.write(data)
        elif what == "darken":
            two.network.darken("ann", value)
        elif what in ("freeze", "sleep"):
            two.loop.freeze(two.host, value, clock_stops=what == "sleep")
        elif what == "deaf":
            server.pause_reading()
            two.loop.on(two.host, two.loop.now + value, server.resume_reading)
        elif what == "weather":
            two.network.route("ann").weather = value
        else:
            two.loop.run_for(value)
    if ends:
        two.client.transport.close()
    two.loop.run_for(1e6)
    assert two.server.data == written
    assert two.client.seen.count("pause") == two.client.seen.count("resume")
    assert two.server.seen[-1:] == (["lost"] if ends else ["data"] if written else ["made"])
    assert two.nothing_is_left() == ends
    if not ends:
        assert two.link.up.under_way == 0
    assert two.loop.failures == []


def test_the_same_seed_gives_the_same_moments():
    def moments(seed: int) -> list[float]:
        two, seen = Two(connect=False), list[float]()
        two.network.seed = seed
        two.network.route("ann").weather = Weather(jitter_s=0.1, split=0.3, stall_every_s=1)
        two.connect()
        two.loop.run_for(1)
        two.network.taps[0].arrived = lambda *_: seen.append(two.loop.now)  # type: ignore[method-assign]  # to see when
        for _ in range(50):
            two.client.transport.write(b"some bytes")
            two.loop.run_for(0.05)
        return seen

    assert moments(1) == moments(1)
    assert moments(1) != moments(2)
