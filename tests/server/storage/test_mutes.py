"""Mutes in databases of both kinds: they survive a restart, and what is over does not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from rallypoint.core.mutes import Mute
from rallypoint.ports import StoreDown
from rallypoint.storage import database, store as store_module
from rallypoint.storage.store import SqlStore
from rallypoint.storage.writes import MUTED_MAX
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import CREATED_AT, fetched, locked, record, store_at, store_on, until, written

MUTE = Mute(PlayerId("ann"), "Ann", CREATED_AT + 3600.0, "op", "spam", CREATED_AT)


def now() -> float:
    return CREATED_AT


def of(player: str, **changes: object) -> Mute:
    return replace(MUTE, player=PlayerId(player), **changes)  # type: ignore[arg-type]


async def kept(store: SqlStore) -> list[Mute]:
    await written(store)
    return await store.mutes()


async def test_a_mute_survives_a_restart_and_only_the_last_word_on_a_player_does(url: str) -> None:
    async with store_on(url, wall=now) as store:
        store.mute(of("ann", reason="first", until_at=CREATED_AT + 9999.0))
        store.mute(of("bob"))
        assert len(await kept(store)) == 2
        store.mute(MUTE)
        store.unmute(PlayerId("bob"))
        store.unmute(PlayerId("nobody"))
    async with store_on(url, wall=now) as store:
        assert await store.mutes() == [MUTE]
        assert store.status().refused == 0


async def test_all_words_in_one_write_come_to_the_last(url: str) -> None:
    async with store_on(url, wall=now) as store:
        store.mute(of("ann", reason="old"))
        store.unmute(PlayerId("ann"))
        store.mute(MUTE)
        store.mute(of("bob"))
        store.unmute(PlayerId("bob"))
        assert await kept(store) == [MUTE]


async def test_what_is_over_is_neither_loaded_nor_kept_for_ever(url: str) -> None:
    clock = CREATED_AT
    async with store_on(url, wall=lambda: clock) as store:
        store.mute(MUTE)
        store.mute(of("bob", until_at=CREATED_AT + 60.0))
        assert len(await kept(store)) == 2
        clock = CREATED_AT + 60.0
        assert await store.mutes() == [MUTE]
        store.mute(of("cid"))
        assert {one.player for one in await kept(store)} == {"ann", "cid"}
    assert sorted(await fetched(url, "SELECT player FROM mutes")) == [("ann",), ("cid",)]


async def test_those_that_end_last_are_loaded_if_there_are_too_many(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MUTES_MAX", 2)
    async with store_on(url, wall=now) as store:
        for number in range(5):
            store.mute(of(f"p{number}", until_at=CREATED_AT + 10.0 + number))
        assert [one.player for one in await kept(store)] == ["p4", "p3"]


@pytest.mark.parametrize(
    "text", ["a\x00b", "half \ud800", "\u202e<b>", "x" * 20_000, "'; DROP TABLE mutes; --", ""], ids=ascii
)
async def test_whatever_a_mute_says_it_is_kept_and_harms_no_other(url: str, text: str) -> None:
    async with store_on(url, wall=now) as store:
        store.mute(of("bad", name=text, reason=text, by=text))
        store.mute(of(text))
        store.unmute(PlayerId(text + "\x00"))
        store.mute(MUTE)
        found = {one.player: one for one in await kept(store)}
        assert found[PlayerId("ann")] == MUTE
        told = found[PlayerId("bad")]
        assert len(told.name) <= 100
        assert "\x00" not in told.name + told.reason + told.by
        assert (store.status().error, store.status().refused) == ("", 0)


async def test_thousands_of_mutes_take_few_of_the_places_in_the_queue(url: str) -> None:
    """Results wait there, too, and the oldest of too many is lost."""
    async with store_on(url, wall=now, entries_max=110) as store:
        store.ended(record())
        for number in range(100 * MUTED_MAX):
            store.mute(of(f"p{number}"))
        assert store.status().pending <= 101
        assert len(await kept(store)) == 100 * MUTED_MAX
        assert store.status().lost == 0
        assert await store.result(SessionId("s1")) is not None


async def test_while_the_database_hangs_nobody_waits_and_the_last_word_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.02)
    path = tmp_path / "rallypoint.db"
    async with store_at(path, wall=now) as store:
        async with locked(path):
            store.mute(of("ann", reason="first"))
            store.mute(of("bob"))
            await until(lambda: store.status().error != "")
            store.unmute(PlayerId("bob"))
            store.mute(MUTE)
        assert await kept(store) == [MUTE]
        assert store.status().lost == 0


async def test_a_store_that_is_down_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "READ_S", 0.05)
    async with store_at(tmp_path / "rallypoint.db", wall=now) as store:
        free = asyncio.Event()

        async def hangs(_: object) -> None:
            await free.wait()

        with monkeypatch.context() as patch:
            read = store.database.read
            patch.setattr(store.database, "read", lambda _work: read(hangs))
            with pytest.raises(StoreDown):
                await store.mutes()
        free.set()
        assert await store.mutes() == []
