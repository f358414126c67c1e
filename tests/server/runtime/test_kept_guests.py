"""A guest who was told a secret is known by it, whichever of server and database dies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime.kept_guests import KeptGuests
from rallypoint.runtime.scribe import Scribe
from rallypoint.storage.journal_off import JournalOff
from rallypoint.storage.no_store import NoStore
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello, Welcome
from tests.server.lobby_house import FakeStore, House

ADA, BEA, CID = PlayerId("ada"), PlayerId("bea"), PlayerId("cid")


class Journal(JournalOff):
    """What it holds, and how much was written."""

    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, list[bytes]] = {}
        self.batches: list[list[tuple[str, EntryKind]]] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.batches.append([(entry.key, entry.kind) for entry in entries])
        for key, kind, data in entries:
            if kind is EntryKind.GONE:
                self.held.pop(key, None)
            else:
                self.held[key] = [data]
        committed()


class Away(NoStore):
    """A database that writes when it is told to."""

    keeps_guests = True

    def __init__(self) -> None:
        self.guests: dict[PlayerId, tuple[str, bytes]] = {}
        self.waiting: list[Any] = []

    def new_guest(self, player, name, secret_hash, stored=None):
        self.waiting.append((player, name, secret_hash, stored))

    def write(self) -> None:
        for player, name, secret_hash, stored in self.waiting:
            self.guests.setdefault(player, (name, secret_hash))
            if stored is not None:
                stored()
        self.waiting.clear()


def made(journal: JournalOff | None = None, **options: Any) -> tuple[Any, Scribe, Away, KeptGuests]:
    journal = Journal() if journal is None else journal
    scribe, store = Scribe(journal, lambda: 0.0), Away()
    return journal, scribe, store, KeptGuests(store, scribe, **options)


def test_a_guest_is_in_the_journal_until_the_store_has_it():
    journal, scribe, store, guests = made()
    guests.add(ADA, "Ada", b"hash")
    scribe.beat()
    assert list(journal.held) == ["guest/ada"] == [entry.key for entry in guests.wholes()]
    scribe.beat()
    assert journal.batches[1] == []  # once is enough
    assert guests.whole("guest/ada") == Entry("guest/ada", EntryKind.WHOLE, journal.held["guest/ada"][0])
    store.write()
    scribe.beat()
    assert journal.held == {}
    assert guests.wholes() == []
    assert guests.whole("guest/ada") is None


def test_a_guest_of_a_server_that_died_is_told_to_the_store_again_and_kept_until_then():
    journal, scribe, _, guests = made()
    guests.add(ADA, "Ada", b"hash")
    scribe.beat()
    _, scribe, store, guests = made(journal)
    guests.restore({"session/x": [b"?"], **journal.held})
    scribe.beat(guests.wholes())
    assert list(journal.held) == ["guest/ada"]
    store.write()
    scribe.beat()
    assert store.guests == {ADA: ("Ada", b"hash")}
    assert journal.held == {}


def test_who_is_stored_before_anything_is_written_is_not_written():
    journal, scribe, store, guests = made()
    guests.add(ADA, "Ada", b"hash")
    store.write()
    scribe.beat()
    assert journal.batches == [[]]


def test_of_too_many_the_oldest_are_left_to_the_store():
    journal, scribe, store, guests = made(guests_max=2)
    for player in (ADA, BEA, CID):
        guests.add(player, player, b"hash")
        scribe.beat()
    scribe.beat()
    assert list(journal.held) == ["guest/bea", "guest/cid"]
    store.write()
    assert set(store.guests) == {ADA, BEA, CID}


def test_without_a_journal_nothing_is_kept():
    _, scribe, store, guests = made(JournalOff())
    guests.add(ADA, "Ada", b"hash")
    assert guests.wholes() == []
    assert not scribe._touched
    assert [guest[:3] for guest in store.waiting] == [(ADA, "Ada", b"hash")]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_secret_is_told_only_once_its_guest_is_committed(keeps: bool):
    journal = Journal()
    scribe, store = Scribe(journal, lambda: 0.0), FakeStore(keeps_guests=keeps)
    guests = KeptGuests(store, scribe)
    waiting: list[Callable[[], None]] = []

    def commit(entries: list[Entry], then: Callable[[], None]) -> None:
        scribe.commit(entries, lambda: waiting.append(then))

    house = House(store=store, commit=commit, new_guest=guests.add)
    connection = house.visit()
    assert connection.say(Hello(PROTOCOL_VERSION, "Ada")) == []
    keys = [key for key, _ in journal.batches[0]]
    for then in waiting:
        then()
    [welcome] = connection.take()
    assert isinstance(welcome, Welcome)
    assert bool(welcome.secret) is keeps
    assert (f"guest/{welcome.player}" in keys) is keeps
    assert store.guests == ({welcome.player: ("Ada", token_hash(welcome.secret))} if keeps else {})
