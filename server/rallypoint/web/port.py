"""The web port on the node's own event loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from rallypoint.console.census import census_of
from rallypoint.storage.opening import replay_folders
from rallypoint.transport.http_port import HttpPort
from rallypoint.version import VERSION

from .app import web_app
from .replay_shelf import ReplayShelf
from .site import GamePage, Site

if TYPE_CHECKING:
    from rallypoint.app import Server

__all__ = ["WebServer"]

_CONNECTIONS_MAX: Final = 1000
"""Beyond so many at once, the port answers 503. A browser has up to six, and keeps them for 5 s."""
_COUNT_EVERY_S: Final = 1.0


class WebServer:
    """Serves the web port of a server whose game port listens already."""

    def __init__(self, server: Server) -> None:
        settings = server.settings
        assert settings.web_port is not None
        self._server = server
        self._shelf: ReplayShelf | None = None
        self._playing: dict[str, int] = {}
        self._count_again_at = 0.0
        host = settings.web_host or settings.host
        self._port = HttpPort("web port", host, settings.web_port, connections_max=_CONNECTIONS_MAX)

    async def start(self) -> None:
        """Listens. Raises ``OSError`` if the port is taken."""
        from starlette.concurrency import run_in_threadpool

        await run_in_threadpool(int)  # what it imports at its first use, 30 ms, no game is to wait for later
        games = [GamePage(definition) for definition in self._server.definitions]
        folders = replay_folders(self._server.settings)
        if folders is not None:
            self._shelf = ReplayShelf(*folders, games, self._runs)
        await self._port.start(web_app(Site(games, self._players, self._lobby, VERSION, self._shelf)))

    @property
    def url(self) -> str:
        """As ``http://127.0.0.1:8080``."""
        return self._port.url

    async def stop(self) -> None:
        """Stops serving."""
        if self._shelf is not None:  # first: answers wait for what it makes
            await self._shelf.close()
        await self._port.stop()

    def _runs(self, session: str) -> bool:
        return session in self._server.node.hosts

    def _players(self) -> dict[str, int]:
        """Counted once a second at most, however many look."""
        now = time.monotonic()
        if now >= self._count_again_at:
            node = self._server.node
            games = census_of(node).games
            self._playing = {name: game.players for name, game in games.items()}
            self._count_again_at = now + _COUNT_EVERY_S
        return self._playing

    def _lobby(self) -> str | dict[str, Any]:
        """Where pages find the lobby."""
        server = self._server
        if server.settings.public_url:
            return server.settings.public_url.rstrip("/")
        return {"port": int(server.lobby_url.rpartition(":")[2]), "tls": server.certificate is not None}
