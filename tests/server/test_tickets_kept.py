"""Tickets survive their server: everybody is back in place, and a ready check that ran is off."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from rallypoint.core.lobby_image import TicketImage, Waits
from rallypoint.core.matchmaking.rules import Distance
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import PartyCreate, PartyJoin, PartyReady
from tests.server.lobby_life import KeptEntries
from tests.server.match_house import DUEL, PAIRS, Guest, Hall
from tests.server.test_tickets import Wanted


class Kept:
    """A hall with a journal, and others that come after it."""

    def __init__(self, *queues):
        self.queues = queues
        self.journal = KeptEntries()
        self.hall = Hall(*queues, commit=self.journal.commit)

    def die(self, *guests: Guest, away_s: float = 0.0, queues=None) -> Hall:
        """The server dies, and another one goes on, perhaps with other ``queues``; these guests come back."""
        before = self.hall
        self.hall = Hall(*(queues or self.queues), commit=self.journal.commit, after=before)
        self.hall.loop.now += away_s
        self.hall.host.restore(dict(self.journal.entries), away_s, self.hall.loop.now)
        for guest in guests:
            guest.hall = self.hall
            guest.resume()
        self.hall.go_on()
        return self.hall


def test_a_ticket_keeps_its_place_its_queues_and_how_long_it_has_waited():
    kept = Kept()
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("pairs", "duel", attributes={"maps": ["ice"], "level": 3}, latency_ms={"eu": 20.5})
    kept.hall.go_on(30.0)
    before = ann.session.ticket
    hall = kept.die(ann, bob, away_s=3600.0)
    ticket = ann.session.ticket
    assert (ticket.queues, ticket.number, hall.loop.now - ticket.queued_at) == (("pairs", "duel"), before.number, 30.0)
    [entrant] = ticket.entrants
    assert (entrant.attributes, entrant.latency_ms) == ({"maps": ("ice",), "level": 3}, {"eu": 20.5})
    assert ann.count("queued") == 1
    bob.enqueue("duel")
    hall.go_on()
    assert ann.last("matched")["session"] == bob.last("matched")["session"]


def test_who_is_not_back_yet_is_not_matched():
    kept = Kept()
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("duel")
    hall = kept.die(bob)
    bob.enqueue("duel")
    hall.go_on(5.0)
    assert bob.count("matched") == 0
    ann.hall = hall
    ann.resume()
    hall.go_on()
    assert bob.count("matched") == 1


def test_a_party_waits_on_together():
    kept = Kept()
    ann, bob, cid, dan = kept.hall.come("Ann", "Bob", "Cid", "Dan")
    code = ann.ask(PartyCreate).value["code"]
    bob.ask(PartyJoin, code)
    bob.ask(PartyReady, True, {"level": 2}, {})
    ann.enqueue("pairs", attributes={"level": 1})
    hall = kept.die(ann, bob, cid, dan)
    assert ann.session.ticket is bob.session.ticket
    assert [entrant.attributes for entrant in ann.session.ticket.entrants] == [{"level": 1}, {"level": 2}]
    cid.enqueue("pairs")
    dan.enqueue("pairs")
    hall.go_on()
    assert ann.last("matched")["team"] == bob.last("matched")["team"] != dan.last("matched")["team"]


def test_a_ready_check_that_ran_is_off_and_everybody_is_back_in_place():
    kept = Kept()
    ann, bob, cid = kept.hall.come("Ann", "Bob", "Cid")
    for guest in (ann, bob, cid):
        guest.enqueue("ranked")
    kept.hall.go_on()
    ann.accept()
    match = ann.check["match"]
    numbers = [guest.session.ticket.number for guest in (ann, bob, cid)]
    hall = kept.die(cid, bob, ann)
    told = {"match": match, "reason": "failed", "requeued": True}
    assert ann.last("ready_check_off") == bob.last("ready_check_off") == told
    assert cid.count("ready_check_off") == 0
    assert [guest.session.ticket.number for guest in (ann, bob, cid)] == numbers
    hall.go_on()
    assert [kind for kind, _ in ann.heard].count("unqueued") == 0
    assert hall.store.dodges == []


def test_after_a_restart_nothing_is_told_twice():
    kept = Kept()
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("ranked")
    bob.enqueue("ranked")
    kept.hall.go_on()
    kept.die(ann)
    kept.die(ann, bob)
    assert ann.count("ready_check_off") == bob.count("ready_check_off") == 1
    assert ann.count("queued") == 1


def test_a_queue_that_is_gone_gives_its_tickets_back_and_others_go_on():
    kept = Kept()
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("ranked", "duel")
    bob.enqueue("ranked")
    kept.die(ann, bob, queues=(DUEL,))
    assert ann.session.ticket.queues == ("duel",)
    assert bob.last("unqueued") == {"game": "ranked", "queues": ["ranked"], "reason": "unknown_queue"}


def test_rules_that_allow_a_ticket_no_more_give_it_back():
    kept = Kept()
    [ann] = kept.hall.come("Ann")
    ann.enqueue("duel")
    kept.die(ann, queues=(replace(DUEL, rules=(Distance(name="level", attribute="level", limit=1.0),)),))
    assert ann.last("unqueued")["reason"] == "bad_ticket"
    assert ann.queue is None


def test_tickets_of_an_older_release_are_read():
    class OldTicket(msgspec.Struct, array_like=True):
        game: str
        number: int
        queued_at: float
        told: int
        barred: list[str]

    kept = encode([7, OldTicket("orbit", 3, 12.5, 1, [])])
    waits = msgspec.msgpack.decode(kept, type=Waits)
    assert waits.ticket == TicketImage("orbit", 3, 12.5, 1, [])
    assert waits.plays is None


def test_who_plays_counts_in_a_backfill_after_a_restart_as_before():
    kept = Kept(replace(PAIRS, name="duo"), DUEL)
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("duel", attributes={"level": 7})
    bob.enqueue("duel")
    kept.hall.go_on()
    hall = kept.die(ann, bob)
    plays = hall.lobby.queues.ruled.backfills.plays(PlayerId(ann.player))
    assert plays is not None
    name, member = plays
    assert (name, member.attributes) == ("duel", {"level": 7})
    room = hall.sessions.sessions[ann.last("matched")["session"]]
    hall.sessions.wanted = {"duel": [Wanted(room.id, (0, 1), ((ann.player,), (bob.player,)))]}
    hall.host.session_changed(room.id)
    [cid] = hall.come("Cid")
    cid.enqueue("duel")
    hall.go_on(0.2)
    assert cid.last("matched")["session"] == room.id


def test_who_has_left_the_game_counts_in_no_backfill_after_a_restart():
    kept = Kept()
    ann, bob = kept.hall.come("Ann", "Bob")
    ann.enqueue("duel")
    bob.enqueue("duel")
    kept.hall.go_on()
    key = f"lobby/{ann.welcome.lobby}"
    assert kept.journal.images[key].waits.plays is not None
    room = kept.hall.sessions.sessions[ann.last("matched")["session"]]
    del room.players[PlayerId(ann.player)]
    kept.hall.host.player_unseated(PlayerId(ann.player))
    assert kept.journal.images[key].waits.plays is None
