"""Seeds with operators who pause sessions: nothing breaks in them either; some of them once found something."""

from __future__ import annotations

import pytest

from tests.simulation.mean_pauses import FROM
from tests.simulation.test_seeds import CHUNK, nothing_breaks, nothing_breaks_in

FOUND = (97, 98, 127, 152, 171, 198, 202, 221)
"""What is shown of an absence in a pause; passes under way; observers that had to learn about pauses."""


@pytest.mark.parametrize("first", range(FROM + 1, FROM + 11, CHUNK))
def test_nothing_breaks(first):
    nothing_breaks(first)


def test_what_was_found_stays_mended():
    nothing_breaks_in(FROM + seed for seed in FOUND)
