"""The other half of the hundred seeds: a file of its own, so that two processes share them."""

from __future__ import annotations

import pytest

from tests.simulation.test_seeds import CHUNK, nothing_breaks


@pytest.mark.parametrize("first", range(51, 101, CHUNK))
def test_nothing_breaks(first):
    nothing_breaks(first)
