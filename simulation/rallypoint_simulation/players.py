"""Players: everything that a person does, on the real client library. Each method is an act, by the name in a scenario.

An act that is not possible now (there is no seat to leave, no friend to follow) does nothing. One that needs the lobby
comes in first, as a person would open the app. What the library documents that it raises is part of life.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rallypoint_client import ConnectFailed, Lobby, LobbyClosed, RequestRefused
from rallypoint_client.chat import Room
from rallypoint_client.lobby_seat import LobbySeat
from rallypoint_protocol.messages import SessionRow

from .matchmaking import Matchable
from .strangers import visit
from .world import URL

__all__ = ["Player"]


class Player(Matchable):
    """A player with a device. See :class:`~rallypoint_simulation.life.Life` for what observers may read."""

    # --- coming and going -------------------------------------------------------------------------------------------

    async def enter(self, patience_s: float = 60.0) -> None:
        """Opens the app, and comes in, unless it takes too long."""
        try:
            async with asyncio.timeout(patience_s):
                await self.within()
        except TimeoutError:
            pass

    async def leave_lobby(self) -> None:
        """Leaves all seats, logs out, and closes the app in good order."""
        process = self.process
        if process is not None:
            for lobby in reversed(process.lobbies):
                await lobby.close()

    async def close_app(self) -> None:
        """The program dies without a word."""
        self.crash()

    async def open_app(self) -> None:
        """The program starts, and goes back to the seats that the player still has."""
        self.reopen()

    async def reload(self, times: int = 3, pause_s: float = 0.3) -> None:
        """The page is reloaded again and again, with so long between, more or less."""
        self._reload(times, pause_s)

    async def second_tab(self) -> None:
        """Another tab on the same device, with the same identity: it takes over what the first one had."""
        await self._rejoin(await self.come_in())

    async def cut(self, what: str = "both") -> None:
        """The connection breaks: of the ``seat``, the ``lobby``, or ``both``."""
        seat, lobby = self.seat, self.lobby
        if seat is not None and what != "lobby":
            seat.cut()
        if lobby is not None and what != "seat":
            lobby.cut()

    async def sleep(self, seconds: float, clock_stops: bool = False) -> None:
        """The device is suspended; its monotonic clock may stand still meanwhile."""
        self.world.loop.freeze(self.boot().host, seconds, clock_stops=clock_stops)

    # --- looking for a seat -----------------------------------------------------------------------------------------

    async def quick_match(self, game: str, patience_s: float = 20.0) -> None:
        """Queues for any session, and gives up after a while."""
        lobby = await self.within()
        await self._seated(lobby.quick_match(game), patience_s)

    async def sit(self, game: str, friend: str = "", patience_s: float = 20.0) -> None:
        """Sits down, unless the player sits already: where ``friend`` sits, or in any session of ``game``.

        Who has a seat somewhere still, goes back there.
        """
        if self.seat is not None:
            return
        other = self.world.players.get(friend)
        try:
            if other is not None and other.seat is not None:
                await self.join(friend, patience_s=patience_s)
            else:
                await self.quick_match(game, patience_s)
        except RequestRefused as no:
            if no.code != "already_seated":
                raise
            await self.back_to_seat()

    async def cancel_queue(self) -> None:
        """Gives the place in the queue up by asking so."""
        lobby = self.lobby
        if lobby is not None:
            await lobby.cancel()

    async def create(
        self,
        game: str,
        private: bool = False,
        options: dict[str, Any] | None = None,
        meta: dict[str, Any] | None = None,
        patience_s: float = 20.0,
    ) -> None:
        """Opens a session."""
        lobby = await self.within()
        await self._seated(lobby.create(game, options=options, meta=meta, private=private), patience_s)

    async def host(self, game: str, options: dict[str, Any] | None = None, patience_s: float = 60.0) -> None:
        """Opens a session, and tries again if the connection does not let it; not if the game does not."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while self.seat is None and loop.time() < until:
            try:
                await self.create(game, options=options)
            except RequestRefused as no:
                if no.code != "already_seated":
                    raise
                await self._rejoin(await self.within())  # the answer was lost
            except (ConnectFailed, LobbyClosed):
                pass
            await asyncio.sleep(0.1)

    async def join(self, friend: str = "", game: str = "", code: str = "", patience_s: float = 20.0) -> None:
        """Sits down where ``friend`` is or was, by room code if there is one; or in any listed session of ``game``."""
        lobby = await self.within()
        named = await self._named(lobby, friend, game)
        if isinstance(named, LobbySeat) and named.code:
            code = named.code
        if code:
            await self._seated(lobby.join(code=code), patience_s)
        elif named is not None:
            await self._seated(lobby.join(named), patience_s)

    async def meet(self, friend: str, patience_s: float = 60.0) -> None:
        """Sits down where ``friend`` does, as soon as they have a seat, and tries again if that does not work."""
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while self.seat is None and loop.time() < until:
            other = self.world.players[friend].seat
            if other is not None:
                await self.guard("meet", lambda: self.join(friend, patience_s=patience_s))
            await asyncio.sleep(0.1)

    async def spectate(self, friend: str = "", game: str = "", patience_s: float = 20.0) -> None:
        """Watches a session; named as for :meth:`join`."""
        lobby = await self.within()
        named = await self._named(lobby, friend, game)
        if isinstance(named, LobbySeat) and named.code:
            await self._seated(lobby.spectate(code=named.code), patience_s)
        elif named is not None:
            await self._seated(lobby.spectate(named), patience_s)

    async def leave_seat(self) -> None:
        """Gives the seat up, for good."""
        seat = self.seat
        if seat is not None:
            await seat.leave()

    async def close_seat(self) -> None:
        """Ends the connection of the seat without giving it up."""
        seat = self.seat
        if seat is not None:
            await seat.close()

    async def back_to_seat(self) -> None:
        """Joins again where the player sat last: also while sitting there, or long after it has gone."""
        seat = self.last_seat
        lobby = await self.within()
        if seat is not None:
            await self._seated(lobby.join(seat), 20.0)

    async def rematch(self, patience_s: float = 10.0) -> None:
        """Wants to play the last session again."""
        lobby, seat = await self.within(), self.last_seat
        if seat is not None:
            await self._seated(lobby.rematch(seat), patience_s)

    async def decline(self) -> None:
        """Does not want to."""
        lobby, seat = await self.within(), self.last_seat
        if seat is not None:
            await lobby.decline(seat)

    # --- the lobby besides ------------------------------------------------------------------------------------------

    async def watch_list(
        self, game: str = "", where: list[str] | None = None, limit: int = 50, seconds: float = 5.0
    ) -> None:
        """Looks at the list of sessions for a while."""
        lobby = await self.within()
        try:
            async with asyncio.timeout(seconds), lobby.sessions(game, where=where or [], limit=limit) as listing:
                async for _ in listing:
                    pass
        except TimeoutError:
            pass

    async def chat(self, room: str = "lobby", lines: int = 1, seconds: float = 3.0, close: bool = True) -> None:
        """Listens to the chat of the ``lobby`` or the ``seat``, says something there, and reads for a while."""
        lobby = await self.within()
        seat = self.seat
        if room == "seat" and seat is None:
            return
        heard = await (lobby.chat() if room == "lobby" or seat is None else lobby.chat(seat))
        try:
            for number in range(lines):
                await heard.say(f"{self.name} {number}")
            await self._read(heard, seconds)
        finally:
            if close:
                await heard.close()

    async def kick(self, friend: str) -> None:
        """Removes a friend from the player's session: allowed to its leader alone."""
        seat, other = self.seat, self.world.players.get(friend)
        if seat is not None and other is not None:
            await seat.kick(other.identity.player)

    async def lock(self, locked: bool = True) -> None:
        """Closes the player's session to others, or opens it again."""
        seat = self.seat
        if seat is not None:
            await (seat.lock() if locked else seat.unlock())

    async def describe(self, meta: dict[str, Any]) -> None:
        """Other metadata for the player's session."""
        seat = self.seat
        if seat is not None:
            await seat.describe(**meta)

    # --- without manners --------------------------------------------------------------------------------------------

    async def old_token(
        self, which: int = -1, lobby: bool = False, resume: bool = True, prove: bool = False, stay_s: float = 3.0
    ) -> None:
        """Somebody shows one of the player's tokens (``which``, as an index), below the library."""
        tokens = self.lobby_tokens if lobby else self.tokens
        if not tokens:
            return
        name, token = tokens[which % len(tokens)] if which >= 0 else tokens[max(-len(tokens), which)]
        path = "/lobby" if lobby else f"/session/{name}"
        stranger = await visit(URL, path)
        if stranger is not None:
            try:
                await stranger.show(path, name, token, resume=resume, prove=prove, stay_s=stay_s)
            finally:
                stranger.connection.transport.abort()

    async def hostile(self, manner: str = "garbage", session: bool = False) -> None:
        """A client that has no manners: :data:`rallypoint_simulation.strangers.MANNERS`."""
        path = f"/session/{self.tokens[-1][0]}" if session and self.tokens else "/lobby"
        stranger = await visit(URL, path)
        if stranger is not None:
            try:
                await stranger.misbehave(manner, self.dice)
            finally:
                stranger.connection.transport.abort()

    # --- steps ------------------------------------------------------------------------------------------------------

    async def _seated(self, seat: Any, patience_s: float) -> None:
        try:
            async with asyncio.timeout(patience_s):
                taken: LobbySeat = await seat
        except TimeoutError:
            return
        self.play(taken)

    async def _read(self, room: Room, seconds: float) -> None:
        """For so long, unless somebody reads it already."""
        process = self.boot()
        if room in process.rooms:
            return
        process.rooms.append(room)
        try:
            async with asyncio.timeout(seconds):
                async for _ in room:
                    pass
        except TimeoutError:
            pass
        finally:
            process.rooms.remove(room)

    async def _named(self, lobby: Lobby, friend: str, game: str) -> LobbySeat | SessionRow | None:
        other = self.world.players.get(friend)
        if other is not None:
            return other.seat or other.last_seat
        if not game:
            return None
        async with lobby.sessions(game, limit=10) as listing:
            rows = listing.rows
        return self.dice.choice(rows) if rows else None

    def reopen(self) -> None:
        """The program ends if it runs, and begins again: a reload. From anywhere."""
        self.crash()
        work = self.guard("open the app", self._go_back)
        self.world.loop.start_on(self.boot().host, work, f"{self.name}: opens the app")

    def _reload(self, times: int, pause_s: float) -> None:
        loop = self.world.loop
        self.reopen()
        if times > 1:
            pause = pause_s * self.dice.uniform(0.2, 1.5)
            loop.on(loop.world, loop.now + pause, self._reload, times - 1, pause_s)

    async def _go_back(self) -> None:
        await self._rejoin(await self.within())

    async def _rejoin(self, lobby: Lobby) -> None:
        for mine in lobby.my_seats:
            await self.guard("come back", lambda mine=mine: self._seated(lobby.join(mine), 20.0))  # type: ignore[misc]
