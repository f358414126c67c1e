"""Figures, as the console has them, too."""

from __future__ import annotations

import datetime as dt

import pytest

from rallypoint.commands.figures import clock, count, counted, duration, ms, percent, size, time_since


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "-"), (0.0, "0 ms"), (0.25, "0.25 ms"), (18.0, "18 ms"), (262.4, "262 ms"), (1530.0, "1.53 s")],
)
def test_milliseconds(value: float | None, words: str) -> None:
    assert ms(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "-"),
        (0, "0 s"),
        (9.96, "10 s"),
        (59.7, "1 min"),
        (61, "1 min 1 s"),
        (11_520, "3 h 12 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_in_their_two_largest_units(value: float | None, words: str) -> None:
    assert duration(value) == words


def test_bytes_counts_and_shares() -> None:
    assert [size(n) for n in (None, 0, 1023, 1536, 131 << 20, 3 << 40)] == [
        "-",
        "0 B",
        "1023 B",
        "1.5 KiB",
        "131 MiB",
        "3 TiB",
    ]
    assert [count(n) for n in (None, 5000, 0.26)] == ["-", "5,000", "0.3"]
    assert [counted(n, "session") for n in (1, 0, 5000)] == ["1 session", "0 sessions", "5,000 sessions"]
    assert [percent(n) for n in (None, 0.071, 0.42, 1.0)] == ["-", "7.1%", "42%", "100%"]


def test_times_have_their_day_if_it_is_another_one() -> None:
    noon = dt.datetime(2026, 11, 23, 12, 0, 5).astimezone().timestamp()
    assert clock(noon, noon + 3600) == "12:00:05"
    assert clock(noon, noon + 86_400) == "2026-11-23 12:00:05"
    assert (clock(None, noon), time_since(None, noon), time_since(noon, noon + 90)) == ("-", "-", "1 min 30 s")
    assert time_since(noon + 5, noon) == "0 s"  # two machines' clocks
