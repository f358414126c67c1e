"""Ready checks: a match was found, and everybody in it says whether to play.

The story of one: it is *asked* until its time is up. When all have accepted it is *agreed*, and the seats are given
(*over*). It is *off* when somebody declines, leaves, is silent at the deadline, or when there are no seats after all.
Then a ticket goes *back* to its old place unless one of its players is the reason: a decliner, one who left, or at the
deadline one who had not answered. Those tickets are *out*, and each of those players has *dodged*.

Nothing here pushes or seats anybody: each call says whether something has changed, and :meth:`ReadyChecks.take_ended`
gives what has ended. Times are seconds; a clock that jumps back makes a check longer, and never ends one twice. One
that is looked at long after its end, because the server stood still, goes on for a moment: answers may wait to be read.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from rallypoint_protocol.ids import PlayerId

__all__ = ["AGAIN_S", "CheckEvent", "CheckState", "IllegalCheckEvent", "OffReason", "ReadyCheck", "ReadyChecks"]

LATE_S: Final = 1.0
"""Looked at so long after its end, the server stood still."""
AGAIN_S: Final = 1.0
"""How long it goes on then."""

OffReason = Literal["declined", "expired", "left", "failed"]


class CheckState(Enum):
    """Where a ready check stands."""

    ASKED = "asked"
    AGREED = "agreed"
    """All have accepted: the seats are being given."""
    OVER = "over"
    OFF = "off"


class CheckEvent(Enum):
    """What happens to a ready check."""

    ALL_ACCEPTED = "all accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    LEFT = "left"
    SEATED = "seated"
    FAILED = "failed"


TRANSITIONS: Final[Mapping[tuple[CheckState, CheckEvent], CheckState]] = {
    (CheckState.ASKED, CheckEvent.ALL_ACCEPTED): CheckState.AGREED,
    (CheckState.ASKED, CheckEvent.DECLINED): CheckState.OFF,
    (CheckState.ASKED, CheckEvent.EXPIRED): CheckState.OFF,
    (CheckState.ASKED, CheckEvent.LEFT): CheckState.OFF,
    (CheckState.ASKED, CheckEvent.FAILED): CheckState.OFF,
    (CheckState.AGREED, CheckEvent.SEATED): CheckState.OVER,
    (CheckState.AGREED, CheckEvent.LEFT): CheckState.OFF,
    (CheckState.AGREED, CheckEvent.FAILED): CheckState.OFF,
}


class IllegalCheckEvent(Exception):
    """``event`` cannot happen in ``state``: the server's own fault. Nothing has changed."""

    def __init__(self, match: str, state: CheckState, event: CheckEvent) -> None:
        super().__init__(f"ready check {match}: {event.value} while {state.value}")
        self.match = match
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class _Group:
    """A ticket's id and its players."""

    ticket: str
    players: tuple[PlayerId, ...]


class ReadyCheck:
    """One of them. ``tickets`` gives the players of each ticket by its id, in the order of the match."""

    def __init__(self, match: str, queue: str, tickets: Mapping[str, Sequence[PlayerId]], now: float, wait_s: float):
        self.match = match
        self.queue = queue
        self.state = CheckState.ASKED
        self.until = now + wait_s
        self.late = False
        """Its time was up while the server stood still: it has got some more."""
        self.wait_s = wait_s
        self.reason: OffReason | None = None
        """Why it is off."""
        self.back: tuple[str, ...] = ()
        """Tickets that keep their places, once it is off."""
        self.out: tuple[str, ...] = ()
        """Those that do not."""
        self.dodged: tuple[PlayerId, ...] = ()
        """The players who are the reason."""
        self._groups = [_Group(ticket, tuple(players)) for ticket, players in tickets.items()]
        self._accepted: dict[PlayerId, bool] = {player: False for group in self._groups for player in group.players}

    @property
    def tickets(self) -> tuple[str, ...]:
        """The ids of all."""
        return tuple(group.ticket for group in self._groups)

    @property
    def players(self) -> int:
        """How many are asked."""
        return len(self._accepted)

    @property
    def accepted(self) -> int:
        """How many have accepted."""
        return sum(self._accepted.values())

    def has_accepted(self, player: PlayerId) -> bool:
        """Whether that one has. False for anybody who is not asked."""
        return self._accepted.get(player, False)

    def left_s(self, now: float) -> float:
        """How long there still is to answer."""
        return min(max(0.0, self.until - now), self.wait_s)

    def answer(self, player: PlayerId, *, accepts: bool) -> bool:
        """One of its players accepts or declines. False: nobody is asked any more, or that was said already."""
        if self.state is not CheckState.ASKED or player not in self._accepted:
            return False
        if not accepts:
            self._off(CheckEvent.DECLINED, "declined", [player])
            return True
        if self._accepted[player]:
            return False
        self._accepted[player] = True
        if all(self._accepted.values()):
            self._advance(CheckEvent.ALL_ACCEPTED)
        return True

    def leave(self, players: Sequence[PlayerId], *, blamed: bool = True) -> None:
        """These go, and their tickets with them; ``blamed``: of their own will."""
        if self.state in (CheckState.ASKED, CheckState.AGREED):
            self._off(CheckEvent.LEFT, "left", players)
            if not blamed:
                self.dodged = ()

    def expire(self) -> None:
        """Its time is up."""
        if self.state is CheckState.ASKED:
            self._off(CheckEvent.EXPIRED, "expired", [it for it, accepted in self._accepted.items() if not accepted])

    def seated(self) -> None:
        """All have their seats."""
        self._advance(CheckEvent.SEATED)

    def fail(self) -> None:
        """There are no seats, or not for all: nobody's fault."""
        self._off(CheckEvent.FAILED, "failed", [])

    def _off(self, event: CheckEvent, reason: OffReason, guilty: Sequence[PlayerId]) -> None:
        self._advance(event)
        out = [group.ticket for group in self._groups if any(player in guilty for player in group.players)]
        self.reason = reason
        self.out = tuple(out)
        self.back = tuple(group.ticket for group in self._groups if group.ticket not in out)
        self.dodged = tuple(player for player in self._accepted if player in guilty)

    def _advance(self, event: CheckEvent) -> None:
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            raise IllegalCheckEvent(self.match, self.state, event)
        self.state = after


class ReadyChecks:
    """All that run, by match; their deadlines."""

    def __init__(self) -> None:
        self._checks: dict[str, ReadyCheck] = {}
        self._deadlines: list[tuple[float, int, ReadyCheck]] = []
        self._made = 0

    def __len__(self) -> int:
        return len(self._checks)

    def find(self, match: str) -> ReadyCheck | None:
        """The one of that match, unless it has ended."""
        return self._checks.get(match)

    def begin(
        self, match: str, queue: str, tickets: Mapping[str, Sequence[PlayerId]], now: float, wait_s: float
    ) -> ReadyCheck:
        """Asks the players of a match."""
        check = self._checks[match] = ReadyCheck(match, queue, tickets, now, wait_s)
        self._made += 1
        heapq.heappush(self._deadlines, (check.until, self._made, check))
        return check

    def end(self, check: ReadyCheck) -> None:
        """It is over, or off: nobody asks for it any more."""
        del self._checks[check.match]
        while self._deadlines and self._deadlines[0][2].match not in self._checks:
            heapq.heappop(self._deadlines)

    def expired(self, now: float) -> list[ReadyCheck]:
        """Ends those whose time is up, and gives them; they are to be given to :meth:`end`."""
        late: list[ReadyCheck] = []
        while self._deadlines and self._deadlines[0][0] <= now:
            until, number, check = heapq.heappop(self._deadlines)
            if check.state is not CheckState.ASKED:
                continue
            if now > until + LATE_S and not check.late:
                check.late, check.until = True, now + AGAIN_S
                heapq.heappush(self._deadlines, (check.until, number, check))
            else:
                check.expire()
                late.append(check)
        return late

    @property
    def due(self) -> float | None:
        """When the next one's time is up."""
        return self._deadlines[0][0] if self._deadlines else None
