"""Figures of one day: waits against quality, for all and by rating, region and party size.

A wait is that of a ticket, from its arrival until its players had their seats, or until they gave up: those who gave
up would have waited longer, so leaving them out would flatter rules that let people wait. Tickets that declined or
missed a ready check, that the queue refused, and that still waited in the end are counted, and are in no wait.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Final

from .groups import by_band, by_party, by_region
from .measures import steps_of
from .numbers import Figures, percentile, rounded, share_of, summary
from .record import WAITED, Outcome, Record

__all__ = ["HEAT_QUALITIES", "HEAT_WAITS", "figures_of"]

HEAT_WAITS: Final = (0, 1, 2, 3, 4, 5, 7, 10, 14, 20, 28, 40, 55, 75, 100, 140, 200, 280, 400)
"""Seconds at which the columns of wait against quality begin."""
HEAT_QUALITIES: Final = 20
"""Rows of it, from quality 0 to 1."""
_SHARES: Final = (*range(100), 99.5, 99.9, 100)


def figures_of(record: Record) -> Figures:
    """Everything that is shown, as JSON has it."""
    tickets, matches = record.tickets, record.matches
    rows = range(len(tickets))
    waits = sorted(tickets.wait[row] for row in rows if tickets.outcome[row] in WAITED)
    minutes = record.span_s / 60
    return {
        "queue": record.rules.name,
        "hours": round(record.span_s / 3600, 4),
        "tickets": _ends(record),
        "players": {
            "came": sum(tickets.size),
            "seated": sum(match.players for match in matches),
        },
        "wait_s": summary(waits),
        "quality": summary(match.quality for match in matches),
        "rating_spread": summary(match.spread for match in matches),
        "team_gap": summary(match.gap for match in matches if match.gap is not None),
        "favourite": summary(match.favourite for match in matches if match.favourite is not None),
        "latency_ms": summary(match.latency_ms for match in matches if match.latency_ms is not None),
        "matches": {
            "played": len(matches),
            "a_minute": round(len(matches) / minutes, 3),
            "with_bots": sum(match.bots > 0 for match in matches),
            "players_mean": round(sum(match.players for match in matches) / max(1, len(matches)), 3),
        },
        "checks": {
            "made": record.checks,
            "declined": record.checks_declined,
            "missed": record.checks_missed,
            "failed_share": share_of(record.checks_declined + record.checks_missed, record.checks),
        },
        "refusals": dict(record.refusals),
        "expansions": _expansions(record),
        "by_band": by_band(record),
        "by_region": by_region(record),
        "by_party": by_party(record),
        "starving": _starving(record),
        "estimates": _estimates(record),
        "wait_shares": [[share, rounded(percentile(waits, share))] for share in _SHARES] if waits else [],
        "wait_quality": _heat(record),
        "over_time": _over_time(record),
    }


def _ends(record: Record) -> Figures:
    counts = [0] * len(Outcome)
    for outcome in record.tickets.outcome:
        counts[outcome] += 1
    ends: Figures = {"came": len(record.tickets)}
    ends |= {outcome.name.lower(): counts[outcome] for outcome in Outcome}
    waited = counts[Outcome.SEATED] + counts[Outcome.GAVE_UP]
    return ends | {"gave_up_share": share_of(counts[Outcome.GAVE_UP], waited), "nobody_free": record.nobody_free}


# --- rules ------------------------------------------------------------------------------------------------------------


def _expansions(record: Record) -> list[Figures]:
    """For each rule with more than one limit: how many of the matches were made under which."""
    found = []
    for place, rule in enumerate(record.rules.rules):
        steps = steps_of(rule)
        if len(steps) == 1:
            continue
        counts = [0] * len(steps)
        for match in record.matches:
            counts[match.steps[place]] += 1
        found.append(
            {
                "rule": rule.name,
                "steps": [
                    {
                        "after_s": after,
                        "limit": _finite(limit),
                        "matches": count,
                        "share": share_of(count, len(record.matches)),
                    }
                    for (after, limit), count in zip(steps, counts, strict=True)
                ],
            }
        )
    return found


def _finite(limit: float | None) -> float | None:
    return limit if limit is not None and math.isfinite(limit) else None


def _estimates(record: Record) -> Figures:
    """How the estimates that waiting tickets were told came true: the middle of what is possible is half right."""
    tickets = record.tickets
    told = [each for each in record.told if tickets.outcome[each.row] in WAITED]
    pairs = [
        (each.estimate_s, tickets.at[each.row] + tickets.wait[each.row] - each.at)
        for each in told
        if each.estimate_s is not None
    ]
    within = sum(rest <= estimate for estimate, rest in pairs)
    return {
        "asked": len(told),
        "told_share": share_of(len(pairs), len(told)),
        "sooner_share": share_of(within, len(pairs)) if pairs else None,
        "estimate_s": summary(estimate for estimate, _ in pairs)["p50"],
        "rest_s": summary(rest for _, rest in pairs)["p50"],
        "error_s": summary(abs(rest - estimate) for estimate, rest in pairs)["p50"],
    }


def _starving(record: Record) -> Figures | None:
    found = record.starving
    if found is None:
        return None
    return {
        "wait_s": round(found.wait_s, 3),
        "at_s": round(found.at, 3),
        "players": list(found.players),
        "rating": round(found.mu, 3),
        "region": found.region,
        "text": found.text,
        "rules": [dict(rule) for rule in found.rules],
    }


# --- for charts -------------------------------------------------------------------------------------------------------


def _heat(record: Record) -> list[list[int]]:
    """How many tickets were seated after a wait of each column with a quality of each row."""
    tickets = record.tickets
    cells = [[0] * HEAT_QUALITIES for _ in HEAT_WAITS]
    for wait, quality, outcome in zip(tickets.wait, tickets.quality, tickets.outcome, strict=True):
        if outcome == Outcome.SEATED:
            row = min(HEAT_QUALITIES - 1, max(0, int(quality * HEAT_QUALITIES)))
            cells[bisect_right(HEAT_WAITS, wait) - 1][row] += 1
    return cells


def _over_time(record: Record) -> Figures:
    """Samples of who waits and who plays; arrivals and matches between two samples."""
    count = len(record.waiting)
    came, played = [0] * count, [0] * count
    for at in record.tickets.at:
        came[min(count - 1, int(at / record.every_s))] += 1
    for match in record.matches:
        played[min(count - 1, int(match.at / record.every_s))] += 1
    return {
        "every_s": round(record.every_s, 3),
        "waiting": record.waiting,
        "playing": record.playing,
        "came": came,
        "matches": played,
    }
