"""What hostile or unlucky people do to queues with rules: nobody else waits longer for it, or is blamed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from rallypoint.core.matchmaking.rules import QueueRules, TeamSize
from rallypoint.core.orders import Denial
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import (
    Explain,
    Leave,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
)
from tests.server.lobby_house import FakeStore
from tests.server.match_house import DUEL, ONE, PAIRS, RANKED, Hall
from tests.server.test_tickets import Wanted, party
from tests.server.test_tickets_kept import Kept

ASKED = replace(PAIRS, ready_s=10.0)


async def settled() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


# --- who is to blame for a match that is off --------------------------------------------------------------------------


def blame(what, hall, ann, bob):
    match what:
        case "kick":
            ann.ask(PartyKick, bob.player)
            return [ann.player]
        case "leave":
            bob.ask(PartyLeave)
            return [bob.player]
        case "log out":
            bob.connection.receiver.received(encode(Leave()))
            return [bob.player]
        case "not ready":
            bob.ask(PartyReady, False, {}, {})
            return [bob.player]
        case "leader not ready":
            ann.ask(PartyReady, False, {}, {})
            return [ann.player]
        case _:
            code = ann.last("party")["code"]
            assert hall.come("Eve")[0].ask(PartyJoin, code).error == ""
            return []


@pytest.mark.parametrize("what", ["kick", "leave", "log out", "not ready", "leader not ready", "come in"])
@pytest.mark.parametrize("led", ["Ann", "Bob"])
async def test_a_party_that_breaks_a_ready_check_up_has_dodged_by_who_did_it_and_by_nobody_else(what, led):
    store = FakeStore(keeps_guests=True)
    hall = Hall(ASKED, store=store)
    ann, bob, cid, dan = hall.come("Ann", "Bob", "Cid", "Dan")
    code = ann.ask(PartyCreate).value["code"]
    assert not bob.ask(PartyJoin, code).error
    for guest in (ann, bob):
        assert not guest.ask(PartyReady, True, {}, {}).error
    for guest in (ann, cid, dan):
        assert not guest.enqueue("pairs").error
    await settled()
    hall.go_on()
    assert bob.check["players"] == 4
    if led == "Bob":
        assert not ann.ask(PartyLead, bob.player).error
        if what == "kick":
            bob.ask(PartyKick, ann.player)
            guilty = [bob.player]
        else:
            guilty = blame(what, hall, ann, bob)
    else:
        guilty = blame(what, hall, ann, bob)
    hall.go_on()
    assert store.dodges == guilty
    assert cid.last("ready_check_off") == dan.last("ready_check_off")
    assert cid.queue == dan.queue == "pairs"


# --- a session or a game that refuses ---------------------------------------------------------------------------------


def test_a_player_whom_a_session_does_not_take_does_not_keep_its_seat_from_the_others():
    hall = Hall(DUEL)
    ann, bob = hall.come("Ann", "Bob")
    room = hall.sessions.open("orbit", "x", "y")
    room.banned.add(PlayerId(ann.player))
    hall.sessions.wanted = {"duel": [Wanted(room.id)]}
    ann.enqueue("duel")
    hall.go_on(0.5)
    ann.drop()  # so that the two are no match
    hall.go_on(0.1)
    ann.resume()
    bob.enqueue("duel")
    ann.drop()
    hall.go_on(12.0)
    assert bob.last("matched")["session"] == room.id


def test_a_kicked_player_is_not_sent_to_that_session_again_and_again():
    hall = Hall(RANKED)
    [ann] = hall.come("Ann")
    room = hall.sessions.open("orbit", "x")
    room.banned.add(PlayerId(ann.player))
    hall.sessions.wanted = {"ranked": [Wanted(room.id)]}
    ann.enqueue("ranked")
    hall.go_on()
    ann.accept()
    for _ in range(60):
        hall.go_on(1.0)
        ann.listen()
    assert ann.count("ready_check_off") == 1
    assert ann.queue == "ranked"


def test_it_is_not_sent_there_after_a_restart_either():
    kept = Kept(RANKED)
    [ann] = kept.hall.come("Ann")
    room = kept.hall.sessions.open("orbit", "x")
    room.banned.add(PlayerId(ann.player))
    kept.hall.sessions.wanted = {"ranked": [Wanted(room.id)]}
    ann.enqueue("ranked")
    kept.hall.go_on()
    ann.accept()
    kept.hall.go_on(0.5)
    hall = kept.die(ann)
    hall.go_on(30.0)
    assert ann.count("ready_check_off") == 1


@pytest.mark.parametrize("error", ["refused", "game_failed"])
def test_a_game_that_refuses_its_sessions_does_not_hold_up_the_queues_of_others(error, monkeypatch):
    """Nobody is found by those queues within so little work that a turn has."""
    broken = QueueRules(name="broken", game="orbit", teams=(ONE, ONE), options={"bad": True})
    hall = Hall(broken, DUEL)
    create = hall.sessions.create
    monkeypatch.setattr(
        hall.sessions,
        "create",
        lambda game, now, order: Denial(error, "no") if order.options.get("bad") else create(game, now, order),
    )
    for guest in hall.come("Ann", "Bob"):
        guest.enqueue("broken")
    hall.go_on(0.5)
    cid, dan = hall.come("Cid", "Dan")
    cid.enqueue("duel")
    dan.enqueue("duel")
    hall.go_on(0.01)
    assert cid.last("matched")["session"] == dan.last("matched")["session"]


def test_a_game_that_refuses_its_sessions_is_asked_once_a_second_however_many_wait(monkeypatch):
    hall = Hall(DUEL)
    asked = []

    def create(game, now, order):
        asked.append(now)
        return Denial("game_failed", "the game raised an error")

    monkeypatch.setattr(hall.sessions, "create", create)
    for guest in hall.come(*(f"G{at}" for at in range(20))):
        guest.enqueue("duel")
    hall.go_on(10.0)
    assert 5 <= len(asked) <= 35


@pytest.mark.parametrize("how", ["denied", "raises"])
def test_a_session_that_takes_none_of_its_players_is_not_left_behind(how, monkeypatch):
    hall = Hall(DUEL)
    if how == "denied":
        hall.sessions.refuse_seats = True
    else:
        monkeypatch.setattr(hall.sessions, "reserve", lambda *_: 1 / 0)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("duel")
    bob.enqueue("duel")
    with capture_logs():
        hall.go_on(5.0)
    assert (ann.queue, bob.queue) == ("duel", "duel")
    assert hall.sessions.created
    assert all(room.ended for room in hall.sessions.sessions.values())


# --- bots -------------------------------------------------------------------------------------------------------------


def test_bots_play_in_the_teams_that_lack_players():
    uneven = QueueRules(
        name="uneven", game="orbit", teams=(TeamSize(1, 3), TeamSize(2, 4)), bots_after_s=5.0, fill_after_s=1.0
    )
    hall = Hall(uneven)
    hall.sessions.seats_max = 7
    [ann] = hall.come("Ann")
    ann.enqueue("uneven")
    hall.go_on(6.0)
    session = ann.last("matched")["session"]
    bots = [(0, 1), (1, 1)] if ann.last("matched")["team"] else [(1, 2)]
    assert hall.sessions.bots_by_team[session] == bots


# --- floods -----------------------------------------------------------------------------------------------------------


def test_one_who_asks_without_end_why_it_waits_leaves_answers_for_the_others():
    hall = Hall(DUEL)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("duel")
    hall.go_on(0.1)
    ann.drop()
    ann.resume()
    bob.enqueue("pairs") if "pairs" in hall.lobby.queues.ruled else bob.enqueue("orbit")
    for _ in range(100):
        hall.go_on(0.01)
        ann.ask(Explain)
    assert not bob.ask(Explain).error
    hall.go_on(5.0)
    assert not ann.ask(Explain).error, "as often as an SDK asks"


def test_one_who_comes_and_goes_without_end_is_slowed_down():
    hall = Hall(DUEL)
    ann, bob = hall.come("Ann", "Bob")
    errors = []
    for _ in range(200):
        errors.append(ann.enqueue("duel").error)
        ann.cancel()
    assert errors[:10] == [""] * 10
    assert errors[-1] == "too_fast"
    assert not bob.enqueue("duel").error
    hall.go_on(2.0)
    assert not ann.enqueue("duel").error


# --- restarts with other settings -------------------------------------------------------------------------------------


def test_tickets_for_which_there_is_no_room_any_more_are_given_back_and_others_go_on():
    kept = Kept(DUEL, PAIRS)
    ann, bob, cid = kept.hall.come("Ann", "Bob", "Cid")
    for guest in (ann, bob, cid):
        guest.enqueue("pairs")
    kept.hall.go_on()
    before = kept.hall
    kept.hall = Hall(DUEL, PAIRS, commit=kept.journal.commit, after=before, tickets_max=2)
    kept.hall.host.restore(dict(kept.journal.entries), 0.0, kept.hall.loop.now)
    for guest in (ann, bob, cid):
        guest.hall = kept.hall
        guest.resume()
    kept.hall.go_on(1.0)
    assert (ann.queue, bob.queue, cid.queue) == ("pairs", "pairs", None)
    assert cid.last("unqueued")["reason"] == "queue_full"
    assert len(kept.hall.lobby.queues.ruled.queues["pairs"]) == 2


def test_a_party_that_fits_into_no_session_any_more_is_given_back():
    kept = Kept(DUEL)
    ann, bob, cid = kept.hall.come("Ann", "Bob", "Cid")
    party(ann, bob, cid)
    kept.hall.sessions.rooms_max = 0
    assert not ann.enqueue("orbit").error
    before = kept.hall
    kept.hall = Hall(
        DUEL, commit=kept.journal.commit, after=before, rules=QuickMatchRules("orbit", 2, 2, bots_after_s=3.0)
    )
    kept.hall.host.restore(dict(kept.journal.entries), 0.0, kept.hall.loop.now)
    for guest in (ann, bob, cid):
        guest.hall = kept.hall
        guest.resume()
    kept.hall.go_on(1.0)
    assert [guest.queue for guest in (ann, bob, cid)] == [None] * 3
    assert bob.last("unqueued")["reason"] == "bad_ticket"


# --- a server that stands still ---------------------------------------------------------------------------------------


def test_who_accepted_while_the_server_stood_still_has_not_dodged():
    hall = Hall(RANKED)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    match = ann.check["match"]
    assert bob.check["match"] == match
    hall.loop.now += 60.0  # no timer fires meanwhile; now all frames come in at once
    ann.accept()
    bob.accept()
    hall.go_on(2.0)
    assert ann.last("matched")["session"] == bob.last("matched")["session"]


def test_and_who_did_not_answer_even_so_is_out():
    hall = Hall(RANKED)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    hall.loop.now += 60.0
    ann.accept()
    hall.go_on(5.0)
    assert (ann.queue, bob.queue) == ("ranked", None)
    assert ann.count("ready_check_off") == 1


# --- lookups ----------------------------------------------------------------------------------------------------------


async def test_of_tickets_that_are_gone_nobody_is_looked_up_and_nothing_is_said():
    store = FakeStore(keeps_guests=True)
    store.hangs = True
    hall = Hall(DUEL, store=store)
    ann, bob = hall.come("Ann", "Bob")
    with capture_logs() as logs:
        for _ in range(8):
            ann.enqueue("duel")
            ann.cancel()
        bob.enqueue("duel")
        await settled()
        hall.go_on(2.5)
        await settled()
    late = [line for line in logs if line["event"] == "profiles not there in time"]
    assert len(late) == 1
    assert bob.queue == "duel"
