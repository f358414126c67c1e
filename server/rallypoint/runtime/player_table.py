"""The table of all players, for operators: those in the lobby, and those who have a seat.

It is made in slices, between the steps of all games, and at most once a second however many look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from rallypoint.core.lobby import Lobby
from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.seat import SeatState
from rallypoint.ports import Clock
from rallypoint.runtime.link_quality import behind_of, quality_of
from rallypoint.runtime.node import Node
from rallypoint.runtime.player_info import PlayerFilter, PlayerRow, PlayerTablePage
from rallypoint.runtime.player_stories import PlayerStories
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.sliced import matching, window
from rallypoint_protocol.ids import PlayerId

__all__ = ["SORTS", "PlayerTable"]

_SLICE: Final = 250
"""Players in one turn of the event loop: some 0.5 ms."""
_FRESH_S: Final = 0.9
_PLACES: Final = {"seated": 0, "queue": 1, "lobby": 2}

SORTS: Final[dict[str, Callable[[PlayerRow], Any]]] = {
    "name": lambda row: row.name.casefold(),
    "since": lambda row: 0.0 if row.since_at is None else row.since_at,
    "behind": lambda row: -1.0 if row.behind_ms is None else row.behind_ms,
    "place": lambda row: _PLACES[row.place],
}
"""By what rows can be sorted. Equal ones stay in the order of their sessions, and then of their coming."""


class PlayerTable:
    """Of one node and its lobby. ``wall`` is Unix time."""

    def __init__(self, node: Node, lobby: Lobby, stories: PlayerStories, wall: Clock) -> None:
        self._node = node
        self._lobby = lobby
        self._stories = stories
        self._wall = wall
        self._rows: list[PlayerRow] = []
        self._made_at = float("-inf")
        self._making: asyncio.Task[None] | None = None

    async def page(self, wanted: PlayerFilter, sort: str, desc: bool, offset: int, limit: int) -> PlayerTablePage:
        """``limit`` rows behind the first ``offset``. ``sort`` is one of ``SORTS``."""
        rows = await self._made()
        found = rows if wanted == PlayerFilter() else await matching(rows, wanted.fits)
        shown = await window(found, SORTS[sort], desc=desc, offset=offset, limit=limit)
        return PlayerTablePage(len(rows), len(found), shown)

    async def meant(self, wanted: PlayerFilter) -> list[PlayerRow]:
        """All that a filter means, as of now."""
        self._made_at = float("-inf")
        return await matching(await self._made(), wanted.fits)

    async def _made(self) -> list[PlayerRow]:
        if self._making is None and self._node.now() - self._made_at >= _FRESH_S:
            self._making = asyncio.create_task(self._make(), name="table of players")
        if self._making is not None:
            await asyncio.shield(self._making)
        return self._rows

    async def _make(self) -> None:
        try:
            now, rows, work = self._node.now(), dict[PlayerId, PlayerRow](), 0
            for host in list(self._node.hosts.values()):
                self._add_seats(rows, host, now)
                work += 1 + len(host.core.seats)
                if work >= _SLICE:
                    work = 0
                    await asyncio.sleep(0)
            for number, session in enumerate(self._lobby.sessions()):
                if number % _SLICE == _SLICE - 1:
                    await asyncio.sleep(0)
                if session.state is LobbyState.ENDED:  # meanwhile
                    continue
                row = rows.get(session.player)
                if row is None:
                    row = rows[session.player] = self._row(session.player, session.name, bot=False)
                    row.away = session.state is LobbyState.AWAY
                if session.ticket is not None:
                    row.queue = session.ticket.queues[0]
                    if row.session is None:
                        row.place = "queue"
            self._rows, self._made_at = list(rows.values()), now
        finally:
            self._making = None

    def _row(self, player: PlayerId, name: str, *, bot: bool) -> PlayerRow:
        first = self._stories.first_ms(player)
        since = None if first is None else first / 1000
        mute = self._lobby.chats.mutes.of(player, self._wall())
        until = None if mute is None else mute.until_at
        return PlayerRow(player, name, bot, "lobby", False, since, None, None, None, None, None, None, None, until)

    def _add_seats(self, rows: dict[PlayerId, PlayerRow], host: SessionHost, now: float) -> None:
        for seat in host.core.seats:
            if seat is None or seat.is_given_up:
                continue
            row = rows.get(seat.player_id)
            if row is None:
                row = rows[seat.player_id] = self._row(seat.player_id, seat.name, bot=seat.bot)
            row.place = "seated"
            row.session, row.game, row.seat = host.core.id, host.definition.options.name, seat.index
            row.seat_state, row.away = seat.state.value, seat.state is SeatState.AWAY
            link = host.link_of(seat) if seat.state is SeatState.CONNECTED else None
            if link is None:
                row.behind_ms = row.quality = None
            else:
                ticks, row.behind_ms = behind_of(host, seat, now)
                row.quality = quality_of(ticks, row.behind_ms, link.connection.outbox_bytes)
