"""What a crash test says at its end."""

from collections import Counter

import pytest

from rallypoint_loadtest.crash_ledger import Verdict
from rallypoint_loadtest.crash_load import Load
from rallypoint_loadtest.crash_report import figures_of, percentile, table
from rallypoint_loadtest.crash_round import PROBLEMS_SHOWN, Round
from rallypoint_loadtest.crash_run import Outcome


def good(number: int = 1, *, twice: bool = False, freezes_s: tuple[float, ...] = (1.0, 1.2)) -> Round:
    return Round(number, twice, sessions=2, back=2, start_s=0.6, freezes_s=list(freezes_s), actions=90, durable=80)


def test_percentiles_are_nearest_ranks():
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, p) for p in (0, 50, 99, 100)] == [1.0, 51.0, 100.0, 100.0]
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 50)


def test_a_line_says_what_was_counted_and_that_it_is_fine():
    header, line = table([good()])
    assert header.split()[:3] == ["round", "kills", "sessions"]
    assert line.split()[:3] == ["1", "1", "2/2"]
    assert line.endswith("ok")
    assert "1.20 s" in line


def test_a_failed_round_names_its_verdicts_and_shows_some_examples():
    failed = Round(2, True, sessions=2)
    for number in range(5):
        failed.found(Verdict.SEATS, f"seat {number} is gone")
    lines = table([failed])
    assert "FAILED: seats 5" in lines[1]
    assert len(lines) == 2 + PROBLEMS_SHOWN


def test_figures_keep_rounds_with_a_second_kill_apart():
    figures = figures_of([good(), good(2, twice=True, freezes_s=(2.0,))], Load(2, 80.0, 40.0))
    assert (figures["freeze_max_s"], figures["freeze_twice_max_s"]) == (1.2, 2.0)
    assert (figures["rounds"], figures["rounds_failed"], figures["sessions"]) == (2, 0, 2)
    assert figures["failed_once"] == 0


def test_a_run_is_good_only_if_it_was_played_and_nothing_was_found():
    bad = good()
    bad.failed = Counter({Verdict.ONCE: 1})
    assert Outcome([good()]).good
    assert not Outcome([]).good
    assert not Outcome([good(), bad]).good
    assert not Outcome([good()], error="the server ended by itself").good
