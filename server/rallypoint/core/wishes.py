"""What the game wants in a step besides its state: events for its players, calls to the outside, players removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Raw

from rallypoint_protocol.codec import encode

if TYPE_CHECKING:
    from .session import SessionCore
    from .session_terms import Step

__all__ = ["follow_game", "tell"]


def tell(session: SessionCore, index: int, kind: int, fields: list[Any]) -> None:
    """An event for whoever has the seat. Raises what encoding does, for what cannot be sent."""
    seat = session.seats[index]
    if seat is None:
        return
    data = encode(fields)  # here, where what cannot be sent is the game's error, and ends its session alone
    events = seat.events
    kept = events.append((session.tick, kind, Raw(data)), 16 + len(data), spare=seat.coming_in)
    if not kept and seat.event_sent < events.lost:
        seat.overflowed = True  # an event went that was never sent: only a resume can tell that
    seat.news = True
    if session.keeper is not None:
        session.keeper.events.append((index, events.last, int(kind), data, events.lost))


def follow_game(session: SessionCore, step: Step, now: float) -> None:
    """After the game was advanced. What lists show of the session may be new, too."""
    game = session.game
    step.asks = game.take_asks()
    for index in game.take_kicked():
        kicked = session.seats[index]
        if kicked is not None:
            session.leave(kicked, now, "kicked")
    seen = session.row_seen
    if seen[0] is not game.locked or seen[1] is not game.meta or seen[2] is not game.backfill:
        if seen[2] is not game.backfill:
            session.backfill_since = now
        session.row_seen = (game.locked, game.meta, game.backfill)
        session.row_changed = True
