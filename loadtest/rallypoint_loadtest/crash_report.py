"""What ``make crash`` says at its end: a line for each round, and all of it as flat figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .crash_ledger import Verdict
from .crash_load import Load
from .crash_round import Round

__all__ = ["figures_of", "percentile", "table"]

_HEADER: Final = (
    "round  kills  sessions    start      cpu   freeze p50     p99     max   actions  durable   events  verdict"
)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest rank. Raises ``ValueError`` without values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(rounds: Sequence[Round]) -> list[str]:
    """Lines: what was counted in each round, and what went wrong."""
    lines = [_HEADER]
    for each in rounds:
        verdict = "ok" if not each.failed else "FAILED: " + ", ".join(f"{v.value} {n}" for v, n in each.failed.items())
        freeze = "      -       -       -"
        if each.freezes_s:
            p50, p99, most = (percentile(each.freezes_s, p) for p in (50, 99, 100))
            freeze = f"{p50:5.2f} s {p99:5.2f} s {most:5.2f} s"
        start = f"{each.start_s:5.2f} s  {each.start_cpu_s:5.2f} s"
        counts = f"{each.actions:8,} {each.durable:8,} {each.events:8,}"
        back = f"{each.back}/{each.sessions}"
        lines.append(
            f"{each.number:5}  {2 if each.twice else 1:5}  {back:>8}  {start}     {freeze}  {counts}  {verdict}"
        )
        lines += [f"       {example}" for example in each.examples]
    return lines


def figures_of(rounds: Sequence[Round], load: Load | None) -> dict[str, float]:
    """All figures. ``freeze_*`` are of the rounds with one kill, ``freeze_twice_*`` of those with two."""
    figures: dict[str, float] = {"rounds": len(rounds), "rounds_failed": sum(bool(each.failed) for each in rounds)}
    if load is not None:
        figures |= {
            "sessions": load.sessions,
            "load_server_pct": round(load.server_pct, 1),
            "load_players_pct": round(load.players_pct, 1),
        }
    for verdict in Verdict:
        figures[f"failed_{verdict.value}"] = sum(each.failed[verdict] for each in rounds)
    for name, twice in (("freeze", False), ("freeze_twice", True)):
        freezes = [s for each in rounds if each.twice is twice for s in each.freezes_s]
        if freezes:
            for percent, label in ((50, "p50"), (99, "p99"), (100, "max")):
                figures[f"{name}_{label}_s"] = round(percentile(freezes, percent), 3)
    if rounds:
        figures["start_p50_s"] = round(percentile([each.start_s for each in rounds], 50), 3)
        figures["start_cpu_p50_s"] = round(percentile([each.start_cpu_s for each in rounds], 50), 3)
        figures["actions"] = rounds[-1].actions
    return figures
