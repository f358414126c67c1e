"""What the start of a server costs its first games: the HTTP API is made in a thread while they tick."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.turns import Turns

WAIT_S = 0.005
"""As often as ticks may fall."""


def run(quick: bool) -> dict[str, float]:
    """Servers in processes of their own, one after the other: 5 (quick: 1), medians of all."""
    found = [_once(1.0 if quick else 4.0) for _ in range(1 if quick else 5)]
    return {key: statistics.median(each[key] for each in found) for key in found[0]}


def _once(seconds: float) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.start", str(seconds)], check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


async def _first_seconds(seconds: float) -> dict[str, float]:
    """Of a server on which nobody plays: its first seconds, and as many after them."""
    from rallypoint import logs
    from rallypoint.app import Server
    from rallypoint.config import Settings

    logs.set_up("console", "error")
    with tempfile.TemporaryDirectory(prefix="rallypoint-bench-") as folder:
        settings = Settings(port=0, ops_port=0, data_dir=Path(folder), log_level="warning")
        async with Server([Turns], settings):
            first, cpu_s = await _late(seconds)
            later, _ = await _late(seconds)
    return {
        "start_cpu_s": cpu_s,
        "start_late_p99_ms": first[len(first) * 99 // 100] * 1000,
        "start_late_max_ms": first[-1] * 1000,
        "start_late_p99_ms_afterwards": later[len(later) * 99 // 100] * 1000,
    }


async def _late(seconds: float) -> tuple[list[float], float]:
    """How late short waits end, least first; and the CPU time meanwhile."""
    late: list[float] = []
    cpu, end = time.process_time(), time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        await asyncio.sleep(WAIT_S)
        late.append(time.perf_counter() - began - WAIT_S)
    return sorted(late), time.process_time() - cpu


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(_first_seconds(float(sys.argv[1])))))
