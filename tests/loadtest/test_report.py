import io

from rich.console import Console

from rallypoint_loadtest.figures import Run, figures_of
from rallypoint_loadtest.histogram import Histogram
from rallypoint_loadtest.kinds import Kind
from rallypoint_loadtest.orders import Result
from rallypoint_loadtest.report import show_report
from rallypoint_loadtest.tally import Tally


def report(samples=100, cpu_s=1.0, errors=None, kind=Kind.TICKS, **counts):
    histogram = Histogram()
    for number in range(samples):
        histogram.record(float(number))
    run = Run([Result(Tally(bots=5, input_ms=histogram, **counts), cpu_s, 10.0, 1000)], 10.0, kind=kind)
    out = io.StringIO()
    show_report(Console(file=out, width=120), "games.orbit", figures_of(run), errors or {})
    return out.getvalue()


def test_percentiles_of_too_few_samples_are_marked():
    text = report(samples=500)
    assert "~ rests on too few samples" in text
    line = next(line for line in text.splitlines() if "input to snapshot" in line)
    assert line.count("~") == 2  # p99 and p99.9


def test_a_saturated_generator_is_said():
    assert "saturated" in report(cpu_s=9.9)
    assert "saturated" not in report(cpu_s=1.0)


def test_errors_are_shown_with_their_number_and_without_being_taken_for_markup():
    assert "3 x what [bold]was" in report(errors={"what [bold]was": 3})


def test_what_did_not_happen_has_no_row():
    assert "lobby drops" not in report()
    assert "lobby drops" in report(lobby_dropped=1)


def test_a_turn_based_game_has_moves_and_no_ticks_to_miss():
    text = report(kind=Kind.TURNS, moves=50, seats=9, seats_ended=4)
    assert "5.0 applied, of all bots together" in text
    assert "sent after coming back" in text
    assert "4 of 9 seats" in text
    assert "missing" not in text


def test_of_an_idle_lobby_there_is_nothing_about_play():
    text = report(kind=Kind.LOBBY, connected=5, lobby_dropped=1)
    assert "5 connected" in text
    assert "lobby drops" in text
    for word in ("matched", "snapshots", "inputs", "milliseconds", "actions"):
        assert word not in text
