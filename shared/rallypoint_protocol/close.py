"""Why a connection was closed, whose fault it was, and what the client should do next: data, in one place.

Codes below 4000 belong to RFC 6455 and to the WebSocket library; :func:`policy` knows what to do about those as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = ["CloseCode", "ClosePolicy", "Fault", "Retry", "policy"]


class Retry(Enum):
    """What a client does after a close."""

    NEVER = "never"
    """Stop: trying again would end the same way."""
    RESUME = "resume"
    """Connect again, with backoff, and resume with the newest token."""
    FRESH = "fresh"
    """What was resumed is gone: start over from the lobby."""
    MOVED = "moved"
    """Ask the lobby where the session lives now (``locate``), then resume there."""
    UPDATE = "update"
    """This client is too old for the server: update it."""


class Fault(Enum):
    """Whose fault a close is."""

    NOBODY = "nobody"
    CLIENT = "client"
    NETWORK = "network"
    GAME = "game"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class ClosePolicy:
    """What a close code means: one row of ``docs/close-codes.md``."""

    meaning: str
    fault: Fault
    retry: Retry


class CloseCode(IntEnum):
    """Application close codes (4000-4999)."""

    LEFT = 4000
    ENDED = 4001
    TAKEN_OVER = 4002
    KICKED = 4003
    MOVED = 4004
    SHUTDOWN = 4005
    CANCELLED = 4006
    MALFORMED = 4010
    UNEXPECTED = 4011
    TOO_FAST = 4012
    FIRST_FRAME_LATE = 4013
    UPDATE = 4014
    UNKNOWN = 4020
    TOO_SLOW = 4021
    SILENT = 4022
    GAME_FAILED = 4030
    SERVER_FAILED = 4031
    FULL = 4032

    @property
    def policy(self) -> ClosePolicy:
        """The meaning, fault and retry policy of this code."""
        return _POLICIES[int(self)]

    @property
    def retry(self) -> Retry:
        """What a client does after this close."""
        return self.policy.retry


def _row(meaning: str, fault: Fault, retry: Retry) -> ClosePolicy:
    return ClosePolicy(meaning, fault, retry)


_POLICIES: dict[int, ClosePolicy] = {
    1000: _row("closed normally", Fault.NOBODY, Retry.NEVER),
    1001: _row("the other side is going away", Fault.NOBODY, Retry.RESUME),
    1002: _row("a frame broke the WebSocket protocol", Fault.CLIENT, Retry.NEVER),
    1003: _row("text frames are not accepted: send binary frames", Fault.CLIENT, Retry.NEVER),
    1005: _row("closed without a code", Fault.NETWORK, Retry.RESUME),
    1006: _row("the connection broke", Fault.NETWORK, Retry.RESUME),
    1007: _row("a text or close frame was not UTF-8", Fault.CLIENT, Retry.NEVER),
    1008: _row("refused by policy", Fault.CLIENT, Retry.NEVER),
    1009: _row("a message was larger than the limit", Fault.CLIENT, Retry.NEVER),
    1011: _row("the server failed unexpectedly", Fault.SERVER, Retry.RESUME),
    1012: _row("the server restarts", Fault.SERVER, Retry.RESUME),
    1013: _row("the server is overloaded", Fault.SERVER, Retry.RESUME),
    CloseCode.LEFT: _row("you left", Fault.NOBODY, Retry.NEVER),
    CloseCode.ENDED: _row("the session has ended", Fault.NOBODY, Retry.NEVER),
    CloseCode.TAKEN_OVER: _row("a newer connection of yours took this place over", Fault.NOBODY, Retry.NEVER),
    CloseCode.KICKED: _row("the session's leader, an operator or the game removed you", Fault.NOBODY, Retry.NEVER),
    CloseCode.MOVED: _row("the session lives on another node now", Fault.NOBODY, Retry.MOVED),
    CloseCode.SHUTDOWN: _row("the server is shutting down", Fault.SERVER, Retry.RESUME),
    CloseCode.CANCELLED: _row("the session was cancelled before it started", Fault.NOBODY, Retry.FRESH),
    CloseCode.MALFORMED: _row("a message could not be decoded", Fault.CLIENT, Retry.NEVER),
    CloseCode.UNEXPECTED: _row("a message that is not allowed at this point", Fault.CLIENT, Retry.NEVER),
    CloseCode.TOO_FAST: _row("more messages, bytes or control frames than allowed", Fault.CLIENT, Retry.RESUME),
    CloseCode.FIRST_FRAME_LATE: _row("the first frame did not come in time", Fault.CLIENT, Retry.RESUME),
    CloseCode.UPDATE: _row("the client speaks a version that is too old", Fault.CLIENT, Retry.UPDATE),
    CloseCode.UNKNOWN: _row("unknown session or token, or no longer valid", Fault.CLIENT, Retry.FRESH),
    CloseCode.TOO_SLOW: _row("the client did not read or acknowledge in time", Fault.NETWORK, Retry.RESUME),
    CloseCode.SILENT: _row("nothing was heard from the client for too long", Fault.NETWORK, Retry.RESUME),
    CloseCode.GAME_FAILED: _row("the game raised an error: its session has ended", Fault.GAME, Retry.NEVER),
    CloseCode.SERVER_FAILED: _row("the server failed while it handled this connection", Fault.SERVER, Retry.RESUME),
    CloseCode.FULL: _row("the server takes no more right now", Fault.SERVER, Retry.RESUME),
}


def policy(code: int | None) -> ClosePolicy:
    """The policy for any close code, ours or RFC 6455's; ``None`` and unknown codes count as a broken connection.

    An unknown code in our own range (a newer server's) is retried too: the server's answer to the resume decides.
    """
    return _POLICIES.get(1006 if code is None else int(code), _POLICIES[1006])
