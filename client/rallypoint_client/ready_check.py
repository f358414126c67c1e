"""A match that was found, and for which everybody is asked once more.

    def ask(check):                          # play(..., on_ready_check=ask); without one it is accepted at once
        print(f"a match in {check.queue}: {check.seconds_left:.0f} s to say yes")
        check.accept()                       # or check.decline()

The object stays the same while the check runs: ``check.on_change`` is called when others have answered, and when it is
over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final

from rallypoint_protocol.messages import Accept

from .callbacks import call
from .errors import RallypointError
from .requests import Requests

__all__ = ["OnReadyCheck", "ReadyCheck"]


class ReadyCheck:
    """Made by :meth:`Lobby.play <rallypoint_client.lobby.Lobby.play>`. ``time`` is the loop's."""

    def __init__(self, requests: Requests, time: Callable[[], float], match: str) -> None:
        self._requests = requests
        self._time = time
        self.match: Final = match
        """The match's id."""
        self.queue = ""
        self.accepted = 0
        """How many players have accepted..."""
        self.players = 0
        """...of so many."""
        self.mine = False
        """Whether this player has."""
        self.over = ""
        """Empty while it runs; then ``matched``, or why there is no match: ``declined``, ``expired``, ``left``,
        ``failed``; or ``gone``: the lobby session, or the place in the queue."""
        self.requeued = False
        """When it is over without a match: whether one goes on waiting, at one's old place."""
        self.on_change: Callable[[ReadyCheck], object] | None = None
        self._until = float("inf")
        self._said: bool | None = None

    @property
    def seconds_left(self) -> float:
        """To answer; 0 when it is over."""
        return 0.0 if self.over else max(0.0, self._until - self._time())

    def accept(self) -> None:
        """Takes part. Twice is once."""
        self._say(accepted=True)

    def decline(self) -> None:
        """Takes no part, and gives the place in the queue up. Others go back to theirs."""
        self._say(accepted=False)

    def _say(self, *, accepted: bool) -> None:
        if self.over or self._said is accepted:
            return
        self._said = accepted
        with contextlib.suppress(RallypointError):  # without a lobby session there is no match either, and that is told
            self._requests.tell(lambda id_: Accept(id_, self.match, accepted))

    # --- for the lobby ----------------------------------------------------------------------------------------------

    def told(self, data: dict[str, Any]) -> None:
        """The push ``ready_check``. One that was kept for a lost connection is late: it does not make time longer."""
        match data:
            case {"queue": str(queue), "ready_s": int() | float() as left_s, "accepted": int(accepted)}:
                self.queue, self.accepted = queue, accepted
                self.players, self.mine = int(data.get("players", 0)), bool(data.get("mine"))
                self._until = min(self._until, self._time() + left_s)
                call(self.on_change, self)

    def ended(self, reason: str, *, requeued: bool = False) -> None:
        """It is over. Twice is once."""
        if not self.over:
            self.over, self.requeued = reason, requeued
            call(self.on_change, self)


OnReadyCheck = Callable[[ReadyCheck], object]
"""``on_ready_check(check)``: told once of each."""
