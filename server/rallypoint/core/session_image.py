"""A session as plain data: what the journal keeps of it, and from what it is built again.

The first entry of a session and its checkpoints are a whole :class:`SessionImage`; between them there are
:class:`SessionPart` entries, one for each step, and one for what happened between two steps (a seat was reserved,
taken, left; a backend has signalled). An image with all parts applied is what the session's own image would be, byte
for byte. A part that is applied to an image which has it already changes nothing.

What belongs to connections is not in it: what was sent and acknowledged of the state, channels, inputs that no step has
applied (their clients send them again). Spectators neither: their tokens are unknown to a recovered session, and their
clients ask the lobby for another place.

All times are seconds of the monotonic clock of the node that wrote it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, TypeAlias

import msgspec

from .game_image import GameChange, GameImage
from .orders import MatchOrder, Order

__all__ = ["EventImage", "SeatImage", "SessionImage", "SessionPart", "SignalImage", "Standing"]

EventImage: TypeAlias = tuple[int, int, int, bytes]
"""Number, tick, kind, encoded fields."""
SignalImage: TypeAlias = tuple[int, str, Any]
"""Number, name, data: a backend's signal that no step has applied."""
DepartedImage: TypeAlias = tuple[int, str, str, bool, str]
"""Seat, player, name, bot, reason."""


class SeatImage(msgspec.Struct, array_like=True):
    """One seat, with everything that must not un-happen."""

    number: int
    player_id: str
    name: str
    bot: bool
    state: str
    reason: str
    """Why it was given up, if it is not free yet."""
    proven: bytes
    issued: bytes | None
    deadline: float | None
    grace_since: float | None
    """When the absence began that lasts; ``None``: none does."""
    grace_left_s: float
    grace_s: float
    away_until_ms: int
    told_away: bool
    in_game: bool
    applied: int
    event_last: int
    event_acked: int
    event_lost: int
    events: list[EventImage]

    def ack(self, number: int) -> None:
        """Events up to ``number`` have arrived."""
        if number > self.event_acked:
            self.event_acked = number
            self._let_go(number)

    def append(self, event: EventImage, lost: int) -> None:
        """The next event; ``lost``: of those before it (and itself), the newest that had to go for it."""
        if event[0] <= self.event_last:
            return
        self.event_last = event[0]
        self.events.append(event)
        if lost > self.event_lost:
            self.event_lost = lost
            self._let_go(lost)

    def _let_go(self, number: int) -> None:
        events = self.events
        while events and events[0][0] <= number:
            events.pop(0)


class Standing(msgspec.Struct, array_like=True, frozen=True):
    """What a session has in few words besides its seats and its game. Small: a part has all of it, or none."""

    state: str
    started_ms: int | None
    ended: tuple[int, str, Any] | None
    """Close code, reason, result. Before the end: an operator's will, which the next step carries out."""
    ended_at: float
    created_at: float
    patience_ends: float | None
    bots_after: float | None
    gathers_until: float | None
    arrivals: int
    people: bool
    locked: bool
    leader: str | None
    banned: list[str]
    paused: tuple[float, float, str, str] | None = None
    """Where its time stands, since when (Unix time), by whom, and why; ``None``: it is not paused."""


class SessionPart(msgspec.Struct, array_like=True):
    """What has changed since the part before."""

    epoch: int
    tick: int
    now_ms: int
    run: bool | None
    """With which ``run_tick`` the game was advanced in this step; ``None``: it was not."""
    ops: list[Any]
    """What the core called on the game, in order: ``[seat, input]``, or ``[name, ...]`` (see ``session_keeper``)."""
    game: GameChange | None
    """What that has changed; ``None``: there was no step."""
    events: list[tuple[int, int, int, bytes, int]]
    """Seat, number, kind, encoded fields, and the newest event of the seat that had to go for it or before."""
    acks: list[tuple[int, int]]
    """Seat, and up to which event its client has them."""
    seats: list[tuple[int, SeatImage | None]]
    """Those that were changed, as they are now; ``None``: free."""
    standing: Standing | None
    signals: list[SignalImage]
    """Accepted, applied in this step or not."""
    departed: list[DepartedImage]
    departed_count: int
    """How many there have been, these included."""
    match: MatchOrder | None = None
    """With a player more in its teams; ``None``: nobody."""

    @classmethod
    def decode(cls, data: bytes) -> SessionPart:
        """Raises ``msgspec.DecodeError``."""
        return _decode_part(data)


class SessionImage(msgspec.Struct, array_like=True):
    """All of a session."""

    id: str
    epoch: int
    tick: int
    now_ms: int
    order: Order
    standing: Standing
    seats: list[SeatImage | None]
    departed: list[DepartedImage]
    departed_count: int
    departed_max: int
    signals: list[SignalImage]
    """Accepted, and not applied."""
    signal_last: int
    game: GameImage

    @classmethod
    def decode(cls, data: bytes) -> SessionImage:
        """Raises ``msgspec.DecodeError``."""
        return _decode_image(data)

    def encode(self) -> bytes:
        """Its bytes: the same for equal images."""
        return _encode(self)

    def apply(self, part: bytes) -> None:
        """Follows the session by one part. Raises ``msgspec.DecodeError``; nothing was changed then."""
        self.follow(_decode_part(part))

    def follow(self, part: SessionPart) -> None:
        """Follows the session by one part."""
        self.epoch = part.epoch
        if part.signals:
            self.signals += [signal for signal in part.signals if signal[0] > self.signal_last]
            self.signal_last = max(self.signal_last, part.signals[-1][0])
        if part.game is not None:
            self._step(part, part.game)
        else:
            for op in part.ops:
                assert op[0] == "meta", op
                self.game.meta = op[1]
        seats = self.seats
        for index, number in part.acks:
            seat = seats[index]
            if seat is not None:
                seat.ack(number)
        for index, changed in part.seats:
            seats[index] = changed
        for index, number, kind, fields, lost in part.events:
            seat = seats[index]
            if seat is not None:
                seat.append((number, part.tick, kind, fields), lost)
        if part.standing is not None:
            self.standing = part.standing
        if part.match is not None:
            self.order = replace(self.order, match=part.match)
        new = part.departed_count - self.departed_count
        if new > 0:
            self.departed_count = part.departed_count
            self.departed += part.departed[-new:]
            del self.departed[: -self.departed_max]

    def _step(self, part: SessionPart, change: GameChange) -> None:
        if part.tick <= self.tick:
            return
        self.tick = part.tick
        self.now_ms = part.now_ms
        self.game.apply(change)
        seats = self.seats
        for op in part.ops:
            first = op[0]
            if first.__class__ is int:
                seat = seats[first]
                if seat is not None:
                    seat.applied = op[1][1]
            elif first == "signal":
                del self.signals[0]


_encode: Final = msgspec.msgpack.Encoder().encode
_decode_part: Final = msgspec.msgpack.Decoder(SessionPart).decode
_decode_image: Final = msgspec.msgpack.Decoder(SessionImage).decode
