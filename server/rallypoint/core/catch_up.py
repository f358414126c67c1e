"""From where a client that comes in is told what has happened: all that it has missed, in order, or the whole state."""

from __future__ import annotations

from rallypoint_protocol.limits import HISTORY_TICKS
from rallypoint_protocol.messages import Resume, TakeSeat

from .seat import Seat

__all__ = ["catch_up"]


def catch_up(
    seat: Seat, message: TakeSeat | Resume, now: float, *, epoch: int, tick: int, over: bool
) -> tuple[str, int]:
    """Sets what ``seat`` is to be sent next; gives the outcome and how many events are gone for good.

    ``epoch`` and ``tick`` are the session's; ``over``: it has ended. Never a partial recovery: ``resumed`` is
    everything since the client's last pass and event, ``resync`` the whole state, ``fresh`` a first entry.
    """
    seat.acked = seat.acked_seen = tick
    seat.acked_at = now
    seat.news = seat.tell_channels = True
    seat.overflowed = False
    seat.coming_in = True
    seat.sent = -1
    events = seat.events
    if isinstance(message, TakeSeat) or not seat.in_game:
        seat.event_sent = max(events.acked, events.lost)
        return "fresh", events.lost_since(events.acked)
    events.ack(message.event)
    lost = events.lost_since(message.event)
    seat.event_sent = max(min(message.event, events.last), events.lost)
    reaches = message.epoch == epoch and tick - HISTORY_TICKS <= message.tick <= tick
    if not reaches or message.tick < 0 or lost or over:
        return "resync", lost
    seat.sent = message.tick
    return "resumed", 0
