"""A seat: a player's place in a session.

A match *reserves* it. Taking it with the token makes it *connected*; a lost connection makes it *away*, and a newer
connection with a valid token makes it connected again (or takes it over from the older one). A reservation that nobody
takes, and an absence that outlasts its grace, *expire*; a player who leaves, or is kicked, has *left*. Both ends are
final: the place is free for somebody else.

    reserved -> connected <-> away -> left | expired

The grace window of an absence is the game's, cut to what is left of the player's budget for the whole session: who
drops again and again uses it up.
"""

from __future__ import annotations

import enum
from typing import Final

from msgspec import Raw

from rallypoint_protocol.ids import PlayerId, Token

from .grace import Grace
from .outgoing import Outgoing
from .session_image import SeatImage
from .tokens import TokenPair

__all__ = ["IllegalSeatEvent", "Seat", "SeatEvent", "SeatState"]


class SeatState(enum.Enum):
    """Where a seat is."""

    RESERVED = "reserved"
    CONNECTED = "connected"
    AWAY = "away"
    LEFT = "left"
    EXPIRED = "expired"


class SeatEvent(enum.Enum):
    """What can happen to a seat."""

    TAKE = "take"
    """A connection with a valid token: the first, one after a drop, or one that takes over."""
    DROP = "drop"
    LEAVE = "leave"
    EXPIRE = "expire"


TRANSITIONS: Final[dict[tuple[SeatState, SeatEvent], SeatState]] = {
    (SeatState.RESERVED, SeatEvent.TAKE): SeatState.CONNECTED,
    (SeatState.RESERVED, SeatEvent.LEAVE): SeatState.LEFT,
    (SeatState.RESERVED, SeatEvent.EXPIRE): SeatState.EXPIRED,
    (SeatState.CONNECTED, SeatEvent.TAKE): SeatState.CONNECTED,
    (SeatState.CONNECTED, SeatEvent.DROP): SeatState.AWAY,
    (SeatState.CONNECTED, SeatEvent.LEAVE): SeatState.LEFT,
    (SeatState.AWAY, SeatEvent.TAKE): SeatState.CONNECTED,
    (SeatState.AWAY, SeatEvent.LEAVE): SeatState.LEFT,
    (SeatState.AWAY, SeatEvent.EXPIRE): SeatState.EXPIRED,
}


class IllegalSeatEvent(Exception):
    """An event that cannot happen in a seat's state. Nothing was changed."""

    def __init__(self, seat: int, state: SeatState, event: SeatEvent) -> None:
        super().__init__(f"seat {seat} is {state.value}: {event.value} cannot happen")
        self.seat = seat
        self.state = state
        self.event = event


class Seat:
    """One player's place, with what the server must remember of their connection.

    Times are seconds of the node's monotonic clock.
    """

    __slots__ = (
        "_grace",
        "acked",
        "acked_at",
        "acked_seen",
        "applied",
        "away_until_ms",
        "bot",
        "channels",
        "coming_in",
        "conflated",
        "deadline",
        "event_sent",
        "events",
        "in_game",
        "index",
        "name",
        "news",
        "number",
        "overflowed",
        "pending",
        "player_id",
        "reason",
        "received",
        "sent",
        "state",
        "subscribed_at",
        "tell_channels",
        "tokens",
        "told_away",
    )

    def __init__(
        self,
        index: int,
        player_id: PlayerId,
        name: str,
        token: Token,
        *,
        deadline: float,
        grace_s: float,
        grace_budget_s: float,
        bot: bool = False,
        number: int = 0,
    ) -> None:
        self.index = index
        self.number = number
        """Counts up within its session: who came first."""
        self.player_id = player_id
        self.name = name
        self.bot = bot
        self.tokens = TokenPair(token)
        self.state = SeatState.RESERVED
        self.deadline: float | None = deadline
        """When the reservation or the grace window ends; ``None`` while connected."""
        self.reason = ""
        """Why it was given up."""
        self.away_until_ms = 0
        self.told_away = False
        """The game knows of the absence, and of no return from it."""
        self._grace = Grace(grace_s, grace_budget_s)
        # inputs
        self.received = 0
        """Highest input sequence that arrived."""
        self.applied = 0
        """Last input that a step decided."""
        self.pending = 0
        """Inputs that wait for the next step."""
        # state
        self.in_game = False
        """The step that tells the game of this player has been made."""
        self.sent = -1
        """Tick of the last pass sent on this connection: the next one's baseline."""
        self.acked = -1
        """Newest tick that the client says it applied."""
        self.acked_seen = -1
        """What ``acked`` was when last looked at, at ``acked_at``."""
        self.acked_at = 0.0
        self.conflated = 0
        """Passes that were skipped because the client was behind."""
        self.channels: tuple[int, ...] = ()
        self.subscribed_at: dict[int, int] = {}
        """For each channel, the tick since which the seat is subscribed."""
        # reliable events
        self.events: Outgoing[tuple[int, int, Raw]] = Outgoing()
        """Tick, kind and the encoded fields of each."""
        self.event_sent = 0
        self.news = False
        """Something individual has to be in the next pass: events, or its channels."""
        self.tell_channels = False
        self.coming_in = False
        """A connection has come, and its first pass is not built: it is going to have all events that are kept."""
        self.overflowed = False
        """Events that were never sent had to go: the connection is to be closed, so that the resume says so."""

    @classmethod
    def restored(cls, index: int, image: SeatImage, shift_s: float) -> Seat:
        """From its image, with all times so much later. A connection that it had is one that nobody misses yet."""
        deadline = None if image.deadline is None else image.deadline + shift_s
        seat = cls(
            index,
            PlayerId(image.player_id),
            image.name,
            Token(b""),
            deadline=0.0,
            grace_s=image.grace_s,
            grace_budget_s=image.grace_left_s,
            bot=image.bot,
            number=image.number,
        )
        seat.tokens = TokenPair.restored(image.proven, image.issued)
        seat.state = SeatState(image.state)
        seat.deadline = deadline
        if image.grace_since is not None and deadline is not None:
            seat._grace.restore(image.grace_since + shift_s, image.grace_left_s, deadline)
        seat.reason = image.reason
        seat.away_until_ms = image.away_until_ms
        seat.told_away = image.told_away
        seat.in_game = image.in_game
        seat.applied = seat.received = image.applied
        kept = [(n, (tick, kind, Raw(fields)), 16 + len(fields)) for n, tick, kind, fields in image.events]
        seat.events.restore(kept, image.event_last, image.event_acked, image.event_lost)
        seat.event_sent = max(image.event_acked, image.event_lost)
        return seat

    def image(self) -> SeatImage:
        """What is kept of it."""
        grace, events = self._grace, self.events
        return SeatImage(
            self.number,
            self.player_id,
            self.name,
            self.bot,
            self.state.value,
            self.reason,
            *self.tokens.hashes,
            None if self.deadline is None else float(self.deadline),
            None if grace.deadline is None else float(grace.since),
            float(grace.left_s),
            float(grace.window_s),
            self.away_until_ms,
            self.told_away,
            self.in_game,
            self.applied,
            events.last,
            events.acked,
            events.lost,
            [(n, tick, kind, bytes(fields)) for n, (tick, kind, fields) in events.since(0)],
        )

    def apply(self, event: SeatEvent, now: float) -> None:
        """Makes a transition.

        Raises:
            IllegalSeatEvent: it cannot happen in this state; nothing was changed.
        """
        state = TRANSITIONS.get((self.state, event))
        if state is None:
            raise IllegalSeatEvent(self.index, self.state, event)
        self.state = state
        if event is SeatEvent.DROP:
            self._grace.start(now)
        else:
            self._grace.stop(now)
        self.deadline = self._grace.deadline

    def shift(self, seconds: float) -> None:
        """What it waits for is so much later: its time stood still."""
        if self.deadline is not None:
            self.deadline += seconds
            self._grace.shift(seconds)

    @property
    def away_since(self) -> float:
        """When the last absence began."""
        return self._grace.since

    @property
    def grace_s(self) -> float:
        """How long an absence that begins now may last."""
        return self._grace.next_s

    def is_over(self, now: float) -> bool:
        """True from the very moment when the reservation or the grace window ends."""
        return self.is_given_up or (self.deadline is not None and now >= self.deadline)

    @property
    def is_given_up(self) -> bool:
        """True once it has been left, or has expired; the next step frees it."""
        return self.state in (SeatState.LEFT, SeatState.EXPIRED)

    @property
    def is_seated(self) -> bool:
        """True while the place is somebody's who has taken it."""
        return self.state in (SeatState.CONNECTED, SeatState.AWAY)
