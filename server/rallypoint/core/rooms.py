"""What the lobby asks of the sessions' side, besides matches: sessions that players create, find, join and watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId
from rallypoint_protocol.messages import SessionRow

from .orders import Denial, Group, Order, SpectatorOffer
from .quick_match import SeatOffer

__all__ = ["Rooms"]


class Rooms(Protocol):
    """All are synchronous and wait for nothing. A denial has changed nothing.

    A session that is named is found by its id if it is listed, or if ``code`` is its room code; by the code alone if
    the id is empty. Whatever else is wrong with the name is denied as ``unknown``, in the same words.
    """

    def create_for(
        self, player: PlayerId, name: str, lobby_id: LobbyId, game: str, order: Order, now: float, /
    ) -> SeatOffer | Denial:
        """A new session, with the player as its leader in its first seat. ``order.leader`` is set here.

        Denied: ``unknown_game``, ``already_seated``, ``node_full``, ``cordoned``, ``refused``.
        """

    def join(
        self, player: PlayerId, name: str, lobby_id: LobbyId, session: SessionId, code: str, now: float, /
    ) -> SeatOffer | Denial:
        """A seat there; the player's own, with a new token, if there is one already.

        Denied: ``unknown``, ``full``, ``locked``, ``kicked``, ``already_seated``.
        """

    def spectate(
        self, player: PlayerId, name: str, session: SessionId, code: str, now: float, /
    ) -> SpectatorOffer | Denial:
        """A place to watch from. Denied: ``unknown``, ``full``, ``not_allowed`` (the game has no spectators)."""

    def lock(self, player: PlayerId, session: SessionId, locked: bool, now: float, /) -> Denial | None:
        """The leader locks or unlocks. Denied: ``unknown``, ``not_allowed``."""

    def describe(self, player: PlayerId, session: SessionId, meta: Mapping[str, Any], now: float, /) -> Denial | None:
        """The leader sets the metadata, whole. Denied: ``unknown``, ``not_allowed``."""

    def kick(self, player: PlayerId, session: SessionId, target: PlayerId, now: float, /) -> Denial | None:
        """The leader removes a player for good. Denied: ``unknown`` (session or player), ``not_allowed``."""

    def takes_part(self, player: PlayerId, session: SessionId, /) -> bool:
        """True if the player has a seat there, or watches: who does may read and write its chat."""

    def seats_of(self, player: PlayerId, /) -> list[tuple[SessionId, str]]:
        """The sessions (and their games) that the player has a seat in, oldest first."""

    def group(self, session: SessionId, now: float, /) -> Group | None:
        """Who played a session that has ended, while it is still remembered; ``None`` for one that has not."""

    def rows(self) -> Iterable[SessionRow]:
        """All sessions that are listed, oldest first."""

    def row(self, session: SessionId, /) -> SessionRow | None:
        """One of them; ``None`` if it is private, has ended, or never was."""

    def playing(self) -> int:
        """How many players have a seat, connected or away, bots not counted."""
