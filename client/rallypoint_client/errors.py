"""What can go wrong, whose fault it is, and what to do about it.

    RallypointError
    |- ConnectFailed         never got in: nobody there, or no answer in time. Network or server; try again later
    |- NotConnected          an action while the connection is away. Network; queue it (``queue_s``) or drop it
    |- TooManyOutstanding    more waits for the server than is kept here. Game or server; send less
    |- InvalidInput          the server would refuse what this input or request is made of. Your code
    |- OnlyWatching          a spectator's seat does nothing. Your code
    |- RequestRefused        the lobby answered no; ``code`` says why
    `- Closed                the seat or the lobby session is over
       |- SessionGone        what was to be resumed is gone: start over from the lobby
       |- TakenOver          a newer connection of this player has it now
       |- Kicked             an operator or the game removed the player
       |- UpdateRequired     this client is too old for the server
       |- SeatClosed         any other close of a seat: ``code``, ``meaning`` and ``fault`` say which
       `- LobbyClosed        any other close of a lobby session

Each carries ``fault``, a :class:`rallypoint_protocol.close.Fault`. Wrong names (an input, entity or field that the
game does not have) raise Python's own ``AttributeError``, ``LookupError`` and ``TypeError``, and name what there is.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rallypoint_protocol.close import CloseCode, ClosePolicy, Fault, Retry, policy

__all__ = [
    "Closed",
    "ConnectFailed",
    "InvalidInput",
    "Kicked",
    "LobbyClosed",
    "NotConnected",
    "OnlyWatching",
    "RallypointError",
    "RequestRefused",
    "SeatClosed",
    "SessionGone",
    "TakenOver",
    "TooManyOutstanding",
    "UpdateRequired",
    "closed_error",
]


class RallypointError(Exception):
    """Anything that this SDK raises by itself."""

    fault: Fault = Fault.NOBODY


class ConnectFailed(RallypointError):
    """No connection was made within the time given. ``reason`` is what the last attempt said."""

    fault = Fault.NETWORK

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"no connection to {url}: {reason}")
        self.url = url
        self.reason = reason


class NotConnected(RallypointError):
    """An action while the connection is away: it was not sent and will not be.

    ``seat.act(x, queue_s=2.0)`` keeps one until the connection is back, for so long.
    """

    fault = Fault.NETWORK

    def __init__(self, what: str, why: str = "not sent, the connection is away (queue_s keeps it for a while)") -> None:
        super().__init__(f"{what}: {why}")
        self.what = what


class TooManyOutstanding(RallypointError):
    """``limit`` of ``what`` wait for the server already; this one was not taken."""

    fault = Fault.GAME

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{limit} {what} wait for the server already: this one was not taken")
        self.what = what
        self.limit = limit


class InvalidInput(RallypointError):
    """An input or a request that the server would close the connection for. It was not sent."""

    fault = Fault.CLIENT

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class OnlyWatching(RallypointError):
    """An input of a spectator. It was not sent: who watches a session does nothing in it."""

    fault = Fault.CLIENT

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: this seat only watches; lobby.join() takes one that plays")
        self.what = what


class RequestRefused(RallypointError):
    """The lobby's no. ``code`` is for programs (``unknown_game``, ``full``, ...), ``reason`` for people."""

    fault = Fault.CLIENT

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.reason = reason


class Closed(RallypointError):
    """A seat or a lobby session is over. ``code`` is the close code (``None``: it broke), ``reason`` what was said."""

    meaning_of: ClassVar[str] = ""
    """Replaces the meaning in the table where the error says more than the code."""

    def __init__(self, code: int | None, reason: str = "") -> None:
        row: ClosePolicy = policy(code)
        self.code = code
        self.meaning = self.meaning_of or row.meaning
        self.fault = row.fault
        self.reason = reason
        detail = f" ({reason})" if reason and reason != self.meaning else ""
        super().__init__(f"{self.meaning}{detail}" + ("" if code is None else f" [{code}]"))


class SessionGone(Closed):
    """What was to be resumed does not exist any more, or could not be reached while it did."""

    meaning_of = "the session is gone: start over from the lobby"


class TakenOver(Closed):
    """A newer connection of this player has this place now; it was told what this one was not."""


class Kicked(Closed):
    """An operator or the game removed the player."""


class UpdateRequired(Closed):
    """This client is too old for the server."""


class SeatClosed(Closed):
    """The seat was closed for another reason than the above: see ``code``, ``meaning``, ``fault``."""


class LobbyClosed(Closed):
    """The lobby session was closed for another reason than the above."""


_NAMED: Final[dict[int | None, type[Closed]]] = {CloseCode.TAKEN_OVER: TakenOver, CloseCode.KICKED: Kicked}


def closed_error(code: int | None, reason: str, other: type[Closed]) -> Closed:
    """The error for a close that is final; ``other`` is the class for codes without one of their own."""
    match policy(code).retry:
        case Retry.FRESH:
            return SessionGone(code, reason)
        case Retry.UPDATE:
            return UpdateRequired(code, reason)
        case _:
            return _NAMED.get(code, other)(code, reason)
