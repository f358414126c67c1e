"""What is kept of the lobby that is no lobby session: rematches, parties, how far chats have counted. One key."""

from __future__ import annotations

from typing import Final

from rallypoint_protocol.codec import encode

from .chat import Chats
from .lobby_image import TABLE_KEY, OfferImage, PartyImage, TableImage, TablePart
from .parties import Parties
from .rematch import Rematches

__all__ = ["GONE", "PART", "PARTS_BYTES_MIN", "WHOLE", "KeptEntry", "LobbyTable"]

WHOLE: Final = 1
PART: Final = 2
GONE: Final = 3
PARTS_BYTES_MIN: Final = 2 * 1024

KeptEntry = tuple[str, int, bytes]
"""Key, kind (``WHOLE``, ``PART``, ``GONE``: the numbers of the journal's own kinds) and data."""


class LobbyTable:
    """Gives what has changed. Without :meth:`begin` nothing is noted."""

    def __init__(self, chats: Chats, rematches: Rematches, parties: Parties) -> None:
        self._chats = chats
        self._rematches = rematches
        self._parties = parties
        self._whole_bytes = 0
        """Of what was written whole last; 0 before the first time."""
        self._parts_bytes = 0
        """Written since."""

    def begin(self) -> None:
        """From now on changes are noted."""
        self._chats.counted, self._rematches.changed, self._parties.changed = {}, {}, {}

    @property
    def waits(self) -> bool:
        """True if :meth:`take` has something."""
        return bool(self._chats.counted or self._rematches.changed or self._parties.changed)

    @property
    def is_needed(self) -> bool:
        """True if there is anything, or was when it was written."""
        return bool(self._whole_bytes or len(self._rematches) or len(self._parties) or self._chats.numbers)

    def image(self) -> TableImage:
        """As it is now."""
        return TableImage(self._rematches.images, self._chats.numbers, self._parties.images)

    def whole(self) -> KeptEntry:
        """All of it; counts as taken."""
        if self._chats.counted is not None:
            self.begin()
        data = self.image().encode()
        self._whole_bytes, self._parts_bytes = len(data), 0
        return TABLE_KEY, WHOLE, data

    def take(self) -> KeptEntry:
        """What has changed since the last call."""
        if not self._whole_bytes or self._parts_bytes > max(PARTS_BYTES_MIN, self._whole_bytes):
            return self.whole()
        counted, changed = self._chats.counted or {}, self._rematches.changed or {}
        changed_parties = self._parties.changed or {}
        self.begin()
        offers: list[OfferImage] = []
        gone: list[str] = []
        for session_id in changed:
            image = self._rematches.image(session_id)
            if image is None:
                gone.append(session_id)
            else:
                offers.append(image)
        parties: list[PartyImage] = []
        parties_gone: list[str] = []
        for party_id in changed_parties:
            party = self._parties.image(party_id)
            if party is None:
                parties_gone.append(party_id)
            else:
                parties.append(party)
        data = encode(TablePart(offers, gone, counted, parties, parties_gone))
        self._parts_bytes += len(data)
        return TABLE_KEY, PART, data
