"""Makes a copy of this repository with a planted fault in it, for a process of its own to run.

A process that has the roots in ``PYTHONPATH``, before all others, runs the copy and nothing of the original.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from .fault import Fault

__all__ = ["CannotPlant", "changed_files", "plant"]

_REPOSITORY: Final = Path(__file__).parents[3]
_ROOTS: Final = ("server", "client", "shared", "loadtest", "simulation")
_BESIDE: Final = ("games", "tests/simulation", "pyproject.toml")
"""Found from the copy's own root, as from the repository's."""
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", ".*", "*.pyc", "*.egg-info", "node_modules")


class CannotPlant(Exception):
    """The code has changed since the fault was chosen: what it replaces is not there exactly once."""

    def __init__(self, fault: str, file: str, times: int) -> None:
        super().__init__(f"fault {fault}: what it replaces in {file} is there {times} times, not once")
        self.fault = fault
        self.file = file
        self.times = times


def changed_files(fault: Fault) -> dict[str, str]:
    """The files that the fault changes, from the repository's root, and what is in them then.

    Raises:
        CannotPlant: an edit does not fit any more.
    """
    texts: dict[str, str] = {}
    for edit in fault.edits:
        text = texts.get(edit.file) or (_REPOSITORY / edit.file).read_text("utf-8")
        times = text.count(edit.old)
        if times != 1:
            raise CannotPlant(fault.name, edit.file, times)
        texts[edit.file] = text.replace(edit.old, edit.new)
    return texts


def plant(fault: Fault, into: Path) -> list[Path]:
    """Copies the code into the folder ``into``, with the fault; gives the roots for ``PYTHONPATH``, in order.

    Some four hundred small files. What was in ``into`` before is overwritten, and so a fault that was planted there.

    Raises:
        CannotPlant: an edit does not fit any more. Nothing was copied.
    """
    texts = changed_files(fault)
    roots = [root for root in _ROOTS if (_REPOSITORY / root).is_dir()]
    for name in (*roots, *_BESIDE):
        source = _REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=_LEFT_OUT, copy_function=shutil.copyfile, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, into / name)
    for file, text in texts.items():
        (into / file).write_text(text, "utf-8")
    return [*(into / root for root in roots), into]
