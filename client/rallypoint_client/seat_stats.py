"""What is counted of one seat."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SeatStats"]


@dataclass(slots=True)
class SeatStats:
    """Counts of one seat since it was taken. Bytes are those of messages, without frames."""

    passes: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    losses: int = 0
    """Connections lost, for whatever reason."""
    resumes: int = 0
    """Times that the server let us in again."""
    resyncs: int = 0
    """Of these, with the whole state anew."""
    desyncs: int = 0
    """Passes that did not fit: always a bug in the server or here."""
    hash_checks: int = 0
    """Channel hashes of the server that were compared with the state here."""
    hash_mismatches: int = 0
    """Of these, different; each is also a desync."""
    events: int = 0
    events_lost: int = 0
    """Events that the server had to drop before they got here."""
    events_dropped: int = 0
    """Events that were here and that nobody took in time."""
    actions_expired: int = 0
    """Queued actions whose time ran out."""
    actions_lost: int = 0
    """Actions that could not be sent again, because the game has another schema now."""
