import io

from rich.console import Console

from rallypoint_loadtest.orders import Progress
from rallypoint_loadtest.screen import LineScreen, LiveScreen, Phase, screen_for, summary


def progress(**changes):
    base = {
        "connected": 10, "matched": 9, "playing": 8, "away": 1, "out": 0, "decided": 9, "dropped": 0, "resumed": 0,
        "passes": 100, "input_p50_ms": None, "input_p99_ms": None, "lag_p99_ms": None, "cpu_pct": 12.0,
    }  # fmt: skip
    return Progress(**(base | changes))


def test_processes_are_shown_together_and_latencies_are_the_worst_ones():
    text = summary([progress(input_p50_ms=20.0, input_p99_ms=40.0), progress(input_p50_ms=25.0, input_p99_ms=35.0)])
    assert "20 connected, 18 matched, 16 playing" in text
    assert "p50 25 ms, p99 40 ms" in text


def test_what_did_not_happen_is_not_mentioned():
    assert "dropped" not in summary([progress()])
    assert "2 dropped, 1 resumed" in summary([progress(dropped=2, resumed=1)])


def test_without_a_terminal_each_phase_is_one_plain_line():
    out = io.StringIO()
    with screen_for(Console(file=out)) as screen:
        assert isinstance(screen, LineScreen)
        screen.enter(Phase.JOIN, 12.0)
        screen.show([progress()])
        screen.enter(Phase.PLAY, 30.0)
    assert out.getvalue().splitlines() == ["joining for 12 s", "playing for 30 s"]


def test_on_a_terminal_the_newest_figures_are_shown():
    out = io.StringIO()
    with screen_for(Console(file=out, force_terminal=True, width=100)) as screen:
        assert isinstance(screen, LiveScreen)
        screen.enter(Phase.PLAY, 30.0)
        screen.show([progress()])
    assert "8 playing" in out.getvalue()
