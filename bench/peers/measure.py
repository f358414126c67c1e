"""One run after the other: servers in turn at equal numbers of clients, then their searches side by side."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .processes import Failed, pinned
from .rules import HZ, RULES, STRICT, largest, next_count, overloaded
from .servers import Server

__all__ = ["Plan", "Round", "measure"]

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. Durations in seconds."""

    counts: tuple[int, ...] = (480, 1200)
    rounds: int = 2
    measure_s: float = 5.0
    warm: float = 1.0
    """Times each server's own warm-up."""
    search: bool = True
    within: float = 1.05
    runs_max: int = 14
    """Of one server in one round."""


QUICK = Plan(counts=(480,), rounds=1, measure_s=1.5, warm=0.4, within=1.5, runs_max=4)


@dataclass(slots=True)
class Round:
    """What was measured of one server in one round."""

    runs: dict[int, list[Run]] = field(default_factory=dict)


class Bench:
    """Runs the generator against servers; ``say`` is told what happens."""

    def __init__(self, blast: Path, cores: tuple[int, int], plan: Plan, say: Callable[[str], None]) -> None:
        self._blast = blast
        self._server_core, self._generator_core = cores
        self._plan = plan
        self._say = say

    def run(self, server: Server, count: int) -> Run:
        """One new server process, ``count`` clients. Raises Failed if the server does not start."""
        plan = self._plan
        with server.start(self._server_core) as running:
            time.sleep(0.5)  # what a server does once it listens is not the clients' doing
            command = [str(self._blast), "--speak", server.name, "--port", str(running.port), "--pid", str(running.pid)]
            command += ["--n", str(count), "--hz", str(HZ), "--warm", str(server.warm_s * plan.warm)]
            command += ["--measure", str(plan.measure_s), "--join-max", "40", "--all-max", "90"]
            with pinned(self._generator_core, command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as generator:
                out, err = generator.communicate(timeout=120)
        try:
            run: Run = json.loads(out.strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise Failed(f"the generator failed: {err.strip()[-300:]}") from None
        run = {"n": count, **run}
        self._say(f"  {server.name:<10} {_line(run)}")
        return run

    def round(self, servers: Sequence[Server]) -> dict[str, Round]:
        """Every server at every fixed count, in turn; then each one's next step of its search, in turn."""
        found = {server.name: Round() for server in servers}

        def add(server: Server, count: int) -> None:
            found[server.name].runs.setdefault(count, []).append(self.run(server, count))

        for count in self._plan.counts:
            for server in servers:
                add(server, count)
        for rule in RULES if self._plan.search else ():
            self._say(f" searching the largest number of clients that holds; {rule}")
            open_ = list(servers)
            while open_:
                for server in list(open_):
                    runs = found[server.name].runs
                    wanted = next_count(runs, rule, within=self._plan.within, runs_max=self._plan.runs_max)
                    if wanted is None:
                        self._say(f"  {server.name:<10} {largest(runs, rule):>5} clients hold")
                        open_.remove(server)
                    else:
                        add(server, wanted)
        return found


def _line(run: Run) -> str:
    if "error" in run:
        return f"{run['n']:>5} clients  {run['error']}"
    generator = "  (the GENERATOR is at its limit)" if overloaded(run) else ""
    lost = f"  {run['dead']} lost: {run['why_dead']}" if run["dead"] else ""
    lost += f"  {run['bad']} malformed: {run['why_bad']}" if run["bad"] else ""
    return (
        f"{run['n']:>5} clients  {run['us_per_pair']:5.1f} us a pair  cpu {run['server_cpu']:4.0%}"
        f"  snapshots {run['snapshot_ratio']:6.1%}  late p99 {run['late_p99_ms']:5.1f} ms"
        f"  shown p99 {run['shown_p99_ms']:5.1f} ms  join {run['join_s']:.2f} s"
        f"  {'holds' if STRICT.holds(run) else 'does not hold'}{generator}{lost}"
    )


def measure(bench: Bench, servers: Sequence[Server], plan: Plan, say: Callable[[str], None]) -> list[dict[str, Round]]:
    """All rounds."""
    rounds = []
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}")
        rounds.append(bench.round(servers))
    return rounds
