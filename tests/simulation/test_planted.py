"""Every planted fault is caught by an invariant: whoever breaks the code like that is told.

`python -m tests.simulation.planted` hunts for all of them in many seeds, and writes caught.json: by which invariant, in
which seed. Here that seed is played again, on a copy of the code that has the fault.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.simulation.explore import play_seed
from tests.simulation.planted.fault import Fault
from tests.simulation.planted.faults import FAULTS
from tests.simulation.planted.hunt import hunt, read_table, table

KNOWN = read_table()
CHOSEN = FAULTS if os.environ.get("PLANTED") == "all" else FAULTS[::8]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("fault", CHOSEN, ids=[fault.name for fault in CHOSEN])
def test_a_planted_fault_is_caught(fault: Fault):
    caught = hunt(fault, KNOWN[fault.name].seed, 1)
    assert caught.invariant, (
        f"{fault.name} went unnoticed in seed {KNOWN[fault.name].seed}. Have scenarios or the code changed? Hunt again:"
        f" python -m tests.simulation.planted --only {fault.name}"
    )


def test_nothing_breaks_in_the_same_seeds_without_a_fault():
    for seed in sorted({KNOWN[fault.name].seed for fault in CHOSEN}):
        assert not play_seed(seed).invariant


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_has_its_place_in_the_code(fault: Fault):
    for edit in fault.edits:
        assert (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old) == 1, edit.file


def test_the_document_has_the_table_as_it_is():
    document = ROOT / "docs/planted-faults.md"
    assert table(KNOWN) in document.read_text(encoding="utf-8"), "python -m tests.simulation.planted --table prints it"
