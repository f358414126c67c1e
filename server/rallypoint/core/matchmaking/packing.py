"""Some division of parties into teams: any one that fits, with numbers as even as they can be made simply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rallypoint.core.matchmaking.rules import TeamSize

__all__ = ["pack"]

LOOKS_MAX: Final = 1500
"""After so many steps without success they count as not fitting."""


def pack(sizes: Sequence[int], teams: tuple[TeamSize, ...], *, bots: bool) -> tuple[tuple[int, ...], ...] | None:
    """The places of the tickets of each team; ``sizes`` descend. ``None``: none was found."""
    even = _even(sum(sizes), teams, bots=bots)
    found = _fit(sizes, even, even)
    if found is None:
        least = [0 if bots else team.least for team in teams]
        found = _fit(sizes, least, [team.most for team in teams])
    return found


def _even(total: int, teams: tuple[TeamSize, ...], *, bots: bool) -> list[int]:
    """How many each team should have: all that they need, and the rest one by one where most seats are free."""
    counts = [0 if bots else team.least for team in teams]
    for _ in range(total - sum(counts)):
        number = max(range(len(teams)), key=lambda n: (teams[n].most - counts[n], -n))
        counts[number] += 1
    return counts


def _fit(sizes: Sequence[int], least: Sequence[int], most: Sequence[int]) -> tuple[tuple[int, ...], ...] | None:
    """Depth first, the largest ticket first, into the team with most room; what was tried is not tried again.

    Teams with the same room and the same need are interchangeable: one of them is tried.
    """
    division: list[list[int]] = [[] for _ in most]
    room = list(most)
    tried: set[tuple[object, ...]] = set()
    left = [sum(sizes[place:]) for place in range(len(sizes) + 1)]

    def place_from(place: int) -> bool:
        needs = [max(0, n - m + r) for n, m, r in zip(least, most, room, strict=True)]
        there = list(zip(room, needs, strict=True))
        key = (place, *sorted(there))
        if sum(needs) > left[place] or key in tried or len(tried) > LOOKS_MAX:
            return False
        if place == len(sizes):
            return True
        tried.add(key)
        alike: dict[tuple[int, int], int] = {}
        for number, one in enumerate(there):
            alike.setdefault(one, number)
        for number in sorted(alike.values(), key=lambda n: (-room[n], n)):
            if room[number] < sizes[place]:
                break
            room[number] -= sizes[place]
            division[number].append(place)
            if place_from(place + 1):
                return True
            division[number].pop()
            room[number] += sizes[place]
        return False

    return tuple(tuple(team) for team in division) if place_from(0) else None
