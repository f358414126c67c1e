"""A server that is started again goes on where the last one ended: its sessions, seats and lobby are as they were.

What the last server had in its memory when it ended is compared with what the next one has when it begins to serve.
What it had told nobody, and what was not written, may be lost; nothing else.

Where less was promised (the machine lost its power, and the journal was not synced; or the disk had failed), this is
all that is looked at: each session is as it was at some moment before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import LobbyId
from rallypoint_protocol.messages import Seated, Welcome
from rallypoint_simulation.observer import Observer

from .sittings import host_of, server_clock

if TYPE_CHECKING:
    from rallypoint.game_port import GamePort
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.steps import StepMade
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Recoveries"]

THERE: Final = "a session that somebody was told of is there again"
COMMITTED: Final = "a session goes on after the last step that was committed"
SAME: Final = "a recovered game is what its last step has left"
PREFIX: Final = "what a recovered game has done is the beginning of what it had done"
SEATS: Final = "who had a seat has it again"
OUT: Final = "who was told to be out of a session is not in it again"
FREED: Final = "a seat that was given up is freed by the first steps of a recovered session"
STANDS: Final = "no time of a seat runs while the server is away"
LOBBY: Final = "who was in the lobby is there again"
ORDER: Final = "who waits in a queue is where they were in it"
WAITS: Final = "a recovered session waits for its players, and not for long"
EARLIER: Final = "with less than was promised, a session is as it was at some moment before"

_EXACT_S: Final = 1e-6
_BEAT_S: Final = 1.5
"""So long before its end a server may have written for the last time."""
_SLACK_S: Final = 0.3
_OUT: Final = (CloseCode.KICKED, CloseCode.LEFT)


@dataclass
class _Books:
    """What a test game has noted of a player."""

    player: str
    seat: int
    applied: list[int]
    refused: list[int]


@dataclass
class _Was:
    """A session of the last server."""

    epoch: int
    tick: int
    committed: int
    ended: bool
    image: Any
    books: list[_Books]
    seats: dict[int, tuple[int, str, str, bool, SeatState, float | None]] = field(default_factory=dict)
    """By number: place, player, name, bot, state, and seconds until its deadline."""


class Recoveries(Observer):
    """Looks at every end of a server, and at every beginning."""

    weak = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.compared = 0
        self._on: dict[Wire, tuple[str, int]] = {}
        self._seated: dict[tuple[str, int], None] = {}
        """Seats that were told, by session and number."""
        self._playing: dict[tuple[str, int], None] = {}
        """Those whose connection the last server had, and had told that it has the seat."""
        self._lost: dict[tuple[str, int], float] = {}
        """When a connection of each was lost for the last time."""
        self._out: dict[tuple[str, int], None] = {}
        """Those of them that somebody was told to be out of."""
        self._lobbies: dict[str, None] = {}
        self._was: dict[str, _Was] = {}
        self._stays: dict[str, tuple[str, str | None]] = {}
        """Of the last server, those that were told: the player and the queue."""
        self._queues: dict[str, list[tuple[str, int]]] = {}
        """Of the last server, by game: lobby session and number of each ticket, in order."""
        self._awaited: dict[str, dict[int, None]] = {}
        """By recovered session: seats that were connected, and that nobody has come back to."""
        self._given_up: dict[str, list[int]] = {}
        """By recovered session that makes steps: seats that its next step has to free."""
        self._frozen = False
        self._began: float | None = None
        """When a server began to serve that has recovered something."""

    # --- what is told -----------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        kind = type(message)
        if kind is Seated and message.seat >= 0:
            host = host_of(self.world, message.session)
            seat = None if host is None else host.core.seats[message.seat]
            if seat is not None:
                self._on[wire] = message.session, seat.number
                self._seated[message.session, seat.number] = None
                self._awaited.get(message.session, {}).pop(seat.number, None)
        elif kind is Welcome:
            self._lobbies[message.lobby] = None

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        key = self._on.get(wire)
        if from_server and key is not None and code in _OUT:
            host = host_of(self.world, key[0])
            if host is not None and not any(_is_in(seat, key[1]) for seat in host.core.seats):
                self._out[key] = None

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        key = self._on.pop(wire, None) if at_server else None
        if key is not None:
            self._lost[key] = self.world.loop.now

    # --- the end of a server ----------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        world = self.world
        port, now = world.last_port, server_clock(world)
        if not self._was:  # with a server, its connections end, and a moment before
            lost = [key for key, at in self._lost.items() if at == world.loop.now]
            self._playing = dict.fromkeys((*self._on.values(), *lost))
        self._on.clear()
        self._lost.clear()
        self._began = None
        self._frozen = world.server_host.frozen_until > world.loop.now - _BEAT_S
        if port is None or not (world.kept or world.weak):
            self._was.clear()
            self._stays.clear()
            self._queues.clear()
            return
        if not self._was and not self._stays:
            self._was = {
                host.core.id: _was(host, now) for host in (*port.node.hosts.values(), *port.node._lingering.values())
            }
            for id_ in self._lobbies:
                session = port.lobby.find(LobbyId(id_))
                if session is not None and session.state is not LobbyState.ENDED:
                    self._stays[id_] = session.player, session.queue
            self._queues = _queues(port)

    # --- the beginning of the next ----------------------------------------------------------------------------------

    def server_started(self) -> None:
        was, self._was = self._was, {}
        stays, self._stays = self._stays, {}
        queues, self._queues = self._queues, {}
        self._began = self.world.loop.now
        now = server_clock(self.world)
        self._awaited.clear()
        self._given_up = {
            str(host.core.id): [seat.number for seat in host.core.seated() if seat.is_given_up]
            for host in self.world.node.hosts.values()
        }
        for id_, one in was.items():
            host = host_of(self.world, id_)
            if self.world.weak:
                if host is not None:
                    self._look_at_weak(host, one)
            elif host is None:
                self._look_at_missing(id_, one)
            else:
                self._look_at(host, one, now)
        if not self.world.weak:
            self._look_at_lobby(stays)
            self._look_at_queues(queues)

    def _look_at_missing(self, id_: str, was: _Was) -> None:
        told = any((id_, number) in self._seated and (id_, number) not in self._out for number in was.seats)
        recorded = any(record.session == id_ for record in self.world.store.ended_records)
        if told and not was.ended and not recorded:
            self.violate(THERE, f"{id_} was at tick {was.tick}, and is not there after a recovery")

    def _look_at(self, host: SessionHost, was: _Was, now: float) -> None:
        core, id_ = host.core, str(host.core.id)
        self.compared += 1
        if core.tick < was.committed or core.tick > was.tick:
            text = f"tick {was.committed} of {was.tick} was committed, and it goes on after tick {core.tick}"
            self.violate(COMMITTED, f"{id_}: {text}")
        if core.tick == was.tick and was.image is not None:
            image = _image(host)
            if image != was.image:
                self.violate(SAME, f"{id_}: at tick {core.tick}, {_differing(was.image, image)}")
        self._look_at_books(PREFIX, host, was)
        if self.world.plan.durability == "process":  # else the answer to one who is back may still wait for the disk
            connected = [n for n, (*_, bot, state, _) in was.seats.items() if state is SeatState.CONNECTED and not bot]
            self._awaited[id_] = {n: None for n in connected if (id_, n) in self._playing}
        seats = {seat.number: seat for seat in core.seats if seat is not None}
        for number, (place, player, name, bot, state, left_s) in was.seats.items():
            seat, key = seats.get(number), (id_, number)
            if seat is None or (seat.index, seat.player_id, seat.name, seat.bot) != (place, player, name, bot):
                if key in self._seated and state not in (SeatState.RESERVED, SeatState.EXPIRED, SeatState.LEFT):
                    self.violate(SEATS, f"{id_}: {name} ({player}) had seat {place}, and has it no more: {seat}")
            elif left_s is not None and seat.deadline is not None and seat.state is state:
                self._look_at_time(f"{id_}: seat {place} of {name} ({state.value})", left_s, seat.deadline - now)
        for number, seat in seats.items():
            if (id_, number) in self._out and not seat.is_given_up:
                self.violate(OUT, f"{id_}: {seat.name} ({seat.player_id}) is in seat {seat.index} again")

    def _look_at_time(self, what: str, before_s: float, now_s: float) -> None:
        most_s = _BEAT_S + self.world.unwritten_s
        if now_s < before_s - _EXACT_S or (now_s > before_s + most_s and not self._frozen):
            self.violate(STANDS, f"{what} had {before_s:.3f} s when the server went, and has {now_s:.3f} s")

    def _look_at_books(self, name: str, host: SessionHost, was: _Was) -> None:
        for books in _books(host):
            before = next((one for one in was.books if (one.player, one.seat) == (books.player, books.seat)), None)
            if before is None:
                continue
            for now, then in ((books.applied, before.applied), (books.refused, before.refused)):
                if now != then[: len(now)] or any(one >= other for one, other in pairwise(books.applied)):
                    text = f"{books.player} in seat {books.seat} had {then[-10:]}, and has {now[-10:]}"
                    self.violate(name, f"{host.core.id}: {text}")

    def _look_at_weak(self, host: SessionHost, was: _Was) -> None:
        core = host.core
        if core.tick > was.tick:
            self.violate(EARLIER, f"{core.id} was at tick {was.tick}, and is at {core.tick}")
        self._look_at_books(EARLIER, host, was)

    def _look_at_lobby(self, stays: dict[str, tuple[str, str | None]]) -> None:
        port = self.world.port
        assert port is not None
        for id_, (player, _) in stays.items():
            session = port.lobby.find(LobbyId(id_))
            if session is None or session.player != player:
                self.violate(LOBBY, f"player {player} was in lobby session {id_}, and is not after a recovery")

    def _look_at_queues(self, queues: dict[str, list[tuple[str, int]]]) -> None:
        port = self.world.port
        assert port is not None
        for game, now in _queues(port).items():
            before = [ticket for ticket in queues.get(game, []) if ticket in now]
            same = [ticket for ticket in now if ticket in before]
            if before != same:
                self.violate(ORDER, f"in the queue for {game} there were {before}, and are {same}")

    # --- waiting ----------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        began, world = self._began, self.world
        host = host_of(world, record.session)
        given_up = self._given_up.get(record.session)
        if given_up and host is not None and not host.core.stimuli_waiting:  # one of them a step, between turns
            del self._given_up[record.session]
        if given_up and host is not None and host.running and not host.core.stimuli_waiting:
            kept = [seat.name for seat in host.core.seats if seat is not None and seat.number in given_up]
            if kept:
                self.violate(FREED, f"{record.session} has made step {record.tick}, and {kept} have seats still")
        if began is None or world.weak:
            return
        if host is not None and world.loop.now - began < world.plan.recovery_wait_s - _EXACT_S:
            awaited = self._awaited.get(record.session, {})
            missing = [seat.name for seat in host.core.seated() if seat.number in awaited and not seat.is_given_up]
            if missing:
                self.violate(WAITS, f"{record.session} makes step {record.tick}, and {missing} are not back")

    def look(self) -> None:
        began, world = self._began, self.world
        if began is None or world.port is None or world.weak:
            return
        awake_since = max(began, world.server_host.frozen_until)
        if world.loop.now - awake_since > world.plan.recovery_wait_s + _SLACK_S:
            for host in world.node.hosts.values():
                if host.held_back:
                    self.violate(WAITS, f"{host.core.id} is held back since {world.loop.now - began:.2f} s")
            if world.server_host.frozen_until < world.loop.now:
                self._began = None


def _queues(port: GamePort) -> dict[str, list[tuple[str, int]]]:
    queues = port.lobby.queues._queues
    return {game: [(str(id_), one.number) for id_, one in queue._tickets.items()] for game, queue in queues.items()}


def _is_in(seat: Seat | None, number: int) -> bool:
    return seat is not None and seat.number == number and not seat.is_given_up


def _was(host: SessionHost, now: float) -> _Was:
    core = host.core
    return _Was(
        core.epoch,
        core.tick,
        core.durable_tick,
        core.state is SessionState.ENDED,
        _image(host),
        _books(host),
        {
            seat.number: (
                seat.index,
                seat.player_id,
                seat.name,
                seat.bot,
                seat.state,
                None if seat.deadline is None else seat.deadline - now,
            )
            for seat in core.seats
            if seat is not None
        },
    )


def _image(host: SessionHost) -> Any:
    """The game's own state, as plain data; ``None`` if it is not kept."""
    game: Any = host.core.game
    return game.image() if host.entries is not None and host.running else None


def _books(host: SessionHost) -> list[_Books]:
    players = getattr(host.core.game, "player_list", ())
    return [
        _Books(str(player.player_id), player.seat, list(player.applied), list(player.refused))
        for player in players
        if hasattr(player, "applied") and not player.bot  # of another process, bots count from 1 again
    ]


def _differing(before: Any, after: Any) -> str:
    names = getattr(type(before), "__struct_fields__", ())
    parts = [name for name in names if getattr(before, name) != getattr(after, name)]
    return ", ".join(f"{name} was {getattr(before, name)!r:.150}, is {getattr(after, name)!r:.150}" for name in parts)
