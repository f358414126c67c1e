"""The table of all sessions, for operators: filtered and sorted here, shown in pages.

Which sessions there are, and what they cost, is looked at once a second however many look; what a table is sorted by is
looked at for those who sort by it; and a whole row is made of a session that is in somebody's page. All of it in
slices, between the steps of all games.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

from rallypoint.ports import Clock
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.session_row import SessionFilter, SessionTablePage, away_in, behind_most, row_of
from rallypoint_protocol.ids import SessionId

__all__ = ["SORTS", "SessionTable"]

_ROWS_A_SLICE: Final = 25
_KEYS_A_SLICE: Final = 100
_SEARCHED_A_SLICE: Final = 100
_SUMS_A_SLICE: Final = 500
_SORTED_A_SLICE: Final = 1000
_FRESH_S: Final = 0.9
_STALE_S: Final = 30.0
"""What was seen longer ago is not compared with."""
_SEARCHES_MAX: Final = 16


class _Seen:
    """Which sessions there were at one moment, oldest first, and what their steps took since the moment before."""

    def __init__(self, now: float, wall: float, before: _Seen | None) -> None:
        self.now = now
        self.wall = wall
        self.hosts: list[SessionHost] = []
        self.sums: dict[SessionId, float] = {}
        self.searches: dict[tuple[SessionFilter, str, bool], list[SessionHost]] = {}
        self._since_s = 0.0 if before is None else now - before.now
        self._before = {} if before is None or self._since_s > _STALE_S else before.sums

    def cost(self, host: SessionHost) -> float:
        """Seconds of its steps in a second: since the look before, or all its life."""
        session = host.core.id
        spent, before = self.sums[session], self._before.get(session)
        if before is None:
            return spent / max(1.0, self.wall - host.created_unix_s)
        return (spent - before) / self._since_s


_Key = Callable[[SessionHost, _Seen], Any]
SORTS: Final[dict[str, _Key | None]] = {
    "created": None,
    "game": lambda host, seen: host.definition.options.name,
    "players": lambda host, seen: len(host.core.seats) - host.core.seating.free,
    "away": lambda host, seen: away_in(host),
    "cost": lambda host, seen: seen.cost(host),
    "step_max": lambda host, seen: host.step_max_s,
    "behind": lambda host, seen: -1.0 if (behind := behind_most(host, seen.now)) is None else behind,
    "skipped": lambda host, seen: host.schedule.skipped,
    "spectators": lambda host, seen: len(host.core.spectators.all),
}
"""By what rows can be sorted (``None``: they are already). Equal ones stay in the order of their creation."""


class SessionTable:
    """Of one node. ``wall`` is Unix time."""

    def __init__(self, node: Node, wall: Clock) -> None:
        self._node = node
        self._wall = wall
        self._seen: _Seen | None = None
        self._looking: asyncio.Task[_Seen] | None = None

    async def page(self, wanted: SessionFilter, sort: str, desc: bool, offset: int, limit: int) -> SessionTablePage:
        """``limit`` rows behind the first ``offset``. ``sort`` is one of ``SORTS``."""
        seen = await self._fresh()
        found = seen.searches.get((wanted, sort, desc))
        if found is None:
            found = await _sorted(await _matching(seen.hosts, wanted), sort, desc, seen)
            if len(seen.searches) >= _SEARCHES_MAX:
                seen.searches.clear()
            seen.searches[wanted, sort, desc] = found
        rows, now = [], self._node.now()
        for number, host in enumerate(found[offset : offset + limit], 1):
            rows.append(row_of(host, now, seen.cost(host) * 1000))
            if number % _ROWS_A_SLICE == 0:
                await asyncio.sleep(0)
        return SessionTablePage(len(seen.hosts), len(found), rows)

    async def meant(self, wanted: SessionFilter) -> list[SessionId]:
        """The ids of all that a filter means, as of now."""
        hosts = await _matching([host for host in self._node.hosts.values() if host.core.ended is None], wanted)
        return [host.core.id for host in hosts]

    async def _fresh(self) -> _Seen:
        """At most a second old."""
        seen = self._seen
        if self._looking is None:
            if seen is not None and self._node.now() - seen.now < _FRESH_S:
                return seen
            self._looking = asyncio.create_task(self._look(), name="table of sessions")
        return await asyncio.shield(self._looking)

    async def _look(self) -> _Seen:
        try:
            node = self._node
            seen = _Seen(node.now(), self._wall(), self._seen)
            hosts = list(node.hosts.values())
            for begin in range(0, len(hosts), _SUMS_A_SLICE):
                for host in hosts[begin : begin + _SUMS_A_SLICE]:
                    seen.sums[host.core.id] = host.step_sum_s
                await asyncio.sleep(0)
            seen.hosts = hosts
            self._seen = seen
            return seen
        finally:
            self._looking = None


async def _matching(hosts: list[SessionHost], wanted: SessionFilter) -> list[SessionHost]:
    if wanted == SessionFilter():
        return hosts
    found: list[SessionHost] = []
    for begin in range(0, len(hosts), _SEARCHED_A_SLICE):
        found += filter(wanted.fits, hosts[begin : begin + _SEARCHED_A_SLICE])
        await asyncio.sleep(0)
    return found


async def _sorted(hosts: list[SessionHost], sort: str, desc: bool, seen: _Seen) -> list[SessionHost]:
    """In parts that are put together at the end, which takes little of parts that are sorted."""
    key = SORTS[sort]
    if key is None:
        return hosts[::-1] if desc else hosts
    pairs: list[tuple[Any, SessionHost]] = []
    for begin in range(0, len(hosts), _KEYS_A_SLICE):
        pairs += [(key(host, seen), host) for host in hosts[begin : begin + _KEYS_A_SLICE]]
        await asyncio.sleep(0)
    parts: list[tuple[Any, SessionHost]] = []
    for begin in range(0, len(pairs), _SORTED_A_SLICE):
        parts += sorted(pairs[begin : begin + _SORTED_A_SLICE], key=_FIRST, reverse=desc)
        await asyncio.sleep(0)
    if len(pairs) > _SORTED_A_SLICE:
        parts.sort(key=_FIRST, reverse=desc)
    await asyncio.sleep(0)
    return [host for _, host in parts]


_FIRST: Final = itemgetter(0)
