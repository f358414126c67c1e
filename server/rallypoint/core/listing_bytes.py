"""The bytes of listings: what many get is encoded once, and only the number in front is a watcher's own."""

from __future__ import annotations

from typing import Final

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Listing

from .session_filter import Window, delta

__all__ = ["ListingBytes"]

# What every listing begins with: the array's header, and the kind.
_HEAD: Final = encode(Listing(0, False, [], [], 0))[:2]
_NO_COUNTS: Final = encode(None)


class ListingBytes:
    """What is sent in one flush. It may grow with the listings of that flush, and goes with it."""

    def __init__(self) -> None:
        self._middles: dict[tuple[Window | None, Window], bytes] = {}
        self._messages: dict[tuple[bytes, int, bytes], bytes] = {}

    def message(self, number: int, before: Window | None, after: Window, counts: bytes | None) -> bytes:
        """A listing, from one window to another: the same object for the same. ``counts``, encoded, or ``None``."""
        middle = self._middles.get((before, after))
        if middle is None:
            middle = self._middles[before, after] = delta(before, after)
        key = (middle, number, _NO_COUNTS if counts is None else counts)
        message = self._messages.get(key)
        if message is None:
            message = self._messages[key] = b"".join((_HEAD, encode(number), middle, key[2]))
        return message
