"""The game port, and all that is behind it: the lobby, the sessions, their bots. A server without its operations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from socket import socket
from typing import Any, Final

import msgspec
import structlog
from websockets.asyncio.server import Server as Listener

from rallypoint.config import Settings
from rallypoint.console.kept_answers import KeptAnswers
from rallypoint.core.lobby import Lobby
from rallypoint.core.lobby_image import Unreadable
from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.game.definition import Definition
from rallypoint.ports import Entry, EntryKind, Journal, JournalUnusable, Recovered, Store
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.bots import ClientBots
from rallypoint.runtime.kept_guests import KeptGuests
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.quarantine import PROVEN_S, Marks
from rallypoint.runtime.recovery import SetAside, lobby_entries, recover
from rallypoint.runtime.replays import Replays
from rallypoint.runtime.rooms import NodeRooms
from rallypoint.runtime.session_gate import SessionGate
from rallypoint.runtime.silence import Silence
from rallypoint.simulated_networks import SimulatedNetworks
from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen, session_in
from rallypoint.transport.ports import listening, local_host
from rallypoint.transport.tls import Certificate
from rallypoint_protocol.close import CloseCode

__all__ = ["GamePort"]

_REFRESHED_MAX: Final = 100
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
        recovered: Recovered | None = None,
        replays: Replays | None = None,
        set_aside: SetAside = lambda header, entries: "nowhere",
    ) -> None:
        """``bots``: whether the games' bots may fill seats. Serves nobody before :meth:`start`.

        ``recovered``: what the journal held. Raises ``JournalUnusable`` if it cannot go on here; nothing is written
        before all of it is known to be possible. ``set_aside`` keeps the journals of sessions that are quarantined.
        """
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
                checkpoint_s=settings.checkpoint_s,
                end_undurable=settings.journal_failure == "end",
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
            new_code=ambient.new_code,
            grace_s=settings.lobby_grace_s,
            lobbies_max=limits.lobbies_max,
            tickets_max=limits.tickets_max,
            keep=journal.keeps,
            rules=[self._queue(one, rules) for one in definitions for rules in one.options.queues],
        )
        self.guests = KeptGuests(store, self.node.scribe)
        self.lobby_host = LobbyHost(
            self.lobby,
            self.node,
            loop,
            store,
            first_frame_s=limits.first_frame_s,
            commit=self.node.scribe.commit,
            new_guest=self.guests.add,
        )
        self.answers = KeptAnswers(keep_entries=journal.keeps)
        """What the HTTP API has answered: here, because the journal has it."""
        self.node.unseated = self.lobby_host.player_unseated
        self.node.capacity = self.lobby_host.capacity_changed
        self.node.listed = self.lobby_host.session_changed
        self.node.records = store
        self.gate = SessionGate(self.node.find, loop, ambient.clock, limits.first_frame_s)
        self.silence = Silence()
        self.networks = SimulatedNetworks(settings.simulate, ambient.random.random)
        self._journal = journal
        self.node.replays = replays
        self._marks = Marks({}, "")
        journal.mended = self._write_all
        if replays is not None:
            self.node.scribe.watch = replays.watch
        if recovered is not None:
            self._recover(recovered, set_aside)
        if replays is not None:
            replays.open(list(self.node.hosts))

    def _recover(self, recovered: Recovered, set_aside: SetAside) -> None:
        now = self._ambient.clock()
        there = list(recovered.entries)
        self._marks = Marks(recovered.entries, recovered.stepping)
        report = recover(recovered, self.node, self._ambient, self._marks, set_aside)
        try:
            self.lobby_host.restore(lobby_entries(recovered), now - recovered.now, now)
            self.answers.restore(recovered.entries, now - recovered.now, now)
            self.guests.restore(recovered.entries)
        except (Unreadable, msgspec.MsgspecError) as error:
            what = "lobby, guests or answers to backends"
            raise JournalUnusable(f"the journal's {what} cannot be read: {error}. Nothing was changed") from error
        with self.node.scribe.together():
            for host, why in report.failed:
                host.fail(why)
            self._write_all(there)
        if report.sessions or len(self.lobby) or report.quarantined:
            log.info(
                "recovered",
                sessions=report.sessions,
                quarantined=len(report.quarantined),
                lobby_sessions=len(self.lobby),
                results=report.results,
                took_ms=round(report.took_s * 1000),
            )

    def _write_all(self, there: Iterable[str] = ()) -> None:
        """All that lives, whole: the journal begins with it, or begins again. Of ``there``, all else is gone."""
        with self.node.scribe.together():  # of sessions that fail at it, too
            entries = [*self._marks.entries(), *self.node.wholes(self._ambient.clock()), *self.lobby_host.wholes()]
            entries += [*self.guests.wholes(), *self.answers.wholes()]
            written = {entry.key for entry in entries}
            entries += [Entry(key, EntryKind.GONE, b"") for key in there if key not in written]
            self.node.scribe.beat(entries)

    def _rules(self, options: Any) -> QuickMatchRules:
        bots_after_s = options.bots_after_s if options.bot is not None and self._with_bots else None
        return QuickMatchRules(options.name, options.seats_min, options.seats_max, bots_after_s)

    def _queue(self, definition: Definition, rules: QueueRules) -> QueueRules:
        """A queue with rules, as it is here: without bots if there are none."""
        return rules if self._with_bots and definition.options.bot is not None else replace(rules, bots_after_s=None)

    async def start(self, certificate: Certificate | None = None, sock: socket | None = None) -> None:
        """Listens (on ``sock``, if it is there), and serves from here on. Raises ``OSError`` if the port is taken."""
        settings = self._settings
        if self.networks.everybody is not None:
            log.warning("a bad network is simulated for everybody", network=str(self.networks.everybody))
        with listening("game port", settings.host, settings.port):
            self._listeners.append(await self._listen(settings.host, settings.port, certificate, sock))
        if certificate is not None:
            # Bots of our own come in beside it: they need not trust the certificate, and nobody listens on loopback.
            self._listeners.append(await self._listen("127.0.0.1", 0, None))
        self.bots = ClientBots(_url_of(self._listeners[-1]), self._ambient.random)
        if self._with_bots:
            self.node.bots = self.bots
        self.node.held_back.release_those_of_nobody()
        loop = asyncio.get_running_loop()
        self._timers = [
            loop.call_later(settings.recovery_wait_s, self.node.held_back.release),
            loop.call_later(PROVEN_S, self._acquit),
        ]
        self._sweeper = asyncio.create_task(self._sweep(), name="sweep of all connections and sessions")

    async def _listen(
        self, host: str, port: int, certificate: Certificate | None, sock: socket | None = None
    ) -> Listener:
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
            connection_class=self.networks.connection_class,
            sock=sock,
        )

    @property
    def url(self) -> str:
        """Where clients of this machine connect, as ``ws://127.0.0.1:8000``, whatever the scheme."""
        return _url_of(self._listeners[0])

    @property
    def connections(self) -> list[Connection]:
        """Open connections, of lobby and sessions, in the order in which they came."""
        return list(self._connections)

    def simulate(self, who: str, text: str | None) -> int:
        """See :meth:`rallypoint.app.Server.simulate`."""
        self.gate.met = self.lobby_host.met = self.networks.met
        return self.networks.set(who, text, self.connections)

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
                now = self._ambient.clock()
                self.node.sweep(now)
                self.node.scribe.touch(self.lobby_host)  # what its clients have acknowledged need not wait for longer
                self.node.scribe.beat(self._refreshed(now))
            except Exception:
                log.exception("sweep failed")

    def _refreshed(self, now: float) -> list[Entry]:
        """What keeps old segments of the journal from being deleted, some of it each second, whole."""
        entries = []
        for key in self._journal.stale(_REFRESHED_MAX):
            whole = self.node.whole(key, now) or self.lobby_host.whole(key)
            whole = whole or self.guests.whole(key) or self.answers.whole(key)
            entries.append(whole or Entry(key, EntryKind.GONE, b""))
        return entries

    def _acquit(self) -> None:
        entries = self._marks.acquit()
        if entries:
            self.node.scribe.beat(entries)

    def unlisten(self) -> None:
        """A start that failed: nobody is listened to any more."""
        for listener in self._listeners:
            listener.close()
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def stop(self) -> None:
        """Ends in good order: no new players, everybody is told, and after ``shutdown_s`` the rest is cut."""
        self.node.draining = True
        for timer in self._timers:
            timer.cancel()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self.node.ticker.stop()
        self.node.close_all(CloseCode.SHUTDOWN)
        self.gate.close_all(CloseCode.SHUTDOWN)
        for connection in self.connections:  # in order, before the library does it in any
            connection.close_with(CloseCode.SHUTDOWN, CloseCode.SHUTDOWN.policy.meaning)
        for listener in self._listeners:
            listener.close(code=CloseCode.SHUTDOWN, reason=CloseCode.SHUTDOWN.policy.meaning)
        await self.bots.stop()  # only now: they would leave their seats for good, and their sessions are to go on
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
    return f"ws://{local_host(host)}:{port}"


async def _all_closed(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        await listener.wait_closed()
