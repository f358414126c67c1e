"""The game port, and all that is behind it: the lobby, the sessions, their bots. A server without its operations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import structlog
from websockets.asyncio.server import Server as Listener

from rallypoint.config import Settings
from rallypoint.core.lobby import Lobby
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.game.definition import Definition
from rallypoint.ports import Journal, Store
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.bots import ClientBots
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.rooms import NodeRooms
from rallypoint.runtime.session_gate import SessionGate
from rallypoint.runtime.silence import Silence
from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen, session_in
from rallypoint.transport.tls import Certificate
from rallypoint_protocol.close import CloseCode

__all__ = ["GamePort"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.server")


class GamePort:
    """What players reach. To be made on the running event loop, which it stays on."""

    def __init__(
        self,
        definitions: Sequence[Definition],
        settings: Settings,
        store: Store,
        journal: Journal,
        ambient: Ambient,
        *,
        bots: bool = True,
    ) -> None:
        """``bots``: whether the games' bots may fill seats. Serves nobody before :meth:`start`."""
        limits = settings.limits
        loop = asyncio.get_running_loop()
        self._settings = settings
        self._ambient = ambient
        self._with_bots = bots
        self._listeners: list[Listener] = []
        self._connections: dict[Connection, None] = {}  # in the order of their handshakes: the library's are sets
        self._sweeper: asyncio.Task[None] | None = None
        self.node = Node(
            definitions,
            NodeSettings(
                sessions_max=limits.sessions_max,
                step_limit_s=settings.step_limit_s,
                ack_deadline_s=limits.ack_deadline_s,
                public_url=settings.public_url.rstrip("/"),
            ),
            journal,
            loop,
            ambient,
        )
        self.lobby = Lobby(
            ambient.new_token,
            ambient.new_id,
            [self._rules(definition.options) for definition in definitions],
            self.node,
            NodeRooms(self.node),
            unix_ms=ambient.unix_ms,
            grace_s=settings.lobby_grace_s,
            lobbies_max=limits.lobbies_max,
            tickets_max=limits.tickets_max,
        )
        self.lobby_host = LobbyHost(self.lobby, self.node, loop, store, first_frame_s=limits.first_frame_s)
        self.node.unseated = self.lobby_host.player_unseated
        self.node.capacity = self.lobby_host.capacity_changed
        self.node.listed = self.lobby_host.session_changed
        self.node.records = store
        self.gate = SessionGate(self.node.find, loop, ambient.clock, limits.first_frame_s)
        self.silence = Silence()

    def _rules(self, options: Any) -> QuickMatchRules:
        bots_after_s = options.bots_after_s if options.bot is not None and self._with_bots else None
        return QuickMatchRules(options.name, options.seats_min, options.seats_max, bots_after_s)

    async def start(self, certificate: Certificate | None = None) -> None:
        """Listens, and serves from here on. Raises ``OSError`` if the port is taken."""
        settings = self._settings
        self._listeners.append(await self._listen(settings.host, settings.port, certificate))
        if certificate is not None:
            # Bots of our own come in beside it: they need not trust the certificate, and nobody listens on loopback.
            self._listeners.append(await self._listen("127.0.0.1", 0, None))
        self.bots = ClientBots(_url_of(self._listeners[-1]), self._ambient.random)
        if self._with_bots:
            self.node.bots = self.bots
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep of all connections and sessions")

    async def _listen(self, host: str, port: int, certificate: Certificate | None) -> Listener:
        settings, limits = self._settings, self._settings.limits
        return await listen(
            self._handle,
            host,
            port,
            limits=ListenerLimits(
                connections_max=limits.connections_max,
                address_per_s=limits.connections_per_address_per_s,
                address_burst=limits.connections_per_address_burst,
                per_address_max=limits.connections_per_address_max,
                exempt_networks=limits.exempt_networks,
                trusted_proxies=limits.trusted_proxies,
            ),
            connection_limits=ConnectionLimits(
                outbox_bytes_max=limits.outbox_bytes_max,
                write_deadline_s=limits.write_deadline_s,
                messages_per_s=limits.messages_per_s,
                messages_burst=limits.messages_burst,
                bytes_per_s=limits.bytes_per_s,
                bytes_burst=limits.bytes_burst,
                controls_per_s=limits.controls_per_s,
                controls_burst=limits.controls_burst,
            ),
            allowed_origins=settings.allowed_origins,
            tls=None if certificate is None else certificate.context,
            clock=self._ambient.clock,
        )

    @property
    def url(self) -> str:
        """Where clients of this machine connect, as ``ws://127.0.0.1:8000``, whatever the scheme."""
        return _url_of(self._listeners[0])

    @property
    def connections(self) -> list[Connection]:
        """Open connections, of lobby and sessions, in the order in which they came."""
        return list(self._connections)

    async def _handle(self, connection: Connection) -> None:
        assert connection.request is not None
        session = session_in(connection.request.path)
        self._connections[connection] = None
        try:
            if session is None:
                await self.lobby_host.serve(connection)
            else:
                await self.gate.serve(connection, session)
        finally:
            del self._connections[connection]

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                self.silence.sweep(self.connections)
                self.node.sweep(self._ambient.clock())
            except Exception:
                log.exception("sweep failed")

    def unlisten(self) -> None:
        """A start that failed: nobody is listened to any more."""
        for listener in self._listeners:
            listener.close()
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def stop(self) -> None:
        """Ends in good order: no new players, everybody is told, and after ``shutdown_s`` the rest is cut."""
        self.node.draining = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.bots.stop()
        self.node.ticker.stop()
        self.node.close_all(CloseCode.SHUTDOWN)
        self.gate.close_all(CloseCode.SHUTDOWN)
        for connection in self.connections:  # in order, before the library does it in any
            connection.close_with(CloseCode.SHUTDOWN, CloseCode.SHUTDOWN.policy.meaning)
        for listener in self._listeners:
            listener.close(code=CloseCode.SHUTDOWN, reason=CloseCode.SHUTDOWN.policy.meaning)
        try:
            async with asyncio.timeout(self._settings.shutdown_s):
                await self.lobby_host.stop()
                await _all_closed(self._listeners)
        except TimeoutError:
            for connection in self.connections:
                connection.transport.abort()
            await _all_closed(self._listeners)


def _url_of(listener: Listener) -> str:
    host, port = next(iter(listener.sockets)).getsockname()[:2]
    if ip_address(host).is_unspecified:  # listening everywhere: this machine is one of the places
        host = "127.0.0.1"
    return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"


async def _all_closed(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        await listener.wait_closed()
