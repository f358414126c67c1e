from dataclasses import dataclass
from random import Random

import pytest

from rallypoint_loadtest.faults import Faults
from rallypoint_loadtest.rates import NEVER, Rate


@dataclass(eq=False)
class Struck:
    connected: bool = True


def test_bots_are_struck_as_often_as_the_rate_says_however_often_it_is_asked():
    bots = [Struck() for _ in range(500)]
    for step_s in (0.05, 0.1, 0.7):
        faults = Faults(Rate(0.05), Random(1), now=0.0)
        count = sum(len(list(faults.struck(bots, number * step_s))) for number in range(1, round(40 / step_s) + 1))
        assert count == pytest.approx(500 * 40 * 0.05, rel=0.15)


def test_who_is_not_connected_is_not_struck():
    bots = [Struck(connected=False) for _ in range(100)]
    assert not list(Faults(Rate(1.0), Random(1), now=0.0).struck(bots, 1.0))


def test_certainty_strikes_everybody():
    bots = [Struck() for _ in range(100)]
    assert list(Faults(Rate(1.0), Random(1), now=0.0).struck(bots, 0.1)) == bots


def test_without_a_rate_nobody_is_struck():
    assert not list(Faults(NEVER, Random(1), now=0.0).struck([Struck()], 100.0))
