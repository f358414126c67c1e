"""New guests who were told their secret, and whom the database does not have yet: the journal has them meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from rallypoint.ports import Entry, EntryKind, Store
from rallypoint.runtime.journal_keys import GUEST
from rallypoint.runtime.scribe import Scribe
from rallypoint_protocol.ids import PlayerId

__all__ = ["GUESTS_MAX", "KeptGuests", "NewGuest"]

GUESTS_MAX: Final = 10_000
"""While the database is away, so many are kept. One more: the oldest is left to the store alone."""

NewGuest = Callable[[PlayerId, str, bytes], None]
"""Keeps a guest: id, name, and the hash of the secret."""

_GUEST: Final = msgspec.msgpack.Decoder(tuple[PlayerId, str, bytes])


class KeptGuests:
    """Gives guests to ``store``, and to the journal until it has them."""

    def __init__(self, store: Store, scribe: Scribe, *, guests_max: int = GUESTS_MAX) -> None:
        self._store = store
        self._scribe = scribe
        self._guests_max = guests_max
        self._unstored: dict[str, Entry] = {}
        """By their keys in the journal, oldest first."""
        self._unwritten: dict[str, None] = {}

    def add(self, player: PlayerId, name: str, secret_hash: bytes) -> None:
        """A new guest: goes with the next batch, so commit before the secret is told."""
        if not self._scribe.keeps:
            self._store.new_guest(player, name, secret_hash)
            return
        if len(self._unstored) >= self._guests_max:
            self._forget(next(iter(self._unstored)))
        key = GUEST + player
        data = msgspec.msgpack.encode((player, name, secret_hash))
        self._unstored[key] = Entry(key, EntryKind.WHOLE, data)
        self._unwritten[key] = None
        self._scribe.touch(self)
        self._store.new_guest(player, name, secret_hash, partial(self._forget, key))

    def restore(self, entries: Mapping[str, Sequence[bytes]]) -> None:
        """Those of a journal are told to the store again.

        Raises:
            msgspec.MsgspecError: the entries are of another release.
        """
        found = [_GUEST.decode(parts[-1]) for key, parts in entries.items() if key.startswith(GUEST)]
        for guest in found:
            self.add(*guest)

    def take_entries(self) -> list[Entry]:
        """Those who are new since the last call."""
        unwritten, self._unwritten = self._unwritten, {}
        return [self._unstored[key] for key in unwritten]

    def wholes(self) -> list[Entry]:
        """All of them."""
        return list(self._unstored.values())

    def whole(self, key: str) -> Entry | None:
        """The one of that key."""
        return self._unstored.get(key)

    def _forget(self, key: str) -> None:
        if self._unstored.pop(key, None) is None:
            return
        if key in self._unwritten:
            del self._unwritten[key]
        else:
            self._scribe.gone(key)
