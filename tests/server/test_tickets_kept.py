"""Tickets survive their server: everybody is back in place, and a ready check that ran is off."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import given, strategies as st

from rallypoint.core.lobby_image import TicketImage, Waits
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import PartyCreate, PartyJoin, PartyReady
from tests.server.lobby_life import CLIENTS, VERBS, KeptEntries, Life, live_images, without_empty_table
from tests.server.match_house import DUEL, PAIRS, RANKED, Guest, Hall
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
    from rallypoint.core.matchmaking.rules import Distance

    kept = Kept()
    [ann] = kept.hall.come("Ann")
    ann.enqueue("duel")
    kept.die(ann, queues=(replace(DUEL, rules=(Distance(name="level", attribute="level", limit=1.0),)),))
    assert ann.last("unqueued")["reason"] == "bad_ticket"
    assert ann.queue is None


def test_tickets_of_an_older_release_are_read():
    class OldTicket(TicketImage.__base__, array_like=True):  # type: ignore[misc,call-arg]  # as it was written then
        game: str
        number: int
        queued_at: float
        told: int
        barred: list[str]

    import msgspec

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
    name, member = hall.lobby.queues.ruled.plays(PlayerId(ann.player))
    assert (name, member.attributes) == ("duel", {"level": 7})
    room = hall.sessions.sessions[ann.last("matched")["session"]]
    hall.sessions.wanted = {"duel": [Wanted(room.id, (0, 1), ((ann.player,), (bob.player,)))]}
    hall.host.session_changed(room.id)
    [cid] = hall.come("Cid")
    cid.enqueue("duel")
    hall.go_on(0.2)
    assert cid.last("matched")["session"] == room.id


# --- random lives -----------------------------------------------------------------------------------------------------

ABOUT_TICKETS = (
    "enqueue",
    "enqueue",
    "accept",
    "accept",
    "queue",
    "cancel",
    "drop",
    "resume",
    "wait",
    "party",
    "join party",
    "ready",
    "leave party",
    "end",
    "leave seat",
    "acknowledge",
    "log out",
    "hello",
    "hello again",
)
STEPS = st.tuples(st.sampled_from(ABOUT_TICKETS), st.integers(0, CLIENTS - 1), st.integers(0, 9))


def tickets_of(lobby):
    """What each player waits for, without what a restart is allowed to change."""
    return {
        session.player: (ticket.queues, ticket.number, ticket.players, [dict(one.attributes) for one in ticket.entrants])
        for session in lobby._register
        if (ticket := session.ticket) is not None
    }


def assert_sound(house):
    """Each ticket is in all of its queues, and no queue holds another; found ones are held everywhere."""
    queues = house.lobby.queues
    tickets = {ticket.id: ticket for ticket in queues._waiting.values()}
    for name, queue in queues._queues.items():
        assert list(queue._tickets) == [id_ for id_, ticket in tickets.items() if name in ticket.queues] or sorted(
            queue._tickets
        ) == sorted(id_ for id_, ticket in tickets.items() if name in ticket.queues)
        for id_, one in queue._tickets.items():
            assert one.connected is (tickets[id_].here and tickets[id_].found is None)
    for name, queue in queues.ruled.queues.items():
        inside = [id_ for id_, ticket in tickets.items() if name in ticket.searched]
        assert len(queue) == len(inside)
        assert all(id_ in queue for id_ in inside)
        assert queues.waiting(name) == sum(name in ticket.queues for ticket in tickets.values())
    for ticket in tickets.values():
        assert not ticket.gone
        assert all(one.session.ticket is ticket for one in ticket.entrants)
        assert not any(house.sessions.is_seated(player) and ticket.found for player in ticket.players)
    checks = queues.ruled._checks
    assert len(checks) == len(queues.ruled._checked)
    assert not queues.ruled._found, "what was found is placed at once, or is off"


@given(st.lists(STEPS, min_size=5, max_size=50), st.sets(st.integers(0, 49), max_size=3))
def test_whatever_happens_no_ticket_is_lost_or_doubled_and_a_restart_brings_all_back(steps, deaths):
    async def live():
        rules = {"rules": QuickMatchRules("orbit", 2, 2, 8.0), "queues": (DUEL, RANKED)}
        life = Life(KeptEntries(), **rules)
        for number, step in enumerate(steps):
            assert step[0] in VERBS
            await life.step(*step)
            life.house.loop.advance(0.0)
            for _ in range(3):
                await asyncio.sleep(0)
                life.house.loop.advance(0.0)
            life.hear()
            assert_sound(life.house)
            life.journal.take(life.house.host.take_entries())
            assert without_empty_table(life.journal.images) == live_images(life.house.lobby)
            if number in deaths:
                before = tickets_of(life.house.lobby)
                life.die()
                assert tickets_of(life.house.lobby) == before
                await asyncio.sleep(0)
        await life.house.host.stop()

    asyncio.run(live())
