"""A player is in one session at a time, unless the games allow more; and the seat book says who sits where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rallypoint.core.seat import Seat
from rallypoint_protocol.ids import PlayerId
from rallypoint_simulation.observer import Observer

if TYPE_CHECKING:
    from rallypoint.runtime.node import Node
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.world import World

__all__ = ["Places"]

ONE_SESSION: Final = "no player sits in two sessions at a time"
ONE_SEAT: Final = "no player has two seats in one session"
IN_THE_BOOK: Final = "every seat is in the seat book"
IN_A_SESSION: Final = "every entry of the seat book is a seat"
PLAYING: Final = "the seat book counts the players who have a seat"

_FREED_S: Final = 1.0


class Places(Observer):
    """Looks at all seats of all sessions, and at the book."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seen: dict[str, None] = {}
        """Players who had a seat at the last look."""
        self._seatless: dict[tuple[str, str], float] = {}
        """Entries of the book without a seat, and since when."""

    def server_started(self) -> None:
        """Nobody sits anywhere."""
        self._seen.clear()
        self._seatless.clear()

    def look(self) -> None:
        """All that there is."""
        port = self.world.port
        if port is None:
            return
        node = port.node
        now = self.world.loop.now - self.world.server_host.behind_s
        places: dict[str, list[tuple[SessionHost, Seat]]] = {}
        there: dict[tuple[str, str], None] = {}
        """Players and sessions, seats included that are given up and not freed yet."""
        for host in node.hosts.values():
            for seat in host.core.seated():
                there[seat.player_id, host.core.id] = None
                if not seat.is_over(now):
                    places.setdefault(seat.player_id, []).append((host, seat))
        for player, seats in places.items():
            self._look_at_player(node, player, seats)
        self._look_at_book(node, places, there)

    def _look_at_player(self, node: Node, player: str, seats: list[tuple[SessionHost, Seat]]) -> None:
        if len(seats) > 1:
            where = ", ".join(f"seat {seat.index} of {host.core.id} ({seat.state.value})" for host, seat in seats)
            if len({host.core.id for host, _ in seats}) < len(seats):
                self.violate(ONE_SEAT, f"player {player} has {where}")
            if sum(host.definition.options.exclusive for host, _ in seats) > 1:
                self.violate(ONE_SESSION, f"player {player} has {where}")
        booked = [session for session, _ in node.book.seats_of(seats[0][1].player_id)]
        for host, seat in seats:
            if host.core.id not in booked:
                text = f"player {player} has seat {seat.index} of {host.core.id} ({seat.state.value}), not in the book"
                self.violate(IN_THE_BOOK, f"{text}: {booked or 'nothing'}")

    def _look_at_book(
        self, node: Node, places: dict[str, list[tuple[SessionHost, Seat]]], there: dict[tuple[str, str], None]
    ) -> None:
        seen, self._seen = self._seen, {player: None for player, _ in there}
        seatless: dict[tuple[str, str], str] = {}
        people = 0
        for player in seen | self._seen:
            booked = node.book.seats_of(PlayerId(player))
            for session, game in booked:
                if (player, session) not in there:
                    seatless[player, session] = game
            if booked:
                self._seen[player] = None
                people += not player.startswith("bot-")
        if node.book.players != people:
            self.violate(PLAYING, f"the book counts {node.book.players} players with a seat, and there are {people}")
        self._look_at_seatless(seatless)

    def _look_at_seatless(self, seatless: dict[tuple[str, str], str]) -> None:
        """A seat that a step has freed is in the book until the journal has that step."""
        now, frozen_until = self.world.loop.now, self.world.server_host.frozen_until
        self._seatless = {entry: max(self._seatless.get(entry, now), min(now, frozen_until)) for entry in seatless}
        for (player, session), since in self._seatless.items():
            if now - since > _FREED_S + self.world.storage.commits_s:
                text = (
                    f"player {player} is in the book for {session} of {seatless[player, session]}, with no seat there"
                )
                self.violate(IN_A_SESSION, f"{text} since {now - since:.2f} s")
