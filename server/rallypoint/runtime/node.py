"""The sessions of one node: creating, finding, ending them. What the lobby sees of the sessions' side."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from rallypoint.core.quick_match import OpenSession, SeatOffer
from rallypoint.core.schedule import Schedule, phase
from rallypoint.core.seat import Seat
from rallypoint.core.session import Ended, SessionCore, SessionSettings
from rallypoint.game.definition import Definition
from rallypoint.game.driver import GameDriver
from rallypoint.ports import BotOffer, BotRunner, Clock, Journal
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.step_limit import StepLimit
from rallypoint.runtime.ticker import BUCKET_S, Ticker
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import LobbyId, PlayerId, SeatIndex, SessionId, Token

__all__ = ["Node", "NodeCounts", "NodeSettings", "new_id", "new_token"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.node")


def new_token() -> Token:
    """256 random bits."""
    return Token(secrets.token_bytes(32))


def new_id() -> str:
    """A name for a session, a lobby session or a player: not secret, never the same twice."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node allows its sessions. Durations in seconds."""

    sessions_max: int = 5000
    reserved_s: float = 15.0
    step_limit_s: float = 2.0
    ack_deadline_s: float = 10.0
    public_url: str = ""
    """Where clients reach this node, as ``wss://play.example.com``; empty: where they reach the lobby."""


@dataclass(slots=True)
class NodeCounts:
    """What has happened since the node's start."""

    sessions_created: int = 0
    sessions_ended: int = 0
    sessions_failed: int = 0
    bots_added: int = 0
    conflated: int = 0
    """Passes that were not sent one by one, in sessions that have ended; likewise the next two."""
    skipped_ticks: int = 0
    bytes_out: int = 0


class Node:
    """All sessions of this process. ``unseated`` and ``room`` tell the lobby's side."""

    def __init__(
        self,
        games: Sequence[Definition],
        settings: NodeSettings,
        journal: Journal,
        loop: asyncio.AbstractEventLoop,
        clock: Clock = time.monotonic,
    ) -> None:
        self.games = {definition.options.name: definition for definition in games}
        self.settings = settings
        self.counts = NodeCounts()
        self.draining = False
        self.hosts: dict[SessionId, SessionHost] = {}
        self.limit = StepLimit(settings.step_limit_s, clock)
        self.ticker = Ticker(loop, clock, journal)
        self.unseated: Callable[[PlayerId], None] = lambda player: None
        self.room: Callable[[], None] = lambda: None
        self.bots: BotRunner | None = None
        self._loop = loop
        self._clock = clock
        self._open: dict[str, dict[SessionId, SessionHost]] = {name: {} for name in self.games}
        """By game: the sessions that may have a free seat, oldest first."""
        self._lingering: dict[SessionId, SessionHost] = {}
        """Sessions that have ended, and may still be asked for their result."""
        self._seated: dict[PlayerId, int] = {}

    # --- for the lobby ----------------------------------------------------------------------------------------------

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        """The sessions of ``game`` that take more players, oldest first."""
        for session_id, host in list(self._open[game].items()):
            free = host.core.free_seats
            if free:
                yield OpenSession(session_id, free)
            else:
                del self._open[game][session_id]

    def create(self, game: str, now: float, /) -> SessionId | None:
        """A new session; ``None`` if this node takes no more."""
        if self.draining or len(self.hosts) >= self.settings.sessions_max:
            return None
        definition = self.games[game]
        own = definition.options
        session_id = SessionId(new_id())
        settings = SessionSettings(
            own.seats_min,
            own.seats_max,
            own.tick_hz,
            grace_s=own.grace_s,
            grace_budget_s=own.grace_budget_s,
            reserved_s=self.settings.reserved_s,
            start_after_s=own.start_after_s,
            ack_deadline_s=self.settings.ack_deadline_s,
        )
        try:
            with self.limit:
                core = SessionCore(
                    session_id,
                    GameDriver(definition, secrets.randbits(64)),
                    settings,
                    schema=definition.schema_bytes,
                    schema_hash=definition.schema_hash,
                    new_token=new_token,
                    now=now,
                )
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # as for a step: what a game does wrong is not the server's end
            log.error("game failed", session=session_id, game=game, during="created", exc_info=error)
            self.counts.sessions_failed += 1
            return None
        offset = phase(self.counts.sessions_created, 1 / own.tick_hz)
        # On the ticker's grid, so that rounding to its buckets makes no tick late.
        start = round((now + offset) / BUCKET_S) * BUCKET_S
        core.waits_for_bots = own.bot is not None and self.bots is not None
        schedule = Schedule(own.tick_hz, start)
        host = SessionHost(core, definition, schedule, self, self._loop, self._clock, self.limit, self.ticker.steps)
        self.hosts[session_id] = host
        self._open[game][session_id] = host
        self.counts.sessions_created += 1
        self.ticker.add(host, session_id)
        host.log.info("session created")
        return session_id

    def reserve(
        self, session_id: SessionId, player: PlayerId, name: str, lobby_id: LobbyId, now: float, /
    ) -> SeatOffer | None:
        """A seat for the player, kept for a while."""
        reserved = self._reserve(session_id, player, name, now, bot=False)
        if reserved is None:
            return None
        index, token = reserved
        schema_hash = self.hosts[session_id].definition.schema_hash
        return SeatOffer(session_id, index, token, self.url(session_id), schema_hash)

    def _reserve(
        self, session_id: SessionId, player: PlayerId, name: str, now: float, *, bot: bool
    ) -> tuple[SeatIndex, Token] | None:
        host = self.hosts.get(session_id)
        reserved = None if host is None else host.core.reserve(player, name, now, bot=bot)
        if reserved is not None:
            self._seated[player] = self._seated.get(player, 0) + 1
        return reserved

    def add_bots(self, session_id: SessionId, count: int, /) -> None:
        """Bots in free seats of the session."""
        host = self.hosts.get(session_id)
        bot = None if host is None else host.definition.options.bot
        if host is None or bot is None or self.bots is None:
            return
        for number in range(count):
            name = f"Bot {number + 1}"
            reserved = self._reserve(session_id, PlayerId(f"bot-{new_id()}"), name, self._clock(), bot=True)
            if reserved is None:
                return
            game = host.definition.options.name
            self.bots.play(BotOffer(game, bot, session_id, self.url(session_id), reserved[1], name))
            self.counts.bots_added += 1

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat in any session."""
        return player in self._seated

    def locate(self, session: SessionId, token: bytes, /) -> str | None:
        """Where the session lives, if the token is valid for a seat in it."""
        host = self.find(session)
        if host is None:
            return None
        now = self._clock()
        known = [seat for seat in host.core.seated() if not seat.is_over(now) and seat.tokens.knows(token)]
        return self.url(session) if known else None

    def url(self, session: SessionId) -> str:
        """The session's URL as clients are told; a path is relative to the lobby's."""
        return f"{self.settings.public_url}/session/{session}"

    # --- for the gate -----------------------------------------------------------------------------------------------

    def find(self, session: SessionId) -> SessionHost | None:
        """The session, also if it has ended and lingers."""
        return self.hosts.get(session) or self._lingering.get(session)

    # --- HostOwner --------------------------------------------------------------------------------------------------

    def seat_freed(self, host: SessionHost, seat: Seat) -> None:
        """A player is in that session no longer."""
        left = self._seated.get(seat.player_id, 0) - 1
        if left > 0:
            self._seated[seat.player_id] = left
        else:
            self._seated.pop(seat.player_id, None)
        self.room_changed(host)
        if not seat.bot:
            self.unseated(seat.player_id)

    def room_changed(self, host: SessionHost) -> None:
        """A session takes players again, or takes no more."""
        if host.core.free_seats and host.core.id in self.hosts:
            self._open[host.definition.options.name][host.core.id] = host
            self.room()

    def session_ended(self, host: SessionHost, ended: Ended) -> None:
        """A session makes no more steps; its players are free, and may still come back for the result for a while."""
        if self.hosts.pop(host.core.id, None) is None:
            return
        self._open[host.definition.options.name].pop(host.core.id, None)
        self.ticker.remove(host.core.id)
        self.counts.sessions_ended += 1
        self.counts.conflated += sum(seat.conflated for seat in host.core.seated())
        self.counts.skipped_ticks += host.schedule.skipped
        self.counts.bytes_out += host.bytes_out
        self.counts.sessions_failed += ended.code is CloseCode.GAME_FAILED
        if ended.code is not CloseCode.GAME_FAILED:
            self._lingering[host.core.id] = host
        host.log.info("session ended", ticks=host.core.tick, code=ended.code.name, why=ended.reason)
        for seat in list(host.core.seated()):
            self.seat_freed(host, seat)
        self.room()

    # --- time -------------------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """About once a second: slow clients, sessions that lack players, results that nobody comes for any more."""
        for host in list(self.hosts.values()):
            host.sweep(now)
            missing = host.core.wants_bots(now)
            if missing and host.definition.options.bot is not None and self.bots is not None:
                self.add_bots(host.core.id, missing)
        for session_id, host in list(self._lingering.items()):
            if not host.core.linger(now):
                del self._lingering[session_id]

    def close_all(self, code: CloseCode) -> None:
        """Closes every player's connection (shutdown)."""
        for host in [*self.hosts.values(), *self._lingering.values()]:
            host.close_all(code)
