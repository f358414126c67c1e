"""What goes wrong in a mean world: half at some time, half at a message, so that every moment is hit sometimes."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from rallypoint_simulation.scenario import Fault, Trigger
from rallypoint_simulation.triggers import WHOSE

__all__ = ["MOMENTS", "faults"]

MOMENTS: Final = {
    "Hello": 2,
    "Welcome": 3,
    "QuickMatch": 3,
    "CancelQueue": 3,
    "Push:queued": 1,
    "Push:unqueued": 1,
    "Push:matched": 4,
    "Push:rematch": 2,
    "Create": 2,
    "Join": 2,
    "Spectate": 1,
    "Rematch": 3,
    "Watch": 1,
    "Listing": 1,
    "Chat": 1,
    "Answer": 8,
    "TakeSeat": 3,
    "Seated": 4,
    "Seated:fresh": 2,
    "Seated:resumed": 4,
    "Seated:resync": 3,
    "Resume": 6,
    "Proved": 5,
    "Leave": 5,
    "Ack": 40,
    "Ping": 10,
    "Pong": 10,
    "input": 60,
    "Pass": 200,
}
"""Kinds of messages, with how many of them to let pass at most."""
_TIMED: Final = {
    "cut": 3,
    "reset": 3,
    "vanish": 3,
    "darken": 4,
    "stall": 3,
    "weather": 1,
    "stop_reading": 3,
    "freeze": 3,
    "crash_device": 2,
    "wall_jump": 1,
    "store_down": 1,
    "kick": 1,
    "lock": 1,
    "end": 1,
    "signal": 1,
    "describe": 0.7,
    "reserve": 2,
    "look": 0.7,
}
_TRIGGERED: Final = {
    "cut": 6,
    "reset": 5,
    "vanish": 4,
    "darken": 4,
    "stop_reading": 2,
    "freeze": 2,
    "crash_device": 4,
    "kick": 1,
    "lock": 0.5,
    "end": 1,
    "reserve": 0.7,
}
_ALL_OR_SERVER: Final = 0.12
"""How many faults have no target."""

_NO_TARGET: Final = {"freeze": 0.45, "lock": 0.4, "end": 0.4}
"""Of these more."""
_WHOSE: Final = 0.6
"""How many of those that wait for a message hit whoever sends or receives it."""


def faults(dice: Random, names: tuple[str, ...], duration_s: float) -> tuple[Fault, ...]:
    """Up to ten; and in one world of eight the server itself goes down."""
    count = dice.choice((0, 1, 2, 3, 4, 5, 6, 8, 10))
    drawn = [_fault(dice, names, duration_s) for _ in range(count)]
    if dice.random() < 0.13:
        do = dice.choice(("crash_server", "stop_server"))
        args = {"down_s": dice.choice((0.05, 1.0, 4.0, 12.0))}
        at = round(dice.uniform(2.0, duration_s), 3)
        drawn.append(Fault(do, at, on=_moment(dice) if dice.random() < 0.5 else None, args=args))
    return tuple(drawn)


def _fault(dice: Random, names: tuple[str, ...], duration_s: float) -> Fault:
    triggered = dice.random() < 0.5
    kinds = _TRIGGERED if triggered else _TIMED
    do = dice.choices(list(kinds), list(kinds.values()))[0]
    target = "" if dice.random() < _NO_TARGET.get(do, _ALL_OR_SERVER) else dice.choice(names)
    args = _args(dice, do, names)
    if not triggered:
        return Fault(do, round(dice.uniform(0.0, duration_s), 3), target, args=args)
    at = round(dice.uniform(0.0, duration_s * 0.6), 3)
    after_s = dice.choice((0.0, 0.0, 0.0, 0.01, 0.05, 0.3))
    if dice.random() < _WHOSE and (target or do != "freeze"):
        target = WHOSE
    return Fault(do, at, target, _moment(dice), after_s, args)


def _moment(dice: Random) -> Trigger:
    kind = dice.choice(list(MOMENTS))
    return Trigger(kind, dice.randint(1, MOMENTS[kind]), dice.choice(("sent", "received")))


def _args(dice: Random, do: str, names: tuple[str, ...]) -> dict[str, Any]:
    seconds = round(dice.choice((0.1, 0.5, 2.0, 4.0, 7.0, 12.0)) * dice.uniform(0.7, 1.3), 3)
    match do:
        case "cut" | "reset" | "vanish":
            return {"which": dice.choice(("this", "this", "newest", "oldest", "all"))}
        case "stop_reading":
            seconds = round(seconds * 1.5, 3)
            return {"seconds": seconds, "which": dice.choice(("this", "all"))}
        case "darken" | "store_down":
            return {"seconds": seconds}
        case "stall":
            return {"seconds": min(seconds, 2.0)}
        case "freeze":
            return {"seconds": seconds, "clock_stops": dice.random() < 0.5}
        case "weather":
            return dice.choice(({"latency_s": 0.5}, {"bytes_per_s": 4000.0}, {"jitter_s": 1.0}, {"split": 0.9}))
        case "crash_device":
            return {"back_s": dice.choice((None, 0.0, 0.3, 2.0, 5.0, 9.0))}
        case "wall_jump":
            return {"seconds": dice.choice((-3600.0, -2.0, 5.0, 86400.0))}
        case "lock":
            return {"locked": dice.random() < 0.6}
        case "signal":
            return {"name": dice.choice(("hello", "hello", "bug")), "data": {"n": dice.randrange(9)}}
        case "describe":
            return {"meta": {"map": "moon"}}
        case "reserve":
            friends = [dice.choice(names) for _ in range(dice.randrange(3))]
            return {"game": "", "players": friends, "keep_s": dice.choice((None, 0.5, 6.0))}
        case _:
            return {}
