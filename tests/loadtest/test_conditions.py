import pytest

from rallypoint_loadtest.conditions import Condition, parse_condition
from rallypoint_loadtest.figures import FIGURES
from rallypoint_loadtest.kinds import Kind

FINE = {"input_p99_ms": 60.0, "input_samples": 5000, "input_p99_9_ms": 80.0, "played": 990, "bots": 1000, "failed": 0}


def failure(text, figures=FINE):
    return parse_condition(text, FIGURES).failure(figures)


@pytest.mark.parametrize(
    "text", ["input_p99_ms>75", "failed>0", "failed != 0", "bots<1000", "bots <= 999", "played==1000", "played>=991"]
)
def test_a_condition_that_is_not_so_fails_nothing(text):
    assert failure(text) is None


@pytest.mark.parametrize(
    "text", ["input_p99_ms>59.9", "failed>=0", "failed==0", "bots>999", "played<bots", "played != bots", "played<=1e3"]
)
def test_a_condition_that_is_so_fails_the_run(text):
    assert failure(text) is not None


def test_a_failure_says_what_was_measured():
    assert failure("input_p99_ms>50") == "input_p99_ms>50: input_p99_ms is 60"
    assert failure("played<bots") == "played<bots: played is 990 (bots is 1000)"


def test_a_figure_that_was_not_measured_fails_whatever_is_asked_of_it():
    assert failure("tick_late_p99_ms>25") == "tick_late_p99_ms>25: tick_late_p99_ms was not measured"
    assert failure("bots<server_rss_bytes") == "bots<server_rss_bytes: server_rss_bytes was not measured"


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        ("passes_missing_pct>1", Kind.TURNS, "passes_missing_pct says nothing in a turn-based game: a pass comes when"),
        ("gap_p99_ms>75", Kind.TURNS, "not at a rate"),
        ("bots<inputs_skipped", Kind.TURNS, "makes its move all the same"),
        ("moves_per_s<10", Kind.TICKS, "with each tick"),
        ("played<bots", Kind.LOBBY, "played says nothing in a run with --lobby-only: nobody plays"),
    ],
)
def test_a_condition_that_means_nothing_in_such_a_run_is_refused_with_why(text, kind, why):
    with pytest.raises(ValueError, match=why):
        parse_condition(text, FIGURES, kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_condition_that_means_something_in_every_run_is_taken_in_every_run(kind):
    assert parse_condition("lobby_failed>0", FIGURES, kind).figure == "lobby_failed"


@pytest.mark.parametrize(
    ("name", "enough"),
    [("input_p50_ms", 20), ("input_p90_ms", 100), ("input_p99_ms", 1000), ("input_p99_9_ms", 10_000)],
)
def test_a_percentile_of_too_few_samples_fails(name, enough):
    figures = {name: 1.0}
    assert failure(f"{name}>75", figures | {"input_samples": enough}) is None
    assert "samples" in str(failure(f"{name}>75", figures | {"input_samples": enough - 1}))


def test_a_percentile_without_a_count_of_samples_fails():
    assert failure("input_p99_ms>75", {"input_p99_ms": 1.0}) is not None


def test_a_maximum_needs_no_number_of_samples():
    assert failure("input_max_ms>75", {"input_max_ms": 60.0, "input_samples": 1}) is None


@pytest.mark.parametrize("text", ["", "input_p99_ms", "input_p99_ms>", ">75", "input_p99_ms=75", "input_p99_ms>75 ms"])
def test_what_is_no_condition_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"as in 'input_p99_ms>75'"):
        parse_condition(text, FIGURES)


def test_an_unknown_figure_is_refused_before_the_run_with_those_that_are_meant():
    with pytest.raises(ValueError, match=r"did you mean .*input_p99_ms"):
        parse_condition("inputs_p99_ms>75", FIGURES)


def test_nothing_is_compared_with_nan():
    with pytest.raises(ValueError, match="nan"):
        parse_condition("failed>nan", FIGURES)


def test_a_condition_is_shown_as_it_is_written():
    assert str(Condition("input_p99_ms", ">", 75.0)) == "input_p99_ms>75"
