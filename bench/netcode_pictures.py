"""The pictures of ``docs/netcode.md``: what they show has happened, in the flights of :mod:`bench.netcode` or here."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random
from typing import Final

from bench.netcode import SECONDS, SEEDS, SETTINGS, Flight, Frame, fly_for
from bench.netcode_charts import Chart
from rallypoint_client.clock import SAMPLES_MAX, SessionClock
from rallypoint_client.smoothing import Smoothing

__all__ = ["pictures", "write_all"]

DOCS: Final = Path(__file__).parents[1] / "docs"
_BEGIN, _END = "<!-- figures: made by `python -m bench.netcode --write` -->", "<!-- end of figures -->"
_SHOWN_S: Final = 20.0


def write_all(table: str) -> None:
    """All pictures, and the figures into the document."""
    folder = DOCS / "pictures"
    folder.mkdir(exist_ok=True)
    for name, svg in pictures().items():
        (folder / name).write_text(svg, encoding="utf-8")
    document = DOCS / "netcode.md"
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    document.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{after}", encoding="utf-8")


def pictures() -> dict[str, str]:
    """By name of the file."""
    flight = fly_for(SETTINGS[0], _SHOWN_S, 1)
    return {
        "netcode-clock.svg": _clock(),
        "netcode-delay.svg": _delay(flight),
        "netcode-prediction.svg": _prediction(),
        "netcode-smoothing.svg": _smoothing(),
        "netcode-corrections.svg": _corrections(),
        "netcode-lead.svg": _lead(fly_for(SETTINGS[0], 60.0, 1)),
        "netcode-rewind.svg": _rewind(),
    }


def _clock() -> str:
    """Pings, what each says of the offset, and what is made of it."""
    clock, dice = SessionClock(), Random(3)
    chart = Chart("What each ping says of the offset between two clocks (really 0)", (0, 21), (-80, 130))
    chart.axes(
        [(n, str(n)) for n in range(0, 21, 5)], [(v, f"{v:+d}" if v else "0") for v in (-60, 0, 60, 120)], "ping", "ms"
    )
    best, points = [], []
    for number in range(1, 21):
        up, down = (dice.expovariate(1 / 22) + 12 for _ in range(2))
        clock.pong(0.0, up, up + down)
        chart.line([(number, -down), (number, up)], "b", "the offset is in here" if number == 1 else "")
        now = clock.now_ms(0.0)
        assert now is not None
        points.append((number, (up - down) / 2))
        best.append((number, clock._offset_ms or 0.0))
    chart.dots(points, "b", "its middle")
    chart.line(best, "a", f"taken: the middle of the quickest of {SAMPLES_MAX}")
    return chart.svg()


def _delay(flight: Flight) -> str:
    """How old states are when they come, and how far behind they are shown."""
    begin = flight.ages[0][0]
    chart = Chart("How late states come, and how far behind they are shown", (0, _SHOWN_S), (0, 500))
    seconds = [(n, f"{n} s") for n in range(0, int(_SHOWN_S) + 1, 4)]
    chart.axes(seconds, [(v, str(v)) for v in (0, 100, 200, 300, 400)], "", "ms")
    chart.dots([(at - begin, age) for at, age in flight.ages], "b", "age of a state when it comes", 1.8)
    chart.line([(at - begin, ms) for at, ms in flight.delays], "a", "delay of what is drawn")
    return chart.svg()


def _prediction() -> str:
    """One ship, seen three ways, while its player turns it."""
    flight = fly_for(SETTINGS[4], 12.0, 2)
    begin = 9.0
    chart = Chart(
        "The angle of a ship, as its own player and as others see it (round trip 120 ms)", (0, 2), (-math.pi, math.pi)
    )
    chart.axes(
        [(n / 2, f"{n / 2:g} s") for n in range(5)], [(-math.pi, "-180°"), (0, "0"), (math.pi, "180°")], "", "angle"
    )
    for at, _ in flight.steered:
        if begin <= at <= begin + 2:
            chart.line([(at - begin, -math.pi), (at - begin, math.pi)], "d", more="thin dash")
    chart.line([(-1, 0), (-1, 0)], "d", "a key", more="thin dash")
    _angles(chart, flight.own, begin, "a", "predicted")
    _angles(chart, flight.others, begin, "c", "interpolated: as others see it")
    return chart.svg()


def _angles(chart: Chart, frames: list[Frame], begin: float, colour: str, key: str) -> None:
    part: list[tuple[float, float]] = []
    shown = False
    for at, _, _, _, angle in frames:
        if not begin <= at <= begin + 2:
            continue
        turned = math.remainder(angle, math.tau)
        if part and abs(turned - part[-1][1]) > math.pi:
            chart.line(part, colour, "" if shown else key)
            part, shown = [], True
        part.append((at - begin, turned))
    chart.line(part, colour, "" if shown else key)


def _corrections() -> str:
    """How large corrections and jumps are: for each part of them, the largest."""
    flights = [fly_for(SETTINGS[0], SECONDS, seed) for seed in SEEDS]
    plain = [fly_for(SETTINGS[3], SECONDS, seed) for seed in SEEDS]
    chart = Chart("A predicted ship on the bad network: how far off, and how much of a jump", (0, 3.3), (0, 6))
    parts = [(0.0, "0"), (1.0, "90 %"), (2.0, "99 %"), (3.0, "99.9 %")]
    chart.axes(parts, [(v, str(v)) for v in (0, 2, 4, 6)], "of all", "units")
    chart.line([(0, 2), (3.3, 2)], "d", "2 units", more="thin dash")
    chart.line([(2, 0), (2, 6)], "d", more="thin dash")
    chart.line(_share([off for each in flights for _, off in each.corrections]), "a", "corrections, 20 a second")
    chart.line(_share([jump for each in flights for jump in each.jumps()]), "b", "jumps, 60 frames a second")
    chart.line(_share([jump for each in plain for jump in each.jumps()]), "c", "jumps, not predicted")
    return chart.svg()


def _share(values: list[float]) -> list[tuple[float, float]]:
    """For 0 (none), 1 (90 %), 2 (99 %)...: the largest of that part of the values, as far as it fits."""
    ordered = sorted(values)
    places = [n / 50 for n in range(166)]
    points = [(n, ordered[min(len(ordered) - 1, int((1 - 10**-n) * len(ordered)))]) for n in places]
    return [(n, value) for n, value in points if value <= 6.0]


def _smoothing() -> str:
    """A correction of four units, at once and smoothed."""
    smoothing = Smoothing(1)
    chart = Chart("A correction of 4 units at 0.2 s, 60 times a second", (0, 0.8), (0, 24), 220)
    chart.axes([(n / 5, f"{n / 5:g} s") for n in range(5)], [(v, str(v)) for v in (0, 10, 20)], "", "x")
    plain, smooth = [], []
    for frame in range(49):
        at = frame / 60
        below = 20 * at + (4.0 if at >= 0.2 else 0.0)
        smoothing.fade(at * 1000)
        if frame == 12:
            smoothing.shift([4.0])
        plain.append((at, below))
        smooth.append((at, below + smoothing.offsets[0]))
    chart.line(plain, "b", "at once", more="dash")
    chart.line(smooth, "a", "drawn: half of what is left in 80 ms")
    return chart.svg()


def _lead(flight: Flight) -> str:
    """How far ahead the client's clock is, and which inputs have taught it."""
    begin = flight.leads[0][0]
    chart = Chart("How far ahead of the server inputs are made", (0, 60), (0, 400))
    chart.axes([(n, f"{n} s") for n in range(0, 61, 10)], [(v, str(v)) for v in (0, 100, 200, 300)], "", "ms")
    chart.band(0, 60, 60, 60 + 250, "c", "what the input buffer allows")
    chart.line([(at - begin, lead) for at, lead in flight.leads], "a", "lead")
    chart.dots([(at - begin, 20) for at in flight.late], "b", "an input was late")
    return chart.svg()


def _rewind() -> str:
    """A shot at what was seen: where the target was, and where it is."""
    chart = Chart("A shot at what its player saw", (0, 10), (-1, 4.2), 240)
    path = [(1 + n * 1.6, 1.2 + math.sin(n * 0.7)) for n in range(6)]
    chart.line(path, "a", "way of the target, tick by tick")
    chart.dots(path, "a", "", 4)
    for n, (x, y) in enumerate(path):
        chart.text(x, y - 0.62, f"tick {n - 5}" if n < 5 else "now", "middle")
    seen = path[1]
    chart.dots([seen], "b", "seen when the key was pressed", 8)
    chart.line([(seen[0], 4.0), seen], "b", "the shot begins there", more="dash")
    return chart.svg()
