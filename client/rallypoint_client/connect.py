"""How a program comes in to a lobby."""

from __future__ import annotations

from collections.abc import Callable, Generator
from random import Random
from typing import Any

from .classes import SchemaCache
from .heartbeat import Timing
from .identity import Identity
from .lobby import Lobby

__all__ = ["connect"]


class connect:  # noqa: N801  # reads as the function that it is used like
    """``async with connect(url, name="Ann") as lobby``, or ``lobby = await connect(...)`` and later ``lobby.close()``.

    Args:
        url: the server's address, as ``ws://localhost:8000``.
        name: how the player wants to be called.
        identity: who the player is, to be known again tomorrow: ``Identity.file("~/.config/mygame.json")``. Without
            one, a new guest each time.
        fresh: when the lobby session is gone, begin again with another.
        random: spreads the attempts to connect.
        timing: how patient to be.
        schemas: shared by all seats of the process unless given.

    Raises:
        ValueError: the URL is no server's address.
        InvalidInput: no server would take that name or identity.
        ConnectFailed: nobody there within 15 s.
        Closed: the server said no.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        identity: Identity | None = None,
        fresh: bool = False,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
    ) -> None:
        self._make: Callable[[], Lobby] = lambda: Lobby(
            url, name, fresh=fresh, identity=identity, random=random, timing=timing, schemas=schemas
        )
        self._lobby: Lobby | None = None

    async def _enter(self) -> Lobby:
        lobby = self._lobby = self._make()
        try:
            return await lobby.welcomed()
        except BaseException:
            await lobby.close()
            raise

    def __await__(self) -> Generator[Any, None, Lobby]:
        return self._enter().__await__()

    async def __aenter__(self) -> Lobby:
        return await self._enter()

    async def __aexit__(self, *exc: object) -> None:
        if self._lobby is not None:
            await self._lobby.close()
