"""Who waits in a queue with rules, and fits to others who wait there, does not wait for long.

A model of its own of the queues of the game Skirmish, which shares no code with the search: all sets of tickets are
tried. Where it cannot know (who is whose enemy in a lookup that is under way, what ratings are), it takes the answer
that excludes more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbyState
from rallypoint_protocol.messages import Answer, Block, Enqueue, PartyReady
from tests.simulation.games.skirmish import BOTS_AFTER_S, DUEL_ANY_S, FILL_AFTER_S, LEVEL_ANY_S, LEVELS

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint.core.lobby_ticket import LobbyTicket
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["BOTS", "LEFT", "Fits"]

LEFT: Final = "who fits to others who wait is matched with them, or with somebody else"
BOTS: Final = "who has waited for long enough plays with bots"

_PATIENCE_S: Final = 5.0
"""Two seconds for a lookup, one for a match that rests, and then some."""


class Fits(LobbyObserver):
    """Looks for matches that could be made."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._levels: dict[str, float] = {}
        """By player, as said last."""
        self._enemies: dict[frozenset[str], None] = {}
        """Pairs of whom one may have blocked the other."""
        self._possible: dict[tuple[str, frozenset[str]], float] = {}
        """Queue and tickets that could be matched at each look since."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def asked(self, stay: Stay, wire: Wire, request: Any) -> None:
        """Whom somebody does not want to meet."""
        if isinstance(request, Block):
            self._enemies[frozenset((stay.player, request.player))] = None

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """What somebody says of the own level."""
        if news and not answer.error and isinstance(request, Enqueue | PartyReady):
            level = request.attributes.get("level", 0)
            self._levels[stay.player] = float(level) if isinstance(level, int) else 0.0

    def server_gone(self, crashed: bool) -> None:
        """Nothing is possible."""
        super().server_gone(crashed)
        self._possible.clear()

    # --- the server -------------------------------------------------------------------------------------------------

    def inspect(self, now: float) -> None:
        """All sets of tickets that could play together."""
        port = self.world.port
        if port is None:
            return
        node = port.node
        tickets = self._tickets()
        before, self._possible = self._possible, {}
        if not tickets or node.draining or node.journal.failure or len(node.hosts) >= node.settings.sessions_max:
            return
        for queue in ("teams", "duel", "brawl"):
            here = [ticket for ticket in tickets if queue in ticket.queues]
            for some in self._matches(queue, here):
                key = queue, frozenset(ticket.id for ticket in some)
                since = self._possible[key] = before.get(key, now)
                if self.steady(since) > _PATIENCE_S + self.world.storage.commits_s:
                    who = [ticket.players for ticket in some]
                    invariant = BOTS if len(some) == 1 and some[0].size == 1 else LEFT
                    self.violate(invariant, f"{who} wait for {queue} and could play, since {now - since:.2f} s")

    def _tickets(self) -> list[LobbyTicket]:
        """Those that could be matched at all, in order of arrival."""
        port = self.world.port
        assert port is not None
        tickets: dict[LobbyTicket, None] = {}
        for stay in self.stays.values():
            session = self.session(stay)
            if session is not None and session.ticket is not None:
                tickets[session.ticket] = None
        return sorted(
            (
                ticket
                for ticket in tickets
                if ticket.found is None
                and all(entrant.session.state is LobbyState.CONNECTED for entrant in ticket.entrants)
                and all(port.node.may_sit(player, "skirmish") for player in ticket.players)
            ),
            key=lambda ticket: ticket.number,
        )

    def _matches(self, queue: str, tickets: list[LobbyTicket]) -> Iterator[tuple[LobbyTicket, ...]]:
        for count in range(1, 5):
            for some in combinations(tickets, count):
                if self._fit(queue, some):
                    yield some

    def _fit(self, queue: str, tickets: tuple[LobbyTicket, ...]) -> bool:
        players = sum(ticket.size for ticket in tickets)
        wait_s = max(self.server_now - ticket.queued_at for ticket in tickets)
        match queue:
            case "teams":
                return (
                    players == 4
                    and all(ticket.size <= 2 for ticket in tickets)
                    and not self._has_enemies(tickets)
                    and (wait_s > LEVEL_ANY_S or self._level_span(tickets) <= LEVELS)
                )
            case "duel":
                return (
                    players == 2
                    and all(ticket.size == 1 for ticket in tickets)
                    and not self._has_enemies(tickets)
                    and wait_s > DUEL_ANY_S
                )
            case _:
                port = self.world.port
                with_bots = port is not None and port.node.bots is not None and wait_s > BOTS_AFTER_S
                return players <= 4 and (
                    players == 4 or (players >= 2 and wait_s > FILL_AFTER_S) or (players == 1 and with_bots)
                )

    def _level_span(self, tickets: tuple[LobbyTicket, ...]) -> float:
        """The largest distance: of a party counts the mean."""
        means = [sum(self._levels.get(player, 0.0) for player in one.players) / one.size for one in tickets]
        return max(means) - min(means)

    def _has_enemies(self, tickets: tuple[LobbyTicket, ...]) -> bool:
        players = [player for ticket in tickets for player in ticket.players]
        return any(frozenset(pair) in self._enemies for pair in combinations(players, 2))
