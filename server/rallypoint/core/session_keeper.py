"""Collects what the journal is to know of a session: all of it, or what has changed since it was asked last.

The ops of a step are what the core called on the game, in order, so that a replay can call it again:

- ``[seat, input]``: an input, as it was decoded;
- ``["join", seat, player, name, bot]``, of who has a team with that besides; ``["start"]``,
  ``["drop", seat, away_until_ms]``, ``["until", seat, away_until_ms]``, ``["let_go", seat]``, ``["back", seat]``,
  ``["leave", seat, reason]``;
- ``["answer", id, method, args, value, error]``, and ``False`` after these if the value is nothing that can be kept;
- ``["signal", name, data]``, ``["time_up"]``, ``["meta", meta]``;
- ``["recovered", epoch]``: what all seats hold was let go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Raw

from rallypoint_protocol.codec import encode

from .seating import DEPARTED_MAX, Departed
from .session_image import DepartedImage, SessionImage, SignalImage, Standing
from .stimuli import Signal

if TYPE_CHECKING:
    from .session import SessionCore

__all__ = ["SessionKeeper", "image_of"]


class SessionKeeper:
    """Of one session. What it collects is bounded by what happens between two calls of :meth:`part`."""

    __slots__ = (
        "_departed",
        "_match",
        "_session",
        "_standing",
        "acks",
        "events",
        "news",
        "ops",
        "run",
        "signals",
        "stepped",
    )

    def __init__(self, session: SessionCore) -> None:
        self._session = session
        self._departed = session.seating.departed_count
        self._match = session.order.match
        self._standing: tuple[Any, ...] = ()
        self.ops: list[tuple[Any, ...]] = []
        self.events: list[tuple[int, int, int, bytes, int]] = []
        self.acks: dict[int, None] = {}
        """Seats whose clients have acknowledged events."""
        self.signals: list[SignalImage] = []
        self.run: bool | None = None
        self.stepped = False
        """A step was made since the last part."""
        self.news = False
        """Something besides seats that must not un-happen has changed."""

    @property
    def touched(self) -> bool:
        """There is something new that must not un-happen."""
        return self.news or self.stepped or bool(self._session.seating.touched)

    def part(self) -> bytes | None:
        """What has changed since the last call, as an encoded ``SessionPart``; ``None`` if nothing has."""
        session = self._session
        seating = session.seating
        self.news = False
        standing: Standing | None = None
        mark = _mark(session)
        if mark != self._standing:
            self._standing = mark
            standing = standing_of(session)
        if not (self.stepped or self.ops or self.signals or self.acks or seating.touched or standing is not None):
            return None
        seats: list[Any] = []
        if seating.touched:
            seats = [(i, None if (seat := session.seats[i]) is None else seat.image()) for i in seating.touched]
            seating.touched.clear()
        acks: list[tuple[int, int]] = []
        if self.acks:
            acks = [(i, seat.events.acked) for i in self.acks if (seat := session.seats[i]) is not None]
            self.acks.clear()
        departed: list[DepartedImage] = []
        count = seating.departed_count
        if count > self._departed:
            departed = [_departed(one) for one in seating.departed[self._departed - count :]]
            self._departed = count
        more: tuple[Any, ...] = ()
        if session.order.match is not self._match:
            more = (session.order.match,)
            self._match = session.order.match
        data = encode(
            (
                session.epoch,
                session.tick,
                session.now_ms,
                self.run,
                self.ops,
                Raw(session.game.take_change()) if self.stepped else None,
                self.events,
                acks,
                seats,
                standing,
                self.signals,
                departed,
                count,
                *more,
            )
        )
        self.ops.clear()
        self.events.clear()
        if self.signals:
            self.signals = []
        self.stepped = False
        self.run = None
        return data


def image_of(session: SessionCore) -> SessionImage:
    """All of a session, between two steps."""
    seating = session.seating
    waiting = [item for seat, item in session.stimuli if seat is None and isinstance(item, Signal)]
    return SessionImage(
        session.id,
        session.epoch,
        session.tick,
        session.now_ms,
        session.order,
        standing_of(session),
        [None if seat is None else seat.image() for seat in session.seats],
        [_departed(one) for one in seating.departed],
        seating.departed_count,
        DEPARTED_MAX,
        [(signal.number, signal.name, signal.data) for signal in waiting],
        session.signals,
        session.game.image(),
    )


def standing_of(session: SessionCore) -> Standing:
    """What is kept of a session besides its seats and its game."""
    ended, seating, start, paused = session.ended, session.seating, session.start, session.paused
    return Standing(
        session.state.value,
        session.started_ms,
        None if ended is None else (int(ended.code), ended.reason, ended.result),
        float(session.ended_at),
        float(session.created_at),
        _float(start.patience_ends),
        _float(start.bots_after),
        _float(start.gathers_until),
        seating.arrivals,
        seating.people,
        seating.locked,
        seating.leader,
        list(seating.banned),
        None if paused is None else (float(paused.at), float(paused.since_at), paused.by, paused.reason),
    )


def _mark(session: SessionCore) -> tuple[Any, ...]:
    """Equal as long as :func:`standing_of` is. Looked at after each step: it makes no objects."""
    seating, start = session.seating, session.start
    return (
        session.state,
        session.started_ms,
        session.ended,
        session.ended_at,
        session.created_at,
        start.patience_ends,
        start.bots_after,
        start.gathers_until,
        seating.arrivals,
        seating.people,
        seating.locked,
        seating.leader,
        len(seating.banned),
        session.paused,
    )


def _float(number: float | None) -> float | None:
    return None if number is None else float(number)


def _departed(one: Departed) -> DepartedImage:
    return one.seat, one.player_id, one.name, one.bot, one.reason
