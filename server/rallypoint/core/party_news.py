"""What members are told of their parties, and when.

To each member comes the newest state, once what it was told before is acknowledged, and of one party at most every
``TOLD_EVERY_S``. So somebody who says ready and not ready without end does not fill anybody's outbox. What has changed
back before anybody was told is not told.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Final

from .lobby_queues import SendPush
from .party import Party, PartyMember, SeatsOfMembers

__all__ = ["TOLD_EVERY_S", "PartyNews"]

TOLD_EVERY_S: Final = 0.1


class PartyNews:
    """Of all parties of a node. ``changed`` is called when what members see of one has changed, before they are told.

    Times are seconds.
    """

    def __init__(self, seats: SeatsOfMembers, push: SendPush, changed: Callable[[Party], None]) -> None:
        self._seats = seats
        self._push = push
        self._changed = changed
        self._untold: dict[Party, None] = {}
        """Those that may have news for somebody who can be told."""
        self._resting: dict[Party, None] = {}
        """Those whose news have to wait, since they were told just now."""
        self._later: list[tuple[float, str, Party]] = []
        """When they have waited enough; a heap. Those that have ended stay in until then."""

    def mark(self, party: Party) -> None:
        """It may have news for somebody."""
        self._untold[party] = None

    def over(self, party: Party) -> None:
        """It has ended."""
        self._untold.pop(party, None)
        self._resting.pop(party, None)

    def begin_anew(self, member: PartyMember) -> None:
        """Its client knows nothing of before: the party is told again, unless that push is replayed."""
        if _has_heard(member):
            member.told = 0
        self.mark(member.party)

    def acknowledged(self, member: PartyMember) -> None:
        """It has acknowledged pushes: perhaps that of the party, so that newer things may be told."""
        if member.told < member.party.n and _has_heard(member):
            self.mark(member.party)

    def tell(self, now: float) -> None:
        """Tells members what is new to them."""
        while self._later and not now < self._later[0][0] <= now + TOLD_EVERY_S:  # or the clock has jumped back
            party = heapq.heappop(self._later)[-1]
            if party in self._resting:
                del self._resting[party]
                self.mark(party)
        untold, self._untold = self._untold, {}
        for party in untold:
            if party.told_at is None or not party.told_at <= now < party.told_at + TOLD_EVERY_S:
                self._tell(party, now)
            elif party not in self._resting:
                self._resting[party] = None
                heapq.heappush(self._later, (party.told_at + TOLD_EVERY_S, party.id, party))

    def _tell(self, party: Party, now: float) -> None:
        before, data = party.n, party.look(self._seats.is_seated)
        if party.n != before:
            self._changed(party)
        for member in party.members:
            if member.told < party.n and _has_heard(member):
                party.told_at = now
                member.told = party.n
                member.told_push = self._push(member.session, "party", data)

    @property
    def due(self) -> float | None:
        """When to :meth:`tell`, perhaps long ago; ``None`` while there is nothing."""
        if self._untold:
            return 0.0
        return self._later[0][0] if self._later else None


def _has_heard(member: PartyMember) -> bool:
    """True if it has acknowledged what it was told last."""
    return not member.told_push or member.session.pushes.acked >= member.told_push
