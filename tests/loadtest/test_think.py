from random import Random

import pytest

from rallypoint_client import Bot
from rallypoint_loadtest.think import THINK, Think, parse_think, think_of


@pytest.mark.parametrize(
    ("text", "least_s", "most_s"),
    [("0.2s..1s", 0.2, 1.0), ("50ms..0.2s", 0.05, 0.2), (" 1s ", 1.0, 1.0), ("1ms..1ms", 0.001, 0.001)],
)
def test_the_least_and_the_most_are_read(text, least_s, most_s):
    assert parse_think(text) == Think(least_s, most_s)


@pytest.mark.parametrize("text", ["", "1", "1s..", "..1s", "2s..1s", "0s", "-1s", "1s...2s", "1min", "nans"])
def test_anything_else_is_refused_with_what_to_write_instead(text):
    with pytest.raises(ValueError, match="is no time to think"):
        parse_think(text)


def test_a_bot_thinks_for_as_long_as_it_says_itself():
    class Slow(Bot):
        think_s = (1.0, 4.0)

    assert think_of(Slow) == Think(1.0, 4.0)
    assert think_of(Bot) == THINK


def test_each_time_is_between_them():
    random, think = Random(1), Think(0.2, 1.0)
    drawn = [think.draw(random) for _ in range(1000)]
    assert 0.2 <= min(drawn) < 0.25
    assert 0.95 < max(drawn) <= 1.0
