"""One timer for all sessions: it wakes when there is something to do, and whatever one session does, it wakes again."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from rallypoint.core.schedule import Schedule, TurnSchedule, phase
from rallypoint.ports import Entry, EntryKind, Pressure
from rallypoint.runtime.game_figures import GameFigures
from rallypoint.runtime.scribe import Scribe
from rallypoint.runtime.ticker import BUCKET_S, Ticker
from rallypoint.storage.journal_off import JournalOff


class Timer:
    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at = at
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def __lt__(self, other: Timer) -> bool:
        return self.at < other.at


class Loop:
    """Time that is turned by hand. Like uvloop's, its timers know whole milliseconds; its clock knows better."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.timers: list[Timer] = []
        self.wakes = 0

    def clock(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        timer = Timer((math.floor(self.now * 1000) + round(delay * 1000)) / 1000, callback)
        heapq.heappush(self.timers, timer)
        return timer

    def run_until(self, now: float) -> None:
        while self.timers and self.timers[0].at <= now:
            timer = heapq.heappop(self.timers)
            if not timer.cancelled:
                self.now = max(self.now, timer.at) + (0.0, 6e-4, 9e-4)[self.wakes % 3]  # it has other things to do, too
                self.wakes += 1
                timer.callback()
        self.now = max(self.now, now)


class Host:
    """A session, as far as the ticker goes."""

    def __init__(self, loop: Loop, schedule: Schedule | TurnSchedule, key: str) -> None:
        self.loop = loop
        self.schedule = schedule
        self.key = key
        self.figures = GameFigures(loop.now)
        self.running = True
        self.log: list[tuple[str, int]] = []
        self.ticks: list[float] = []
        self.step_takes_s = 0.0
        self.on_send: Callable[[], None] = lambda: None

    @property
    def tick(self) -> int:
        return len(self.ticks)

    def step(self, now: float) -> bool:
        self.loop.now += self.step_takes_s
        self.ticks.append(now)
        self.log.append(("step", len(self.ticks)))
        return True

    def take_entries(self) -> list[Entry]:
        return [Entry(self.key, EntryKind.PART, b"%d" % self.tick)]

    def committed(self, tick: int) -> None:
        self.log.append(("committed", tick))

    def send(self, *, snapshot: bool = True) -> None:
        self.log.append(("send" if snapshot else "skip", len(self.ticks)))
        self.on_send()


class Journal(JournalOff):
    """Keeps what it is given; commits when it is told to."""

    durability = "disk"
    keeps = True

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log
        self.waiting: list[Callable[[], None]] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.log.append("append " + " ".join(f"{entry.key}:{entry.data.decode()}" for entry in entries))
        self.waiting.append(committed)

    def stepping(self, key: str) -> None:
        self.log.append(f"stepping {key}")

    def stepped(self) -> None:
        self.log.append("stepped")


def make(hosts: int, hz: int = 20, start: float = 5000.0) -> tuple[Loop, Ticker, list[Host]]:
    loop = Loop(start)
    ticker = Ticker(cast("asyncio.AbstractEventLoop", loop), loop.clock, Scribe(JournalOff(), loop.clock))
    made = []
    for number in range(hosts):
        origin = round((start + phase(number, 1 / hz)) / BUCKET_S) * BUCKET_S
        made.append(Host(loop, Schedule(hz, origin), str(number)))
        ticker.games[str(number)] = made[-1].figures
        ticker.add(made[-1], str(number))
    return loop, ticker, made


@pytest.mark.parametrize("start", [0.0, 5000.0, 86_400.0 * 400])
@pytest.mark.parametrize("hz", [1, 7, 20, 60])
def test_every_session_is_stepped_as_often_as_its_schedule_says_and_at_its_time(hz: int, start: float):
    loop, _, hosts = make(7, hz, start)
    loop.run_until(start + 10)
    for host in hosts:
        expected = int((start + 10 - host.schedule.origin) * hz + 1e-3)
        assert abs(len(host.ticks) - expected) <= 1
        late = [at - (host.schedule.origin + n / hz) for n, at in enumerate(host.ticks, 1)]
        assert min(late) >= -1e-5
        on_grid = hz in (1, 20)  # then each tick has a bucket that begins with it
        assert max(late) <= 0.0031 + (0 if on_grid else BUCKET_S)
        assert host.schedule.skipped == 0


@pytest.mark.parametrize("start", [0.0, 5000.0, 86_400.0 * 400])
@pytest.mark.parametrize("hosts", [1, 20, 300])
def test_it_does_not_wake_in_vain(hosts: int, start: float):
    loop, _, made = make(hosts, 20, start)
    loop.run_until(start + 5)
    buckets = {round(at / BUCKET_S, 3) for host in made for at in host.ticks}
    assert loop.wakes <= len(buckets) * 1.1 + 2


def test_a_step_is_committed_before_it_is_sent():
    loop, _, (host,) = make(1)
    loop.run_until(5000.2)
    assert host.log[:6] == [("step", 1), ("committed", 1), ("send", 1), ("step", 2), ("committed", 2), ("send", 2)]


def test_all_that_are_due_are_stepped_before_any_is_sent():
    loop, ticker, _ = make(0)
    order: list[str] = []
    for key in "abc":
        host = Host(loop, Schedule(20, 5000.0), key)
        host.step = lambda now, key=key: (order.append(f"step {key}"), True)[1]  # type: ignore[misc,method-assign]
        host.on_send = lambda key=key: order.append(f"send {key}")  # type: ignore[misc]
        ticker.add(host, key)
    loop.run_until(5000.06)
    assert order == ["step a", "step b", "step c", "send a", "send b", "send c"]


def test_who_is_late_catches_up_step_by_step_and_skips_the_rest():
    loop, _, (host,) = make(1)
    loop.run_until(5000.5)
    made = len(host.ticks)
    loop.now = 5003.0  # the machine stood still
    loop.run_until(5003.01)
    assert len(host.ticks) == made + 5
    assert host.schedule.skipped > 40
    assert [name for name, _ in host.log[-6:]] == ["step", "committed", "send"] * 2
    loop.run_until(5004.01)
    assert len(host.ticks) == made + 5 + 20


def test_a_step_that_takes_long_makes_no_tick_twice():
    loop, _, (slow, other) = make(2)
    slow.step_takes_s = 0.2
    loop.run_until(5010)
    slow.step_takes_s = 0.0
    loop.run_until(5011)
    for host in (slow, other):
        made = len(host.ticks) + host.schedule.skipped
        assert abs(made - (loop.now - 5000) * 20) <= 3


def test_a_session_that_has_ended_is_not_stepped_again():
    loop, ticker, (host, other) = make(2)
    loop.run_until(5000.5)
    host.running = False
    ticker.remove("0")
    made, others = len(host.ticks), len(other.ticks)
    loop.run_until(5001.5)
    assert len(host.ticks) == made
    assert len(other.ticks) == others + 20


def test_sessions_that_have_ended_do_not_fill_the_queue_until_they_would_have_been_due():
    loop, ticker, hosts = make(100)
    for host in hosts[:90]:
        host.running = False
        ticker.remove(host.key)
    assert len(ticker._due) < 40
    loop.run_until(loop.now + 1)
    assert all(19 <= len(host.ticks) <= 21 for host in hosts[90:])


@pytest.mark.parametrize("ahead_s", [0.0, 1e-13, 2e-7, 4e-7, 6e-7, 9e-7, 2e-6])
def test_a_turn_that_is_due_a_rounding_error_ahead_is_made_once_and_does_not_hang_the_ticker(ahead_s: float):
    loop = Loop(5000.0)
    ticker = Ticker(cast("asyncio.AbstractEventLoop", loop), loop.clock, Scribe(JournalOff(), loop.clock))
    schedule = TurnSchedule(5000.0)
    host = Host(loop, schedule, "0")
    schedule.set(5000.0 + ahead_s)
    ticker.add(host, "0")
    loop.run_until(5000.1)
    assert len(host.ticks) == 1


def test_a_ticker_that_was_stopped_steps_nothing_whatever_still_happens():
    loop, ticker, (host,) = make(1)
    ticker.stop()
    ticker.wake(host)
    loop.run_until(5010.0)
    assert not host.ticks


def test_an_error_of_ours_does_not_stop_the_sessions_of_the_node():
    loop, _, hosts = make(5)

    def fail() -> None:
        hosts[2].on_send = lambda: None
        raise RuntimeError("must not happen")

    hosts[2].on_send = fail
    with pytest.raises(RuntimeError):
        loop.run_until(5001)
    made = [len(host.ticks) for host in hosts]
    loop.run_until(5003)
    assert all(len(host.ticks) >= before + 39 for host, before in zip(hosts, made, strict=True))


def test_a_ticker_that_was_stopped_steps_nothing():
    loop, ticker, (host,) = make(1)
    loop.run_until(5000.5)
    ticker.stop()
    made = len(host.ticks)
    loop.run_until(5002)
    assert len(host.ticks) == made


def test_a_session_may_be_added_by_another_one_while_it_is_stepped():
    loop, ticker, (host,) = make(1)
    added: list[Host] = []

    def add() -> None:
        if not added:
            added.append(Host(loop, Schedule(20, loop.now), "new"))
            ticker.add(added[0], "new")

    host.on_send = add
    loop.run_until(5002)
    assert len(added[0].ticks) >= 38


def test_lateness_is_measured():
    loop, ticker, (host,) = make(1)
    loop.run_until(5002)
    summary: Any = ticker.late.summary()
    assert summary["count"] == len(host.ticks) == ticker.ticks
    assert summary["max"] <= 3.1


def test_each_game_s_lateness_is_its_own_and_the_node_s_is_that_of_all():
    loop, ticker, hosts = make(2)
    hosts[0].step_takes_s = 0.004
    loop.run_until(5002)
    own = [figures.late.summary()["count"] for figures in ticker.games.values()]
    assert own == [len(host.ticks) for host in hosts]
    assert ticker.late.summary()["count"] == sum(own)


def test_what_is_recent_is_of_the_last_one_to_two_periods_and_the_total_forgets_nothing():
    loop, ticker, (host,) = make(1)
    loop.run_until(5070)
    assert ticker.late.count <= 60 * 20
    assert host.figures.late.total().count == len(host.ticks) == ticker.ticks


def test_each_step_leaves_its_mark_and_all_of_a_bucket_is_one_batch():
    loop = Loop(5000.0)
    log: list[str] = []
    journal = Journal(log)
    ticker = Ticker(cast("asyncio.AbstractEventLoop", loop), loop.clock, Scribe(journal, loop.clock))
    hosts = [Host(loop, Schedule(20, 5000.0), key) for key in "ab"]
    for host in hosts:
        ticker.add(host, host.key)
    loop.run_until(5000.06)
    assert log == ["stepping a", "stepping b", "stepped", "append a:1 b:1"]
    assert hosts[0].log == [("step", 1), ("send", 1)]
    journal.waiting.pop()()
    assert hosts[0].log[2:] == hosts[1].log[2:] == [("committed", 1)]


@pytest.mark.parametrize(
    ("pressure", "steps", "sends"), [(Pressure.HALF, 40, 20), (Pressure.QUARTER, 40, 10), (Pressure.STEPS, 10, 10)]
)
def test_snapshots_give_way_before_steps(pressure: Pressure, steps: int, sends: int):
    loop, ticker, (host,) = make(1)
    ticker._scribe.journal.pressure = pressure  # type: ignore[misc]  # read by all others
    loop.run_until(5002.01)
    assert abs(len(host.ticks) - steps) <= 1
    assert abs(sum(name == "send" for name, _ in host.log) - sends) <= 1


def test_who_watches_sees_each_step_before_it_is_written():
    loop = Loop(5000.0)
    log: list[str] = []
    ticker = Ticker(cast("asyncio.AbstractEventLoop", loop), loop.clock, Scribe(Journal(log), loop.clock))
    ticker.watch = lambda host, now: log.append(f"watched {host.key}")
    ticker.add(Host(loop, Schedule(20, 5000.0), "a"), "a")
    loop.run_until(5000.06)
    assert log == ["stepping a", "watched a", "stepped", "append a:1"]
