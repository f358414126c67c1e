"""Texts and numbers that a database does not take harm nobody else: neither the writer nor who reads. On each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rallypoint.core.matchmaking.profile import Leaders, Profile
from rallypoint.core.matchmaking.records import MatchedTicket, MatchRecord, TicketPlayer, TicketRecord
from rallypoint.ports import SeatRecord
from rallypoint.storage.writes import BLOCKED_MAX
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.storage.made import CREATED_AT, fetched, store_on, written
from tests.server.storage.rating_house import check_chains, played

ADA = PlayerId("ada")
TEXTS = ["a\x00b", "half \ud800", "\x00", "x" * 20_000, "'; DROP TABLE players; --", "\u202e%_\\", ""]
LONG = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(20_000))  # an index of PostgreSQL cannot have it


@pytest.mark.parametrize("text", [*TEXTS, LONG], ids=lambda text: ascii(text[:12]))
async def test_whatever_players_and_matches_are_called_what_is_told_afterwards_is_written(url: str, text: str) -> None:
    """Some of it is written and some is dropped, as the database takes it; nothing is tried for ever."""
    bad = PlayerId(text)
    good = played("good", "ada", "bob", minutes=2)
    async with store_on(url) as store:
        store.ended(replace(played("bad", "ada", "eve"), seats=(SeatRecord(0, bad, text, False, "played"),) * 2))
        store.ended(played("bad queue", "ada", "eve", queue=text))
        store.ended(replace(played("bad players", "bob", text, minutes=1), match=None))
        store.new_guest(bad, text, bytes(32))
        store.block(bad, ADA, True)
        store.block(ADA, bad, True)
        store.dodged(bad, CREATED_AT)
        team = (MatchedTicket(text, (bad,), 1.0),)
        store.match_made(MatchRecord(text, text, text, SessionId(text), CREATED_AT, (team,), region=text))
        told = (TicketPlayer(bad, attributes={text: text, "list": (text,)}, latency_ms={text: 1.0}),)
        store.ticket_ended(TicketRecord(text, (text,), told, CREATED_AT, CREATED_AT + 1, "matched", text))
        store.ended(good)
        await written(store)
        assert store.status().error == ""
        assert await store.result(good.session) is not None
        (change,) = [one for one in await store.rating_history(ADA, "ranked") if one.session == "good"]
        assert change.rank == 0
    assert ("good",) in await fetched(url, "SELECT session FROM results")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:12]))
async def test_who_asks_for_what_cannot_be_there_finds_nothing(url: str, text: str) -> None:
    name = PlayerId(text)
    async with store_on(url) as store:
        assert await store.find_guest(name, b"secret") is None
        assert await store.result(SessionId(text)) is None
        assert await store.results_of(name) == []
        assert await store.profile(name, [text, "ranked"]) == Profile()
        assert await store.profile(ADA, [text]) == Profile()
        assert await store.leaders(text, 10, name) == Leaders()
        assert await store.leaders("ranked", 10, name) == Leaders()
        assert await store.rating_history(name, text) == []
        assert await store.rating_history(ADA, text) == []
        assert await store.ratings_of(name) == {}
        assert await store.match(text) is None


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 2**70, 1e308])
async def test_numbers_beyond_everything_harm_nobody_else(url: str, number: Any) -> None:
    good = played("good", "ada", "bob")
    async with store_on(url) as store:
        store.dodged(ADA, number)
        store.ended(played("bad", "ada", "eve", minutes=number))
        team = (MatchedTicket("t", (ADA,), number),)
        store.match_made(MatchRecord("m", "ranked", "toy", SessionId("s"), number, (team,), quality=number))
        told = (TicketPlayer(ADA, attributes={"level": number}),)
        store.ticket_ended(TicketRecord("t", ("ranked",), told, number, number, "matched"))
        store.ended(good)
        await written(store)
        assert store.status().error == ""
        assert await store.result(good.session) is not None
        await store.profile(ADA, ["ranked"])


async def test_a_block_list_is_bounded_and_the_newest_count(url: str) -> None:
    now = CREATED_AT

    def wall() -> float:
        nonlocal now
        now += 1
        return now

    async with store_on(url, wall=wall) as store:
        store.block(PlayerId("bob"), ADA, True)
        for number in range(BLOCKED_MAX + 40):
            store.block(ADA, PlayerId(f"p{number}"), True)
        await written(store)
        blocked = (await store.profile(ADA, [])).blocked
        assert len(blocked) == BLOCKED_MAX
        assert "p39" not in blocked
        assert {"p40", f"p{BLOCKED_MAX + 39}"} <= blocked
        assert (await store.profile(PlayerId("bob"), [])).blocked == {"ada"}


async def test_ratings_stay_a_chain_although_some_results_are_dropped(url: str) -> None:
    ends = [played(f"s{n}", "ada", "bob", minutes=n) for n in range(6)]
    bad = [played(f"bad{n}", "ada", "e\x00\ud800", minutes=n) for n in range(6)]  # SQLite takes a NUL, and no half
    async with store_on(url) as store:
        for pair in zip(ends, bad, strict=True):
            for end in pair:
                store.ended(end)
        await written(store)
        assert store.status().refused == 6
    await check_chains(url, ends)
