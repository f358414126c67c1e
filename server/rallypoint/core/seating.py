"""Who sits in a session: which seats are free, whose token takes which, who leads, who may not come back.

A seat is somebody's from its reservation to its end. The *leader* is who created the session; when the leader's seat
is free again, whoever has sat there longest leads (bots do not).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId, Token

from .orders import Denial
from .seat import Seat, SeatEvent, SeatState
from .session_image import SessionImage
from .session_terms import Refusal, SessionSettings
from .tokens import NewToken

__all__ = ["Departed", "Seating"]

DEPARTED_MAX: Final = 1000
"""Those who had a seat and have it no longer: of an endless world, the newest."""


@dataclass(frozen=True, slots=True)
class Departed:
    """Somebody who had a seat. ``reason``: ``left``, ``expired`` or ``kicked``."""

    seat: int
    player_id: PlayerId
    name: str
    bot: bool
    reason: str


class Seating:
    """The seats of one session. Times are seconds of the node's monotonic clock."""

    __slots__ = (
        "_new_token",
        "_next_due",
        "_settings",
        "arrivals",
        "banned",
        "departed",
        "departed_count",
        "leader",
        "locked",
        "people",
        "seats",
        "touched",
    )

    def __init__(self, settings: SessionSettings, new_token: NewToken, leader: PlayerId | None) -> None:
        self._settings = settings
        self._new_token = new_token
        self.arrivals = 0
        """How many seats were reserved so far."""
        self.people = False
        """One of them not for a bot."""
        self._next_due: float | None = None
        self.seats: list[Seat | None] = [None] * settings.seats_max
        self.leader = leader
        self.locked = False
        """By the leader, an operator or a backend; the game has a lock of its own."""
        self.banned: dict[PlayerId, None] = {}
        self.departed: list[Departed] = []
        self.departed_count = 0
        self.touched: dict[int, None] = {}
        """Seats that are not what they were when whoever reads this cleared it."""

    def __iter__(self) -> Iterator[Seat]:
        """All seats that somebody has, reserved ones included, in order."""
        return (seat for seat in self.seats if seat is not None)

    @property
    def deserted(self) -> bool:
        """True once the last player has gone. Bots that filled seats do not play on among themselves."""
        if self.people:
            return all(seat is None or seat.bot for seat in self.seats)
        return self.arrivals > 0 and not any(self.seats)

    @property
    def free(self) -> int:
        """Seats that nobody has."""
        return self.seats.count(None)

    def of(self, player: PlayerId) -> Seat | None:
        """The player's seat; one that was given up, and is not free yet, only if there is no other."""
        seats = [seat for seat in self if seat.player_id == player]
        return max(seats, key=lambda seat: seat.number, default=None)

    def reserve(
        self, player: PlayerId, name: str, now: float, *, bot: bool, keep_s: float | None = None
    ) -> tuple[Seat, Token] | Denial:
        """Keeps the first free seat for a player, for a while; gives it, and the token that takes it."""
        if player in self.banned:
            return Denial("kicked", "you were removed from that session")
        own = self.of(player)
        if own is not None and not own.is_over(now):
            return Denial("already_seated", "the player has a seat there already")
        if None not in self.seats:
            return Denial("full", "every seat is taken")
        settings = self._settings
        token = self._new_token()
        deadline = now + (settings.reserved_s if keep_s is None else keep_s)
        self.arrivals += 1
        self.people = self.people or not bot
        seat = Seat(
            self.seats.index(None),
            player,
            name,
            token,
            deadline=deadline,
            grace_s=settings.grace_s,
            grace_budget_s=settings.grace_budget_s,
            bot=bot,
            number=self.arrivals,
        )
        self.seats[seat.index] = seat
        self.touch(seat)
        self.look_again(deadline)
        return seat, token

    def touch(self, seat: Seat) -> None:
        """Something of the seat has changed that must not un-happen."""
        self.touched[seat.index] = None

    def restore(self, image: SessionImage, shift_s: float) -> None:
        """Seats them as they sat, with all times so much later."""
        standing = image.standing
        self.arrivals, self.people = standing.arrivals, standing.people
        self.leader = None if standing.leader is None else PlayerId(standing.leader)
        self.locked = standing.locked
        self.banned = dict.fromkeys(map(PlayerId, standing.banned))
        self.departed = [
            Departed(seat, PlayerId(player), name, bot, reason) for seat, player, name, bot, reason in image.departed
        ]
        self.departed_count = image.departed_count
        for index, seat in enumerate(image.seats):
            if seat is not None:
                restored = self.seats[index] = Seat.restored(index, seat, shift_s)
                if restored.deadline is not None:
                    self.look_again(restored.deadline)

    def redeem(self, token: bytes, now: float) -> tuple[Seat, Token] | None:
        """The seat that the token takes, and the next token; ``None`` for unknown, consumed and late ones alike."""
        for seat in self:
            if not seat.is_over(now):
                issued = seat.tokens.redeem(token, self._new_token)
                if issued is not None:
                    return seat, issued
        return None

    def knows(self, token: bytes, now: float) -> bool:
        """True if the token would take a seat. Changes nothing."""
        return any(not seat.is_over(now) and seat.tokens.knows(token) for seat in self)

    def reissue(self, seat: Seat) -> Token:
        """Another token for who has the seat: the player is known otherwise."""
        self.touch(seat)
        return seat.tokens.issue(self._new_token)

    def free_up(self, seat: Seat, reason: str) -> None:
        """The seat is somebody else's to have."""
        if self.seats[seat.index] is not seat:
            return
        self.seats[seat.index] = None
        self.touch(seat)
        self.departed_count += 1
        self.departed.append(Departed(seat.index, seat.player_id, seat.name, seat.bot, reason))
        del self.departed[:-DEPARTED_MAX]
        if seat.player_id == self.leader:
            staying = [other for other in self if not other.bot]
            self.leader = min(staying, key=lambda other: other.number).player_id if staying else None

    # --- time -------------------------------------------------------------------------------------------------------

    @property
    def next_due(self) -> float | None:
        """The earliest end of a reservation or a grace window, or somewhat before it."""
        return self._next_due

    @property
    def deadline(self) -> float | None:
        """Exactly when the next reservation or grace window ends."""
        return min((seat.deadline for seat in self if seat.deadline is not None), default=None)

    def look_again(self, at: float) -> None:
        """A seat has a deadline at ``at``."""
        if self._next_due is None or at < self._next_due:
            self._next_due = at

    def expire(self, now: float) -> list[Seat]:
        """The seats whose reservation or grace window is over now, for the first time."""
        if self._next_due is None or now < self._next_due:
            return []
        self._next_due = None
        over = []
        for seat in self:
            if seat.deadline is None:
                continue
            if now >= seat.deadline:
                seat.apply(SeatEvent.EXPIRE, now)
                seat.reason = "expired"
                self.touch(seat)
                over.append(seat)
            else:
                self.look_again(seat.deadline)
        return over

    def lingers(self, ended_at: float, now: float) -> bool:
        """For a session that has ended: true while a player may still come back for the result.

        Also one who was connected at the end: the connection may have been broken, and nobody had noticed.
        """
        return any(now < (ended_at + seat.grace_s if seat.deadline is None else seat.deadline) for seat in self)

    def shift(self, seconds: float) -> None:
        """All that it waits for is so much later: its time stood still."""
        self._next_due = None
        for seat in self:
            if seat.deadline is not None:
                seat.shift(seconds)
                self.touch(seat)
                self.look_again(seat.deadline)

    def calm(self, now: float) -> None:
        """Nobody is slow until now: no steps are made, and there may be nothing to acknowledge."""
        for seat in self:
            seat.acked_seen, seat.acked_at = seat.acked, now

    def slow(self, now: float) -> list[tuple[Seat, Refusal]]:
        """Connections that acknowledge nothing any more, or lost events while they were behind: to be closed."""
        deadline_s = self._settings.ack_deadline_s
        slow = []
        for seat in self:
            if seat.state is not SeatState.CONNECTED:
                continue
            if seat.overflowed:
                slow.append((seat, Refusal(CloseCode.TOO_SLOW, "events were lost while the client was behind")))
            elif seat.acked > seat.acked_seen or seat.sent <= seat.acked:
                seat.acked_seen, seat.acked_at = seat.acked, now
            elif now - seat.acked_at >= deadline_s:
                slow.append((seat, Refusal(CloseCode.TOO_SLOW, f"nothing was acknowledged for {deadline_s:g} s")))
        return slow
