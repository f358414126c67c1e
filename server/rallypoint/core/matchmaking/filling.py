"""Which running session is looked at next for a ticket that may come in, and when it is left in peace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from rallypoint.core.matchmaking.backfilling import Backfilling, Running
from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.presence import RETRY_S
from rallypoint.core.matchmaking.searching import Searching
from rallypoint.core.matchmaking.stages import Stages
from rallypoint.core.matchmaking.ticket import Backfill
from rallypoint_protocol.ids import SessionId

__all__ = ["Filling"]

LOOKS_MAX: Final = 500
"""So many waiting tickets are looked at for a session that asks for players."""


class Filling:
    """The sessions that *ask*: what they want has changed, so that waiting tickets are to be tried for them."""

    def __init__(self, backfilling: Backfilling, stages: Stages, searching: Searching) -> None:
        self._backfilling = backfilling
        self._stages = stages
        self._searching = searching
        self._asking: dict[SessionId, None] = {}
        self._rests: dict[SessionId, float] = {}

    @property
    def busy(self) -> bool:
        """Some ask."""
        return bool(self._asking)

    @property
    def due(self) -> float | None:
        """When the next rest ends."""
        return min(self._rests.values(), default=None)

    def want(self, wanted: Sequence[Backfill]) -> None:
        """What sessions want now, all of it."""
        for session in self._backfilling.want(wanted):
            self.ask(session)

    def ask(self, session: SessionId) -> None:
        """Tickets are to be looked for."""
        self._asking[session] = None

    def rest(self, session: SessionId, now: float) -> None:
        """It has refused: it is left in peace for a moment."""
        self._set_rest(session, now + RETRY_S)

    def end_rests(self, now: float) -> None:
        """Those whose rest is over ask again."""
        for session in [session for session, until in self._rests.items() if now >= until]:
            del self._rests[session]
            self.ask(session)

    def clock_went_back(self, now: float) -> None:
        """Rests end soon all the same."""
        for session, until in self._rests.items():
            self._set_rest(session, min(until, now + RETRY_S))

    def next(self, entries: Iterable[Entry], now: float) -> tuple[tuple[Entry, Running, int] | None, int]:
        """The first ticket for the next session that asks, and in which team; and how many were looked at.

        It goes on asking until nobody fits. ``entries`` are all that wait.
        """
        session = next(iter(self._asking))
        running, looked = self._backfilling.get(session), 0
        if running is not None and any(running.free) and (running.rest_until is None or now >= running.rest_until):
            for entry in self._who_may_come(running, entries):
                looked += 1
                team = self._backfilling.team_for(running, entry, self._stages.all[entry.stage])
                if team is not None:
                    return (entry, running, team), looked
        del self._asking[session]
        return None, looked + 1

    def _who_may_come(self, running: Running, entries: Iterable[Entry]) -> list[Entry]:
        """Tickets near those who are there, in order; if nothing is known of anybody there, the oldest ones."""
        known = next((entry for entry in running.there if None not in entry.values), None)
        if known is not None:
            near = self._searching.near(known, LOOKS_MAX)
        else:
            near = [entry for entry in islice(entries, LOOKS_MAX) if not entry.held]
        return sorted(near, key=lambda entry: entry.rank)

    def _set_rest(self, session: SessionId, until: float) -> None:
        running = self._backfilling.get(session)
        if running is not None:
            running.rest_until = self._rests[session] = until
