"""Leaderboards: the best first, those around a player, ties in one order, names as they are now."""

from __future__ import annotations

import pytest

from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.storage.store import SqlStore
from rallypoint_protocol.ids import PlayerId
from tests.server.storage.made import rows, store_at, store_on, written
from tests.server.storage.rating_house import played

TEN = tuple(f"p{n}" for n in range(10))


@pytest.fixture
async def store(url):
    """Ten who were rated once in ``ranked``, and two with equal ratings each in ``duel``."""
    async with store_on(url) as store:
        store.new_guest(PlayerId("p0"), "Zoë", bytes(32))
        store.ended(played("s1", *TEN))
        for number, players in enumerate([("d", "z"), ("B", "y"), ("a", "x")]):
            store.ended(played(f"t{number}", *players, queue="duel", minutes=number))
        await written(store)
        yield store


async def ranks(store: SqlStore, limit: int, around: str | None = None, queue: str = "ranked") -> list[tuple[int, str]]:
    found = await store.leaders(queue, limit, None if around is None else PlayerId(around))
    return [(row.rank, row.player) for row in found.rows]


async def test_the_best_come_first_with_rating_games_and_name(store):
    found = await store.leaders("ranked", 3)
    assert [(row.rank, row.player, row.name, row.games) for row in found.rows] == [
        (1, "p0", "Zoë", 1),
        (2, "p1", "", 1),
        (3, "p2", "", 1),
    ]
    assert found.total == 10
    assert found.me is None
    ordinals = [row.rating.ordinal for row in found.rows]
    assert ordinals == sorted(ordinals, reverse=True)
    assert found.rows[0].rating == (await store.ratings_of(PlayerId("p0")))["ranked"][0]


@pytest.mark.parametrize(
    ("player", "limit", "wanted"),
    [
        ("p5", 3, [5, 6, 7]),
        ("p5", 4, [4, 5, 6, 7]),
        ("p0", 3, [1, 2, 3]),
        ("p1", 3, [1, 2, 3]),
        ("p9", 3, [8, 9, 10]),
        ("p9", 1, [10]),
        ("p4", 100, [*range(1, 11)]),
    ],
)
async def test_around_a_player_are_those_who_are_next_and_the_page_is_full(store, player, limit, wanted):
    assert [rank for rank, _ in await ranks(store, limit, player)] == wanted
    assert (await store.leaders("ranked", limit, PlayerId(player))).me == int(player[1:]) + 1


async def test_around_somebody_who_was_never_rated_are_the_best_and_no_rank(store):
    found = await store.leaders("ranked", 2, PlayerId("nobody"))
    assert [row.rank for row in found.rows] == [1, 2]
    assert found.me is None
    assert (await store.leaders("duel", 2, PlayerId("p0"))).me is None


async def test_equals_are_in_one_order_and_have_the_ranks_of_it_also_around_one_of_them(store):
    rows = await ranks(store, 10, queue="duel")
    assert [rank for rank, _ in rows] == [1, 2, 3, 4, 5, 6]
    assert {player for _, player in rows[:3]} == {"d", "B", "a"}
    for rank, player in rows:
        assert (await store.leaders("duel", 1, PlayerId(player))).me == rank
        assert await ranks(store, 1, player, "duel") == [(rank, player)]


async def test_a_queue_without_ratings_has_an_empty_board(store):
    found = await store.leaders("casual", 10, PlayerId("p0"))
    assert (found.rows, found.total, found.me) == ((), 0, None)


async def test_a_limit_is_at_least_one(store):
    assert len(await ranks(store, 0)) == len(await ranks(store, -5)) == 1


async def test_it_is_sent_with_rounded_numbers(store):
    data = (await store.leaders("ranked", 1, PlayerId("p0"))).data("ranked")
    (row,) = data.pop("rows")
    assert data == {"queue": "ranked", "total": 10, "me": 1}
    rating = Rating(row["mu"], row["sigma"])
    assert row["rating"] == pytest.approx(rating.ordinal, abs=0.02)
    assert set(row) == {"rank", "player", "name", "rating", "mu", "sigma", "games"}


async def test_players_are_counted_and_found_in_indexes_alone(tmp_path):
    path = tmp_path / "rallypoint.db"
    async with store_at(path):
        pass
    for query, index in (
        ("SELECT count(*) FROM ratings WHERE queue = 'ranked' AND games > 0", "COVERING INDEX ix_ratings_board"),
        ("SELECT count(*) FROM ratings WHERE queue = 'ranked' AND games > 0 AND ordinal > 7", "ordinal>?"),
        ("SELECT player FROM ratings WHERE queue = 'ranked' AND games > 0 ORDER BY ordinal DESC, player", "COVERING"),
        ("SELECT mu FROM ratings WHERE player = 'ada'", "player=?"),
        ("SELECT mu FROM ratings WHERE (queue, player) IN (VALUES ('ranked', 'ada'))", "player=?"),
    ):
        (plan, *_) = [row[3] for row in rows(path, f"EXPLAIN QUERY PLAN {query}")]
        assert index in plan, query
    sorting = rows(path, "EXPLAIN QUERY PLAN SELECT player FROM ratings WHERE queue = '' ORDER BY ordinal DESC, player")
    assert len(sorting) == 1, "no sort"
