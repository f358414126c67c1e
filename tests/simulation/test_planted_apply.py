"""The planted faults fit the code as it is now: each changes it, and what comes out is still Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted.faults import FAULTS, Edit, Fault
from tests.simulation.planted.plant import CannotPlant, changed_files, plant

REPOSITORY = Path(__file__).parents[2]
BY_NAME = {fault.name: fault for fault in FAULTS}


def test_there_are_at_least_fifteen_and_each_has_a_name_of_its_own():
    assert len(BY_NAME) == len(FAULTS) >= 15
    assert len({fault.what for fault in FAULTS}) == len(FAULTS)
    assert len({fault.edits for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_fault_fits_and_the_changed_files_compile(name: str):
    fault = BY_NAME[name]
    changed = changed_files(fault)
    assert set(changed) == {edit.file for edit in fault.edits}
    for file, text in changed.items():
        compile(text, file, "exec")
        assert text != (REPOSITORY / file).read_text("utf-8")


def test_nothing_differs_in_a_copy_but_what_its_fault_changes(tmp_path: Path):
    for fault in FAULTS[0], FAULTS[-1]:  # the second over the first: nothing of that one is left
        roots = plant(fault, tmp_path)
        assert tmp_path / "server" in roots
        assert roots[-1] == tmp_path  # for games and tests
        differing = {
            file.relative_to(tmp_path).as_posix()
            for file in tmp_path.rglob("*.py")
            if file.read_bytes() != (REPOSITORY / file.relative_to(tmp_path)).read_bytes()
        }
        assert differing == set(changed_files(fault))
    assert not list(tmp_path.rglob("__pycache__"))


@pytest.mark.parametrize(("old", "times"), [("there is no such line", 0), ("def ", 8)])
def test_a_fault_that_does_not_fit_once_is_named(old: str, times: int, tmp_path: Path):
    file = "server/rallypoint/core/grace.py"
    with pytest.raises(CannotPlant, match=f"fault stale: what it replaces in {file} is there {times} times, not once"):
        plant(Fault("stale", "Nothing goes wrong.", (Edit(file, old, ""),)), tmp_path)
    assert not list(tmp_path.iterdir())
