"""What is kept of matches and tickets, and what rules are told of a player."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from rallypoint.core.matchmaking.profile import Profile
from rallypoint.core.matchmaking.records import MatchedTicket, MatchRecord, TicketPlayer, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating, RuleScore, Value
from rallypoint.storage.match_reads import DODGES_S, RECENT_MAX, RECENT_S
from rallypoint.storage.store import PRUNE_EVERY_S, TICKETS_KEPT_S
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import CREATED_AT, fetched, store_on, written

ADA, BOB, CID, DAN = (PlayerId(name) for name in ("ada", "bob", "cid", "dan"))


class Wall:
    now = CREATED_AT

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def store(url, wall):
    async with store_on(url, wall=wall) as store:
        yield store


def match(id: str = "m1", *players: PlayerId, at: float = CREATED_AT) -> MatchRecord:
    tickets = tuple(
        (MatchedTicket(f"{id}-{player}", (player,), 3.25, (Rating(30.0, 2.0),)),) for player in players or (ADA, BOB)
    )
    scores = (RuleScore("skill", 1.5, 3.0, 0.5), RuleScore("balance", 0.25, float("inf"), 0.0))
    return MatchRecord(
        id, "ranked", "toy", SessionId(f"s-{id}"), at, tickets, scores, 0.75, "eu", (0, 1), backfill=False
    )


def ticket(id: str = "t1", ended_at: float = CREATED_AT, player: str = "ada") -> TicketRecord:
    attributes: dict[str, Value] = {"map": ("ice", "dune"), "level": 12, "pro": True, "mode": "duel", "share": 0.5}
    told = TicketPlayer(PlayerId(player), {"ranked": Rating(27.0, 4.0)}, attributes, {"eu": 24.0})
    return TicketRecord(id, ("ranked", "casual"), (told,), ended_at - 12.5, ended_at, "matched", "m1")


async def test_a_match_is_read_as_it_was_made(store):
    store.match_made(match())
    await written(store)
    found = await store.match("m1")
    made = match()
    assert found == replace(made, scores=(made.scores[0], replace(made.scores[1], limit=1e300)))
    assert await store.match("m2") is None


async def test_a_match_that_is_told_again_stays_as_it_is(store, url):
    store.match_made(match())
    await written(store)
    store.match_made(match("m1", CID, DAN))
    await written(store)
    assert (await store.match("m1")).players == (ADA, BOB)
    assert sorted(await fetched(url, "SELECT player FROM match_players")) == [("ada",), ("bob",)]
    assert store.status().refused == 0


async def test_of_somebody_new_everything_is_empty(store):
    assert await store.profile(ADA, ["ranked"]) == Profile()


async def test_a_profile_has_the_others_of_the_last_matches_newest_first(store, wall):
    for number, others in enumerate([(BOB,), (CID, DAN), (BOB, CID)]):
        store.match_made(match(f"m{number}", ADA, *others, at=CREATED_AT + number))
    store.match_made(match("other", BOB, DAN, at=CREATED_AT + 9))
    wall.now += 60
    await written(store)
    recent = (await store.profile(ADA, [])).recent
    assert [set(met) for met in recent] == [{BOB, CID}, {CID, DAN}, {BOB}]


async def test_of_many_matches_the_newest_count_and_of_old_ones_none(store, wall):
    for number in range(RECENT_MAX + 3):
        store.match_made(match(f"m{number}", ADA, PlayerId(f"p{number}"), at=CREATED_AT + number))
    await written(store)
    recent = (await store.profile(ADA, [])).recent
    assert len(recent) == RECENT_MAX
    assert recent[0] == (f"p{RECENT_MAX + 2}",)
    wall.now += RECENT_S + RECENT_MAX + 2
    assert (await store.profile(ADA, [])).recent == ()


async def test_a_block_is_the_players_own_and_the_last_word_counts(store):
    store.block(ADA, BOB, True)
    store.block(ADA, CID, True)
    store.block(ADA, CID, True)
    store.block(ADA, BOB, False)
    store.block(ADA, DAN, False)
    await written(store)
    assert (await store.profile(ADA, [])).blocked == {CID}
    assert (await store.profile(CID, [])).blocked == frozenset()
    store.block(ADA, CID, False)
    await written(store)
    assert (await store.profile(ADA, [])).blocked == frozenset()


async def test_dodges_count_for_an_hour(store, wall):
    for at in (0, 600, 600, 1200):
        store.dodged(ADA, CREATED_AT + at)
    store.dodged(BOB, CREATED_AT)
    wall.now += 1800
    await written(store)
    assert (await store.profile(ADA, [])).dodges == 3, "one at a time: the same one told again is no other"
    wall.now = CREATED_AT + DODGES_S + 1
    assert (await store.profile(ADA, [])).dodges == 2


async def test_old_tickets_and_dodges_go_when_later_ones_come(store, wall, url):
    store.ticket_ended(ticket("old"))
    store.dodged(ADA, CREATED_AT)
    wall.now += TICKETS_KEPT_S - 1
    store.ticket_ended(ticket("young", wall.now))
    await written(store)
    assert await fetched(url, "SELECT ticket FROM tickets ORDER BY ticket") == [("old",), ("young",)]
    wall.now += PRUNE_EVERY_S + 1
    store.ticket_ended(ticket("new", wall.now))
    await written(store)
    assert await fetched(url, "SELECT ticket FROM tickets ORDER BY ticket") == [("new",), ("young",)]
    assert await fetched(url, "SELECT * FROM dodges") == []


async def test_what_cannot_be_written_harms_nobody_else(store):
    store.ticket_ended(replace(ticket("bad"), queues=cast(Any, (object(),))))
    store.match_made(replace(match("bad"), game=cast(Any, object())))
    store.match_made(match())
    await written(store)
    assert await store.match("m1") is not None
    assert await store.match("bad") is None


async def test_a_server_that_starts_anew_every_day_lets_old_tickets_go_too(url, wall):
    async with store_on(url, wall=wall) as store:
        store.ticket_ended(ticket("old"))
        await written(store)
    wall.now += TICKETS_KEPT_S + 1
    async with store_on(url, wall=wall) as store:
        store.ticket_ended(ticket("new", wall.now))
        await written(store)
    assert await fetched(url, "SELECT ticket FROM tickets") == [("new",)]
