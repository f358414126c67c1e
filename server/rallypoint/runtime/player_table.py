"""The table of all players, for operators: those in the lobby, and those who have a seat.

Who is here is looked at once a second however many look, and a whole row is made only of those in somebody's page: to
make 20,000, and to let them go again, would hold up all games. All of it in slices, between their steps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from rallypoint.core.lobby import Lobby
from rallypoint.core.lobby_session import LobbySession, LobbyState
from rallypoint.core.seat import Seat, SeatState
from rallypoint.ports import Clock
from rallypoint.runtime.link_quality import behind_of, quality_of
from rallypoint.runtime.node import Node
from rallypoint.runtime.player_info import PlayerFilter, PlayerRow, PlayerTablePage
from rallypoint.runtime.player_stories import PlayerStories
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.sliced import matching, window
from rallypoint_protocol.ids import PlayerId

__all__ = ["SORTS", "PlayerTable"]

_LOOKED_AT_A_SLICE: Final = 1000
"""Seats and lobby sessions in one turn of the event loop: some 0.5 ms."""
_ROWS_A_SLICE: Final = 50
_FRESH_S: Final = 0.9
_KEPT_S: Final = 2.0
"""After that it is forgotten, or what has ended since would be kept until somebody looks again."""
_PLACES: Final = {"seated": 0, "queue": 1, "lobby": 2}


class _Seen:
    """Who was here at one moment: in the order of their sessions, and then of their coming."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.players: list[PlayerId] = []
        self.seats: dict[PlayerId, Seat] = {}
        """The newest of each, likewise the next."""
        self.hosts: dict[PlayerId, SessionHost] = {}
        self.lobby: dict[PlayerId, LobbySession] = {}

    def name(self, player: PlayerId) -> str:
        seat = self.seats.get(player)
        return self.lobby[player].name if seat is None else seat.name

    def place(self, player: PlayerId) -> str:
        if player in self.seats:
            return "seated"
        return "lobby" if self.lobby[player].ticket is None else "queue"

    def behind(self, player: PlayerId) -> tuple[float, str] | None:
        """How far the player's client is behind, in milliseconds, and how good the connection is."""
        seat = self.seats.get(player)
        if seat is None or seat.state is not SeatState.CONNECTED:
            return None
        host = self.hosts[player]
        link = host.link_of(seat)
        if link is None:
            return None
        ticks, behind_ms = behind_of(host, seat, self.now)
        return behind_ms, quality_of(ticks, behind_ms, link.connection.outbox_bytes)

    def still(self, player: PlayerId) -> bool:
        """The player has not gone since, and is no bot of the server."""
        seat, session = self.seats.get(player), self.lobby.get(player)
        if seat is not None and not seat.is_given_up:
            return not seat.bot
        return session is not None and session.state is not LobbyState.ENDED


_Key = Callable[[PlayerId, _Seen, PlayerStories], Any]
SORTS: Final[dict[str, _Key]] = {
    "name": lambda player, seen, _: seen.name(player).casefold(),
    "since": lambda player, _, stories: stories.first_ms(player) or 0,
    "behind": lambda player, seen, _: -1.0 if (behind := seen.behind(player)) is None else behind[0],
    "place": lambda player, seen, _: _PLACES[seen.place(player)],
}
"""By what rows can be sorted. Equal ones stay in the order of their sessions, and then of their coming."""


class PlayerTable:
    """Of one node and its lobby. ``wall`` is Unix time."""

    def __init__(self, node: Node, lobby: Lobby, stories: PlayerStories, wall: Clock) -> None:
        self._node = node
        self._lobby = lobby
        self._stories = stories
        self._wall = wall
        self._seen: _Seen | None = None
        self._looking: asyncio.Task[_Seen] | None = None

    async def page(self, wanted: PlayerFilter, sort: str, desc: bool, offset: int, limit: int) -> PlayerTablePage:
        """``limit`` rows behind the first ``offset``. ``sort`` is one of ``SORTS``."""
        seen, key = await self._fresh(), SORTS[sort]
        found = seen.players
        if wanted != PlayerFilter():
            found = await matching(found, lambda player: wanted.fits(player, seen.name(player), seen.place(player)))
        shown = await window(
            found, lambda player: key(player, seen, self._stories), desc=desc, offset=offset, limit=limit
        )
        rows = []
        for number, player in enumerate(shown, 1):
            rows.append(self._row(player, seen))
            if number % _ROWS_A_SLICE == 0:
                await asyncio.sleep(0)
        if sort == "behind":  # it has moved on since it was sorted by: as it is shown, it is in order
            rows.sort(key=lambda row: -1.0 if row.behind_ms is None else row.behind_ms, reverse=desc)
        return PlayerTablePage(len(seen.players), len(found), rows)

    async def meant(self, wanted: PlayerFilter) -> list[PlayerId]:
        """All that a filter means, as of now, but no bots of the server."""
        if self._looking is not None:
            await asyncio.shield(self._looking)
        self._seen = None
        seen = await self._fresh()
        return await matching(
            seen.players,
            lambda player: seen.still(player) and wanted.fits(player, seen.name(player), seen.place(player)),
        )

    async def _fresh(self) -> _Seen:
        """At most a second old."""
        seen = self._seen
        if self._looking is None:
            if seen is not None and self._node.now() - seen.now < _FRESH_S:
                return seen
            self._looking = asyncio.create_task(self._look(), name="table of players")
        return await asyncio.shield(self._looking)

    async def _look(self) -> _Seen:
        try:
            seen, work = _Seen(self._node.now()), 0
            for host in list(self._node.hosts.values()):
                for seat in host.core.seats:
                    if seat is not None and not seat.is_given_up:
                        if seat.player_id not in seen.seats:
                            seen.players.append(seat.player_id)
                        seen.seats[seat.player_id], seen.hosts[seat.player_id] = seat, host
                work += 1 + len(host.core.seats)
                if work >= _LOOKED_AT_A_SLICE:
                    work = 0
                    await asyncio.sleep(0)
            sessions = self._lobby.sessions()
            for begin in range(0, len(sessions), _LOOKED_AT_A_SLICE):
                await asyncio.sleep(0)
                for session in sessions[begin : begin + _LOOKED_AT_A_SLICE]:
                    if session.state is LobbyState.ENDED:  # meanwhile
                        continue
                    if session.player not in seen.seats:
                        seen.players.append(session.player)
                    seen.lobby[session.player] = session
            self._seen = seen
            asyncio.get_running_loop().call_later(_KEPT_S, self._forget, seen.now)
            return seen
        finally:
            self._looking = None

    def _forget(self, seen_at: float) -> None:
        if self._seen is not None and self._seen.now == seen_at:
            self._seen = None

    def _row(self, player: PlayerId, seen: _Seen) -> PlayerRow:
        first_ms, mute = self._stories.first_ms(player), self._lobby.chats.mutes.of(player, self._wall())
        since = None if first_ms is None else first_ms / 1000
        until = None if mute is None else mute.until_at
        seat, session = seen.seats.get(player), seen.lobby.get(player)
        name, place = seen.name(player), seen.place(player)
        queue = None if session is None else session.queue
        if seat is None:
            away = session is not None and session.state is LobbyState.AWAY
            return PlayerRow(player, name, False, place, away, since, queue, None, None, None, None, None, None, until)
        host, away, state = seen.hosts[player], seat.state is SeatState.AWAY, seat.state.value
        game, (behind_ms, quality) = host.definition.options.name, seen.behind(player) or (None, None)
        return PlayerRow(
            player,
            name,
            seat.bot,
            place,
            away,
            since,
            queue,
            host.core.id,
            game,
            seat.index,
            state,
            behind_ms,
            quality,
            until,
        )
