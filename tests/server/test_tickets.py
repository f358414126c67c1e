"""Tickets of the lobby: in several queues, of parties, found, asked, placed; at the shell, with real frames."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import pytest
from structlog.testing import capture_logs

from rallypoint.core.matchmaking.profile import Profile
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.orders import Denial
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.ports import StoreDown
from rallypoint.runtime.fresh_blocks import FreshBlocks
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import (
    Accept,
    Answer,
    Block,
    Explain,
    Leaderboard,
    Leave,
    PartyCreate,
    PartyJoin,
    PartyLeave,
    PartyReady,
    QuickMatch,
)
from tests.server.lobby_house import FakeStore
from tests.server.match_house import DUEL, PAIRS, Guest, Hall


@pytest.fixture
def hall():
    return Hall()


def seated(hall: Hall, *guests: Guest) -> bool:
    """True if all of them have a seat in the same session, and wait for nothing."""
    sessions = {guest.last("matched")["session"] for guest in guests}
    assert not any(guest.session.ticket for guest in guests)
    return len(sessions) == 1 and all(hall.sessions.is_seated(PlayerId(guest.player)) for guest in guests)


def party(*guests: Guest, attributes=None) -> None:
    """The first leads, the others are ready."""
    leader, *others = guests
    code = leader.ask(PartyCreate).value["code"]
    for guest in others:
        assert not guest.ask(PartyJoin, code).error
        assert not guest.ask(PartyReady, True, attributes or {}, {}).error


# --- into queues ------------------------------------------------------------------------------------------------------


def test_a_quick_match_and_the_queue_of_that_name_are_the_same(hall):
    ann, bob = hall.come("Ann", "Bob")
    assert not ann.ask(QuickMatch, "orbit").error
    assert not bob.enqueue("orbit").error
    hall.go_on()
    assert seated(hall, ann, bob)
    assert "queue" not in ann.last("matched")


def test_a_queue_with_rules_is_told_once_and_has_no_places(hall):
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("pairs")
    bob.enqueue("pairs")
    hall.go_on(5.0)
    assert ann.last("queued") == {"game": "pairs", "queues": ["pairs"], "place": 0, "waiting": 1}
    assert bob.last("queued") == {"game": "pairs", "queues": ["pairs"], "place": 0, "waiting": 2}
    assert ann.count("queued") == bob.count("queued") == 1


def test_a_ticket_in_a_queue_of_each_kind_is_told_the_place_in_the_quick_one(hall):
    [ann] = hall.come("Ann")
    ann.enqueue("pairs", "orbit", "duel")
    told = {"game": "pairs", "queues": ["pairs", "orbit", "duel"], "place": 1, "waiting": 1}
    assert ann.last("queued") == told
    assert ann.count("queued") == 1


@pytest.mark.parametrize(
    ("queues", "error"),
    [(["chess"], "unknown_queue"), (["duel", "chess"], "unknown_queue"), (["duel", "duel"], "bad_ticket")],
)
def test_wrong_queues_are_answered_and_no_ticket_is_left_behind(hall, queues, error):
    [ann] = hall.come("Ann")
    answer = ann.enqueue(*queues)
    assert (answer.error, bool(answer.reason)) == (error, True)
    assert ann.queue is None
    assert hall.lobby.waiting("duel") == 0
    assert not ann.enqueue("duel").error


def test_who_waits_waits_once(hall):
    [ann] = hall.come("Ann")
    ann.enqueue("duel")
    assert ann.enqueue("ranked").error == ann.ask(QuickMatch, "orbit").error == "already_queued"


def test_who_sits_does_not_wait(hall):
    [ann] = hall.come("Ann")
    hall.sessions.open("orbit", ann.player)
    assert ann.enqueue("duel").error == "already_seated"


def test_a_full_queue_takes_nobody_else_and_the_others_are_not_entered(hall):
    hall = Hall(tickets_max=1)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("pairs")
    assert bob.enqueue("orbit", "pairs").error == "queue_full"
    assert hall.lobby.waiting("orbit") == 0
    ann.cancel()
    assert not bob.enqueue("orbit", "pairs").error


def test_a_queue_named_as_a_game_is_refused_at_the_start():
    with pytest.raises(ValueError, match="'orbit' is named as a game"):
        Hall(replace(DUEL, name="orbit"))


def test_a_cancelled_ticket_is_gone_from_all_of_its_queues(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("duel", "orbit", "pairs")
    assert not ann.cancel().error
    assert ann.last("unqueued") == {"game": "duel", "queues": ["duel", "orbit", "pairs"], "reason": "cancelled"}
    assert ann.cancel().error == "not_queued"
    bob.enqueue("orbit", "duel")
    hall.go_on(5.0)
    assert bob.count("matched") == 0
    cid.enqueue("duel")
    hall.go_on()
    assert seated(hall, bob, cid)


# --- found and placed -------------------------------------------------------------------------------------------------


def test_a_match_seats_all_and_tells_each_what_it_is(hall):
    guests = hall.come("Ann", "Bob", "Cid", "Dan")
    for guest in guests:
        guest.enqueue("pairs")
    hall.go_on()
    assert seated(hall, *guests)
    told = [guest.last("matched") for guest in guests]
    assert {data["queue"] for data in told} == {"pairs"}
    assert len({data["match"] for data in told}) == 1
    assert sorted(data["team"] for data in told) == [0, 0, 1, 1]
    assert all(data["region"] == "" for data in told)
    order = hall.sessions.sessions[told[0]["session"]].order
    match = order.match
    assert (order.quick, match.queue, match.id, match.sizes) == (False, "pairs", told[0]["match"], (2, 2))
    assert all(guest.player in match.teams[data["team"]] for guest, data in zip(guests, told, strict=True))


def test_the_search_never_runs_while_a_message_is_answered(hall, monkeypatch):
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("duel")
    hall.go_on()
    bob.enqueue("duel")
    assert bob.count("matched") == 0, "it has its own turn of the loop"
    hall.go_on()
    assert seated(hall, ann, bob)


def test_found_in_one_queue_is_gone_from_the_others(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("duel", "orbit", "pairs")
    bob.enqueue("duel")
    hall.go_on()
    assert seated(hall, ann, bob)
    assert hall.lobby.waiting("orbit") == hall.lobby.waiting("pairs") == hall.lobby.waiting("duel") == 0
    cid.enqueue("orbit")
    hall.go_on(5.0)
    assert cid.count("matched") == 0


def test_a_quick_match_takes_a_ticket_out_of_queues_with_rules(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("duel", "orbit")
    bob.enqueue("orbit")
    hall.go_on()
    assert seated(hall, ann, bob)
    cid.enqueue("duel")
    hall.go_on(5.0)
    assert cid.count("matched") == 0


def test_who_is_away_is_skipped_and_keeps_the_place(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("duel")
    ann.drop()
    bob.enqueue("duel")
    hall.go_on(5.0)
    assert bob.count("matched") == 0
    ann.resume()
    hall.go_on()
    assert seated(hall, ann, bob)
    del cid


def test_without_room_the_match_rests_and_nobody_loses_the_place(hall):
    ann, bob = hall.come("Ann", "Bob")
    hall.sessions.rooms_max = 0
    ann.enqueue("duel")
    bob.enqueue("duel")
    hall.go_on(0.5)
    assert (ann.queue, bob.queue) == ("duel", "duel")
    fired = hall.loop.fired
    hall.go_on(3.0)
    assert hall.loop.fired - fired < 12, "once a second, not in a circle"
    hall.sessions.rooms_max = 10
    hall.go_on(1.1)
    assert seated(hall, ann, bob)


def test_a_full_node_is_asked_once_a_second_however_many_wait_and_at_once_when_there_is_room(hall):
    guests = hall.come(*(f"Guest {number}" for number in range(20)))
    hall.sessions.rooms_max = 0
    with capture_logs() as logs:
        for guest in guests:
            guest.enqueue("duel")
        hall.go_on(3.5)
    assert sum(line["event"] == "match not placed" for line in logs) < 45, "each once, and then one a second"
    hall.sessions.rooms_max = 100
    hall.host.capacity_changed()
    hall.go_on(1.0)
    assert all(guest.count("matched") for guest in guests)


def test_a_search_that_fails_is_told_once_a_second_and_everything_else_goes_on(hall):
    ann, bob = hall.come("Ann", "Bob")
    work = hall.lobby.queues.ruled.queues["duel"].work
    hall.lobby.queues.ruled.queues["duel"].work = lambda now, units: 1 / 0
    with capture_logs() as logs:
        ann.enqueue("duel")
        bob.enqueue("duel")
        hall.go_on(2.5)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["search for matches failed"] * 3
    hall.lobby.queues.ruled.queues["duel"].work = work
    hall.go_on(1.0)
    assert seated(hall, ann, bob)


@pytest.mark.parametrize("queue", ["duel", "ranked"])
def test_a_clock_that_jumps_does_no_harm(hall, queue):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue(queue)
    hall.go_on()
    hall.loop.now += 1e6
    bob.enqueue(queue)
    hall.go_on()
    if queue == "ranked":
        hall.loop.now += 1e6
        hall.go_on(1.5)
        assert (ann.queue, bob.queue) == (None, None), "nobody has answered in all that time"
        return
    assert seated(hall, ann, bob)
    assert cid.queue is None


def test_bots_take_the_seats_that_are_missing_when_a_ticket_has_waited_for_them():
    hall = Hall(replace(PAIRS, bots_after_s=5.0))
    [ann] = hall.come("Ann")
    ann.enqueue("pairs")
    hall.go_on(4.9)
    assert ann.count("matched") == 0
    hall.go_on(0.2)
    assert hall.sessions.bots == {ann.last("matched")["session"]: 3}


def test_who_is_seated_elsewhere_is_turned_away_and_the_others_stay(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("duel")
    hall.go_on()
    hall.sessions.open("orbit", ann.player)
    bob.enqueue("duel")
    hall.go_on()
    assert ann.last("unqueued")["reason"] == "already_seated"
    assert bob.queue == "duel"
    cid.enqueue("duel")
    hall.go_on()
    assert seated(hall, bob, cid)


def test_if_one_seat_is_refused_none_is_kept(hall):
    ann, bob = hall.come("Ann", "Bob")
    reserve = hall.sessions.reserve

    def second_is_refused(session_id, player, *others):
        if player == bob.player:
            return Denial("full", "every seat is taken")
        return reserve(session_id, player, *others)

    hall.sessions.reserve = second_is_refused
    ann.enqueue("duel")
    bob.enqueue("duel")
    hall.go_on()
    assert (ann.queue, bob.queue) == ("duel", "duel")
    assert not hall.sessions.is_seated(PlayerId(ann.player))
    hall.sessions.reserve = reserve
    hall.go_on(1.1)
    assert seated(hall, ann, bob)


def test_a_failure_while_a_match_is_placed_is_told_once_and_everybody_waits_on(hall, monkeypatch):
    ann, bob = hall.come("Ann", "Bob")
    create = hall.sessions.create
    hall.sessions.create = lambda *args: 1 / 0
    with capture_logs() as logs:
        ann.enqueue("duel")
        bob.enqueue("duel")
        hall.go_on(0.5)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["match failed"]
    hall.sessions.create = create
    hall.go_on(1.1)
    assert seated(hall, ann, bob)


# --- ready checks -----------------------------------------------------------------------------------------------------


def test_all_are_asked_and_seated_when_the_last_accepts(hall):
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    match = ann.check["match"]
    told = {"match": match, "queue": "ranked", "ready_s": 10.0, "accepted": 0, "players": 2, "mine": False}
    assert ann.check == bob.check == told
    hall.go_on(4.0)
    ann.accept()
    assert ann.check == told | {"ready_s": 6.0, "accepted": 1, "mine": True}
    assert bob.check == told | {"ready_s": 6.0, "accepted": 1}
    bob.accept()
    assert seated(hall, ann, bob)
    assert ann.last("matched")["match"] == match
    hall.go_on(20.0)
    assert ann.count("ready_check_off") == 0


def test_who_accepted_keeps_the_place_and_is_matched_next_when_another_declines(hall):
    ann, bob, cid, dan = hall.come("Ann", "Bob", "Cid", "Dan")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    ann.accept()
    cid.enqueue("ranked")
    hall.go_on()
    assert cid.count("ready_check") == 0
    bob.accept(False)
    match = ann.check["match"]
    assert ann.last("ready_check_off") == {"match": match, "reason": "declined", "requeued": True}
    assert bob.last("ready_check_off") == {"match": match, "reason": "declined", "requeued": False}
    assert bob.last("unqueued") == {"game": "ranked", "queues": ["ranked"], "reason": "declined"}
    assert (ann.queue, bob.queue) == ("ranked", None)
    hall.go_on()
    assert ann.check["match"] == cid.check["match"] != match
    ann.accept()
    cid.accept()
    assert seated(hall, ann, cid)
    assert dan.queue is None


def test_who_is_silent_is_out_and_the_others_are_back(hall):
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    ann.accept()
    hall.go_on(9.9)
    assert ann.count("ready_check_off") == 0
    hall.go_on(0.1)
    assert ann.last("ready_check_off")["requeued"]
    assert ann.last("ready_check_off")["reason"] == bob.last("ready_check_off")["reason"] == "expired"
    assert bob.last("unqueued")["reason"] == "not_ready"
    assert (ann.queue, bob.queue) == ("ranked", None)


@pytest.mark.parametrize("how", ["cancels", "logs out", "is lost"])
def test_who_leaves_in_the_middle_ends_the_check_for_all(hall, how):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    ann.accept()
    match how:
        case "cancels":
            bob.cancel()
            assert bob.last("unqueued")["reason"] == "cancelled"
        case "logs out":
            bob.connection.say(Leave())
        case "is lost":
            bob.drop()
            hall.go_on(10.0)
    assert ann.last("ready_check_off")["requeued"]
    assert ann.queue == "ranked"
    cid.enqueue("ranked")
    hall.go_on()
    assert ann.check["match"] == cid.check["match"]


def test_who_is_away_in_a_check_may_come_back_and_accept(hall):
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    bob.drop()
    ann.accept()
    hall.go_on(5.0)
    bob.resume()
    bob.accept()
    assert seated(hall, ann, bob)


def test_an_answer_to_no_match_is_an_error(hall):
    ann, bob = hall.come("Ann", "Bob")
    assert ann.ask(Accept, "m1", True).error == "no_match"
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    match = ann.check["match"]
    assert ann.ask(Accept, "another", True).error == "no_match"
    assert not ann.ask(Accept, match, True).error
    assert not ann.ask(Accept, match, True).error
    bob.accept(False)
    assert ann.ask(Accept, match, True).error == "no_match"


def test_while_a_check_runs_the_ticket_is_held_in_its_other_queues(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("orbit", "ranked", "duel")
    bob.enqueue("ranked")
    hall.go_on()
    cid.enqueue("duel", "orbit")
    hall.go_on(1.0)
    assert cid.count("matched") == 0
    bob.accept(False)
    hall.go_on()
    assert seated(hall, ann, cid)


def test_news_of_a_check_waits_for_who_has_not_acknowledged_the_last(hall):
    guests = hall.come("Ann", "Bob", "Cid", "Dan")
    hall = guests[0].hall
    hall.lobby.queues.ruled.queues["pairs"].rules = replace(PAIRS, ready_s=10.0)
    slow = guests[3]
    for guest in guests:
        guest.enqueue("pairs")
    slow.listen()
    slow.acks = False
    hall.go_on()
    for guest in guests[:3]:
        guest.accept()
    slow.listen()
    assert slow.count("ready_check") == 1
    slow.acks = True
    assert slow.check["accepted"] == 3
    assert slow.count("ready_check") == 2


def test_a_match_that_all_accepted_and_that_cannot_be_placed_is_off(hall):
    ann, bob = hall.come("Ann", "Bob")
    hall.sessions.rooms_max = 0
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    hall.go_on()
    ann.accept()
    bob.accept()
    told = {"match": ann.check["match"], "reason": "failed", "requeued": True}
    assert ann.last("ready_check_off") == bob.last("ready_check_off") == told
    assert (ann.queue, bob.queue) == ("ranked", "ranked")


# --- parties ----------------------------------------------------------------------------------------------------------


def test_a_party_is_one_ticket_and_plays_in_one_team(hall):
    ann, bob, cid, dan = guests = hall.come("Ann", "Bob", "Cid", "Dan")
    party(ann, bob)
    assert not ann.enqueue("pairs").error
    assert (bob.queue, bob.last("queued")["queues"]) == ("pairs", ["pairs"])
    assert hall.lobby.waiting("pairs") == 1
    cid.enqueue("pairs")
    dan.enqueue("pairs")
    hall.go_on()
    assert seated(hall, *guests)
    assert ann.last("matched")["team"] == bob.last("matched")["team"] != cid.last("matched")["team"]


def test_only_a_leader_queues_a_party_whose_members_are_ready(hall):
    ann, bob = hall.come("Ann", "Bob")
    party(ann, bob)
    assert bob.enqueue("pairs").error == "not_leader"
    bob.ask(PartyReady, False, {}, {})
    assert ann.enqueue("pairs").error == "not_ready"
    assert ann.ask(QuickMatch, "orbit").error == "not_ready"


def test_a_party_that_is_larger_than_a_team_is_refused(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    party(ann, bob, cid)
    answer = ann.enqueue("pairs")
    assert answer.error == "party_too_large"
    assert "2" in answer.reason


def test_any_member_cancels_for_all(hall):
    ann, bob = hall.come("Ann", "Bob")
    party(ann, bob)
    ann.enqueue("pairs")
    assert not bob.cancel().error
    assert ann.last("unqueued")["reason"] == bob.last("unqueued")["reason"] == "cancelled"
    assert ann.queue is None


def test_a_ticket_ends_when_its_party_changes(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    party(ann, bob)
    ann.enqueue("pairs")
    bob.ask(PartyLeave)
    assert ann.last("unqueued")["reason"] == "party_changed"
    assert (ann.queue, bob.queue) == (None, None)
    ann.enqueue("pairs")
    assert not cid.enqueue("pairs").error


def test_a_member_who_logs_out_ends_the_ticket_of_the_party(hall):
    ann, bob = hall.come("Ann", "Bob")
    party(ann, bob)
    ann.enqueue("pairs")
    ann.connection.say(Leave())
    assert bob.last("unqueued")["reason"] == "party_changed"
    assert hall.lobby.waiting("pairs") == 0


def test_a_party_with_a_member_away_is_skipped(hall):
    ann, bob, cid, dan = guests = hall.come("Ann", "Bob", "Cid", "Dan")
    party(ann, bob)
    ann.enqueue("pairs")
    bob.drop()
    cid.enqueue("pairs")
    dan.enqueue("pairs")
    hall.go_on(2.0)
    assert ann.count("matched") == 0
    bob.resume()
    hall.go_on()
    assert seated(hall, *guests)


def test_a_member_who_leaves_in_a_check_costs_the_party_its_place_and_not_the_others():
    hall = Hall(replace(PAIRS, ready_s=10.0))
    ann, bob, cid, dan = hall.come("Ann", "Bob", "Cid", "Dan")
    party(ann, bob)
    for guest in (ann, cid, dan):
        guest.enqueue("pairs")
    hall.go_on()
    cid.accept()
    bob.ask(PartyLeave)
    assert [ann.queue, bob.queue, cid.queue, dan.queue] == [None, None, "pairs", "pairs"]
    assert cid.last("ready_check_off") == {"match": cid.check["match"], "reason": "left", "requeued": True}
    assert not ann.last("ready_check_off")["requeued"]
    assert ann.last("unqueued")["reason"] == "party_changed"


def test_a_party_goes_into_one_quick_match_together(hall):
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    hall.sessions.open("orbit", "x", "y", "z")
    party(ann, bob, cid)
    ann.ask(QuickMatch, "orbit")
    hall.go_on()
    assert seated(hall, ann, bob, cid)


def test_if_one_of_a_party_is_banned_all_of_it_goes_elsewhere(hall):
    ann, bob = hall.come("Ann", "Bob")
    room = hall.sessions.open("orbit", "x")
    room.banned.add(PlayerId(bob.player))
    party(ann, bob)
    ann.ask(QuickMatch, "orbit")
    hall.go_on()
    assert seated(hall, ann, bob)
    assert PlayerId(ann.player) not in room.players


def test_a_party_is_told_its_place_again_when_all_have_heard_the_last(hall):
    hall = Hall(rules=QuickMatchRules("orbit", 9, 9))
    zoe, ann, bob = hall.come("Zoe", "Ann", "Bob")
    party(ann, bob)
    zoe.ask(QuickMatch, "orbit")
    ann.ask(QuickMatch, "orbit")
    assert ann.last("queued")["place"] == bob.last("queued")["place"] == 2
    zoe.cancel()
    hall.go_on(1.0)
    assert ann.last("queued")["place"] == bob.last("queued")["place"] == 1


# --- backfill ---------------------------------------------------------------------------------------------------------


@dataclass
class Wanted:
    session: str
    free: tuple[int, ...] = (1, 0)
    teams: tuple[tuple[str, ...], ...] = ((), ())
    region: str = ""
    asked_at: float = 0.0


def test_a_running_session_that_asks_gets_a_player(hall):
    ann = hall.come("Ann")[0]
    room = hall.sessions.open("orbit", "x")
    hall.sessions.wanted = {"duel": [Wanted(room.id)]}
    ann.enqueue("duel")
    hall.go_on()
    data = ann.last("matched")
    assert (data["session"], data["queue"], data["team"]) == (room.id, "duel", 0)


def test_a_session_that_refuses_a_player_whom_its_queue_has_sent_is_left_in_peace_a_while(hall):
    ann = hall.come("Ann")[0]
    room = hall.sessions.open("orbit", "x")
    room.banned.add(PlayerId(ann.player))
    hall.sessions.wanted = {"duel": [Wanted(room.id)]}
    with capture_logs() as logs:
        ann.enqueue("duel")
        hall.go_on(4.5)
    assert sum(line["event"] == "match not placed" for line in logs) == 1
    assert ann.queue == "duel"


# --- explanations, blocks, leaderboards -------------------------------------------------------------------------------


def test_a_ticket_says_why_it_waits_in_each_of_its_queues(hall):
    [ann] = hall.come("Ann")
    assert ann.ask(Explain).error == "no_ticket"
    ann.enqueue("orbit", "duel")
    hall.go_on(2.0)
    quick, duel = ann.ask(Explain).value["queues"]
    assert (quick["queue"], quick["waited_s"], quick["waiting"], quick["players_needed"]) == ("orbit", 2.0, 1, 1)
    assert quick["text"] == "1 more player is needed"
    assert duel["queue"] == "duel"


def test_without_a_store_there_are_no_ratings_and_no_block_lists(hall):
    [ann] = hall.come("Ann")
    assert ann.ask(Leaderboard, "duel", 10, False).error == "not_kept"
    assert ann.ask(Block, "bob", True).error == "not_kept"


@pytest.fixture
def store():
    return FakeStore(keeps_guests=True)


def test_a_block_is_answered_at_once_and_stored_and_nobody_blocks_themselves(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    assert not ann.ask(Block, "bob", True).error
    assert not ann.ask(Block, "bob", False).error
    assert store.blocks == [(ann.player, "bob", True), (ann.player, "bob", False)]
    assert ann.ask(Block, ann.player, True).error == "refused"


def test_what_was_said_of_others_just_now_counts_before_the_store_has_written_it():
    blocks, profile = FreshBlocks(kept_max=2), Profile(blocked=frozenset({PlayerId("bob")}))
    ann, bob, cid, dan = map(PlayerId, ("ann", "bob", "cid", "dan"))
    assert blocks.applied(ann, profile) is profile
    blocks.note(ann, bob, False)
    blocks.note(ann, cid, True)
    assert blocks.applied(ann, profile).blocked == {cid}
    assert blocks.applied(bob, profile) is profile
    blocks.note(ann, dan, True)
    assert blocks.applied(ann, profile).blocked == {bob, cid, dan}, "the oldest word is forgotten"


async def turns(hall, count=4):
    """Other tasks of the loop get their turn, and then what is due."""
    for _ in range(count):
        await asyncio.sleep(0)
    hall.go_on()


async def test_a_ticket_is_searched_for_when_its_players_are_looked_up(store):
    hall = Hall(store=store)
    ann, bob = hall.come("Ann", "Bob")
    assert not ann.enqueue("duel").error
    assert not bob.enqueue("duel").error
    hall.go_on()
    assert ann.count("matched") == 0
    await turns(hall)
    assert seated(hall, ann, bob)


async def test_a_store_that_is_down_makes_everybody_new_and_is_said_in_the_log(store):
    hall = Hall(store=store)
    ann, bob = hall.come("Ann", "Bob")
    store.error = StoreDown("no database")
    with capture_logs() as logs:
        ann.enqueue("duel")
        bob.enqueue("duel")
        await turns(hall)
    assert seated(hall, ann, bob)
    assert [line["why"] for line in logs if line["log_level"] == "warning"] == ["no database"] * 2


async def test_a_store_that_does_not_answer_is_waited_for_two_seconds(store):
    hall = Hall(store=store)
    ann, bob = hall.come("Ann", "Bob")
    store.hangs = True
    ann.enqueue("duel")
    bob.enqueue("duel")
    await turns(hall)
    hall.go_on(1.9)
    assert ann.count("matched") == 0
    assert "looked up" in ann.ask(Explain).value["queues"][0]["text"]
    with capture_logs() as logs:
        hall.go_on(0.1)
    assert seated(hall, ann, bob)
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["profiles not there in time"] * 2
    await hall.host.stop()


async def test_who_cancels_before_the_lookup_has_ended_is_not_searched_for(store):
    hall = Hall(store=store)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("duel")
    bob.enqueue("duel")
    ann.cancel()
    await turns(hall)
    assert bob.count("matched") == 0
    ann.enqueue("duel")
    await turns(hall)
    assert seated(hall, ann, bob)


async def test_of_many_tickets_none_is_forgotten_in_the_line_for_lookups(store):
    hall = Hall(store=store)
    hall.sessions.rooms_max = 10_000
    guests = hall.come(*(f"Guest {number}" for number in range(100)))
    for guest in guests:
        guest.enqueue("duel")
    for _ in range(20):
        await turns(hall)
    assert all(guest.count("matched") == 1 for guest in guests)


async def test_a_match_is_written_down_and_so_is_each_ticket(store):
    hall = Hall(store=store)
    ann, bob, cid = hall.come("Ann", "Bob", "Cid")
    ann.enqueue("ranked", attributes={"maps": ["ice"]}, latency_ms={"eu": 20.0})
    hall.go_on(3.0)
    bob.enqueue("ranked")
    await turns(hall)
    bob.accept(False)
    cid.enqueue("ranked")
    await turns(hall)
    ann.accept()
    cid.accept()
    [match] = store.made
    assert (match.id, match.queue, match.game) == (ann.last("matched")["match"], "ranked", "orbit")
    assert match.session == ann.last("matched")["session"]
    assert [[ticket.players for ticket in team] for team in match.teams] == [[(ann.player,)], [(cid.player,)]]
    assert [team[0].waited_s for team in match.teams] == [3.0, 0.0]
    outcomes = {record.players[0].player: (record.outcome, record.match) for record in store.tickets_ended}
    assert outcomes == {
        bob.player: ("declined", ""),
        ann.player: ("matched", match.id),
        cid.player: ("matched", match.id),
    }
    [anns] = [record for record in store.tickets_ended if record.players[0].player == ann.player]
    assert anns.id == match.teams[0][0].id
    assert anns.ended_at - anns.queued_at == 3.0
    assert (anns.players[0].attributes, anns.players[0].latency_ms) == ({"maps": ("ice",)}, {"eu": 20.0})
    assert anns.players[0].ratings == {"ranked": Rating()}


@pytest.mark.parametrize(
    ("how", "outcome"), [("cancels", "cancelled"), ("logs out", "expired"), ("is lost", "expired")]
)
async def test_a_ticket_that_comes_to_nothing_is_written_down(store, how, outcome):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    ann.enqueue("duel", "orbit")
    await turns(hall)
    match how:
        case "cancels":
            ann.cancel()
        case "logs out":
            ann.connection.say(Leave())
        case "is lost":
            ann.drop()
            hall.go_on(30.0)
    [record] = store.tickets_ended
    assert (record.outcome, record.queues) == (outcome, ("duel", "orbit"))


async def test_who_declines_has_dodged(store):
    hall = Hall(store=store)
    ann, bob = hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    await turns(hall)
    bob.accept(False)
    assert store.dodges == [bob.player]


async def test_a_leaderboard_is_answered_when_the_store_does_and_may_be_asked_again(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    message = encode(Leaderboard(1, "duel", 10, True))
    ann.connection.receiver.received(message)
    assert ann.connection.take() == []
    await turns(hall)
    answer = Answer(1, {"queue": "duel", "rows": [], "total": 0, "me": None})
    assert ann.connection.take() == [answer]
    ann.connection.receiver.received(message)
    await turns(hall)
    assert ann.connection.take() == [answer]
    assert store.asked_leaders == [("duel", 10, ann.player)] * 2


async def test_a_queue_that_is_not_there_has_no_leaderboard(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    ann.connection.receiver.received(encode(Leaderboard(1, "nowhere", 10, True)))
    [answer] = ann.connection.take()
    assert answer.error == "unknown_queue"
    assert store.asked_leaders == []


async def test_a_leaderboard_of_a_store_that_is_down_is_an_error(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    store.error = StoreDown("no database")
    ann.connection.receiver.received(encode(Leaderboard(1, "duel", 10, False)))
    await turns(hall)
    [answer] = ann.connection.take()
    assert answer.error == "store_down"


async def test_one_connection_has_few_leaderboards_under_way(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    store.hangs = True
    for number in range(1, 6):
        ann.connection.receiver.received(encode(Leaderboard(number, "duel", 10, False)))
    [answer] = ann.connection.take()
    assert (answer.id, answer.error) == (5, "too_fast")
    await hall.host.stop()


async def test_who_is_gone_gets_no_leaderboard(store):
    hall = Hall(store=store)
    [ann] = hall.come("Ann")
    ann.connection.receiver.received(encode(Leaderboard(1, "duel", 10, False)))
    ann.drop()
    await turns(hall)
    assert ann.connection.take() == []
