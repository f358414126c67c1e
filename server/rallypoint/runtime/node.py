"""The sessions of one node: creating, finding, ending them. What the lobby sees of the sessions' side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from rallypoint.core.game_like import OptionsRefused
from rallypoint.core.orders import Denial, Order
from rallypoint.core.quick_match import OpenSession, SeatOffer
from rallypoint.core.schedule import Schedule, TurnSchedule, phase
from rallypoint.core.seat import Seat
from rallypoint.core.session import Ended, SessionCore, SessionSettings, SessionState
from rallypoint.core.session_image import SessionImage
from rallypoint.game.definition import Definition
from rallypoint.game.driver import GameDriver
from rallypoint.game.options import Options
from rallypoint.ports import BotOffer, BotRunner, Entry, EntryKind, Journal, Records, SessionRecord
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backfills import BackfillFacts, Backfills
from rallypoint.runtime.cordon import Cordon, Durations
from rallypoint.runtime.game_figures import GameFigures
from rallypoint.runtime.held_back import HeldBack
from rallypoint.runtime.journal_keys import RESULT, SESSION
from rallypoint.runtime.records import NoRecords, quarantined, record_of
from rallypoint.runtime.replay_header import header_of
from rallypoint.runtime.scribe import Scribe
from rallypoint.runtime.seat_book import SeatBook
from rallypoint.runtime.session_entries import KeptHost, SessionEntries
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.step_limit import StepLimit
from rallypoint.runtime.ticker import BUCKET_S, Ticker
from rallypoint.runtime.timings import Timings
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId, PlayerId, SeatIndex, SessionId, Token

if TYPE_CHECKING:
    from rallypoint.runtime.replays import Replays

__all__ = ["Node", "NodeCounts", "NodeSettings"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.node")


_NO_ORDER = Order()
_ENDED_A_TURN = 20
"""Sessions that a drain ends, when its time is up."""
_TOLD_AGAIN_S = 6 * 86_400.0
"""The start of a session is told to the store again in a recovery: for as long as that knows whether it was told."""


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node allows its sessions. Durations in seconds."""

    sessions_max: int = 5000
    reserved_s: float = 15.0
    step_limit_s: float = 2.0
    ack_deadline_s: float = 10.0
    checkpoint_s: float = 5.0
    end_undurable: bool = False
    """If the journal fails, running sessions end; else they go on undurably."""
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
    """Passes that were not sent one by one, to seats that are free again."""


class Node:
    """All sessions of this process. ``unseated``, ``capacity`` and ``listed`` tell the lobby's side."""

    def __init__(
        self,
        games: Sequence[Definition],
        settings: NodeSettings,
        journal: Journal,
        loop: asyncio.AbstractEventLoop,
        ambient: Ambient,
    ) -> None:
        self.games = {definition.options.name: definition for definition in games}
        self.settings = settings
        self.counts = NodeCounts()
        self.draining = False
        self.hosts: dict[SessionId, SessionHost] = {}
        self.codes: dict[str, SessionId] = {}
        """Private sessions by their room codes."""
        self.book = SeatBook()
        self.limit = StepLimit(settings.step_limit_s, ambient.clock)
        self.journal = journal
        self.scribe = Scribe(journal, ambient.clock)
        self.ticker = Ticker(loop, ambient.clock, self.scribe)
        self.ticker.games = {name: GameFigures(ambient.clock()) for name in self.games}
        self.unseated: Callable[[PlayerId], None] = lambda player: None
        self.capacity: Callable[[], None] = lambda: None
        self.listed: Callable[[SessionId], None] = lambda session: None
        """A session appeared, what lists show of it changed, or it went."""
        self.met_pause: Callable[[SessionHost, PlayerId], None] = lambda host, player: None
        """Somebody has taken a seat in a paused session, or watches it."""
        self.bots: BotRunner | None = None
        self.records: Records = NoRecords()
        self._loop = loop
        self._ambient = ambient
        self._clock = ambient.clock
        self._wall = ambient.wall
        self._open: dict[str, dict[SessionId, SessionHost]] = {name: {} for name in self.games}
        """By game: the sessions that quick matches may fill, oldest first."""
        self._lingering: dict[SessionId, SessionHost] = {}
        """Sessions that have ended, and may still be asked for their result."""
        # What is looked at once a second: not all sessions, because thousands may be idle.
        self._swept: dict[SessionId, SessionHost] = {}
        self._waiting: dict[SessionId, SessionHost] = {}
        self.held_back = HeldBack(self)
        self._backfills = Backfills()
        self._unstored: dict[str, Entry] = {}
        """Results that the store does not have yet, by their keys in the journal."""
        self.replays: Replays | None = None
        """Set before there are sessions, if their replays are kept."""
        self.cordon = Cordon()
        self.durations = Durations()
        """Of sessions that had started and have ended, whatever the reason."""
        self.quarantined: dict[SessionId, str] = {}
        """Recovered sessions that must not go on, and why."""
        self.flushes = Timings(ambient.clock)
        """Of the journal."""
        journal.failed = self._journal_failed
        journal.flushed = self.flushes.record

    # --- creating ---------------------------------------------------------------------------------------------------

    def create(self, game: str, now: float, order: Order = _NO_ORDER, /) -> SessionId | Denial:
        """A new session without players. Denied: ``unknown_game``, ``node_full``, ``cordoned``, ``refused``,
        ``game_failed``."""
        definition = self.games.get(game)
        if definition is None:
            return Denial("unknown_game", "this server does not have that game")
        if self.cordon.closed:
            return Denial("cordoned", "this server takes no new sessions: an operator is emptying it")
        if self.draining or len(self.hosts) >= self.settings.sessions_max:
            return Denial("node_full", "this server takes no more sessions right now")
        if self.journal.failure:
            return Denial("node_full", "this server cannot keep sessions safe right now")
        own = definition.options
        session_id = SessionId(self._ambient.new_id())
        try:
            with self.limit:
                core = self._core(session_id, definition, now, order)
        except KeyboardInterrupt:
            raise
        except OptionsRefused as refused:
            return Denial("refused", refused.reason)
        except BaseException as error:  # as for a step: what a game does wrong is not the server's end
            log.error("game failed", session=session_id, game=game, epoch=1, during="created", exc_info=error)
            self.counts.sessions_failed += 1
            return Denial("game_failed", "the game raised an error")
        if own.bot is not None and self.bots is not None and order.patience_s is None:
            core.start.expect_bots()
        host = self._host(core, definition, self._schedule(own, now), KeptHost(game, self._wall()))
        self.hosts[session_id] = host
        self._waiting[session_id] = host
        if order.private:
            host.code = self._code(session_id)
        elif order.quick:
            self._open[game][session_id] = host
        if host.entries is not None:
            host.entries.kept.code = host.code
        self.counts.sessions_created += 1
        self.ticker.add(host, session_id)
        if self.replays is not None and host.entries is not None:
            self.replays.begin(header_of(definition, host.entries.kept, session_id, order))
        host.log.info("session created")
        host.stir()
        return session_id

    def _host(
        self, core: SessionCore, definition: Definition, schedule: Schedule | TurnSchedule, kept: KeptHost
    ) -> SessionHost:
        entries = None
        if self.scribe.keeps:
            every_s = self.settings.checkpoint_s
            # Spread over the time: also those that were recovered, and begin to step together.
            first_at = self._clock() + phase(self.counts.sessions_created, every_s)
            entries = SessionEntries(core, kept, every_s, first_at)
        return SessionHost(
            core,
            definition,
            schedule,
            self,
            self._loop,
            self._clock,
            self.limit,
            self.ticker.games[definition.options.name],
            self.scribe,
            entries,
            kept.created_unix_s,
        )

    def _core(self, session_id: SessionId, definition: Definition, now: float, order: Order) -> SessionCore:
        return SessionCore(
            session_id,
            GameDriver(definition, self._ambient.random.getrandbits(64)),
            self.session_settings(definition),
            schema=definition.schema_bytes,
            schema_hash=definition.schema_hash,
            new_token=self._ambient.new_token,
            now=now,
            order=order,
            keep=self.scribe.keeps,
        )

    def session_settings(self, definition: Definition) -> SessionSettings:
        """What a session of that game is to know here."""
        return definition.options.session_settings(
            reserved_s=self.settings.reserved_s, ack_deadline_s=self.settings.ack_deadline_s
        )

    def _schedule(self, own: Options, now: float) -> Schedule | TurnSchedule:
        if own.turn_based:
            return TurnSchedule(now)
        offset = phase(self.counts.sessions_created, 1 / own.tick_hz)
        # On the ticker's grid, so that rounding to its buckets makes no tick late.
        return Schedule(own.tick_hz, round((now + offset) / BUCKET_S) * BUCKET_S)

    def _code(self, session_id: SessionId) -> str:
        code = self._ambient.new_code()
        while code in self.codes:
            code = self._ambient.new_code()
        self.codes[code] = session_id
        return code

    # --- for the lobby ----------------------------------------------------------------------------------------------

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        """The sessions of ``game`` that quick matches may fill, oldest first."""
        if self.cordon.empties:
            return
        for session_id, host in list(self._open[game].items()):
            free = host.core.free_seats
            if free:
                yield OpenSession(session_id, free)
            else:
                del self._open[game][session_id]

    def reserve(
        self,
        session_id: SessionId,
        player: PlayerId,
        name: str,
        lobby_id: LobbyId,
        now: float,
        team: int | None = None,
        /,
    ) -> SeatOffer | Denial:
        """A seat for the player, kept for a while. Denied: ``unknown``, ``full``, ``locked``, ``kicked``..."""
        reserved = self.seat(session_id, player, name, now, team=team)
        if isinstance(reserved, Denial):
            return reserved
        return self.offer(session_id, *reserved)

    def give_back(self, session_id: SessionId, player: PlayerId, /) -> None:
        """A seat was reserved, and its player is not told of it: it is free again."""
        host = self.hosts.get(session_id)
        seat = None if host is None else host.core.seating.of(player)
        if host is not None and seat is not None:
            host.core.leave(seat, self._clock())
            host.stir()
            self.seat_given_up(host, seat)

    def seat(
        self,
        session_id: SessionId,
        player: PlayerId,
        name: str,
        now: float,
        *,
        bot: bool = False,
        keep_s: float | None = None,
        team: int | None = None,
    ) -> tuple[SeatIndex, Token] | Denial:
        """Reserves a seat for ``keep_s`` (or as long as usual); gives it, and the token that takes it.

        ``team``: in which a backfilled player plays; who is in the session's match already needs none.
        """
        host = self.hosts.get(session_id)
        if host is None:
            return Denial("unknown", "there is no such session")
        own = host.definition.options
        if not self.book.may_sit(player, exclusive=own.exclusive):
            return Denial("already_seated", "you have a seat in a session: leave it first")
        reserved = host.core.reserve(player, name, now, bot=bot, keep_s=keep_s, team=team)
        if not isinstance(reserved, Denial):
            self.book.add(player, session_id, own.name, exclusive=own.exclusive, bot=bot)
            host.story.add(host.core.tick, "reserved", player=player)
            host.stir()
        return reserved

    def offer(self, session_id: SessionId, seat: SeatIndex, token: Token) -> SeatOffer:
        """What a player needs to take a reserved seat."""
        host = self.hosts[session_id]
        own = host.definition
        return SeatOffer(session_id, seat, token, self.url(session_id), own.schema_hash, own.options.name, host.code)

    def discard(self, session_id: SessionId, /) -> None:
        """The session was created, and its players got no seats: it ends."""
        host = self.hosts.get(session_id)
        if host is not None:
            host.end("its players got no seats")

    def add_bots(self, session_id: SessionId, count: int, team: int | None = None, /) -> None:
        """Bots in free seats of the session. ``team``: of its match; ``None``: wherever players are missing."""
        host = self.hosts.get(session_id)
        bot = None if host is None else host.definition.options.bot
        if host is None or bot is None or self.bots is None:
            return
        there = sum(seat.bot for seat in host.core.seated())
        for number in range(there + 1, there + count + 1):
            name = f"Bot {number}"
            player = PlayerId(f"bot-{self._ambient.new_id()}")
            reserved = self.seat(session_id, player, name, self._clock(), bot=True, team=team)
            if isinstance(reserved, Denial):
                return
            game = host.definition.options.name
            self.bots.play(BotOffer(game, bot, session_id, self.url(session_id), reserved[1], name))
            self.counts.bots_added += 1

    def backfills(self, queue: str, /) -> list[BackfillFacts]:
        """Sessions of that queue that want players for free seats. Seat them with ``team``."""
        return [] if self.draining else list(self._backfills.of(queue))

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat in any session."""
        return self.book.is_seated(player)

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        """False if a seat elsewhere keeps the player from having one in ``game``."""
        definition = self.games.get(game)
        return definition is None or self.book.may_sit(player, exclusive=definition.options.exclusive)

    def locate(self, session: SessionId, token: bytes, /) -> str | None:
        """Where the session lives, if the token is valid for a seat in it."""
        host = self.find(session)
        if host is None or not host.core.seating.knows(token, host.core.clock(self._clock())):
            return None
        return self.url(session)

    def url(self, session: SessionId) -> str:
        """The session's URL as clients are told; a path is relative to the lobby's."""
        return f"{self.settings.public_url}/session/{session}"

    # --- for the gate -----------------------------------------------------------------------------------------------

    def find(self, session: SessionId) -> SessionHost | None:
        """The session, also if it has ended and lingers."""
        return self.hosts.get(session) or self._lingering.get(session)

    @property
    def all_hosts(self) -> list[SessionHost]:
        """Those that go on, and those that have ended and may still be looked at."""
        return [*self.hosts.values(), *self._lingering.values()]

    # --- HostOwner --------------------------------------------------------------------------------------------------

    def wake(self, host: SessionHost) -> None:
        """A turn-based session's schedule has something due, perhaps earlier than before."""
        self.ticker.wake(host)

    def linked(self, host: SessionHost) -> None:
        """A session has connections: it is to be swept."""
        self._swept[host.core.id] = host

    def row_changed(self, host: SessionHost) -> None:
        """What lists show of a session is new."""
        self._backfills.look(host)
        self.listed(host.core.id)

    def session_started(self, host: SessionHost) -> None:
        """A session has its least number of players."""
        host.started_unix_s = self._wall()
        if host.entries is not None:
            host.entries.kept.started_unix_s = host.started_unix_s
        self.records.started(record_of(host, None, host.started_unix_s))

    def seat_given_up(self, host: SessionHost, seat: Seat) -> None:
        """A player has left, or was removed: free to sit elsewhere, before the step that frees the seat."""
        newest = host.core.seating.of(seat.player_id)
        if newest is not None and newest is not seat:
            return  # already back there, in another seat, while this one waited for its step
        if self.book.remove(seat.player_id, host.core.id, bot=seat.bot) and not seat.bot:
            self.unseated(seat.player_id)

    def seat_freed(self, host: SessionHost, seat: Seat) -> None:
        """A player is in that session no longer."""
        self.counts.conflated += seat.conflated
        self.capacity_changed(host)
        self.seat_given_up(host, seat)

    def capacity_changed(self, host: SessionHost) -> None:
        """A session takes players again, or takes no more."""
        self._backfills.look(host)
        order = host.core.order
        if host.core.free_seats and host.core.id in self.hosts and order.quick and not order.private:
            self._open[host.definition.options.name][host.core.id] = host
            self.capacity()

    def came_to_paused(self, host: SessionHost, player: PlayerId) -> None:
        """Somebody has taken a seat in a paused session, or watches it, and may wonder."""
        self.met_pause(host, player)

    def record_of(self, host: SessionHost, ended: Ended) -> SessionRecord:
        """What is to be stored of a session that has ended."""
        return record_of(host, ended, self._wall())

    def came_back(self, host: SessionHost) -> None:
        """All who were connected to a recovered session are back: it goes on."""
        self.held_back.came_back(host)

    def session_ended(self, host: SessionHost, ended: Ended, record: SessionRecord) -> None:
        """A session makes no more steps; its players are free, and may still come back for the result for a while."""
        if self.hosts.pop(host.core.id, None) is None:
            return
        self._open[host.definition.options.name].pop(host.core.id, None)
        self._waiting.pop(host.core.id, None)
        self.codes.pop(host.code, None)
        self._backfills.forget(host.core.id)
        self.ticker.remove(host.core.id)
        self.counts.sessions_ended += 1
        host.figures.skipped_ticks += host.schedule.skipped
        host.figures.bytes_out += host.bytes_out
        self.counts.sessions_failed += ended.code is CloseCode.GAME_FAILED
        if ended.code is not CloseCode.GAME_FAILED and host.started_unix_s is not None:
            self.durations.add(host.definition.options.name, max(0.0, self._wall() - host.created_unix_s))
        if ended.code is not CloseCode.GAME_FAILED:
            self._lingering[host.core.id] = host
        self.held_back.forget(host)
        host.log.info("session ended", ticks=host.core.tick, code=ended.code.name, why=ended.reason)
        self.store_result(record)
        for seat in list(host.core.seated()):
            self.seat_freed(host, seat)
        self.capacity()

    def store_result(self, record: SessionRecord) -> None:
        """Gives it to the store; the journal forgets it once it is there."""
        key = RESULT + record.session
        if self.scribe.keeps:
            self._unstored[key] = Entry(key, EntryKind.WHOLE, encode(record))
        self.records.ended(record, lambda: self._stored(key))
        if self.replays is not None:
            self.replays.ended(record.session)

    def _stored(self, key: str) -> None:
        if self._unstored.pop(key, None) is not None:
            self.scribe.gone(key)

    # --- after a recovery -------------------------------------------------------------------------------------------

    def adopt(self, core: SessionCore, definition: Definition, kept: KeptHost, now: float) -> SessionHost:
        """Takes a session that was built again; it makes no step before its players are back, or not waited for."""
        schedule: Schedule | TurnSchedule = TurnSchedule(core.created_at)
        if not definition.options.turn_based:
            schedule = Schedule(definition.options.tick_hz, now, made=core.tick)
        if core.started_ms is not None and kept.started_unix_s is None:  # it started after its last checkpoint
            kept.started_unix_s = kept.created_unix_s + core.started_ms / 1000
        host = self._host(core, definition, schedule, kept)
        host.code, host.started_unix_s = kept.code, kept.started_unix_s
        if core.state is SessionState.ENDED:
            self._lingering[core.id] = host
            return host
        if kept.code:
            self.codes[kept.code] = core.id
        self.hosts[core.id] = host
        self.counts.sessions_created += 1
        self.held_back.hold(host)
        own = definition.options
        for seat in core.seated():
            if not seat.is_given_up:
                self.book.add(seat.player_id, core.id, own.name, exclusive=own.exclusive, bot=seat.bot)
        if core.order.quick and not core.order.private:
            self._open[own.name][core.id] = host
        if core.state is SessionState.WAITING:
            self._waiting[core.id] = host
        if host.started_unix_s is not None and self._wall() - host.started_unix_s < _TOLD_AGAIN_S:
            self.records.started(record_of(host, None, self._wall()))  # perhaps that was not stored; twice is once
        return host

    def now(self) -> float:
        """The node's clock."""
        return self._clock()

    def quarantine(self, session: SessionId, kept: KeptHost, image: SessionImage, why: str) -> None:
        """A recovered session that must not go on: it has ended for its players, and operators are shown why."""
        self.quarantined[session] = why
        self.counts.sessions_failed += 1
        self.store_result(quarantined(session, kept, image, why, self._wall()))

    def whole(self, key: str, now: float) -> Entry | None:
        """All of what a key of the journal names, if it is a session or a result of this node."""
        if key in self._unstored:
            return self._unstored[key]
        host = self.find(SessionId(key.removeprefix(SESSION))) if key.startswith(SESSION) else None
        return None if host is None else host.whole(now)

    def wholes(self, now: float) -> list[Entry]:
        """All of everything."""
        wholes = [host.whole(now) for host in self.all_hosts]
        return [*self._unstored.values(), *(whole for whole in wholes if whole is not None)]

    def _journal_failed(self, why: str) -> None:
        log.error("journal failed", why=why, sessions=len(self.hosts), end=self.settings.end_undurable)
        if self.settings.end_undurable:
            for host in list(self.hosts.values()):
                host.end("the server cannot keep this session safe")

    # --- time -------------------------------------------------------------------------------------------------------

    def sweep(self, now: float) -> None:
        """About once a second: slow clients, sessions that lack players, results that nobody comes for any more."""
        self._go_on_emptying(now)
        for session_id, host in list(self._swept.items()):
            host.sweep(now)
            if not host.has_links:
                del self._swept[session_id]
        for session_id, host in list(self._waiting.items()):
            if host.core.state is not SessionState.WAITING:
                del self._waiting[session_id]
                continue
            missing = host.core.wants_bots(now)
            if missing and host.definition.options.bot is not None and self.bots is not None:
                self.add_bots(session_id, missing)
        for session_id, host in list(self._lingering.items()):
            if not host.core.linger(now):
                del self._lingering[session_id]
                if host.entries is not None:
                    host.entries.forget()
                    self.scribe.touch(host)

    def _go_on_emptying(self, now: float) -> None:
        before = self.cordon.state
        if self.cordon.look(now, len(self.hosts)):
            log.warning("what is left of the drain is ended", sessions=len(self.hosts))
            self._end_all(list(self.hosts.values()))
        elif self.cordon.state is not before:
            log.warning("node drained", by=self.cordon.by)

    def _end_all(self, hosts: list[SessionHost]) -> None:
        """Some of them in each turn of the event loop."""
        for host in hosts[-_ENDED_A_TURN:]:
            if host.running:
                host.end("the server is being emptied")
        left = hosts[:-_ENDED_A_TURN]
        if left:
            self._loop.call_soon(self._end_all, left)

    def close_all(self, code: CloseCode) -> None:
        """The node shuts down: closes every player's connection.

        Sessions that the journal keeps go on when it is started again; of others it records how they ended.
        """
        now = self._wall()
        for host in () if self.scribe.keeps and not self.journal.failure else self.hosts.values():
            ended = Ended(code, code.policy.meaning, None)
            self.records.ended(record_of(host, ended, now))
        for host in self.all_hosts:
            host.close_all(code)
