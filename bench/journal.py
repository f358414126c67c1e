"""What it costs that sessions survive their server: the reference work with and without a journal, side by side.

The nodes are those of ``bench.node``, with their processor time by pair. One step is measured without a network.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.driven import BUCKETS, HZ, DrivenNode
from bench.node import measure_at, running
from rallypoint.game.entity import check_assignments
from rallypoint.ports import Journal
from rallypoint.storage.journal_off import JournalOff
from rallypoint.storage.journal_opening import open_journal


def run(quick: bool) -> dict[str, float]:
    """Ratios of capacity (1 would be for nothing), microseconds and bytes."""
    figures = _nodes(40, 1, 2.0) if quick else _nodes(480, 4, 8.0)
    return figures | asyncio.run(_steps(20 if quick else 80, 100 if quick else 600))


# --- whole nodes ------------------------------------------------------------------------------------------------------


def _nodes(clients: int, rounds: int, seconds: float) -> dict[str, float]:
    """Two nodes at a time on the same core, together near its capacity: its ups and downs hit both alike."""
    figures: dict[str, float] = {}
    for durability, times in (("process", rounds), ("disk", 1)):
        found: dict[str, list[dict[str, float]]] = {"off": [], durability: []}
        for number in range(times):
            order = ("off", durability) if number % 2 == 0 else (durability, "off")
            for name, each in zip(order, _together(order, clients, seconds), strict=True):
                found[name].append(each)
        for name, values in found.items():
            for figure in ("us_per_pair", "late_p99_ms"):
                figures.setdefault(f"journal_{name}_{figure}", statistics.median(each[figure] for each in values))
        ratios = [
            off["us_per_pair"] / kept["us_per_pair"] for off, kept in zip(found["off"], found[durability], strict=True)
        ]
        figures[f"journal_{durability}_vs_off"] = statistics.median(ratios)
    return figures


def _together(durabilities: Sequence[str], clients: int, seconds: float) -> list[dict[str, float]]:
    import uvloop

    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []  # Linux alone has it
    with contextlib.ExitStack() as stack:
        if cores:
            stack.callback(os.sched_setaffinity, 0, cores)
        ready = []
        for durability in durabilities:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rallypoint-bench-"))
            settings = {"RALLYPOINT_DURABILITY": durability}
            ready.append(stack.enter_context(running("bench.arena:Arena", settings, folder)))
            if cores:
                os.sched_setaffinity(0, cores)  # so that the next one gets the first core, too
        if cores[1:]:
            os.sched_setaffinity(0, cores[1:])

        async def measure_all() -> list[dict[str, float]]:
            return await asyncio.gather(
                *(measure_at(each["lobby"], each["ops"], clients, seconds, "arena") for each in ready)
            )

        return uvloop.run(measure_all())


# --- one step ---------------------------------------------------------------------------------------------------------


async def _steps(sessions: int, ticks: int) -> dict[str, float]:
    """Two nodes, tick by tick in turn: with the journal in a file, and without."""
    check_assignments(False)  # as a server does
    try:
        with tempfile.TemporaryDirectory(prefix="rallypoint-bench-") as name:
            journal, _ = open_journal(Path(name), "process", asyncio.get_running_loop())
            written = _count_bytes(journal)
            nodes = [DrivenNode(JournalOff(), sessions), DrivenNode(journal, sessions)]
            all_groups = [node.groups() for node in nodes]
            gc.collect()
            gc.freeze()  # as a server does
            for tick in range(ticks + HZ):
                if tick == HZ:  # all have begun, and been written whole
                    for node in nodes:
                        node.step_s, node.steps = 0.0, 0
                    written.clear()
                for place in range(BUCKETS):
                    for node, groups in zip(nodes, all_groups, strict=True):
                        node.bucket(groups[place])
                await asyncio.sleep(0)  # the journal has work of its own
            await journal.close()
    finally:
        gc.unfreeze()
        check_assignments(True)
    off, kept = (node.step_s / node.steps * 1e6 for node in nodes)
    return {
        "journal_step_off_us": off,
        "journal_step_process_us": kept,
        "journal_step_cost_us": kept - off,
        "journal_bytes_per_session_s": sum(written) / nodes[1].steps * HZ,
        "journal_bytes_per_batch": statistics.mean(written),
    }


def _count_bytes(journal: Journal) -> list[int]:
    """The sizes of all batches from now on."""
    sizes: list[int] = []
    real = journal._write  # type: ignore[attr-defined]  # what the port does not tell anybody

    def write(entries: object, now: float) -> int:
        size: int = real(entries, now)
        sizes.append(size)
        return size

    journal._write = write  # type: ignore[attr-defined]  # as above
    return sizes
