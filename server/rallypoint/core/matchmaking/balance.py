"""Dividing the tickets of a match into teams.

Parties stay whole. Of the divisions that fit into the teams, those with the most even numbers of free seats count, and
of these the one with the least *gap*: the difference between the highest and the lowest mean of a team, over its
players. Small matches (all of 4v4, 5v5 and 6v6, five teams of two) are searched exactly: all divisions are listed once
for a set of sizes, and kept. Where that would be more than ``DIVISIONS_MAX``, or took more than ``LOOKS_MAX`` looks, a
heuristic takes over: any division that fits (see :mod:`.packing`), and then exchanges between two teams, each time the
one that narrows the gap most, until none does or ``EXCHANGES_MAX`` are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rallypoint.core.matchmaking.packing import pack
from rallypoint.core.matchmaking.rules import TeamSize

__all__ = ["divide", "gap_of", "units_of"]

DIVISIONS_MAX: Final = 1000
LOOKS_MAX: Final = 15_000
"""Of a ticket at a team: some 5 ms, once for a set of sizes. Five teams of two take nearly as many."""
EXCHANGES_MAX: Final = 64
UNITS_MIN: Final = 40
LOOKS_A_UNIT: Final = 20

Division = tuple[tuple[int, ...], ...]
"""The places of the tickets of each team."""


def units_of(sizes: Sequence[int], teams: tuple[TeamSize, ...]) -> int:
    """What a division counts for in the search's units, of a few microseconds.

    Those of single players are listed once for all. Of parties in large matches hardly any two sets are the same.
    """
    units = max(UNITS_MIN, len(sizes) * len(teams))
    if len(sizes) < sum(sizes):
        units = max(units, min(LOOKS_MAX, len(teams) ** min(len(sizes), 20)) // LOOKS_A_UNIT)
    return units


def gap_of(division: Sequence[Sequence[int]], sizes: Sequence[int], values: Sequence[float]) -> float:
    """The difference between the highest and the lowest mean of the teams that have players."""
    means = [
        sum([values[place] for place in team]) / sum([sizes[place] for place in team]) for team in division if team
    ]
    return max(means) - min(means)


def divide(
    sizes: Sequence[int], values: Sequence[float], teams: tuple[TeamSize, ...], *, bots: bool = False
) -> tuple[Division, float] | None:
    """The best division of tickets with so many players, and with so large sums of what is to be even; and its gap.

    With ``bots`` teams may have fewer than they need. ``None``: they do not fit. Of equals the first one is taken.
    """
    if len(teams) == 1:
        return (tuple(range(len(sizes))),), 0.0
    order = sorted(range(len(sizes)), key=lambda place: -sizes[place])
    by_size = tuple([sizes[place] for place in order])
    sums = [values[place] for place in order]
    divisions = _divisions(by_size, teams, bots)
    if divisions is None:
        packed = pack(by_size, teams, bots=bots)
        if packed is None:
            return None
        best = _exchange(packed, by_size, sums)
        gap = gap_of(best, by_size, sums)
    elif not divisions:
        return None
    elif len(teams) == 2 and all(divisions[0]):
        best, gap = _least_of_two(divisions, by_size, sums)
    else:
        gap, number = min((gap_of(division, by_size, sums), number) for number, division in enumerate(divisions))
        best = divisions[number]
    return tuple(tuple(sorted([order[place] for place in team])) for team in best), gap


def _least_of_two(divisions: Sequence[Division], sizes: Sequence[int], sums: Sequence[float]) -> tuple[Division, float]:
    """The commonest case, with as little as can be done for each: the second team is what the first one leaves."""
    whole, players = sum(sums), sum(sizes)
    best, least = divisions[0], float("inf")
    for division in divisions:
        part = number = 0.0
        for place in division[0]:
            part += sums[place]
            number += sizes[place]
        gap = abs(part / number - (whole - part) / (players - number)) if 0 < number < players else 0.0
        if gap < least:
            best, least = division, gap
    return best, gap_of(best, sizes, sums)


@lru_cache(maxsize=128)
def _divisions(sizes: tuple[int, ...], teams: tuple[TeamSize, ...], bots: bool) -> tuple[Division, ...] | None:
    """All with the least uneven numbers; ``None``: they are too many. ``sizes`` descend."""
    found: list[tuple[int, Division]] = []
    division: list[list[int]] = [[] for _ in teams]
    had = [0] * len(teams)
    looks = 0

    def place_from(place: int) -> bool:
        nonlocal looks
        looks += len(teams)
        if looks > LOOKS_MAX:
            return False
        if place == len(sizes):
            if bots or all(n >= team.least for n, team in zip(had, teams, strict=True)):
                free = [team.most - n for n, team in zip(had, teams, strict=True)]
                found.append((max(free) - min(free), tuple(tuple(team) for team in division)))
            return True
        empty: list[TeamSize] = []
        for number, team in enumerate(teams):
            if had[number] + sizes[place] > team.most or (not had[number] and team in empty):
                continue
            if not had[number]:
                empty.append(team)  # another empty team like this one gives the same division
            had[number] += sizes[place]
            division[number].append(place)
            whole = place_from(place + 1)
            division[number].pop()
            had[number] -= sizes[place]
            if not whole:
                return False
        return True

    if not place_from(0):
        return None
    even = min((uneven for uneven, _ in found), default=0)
    least = tuple(one for uneven, one in found if uneven == even)
    return least if len(least) <= DIVISIONS_MAX else None


def _exchange(division: Division, sizes: Sequence[int], sums: Sequence[float]) -> Division:
    """Tickets of the same size change places between the highest and the lowest team while that narrows the gap."""
    teams = [list(team) for team in division]
    for _ in range(EXCHANGES_MAX):
        means = [sum([sums[p] for p in team]) / sum([sizes[p] for p in team]) if team else None for team in teams]
        there = [number for number, mean in enumerate(means) if mean is not None]
        high = max(there, key=lambda number: means[number] or 0.0)
        low = min(there, key=lambda number: means[number] or 0.0)
        gap = (means[high] or 0.0) - (means[low] or 0.0)
        each = 1 / sum(sizes[p] for p in teams[high]) + 1 / sum(sizes[p] for p in teams[low])
        best, least = None, gap - 1e-9
        for mine in teams[high]:
            for other in teams[low]:
                if sizes[mine] == sizes[other]:
                    left = abs(gap - (sums[mine] - sums[other]) * each)
                    if left < least:
                        best, least = (mine, other), left
        if best is None:
            break
        teams[high][teams[high].index(best[0])] = best[1]
        teams[low][teams[low].index(best[1])] = best[0]
    return tuple(tuple(team) for team in teams)
