"""Wires one server together: its three ports, the store, and the process around them."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Collection, Mapping, Sequence
from socket import socket
from typing import Any, Self

import structlog

from rallypoint.config import Settings
from rallypoint.console.desks import Desks
from rallypoint.console.operators import Operators
from rallypoint.console.ops import LateApi, OpsServer
from rallypoint.console.overview import OverviewDesk
from rallypoint.console.queue_counts import QueueCounts
from rallypoint.console.sampler import Sampler
from rallypoint.console.settings_in_force import SettingsDesk
from rallypoint.console.status import Status, rss_bytes
from rallypoint.console.travel import Travels
from rallypoint.console.vitals import Vitals
from rallypoint.core.lobby import Lobby
from rallypoint.game.entity import check_assignments
from rallypoint.game.game import Game
from rallypoint.game_port import GamePort
from rallypoint.ports import StoreDown
from rallypoint.rules_file import name_conflict
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.bots import ClientBots
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.node import Node
from rallypoint.runtime.node_desk import NodeDesk, Process
from rallypoint.runtime.notices import Notices
from rallypoint.runtime.player_desk import PlayerDesk
from rallypoint.runtime.queue_desk import QueueDesk
from rallypoint.runtime.session_desk import SessionDesk
from rallypoint.storage.opening import (
    open_journal_of,
    open_replays,
    open_storage,
    operators_of,
    set_aside_in,
    travelled_folders,
)
from rallypoint.transport.listener import bound
from rallypoint.transport.ports import listening
from rallypoint.transport.tls import Certificate
from rallypoint.version import VERSION
from rallypoint.web.port import WebServer

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
            ValueError: no games, two games or queues of the same name, or a certificate that cannot be used.
        """
        self.settings = settings or Settings()
        self.given: Collection[str] = ()
        """Names of the settings that the command line has set: for the console; likewise the next."""
        self.usual: Mapping[str, Any] = {}
        """What the command's own defaults are, where they are not those of the settings."""
        self.definitions = [game.definition() for game in games]
        names = [definition.options.name for definition in self.definitions]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"a server needs games, each with a name of its own; it was given {names}")
        if why := name_conflict({game.options.name: game.options.queues for game in self.definitions}):
            raise ValueError(why)
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
            CannotListen: an ``OSError``: a port is taken, or the address is none of this machine.
            StoreUnusable: the database cannot be opened; a sentence says what to do.
            JournalUnusable: the journal cannot be opened, or has sessions that cannot go on here; likewise.
        """
        self.started_at = time.time()
        with listening("game port", self.settings.host, self.settings.port):
            sock = bound(self.settings.host, self.settings.port)  # players who come back need not try again meanwhile
        try:
            self.store, self.webhooks = await open_storage(self.settings)
            try:
                await self._start(sock)
            except BaseException:
                await self.store.close()
                raise
        except BaseException:
            if sock is not None:
                sock.close()
            check_assignments(True)
            raise

    async def _start(self, sock: socket | None) -> None:
        settings = self.settings
        check_assignments(False)
        self.journal, recovered = open_journal_of(settings)
        try:
            self.replays = open_replays(settings)
            self.game_port = GamePort(
                self.definitions,
                settings,
                self.store,
                self.journal,
                Ambient(),
                bots=self._with_bots,
                recovered=recovered,
                replays=self.replays,
                set_aside=set_aside_in(settings),
            )
            await self._remember_mutes()  # before anybody can say anything
            await self.game_port.start(self.certificate, sock)
        except BaseException:
            await self.journal.close()
            raise
        self.travels = Travels(self.node, *travelled_folders(settings))
        self.operators = Operators(operators_of(self.store))
        self.desks = Desks(
            Backend(self.node, self.store, self.lobby_host.offer),
            self.travels,
            self.operators,
            node_name=settings.node_name,
            replays=self.replays is not None,
        )
        self.sampler = Sampler(self, self.store)
        self.desks.queues = QueueDesk(
            self.node,
            self.lobby.queues,
            self.lobby_host.figures,
            QueueCounts(self.sampler.counting),
            self.lobby_host.capacity_changed,
            time.time,
        )
        notices = Notices(self.lobby_host)
        self.desks.sessions = SessionDesk(self.node, time.time, asyncio.get_running_loop(), notices.tell)
        self.desks.players = PlayerDesk(self.node, self.lobby, self.lobby_host, notices, self.store, time.time)
        self.desks.node = NodeDesk(self.node, self._process(), self.lobby_host.close_matching, time.time)
        self.desks.settings = SettingsDesk(settings, self.given, self.definitions, self.usual)
        self.desks.overview = OverviewDesk(self, self.sampler, settings.node_name, self.store)
        self.ops = OpsServer(
            Status(self, self.store),
            settings.ops_host,
            settings.ops_port,
            vitals=Vitals(self, self.sampler, settings.node_name, self.store),
            api=LateApi(self.desks, settings.api_token.get_secret_value(), self.game_port.answers),
            trusted_proxies=settings.limits.trusted_proxies,
        )
        self.web = None if settings.web_port is None else WebServer(self)
        try:
            await self.ops.start()
            if self.web is not None:
                await self.web.start()
                self.desks.play_url = {"port": int(self.web.url.rpartition(":")[2])}
        except (OSError, ValueError):
            await self.ops.stop()
            self.game_port.unlisten()
            await asyncio.sleep(0)  # it closes its sockets itself, and then they are closed once more
            await self.journal.close()
            raise
        if self.webhooks is not None:
            await self.webhooks.start()
        self.node.limit.arm()
        _settle_garbage()
        self.sampler.start()

    async def _remember_mutes(self) -> None:
        try:
            mutes = await self.store.mutes()
        except StoreDown as error:  # it was opened a moment ago: players chat rather than wait for it
            log.error("mutes are not known: the database does not answer", why=str(error))
        else:
            self.lobby.chats.mutes.load(mutes, time.time())

    def _process(self) -> Process:
        return Process(
            self.settings.node_name,
            VERSION,
            self.started_at,
            self.sampler,
            self.journal,
            self.store.status,
            lambda: self.connections,
            lambda: self._stopping,
            rss_bytes,
        )

    @property
    def node(self) -> Node:
        """Its sessions."""
        return self.game_port.node

    @property
    def lobby(self) -> Lobby:
        """Who is in its lobby."""
        return self.game_port.lobby

    @property
    def lobby_host(self) -> LobbyHost:
        """The lobby's connections."""
        return self.game_port.lobby_host

    @property
    def bots(self) -> ClientBots:
        """Its own bots."""
        return self.game_port.bots

    @property
    def lobby_url(self) -> str:
        """Where clients of this machine connect, as ``ws://127.0.0.1:8000``; ``wss://`` with a certificate."""
        url = self.game_port.url
        return url if self.certificate is None else url.replace("ws:", "wss:")

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
    def stopping(self) -> bool:
        """It is about to end."""
        return self._stopping

    @property
    def ready(self) -> bool:
        """True while new players are welcome: not while stopping, nor while it is cordoned or the journal cannot be
        written."""
        return not self._stopping and not self.node.cordon.closed and not self.journal.failure

    def simulate(self, who: str, text: str | None) -> int:
        """From now on the player ``who`` (an id, or a name) has a bad network; ``None``: like everybody again.

        ``text`` is as in ``rallypoint serve --simulate``: ``"latency=200ms,drop=30s"``. It holds for all connections of
        the player, to the lobby and to sessions, open ones and those to come. Gives how many are open.

        Raises:
            BadConditions: a ``ValueError``: the text says no network.
        """
        return self.game_port.simulate(who, text)

    @property
    def connections(self) -> int:
        """Open connections, of lobby and sessions."""
        return len(self.game_port.connections)

    async def stop(self) -> None:
        """Ends in good order: no new players, everybody is told, and after ``shutdown_s`` the rest is cut."""
        if self._stopping:
            return
        self._stopping = True
        log.info("stopping", connections=self.connections, sessions=len(self.node.hosts))
        self.node.limit.disarm()
        await self.sampler.stop()
        await self.game_port.stop()
        try:
            async with asyncio.timeout(self.settings.shutdown_s):
                await self.journal.close()
        except TimeoutError:
            log.error("the journal's disk does not answer: what was not told to anybody may be lost")
        if self.replays is not None:
            await self.replays.close()
        if self.web is not None:
            await self.web.stop()
        await self.travels.close()
        await self.ops.stop()
        if self.webhooks is not None:
            await self.webhooks.stop()
        await self.store.close()
        check_assignments(True)
        log.info("stopped")


def _settle_garbage() -> None:
    """What is there at the start stays: a collection need not look at it again (a full one takes tens of ms)."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 50)
