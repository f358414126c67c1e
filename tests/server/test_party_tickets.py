"""Tickets of parties: who puts one in, what ends it, and who is told."""

from __future__ import annotations

import pytest

from rallypoint.core.matchmaking.rules import Equal, QueueRules, TeamSize
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import (
    Accept,
    CancelQueue,
    Create,
    Enqueue,
    Leave,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLeave,
    PartyReady,
    QuickMatch,
)
from tests.server.party_house import Club, Person, settled

LARGE = QuickMatchRules("orbit", 4, 4)
"""More than any party here."""
DUOS = QueueRules(name="duos", game="orbit", teams=(TeamSize(2, 2), TeamSize(2, 2)), ready_s=12.0)
PICKY = QueueRules(
    name="picky", game="orbit", teams=(TeamSize(1, 2), TeamSize(1, 2)), rules=(Equal(name="mode", attribute="mode"),)
)


@pytest.fixture
def club():
    return Club(LARGE)


def ready(club: Club, leader: Person, *others: Person) -> None:
    """The others are, and all have heard of it."""
    for person in others:
        assert person.error(PartyReady, True, {}, {}) == ""
    club.settle(leader, *others)


def duo(club: Club) -> list[Person]:
    """A party of two that waits."""
    ada, bob = club.party("Ada", "Bob")
    ready(club, ada, bob)
    assert ada.error(Enqueue, ["orbit"], {}, {}) == ""
    club.settle(ada, bob)
    return [ada, bob]


def reasons(told: list[list[tuple[str, object]]]) -> list[list[object]]:
    """Why each of them is out of the queue."""
    return [[reason for kind, reason in one if kind == "unqueued"] for one in told]


# --- into it ----------------------------------------------------------------------------------------------------------


def test_the_leader_queues_for_all_and_all_are_told(club):
    ada, bob = club.party("Ada", "Bob")
    assert ada.error(Enqueue, ["orbit"], {}, {}) == "not_ready"
    ready(club, ada, bob)
    assert bob.error(Enqueue, ["orbit"], {}, {}) == "not_leader"
    assert bob.error(QuickMatch, "orbit") == "not_leader"
    assert ada.error(Enqueue, ["orbit"], {}, {}) == ""
    assert [[kind for kind, _ in told] for told in club.told(ada, bob)] == [["queued"], ["queued"]]
    assert ada.error(Enqueue, ["orbit"], {}, {}) == "already_queued"
    assert bob.error(Enqueue, ["orbit"], {}, {}) == "already_queued"


def test_a_quick_match_of_a_leader_is_one_of_the_party(club):
    ada, bob = club.party("Ada", "Bob")
    ready(club, ada, bob)
    assert ada.error(QuickMatch, "orbit") == ""
    assert [[kind for kind, _ in told] for told in club.told(ada, bob)] == [["queued"], ["queued"]]


def test_a_party_whose_member_is_away_or_seated_is_not_queued(club):
    ada, bob = club.party("Ada", "Bob")
    ready(club, ada, bob)
    bob.drop()
    assert ada.error(Enqueue, ["orbit"], {}, {}) == "not_ready"
    bob.resume()
    bob.ask(Create, "orbit", {}, {}, False)
    answer = ada.ask(Enqueue, ["orbit"], {}, {})
    assert (answer.error, answer.reason) == ("already_seated", "Bob has a seat in a session")


def test_queues_that_are_named_twice_or_unknown_or_too_small_are_refused(club):
    [ada] = club.party("Ada")
    assert ada.error(Enqueue, ["orbit", "orbit"], {}, {}) == "bad_ticket"
    assert ada.error(Enqueue, ["orbit", "no"], {}, {}) == "unknown_queue"
    assert ada.error(Enqueue, [ada.code], {}, {}) == "unknown_queue"
    five = club.party("P1", "P2", "P3", "P4", "P5")
    ready(club, *five)
    assert five[0].error(Enqueue, ["orbit"], {}, {}) == "party_too_large"
    assert ada.error(CancelQueue) == "not_queued", "nothing of that is a ticket"


def test_who_is_seated_together_stays_in_the_party():
    club = Club()  # sessions of two
    ada, bob = club.party("Ada", "Bob")
    ready(club, ada, bob)
    assert ada.error(Enqueue, ["orbit"], {}, {}) == ""
    told = club.told(ada, bob)
    assert [[kind for kind, _ in one if kind != "party"] for one in told] == [["matched"], ["matched"]]
    assert [one[-1] for one in told] == [("party", "Ada*S BobRS")] * 2
    assert len({room.id for room in club.sessions.sessions.values()}) == 1


# --- out of it --------------------------------------------------------------------------------------------------------


def test_any_member_cancels_for_all(club):
    ada, bob = duo(club)
    assert bob.error(CancelQueue) == ""
    assert reasons(club.told(ada, bob)) == [["cancelled"], ["cancelled"]]
    assert ada.error(CancelQueue) == "not_queued"


def test_who_leaves_or_is_kicked_takes_the_ticket_along(club):
    ada, bob = duo(club)
    bob.ask(PartyLeave)
    assert reasons(club.told(ada, bob)) == [["party_changed"], ["party_changed"]]
    ada, bob = duo(club)
    ada.ask(PartyKick, bob.player)
    assert reasons(club.told(ada, bob)) == [["party_changed"], ["party_changed"]]
    assert club.lobby.waiting("orbit") == 0


def test_when_the_leader_leaves_the_ticket_is_gone(club):
    ada, bob = duo(club)
    ada.ask(PartyLeave)
    assert reasons(club.told(ada, bob)) == [["party_changed"], ["party_changed"]]
    assert bob.error(Enqueue, ["orbit"], {}, {}) == "", "and the next one may queue"


def test_who_comes_in_ends_the_ticket(club):
    ada, bob = duo(club)
    cid = club.person("Cid")
    assert cid.error(PartyJoin, ada.code) == ""
    assert reasons(club.told(ada, bob, cid)) == [["party_changed"], ["party_changed"], []]


def test_who_is_not_ready_any_more_ends_the_ticket(club):
    ada, bob = duo(club)
    bob.ask(PartyReady, False, {}, {})
    assert reasons(club.told(ada, bob)) == [["party_changed"], ["party_changed"]]
    assert ada.error(Enqueue, ["orbit"], {}, {}) == "not_ready"


def test_other_attributes_count_from_the_next_ticket_on(club):
    ada, bob = duo(club)
    bob.ask(PartyReady, True, {"level": 9}, {})
    assert reasons(club.told(ada, bob)) == [[], []]


def test_a_lost_connection_keeps_the_place_and_the_end_of_the_window_does_not(club):
    ada, bob = duo(club)
    bob.drop()
    assert reasons(club.told(ada)) == [[]]
    assert club.lobby.waiting("orbit") == 1
    club.loop.advance(31.0)
    assert reasons(club.told(ada)) == [["party_changed"]]
    assert club.lobby.waiting("orbit") == 0


def test_who_logs_out_takes_the_ticket_along(club):
    ada, bob = duo(club)
    ada.connection.receiver.received(encode(Leave()))
    assert reasons(club.told(bob)) == [["party_changed"]]
    assert club.lobby.waiting("orbit") == 0


def test_whoever_is_out_of_the_party_may_queue_alone(club):
    ada, bob = duo(club)
    bob.ask(PartyLeave)
    assert bob.error(Enqueue, ["orbit"], {}, {}) == ""
    assert club.lobby.queues.ticket(club.lobby.of(PlayerId(bob.player)).id).size == 1
    assert bob.error(PartyJoin, ada.code) == "already_queued"
    assert bob.error(PartyCreate) == "already_queued"


# --- with rules -------------------------------------------------------------------------------------------------------


def test_a_party_whose_members_can_never_play_together_there_is_refused():
    club = Club(LARGE, queues=(PICKY,))
    ada, bob = club.party("Ada", "Bob")
    bob.ask(PartyReady, True, {"mode": "ctf"}, {})
    answer = ada.ask(Enqueue, ["picky"], {"mode": "koth"}, {})
    assert answer.error == "bad_ticket"
    assert "mode" in answer.reason
    assert ada.error(Enqueue, ["picky"], {}, {}) == "bad_ticket"
    assert ada.error(Enqueue, ["picky"], {"mode": "ctf"}, {}) == ""


async def asked(club: Club) -> list[Person]:
    """A party of two and two others, all of whom are asked whether they are ready."""
    club.sessions.seats_max = 4
    ada, bob = club.party("Ada", "Bob")
    cid, dan = club.people("Cid", "Dan")
    ready(club, ada, bob)
    for person in (ada, cid, dan):
        assert person.error(Enqueue, ["duos"], {}, {}) == ""
        await settled()
    people = [ada, bob, cid, dan]
    told = club.told(*people)
    assert all(any(kind == "ready_check" for kind, _ in one) for one in told), told
    return people


@pytest.mark.parametrize("what", ["kick", "leave", "log out", "come in", "not ready"])
async def test_a_party_that_changes_in_the_middle_of_a_ready_check_is_out_and_the_others_keep_their_places(what):
    club = Club(LARGE, queues=(DUOS,))
    ada, bob, cid, dan = await asked(club)
    match what:
        case "kick":
            ada.ask(PartyKick, bob.player)
        case "leave":
            bob.ask(PartyLeave)
        case "log out":
            bob.connection.receiver.received(encode(Leave()))
        case "come in":
            assert club.person("Eve").error(PartyJoin, ada.code) == ""
        case _:
            bob.ask(PartyReady, False, {}, {})
    told = club.told(ada, bob, cid, dan)
    ended = [[reason for kind, reason in one if kind == "ready_check_off"] for one in told]
    assert ended[2:] == [["left"], ["left"]]
    assert ended[0] == ["left"]
    assert reasons(told)[0] == ["party_changed"]
    assert reasons(told)[2:] == [[], []]
    assert club.lobby.waiting("duos") == 2
    assert ada.error(CancelQueue) == "not_queued"


async def test_an_accept_of_a_match_that_is_off_is_answered_so():
    club = Club(LARGE, queues=(DUOS,))
    ada, bob, cid, _ = await asked(club)
    assert club.person("Eve").error(Accept, cid.match, True) == "no_match", "who is not asked"
    assert cid.error(Accept, "another", True) == "no_match"
    assert cid.error(Accept, cid.match, True) == ""
    ada.ask(PartyKick, bob.player)
    assert [person.error(Accept, cid.match, True) for person in (ada, bob, cid)] == ["no_match"] * 3
