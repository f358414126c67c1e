"""Parties in the lobby, frame by frame: who is in, who leads, who is told what; and after a restart."""

from __future__ import annotations

import pytest

from rallypoint.core.lobby_image import TABLE_KEY, LobbyImage, LobbyPart, PartyImage, TableImage, TablePart
from rallypoint.core.parties import KICKED_MAX
from rallypoint.core.room_codes import ADDRESS_RATE, SESSION_RATE
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.limits import PARTY_MAX
from rallypoint_protocol.messages import (
    Create,
    Join,
    Leave,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
    Push,
    QuickMatch,
)
from tests.server.lobby_house import FakeStore
from tests.server.lobby_life import KeptEntries
from tests.server.party_house import Club, Person, seen


@pytest.fixture
def club():
    return Club()


# --- in and out -------------------------------------------------------------------------------------------------------


def test_who_creates_a_party_leads_it_and_is_answered_with_its_code(club):
    ada = club.person("Ada")
    answer = ada.ask(PartyCreate)
    assert answer.value == {
        "code": answer.value["code"],
        "n": 1,
        "leader": ada.player,
        "members": [{"player": ada.player, "name": "Ada", "ready": False, "here": True, "seated": False}],
    }
    assert answer.value["code"]
    assert club.told(ada) == [[]], "the answer has said it"


def test_who_has_the_code_comes_in_and_the_others_are_told(club):
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    answer = bob.ask(PartyJoin, f"  {ada.code.lower()} ")
    assert seen(answer.value) == "Ada* Bob"
    assert club.told(ada, bob) == [[("party", "Ada* Bob")], []]
    assert ada.party == bob.party


def test_who_leaves_is_out_and_both_sides_are_told(club):
    ada, bob = club.party("Ada", "Bob")
    assert bob.error(PartyLeave) == ""
    assert club.told(ada, bob) == [[("party", "Ada*")], [("party_off", "left")]]
    assert bob.error(PartyLeave) == "not_in_party"
    assert bob.error(PartyJoin, ada.code) == "", "who left may come back"


def test_when_the_leader_leaves_who_is_longest_in_it_leads(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    ada.ask(PartyLeave)
    assert club.told(bob, cid) == [[("party", "Bob* Cid")]] * 2
    assert ada.error(PartyJoin, bob.code) == ""
    assert club.told(bob)[0] == [("party", "Bob* Cid Ada")], "and comes back as the last"


def test_the_last_one_out_ends_it_and_the_code_is_of_no_use_any_more(club):
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    code = ada.code
    ada.ask(PartyLeave)
    assert len(club.lobby.parties) == 0
    assert bob.error(PartyJoin, code) == "unknown"


def test_a_player_is_in_one_party_at_most(club):
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    bob.ask(PartyCreate)
    assert bob.error(PartyJoin, ada.code) == "already_in_party"
    assert bob.error(PartyCreate) == "already_in_party"
    assert bob.error(PartyJoin, bob.code) == "already_in_party", "not with one's own code, either"
    assert [len(club.lobby.parties.of(PlayerId(one.player))) for one in (ada, bob)] == [1, 1]


def test_what_is_told_of_the_end_is_newer_than_all_before_and_older_than_all_after(club):
    ada, bob = club.party("Ada", "Bob")
    code, before = ada.code, bob.n
    ada.ask(PartyKick, bob.player)
    [off] = [reply for reply in bob.connection.take() if isinstance(reply, Push)]
    assert (off.kind, off.data) == ("party_off", {"code": code, "n": before + 1, "reason": "kicked"})
    cid = club.person("Cid")
    assert cid.ask(PartyJoin, code).value["n"] > before + 1
    cid.ask(PartyLeave)
    n, ada.acknowledges = ada.n, False
    ada.ask(PartyLeave)
    off = club.lobby.of(PlayerId(ada.player)).pushes.since(0)[-1][1]
    assert off.data["n"] > n, "of the last one, too"


def test_the_same_request_again_is_not_a_second_membership(club):
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    join = PartyJoin(1, ada.code)
    first = bob.say(join)
    assert bob.say(join) == first
    assert len(club.lobby.parties.of(PlayerId(bob.player))) == 2


def test_who_waits_in_a_queue_comes_into_no_party(club):
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    bob.ask(QuickMatch, "orbit")
    assert bob.error(PartyJoin, ada.code) == "already_queued"
    assert bob.error(PartyCreate) == "already_queued"


def test_a_party_has_so_many_members_and_no_more(club):
    people = club.party(*(f"P{number}" for number in range(PARTY_MAX)))
    late = club.person("Late")
    assert late.error(PartyJoin, people[0].code) == "full"
    people[3].ask(PartyLeave)
    assert late.error(PartyJoin, people[0].code) == ""


def test_there_are_so_many_parties_and_no_more(club):
    club.lobby.parties._parties_max = 1
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    assert bob.error(PartyCreate) == "full"
    ada.ask(PartyLeave)
    assert bob.error(PartyCreate) == ""


def test_codes_are_unique_whatever_is_drawn():
    codes = iter(["same", "same", "SAME", "other"])
    club = Club(new_code=lambda: next(codes))
    ada, bob = club.people("Ada", "Bob")
    ada.ask(PartyCreate)
    bob.ask(PartyCreate)
    assert (ada.code, bob.code) == ("SAME", "OTHER")


def test_wrong_codes_use_up_the_same_allowance_as_those_of_rooms(club):
    ada, eve = club.people("Ada", "Eve")
    ada.ask(PartyCreate)
    for number in range(int(SESSION_RATE.burst)):
        assert eve.error(PartyJoin, f"WRONG{number}") == "unknown"
    assert eve.error(PartyJoin, ada.code) == "too_fast", "right or wrong"
    assert eve.error(Join, "", "WRONG") == "too_fast"
    club.loop.advance(1 / SESSION_RATE.per_second)
    assert eve.error(PartyJoin, ada.code) == ""


def test_wrong_codes_count_for_the_address_whoever_tries_them(club):
    ada = club.person("Ada")
    ada.ask(PartyCreate)
    burst = int(SESSION_RATE.burst)
    for number in range(int(ADDRESS_RATE.burst) // burst):
        eve = club.person(f"Eve{number}")
        assert {eve.error(PartyJoin, "WRONG") for _ in range(burst)} == {"unknown"}
    assert club.person("Bob").error(PartyJoin, ada.code) == "too_fast"


def test_no_code_is_no_party(club):
    ada = club.person("Ada")
    assert ada.error(PartyJoin, "") == "unknown"
    assert ada.error(PartyJoin, " ") == "unknown"


# --- the leader -------------------------------------------------------------------------------------------------------


def test_the_leader_kicks_and_who_was_kicked_does_not_come_back_with_that_code(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    code = ada.code
    assert ada.error(PartyKick, bob.player) == ""
    assert club.told(ada, bob, cid) == [[("party", "Ada* Cid")], [("party_off", "kicked")], [("party", "Ada* Cid")]]
    assert bob.error(PartyJoin, code) == "kicked"
    assert bob.error(PartyCreate) == "", "but has others"


def test_so_many_who_were_kicked_are_remembered(club):
    [ada] = club.party("Ada")
    code = ada.code
    people = [club.person(f"P{number}") for number in range(KICKED_MAX + 1)]
    for person in people:
        assert person.error(PartyJoin, code) == ""
        ada.ask(PartyKick, person.player)
    assert people[0].error(PartyJoin, code) == "", "the first is forgotten"
    assert people[1].error(PartyJoin, code) == "kicked"


def test_the_leader_passes_the_lead_on(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    assert ada.error(PartyLead, cid.player) == ""
    assert club.told(bob) == [[("party", "Ada Bob Cid*")]]
    assert ada.error(PartyKick, bob.player) == "not_leader"
    cid.ask(PartyLeave)
    assert club.told(bob)[-1][-1] == ("party", "Ada* Bob"), "who is longest in it, not who came next"


def test_a_leader_leads_on_whoever_else_goes(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    ada.ask(PartyLead, bob.player)
    cid.ask(PartyLeave)
    assert club.told(ada)[0][-1] == ("party", "Ada Bob*")


def test_only_the_leader_does_what_a_leader_does_and_only_to_members(club):
    ada, bob = club.party("Ada", "Bob")
    [eve] = club.party("Eve")
    for kind in (PartyKick, PartyLead):
        assert bob.error(kind, ada.player) == "not_leader"
        assert eve.error(kind, ada.player) == "unknown", "not a member of that party"
        assert ada.error(kind, "nobody") == "unknown"
        assert ada.error(kind, "") == "unknown"
        assert club.person("Zoe").error(kind, ada.player) == "not_in_party"
    assert ada.error(PartyKick, ada.player) == "refused", "oneself: that is leaving"
    assert ada.error(PartyLead, ada.player) == ""
    assert club.told(ada, bob, eve) == [[], [], []]


# --- what others see --------------------------------------------------------------------------------------------------


def test_who_is_ready_is_seen_and_what_was_said_is_kept_for_tickets(club):
    ada, bob = club.party("Ada", "Bob")
    attributes = {"level": 3, "ranked": True, "maps": ["ice", "dune"], "far": -0.5, "kind": "tank"}
    assert bob.error(PartyReady, True, attributes, {"eu": 24.5}) == ""
    assert club.told(ada, bob) == [[("party", "Ada* BobR")]] * 2
    party = club.lobby.parties.of(PlayerId(ada.player))
    member = party.members[1]
    assert (member.player, member.session.name, member.ready) == (bob.player, "Bob", True)
    assert member.attributes == attributes | {"maps": ("ice", "dune")}
    assert member.latency_ms == {"eu": 24.5}
    bob.ask(PartyReady, False, {}, {})
    assert club.told(ada) == [[("party", "Ada* Bob")]]
    assert club.person("Eve").error(PartyReady, True, {}, {}) == "not_in_party"


def test_a_member_without_a_connection_keeps_the_place(club):
    ada, bob = club.party("Ada", "Bob")
    bob.ask(PartyReady, True, {}, {})
    club.settle(ada, bob)
    bob.drop()
    assert club.told(ada) == [[("party", "Ada* [BobR]")]]
    bob.resume()
    assert club.told(ada, bob) == [[("party", "Ada* BobR")], [("party", "Ada* [BobR]"), ("party", "Ada* BobR")]]


def test_a_leader_without_a_connection_leads_until_the_grace_window_ends(club):
    ada, bob = club.party("Ada", "Bob")
    ada.drop()
    assert club.told(bob) == [[("party", "[Ada*] Bob")]]
    club.loop.advance(31.0)
    assert club.told(bob) == [[("party", "Bob*")]]


def test_who_logs_out_is_out(club):
    ada, bob = club.party("Ada", "Bob")
    ada.connection.receiver.received(encode(Leave()))
    assert club.told(bob) == [[("party", "Bob*")]]
    bob.connection.receiver.received(encode(Leave()))
    assert len(club.lobby.parties) == 0


def test_who_is_seated_is_seen_and_stays_in_the_party(club):
    ada, bob = club.party("Ada", "Bob")
    bob.ask(Create, "orbit", {}, {}, False)
    assert club.told(ada) == [[("party", "Ada* BobS")]]
    club.sessions.sessions[SessionId("s1")].ended = True
    club.host.player_unseated(PlayerId(bob.player))
    assert club.told(ada) == [[("party", "Ada* Bob")]]


def test_seats_of_a_match_are_seen(club):
    ada, bob = club.party("Ada", "Bob")
    room = club.sessions.open("orbit", bob.player)
    club.host.offer(PlayerId(bob.player), club.sessions._offer(room, PlayerId(bob.player)))
    assert club.told(ada) == [[("party", "Ada* BobS")]]


async def test_who_begins_anew_with_a_hello_keeps_the_party_and_is_told_it_again():
    club = Club(store=FakeStore(keeps_guests=True))
    ada, bob = club.party("Ada", "Bob")
    secret = bob.welcome.secret
    await bob.come_again(secret, "Bobby")
    assert club.told(ada, bob) == [[("party", "Ada* Bobby")], [("party", "Ada* Bobby")]]
    await ada.come_again(ada.welcome.secret)
    assert club.told(ada, bob) == [[("party", "Ada* Bobby")], []], "nothing is new to Bob"


async def test_who_begins_anew_before_it_acknowledged_gets_the_push_again_and_then_what_is_new():
    club = Club(store=FakeStore(keeps_guests=True))
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    bob.acknowledges, secret = False, bob.welcome.secret
    cid.ask(PartyReady, True, {}, {})
    club.settle(ada, bob, cid)
    ada.ask(PartyReady, True, {}, {})
    club.settle(ada, bob, cid)
    await bob.come_again(secret)
    assert club.told(bob) == [[("party", "Ada* Bob CidR")]]
    bob.acknowledge()
    assert club.told(bob) == [[("party", "Ada*R Bob CidR")]]
    await bob.come_again(secret)
    assert club.told(bob) == [[("party", "Ada*R Bob CidR")]]
    bob.acknowledge()
    assert club.told(bob) == [[]], "it knows that already"


# --- not too often ----------------------------------------------------------------------------------------------------


def test_changes_in_a_row_are_told_together(club):
    ada, bob = club.party("Ada", "Bob")
    for number in range(50):
        bob.ask(PartyReady, number % 2 == 0, {}, {})
    assert club.told(ada) == [[("party", "Ada* BobR"), ("party", "Ada* Bob")]], "at once, and then what came of it"


def test_what_has_changed_back_is_not_told(club):
    ada, bob = club.party("Ada", "Bob")
    ada.ask(PartyReady, True, {}, {})
    assert [len(told) for told in (ada.take_told(), bob.take_told())] == [1, 1]
    bob.ask(PartyReady, True, {}, {})
    bob.ask(PartyReady, False, {}, {})
    assert club.told(ada, bob) == [[], []]


def test_who_does_not_acknowledge_is_told_the_newest_only_then(club):
    ada, bob = club.party("Ada", "Bob")
    bob.acknowledges = False
    for number in range(300):
        ada.ask(PartyReady, number % 2 == 0, {"level": number}, {})
        club.loop.advance(1.0)
    assert club.told(bob) == [[("party", "Ada*R Bob")]]
    bob.acknowledge()
    assert club.told(bob) == [[("party", "Ada* Bob")]]


def test_a_resume_acknowledges_what_was_told_too(club):
    ada, bob = club.party("Ada", "Bob")
    bob.acknowledges = False
    for flag in (True, False):
        ada.ask(PartyReady, flag, {}, {})
        club.pass_time(ada, bob)
    bob.drop()
    bob.resume()
    assert club.told(bob)[0][-1] == ("party", "Ada* Bob")


def test_nobody_loses_a_lobby_session_by_what_others_do_in_the_party_meanwhile(club):
    ada, bob = club.party("Ada", "Bob")
    bob.drop()
    for number in range(600):
        ada.ask(PartyReady, number % 2 == 0, {}, {})
        club.loop.advance(0.04)
    bob.resume()
    club.settle(ada, bob)
    assert bob.party == ada.party


def test_without_news_there_is_no_timer(club):
    people = club.party("Ada", "Bob")
    assert club.lobby.parties.news.due is None
    people[1].ask(PartyReady, True, {}, {})
    club.pass_time(*people)
    assert club.lobby.parties.news.due is None


def test_a_clock_that_jumps_back_keeps_nobody_waiting():
    club = Club()
    ada, bob = club.party("Ada", "Bob")
    club.loop.now -= 500.0
    bob.ask(PartyReady, True, {}, {})
    assert ada.take_told() == [("party", "Ada* BobR")]


# --- for tickets ------------------------------------------------------------------------------------------------------


def refusal(club: Club, person: Person, *games: str) -> tuple[str, str] | None:
    session = club.lobby.of(PlayerId(person.player))
    assert session is not None
    return club.lobby.parties.refusal_to_queue(session, games)


def test_the_leader_queues_when_all_others_are_ready_and_here(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    assert refusal(club, ada) == ("not_ready", "Bob is not ready")
    bob.ask(PartyReady, True, {}, {})
    assert refusal(club, ada) == ("not_ready", "Cid is not ready")
    cid.ask(PartyReady, True, {}, {})
    assert refusal(club, ada, "orbit") is None, "the leader says so by queueing"
    assert refusal(club, bob) == ("not_leader", "the leader of your party queues for all of you")
    cid.drop()
    assert refusal(club, ada) == ("not_ready", "Cid has lost the connection")
    assert refusal(club, club.person("Eve"), "orbit") is None, "who is in no party queues alone"


def test_a_party_with_a_seated_member_is_not_queued_unless_one_may_sit_in_both(club):
    ada, bob = club.party("Ada", "Bob")
    bob.ask(PartyReady, True, {}, {})
    bob.ask(Create, "orbit", {}, {}, False)
    assert refusal(club, ada, "orbit") == ("already_seated", "Bob has a seat in a session")
    assert refusal(club, ada, "world", "orbit") == ("already_seated", "Bob has a seat in a session")
    club.sessions.shared_games.add("world")
    assert refusal(club, ada, "world") is None
    ada.ask(Create, "orbit", {}, {}, False)
    assert refusal(club, ada, "orbit") == ("already_seated", "you have a seat in a session: leave it first")


def test_whoever_comes_goes_or_is_not_ready_any_more_is_a_change_for_tickets(club):
    ada, bob, cid = club.party("Ada", "Bob", "Cid")
    changes: list[tuple[int, str]] = []
    club.lobby.parties.changed_callback = lambda party: changes.append((len(party), party.code))
    code = ada.code
    eve = club.person("Eve")

    def after(act) -> list[int]:
        changes.clear()
        act()
        assert {it for _, it in changes} <= {code}
        return [members for members, _ in changes]

    assert after(lambda: bob.ask(PartyReady, True, {}, {})) == []
    assert after(lambda: bob.ask(PartyReady, True, {"level": 2}, {})) == []
    assert after(lambda: bob.ask(PartyReady, False, {}, {})) == [3]
    assert after(lambda: ada.ask(PartyLead, bob.player)) == []
    assert after(ada.drop) == [], "away is not gone"
    assert after(lambda: eve.ask(PartyJoin, code)) == [4]
    assert after(lambda: bob.ask(PartyKick, cid.player)) == [3]
    assert after(lambda: club.loop.advance(31.0)) == [2], "now Ada is"
    assert after(lambda: bob.ask(PartyLeave)) == [1]
    assert after(lambda: eve.connection.receiver.received(encode(Leave()))) == [0]


# --- after a restart --------------------------------------------------------------------------------------------------


class Kept:
    """A club with a journal, and others that come after it."""

    def __init__(self) -> None:
        self.journal = KeptEntries()
        self.club = Club(commit=self.journal.commit)

    def die(self, away_s: float = 0.0) -> Club:
        self.club = Club(commit=self.journal.commit, after=self.club)
        self.club.loop.now += away_s
        self.club.host.restore(dict(self.journal.entries), away_s, self.club.loop.now)
        return self.club


@pytest.fixture
def kept():
    return Kept()


def test_a_party_is_there_after_a_restart_with_all_that_its_members_said(kept):
    ada, bob = kept.club.party("Ada", "Bob")
    bob.ask(PartyReady, True, {"maps": ["ice"], "level": 2}, {"eu": 20.0})
    ada.ask(PartyLead, bob.player)
    kept.club.settle(ada, bob)
    n = ada.n
    club = kept.die(away_s=100.0)
    party = club.lobby.parties.of(PlayerId(ada.player))
    assert (party.code, party.leader, len(party)) == (ada.code, bob.player, 2)
    assert party.members[1].attributes == {"maps": ("ice",), "level": 2}
    assert party.members[1].latency_ms == {"eu": 20.0}
    for person in (ada, bob):
        person.house = club
        person.resume()
    [told, _] = club.told(ada, bob)
    assert told[-1] == ("party", "Ada Bob*R")
    assert ada.n > n


def test_what_clients_have_is_older_than_what_they_are_told_after_a_restart(kept):
    ada, bob = kept.club.party("Ada", "Bob")
    bob.ask(PartyReady, True, {}, {})
    kept.club.settle(ada, bob)
    before = ada.party
    club = kept.die()
    [image] = club.lobby.parties.images.values()
    assert image.n == before["n"]
    assert image.shown | {"n": image.n} == before


def test_all_of_it_whole_has_parties(kept):
    kept.club.party("Ada")
    club = kept.die()
    [table] = [entry for entry in club.host.wholes() if entry.key == TABLE_KEY]
    assert len(TableImage.read([table.data]).parties) == 1


def test_who_does_not_come_back_after_a_restart_is_out_when_the_window_ends(kept):
    _, bob = kept.club.party("Ada", "Bob")
    club = kept.die()
    bob.house = club
    bob.resume()
    club.settle(bob)
    club.loop.advance(31.0)
    assert club.told(bob) == [[("party", "Bob*")]]


def test_who_was_kicked_before_a_restart_does_not_come_back_after_it(kept):
    ada, bob = kept.club.party("Ada", "Bob")
    code = ada.code
    ada.ask(PartyKick, bob.player)
    club = kept.die()
    bob.house = club
    bob.resume()
    assert bob.error(PartyJoin, code) == "kicked"


def test_a_party_that_ended_is_not_there_after_a_restart(kept):
    ada, bob = kept.club.party("Ada", "Bob")
    ada.ask(PartyLeave)
    bob.ask(PartyLeave)
    club = kept.die()
    assert len(club.lobby.parties) == 0
    assert club.lobby.parties.of(PlayerId(ada.player)) is None


def test_what_members_say_is_kept_with_each_of_them_alone(kept):
    people = kept.club.party(*(f"P{number}" for number in range(PARTY_MAX)))
    for person in people:
        person.ask(PartyReady, True, {"note": "x" * 128}, {})
    kept.club.settle(*people)
    kept.journal.take(kept.club.host.take_entries())
    sizes = {key: len(entries[-1]) for key, entries in kept.journal.entries.items()}
    member = kept.club.lobby.parties.member_image(kept.club.lobby.of(PlayerId(people[1].player)))
    assert len(encode(LobbyPart(member=member))) < 200
    assert sizes[TABLE_KEY] < 4096, "the table has nothing of that"


def test_entries_of_an_older_release_without_parties_are_read():
    table = TableImage.read([encode([{}, {}]), encode([[], [], {"": 3}])])
    assert (table.parties, table.rooms) == ({}, {"": 3})
    assert TableImage.read([encode(TableImage()), encode(TablePart())]) == TableImage()
    stay = [b"", None, False, 30.0, None, 0.0]
    old = ["id", "p", "Ada", stay, [0, None], [None, []], [0, 0, 0, []], [], -1]
    image = LobbyImage.read("lobby/id", [encode(old), encode([stay, None, None, None, []])])
    assert not image.member.ready


def test_members_whose_lobby_sessions_are_not_there_are_left_out():
    club = Club()
    image = PartyImage("id", "CODE", "gone", [])
    image.members = ["nobody", club.person("Cid").player]
    club.lobby.parties.restore(image, {})
    [party] = club.lobby.parties.images.values()
    assert (party.members, party.leader) == (image.members[1:], image.members[1])
    image.id, image.members = "another", ["nobody"]
    club.lobby.parties.restore(image, {})
    assert len(club.lobby.parties) == 1, "nobody is left of the other one"


def test_a_lobby_that_does_not_keep_notes_no_parties(club):
    club.party("Ada", "Bob")
    assert club.lobby.parties.changed is None
