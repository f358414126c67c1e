"""The HTTP API about matches, ratings and leaderboards, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rallypoint.core.matchmaking.records import MatchedTicket, MatchRecord
from rallypoint.core.matchmaking.ticket import Rating, RuleScore
from rallypoint.ports import StoreDown
from rallypoint.storage.store import SqlStore
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.console.test_api import House
from tests.server.storage.made import CREATED_AT, store_at, written
from tests.server.storage.rating_house import played

ANN, BOB, CID = (PlayerId(name) for name in ("ann", "bob", "cid"))
MATCH = MatchRecord(
    "m1",
    "ranked",
    "duel",
    SessionId("s1"),
    CREATED_AT,
    (
        (MatchedTicket("t1", (ANN, BOB), 3.25, (Rating(30.0, 2.0), Rating(20.0, 3.0))),),
        (MatchedTicket("t2", (CID,), 0.5),),
    ),
    (RuleScore("skill", 1.5, 3.0, 0.5), RuleScore("balance", 0.25, float("inf"), 0.0)),
    0.75,
    "eu",
    (0, 1),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with store_at(tmp_path / "rallypoint.db") as store:
        store.new_guest(ANN, "Ann", bytes(32))
        store.ended(played("s1", "ann", "bob", "cid"))
        store.ended(played("s2", "bob", "ann", minutes=2))
        store.ended(played("s3", "ann", "cid", queue="casual", minutes=3))
        store.match_made(MATCH)
        await written(store)
        yield store


@pytest.fixture
async def house(store: SqlStore) -> AsyncIterator[House]:
    made = House(store)
    yield made
    made.node.ticker.stop()
    await made.http.aclose()


async def test_a_leaderboard_has_the_best_first(house: House, store: SqlStore) -> None:
    board = await house.get("/queues/ranked/leaderboard")
    assert (board["queue"], board["total"], board["rank"]) == ("ranked", 3, None)
    assert [row["rank"] for row in board["rows"]] == [1, 2, 3]
    ann = next(row for row in board["rows"] if row["player"] == "ann")
    rating, games = (await store.ratings_of(ANN))["ranked"]
    assert (ann["name"], ann["games"], ann["mu"], ann["sigma"]) == ("Ann", games, rating.mu, rating.sigma)
    assert ann["rating"] == rating.ordinal
    assert sorted((row["rating"] for row in board["rows"]), reverse=True) == [row["rating"] for row in board["rows"]]


async def test_around_a_player_are_the_neighbours_and_the_rank(house: House) -> None:
    board = await house.get("/queues/ranked/leaderboard", around="cid", limit=1)
    assert (board["rank"], [row["player"] for row in board["rows"]]) == (3, ["cid"])
    stranger = await house.get("/queues/ranked/leaderboard", around="nobody")
    assert (stranger["rank"], len(stranger["rows"])) == (None, 3)


async def test_of_a_queue_that_nobody_was_rated_in_there_is_an_empty_board(house: House) -> None:
    assert await house.get("/queues/none/leaderboard") == {"queue": "none", "rows": [], "total": 0, "rank": None}


async def test_a_player_s_ratings_come_with_their_history(house: House) -> None:
    casual, ranked = (await house.get("/players/ann/ratings"))["ratings"]
    assert (casual["queue"], casual["games"], ranked["queue"], ranked["games"]) == ("casual", 1, "ranked", 2)
    last, first = ranked["history"]
    assert (last["session"], last["rank"], last["at"]) == ("s2", 1, CREATED_AT + 120)
    assert (first["session"], first["rank"]) == ("s1", 0)
    assert first["before"] == {"mu": 25.0, "sigma": 25 / 3, "rating": 0.0}
    assert first["after"] == last["before"]
    assert last["after"] == {name: ranked[name] for name in ("mu", "sigma", "rating")}
    for limit in (0, 1):
        some = (await house.get("/players/ann/ratings", limit=limit))["ratings"]
        assert [len(one["history"]) for one in some] == [limit, limit]
    assert await house.get("/players/nobody/ratings") == {"ratings": []}


async def test_a_match_says_why_these_players(house: House) -> None:
    match = await house.get("/matches/m1")
    assert match["teams"] == [
        [
            {
                "players": [
                    {"player": "ann", "rating": {"mu": 30.0, "sigma": 2.0, "rating": 24.0}},
                    {"player": "bob", "rating": {"mu": 20.0, "sigma": 3.0, "rating": 11.0}},
                ],
                "waited_s": 3.25,
            }
        ],
        [{"players": [{"player": "cid", "rating": None}], "waited_s": 0.5}],
    ]
    assert match["scores"] == [
        {"rule": "skill", "value": 1.5, "limit": 3.0, "cost": 0.5},
        {"rule": "balance", "value": 0.25, "limit": None, "cost": 0.0},
    ]
    rest = {name: value for name, value in match.items() if name not in ("teams", "scores")}
    assert rest == {
        "match": "m1",
        "queue": "ranked",
        "game": "duel",
        "session": "s1",
        "at": CREATED_AT,
        "quality": 0.75,
        "region": "eu",
        "bots": [0, 1],
        "backfill": False,
    }
    assert (await house.get("/matches/m2", 404))["error"] == "unknown"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/queues/ranked/leaderboard", {"limit": 0}),
        ("/queues/ranked/leaderboard", {"limit": 201}),
        ("/queues/ranked/leaderboard", {"limit": "many"}),
        ("/queues/ranked/leaderboard", {"around": ""}),
        ("/queues/ranked/leaderboard", {"around": "a b"}),
        ("/queues/ranked/leaderboard", {"around": "a\x00b"}),
        ("/queues/ran%00ked/leaderboard", {}),
        (f"/queues/{'q' * 65}/leaderboard", {}),
        ("/players/ann/ratings", {"limit": 101}),
        ("/players/ann/ratings", {"limit": -1}),
        ("/players/a%20b/ratings", {}),
        ("/matches/m%001", {}),
        (f"/matches/{'m' * 65}", {}),
    ],
)
async def test_what_is_no_name_or_number_is_refused(house: House, path: str, query: dict[str, str | int]) -> None:
    assert (await house.get(path, 422, **query))["error"] == "invalid"


PATHS = ["/queues/ranked/leaderboard", "/players/ann/ratings", "/matches/m1"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_server_that_keeps_nothing_says_so(path: str) -> None:
    house = House()
    assert (await house.get(path, 503))["error"] == "not_kept"
    house.node.ticker.stop()


@pytest.mark.parametrize("path", PATHS)
async def test_a_database_that_does_not_answer_is_told(
    house: House, store: SqlStore, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(work: object) -> None:
        raise StoreDown("gone")

    monkeypatch.setattr(store._database, "read", read)
    assert (await house.get(path, 503))["error"] == "store_down"
