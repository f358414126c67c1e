"""Planted faults: seats, their tokens, grace windows and what others are told of them."""

from __future__ import annotations

from .fault import Edit, Fault

__all__ = ["FAULTS"]

_CORE = "server/rallypoint/core"

FAULTS = (
    Fault(
        "token-accepted-twice",
        "The token that a client has replaced, and proved to have replaced, still opens its seat.",
        (
            Edit(
                f"{_CORE}/tokens.py",
                """\
        self._proven = digest
        if self._issued == digest:
            self._issued = None
""",
                """\
        former, self._proven = self._proven, digest
        if self._issued == digest:
            self._issued = former
""",
            ),
        ),
    ),
    Fault(
        "token-of-a-lost-answer",
        "A client whose first `proved` was lost is locked out if the next answer is lost as well: its newest token ends"
        " with the one that nobody saw.",
        (
            Edit(
                f"{_CORE}/tokens.py",
                """\
        digest = token_hash(token)
        if self._issued is not None and hmac.compare_digest(digest, self._issued):
            self._proven = self._issued
        elif not hmac.compare_digest(digest, self._proven):
            return None
        return self.issue(new_token)
""",
                """\
        return self.issue(new_token) if self.knows(token) else None
""",
            ),
        ),
    ),
    Fault(
        "grace-timer-not-cancelled",
        "Who came back within the grace window loses the seat when that window would have ended.",
        (
            Edit(
                f"{_CORE}/seat.py",
                "        else:\n            self._grace.stop(now)\n",
                "        elif event is not SeatEvent.TAKE:\n            self._grace.stop(now)\n",
            ),
        ),
    ),
    Fault(
        "grace-without-a-budget",
        "Who drops again and again is waited for each time as if it were the first.",
        (
            Edit(
                f"{_CORE}/grace.py",
                "        self.deadline = now + self.next_s\n",
                "        self.deadline = now + self.window_s\n",
            ),
        ),
    ),
    Fault(
        "resume-after-the-grace",
        "A token takes its seat after the grace window has ended, until a step has noticed the end.",
        (
            Edit(
                f"{_CORE}/seating.py",
                "            if not seat.is_over(now):\n                issued =",
                "            if not seat.is_given_up:\n                issued =",
            ),
        ),
    ),
    Fault(
        "countdown-on-the-wrong-clock",
        "Others are told of a player who is away that the seat is kept until a moment of the node's clock, and not of"
        " session time.",
        (
            Edit(
                f"{_CORE}/apply.py",
                "            seat.away_until_ms = session.now_ms + round(left_s * 1000)\n",
                "            seat.away_until_ms = round((now + left_s) * 1000)\n",
            ),
        ),
    ),
    Fault(
        "countdown-wrong-after-a-stall",
        "After ticks were skipped, others see a countdown that ends later than the seat does.",
        (
            Edit(
                f"{_CORE}/apply.py",
                "        if abs(until_ms - seat.away_until_ms) > COUNTDOWN_OFF_MS_MAX:\n",
                "        if until_ms - seat.away_until_ms > COUNTDOWN_OFF_MS_MAX:\n",
            ),
        ),
    ),
    Fault(
        "countdown-after-the-return",
        "Others go on seeing a countdown for a player who has come back.",
        (
            Edit(
                "server/rallypoint/game/driver.py",
                "        player.state = PlayerState.CONNECTED\n        player.away_until_ms = 0\n",
                "        player.state = PlayerState.CONNECTED\n",
            ),
        ),
    ),
    Fault(
        "locked-session-joined",
        "Newcomers are seated in a session that its leader or an operator has locked.",
        (
            Edit(
                f"{_CORE}/session.py",
                "        if self.locked:\n            return Denial(",
                "        if self.game.locked:\n            return Denial(",
            ),
        ),
    ),
    Fault(
        "second-seat-by-room-code",
        "A player who has a seat gets another one in a private session, and so sits in two.",
        (
            Edit(
                "server/rallypoint/runtime/node.py",
                "        if not self.book.may_sit(player, exclusive=own.exclusive):\n",
                "        if not host.core.order.private and not self.book.may_sit(player, exclusive=own.exclusive):\n",
            ),
        ),
    ),
    Fault(
        "seat-never-freed",
        "If the last player's grace ends, the session ends too, but the player counts as seated for ever and gets no"
        " other seat.",
        (
            Edit(
                "server/rallypoint/runtime/session_host.py",
                """\
        for seat in step.freed:
            self._close_link(seat, CloseCode.KICKED, "removed from the session")
            self.story.gone(self.core.tick, seat)
            self._owner.seat_freed(self, seat)
        if step.ended is not None:
            self._end(step.ended)
            return
""",
                """\
        if step.ended is not None:
            self._end(step.ended)
            return
        for seat in step.freed:
            self._close_link(seat, CloseCode.KICKED, "removed from the session")
            self.story.gone(self.core.tick, seat)
            self._owner.seat_freed(self, seat)
""",
            ),
        ),
    ),
)
