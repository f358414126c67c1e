"""Waiting in queues with rules, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rallypoint_client.errors import InvalidInput, RequestRefused, SessionGone
from rallypoint_client.ready_check import ReadyCheck
from rallypoint_client.waiting import Waiting
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer, Push
from tests.client.lobbies import comes_back, met, push, starts_over
from tests.client.loops import on_both_loops
from tests.client.scripted_server import ACCEPT, CANCEL, ENQUEUE, EXPLAIN, MATCH, Guest, matched

WHY = {
    "queues": [
        {
            "queue": "ranked",
            "waited_s": 4.5,
            "waiting": 12,
            "rules": [
                {
                    "rule": "rating",
                    "passes": 3,
                    "of": 11,
                    "excludes": 6,
                    "limit": 3,
                    "next_s": 8,
                    "next_limit": None,
                    "new": 1,
                }
            ],
            "tightest": "rating",
            "nearby": 3,
            "players_needed": 8,
            "estimate_s": 20.5,
            "basis": {"matches": 7, "minutes": 10},
            "text": "3 players near your rating, widening in 8 s",
        }
    ]
}


def found(**more: Any) -> bytes:
    """The match that was waited for."""
    return encode(Push(9, "matched", matched("/session/s", queue="ranked", match="m1", team=1, region="eu", **more)))


def check(n: int, **more: Any) -> bytes:
    data = {"match": "m1", "queue": "ranked", "ready_s": 12, "accepted": 0, "players": 2, "mine": False, **more}
    return push(n, "ready_check", **data)


def off(n: int, reason: str, *, requeued: bool) -> bytes:
    return push(n, "ready_check_off", match="m1", reason=reason, requeued=requeued)


def queued(n: int, *queues: str, **more: Any) -> bytes:
    return push(n, "queued", queues=list(queues or ("ranked",)), **{"place": 0, "waiting": 3, **more})


async def heard(guest: Guest) -> None:
    """The client has taken everything that was sent."""
    await guest.receive(5)


@on_both_loops
async def test_it_waits_for_a_match_and_takes_the_seat():
    async with met() as (server, guest, lobby):
        playing = asyncio.create_task(
            lobby.play("ranked", "casual", attributes={"map": ["ice"], "rank": 3}, latency_ms={"eu": 24})
        )
        assert await guest.answer(ENQUEUE, {}) == [["ranked", "casual"], {"map": ["ice"], "rank": 3}, {"eu": 24}]
        await guest.send(queued(1, "ranked", "casual"), found())
        await (await server.guest()).seat()
        seat = await playing
        assert (seat.queue, seat.match, seat.team) == ("ranked", "m1", 1)
        await seat.close()


@on_both_loops
async def test_a_match_of_a_game_s_own_queue_is_named_as_the_game():
    async with met() as (server, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked", "duel"))
        await guest.answer(ENQUEUE, {})
        await guest.send(encode(Push(1, "matched", matched("/session/s"))))
        await (await server.guest()).seat()
        seat = await playing
        assert (seat.queue, seat.match, seat.team) == ("", "", None)
        await seat.close()


@on_both_loops
async def test_a_match_of_another_queue_is_an_offer():
    async with met() as (server, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, {})
        await guest.send(encode(Push(1, "matched", matched("/session/s", session="s5"))))
        await guest.send(found())
        await (await server.guest()).seat()
        await playing
        assert [offer.session for offer in lobby.offers] == ["s5"]


@pytest.mark.parametrize("code", ["unknown_queue", "bad_ticket", "not_leader"])
async def test_a_refusal_says_why(code):
    async with met() as (_, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, error=code, reason="no")
        with pytest.raises(RequestRefused) as caught:
            await playing
        assert caught.value.code == code


async def test_what_no_server_would_take_is_not_sent():
    async with met() as (_, _guest, lobby):
        with pytest.raises(RequestRefused, match="no_ticket: name a queue"):
            await lobby.play()
        with pytest.raises(InvalidInput):
            await lobby.play("ranked", attributes={"map": object()})
        with pytest.raises(InvalidInput):
            await lobby.play("ranked", latency_ms={"eu": -1})
        with pytest.raises(InvalidInput):
            await lobby.play(*("q" + str(n) for n in range(9)))


@on_both_loops
async def test_who_waits_is_told_why():
    async with met() as (_, guest, lobby):
        told: list[Waiting] = []
        playing = asyncio.create_task(lobby.play("ranked", on_wait=told.append, explain_every_s=0.001))
        await guest.answer(ENQUEUE, {})
        await guest.answer(EXPLAIN, error="no_ticket")
        await guest.send(queued(1))
        await guest.answer(EXPLAIN, error="too_fast")
        await guest.answer(EXPLAIN, WHY)
        await guest.answer(EXPLAIN, WHY)
        assert told[0] == Waiting(("ranked",), 0, 0)
        assert told[0].text == "looking for a match"
        assert told[1] == Waiting(("ranked",), 0, 3)
        assert told[2].text == "3 players near your rating, widening in 8 s"
        assert len(told) == 3  # the same again is no news
        why = told[2].why
        assert why is not None
        (ranked,) = why.queues
        (rule,) = ranked.rules
        assert (rule.rule, rule.passes, rule.of, rule.excludes) == ("rating", 3, 11, 6)
        assert (rule.limit, rule.next_s, rule.next_limit) == (3, 8, None)
        assert (ranked.nearby, ranked.players_needed, ranked.estimate_s) == (3, 8, 20.5)
        assert ranked.basis is not None
        assert ranked.basis.matches == 7
        await guest.send(push(2, "unqueued", queues=["ranked"], reason="closing_time"))
        with pytest.raises(RequestRefused, match="closing_time"):
            await playing


@on_both_loops
async def test_nobody_asks_why_if_nobody_wants_to_know():
    async with met() as (_, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked", explain_every_s=0.001))
        await guest.answer(ENQUEUE, {})
        explaining = asyncio.create_task(lobby.explain())
        assert await guest.answer(EXPLAIN, WHY) == []
        assert (await explaining).text == WHY["queues"][0]["text"]
        playing.cancel()
        assert (await guest.receive())[0] == CANCEL
        await asyncio.wait([playing])


async def test_an_explanation_that_cannot_be_read_is_refused():
    async with met() as (_, guest, lobby):
        explaining = asyncio.create_task(lobby.explain())
        await guest.answer(EXPLAIN, {"queues": [{"queue": 5}]})
        with pytest.raises(RequestRefused, match="malformed"):
            await explaining


@on_both_loops
async def test_a_ready_check_is_accepted_by_itself():
    async with met() as (server, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, {})
        await guest.send(queued(1), check(2))
        assert await guest.answer(ACCEPT) == ["m1", True]
        await guest.send(check(3, accepted=1, mine=True), found())
        await (await server.guest()).seat()
        await (await playing).close()


@on_both_loops
async def test_a_ready_check_asks_once_and_tells_what_becomes_of_it():
    async with met() as (server, guest, lobby):
        asked: list[ReadyCheck] = []
        seen: list[Any] = []

        def ask(check: ReadyCheck) -> None:
            asked.append(check)
            check.on_change = lambda check: seen.append((check.accepted, check.mine, check.over))

        playing = asyncio.create_task(lobby.play("ranked", on_ready_check=ask))
        await guest.answer(ENQUEUE, {})
        await guest.send(check(1))
        await heard(guest)
        while not asked:
            await asyncio.sleep(0)
        (it,) = asked
        assert (it.match, it.queue, it.players, it.accepted, it.over) == ("m1", "ranked", 2, 0, "")
        assert 11 < it.seconds_left <= 12
        it.accept()
        it.accept()
        assert await guest.answer(ACCEPT) == ["m1", True]
        await guest.send(check(2, accepted=1, mine=True, ready_s=600), found())
        await (await server.guest()).seat()
        seat = await playing
        assert seen == [(1, True, ""), (1, True, "matched")]
        assert (it.seconds_left, len(asked)) == (0, 1)
        await seat.close()


@on_both_loops
async def test_a_late_word_does_not_make_a_ready_check_longer():
    async with met() as (_, guest, lobby):
        asked: list[ReadyCheck] = []
        playing = asyncio.create_task(lobby.play("ranked", on_ready_check=asked.append))
        await guest.answer(ENQUEUE, {})
        await guest.send(check(1), check(2, ready_s=600), off(3, "expired", requeued=False))
        await guest.send(push(4, "unqueued", queues=["ranked"], reason="not_ready"))
        while not asked:
            await asyncio.sleep(0)
        assert asked[0].seconds_left <= 12
        with pytest.raises(RequestRefused) as caught:
            await playing
        assert caught.value.code == "not_ready"
        assert (asked[0].over, asked[0].requeued) == ("expired", False)


@on_both_loops
async def test_if_somebody_else_declines_one_goes_on_waiting():
    async with met() as (server, guest, lobby):
        told: list[Waiting] = []
        asked: list[ReadyCheck] = []

        def ask(check: ReadyCheck) -> None:
            asked.append(check)
            check.accept()

        playing = asyncio.create_task(
            lobby.play("ranked", on_wait=told.append, on_ready_check=ask, explain_every_s=None)
        )
        await guest.answer(ENQUEUE, {})
        await guest.send(queued(1), check(2))
        assert await guest.answer(ACCEPT) == ["m1", True]
        before = len(told)
        await guest.send(off(3, "declined", requeued=True), queued(4))
        await guest.send(check(5, match="m2"))
        assert await guest.answer(ACCEPT) == ["m2", True]
        assert len(told) == before + 1  # it waits again
        assert [(check.over, check.requeued) for check in asked] == [("declined", True), ("", False)]
        await guest.send(found())
        await (await server.guest()).seat()
        await (await playing).close()


@on_both_loops
async def test_who_declines_is_out():
    async with met() as (_, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked", on_ready_check=ReadyCheck.decline))
        await guest.answer(ENQUEUE, {})
        await guest.send(check(1))
        assert await guest.answer(ACCEPT) == ["m1", False]
        await guest.send(off(2, "declined", requeued=False), push(3, "unqueued", queues=["ranked"], reason="declined"))
        with pytest.raises(RequestRefused, match="declined: you declined"):
            await playing


@on_both_loops
async def test_a_cancelled_task_gives_the_ticket_up_and_another_waits_for_the_answer():
    async with met() as (_, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, {})
        await guest.send(queued(1))
        playing.cancel()
        cancelling = await guest.receive()
        assert cancelling == [CANCEL, 2]
        with pytest.raises(asyncio.CancelledError):
            await playing
        playing = asyncio.create_task(lobby.play("ranked"))
        await asyncio.sleep(0)
        await guest.send(push(2, "unqueued", queues=["ranked"], reason="cancelled"), encode(Answer(2)))
        await guest.answer(ENQUEUE, {})  # what was said of the first is not of this one
        await guest.send(push(3, "unqueued", queues=["ranked"], reason="store_down"))
        with pytest.raises(RequestRefused, match="store_down"):
            await playing


@on_both_loops
async def test_a_program_that_was_reloaded_goes_on_with_its_ticket():
    async with met() as (server, guest, lobby):
        await guest.send(queued(1, "casual", "ranked"), check(2))
        while not lobby.queued_in:
            await asyncio.sleep(0)
        assert lobby.queued_in == ("casual", "ranked")
        playing = asyncio.create_task(lobby.play())
        assert await guest.answer(ACCEPT) == ["m1", True]
        await guest.send(found())
        await (await server.guest()).seat()
        await (await playing).close()
        assert lobby.queued_in == ()
        await guest.send(queued(10))
        while not lobby.queued_in:
            await asyncio.sleep(0)
        playing = asyncio.create_task(lobby.play())
        await asyncio.sleep(0)
        await guest.send(push(11, "unqueued", queues=["ranked"], reason="not_ready"))
        with pytest.raises(RequestRefused, match="not_ready"):
            await playing


@on_both_loops
async def test_only_one_place_is_waited_for():
    async with met() as (_, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, {})
        with pytest.raises(RequestRefused, match="already_queued"):
            await lobby.quick_match("duel")
        cancelling = asyncio.create_task(lobby.cancel())
        await guest.answer(CANCEL)
        await cancelling
        with pytest.raises(RequestRefused, match="cancelled"):
            await playing
        quick = asyncio.create_task(lobby.quick_match("duel"))
        await guest.answer(MATCH, {"place": 1, "waiting": 1})
        quick.cancel()
        await guest.receive(CANCEL)
        await asyncio.wait([quick])


@on_both_loops
async def test_a_ready_check_that_came_while_away_is_answered():
    async with met() as (server, guest, lobby):
        playing = asyncio.create_task(lobby.play("ranked"))
        await guest.answer(ENQUEUE, {})
        guest = await comes_back(server, guest)
        await guest.send(queued(1), check(2))
        assert await guest.answer(ACCEPT) == ["m1", True]
        await guest.send(found())
        await (await server.guest()).seat()
        await (await playing).close()


@on_both_loops
async def test_an_answer_that_comes_after_its_match_changes_nothing():
    async with met() as (server, guest, lobby):
        told: list[Waiting] = []
        playing = asyncio.create_task(lobby.play("ranked", on_wait=told.append, explain_every_s=0.001))
        enqueue = await guest.receive(ENQUEUE)
        guest = await comes_back(server, guest)
        await guest.send(queued(1), found())
        assert await guest.answer(ENQUEUE, {}) == enqueue[2:]
        await (await server.guest()).seat()
        await (await playing).close()
        playing = asyncio.create_task(lobby.play("ranked"))  # there is no ticket that is taken for this one
        await guest.answer(ENQUEUE, error="already_seated")
        with pytest.raises(RequestRefused, match="already_seated"):
            await playing


@on_both_loops
async def test_it_fails_with_its_lobby_session():
    async with met(fresh=True) as (server, guest, lobby):
        asked: list[ReadyCheck] = []
        told: list[Waiting] = []
        playing = asyncio.create_task(lobby.play("ranked", on_wait=told.append, on_ready_check=asked.append))
        await guest.answer(ENQUEUE, {})
        await guest.send(check(1))
        while not asked:
            await asyncio.sleep(0)
        await starts_over(server, guest)
        with pytest.raises(SessionGone):
            await playing
        assert asked[0].over == "gone"
        asked[0].accept()  # nobody is asked any more
