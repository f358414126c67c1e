"""Who watches the list of sessions: how far its client is, and what it still owes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .session_filter import View, Window

if TYPE_CHECKING:
    from .lobby_session import LobbySession

__all__ = ["Watcher"]


class Watcher:
    """What a lobby session watches, and how far its client is. Changed by :class:`~.directory.Directory` only."""

    __slots__ = ("counts", "here", "listings", "not_before", "owner", "seen", "view", "waits", "window")

    def __init__(self, owner: LobbySession) -> None:
        self.owner = owner
        self.view: View | None = None
        self.here = True
        """It has a connection."""
        self.listings = 0
        """How many were sent on this connection: the number of the last."""
        self.waits = False
        """That is not acknowledged yet."""
        self.not_before = float("-inf")
        self.window: Window | None = None
        """What its client has; ``None``: nothing that counts."""
        self.seen = -1
        """Version of the filter that was looked at for it."""
        self.counts = 0
        """Version of the counts that its client has."""

    def forget(self) -> None:
        """What the client has counts no more: the next listing is whole."""
        self.window, self.seen, self.counts = None, -1, 0
