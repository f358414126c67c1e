"""The processes of bots, as the command sees them."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import IO, Final

import msgspec

from .orders import Finish, Measure, Order, Progress, Result, Work, decode_report, line
from .server import CouldNotRun, tail

__all__ = ["Crew", "crew_of", "shares"]

_LINE_BYTES_MAX: Final = 64 * 2**20
"""A result has a histogram's worth of numbers."""
STOP_S: Final = 5.0


def shares(bots: int, processes: int) -> list[tuple[int, int]]:
    """How many bots each process gets, and the running number of its first: as even as it goes, no process idle."""
    processes = min(bots, processes)
    each, more = divmod(bots, processes)
    counts = [each + (number < more) for number in range(processes)]
    return [(count, sum(counts[:number])) for number, count in enumerate(counts)]


class Worker:
    """One process of bots."""

    def __init__(self, process: asyncio.subprocess.Process, log: IO[bytes]) -> None:
        self.process = process
        self.log = log
        self.progress: Progress | None = None
        self.result: Result | None = None

    def tell(self, order: Order) -> None:
        """Gives an order. A worker that is gone is found out by :meth:`listen`."""
        assert self.process.stdin is not None
        self.process.stdin.write(line(order))

    async def listen(self) -> None:
        """Takes in what it reports, until its result. Raises :class:`CouldNotRun` if it ends without one."""
        assert self.process.stdout is not None
        while data := await self.process.stdout.readline():
            try:
                report = decode_report(data)
            except msgspec.DecodeError as error:
                raise CouldNotRun(f"a process of bots says what nobody understands: {error}") from error
            if isinstance(report, Result):
                self.result = report
                return
            self.progress = report
        code = await self.process.wait()
        raise CouldNotRun(f"a process of bots ended with exit code {code}{tail(self.log)}")


class Crew:
    """All processes of bots of a run."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.workers = workers
        self.finished = asyncio.Event()
        """Set when all results are there."""

    def measure(self, start: float, end: float) -> None:
        """Everybody counts what happens in that window (``time.monotonic()``)."""
        for worker in self.workers:
            worker.tell(Measure(start, end))

    def finish(self) -> None:
        """Everybody leaves in order; :attr:`finished` is set when all have reported."""
        for worker in self.workers:
            worker.tell(Finish())

    async def listen(self) -> None:
        """Takes in all reports until all results are there. Raises :class:`CouldNotRun` if a process ends without."""
        try:
            async with asyncio.TaskGroup() as group:
                for number, worker in enumerate(self.workers):
                    group.create_task(worker.listen(), name=f"reports of process {number}")
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        self.finished.set()

    def progress(self) -> list[Progress]:
        """The newest word of each that has said something."""
        return [worker.progress for worker in self.workers if worker.progress is not None]

    def results(self) -> list[Result]:
        """The results that are there."""
        return [worker.result for worker in self.workers if worker.result is not None]


@contextlib.asynccontextmanager
async def crew_of(works: Sequence[Work]) -> AsyncIterator[Crew]:
    """Starts a process for each share of work; all have ended with the block, however it ends."""
    async with contextlib.AsyncExitStack() as stack:
        crew = Crew([await stack.enter_async_context(_worker(work)) for work in works])
        yield crew


@contextlib.asynccontextmanager
async def _worker(work: Work) -> AsyncIterator[Worker]:
    with tempfile.TemporaryFile(prefix="rallypoint-bots-") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rallypoint_loadtest.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=_LINE_BYTES_MAX,
            start_new_session=True,  # as the server
        )
        try:
            worker = Worker(process, log)
            worker.tell(work)
            yield worker
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """The end of its input ends a worker at once."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
