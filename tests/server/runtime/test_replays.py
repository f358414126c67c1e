"""The keeper of replays: it writes once a second, never holds anything up, and gives up rather than fill the memory."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog

from rallypoint.core.replay_format import RecordKind, ReplayHeader
from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime import replays as module
from rallypoint.runtime.replays import Replays
from rallypoint.storage.replay_file import ReplayFolder, read_replay

WHOLE, PART = EntryKind.WHOLE, EntryKind.PART


def header(session: str = "s1") -> ReplayHeader:
    return ReplayHeader(game="toy", game_class="toys:Toy", session=session, created_unix=1.5, schema=b"k", wire=b"w")


class House:
    """A keeper whose clock a test turns, over a real folder."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self.folder = ReplayFolder(path / "replays")
        self.timers: list[Callable[[], object]] = []
        self.wall = 1e9
        self.jobs = 0
        self.hold: asyncio.Event | None = None
        self.keeper = Replays(self.folder, self, self.clock, run=self.run, **settings)  # type: ignore[arg-type]  # a loop

    def clock(self) -> float:
        return self.wall

    def call_later(self, delay: float, call: Callable[[], object]) -> House:
        assert delay == 1.0
        self.timers.append(call)
        return self

    def cancel(self) -> None:
        self.timers.clear()

    def create_task(self, work: Any, *, name: str) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(work, name=name)

    async def run(self, work: Callable[[], None]) -> None:
        self.jobs += 1
        if self.hold is not None:
            await self.hold.wait()
        work()

    async def second(self) -> None:
        self.wall += 1
        timers, self.timers[:] = self.timers[:], []
        for timer in timers:
            timer()
        for _ in range(10):
            await asyncio.sleep(0)

    def files(self) -> list[str]:
        return sorted(os.listdir(self.folder.folder)) if self.folder.folder.is_dir() else []

    def data(self, name: str) -> list[bytes]:
        return [found.data for found in read_replay(self.folder.folder / name).records]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def said() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as logs:
        yield logs


async def test_what_is_committed_is_in_the_file_a_second_later(house: House) -> None:
    house.keeper.begin(header())
    house.keeper.watch([Entry("session/s1", WHOLE, b"whole"), Entry("lobby/s1", WHOLE, b"not this")])
    house.keeper.watch([Entry("session/s1", PART, b"one"), Entry("session/s2", PART, b"not this either")])
    assert house.files() == []
    await house.second()
    assert house.data("s1.rpr.part") == [b"whole", b"one"]
    house.keeper.take("s1", PART, b"two")
    await house.second()
    assert house.data("s1.rpr.part") == [b"whole", b"one", b"two"]
    assert read_replay(house.folder.folder / "s1.rpr.part").header == header()


async def test_a_session_that_ends_has_a_whole_replay(house: House) -> None:
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    house.keeper.ended("s1")
    house.keeper.take("s1", PART, b"too late")
    await house.second()
    assert house.files() == ["s1.rpr"]
    found = read_replay(house.folder.folder / "s1.rpr")
    assert found.is_whole
    assert [record.kind for record in found.records] == [RecordKind.WHOLE, RecordKind.END]


async def test_nothing_is_arranged_while_nothing_happens(house: House) -> None:
    house.keeper.begin(header())
    await house.second()
    assert house.jobs == 1
    assert house.timers == []


async def test_what_comes_while_it_writes_waits_for_the_next_time(house: House) -> None:
    house.hold = asyncio.Event()
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    await house.second()
    house.keeper.take("s1", PART, b"one")
    house.keeper.ended("s1")
    await house.second()
    assert house.jobs == 1
    house.hold.set()
    await house.second()
    await house.second()
    assert house.data("s1.rpr")[:2] == [b"whole", b"one"]


async def test_close_writes_what_waits_and_leaves_the_replay_open(house: House) -> None:
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    await house.keeper.close()
    assert house.data("s1.rpr.part") == [b"whole"]
    assert house.timers == []


async def test_a_recovered_session_goes_on_in_its_file(house: House, tmp_path: Path) -> None:
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    house.keeper.take("s1", PART, b"one")
    await house.keeper.close()
    again = House(tmp_path)
    again.keeper.open(["s1"])
    again.keeper.go_on(header(), [b"whole", b"one", b"two"])
    again.keeper.take("s1", WHOLE, b"recovered")
    await again.second()
    await again.second()
    again.keeper.take("s1", PART, b"three")
    await again.second()
    assert again.data("s1.rpr.part") == [b"whole", b"one", b"two", b"recovered", b"three"]


async def test_a_session_that_had_ended_before_the_recovery_keeps_its_replay(house: House, tmp_path: Path) -> None:
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    house.keeper.ended("s1")
    await house.keeper.close()
    before = house.data("s1.rpr")
    again = House(tmp_path)
    again.keeper.go_on(header(), [b"whole"])
    again.keeper.ended("s1")
    await again.second()
    assert again.files() == ["s1.rpr"]
    assert again.data("s1.rpr") == before
    assert again.keeper.given_up == 0


async def test_at_the_start_replays_of_lost_sessions_are_finished(house: House, tmp_path: Path) -> None:
    house.keeper.begin(header("lost"))
    house.keeper.begin(header("found"))
    await house.keeper.close()
    again = House(tmp_path)
    again.keeper.open(["found"])
    await again.keeper.close()
    assert again.files() == ["found.rpr.part", "lost.rpr"]


# --- when the disk does not do as it should ---------------------------------------------------------------------------


async def test_a_disk_that_is_too_far_behind_costs_the_replay(
    house: House, said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SESSION_BYTES_MAX", 10_000)
    house.keeper.begin(header("large"))
    house.keeper.begin(header("small"))
    await house.second()
    for _ in range(20):
        house.keeper.take("large", PART, bytes(1000))
    house.keeper.take("small", WHOLE, b"whole")
    assert house.keeper.given_up == 1
    assert [(each["event"], each["session"]) for each in said] == [("replay given up", "large")]
    assert house.keeper._bytes_waiting < 200
    await house.second()
    assert house.data("small.rpr.part") == [b"whole"]
    assert house.data("large.rpr.part") == []


async def test_all_together_have_a_bound_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ALL_BYTES_MAX", 10_000)
    for number in range(20):
        house.keeper.begin(header(f"s{number}"))
        house.keeper.take(f"s{number}", WHOLE, bytes(1000))
    assert house.keeper.given_up > 5
    assert house.keeper._bytes_waiting <= 10_000


async def test_a_disk_that_fails_costs_the_replays_and_nothing_else(
    house: House, said: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    await house.second()

    def full(session: str, records: Sequence[tuple[int, bytes]], checksum: int) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(house.folder, "append", full)
        house.keeper.take("s1", PART, b"one")
        await house.second()
    house.keeper.take("s1", PART, b"two")
    house.keeper.ended("s1")
    house.keeper.begin(header("s2"))
    house.keeper.take("s2", WHOLE, b"another")
    await house.second()
    assert [(each["event"], each["why"]) for each in said] == [("replay given up", "No space left on device")]
    assert house.data("s1.rpr.part") == [b"whole"]
    assert house.data("s2.rpr.part") == [b"another"]


async def test_a_folder_that_cannot_be_made_costs_the_replays(tmp_path: Path, said: list[Any]) -> None:
    (tmp_path / "replays").write_text("a file where the folder should be")
    house = House(tmp_path)
    house.keeper.begin(header())
    house.keeper.take("s1", WHOLE, b"whole")
    await house.second()
    assert house.keeper.given_up == 1
    assert "replay given up" in [each["event"] for each in said]


async def test_the_oldest_replays_go_when_there_are_too_many(tmp_path: Path) -> None:
    house = House(tmp_path, bytes_max=3000, keep_days=1)
    for number in range(4):
        house.keeper.begin(header(f"s{number}"))
        house.keeper.take(f"s{number}", WHOLE, bytes(900))
        house.keeper.ended(f"s{number}")
        await house.second()
        os.utime(house.folder.folder / f"s{number}.rpr", (house.wall, house.wall))
    house.wall += 61
    house.keeper.begin(header("last"))
    await house.second()
    assert house.files() == ["last.rpr.part", "s2.rpr", "s3.rpr"]
    house.wall += 86_401
    house.keeper.begin(header("later"))
    await house.second()
    assert house.files() == ["last.rpr.part", "later.rpr.part"]


async def test_writing_is_not_done_on_the_event_loop(tmp_path: Path) -> None:
    threads: list[threading.Thread] = []

    class Listening(ReplayFolder):
        def begin(self, header: ReplayHeader) -> int:
            threads.append(threading.current_thread())
            return super().begin(header)

    folder = Listening(tmp_path)
    keeper = Replays(folder, asyncio.get_running_loop(), lambda: 1e9)
    keeper.begin(header())
    await keeper.close()
    assert threads
    assert threads[0] is not threading.main_thread()
