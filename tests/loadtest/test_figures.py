import re
from pathlib import Path

import pytest

from rallypoint_loadtest.figures import FIGURES, Run, figures_of, saturation
from rallypoint_loadtest.histogram import Histogram
from rallypoint_loadtest.kinds import Kind
from rallypoint_loadtest.orders import Result
from rallypoint_loadtest.status import Status
from rallypoint_loadtest.tally import Tally

DOCS = Path(__file__).parents[2] / "docs" / "loadtest.md"


def histogram(*values):
    made = Histogram()
    for value in values:
        made.record(value)
    return made


def result(cpu_s=1.0, wall_s=10.0, **counts):
    return Result(Tally(**counts), cpu_s, wall_s, rss_bytes=50_000_000)


def test_counts_of_processes_add_up():
    run = Run([result(bots=3, matched=3, events=5), result(bots=2, matched=1, events=7)], 10.0)
    figures = figures_of(run)
    assert (figures["bots"], figures["matched"], figures["events"], figures["processes"]) == (5, 4, 12, 2)


def test_percentiles_are_those_of_all_processes_together():
    fast, slow = histogram(*[10.0] * 90), histogram(*[100.0] * 10)
    figures = figures_of(Run([result(input_ms=fast), result(input_ms=slow)], 10.0))
    assert figures["input_p50_ms"] == pytest.approx(10, abs=0.06)
    assert figures["input_p99_ms"] == pytest.approx(100, abs=0.06)
    assert (figures["input_max_ms"], figures["input_samples"]) == (100, 100)


def test_what_was_not_measured_is_absent():
    figures = figures_of(Run([result(bots=1)], 10.0))
    assert not {"input_p99_ms", "tick_late_p99_ms", "server_cpu_pct", "passes_missing_pct"} & set(figures)
    assert figures["input_samples"] == 0


def test_missing_passes_are_a_share_of_those_due():
    assert figures_of(Run([result(passes_due=200, passes_arrived=199)], 1.0))["passes_missing_pct"] == 0.5


def test_bytes_are_for_each_seated_bot_and_second():
    figures = figures_of(Run([result(matched=10, bytes_in=300_000, bytes_out=50_000)], 10.0))
    assert (figures["in_bytes_per_s"], figures["out_bytes_per_s"]) == (3000, 500)


def test_the_servers_processor_time_is_that_of_the_window():
    before = Status(100.0, {"cpu_s": 5.0, "conflated": 3})
    after = Status(
        110.0, {"cpu_s": 9.0, "conflated": 10, "rss_bytes": 1000, "tick_late_p99_ms": 2.5, "tick_late_samples": 50}
    )
    figures = figures_of(Run([result(inputs=90_000, passes=110_000)], 10.0, before, after))
    assert figures["server_cpu_pct"] == 40
    assert figures["server_cpu_us_per_pair"] == 40
    assert (figures["server_conflated"], figures["server_rss_bytes"], figures["tick_late_p99_ms"]) == (7, 1000, 2.5)


def test_a_session_that_ended_with_its_counts_makes_no_negative_figure():
    figures = figures_of(Run([result()], 10.0, Status(0.0, {"conflated": 9}), Status(10.0, {"conflated": 0})))
    assert figures["server_conflated"] == 0


def test_what_the_server_says_and_nobody_knows_is_left_out():
    figures = figures_of(Run([result()], 10.0, None, Status(10.0, {"moon_phase": 3})))
    assert "moon_phase" not in figures


def test_the_generator_is_saturated_by_its_own_lag_or_by_one_busy_process_or_by_what_it_gave_up():
    fine = {"lag_samples": 5000, "lag_p90_ms": 1.0, "lag_p99_ms": 10.0, "bots_cpu_max_pct": 90.0, "inputs_skipped": 0}
    assert not saturation(fine)
    assert "gave up 3 inputs" in saturation(fine | {"inputs_skipped": 3})
    assert "late at its 99th" in saturation(fine | {"lag_p99_ms": 10.1})
    assert "core" in saturation(fine | {"bots_cpu_max_pct": 90.1})
    assert figures_of(Run([result(cpu_s=9.5), result(cpu_s=1.0)], 10.0))["saturated"] == 1
    assert figures_of(Run([result(cpu_s=5.0), result(cpu_s=5.0)], 10.0))["saturated"] == 0


def test_one_late_moment_of_a_few_is_no_saturation():
    few = {"lag_samples": 80, "lag_p90_ms": 2.0, "lag_p99_ms": 40.0}
    assert not saturation(few)
    assert "late at its 90th" in saturation(few | {"lag_p90_ms": 10.1})


def test_figures_that_say_nothing_in_such_a_run_are_absent():
    counts = result(bots=2, matched=2, moves=50, passes=100, inputs=50)
    ticks, turns, lobby = (set(figures_of(Run([counts], 10.0, kind=kind))) for kind in Kind)
    assert "moves_per_s" not in ticks
    assert {"gap_samples", "inputs_skipped"} <= ticks
    assert not {"gap_samples", "inputs_skipped", "passes_missing_pct"} & turns
    assert {"moves_per_s", "played", "input_samples", "hash_checks"} <= turns
    assert lobby == {
        *("bots", "processes", "duration_s", "connected", "lobby_dropped", "lobby_resumed", "lobby_failed"),
        *("bots_cpu_pct", "bots_cpu_max_pct", "bots_rss_bytes", "saturated"),
    }


def test_moves_are_those_of_all_bots_each_second():
    assert figures_of(Run([result(moves=30), result(moves=20)], 10.0, kind=Kind.TURNS))["moves_per_s"] == 5


def test_sessions_ended_are_those_of_the_window():
    before, after = Status(0.0, {"sessions_ended": 7}), Status(10.0, {"sessions_ended": 9})
    assert figures_of(Run([result()], 10.0, before, after))["sessions_ended"] == 2


def test_every_figure_is_documented_and_nothing_else():
    section = DOCS.read_text(encoding="utf-8").partition("\n## Figures\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
    assert documented == set(FIGURES)
