"""Connections to the lobby that are not anybody's yet: they have some time for their first frame.

A guest who says to be known from before is looked up first, and is a stranger until then; what the client says
meanwhile waits, as it does for a connection's first receiver: up to a number of messages, and who sends more is
closed.
"""

from __future__ import annotations

from rallypoint_protocol.ending import EARLY_PAYLOADS_MAX
from rallypoint_protocol.messages import Hello

from .guest_lookups import GuestLookups
from .lobby_receiver import LobbyReceiver

__all__ = ["LobbyDoor"]


class LobbyDoor:
    """Who stands at the door, and for how long. Times are seconds."""

    def __init__(self, lookups: GuestLookups, first_frame_s: float) -> None:
        self._lookups = lookups
        self._first_frame_s = first_frame_s
        self._strangers: dict[LobbyReceiver, float] = {}
        """Connections without a first frame, and until when they have time: in this order, too."""

    @property
    def receivers(self) -> list[LobbyReceiver]:
        """All of them."""
        return [*self._strangers, *self._lookups.receivers]

    def arrive(self, receiver: LobbyReceiver, now: float) -> None:
        """A connection that has said nothing yet."""
        self._strangers[receiver] = now + self._first_frame_s

    def look_up(self, receiver: LobbyReceiver, message: Hello) -> None:
        """Its first frame says that it is a guest who is known: the lookups tell whether that is so."""
        del self._strangers[receiver]
        receiver.early = []
        self._lookups.start(receiver, message)

    def keep(self, receiver: LobbyReceiver, payload: bytes) -> bool:
        """A message of one who is being looked up. False: that is one too many."""
        assert receiver.early is not None
        if len(receiver.early) >= EARLY_PAYLOADS_MAX:
            return False
        receiver.early.append(payload)
        return True

    def leave(self, receiver: LobbyReceiver) -> None:
        """It was let in, or is gone. Others are fine."""
        self._strangers.pop(receiver, None)
        self._lookups.cancel(receiver)

    @property
    def due(self) -> float | None:
        """When to :meth:`poll`; ``None`` while nobody stands there."""
        lookup = self._lookups.due
        if not self._strangers:
            return lookup
        stranger = next(iter(self._strangers.values()))
        return stranger if lookup is None else min(stranger, lookup)

    def poll(self, now: float) -> list[LobbyReceiver]:
        """Those who have said nothing for too long. Lookups whose time is up end here."""
        self._lookups.poll(now)
        return [late for late, until in self._strangers.items() if until <= now]

    async def stop(self) -> None:
        """Nobody is let in any more."""
        self._strangers.clear()
        await self._lookups.stop()
