"""When a client acknowledges what it has applied. Pure.

An input says which tick its player has seen, and so acknowledges it. A frame of its own is due when the newest tick is
``every_ticks`` ahead of the last one acknowledged, and as long after the last frame for an event, which no input
acknowledges. What is :attr:`Acks.urgent` goes with the next look: the end of a session, and whatever is left when a
session stands still and no tick comes any more.
"""

from __future__ import annotations

from rallypoint_protocol.limits import ACK_EVERY_TICKS

__all__ = ["Acks"]


class Acks:
    """What of one seat the server knows to be applied."""

    __slots__ = ("_event", "_every_ticks", "_frame_tick", "_tick", "urgent")

    def __init__(self) -> None:
        self._every_ticks = ACK_EVERY_TICKS
        self._tick = -1
        self._frame_tick = -1
        self._event = 0
        self.urgent = False

    def set_tick_hz(self, tick_hz: int) -> None:
        """At least four frames a second: a server judges slowness by the time since the last."""
        self._every_ticks = max(1, min(ACK_EVERY_TICKS, tick_hz // 4))

    def seated(self, tick: int, event: int) -> None:
        """The first frame of a connection has said so much."""
        self._tick = self._frame_tick = tick
        self._event = event

    def input(self, tick: int) -> None:
        """An input goes out that has seen this tick; perhaps an older one than was acknowledged, if shown late."""
        self._tick = max(self._tick, tick)

    def due(self, tick: int, event: int) -> bool:
        """True if a frame with this tick and event is to be sent now; it counts as sent then."""
        every, urgent = self._every_ticks, self.urgent
        self.urgent = False
        new_event = event > self._event
        if not (
            tick - self._tick >= every
            or (new_event and tick - self._frame_tick >= every)
            or (urgent and (new_event or tick > self._tick))
        ):
            return False
        self._tick = self._frame_tick = tick
        self._event = event
        return True
