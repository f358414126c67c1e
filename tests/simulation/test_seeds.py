"""A hundred seeds of mean scenarios, half of them here: nothing breaks. And the same seed is the same run, everywhere.

What fails prints the command that plays it again, shrinks it, and shows its last seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.simulation.explore import play_seed

ROOT = Path(__file__).parents[2]
CHUNK = 10
REPEATED = (3, 14, 27, 31, 100_024)
_DIGESTS = """
import json, sys
from tests.simulation.explore import play_seed
print(json.dumps([play_seed(int(seed)).digest for seed in sys.argv[1:]]))
"""


def nothing_breaks(first: int) -> None:
    """In the seeds from there on."""
    nothing_breaks_in(range(first, first + CHUNK))


def nothing_breaks_in(seeds: Iterable[int]) -> None:
    """In any of these."""
    for seed in seeds:
        found = play_seed(seed)
        assert not found.invariant, (
            f"{found.invariant} at {found.at:.3f} s: {found.text}\n"
            f"    make simulate SEED={seed}    plays it again, and shrinks it"
        )


@pytest.mark.parametrize("first", range(1, 51, CHUNK))
def test_nothing_breaks(first):
    nothing_breaks(first)


def test_a_seed_is_the_same_run_in_processes_with_other_hash_seeds_and_after_other_seeds():
    elsewhere = [
        subprocess.Popen(
            [sys.executable, "-c", _DIGESTS, *map(str, seeds)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
        )
        for hash_seed, seeds in (("1", REPEATED), ("2", REPEATED[::-1]))
    ]
    here = [play_seed(seed).digest for seed in REPEATED]
    there, backwards = (json.loads(process.communicate()[0]) for process in elsewhere)
    assert here == there == backwards[::-1]
    assert len(set(here)) == len(REPEATED)
