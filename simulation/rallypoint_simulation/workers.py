"""Processes that play matches side by side: a match needs one core, and there may be several."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Final

from .matches import MatchPlan, OptionsRefused, play_match
from .outcomes import MatchOutcome

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["nothing_to_collect", "play_all"]

_AT_ONCE: Final = 2
"""Matches that a process has been given: it does not wait for the next one."""
_MATCHES_A_WORKER: Final = 1000
"""Then another takes its place: games may leave something behind."""


def play_all(plan: MatchPlan, seeds: Sequence[int], jobs: int) -> Generator[MatchOutcome]:
    """Plays a match of each seed, and gives each when it is done, in no order. Close it to stop, at once.

    Never in this process, which so knows nothing of them: a match that breaks only after others is found out when it
    is played here again. Raises :class:`~rallypoint_simulation.matches.OptionsRefused`.
    """
    todo = iter(seeds)
    workers: list[_Worker] = []
    try:
        for _ in range(jobs):
            workers.append(_Worker(plan))
            workers[-1].give(todo)
        while busy := [worker for worker in workers if worker.playing]:
            ready = wait([worker.pipe for worker in busy])
            for index, worker in enumerate(workers):
                if worker.pipe in ready:
                    yield worker.take()
                    if not worker.alive or worker.played >= _MATCHES_A_WORKER:
                        workers[index] = worker.another()
                    workers[index].give(todo)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    def __init__(self, plan: MatchPlan, unplayed: Sequence[int] = ()) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._plan = plan
        self._process: SpawnProcess = context.Process(target=_work, args=(theirs, plan), daemon=True)
        with _deaf():
            self._process.start()
        theirs.close()
        self._unplayed = list(unplayed)
        self.playing: list[int] = []
        """Seeds that it was given, and has not reported."""
        self.played = 0
        self.alive = True

    def give(self, todo: Iterator[int]) -> None:
        """The next seeds, if there are any."""
        seeds, self._unplayed = self._unplayed, []
        seeds += itertools.islice(todo, max(0, _AT_ONCE - len(seeds) - len(self.playing)))
        try:
            for seed in seeds:
                self.playing.append(seed)
                self.pipe.send(seed)
        except OSError:  # it has died: this is heard when it is listened to
            pass

    def take(self) -> MatchOutcome:
        """What it says; of the match that it died in, that."""
        try:
            said: MatchOutcome | OptionsRefused = self.pipe.recv()
        except (EOFError, OSError):
            return self._lost()
        if isinstance(said, OptionsRefused):
            raise said
        self.played += 1
        self.playing.remove(said.seed)
        return said

    def _lost(self) -> MatchOutcome:
        self._process.join()
        self.alive = False
        reason = f"the process that played it died, with exit code {self._process.exitcode}"
        return MatchOutcome(self.playing.pop(0), "broken", reason, "process", "", 0.0, 0, (), 0.0, 0.0, "")

    def another(self) -> _Worker:
        """One in its place, which plays what this one has not."""
        self.end()
        return _Worker(self._plan, self.playing)

    def end(self) -> None:
        """Now."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started within is not interrupted from the terminal: whoever started it ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


@contextmanager
def nothing_to_collect() -> Iterator[None]:
    """What is there by now stays: no collection of garbage has to look at it, and there is one after each match."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _work(pipe: Connection, plan: MatchPlan) -> None:
    plan.scenario(0)  # all is imported now
    with nothing_to_collect():
        try:
            while True:
                seed: int = pipe.recv()
                try:
                    pipe.send(play_match(plan, seed))
                except OptionsRefused as refused:
                    pipe.send(refused)
        except (EOFError, OSError):  # nobody listens any more
            return
