"""What running sessions want of their queues, with what is known of who plays there: for the search.

It is looked at when something of those sessions has changed, at most every ``EVERY_S``, and every ``AGAIN_S`` while any
want something. A session that has refused a player whom its queue sent is left out for ``RESTS_S``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from rallypoint_protocol.ids import PlayerId, SessionId

from .matchmaking.rules import QueueRules
from .matchmaking.ticket import Backfill, Member

__all__ = ["BackfillWanted", "BackfillWishes"]

EVERY_S: Final = 0.1
AGAIN_S: Final = 1.0
RESTS_S: Final = 5.0


class BackfillWanted(Protocol):
    """What a running session wants of its queue."""

    @property
    def session(self) -> SessionId:
        """Which."""

    @property
    def free(self) -> tuple[int, ...]:
        """Free seats of each team."""

    @property
    def teams(self) -> tuple[tuple[PlayerId, ...], ...]:
        """Who plays in each team; without bots."""

    @property
    def region(self) -> str:
        """Where it is."""

    @property
    def asked_at(self) -> float:
        """Since when."""


class BackfillWishes:
    """Of all queues whose sessions may be backfilled. ``waiting`` says how many tickets are in a queue."""

    def __init__(self, rules: Iterable[QueueRules], waiting: Callable[[str], int]) -> None:
        self._waiting = waiting
        self._looked_at = {one.name: float("-inf") for one in rules if one.backfill}
        self._changed = dict.fromkeys(self._looked_at)
        """Queues whose sessions may want something else since they were looked at."""
        self._wanting: dict[str, None] = {}
        """Queues of which some sessions want something."""
        self._resting: dict[SessionId, float] = {}
        self._playing: dict[PlayerId, tuple[str, Member]] = {}
        """Who was seated by one of these queues, and as what."""

    def changed(self) -> None:
        """Sessions may want players, or no more."""
        self._changed = dict.fromkeys(self._looked_at)

    @property
    def due(self) -> float | None:
        """When something is to be looked at."""
        return min((due for name in self._looked_at if (due := self._due(name)) is not None), default=None)

    def due_now(self, now: float) -> list[str]:
        """The queues whose sessions are to be looked at now."""
        dues = ((name, self._due(name)) for name in self._looked_at)
        return [name for name, due in dues if due is not None and (due <= now or now < self._looked_at[name])]

    def look(
        self, name: str, wanted: Iterable[BackfillWanted], now: float, refusal: Callable[[Sequence[Member]], str]
    ) -> list[Backfill] | None:
        """What the sessions of that queue want, as the search is to know it; ``None``: nothing, as before.

        ``refusal``: why it could not compare somebody. A session with such a player is left out: that is one whom
        nobody here has matched.
        """
        self._looked_at[name] = now
        self._changed.pop(name, None)
        before = self._wanting.pop(name, name) is None
        self._resting = {session: until for session, until in self._resting.items() if now < until}
        known = []
        for one in wanted:
            self._wanting[name] = None
            teams = tuple(tuple(self._member(player) for player in team) for team in one.teams)
            strange = any(refusal([member]) for team in teams for member in team)
            if one.session not in self._resting and not strange:
                known.append(Backfill(one.session, one.free, teams, one.asked_at, one.region))
        return known if known or before else None

    def rest(self, session: SessionId, now: float) -> None:
        """It has refused a player."""
        self._resting[session] = now + RESTS_S

    # --- who plays --------------------------------------------------------------------------------------------------

    def seated(self, name: str, members: Iterable[Member]) -> None:
        """They have seats now, by that queue."""
        if name in self._looked_at:
            self._playing.update((member.player, (name, member)) for member in members)

    def unseated(self, player: PlayerId) -> None:
        """The player's seat is gone."""
        self._playing.pop(player, None)

    def plays(self, player: PlayerId) -> tuple[str, Member] | None:
        """The queue that has seated the player, and as what."""
        return self._playing.get(player)

    def _member(self, player: PlayerId) -> Member:
        known = self._playing.get(player)
        return Member(player) if known is None else known[1]

    def _due(self, name: str) -> float | None:
        if not self._waiting(name) or not (name in self._changed or name in self._wanting):
            return None
        return self._looked_at[name] + (EVERY_S if name in self._changed else AGAIN_S)
