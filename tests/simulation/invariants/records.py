"""What is recorded of sessions is what happened: once each, with the right seats, and as the players were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rallypoint.core.session import SessionState
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import BuiltinEvent, Leave, Pass, Seated
from rallypoint_simulation.observer import Observer

from .told import _plain

if TYPE_CHECKING:
    from rallypoint.ports import SessionRecord
    from rallypoint_simulation.steps import StepMade
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Records"]


class _Session:
    """What was seen of a session."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.started = False
        self.late_since: float | None = None
        """It has started, and is not recorded: since when."""
        self.known = False
        """Somebody was told of a seat in it."""
        self.people: dict[tuple[int, str], None] = {}
        """``(seat, player)`` of all who were in the game."""
        self.seated: tuple[tuple[int, str], ...] = ()
        """Those who were there after the last step."""
        self.told: tuple[Any, str] | None = None
        """Result and reason, as a player was told; a session that ended tells all the same."""
        self.gone: dict[tuple[int, str], None] = {}
        """Those who said that they leave while they played."""


class Records(Observer):
    """Compares the store with what was seen. What a crash leaves unrecorded is lost, until sessions are durable."""

    STARTED = "a session that starts is recorded as started, once"
    KEPT = "a session that somebody was told of is there after a recovery"
    AGAIN = "a result that is stored again is the same"
    STORED = "a result is stored, whatever crashes in between"
    ENDED = "a session that ends is recorded as ended, once"
    SEATS = "a record has everybody who played, and how that ended"
    RESULT = "players are told the result that is recorded"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.compared = 0
        self._sessions: dict[str, _Session] = {}
        self._started: dict[str, None] = {}
        self._ended: dict[str, SessionRecord] = {}
        self._read = [0, 0]
        self._differing = 0
        self._losing = False
        self._on: dict[Wire, tuple[str, int, str]] = {}
        self._players: dict[str, tuple[Any, ...]] = {}
        """The list of players of each session, as it was last read: it is another one when it has changed."""

    # --- what happens -----------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        port = self.world.port
        host = None if port is None else port.node.hosts.get(record.session)
        if host is None:
            return
        players = host.core.game.game.players  # type: ignore[attr-defined]  # a GameDriver's
        session = self._sessions.get(record.session)
        if session is None:
            session = self._sessions[record.session] = _Session(self.world.servers)
        elif self._players.get(record.session) is players:
            session.started = session.started or host.core.state is SessionState.RUNNING
            return
        self._players[record.session] = players
        session.started = session.started or host.core.state is SessionState.RUNNING
        session.seated = tuple((player.seat, player.player_id) for player in players)
        session.people.update(dict.fromkeys(session.seated))

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Seated:
            self._on[wire] = (message.session, message.seat, message.player)
            if message.session in self._sessions:  # who has left may be back in the same seat
                self._sessions[message.session].gone.pop((message.seat, message.player), None)
                self._sessions[message.session].known = True
        elif type(message) is Pass and message.seat is not None and message.seat.events:
            for event in message.seat.events:
                if event.kind == BuiltinEvent.ENDED and wire in self._on:
                    self._told(wire, self._on[wire][0], (event.fields[0], event.fields[1]))

    def _told(self, wire: Wire, session_id: str, told: tuple[Any, str]) -> None:
        session = self._sessions.get(session_id)
        if session is None:
            return
        if session.told is None:
            session.told = told
        elif session.told != told:
            self.violate(self.RESULT, f"{wire} is told {told}, another player was told {session.told}")

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Leave and wire in self._on and wire.closed_by != "server":
            session_id, seat, player = self._on[wire]
            session = self._sessions.get(session_id)
            if session is not None and (seat, player) in session.seated:
                session.gone[seat, player] = None

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if at_server:
            self._on.pop(wire, None)

    # --- what is recorded -------------------------------------------------------------------------------------------

    def _read_store(self) -> None:
        store = self.world.store
        started, ended = store.started_records, store.ended_records
        for record in started[self._read[0] :]:
            if record.session in self._started:
                self.violate(self.STARTED, f"{record.session} of {record.game} is recorded as started twice")
            self._started[record.session] = None
        for record in ended[self._read[1] :]:
            self._look_at(record)
        self._read = [len(started), len(ended)]
        for before, now in store.differing[self._differing :]:
            self.violate(self.AGAIN, f"{before.session} was recorded as {before}, and now as {now}")
        self._differing = len(store.differing)

    def look(self) -> None:
        self._read_store()
        port = self.world.port
        if port is None:
            return
        for session_id, session in list(self._sessions.items()):
            host = port.node.hosts.get(session_id)  # type: ignore[call-overload]  # a SessionId
            if not session.started or session_id in self._started:
                session.late_since = None
            elif session.late_since is None:
                session.late_since = self.world.loop.now
            waits_s = 0.0 if session.late_since is None else self.world.loop.now - session.late_since
            frozen = self.world.server_host.frozen_until > self.world.loop.now - self.world.storage.commits_s
            if session.late_since is not None and not frozen and waits_s >= self.world.storage.commits_s:
                self.violate(self.STARTED, f"{session_id} runs, and is not recorded as started")
                del self._sessions[session_id]
            elif host is None and session.server == self.world.servers:
                if session_id not in self._ended:
                    self.violate(self.ENDED, f"{session_id} is over, and not recorded as ended")
                del self._sessions[session_id]
                self._players.pop(session_id, None)

    def _look_at(self, record: SessionRecord) -> None:
        self.compared += 1
        if record.session in self._ended:
            self.violate(self.ENDED, f"{record.session} of {record.game} is recorded as ended twice")
            return
        self._ended[record.session] = record
        session = self._sessions.get(record.session)
        if (record.started_at is not None) is not (record.session in self._started):
            self.violate(self.STARTED, f"{record.session} is recorded as ended, started {record.started_at}")
        if session is None:
            return
        outcomes: dict[tuple[int, str], list[str]] = {}
        for seat in record.seats:
            outcomes.setdefault((seat.seat, seat.player), []).append(seat.outcome)
        missing = [who for who in session.people if who not in outcomes]
        if missing:
            self.violate(self.SEATS, f"{record.session}: {missing} played, and are not in the record")
        for who, (*earlier, outcome) in outcomes.items():
            if earlier or who in session.seated:  # sat there twice; or leaves after the last step, and has played
                continue
            if outcome == "played" and who in session.gone:
                self.violate(self.SEATS, f"{record.session}: {who} has left, and is recorded as {outcome}")
            elif outcome == "played" and who in session.people:
                self.violate(self.SEATS, f"{record.session}: {who} was gone, and is recorded as {outcome}")
        if session.told is not None:
            recorded = (_plain(encode(record.result or {})), record.reason)
            if recorded != session.told:
                self.violate(self.RESULT, f"{record.session}: recorded {recorded}, told {session.told}")

    def at_rest(self) -> None:
        self.look()
        lost = [id_ for id_ in self._ended if id_ not in self.world.store.stored]
        if lost and not self._losing:
            self.violate(self.STORED, f"{lost} have ended, and the store never got them")
        for player in self.world.players.values():
            for seat in player.seats:
                record = self._ended.get(seat.session)
                if seat.result and record is not None and _plain(encode(record.result or {})) != seat.result:
                    text = f"{player.name}'s seat in {seat.session} has {seat.result}, recorded is {record.result}"
                    self.violate(self.RESULT, text)

    def server_gone(self, crashed: bool) -> None:
        self.look()
        if not crashed and not self.world.kept:
            for session_id in self._sessions:
                if session_id not in self._ended:
                    self.violate(self.ENDED, f"{session_id} was ended by a stop, and not recorded as ended")
        self._on.clear()
        self._players.clear()
        if not self.world.kept:
            self._sessions.clear()
            self._losing = True  # what was to be stored is lost with the rest
        for session in self._sessions.values():
            session.gone.clear()

    def server_started(self) -> None:
        """Who is there now may not be who was there after the last step, which may not have been written."""
        self._read_store()
        port = self.world.port
        for id_, session in list(self._sessions.items()):
            host = None if port is None else port.node.find(id_)  # type: ignore[arg-type]  # a SessionId
            if host is None:
                if session.known and id_ not in self._ended:
                    self.violate(self.KEPT, f"{id_} was there, and is not after a recovery")
                del self._sessions[id_]
                continue
            session.server = self.world.servers
            session.started, session.late_since = host.core.started_ms is not None, None
            players = host.core.game.game.players  # type: ignore[attr-defined]  # a GameDriver's
            session.seated = tuple((player.seat, player.player_id) for player in players)
            departed = {(one.seat, one.player_id) for one in host.core.seating.departed}
            session.people = {who: None for who in session.people if who in session.seated or who in departed}
