"""The extra: what is there without it, and what is said then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def python(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("library", ["numpy", "gymnasium", "pettingzoo"])
def test_without_its_libraries_it_says_what_to_install(library: str) -> None:
    done = python(f"import sys; sys.modules[{library!r}] = None; import rallypoint.pettingzoo")
    assert done.returncode == 1
    assert f"rallypoint.pettingzoo needs {library}: pip install 'rallypoint[pettingzoo]'" in done.stderr


def test_nothing_else_needs_them() -> None:
    done = python(
        "import sys, rallypoint.testing, rallypoint.cli, rallypoint.serve, rallypoint.app, games.orbit.bot\n"
        "print([name for name in ('numpy', 'gymnasium', 'pettingzoo') if name in sys.modules])"
    )
    assert done.stdout == "[]\n", done.stderr
