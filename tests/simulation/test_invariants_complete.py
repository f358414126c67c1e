"""Every invariant of the seats is broken by a case of its own."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from tests.simulation.invariants.all import OBSERVERS

SEATS = ("actions", "connections", "events", "grace", "holds", "pasts", "resumes", "ticks", "tokens", "waits")


def _broken() -> set[str]:
    """What the cases of the tests beside this one break: the first value of each row."""
    rows: list[Any] = []
    for file in sorted(Path(__file__).parent.glob("test_invariants_*.py")):
        for test in vars(importlib.import_module(f"tests.simulation.{file.stem}")).values():
            marks = getattr(test, "pytestmark", ())
            rows += [row for mark in marks if mark.name == "parametrize" for row in mark.args[1]]
    return {value for row in rows for value in (row.values if hasattr(row, "marks") else ()) if isinstance(value, str)}


def test_each_invariant_of_the_seats_is_broken_somewhere() -> None:
    modules = dict.fromkeys(importlib.import_module(observer.__module__) for observer in OBSERVERS)
    names: set[str] = set()
    for module in modules:
        if module.__name__.rpartition(".")[2] in SEATS:
            names.update(value for name in module.__all__ if isinstance(value := getattr(module, name), str))
    assert len(names) > 20
    assert names <= _broken()
