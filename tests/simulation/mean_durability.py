"""What survives in a mean world, and what ends its server: drawn beside all else, of which it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from msgspec import structs

from rallypoint_simulation.scenario import Fault, Scenario, ServerPlan, Trigger, WriteTrigger
from tests.simulation.mean_faults import MOMENTS

__all__ = ["made_durable"]

_DURABLE: Final = 0.6
"""How many worlds are."""
_DOWN_S: Final = (0.02, 0.3, 1.0, 1.0, 4.0, 7.0)


def made_durable(scenario: Scenario, moments: Mapping[str, int] = MOMENTS) -> Scenario:
    """The same, perhaps with a journal, and with what happens to it, also at some of these ``moments``."""
    dice = Random(f"{scenario.seed}/durability")
    if dice.random() >= _DURABLE:
        return scenario
    durability = dice.choice(("process", "process", "disk"))
    plan = structs.replace(
        scenario.server,
        durability=durability,
        journal_s=dice.choice((0.001, 0.005, 0.05, 0.4)),
        checkpoint_s=dice.choice((0.3, 1.0, 5.0)),
        segment_bytes=dice.choice((4_096, 65_536, 1_048_576)),
        recovery_wait_s=dice.choice((0.2, 1.0, 3.0)),
    )
    faults = [*scenario.faults, *_faults(dice, plan, scenario.duration_s, moments)]
    return structs.replace(scenario, server=plan, faults=tuple(faults))


def _faults(dice: Random, plan: ServerPlan, duration_s: float, moments: Mapping[str, int]) -> list[Fault]:
    if dice.random() < 0.15:
        return []
    drawn = [_end(dice, plan, duration_s, moments) for _ in range(dice.choice((1, 1, 1, 2, 2, 3)))]
    if dice.random() < 0.25:
        drawn.append(_disk(dice, duration_s))
    return drawn


def _end(dice: Random, plan: ServerPlan, duration_s: float, moments: Mapping[str, int]) -> Fault:
    """The server ends: at some time, at a message, or at a write of its journal."""
    at = round(dice.uniform(1.0, duration_s - 1.0), 3)
    args: dict[str, Any] = {"down_s": dice.choice(_DOWN_S)}
    do = "crash_server"
    if dice.random() < (0.45 if plan.durability == "disk" else 0.06):
        do = "power_loss"
    elif dice.random() < 0.06:
        do = "stop_server"
    elif dice.random() < 0.2:
        args["again_s"] = round(dice.choice((0.0, 0.001, 0.1, 1.0, 2.5)), 3)
    how = dice.random()
    if how < 0.35 and do != "stop_server":
        return Fault(
            do, at, write=WriteTrigger(dice.randint(1, 12), dice.choice(("before", "within", "after"))), args=args
        )
    if how < 0.8:
        kind = dice.choice(list(moments))
        moment = Trigger(kind, dice.randint(1, min(10, moments[kind])), dice.choice(("sent", "received")))
        return Fault(do, round(at * 0.7, 3), on=moment, after_s=dice.choice((0.0, 0.0, 0.0, 0.001, 0.05)), args=args)
    return Fault(do, at, args=args)


def _disk(dice: Random, duration_s: float) -> Fault:
    at = round(dice.uniform(0.0, duration_s), 3)
    seconds = dice.choice((0.1, 1.0, 4.0, 9.0))
    match dice.choice(("disk_full", "disk_error", "slow_disk", "slow_disk")):
        case "disk_full":
            return Fault("disk_full", at, args={"seconds": seconds, "room": dice.choice((0, 100, 5000))})
        case "disk_error":
            return Fault(
                "disk_error", at, args={"seconds": seconds, "doing": dice.choice(("", "write", "sync", "create"))}
            )
        case _:
            return Fault("slow_disk", at, args={"seconds": seconds, "sync_s": dice.choice((0.05, 0.3, 1.5))})
