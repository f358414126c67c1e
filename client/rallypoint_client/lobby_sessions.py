"""What a lobby does about sessions, besides seats in them: lists, chats, and the wishes of who leads one."""

from __future__ import annotations

from random import Random
from typing import Any
from urllib.parse import urljoin

from rallypoint_protocol.limits import LISTED_MAX
from rallypoint_protocol.messages import Chat, Describe, Kick, Listing, Locate, Lock

from .chat import Room
from .conditions import Where, parse_conditions
from .errors import RequestRefused
from .heartbeat import Timing
from .identity import Identity
from .lobby_link import LobbyLink
from .plain import checked_bag
from .requests import Make
from .session_id import SessionName, session_id
from .session_list import SessionList

__all__ = ["LobbySessions"]


class LobbySessions(LobbyLink):
    """A lobby session to which lists and chats belong: these go on as long as it does, or another in its place."""

    def __init__(
        self, url: str, name: str, *, fresh: bool, identity: Identity | None, random: Random, timing: Timing
    ) -> None:
        self._list: SessionList | None = None
        self._rooms: dict[str, Room] = {}
        super().__init__(url, name, fresh=fresh, identity=identity, random=random, timing=timing)

    # --- looking around ---------------------------------------------------------------------------------------------

    def sessions(self, game: str = "", *, where: Where = (), limit: int = 50) -> SessionList:
        """The live list of sessions: ``async with lobby.sessions("orbit", where=["free > 0"]) as listing``.

        Args:
            game: empty for all games.
            where: conditions, all of which must hold: ``"free > 0"``, ``"meta.map = desert"``,
                ``'meta.name has "x y"'``, or ``("free", ">", 0)``. Fields: game, state, players, seats, free,
                spectators, leader, and meta.<name>. Operators: = != < <= > >= has.
            limit: 1 to 100 sessions.

        Raises:
            ValueError: a condition cannot be understood, or the limit is another.
        """
        if not 1 <= limit <= LISTED_MAX:
            raise ValueError(f"limit is 1 to {LISTED_MAX}, not {limit}")
        return SessionList(self.requests, self._begin_list, game, parse_conditions(where), limit)

    async def chat(self, session: SessionName = "") -> Room:
        """The lobby's chat, or that of a session in which the player has a seat, or watches.

        Raises:
            RequestRefused: ``unknown``, ``full``.
        """
        named = session_id(session)
        room = self._rooms.get(named)
        if room is None:
            room = self._rooms[named] = Room(self.requests, named, self._room_closed)
        return await room.listening()

    # --- for the leader of a session --------------------------------------------------------------------------------

    async def lock(self, session: SessionName) -> None:
        """Nobody else is seated there.

        Raises:
            RequestRefused: ``unknown``, ``not_allowed`` (somebody else leads it).
        """
        named = session_id(session)
        await self._request(lambda id_: Lock(id_, named, True))

    async def unlock(self, session: SessionName) -> None:
        """Free seats there are open again. Raises as :meth:`lock`."""
        named = session_id(session)
        await self._request(lambda id_: Lock(id_, named, False))

    async def describe(self, session: SessionName, /, **meta: Any) -> None:
        """Other metadata for that session, in place of all that there was. Raises as :meth:`lock`."""
        named, described = session_id(session), checked_bag("metadata", meta)
        await self._request(lambda id_: Describe(id_, named, described))

    async def kick(self, session: SessionName, player: str) -> None:
        """That player (an id) goes, and does not come back. Raises as :meth:`lock`."""
        named = session_id(session)
        await self._request(lambda id_: Kick(id_, named, player))

    async def locate(self, session: str, token: bytes) -> str:
        """Where a session lives now, for one who has a seat in it.

        Raises:
            RequestRefused: ``unknown``: session or token.
        """
        match await self._request(lambda id_: Locate(id_, session, token)):
            case {"url": str(url)}:
                return urljoin(self.url, url)
            case _:
                raise RequestRefused("malformed", "the server's answer names no address")

    # --- steps ------------------------------------------------------------------------------------------------------

    async def _request(self, make: Make) -> Any:
        """The value of the answer, however many connections it takes."""
        return await self.requests.ask(make)

    def _begin_list(self, new: SessionList) -> None:
        if self._list is not None and self._list is not new:
            self._list.over(None)
        self._list = new

    def _room_closed(self, room: Room) -> None:
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]

    def _welcomed(self, *, again: bool) -> None:
        if self._list is not None:
            self._list.welcomed(again=again)
        for room in list(self._rooms.values()):
            room.welcomed(again=again)

    def _listed(self, listing: Listing) -> None:
        if self._list is not None:
            self._list.take(listing)

    def _said(self, chat: Chat) -> None:
        room = self._rooms.get(chat.room)
        if room is not None:
            room.take(chat)

    def _over(self) -> None:
        super()._over()
        if self._list is not None:
            self._list.over(self.error)
        for room in list(self._rooms.values()):
            room.over(self.error)
