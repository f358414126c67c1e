"""Looks for a planted fault: plays mean scenarios on a copy of the code that has it, until something breaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .fault import Fault
from .faults import FAULTS
from .plant import plant

__all__ = ["TABLE", "Caught", "hunt", "read_table", "table"]

TABLE: Final = Path(__file__).with_name("caught.json")
"""What the last whole hunt has found."""


@dataclass(frozen=True, slots=True)
class Caught:
    """A planted fault that was found out."""

    fault: str
    invariant: str
    """By which one."""
    seed: int
    """In which seed; 0: in none of those that were played."""
    played: int
    """How many seeds were played until then."""


def hunt(fault: Fault, first: int, count: int, skip: Sequence[int] = ()) -> Caught:
    """Plays at most ``count`` seeds from ``first`` on, in a process of its own, and gives what broke first.

    ``skip``: seeds in which something breaks without a fault, too.
    """
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        roots = plant(fault, Path(folder))
        report = Path(folder) / "report.json"
        command = ["-m", "tests.simulation", "--from", str(first), "--seeds", str(count)]
        for seed in skip:
            command += ["--skip", str(seed)]
        ended = subprocess.run(
            [sys.executable, *command, "--jobs", "1", "--brief", "--json", str(report)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots)), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if not report.exists():
            raise RuntimeError(f"fault {fault.name}: the hunt has failed\n{ended.stdout}\n{ended.stderr}")
        found = json.loads(report.read_text())
    if not found["broken"]:
        return Caught(fault.name, "", 0, found["seeds"])
    broken = found["broken"][0]
    return Caught(fault.name, broken["invariant"], broken["seed"], found["seeds"])


def read_table() -> dict[str, Caught]:
    """What is known, by the fault's name."""
    return {row["fault"]: Caught(**row) for row in json.loads(TABLE.read_text())}


def table(known: Mapping[str, Caught]) -> str:
    """What is known, as a table of Markdown, in the order in which the faults were chosen."""
    lines = ["| planted | what it does | caught by | seeds |", "|---|---|---|---|"]
    for fault in FAULTS:
        caught = known.get(fault.name)
        if caught is not None:
            by, seeds = (caught.invariant, str(caught.played)) if caught.seed else ("**nothing**", f">{caught.played}")
            lines.append(f"| `{fault.name}` | {fault.what} | {by} | {seeds} |")
    return "\n".join(lines)
