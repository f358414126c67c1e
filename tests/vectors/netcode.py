"""``netcode.json``: what a client makes of a network's moods: its clock, its delay, its lead, and what it predicts."""

from __future__ import annotations

import math
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from rallypoint_client.clock import SessionClock
from rallypoint_client.delay import InterpolationDelay, Playhead
from rallypoint_client.motion import Motion, Moving
from rallypoint_client.pacing import Pacing
from rallypoint_client.prediction import Prediction
from rallypoint_client.smoothing import Smoothing
from tests.vectors.netcode_flight import FIELDS, Flight

__all__ = ["kick", "motion", "netcode", "rounded", "step"]

TICK_MS: Final = 50.0


def step(entity: Any, held: Any, dt: float) -> None:
    """The step of the scripts, as the README says it."""
    entity.vx += held.Push.force * dt
    entity.x += entity.vx * dt
    entity.angle = (entity.angle + held.Push.turn * dt) % math.tau


def kick(entity: Any, action: Any) -> None:
    """Their action."""
    entity.vx += action.by


def motion() -> Motion:
    """Of their entity."""
    return Motion([Moving(name, turn, 0.01) for name, turn in FIELDS])


def rounded(value: Any) -> Any:
    """Readers compare to nine digits: the last ones differ between platforms."""
    match value:
        case float():
            return round(value, 9) + 0.0
        case dict():
            return {key: rounded(each) for key, each in value.items()}
        case list():
            return [rounded(each) for each in value]
    return value


def netcode() -> list[dict[str, Any]]:
    """All of them."""
    made: list[dict[str, Any]] = rounded([_clock(), _delay(), _playhead(), _smoothing(), *_pacing(), *_predictions()])
    return made


def _clock() -> dict[str, Any]:
    clock, dice = SessionClock(55.0), Random("clock")
    steps: list[dict[str, Any]] = []
    local, offset = 1000.0, 500.0
    for number in range(24):
        if number == 15:
            offset -= 4000.0  # the session stood still
        up, down = dice.uniform(20, 90), dice.uniform(20, 90)
        clock.pong(local, local + up + offset, local + up + down)
        steps.append({
            "pong": [local, local + up + offset, local + up + down],
            "now_ms": [[at, clock.now_ms(at)] for at in (local + up + down, local + up + down + 16.0)],
            "round_trip_ms": clock.round_trip_ms,
            "one_way_ms": clock.one_way_ms,
        })  # fmt: skip
        local += 700.0
    return {"name": "a clock by pings", "is": "clock", "slack_ms": 55.0, "steps": steps}


def _delay() -> dict[str, Any]:
    delay, dice = InterpolationDelay(TICK_MS), Random("delay")
    steps: list[dict[str, Any]] = []
    arrived = 0.0
    for tick in range(1, 80):
        late = dice.uniform(40, 60) + (240.0 if tick in (20, 21, 50) else 0.0) + (900.0 if tick == 65 else 0.0)
        arrived = max(arrived, tick * TICK_MS + late)
        if tick == 60:
            delay.restart()
            steps.append({"restart": True, "ms": delay.ms})
        delay.passed(tick * TICK_MS, arrived)
        steps.append({"passed": [tick * TICK_MS, arrived], "ms": delay.ms})
    return {"name": "a delay", "is": "delay", "tick_ms": TICK_MS, "steps": steps}


def _playhead() -> dict[str, Any]:
    playhead, steps = Playhead(400.0, slower=0.25, faster=0.1), []
    wanted, last = 1000.0, 1100.0
    for frame in range(120):
        wanted += 16.0 + (60.0 if frame == 20 else -90.0 if frame == 40 else 700.0 if frame == 90 else 0.0)
        if not 60 <= frame < 75:
            last = wanted + 50.0
        local = 5000.0 + frame * 16.0
        steps.append({"local_ms": local, "wanted_ms": wanted, "last_ms": last,
                      "at_ms": playhead.move(local, wanted, last)})  # fmt: skip
    return {"name": "a playhead", "is": "playhead", "jump_ms": 400.0, "slower": 0.25, "faster": 0.1, "steps": steps}


def _smoothing() -> dict[str, Any]:
    smoothing, steps = Smoothing(2), []
    for frame in range(30):
        at_ms = 100.0 + frame * 16.0
        made: dict[str, Any] = {"at_ms": at_ms}
        if frame in (3, 10):
            made["shift"] = [1.5, -0.25]
            smoothing.shift(made["shift"])
        if frame == 25:
            made["snap"] = True
            smoothing.snap()
        steps.append({**made, "offsets": list(smoothing.fade(at_ms))})
    return {"name": "two numbers, smoothed", "is": "smoothing", "numbers": 2, "steps": steps}


def _pacing() -> list[dict[str, Any]]:
    found = []
    for buffer_ticks in (6, 0):
        pacing, dice, steps = Pacing(TICK_MS, buffer_ticks), Random(f"pacing/{buffer_ticks}"), []
        pacing.measured(60.0)
        for tick in range(1, 60):
            pacing.passed(TICK_MS)
            now = tick * TICK_MS + 20.0
            at = pacing.now(now) + 1
            off = dice.choice([0, 0, 0, 1, 2, 5, -1])
            first = tick if tick % 7 else tick - 1
            gave = pacing.decided(tick - off, first, tick)
            steps.append({
                "passed": TICK_MS, "now": now, "tick": at - 1, "decided": [tick - off, first, tick], "off": gave,
                "lead_ms": pacing.lead_ms, "late": pacing.late, "early": pacing.early,
            })  # fmt: skip
        name = f"a lead, with an input buffer of {buffer_ticks} ticks"
        found.append({"name": name, "is": "pacing", "tick_ms": TICK_MS, "buffer_ticks": buffer_ticks,
                      "one_way_ms": 60.0, "steps": steps})  # fmt: skip
    return found


def _predictions() -> list[dict[str, Any]]:
    flights = [
        Flight("a good network", 6, jitter=5.0),
        Flight("late inputs", 6, jitter=80.0, stalls=(500.0, 1000.0, 1500.0, 2000.0)),
        Flight("no input buffer", 0, jitter=20.0, stalls=(900.0,)),
        Flight("another entity, and none", 6, jitter=10.0, deaths=(1500.0,), seconds=3.5),
        Flight("a lost connection", 6, jitter=10.0, lost=(1500.0,), seconds=3.5),
        Flight("a server that moves it otherwise", 6, jitter=10.0, wind=40.0, seconds=3.0),
        Flight("a server that moves it far away", 6, jitter=10.0, leap=1200.0, seconds=2.5),
    ]
    return [_prediction(flight) for flight in flights]


def _prediction(flight: Flight) -> dict[str, Any]:
    holds = {"Push": SimpleNamespace(force=0.0, turn=0.0)}
    pacing = Pacing(TICK_MS, flight.buffer_ticks)
    made = Prediction(motion(), pacing, TICK_MS, step, holds, acts=kick, snap=30.0)
    return {
        "name": flight.name, "is": "prediction", "tick_ms": TICK_MS, "buffer_ticks": flight.buffer_ticks, "snap": 30.0,
        "fields": [[name, turn, 0.01] for name, turn in FIELDS], "steps": flight.fly(made, step, kick),
    }  # fmt: skip
