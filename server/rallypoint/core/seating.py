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
        "_arrivals",
        "_new_token",
        "_next_due",
        "_people",
        "_settings",
        "banned",
        "departed",
        "leader",
        "locked",
        "seats",
    )

    def __init__(self, settings: SessionSettings, new_token: NewToken, leader: PlayerId | None) -> None:
        self._settings = settings
        self._new_token = new_token
        self._arrivals = 0
        self._people = False
        self._next_due: float | None = None
        self.seats: list[Seat | None] = [None] * settings.seats_max
        self.leader = leader
        self.locked = False
        """By the leader, an operator or a backend; the game has a lock of its own."""
        self.banned: set[PlayerId] = set()
        self.departed: list[Departed] = []

    def __iter__(self) -> Iterator[Seat]:
        """All seats that somebody has, reserved ones included, in order."""
        return (seat for seat in self.seats if seat is not None)

    @property
    def deserted(self) -> bool:
        """True once the last player has gone. Bots that filled seats do not play on among themselves."""
        if self._people:
            return all(seat is None or seat.bot for seat in self.seats)
        return self._arrivals > 0 and not any(self.seats)

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
        self._arrivals += 1
        self._people = self._people or not bot
        seat = Seat(
            self.seats.index(None),
            player,
            name,
            token,
            deadline=deadline,
            grace_s=settings.grace_s,
            grace_budget_s=settings.grace_budget_s,
            bot=bot,
            number=self._arrivals,
        )
        self.seats[seat.index] = seat
        self.look_again(deadline)
        return seat, token

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
        return seat.tokens.issue(self._new_token)

    def free_up(self, seat: Seat, reason: str) -> None:
        """The seat is somebody else's to have."""
        if self.seats[seat.index] is not seat:
            return
        self.seats[seat.index] = None
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
                over.append(seat)
            else:
                self.look_again(seat.deadline)
        return over

    def lingers(self, ended_at: float, now: float) -> bool:
        """For a session that has ended: true while a player may still come back for the result.

        Also one who was connected at the end: the connection may have been broken, and nobody had noticed.
        """
        return any(now < (ended_at + seat.grace_s if seat.deadline is None else seat.deadline) for seat in self)

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
