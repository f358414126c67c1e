import pytest

from rallypoint_loadtest.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "per_s"),
    [("5%/s", 0.05), ("0.05/s", 0.05), ("100%/s", 1.0), ("2.5%/s", 0.025), ("0", 0.0), (" 1%/s ", 0.01)],
)
def test_a_rate_is_a_chance_per_second(text, per_s):
    assert parse_rate(text).per_s == pytest.approx(per_s)


def test_a_chance_per_minute_is_as_many_strikes_as_one_per_second_makes_in_a_minute():
    assert parse_rate("30%/min").chance(60) == pytest.approx(0.3)


@pytest.mark.parametrize("text", ["", "5", "5%", "5%/h", "-5%/s", "five%/s", "5 %/s", "nan/s"])
def test_what_is_no_rate_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"as in 5%/s"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["101%/s", "2/s"])
def test_more_than_certain_is_refused(text):
    with pytest.raises(ValueError, match="at most 100%"):
        parse_rate(text)


def test_ten_tenths_of_a_second_are_as_dangerous_as_a_second():
    rate = Rate(0.05)
    survived = (1 - rate.chance(0.1)) ** 10
    assert 1 - survived == pytest.approx(0.05)


def test_what_is_certain_within_a_second_strikes_at_once():
    assert Rate(1.0).chance(0.1) == 1.0
