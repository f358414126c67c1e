"""A seat is kept for exactly as long as the game grants: neither shorter nor longer, and nobody comes back after that.

Times are seconds of the server's own monotonic clock, which may stand still with its machine.
"""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.messages import Leave, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Knocking, host_of, is_eased, server_clock, unfrozen_since

__all__ = [
    "AFTER",
    "AS_GRANTED",
    "BUDGET",
    "EARLY",
    "LATE",
    "LEFT_ONCE",
    "NO_WINDOW",
    "RESERVED",
    "WITHOUT_REASON",
    "Grace",
]

AS_GRANTED: Final = "an absence may last as long as the game grants, counted from the drop"
BUDGET: Final = "the budget of grace is the same after a recovery"
NO_WINDOW: Final = "no grace runs while a player is connected"
EARLY: Final = "a seat is kept until its time is over"
LATE: Final = "a seat is freed when its time is over"
AFTER: Final = "nothing resumes after grace"
RESERVED: Final = "a reservation ends when it was said to"
WITHOUT_REASON: Final = "a seat is freed only for a reason that there was"
LEFT_ONCE: Final = "the game is told once that a player has gone"

_EXACT_S: Final = 1e-6
_BEAT_S: Final = 1.5
"""So long before its end a server may have written for the last time."""
_SLACK_S: Final = 0.06
"""After a deadline, for whatever looks at it."""


class _Kept:
    """What is known of one seat from the outside."""

    def __init__(self, seat: Seat, grace_s: float, budget_s: float) -> None:
        self.seat = seat
        self.grace_s = grace_s
        self.budget_s = budget_s
        """What is left of it."""
        self.wire: Wire | None = None
        self.drops: list[float] = []
        """When the newest connection was closed or ended, as far as that has happened."""
        self.away_at: float | None = None
        self.deadline: float | None = None
        self.in_game = False
        self.has_left = False
        """The server got a ``leave``."""
        self.recovered = False
        """Of a connection of an earlier server: it ends when that is noticed."""


class Grace(Observer):
    """Looks at all seats of a session after each of its steps, and before it hears a first frame."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._knocking = Knocking(world)
        self._seats: dict[str, dict[int, _Kept]] = {}
        """By session and number."""
        self._by_wire: dict[Wire, _Kept] = {}
        self._gone: dict[str, int] = {}
        """How many of the game's own notes of those who have gone were read."""
        self._departed: dict[str, set[tuple[str, int, int]]] = {}
        self._eased: dict[str, None] = {}
        """Sessions that made no steps, or fewer, at the last look."""
        self._knocked: dict[str, bool] = {}
        """Sessions in which somebody may have been let in without being told so, while no server runs."""
        self._budgets: dict[tuple[str, int], float] = {}
        """What was left of each seat's, while no server runs."""

    # --- looking ----------------------------------------------------------------------------------------------------

    def _observe(self, host: SessionHost) -> dict[int, _Kept]:
        """Looks at all seats that are somebody's."""
        id_, core = str(host.core.id), host.core
        kept = self._seats.get(id_)
        if kept is None:
            kept = self._seats[id_] = {}
        for seat in core.seats:
            if seat is None:
                continue
            one = kept.get(seat.number)
            if one is None:
                one = kept[seat.number] = _Kept(seat, core.settings.grace_s, core.settings.grace_budget_s)
            one.in_game = one.in_game or seat.in_game
            state = seat.state
            if state is SeatState.CONNECTED:
                if seat.deadline is not None:
                    self.violate(NO_WINDOW, f"{_named(one, id_)} is connected, and to be freed at {seat.deadline}")
            elif state is SeatState.AWAY:
                if one.away_at is None:
                    self._went_away(one, id_)
                elif seat.deadline != one.deadline and self._knocking.over_at(id_):
                    one.away_at = None
                    self._went_away(one, id_)
                elif seat.deadline != one.deadline:
                    self._of_time(
                        AS_GRANTED, id_, f"{_named(one, id_)} was away until {one.deadline}, now {seat.deadline}"
                    )
                    one.deadline = seat.deadline
            elif state is SeatState.RESERVED and seat.deadline != one.deadline:
                if one.deadline is not None:
                    self._of_time(
                        RESERVED, id_, f"{_named(one, id_)} was kept until {one.deadline}, now {seat.deadline}"
                    )
                one.deadline = seat.deadline
        return kept

    def _of_time(self, name: str, session: str, text: str) -> None:
        """A pause moves all times of its session: then they are none of the wire's."""
        if session not in self.world.paused:
            self.violate(name, text)

    def _went_away(self, one: _Kept, session: str) -> None:
        deadline = one.seat.deadline
        assert deadline is not None
        window_s = min(one.grace_s, one.budget_s)
        exact_s = _EXACT_S + self.world.storage.commits_s  # who was back before it was told has more of the budget left
        dropped = next((at for at in one.drops if abs(at + window_s - deadline) < exact_s), None)
        if dropped is not None:
            one.budget_s += deadline - dropped - window_s
        if dropped is None and one.wire in self._by_wire and one.drops and one.drops[0] <= deadline - window_s:
            dropped = deadline - window_s  # a close that nobody answers ends when the server gives it up
        if dropped is None:  # it was let in, and lost before that was told
            over = self._knocking.over_at(session)
            at = next((at for at in (*over, *(one.drops if over else ())) if at <= deadline <= at + one.grace_s), None)
            if at is not None:
                dropped, one.budget_s = at, max(one.budget_s, deadline - at)
        if dropped is None and one.recovered and deadline - window_s <= server_clock(self.world):
            dropped = deadline - window_s
        if dropped is None:
            text = f"{_named(one, session)} is away until {deadline}; it was gone at {one.drops}, and has {window_s} s"
            self._of_time(AS_GRANTED, session, text)
            dropped = deadline - window_s
        one.away_at, one.deadline = dropped, deadline

    # --- the wire ---------------------------------------------------------------------------------------------------

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.received(wire, message, from_server)
        if from_server:
            return
        kind = type(message)
        if kind is Leave:
            one = self._by_wire.get(wire)
            if one is not None and one.wire is wire:
                one.has_left = True
        elif (kind is Resume or kind is TakeSeat) and wire.session:
            host = host_of(self.world, wire.session)
            if host is not None:
                self._observe(host)

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        if not from_server or type(message) is not Seated or message.seat < 0:
            return
        host = host_of(self.world, message.session)
        seat = None if host is None else host.core.seats[message.seat]
        one = None if seat is None else self._seats.get(message.session, {}).get(seat.number)
        if one is None:
            return
        now = server_clock(self.world)
        if one.deadline is not None and now - self.world.storage.commits_s >= one.deadline:
            text = f"{_named(one, message.session)} is let in at {now}; its time was over at {one.deadline}"
            self._of_time(AFTER, message.session, text)
        if one.away_at is not None:
            one.budget_s = max(0.0, one.budget_s - (now - one.away_at))
        one.away_at = one.deadline = None
        one.drops = []
        one.recovered = False
        one.wire = wire
        self._by_wire[wire] = one

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if from_server:
            self._dropped(wire)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._knocking.ended(wire, at_server)
        if at_server:
            self._dropped(wire)
            self._by_wire.pop(wire, None)

    def _dropped(self, wire: Wire) -> None:
        one = self._by_wire.get(wire)
        if one is not None and one.wire is wire:
            one.drops.append(server_clock(self.world))

    # --- steps ------------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        host = host_of(self.world, record.session)
        if host is None:
            return
        kept = self._observe(host)
        now, core = server_clock(self.world), host.core
        freed = []
        for one in kept.values():
            seat = one.seat
            if core.seats[seat.index] is not seat:
                freed.append(one)
            elif seat.deadline is not None and now >= seat.deadline and core.state is not SessionState.ENDED:
                name = RESERVED if seat.state is SeatState.RESERVED else LATE
                text = f"{_named(one, record.session)} is {seat.state.value} after step {record.tick} at {now}"
                self._of_time(name, record.session, text)
        notes = self._notes(host, record)
        for one in freed:
            del kept[one.seat.number]
            self._freed(one, host, now)
            if notes is not None and one.in_game:
                told = sum(note.player_id == one.seat.player_id and note.seat == one.seat.index for note in notes)
                if told != 1:
                    self.violate(
                        LEFT_ONCE, f"{_named(one, record.session)} is free, and the game was told {told} times"
                    )

    def _notes(self, host: SessionHost, record: StepMade) -> list[Any] | None:
        """What the game has noted in this step of those who have gone; ``None`` if it notes nothing."""
        gone = getattr(getattr(host.core.game, "game", None), "gone", None)
        if gone is None:
            return None
        seen = self._gone.get(record.session, 0)
        self._gone[record.session] = len(gone)
        new: list[Any] = gone[seen:]
        if new:
            before = self._departed.setdefault(record.session, set())
            for note in new:
                key = (note.player_id, note.seat, note.began)
                if key in before:
                    self.violate(LEFT_ONCE, f"{note.player_id} of seat {note.seat} has left {record.session} twice")
                before.add(key)
        return new

    def _freed(self, one: _Kept, host: SessionHost, now: float) -> None:
        seat = one.seat
        departed = [each for each in host.core.seating.departed if each.player_id == seat.player_id]
        reason = next((each.reason for each in reversed(departed) if each.seat == seat.index), "nothing")
        session = str(host.core.id)
        if reason == "expired":
            link = host._links[seat.index]
            connected = one.deadline is None and link is not None and link.seat is seat
            until = one.deadline
            if until is None:  # lost since the last look: there cannot have been much left of its budget
                until = (one.drops[0] if one.drops else now) + min(one.grace_s, one.budget_s)
            if connected or now < until - _EXACT_S:
                text = f"{_named(one, session)} has expired at {now}; it was kept until {until}"
                self._of_time(EARLY, session, text)
        elif reason not in ("left", "kicked") or (reason == "left" and not one.has_left):
            self.violate(WITHOUT_REASON, f"{_named(one, session)} is free, because of {reason}")

    # --- time -------------------------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        self._budgets = {
            (session, number): one.budget_s for session, kept in self._seats.items() for number, one in kept.items()
        }
        self._knocked = {id_: self._knocking.at(id_) or bool(self._knocking.over_at(id_)) for id_ in self._seats}
        self._seats.clear()
        self._knocking.clear()
        self._by_wire.clear()
        self._gone.clear()
        self._departed.clear()

    def server_started(self) -> None:
        """Whoever is there was there before: how the times of seats go on, is looked at elsewhere."""
        for host in (*self.world.node.hosts.values(), *self.world.node._lingering.values()):
            id_, settings = str(host.core.id), host.core.settings
            kept = self._seats[id_] = {}
            for seat in host.core.seats:
                if seat is None:
                    continue
                budget_s = self._budgets.get((id_, seat.number), settings.grace_budget_s)
                left_s = seat._grace.left_s
                one = kept[seat.number] = _Kept(seat, settings.grace_s, left_s)
                sure, least_s = not self._knocked.get(id_), _EXACT_S + self.world.storage.commits_s
                if sure and not -least_s <= left_s - budget_s <= _BEAT_S + self.world.unwritten_s:
                    text = f"{budget_s:.3f} s were left of all grace, and {left_s:.3f} s are after a recovery"
                    self._of_time(BUDGET, id_, f"{_named(one, id_)}: {text}")
                one.in_game, one.deadline = seat.in_game, seat.deadline
                self._eased[id_] = None
                one.recovered = seat.state is SeatState.CONNECTED
                one.has_left = seat.is_given_up and seat.reason == "left"
                if seat.state is SeatState.AWAY:
                    one.away_at = seat._grace.since
            gone = getattr(getattr(host.core.game, "game", None), "gone", None) or []
            self._gone[id_] = len(gone)
            self._departed[id_] = {(note.player_id, note.seat, note.began) for note in gone}
        self._budgets = {}

    def look(self) -> None:
        if self.world.port is None:
            return
        for id_ in [id_ for id_ in self._seats if host_of(self.world, id_) is None]:
            del self._seats[id_]
            self._gone.pop(id_, None)
            self._departed.pop(id_, None)
        now, loop_now = server_clock(self.world), self.world.loop.now
        for host in self.world.node.hosts.values():
            kept = self._observe(host)
            if not host.running:
                continue  # its end waits for the disk, and frees all
            eased = is_eased(self.world, host)
            if eased or str(host.core.id) in self._eased:
                self._eased[str(host.core.id)] = None
                if not eased:
                    del self._eased[str(host.core.id)]
                continue
            slack_s = _SLACK_S + (1 / host.core.settings.tick_hz if host.core.settings.tick_hz else 0.0)
            for one in kept.values():
                deadline = one.seat.deadline
                if deadline is None or now < deadline + slack_s:
                    continue
                if loop_now - unfrozen_since(self.world, 0.0) > slack_s:
                    name = RESERVED if one.seat.state is SeatState.RESERVED else LATE
                    self.violate(name, f"{_named(one, str(host.core.id))} is {one.seat.state.value} at {now}")


def _named(one: _Kept, session: str) -> str:
    seat = one.seat
    return f"seat {seat.index} of {seat.name} ({seat.player_id}) in {session}"
