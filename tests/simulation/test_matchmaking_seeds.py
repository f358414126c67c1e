"""Seeds of matchmaking: nothing breaks in them either."""

from __future__ import annotations

import pytest

from tests.simulation.mean_matchmaking import ALL_FROM
from tests.simulation.test_seeds import CHUNK, nothing_breaks


@pytest.mark.parametrize("first", range(ALL_FROM + 1, ALL_FROM + 41, CHUNK))
def test_nothing_breaks(first):
    nothing_breaks(first)
