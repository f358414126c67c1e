"""Ratings change with the result that changes them: together, once, in order. On each kind of database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from rallypoint.core import ratings as ratings_file
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.ports import SessionRecord
from rallypoint.storage import rating_writes
from rallypoint.storage.store import SqlStore
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import CREATED_AT, fetched, record, store_on, until, written
from tests.server.storage.rating_house import NEW, check_chains, played, ratings

ADA, BOB = PlayerId("ada"), PlayerId("bob")


async def execute(url: str, statement: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_a_result_changes_the_ratings_of_its_queue_and_is_written_down(url):
    async with store_on(url) as store:
        store.ended(played("s1", "ada", "bob"))
        await written(store)
        (mine,) = await store.rating_history(ADA, "ranked")
        assert (mine.session, mine.queue, mine.at, mine.rank) == ("s1", "ranked", CREATED_AT + 60, 0)
        assert mine.before == NEW
        assert mine.after.mu > 27.0
        (other,) = await store.rating_history(BOB, "ranked")
        assert (other.rank, other.before) == (1, NEW)
        assert await store.ratings_of(ADA) == {"ranked": (mine.after, 1)}
        profile = await store.profile(BOB, ["ranked", "casual"])
        assert profile.ratings == {"ranked": other.after}
        assert await store.rating_history(ADA, "casual") == []


async def test_a_result_that_is_not_rated_changes_nothing(url):
    async with store_on(url) as store:
        store.ended(played("s1", "ada", "bob", rated=False))
        store.ended(record("s2"))
        store.ended(played("s3", "ada"))
        await written(store)
        assert len(await store.results_of(ADA)) == 3
    assert await ratings(url) == {}
    assert await fetched(url, "SELECT * FROM rating_changes") == []


async def test_a_result_that_is_told_again_changes_nothing_also_by_another_process(url):
    end = played("s1", "ada", "bob")
    async with store_on(url) as store:
        store.ended(end)
        store.ended(end)
        await written(store)
        store.ended(end)
        await written(store)
        before = await ratings(url)
    async with store_on(url) as store:
        store.ended(played("s1", "bob", "ada"))
        store.ended(played("s2", "ada", "cid"))
        await written(store)
    assert (await ratings(url))["ranked", "bob"] == before["ranked", "bob"]
    await check_chains(url, [end, played("s2", "ada", "cid")])


async def test_several_results_of_a_player_in_one_transaction_are_rated_in_the_order_of_their_ends(url):
    ends = [played(f"s{n}", *players, minutes=n) for n, players in enumerate([("ada", "bob"), ("bob", "ada")] * 5)]
    async with store_on(url) as one_by_one:
        for end in ends:
            one_by_one.ended(end)
            await written(one_by_one)
    apart = await ratings(url)
    await execute(url, "DELETE FROM result_seats")
    await execute(url, "DELETE FROM results")
    await execute(url, "DELETE FROM rating_changes")
    await execute(url, "DELETE FROM ratings")
    async with store_on(url) as store:
        for end in reversed(ends):  # all wait before the writer begins
            store.ended(end)
        await written(store)
        history = await store.rating_history(ADA, "ranked")
        assert [change.session for change in history] == [f"s{n}" for n in range(9, -1, -1)]
        assert [change.before for change in history[:-1]] == [change.after for change in history[1:]]
    assert await ratings(url) == apart
    await check_chains(url, ends)


async def test_each_queue_has_its_own_ratings(url):
    async with store_on(url) as store:
        store.ended(played("s1", "ada", "bob"))
        store.ended(played("s2", "bob", "ada", queue="duel"))
        await written(store)
        mine = await store.ratings_of(ADA)
    assert mine["ranked"][0].mu > 25.0 > mine["duel"][0].mu


async def test_a_batch_of_more_players_than_a_statement_takes_is_rated(url):
    ends = [played(f"s{n}", f"p{n:03}a", f"p{n:03}b", f"p{n:03}c", minutes=n) for n in range(100)]
    async with store_on(url) as store:
        for end in ends:
            store.ended(end)
        await written(store)
    await check_chains(url, ends)


async def test_result_and_ratings_are_written_together_or_not_at_all(url):
    async with store_on(url) as store:
        await execute(url, "ALTER TABLE rating_changes RENAME TO away")
        store.ended(played("s1", "ada", "bob"))
        await until(lambda: store.status().error != "")
        assert await fetched(url, "SELECT * FROM results") == []
        assert await fetched(url, "SELECT * FROM ratings") == []
        await execute(url, "ALTER TABLE away RENAME TO rating_changes")
        await written(store)
    assert await fetched(url, "SELECT session FROM results") == [("s1",)]
    await check_chains(url, [played("s1", "ada", "bob")])


async def test_a_result_that_cannot_be_rated_is_stored_and_the_others_are_rated(url, monkeypatch):
    def fails_once(standings, before, rated=ratings_file.rated):
        if any(one.player == "eve" for one in standings):
            raise OverflowError("too far off")
        return rated(standings, before)

    monkeypatch.setattr(rating_writes, "rated", fails_once)
    async with store_on(url) as store:
        store.ended(played("s1", "ada", "eve"))
        store.ended(played("s2", "ada", "bob", minutes=2))
        await written(store)
        assert await store.result(SessionId("s1")) is not None
        assert await store.ratings_of(PlayerId("eve")) == {}
        assert store.status().refused == 0
    await check_chains(url, [played("s2", "ada", "bob")])


# --- races ------------------------------------------------------------------------------------------------------------


async def race(url: str, first: list[SessionRecord], second: list[SessionRecord]) -> None:
    """Two processes' stores write at once. Each tells one by one, so that transactions meet."""

    async def tell(store: SqlStore, ends: list[SessionRecord]) -> None:
        for number, end in enumerate(ends):
            store.ended(end)
            if number % 3:
                await written(store)
        await written(store)

    async with store_on(url) as one, store_on(url) as other:
        await asyncio.gather(tell(one, first), tell(other, second))
        assert one.status().refused == other.status().refused == 0


async def test_the_same_results_from_two_servers_at_once_change_ratings_once(url):
    ends = [played(f"s{n}", *("ada", "bob", "cid")[n % 3 :], "dan", minutes=n) for n in range(25)]
    await race(url, ends, ends[::-1])
    await check_chains(url, ends)


async def test_results_of_the_same_players_from_two_servers_at_once_lose_no_change(url):
    players = ("ada", "bob", "cid", "dan")
    ends = [played(f"s{n}", *(players[n % 4 :] + players[: n % 4]), minutes=n) for n in range(40)]
    await race(url, ends[::2], ends[1::2])
    await check_chains(url, ends)
    assert {games for _, games in (await ratings(url)).values()} == {40}


@pytest.mark.parametrize("sigma", [0.001, 8.0])
async def test_ratings_far_off_are_kept_exactly(url, sigma):
    async with store_on(url) as store:
        store.ended(played("s1", "ada", "bob"))
        await written(store)
        await execute(url, f"UPDATE ratings SET mu = -1234.5678901234567, sigma = {sigma} WHERE player = 'ada'")
        assert (await store.ratings_of(ADA))["ranked"][0] == Rating(-1234.5678901234567, sigma)
