"""Wires one node together: the only file that knows all of its parts."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, Self

import structlog
from websockets.asyncio.server import Server as Listener

from rallypoint.config import Settings
from rallypoint.console.ops import OpsServer
from rallypoint.console.status import Status
from rallypoint.core.lobby import Lobby
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.game.entity import check_assignments
from rallypoint.game.game import Game
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.bots import ClientBots
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.node import Node, NodeSettings, new_id, new_token
from rallypoint.runtime.rooms import NodeRooms
from rallypoint.runtime.session_gate import SessionGate
from rallypoint.runtime.silence import Silence
from rallypoint.storage.journal_off import JournalOff
from rallypoint.storage.opening import open_storage
from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen, session_in
from rallypoint.transport.tls import Certificate
from rallypoint_protocol.close import CloseCode

__all__ = ["Server"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.server")


class Server:
    """One node with everything embedded.

    async with Server([Orbit], Settings(port=0)) as server:
        print(server.lobby_url)
    """

    def __init__(
        self, games: Sequence[type[Game[Any]]], settings: Settings | None = None, *, bots: bool = True
    ) -> None:
        """``bots``: whether the games' bots may fill seats.

        Raises:
            DefinitionError: a game cannot work as it is written.
            ValueError: no games, two of the same name, or a certificate that cannot be used.
        """
        self.settings = settings or Settings()
        self.definitions = [game.definition() for game in games]
        names = [definition.options.name for definition in self.definitions]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"a server needs games, each with a name of its own; it was given {names}")
        self._with_bots = bots
        self._stopping = False
        files = self.settings.tls_cert, self.settings.tls_key
        self.certificate = Certificate(*files) if any(files) else None
        """Of the game port; ``None``: it does without TLS."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens, and serves from here on.

        Raises:
            OSError: a port is taken.
            StoreUnusable: the database cannot be opened; a sentence says what to do.
        """
        self.started_at = time.time()
        self.store, self.webhooks = await open_storage(self.settings)
        try:
            await self._start()
        except BaseException:
            await self.store.close()
            raise

    async def _start(self) -> None:
        settings, limits = self.settings, self.settings.limits
        loop = asyncio.get_running_loop()
        self.journal = JournalOff()
        self.node = Node(
            self.definitions,
            NodeSettings(
                sessions_max=limits.sessions_max,
                step_limit_s=settings.step_limit_s,
                ack_deadline_s=limits.ack_deadline_s,
                public_url=settings.public_url.rstrip("/"),
            ),
            self.journal,
            loop,
        )
        self.lobby = Lobby(
            new_token,
            new_id,
            [self._rules(definition.options) for definition in self.definitions],
            self.node,
            NodeRooms(self.node),
            unix_ms=lambda: time.time_ns() // 1_000_000,
            grace_s=settings.lobby_grace_s,
            lobbies_max=limits.lobbies_max,
            tickets_max=limits.tickets_max,
        )
        self.lobby_host = LobbyHost(self.lobby, self.node, loop, self.store, first_frame_s=limits.first_frame_s)
        self.node.unseated = self.lobby_host.player_unseated
        self.node.capacity = self.lobby_host.capacity_changed
        self.node.listed = self.lobby_host.session_changed
        self.node.records = self.store
        self.gate = SessionGate(self.node.find, loop, time.monotonic, limits.first_frame_s)
        self.silence = Silence()
        self._listeners = [await self._listen(settings.host, settings.port, self.certificate)]
        if self.certificate is not None:
            # Bots of our own come in beside it: they need not trust the certificate, and nobody listens on loopback.
            self._listeners.append(await self._listen("127.0.0.1", 0, None))
        self.ops = OpsServer(
            Status(self, self.store),
            settings.ops_host,
            settings.ops_port,
            backend=Backend(self.node, self.store, self.lobby_host.offer),
            api_token=settings.api_token.get_secret_value(),
            trusted_proxies=limits.trusted_proxies,
        )
        try:
            await self.ops.start()
        except (OSError, ValueError):
            for listener in self._listeners:
                listener.close()
            raise
        self.bots = ClientBots(self._url_of(self._listeners[-1]))
        if self._with_bots:
            self.node.bots = self.bots
        if self.webhooks is not None:
            await self.webhooks.start()
        check_assignments(False)
        self.node.limit.arm()
        self._sweeper = loop.create_task(self._sweep(), name="sweep of all connections and sessions")
        _settle_garbage()

    def _rules(self, options: Any) -> QuickMatchRules:
        bots_after_s = options.bots_after_s if options.bot is not None and self._with_bots else None
        return QuickMatchRules(options.name, options.seats_min, options.seats_max, bots_after_s)

    async def _listen(self, host: str, port: int, certificate: Certificate | None) -> Listener:
        settings, limits = self.settings, self.settings.limits
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
        )

    @property
    def lobby_url(self) -> str:
        """Where clients of this machine connect, as ``ws://127.0.0.1:8000``; ``wss://`` with a certificate."""
        url = self._url_of(self._listeners[0])
        return url if self.certificate is None else url.replace("ws:", "wss:")

    @staticmethod
    def _url_of(listener: Listener) -> str:
        host, port = next(iter(listener.sockets)).getsockname()[:2]
        if ip_address(host).is_unspecified:  # listening everywhere: this machine is one of the places
            host = "127.0.0.1"
        return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"

    def reload_certificate(self) -> None:
        """Reads the certificate's files again, for connections from now on. If they are no good, the former stays."""
        assert self.certificate is not None
        try:
            self.certificate.reload()
        except ValueError as error:
            log.error("certificate not renewed", why=str(error))
        else:
            log.info("certificate read again", file=str(self.settings.tls_cert))

    @property
    def ready(self) -> bool:
        """True while new players are welcome."""
        return not self._stopping

    @property
    def connections(self) -> int:
        """Open connections, of lobby and sessions."""
        return len(self._open_connections())

    def _open_connections(self) -> list[Connection]:
        return [connection for listener in self._listeners for connection in listener.all_connections]  # type: ignore[misc]  # ours, all of them

    async def _handle(self, connection: Connection) -> None:
        assert connection.request is not None
        session = session_in(connection.request.path)
        if session is None:
            await self.lobby_host.serve(connection)
        else:
            await self.gate.serve(connection, session)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            try:
                self.silence.sweep(self._open_connections())
                self.node.sweep(time.monotonic())
            except Exception:
                log.exception("sweep failed")

    async def stop(self) -> None:
        """Ends in good order: no new players, everybody is told, and after ``shutdown_s`` the rest is cut."""
        if self._stopping:
            return
        self._stopping = True
        self.node.draining = True
        log.info("stopping", connections=self.connections, sessions=len(self.node.hosts))
        self._sweeper.cancel()
        await self.bots.stop()
        self.node.ticker.stop()
        self.node.limit.disarm()
        self.node.close_all(CloseCode.SHUTDOWN)
        self.gate.close_all(CloseCode.SHUTDOWN)
        for listener in self._listeners:
            listener.close(code=CloseCode.SHUTDOWN, reason=CloseCode.SHUTDOWN.policy.meaning)
        try:
            async with asyncio.timeout(self.settings.shutdown_s):
                await self.lobby_host.stop()
                await self._all_closed()
        except TimeoutError:
            for connection in self._open_connections():
                connection.transport.abort()
            await self._all_closed()
        await self.journal.close()
        await self.ops.stop()
        if self.webhooks is not None:
            await self.webhooks.stop()
        await self.store.close()
        check_assignments(True)
        log.info("stopped")

    async def _all_closed(self) -> None:
        for listener in self._listeners:
            await listener.wait_closed()


def _settle_garbage() -> None:
    """What is there at the start stays: a collection need not look at it again (a full one takes tens of ms)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
