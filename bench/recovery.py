"""How long a node is away that was killed: of 50 sessions as their players see it, and of 200 without the process."""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from pathlib import Path

from bench.arena import Arena
from bench.driven import BUCKETS, HZ, DrivenNode, folder_bytes
from rallypoint.game.entity import check_assignments
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.quarantine import Marks
from rallypoint.runtime.recovery import recover
from rallypoint.storage.journal_opening import open_journal
from rallypoint_loadtest.crash_report import percentile
from rallypoint_loadtest.crash_run import Plan, play

PLAY_S = 10
FOREVER_S = 1e6


def run(quick: bool) -> dict[str, float]:
    """The freeze of 50 sessions over 5 kills (quick: 4 sessions, 1), the recovery of 200 sessions (quick: 20)."""
    return _restart(*((4, 1) if quick else (50, 5))) | asyncio.run(_recovery(20 if quick else 200))


def _restart(sessions: int, rounds: int) -> dict[str, float]:
    """Real processes, the start of the server's included."""
    import uvloop

    with tempfile.TemporaryDirectory(prefix="rallypoint-bench-") as folder:
        plan = Plan(rounds, sessions=sessions, twice_every=0, seed=1)
        outcome = uvloop.run(play(plan, Path(folder), lambda text: print(f"  {text}", file=sys.stderr, flush=True)))
    if not outcome.good:
        examples = [example for each in outcome.rounds for example in each.examples]
        raise RuntimeError("\n".join([outcome.error or "a round has failed", *examples]))
    freezes = [seconds for each in outcome.rounds for seconds in each.freezes_s]
    name = f"restart_{sessions}x8"
    return {
        **{f"{name}_freeze_{label}_s": percentile(freezes, p) for p, label in ((50, "p50"), (99, "p99"), (100, "max"))},
        f"{name}_start_p50_s": percentile([each.start_s for each in outcome.rounds], 50),
        f"{name}_start_cpu_p50_s": percentile([each.start_cpu_s for each in outcome.rounds], 50),
    }


async def _recovery(sessions: int) -> dict[str, float]:
    """One checkpoint of each session and ten seconds of its journal: twice as much as there usually is."""
    with tempfile.TemporaryDirectory(prefix="rallypoint-bench-") as name:
        folder = Path(name)
        await _write(folder, sessions)
        size = folder_bytes(folder)
        gc.collect()
        began, cpu = time.perf_counter(), time.process_time()
        journal, recovered = open_journal(folder, "process", asyncio.get_running_loop())
        read_s = time.perf_counter() - began
        node = Node([Arena.definition()], NodeSettings(), journal, asyncio.get_running_loop(), Ambient())
        marks = Marks(recovered.entries, recovered.stepping)
        report = recover(recovered, node, Ambient(), marks, lambda header, entries: "nowhere")
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        await journal.close()
    assert (report.sessions, report.quarantined) == (sessions, [])
    return {
        f"recovery_{sessions}_sessions_s": took,
        f"recovery_{sessions}_sessions_cpu_s": cpu,
        f"recovery_{sessions}_sessions_read_s": read_s,
        f"recovery_{sessions}_sessions_journal_mb": size / 1e6,
    }


async def _write(folder: Path, sessions: int) -> None:
    check_assignments(False)  # as a server does
    try:
        journal, _ = open_journal(folder, "process", asyncio.get_running_loop())
        driven = DrivenNode(journal, sessions, NodeSettings(checkpoint_s=FOREVER_S))
        groups = driven.groups()
        for _ in range(PLAY_S * HZ):
            for place in range(BUCKETS):
                driven.bucket(groups[place])
            await asyncio.sleep(0)  # the journal has work of its own
        assert driven.steps >= sessions * (PLAY_S * HZ - 1)
        driven.node.ticker.stop()
        await journal.close()
    finally:
        check_assignments(True)
