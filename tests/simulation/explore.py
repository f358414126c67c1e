"""Plays scenarios by seed, in this process or in workers of their own, and says what broke."""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from rallypoint_simulation.observer import Violation
from rallypoint_simulation.run import Outcome, run
from rallypoint_simulation.scenario import Scenario

__all__ = ["Found", "explore", "play", "play_seed", "violation_of"]

SEEDS_AT_ONCE = 4
"""What a worker is given with one message."""
SEEDS_A_WORKER = 400
"""Then another takes its place: what a process gathers in time is no part of a seed's run."""
SILENT_S = 180.0
"""A worker that says nothing for so long is stuck below Python."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a seed."""

    seed: int
    invariant: str
    """Empty: nothing broke."""
    text: str
    at: float
    simulated_s: float
    cpu_s: float
    messages: int
    digest: str


def scenario_of(seed: int) -> Scenario:
    """The scenario of a seed."""
    from tests.simulation.mean import mean_scenario

    return mean_scenario(seed)


def play(scenario: Scenario, **options: Any) -> Outcome:
    """Plays it under the eyes of all observers."""
    from tests.simulation.invariants.all import OBSERVERS

    return run(scenario, OBSERVERS, **options)


def violation_of(scenario: Scenario) -> Violation | None:
    """What breaks in it."""
    return play(scenario, keep_timeline=False).violation


def play_seed(seed: int) -> Found:
    """Plays the scenario of a seed."""
    outcome = play(scenario_of(seed), keep_timeline=False)
    broken = outcome.violation or Violation("", "")
    return Found(
        seed,
        broken.invariant,
        broken.text,
        broken.at,
        outcome.simulated_s,
        outcome.cpu_s,
        outcome.messages,
        outcome.digest,
    )


def explore(first: int, count: int, jobs: int) -> Generator[Found]:
    """Plays ``count`` seeds from ``first`` on, and gives each when it is done, in no order. Close it to stop."""
    if jobs == 1:
        yield from map(play_seed, range(first, first + count))
        return
    todo = iter(range(first, first + count))
    workers = [_Worker() for _ in range(jobs)]
    try:
        for worker in workers:
            worker.give(todo)
        while busy := [worker for worker in workers if worker.waiting_for]:
            ready = wait([worker.pipe for worker in busy], timeout=5.0)
            for index, worker in enumerate(workers):
                if worker.pipe in ready:
                    found = worker.take()
                    if found is None:
                        yield worker.lost()
                        workers[index] = worker = worker.another()
                    else:
                        yield found
                elif worker.waiting_for and time.monotonic() - worker.heard > SILENT_S:
                    yield worker.lost()
                    workers[index] = worker = worker.another()
                if not worker.waiting_for:
                    if worker.played >= SEEDS_A_WORKER:
                        workers[index] = worker = worker.another()
                    worker.give(todo)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that plays seeds."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.waiting_for: list[int] = []
        self.played = 0
        self.heard = time.monotonic()
        self._unplayed: list[int] = []

    def give(self, todo: Iterator[int]) -> None:
        """The next few seeds, if there are any."""
        seeds, self._unplayed = self._unplayed, []
        seeds += itertools.islice(todo, max(0, SEEDS_AT_ONCE - len(seeds)))
        if seeds:
            self.heard = time.monotonic()
            self.waiting_for = seeds
            self.pipe.send(seeds)

    def take(self) -> Found | None:
        """What it says; ``None``: it has died."""
        try:
            found: Found = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.heard = time.monotonic()
        self.played += 1
        self.waiting_for.remove(found.seed)
        return found

    def lost(self) -> Found:
        """It died with the seed that it was playing, or hangs in it."""
        seed = self.waiting_for.pop(0)
        code = self._process.exitcode
        text = f"the process hangs ({SILENT_S:g} s without a word)" if code is None else f"the process died: {code}"
        return Found(seed, "a seed's process comes to its end", text, 0.0, 0.0, 0.0, 0, "")

    def another(self) -> _Worker:
        """One in its place, which plays what this one has not."""
        worker = _Worker()
        worker._unplayed = self.waiting_for
        self.end()
        return worker

    def end(self) -> None:
        """Now."""
        self._process.terminate()
        self._process.join()
        self.pipe.close()


def _work(pipe: Connection) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it says when it is over
    scenario_of(0)
    gc.collect()
    gc.freeze()  # what is there stays: no collection has to look at it
    while True:
        try:
            seeds: list[int] = pipe.recv()
        except (EOFError, OSError):
            return
        for seed in seeds:
            pipe.send(_safely(play_seed, seed))


def _safely(play_one: Callable[[int], Found], seed: int) -> Found:
    try:
        return play_one(seed)
    except Exception as error:
        import traceback

        text = "".join(traceback.format_exception(error))
        return Found(seed, "a seed can be played", text, 0.0, 0.0, 0.0, 0, "")
