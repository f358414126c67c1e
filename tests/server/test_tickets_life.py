"""Random lives of tickets: whatever players do, and whenever the server dies, none is lost, doubled or told wrongly."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Leave, PartyCreate, PartyJoin, PartyLeave, PartyReady
from tests.server.lobby_life import KeptEntries, live_images, without_empty_table
from tests.server.match_house import DUEL, PAIRS, RANKED, Guest, Hall

QUEUES = (RANKED, DUEL, replace(PAIRS, ready_s=5.0))
CHOICES = (["ranked"], ["pairs"], ["orbit"], ["ranked", "pairs"], ["pairs", "orbit"], ["duel", "ranked"])
GUESTS = st.integers(0, 4)


def assert_sound(house: Hall) -> None:
    """Each ticket is in all of its queues, no queue holds another, and who is found or away is looked at by none."""
    queues = house.lobby.queues
    tickets = {ticket.id: ticket for ticket in queues._waiting.values()}
    for name, queue in queues._queues.items():
        assert list(queue._tickets) == sorted(
            (id_ for id_, ticket in tickets.items() if name in ticket.queues), key=lambda id_: tickets[id_].number
        )
        for id_, one in queue._tickets.items():
            assert one.connected is (tickets[id_].here and tickets[id_].found is None)
    for name, ruled_queue in queues.ruled.queues.items():
        inside = [id_ for id_, ticket in tickets.items() if name in ticket.queues]
        assert len(ruled_queue) == queues.waiting(name) == len(inside)
        assert all(id_ in ruled_queue for id_ in inside)
    for ticket in tickets.values():
        assert not ticket.gone
        assert all(one.session.ticket is ticket for one in ticket.entrants)
        assert not any(house.sessions.is_seated(PlayerId(player)) for player in ticket.players)
    ruled = queues.ruled
    assert set(ruled._checked) == {ticket.found.id for ticket in tickets.values() if ticket.found is not None}
    assert len(ruled._checks) == len(ruled._checked)
    assert not ruled._found, "what was found is placed at once, or off"


class Life(RuleBasedStateMachine):
    """Five guests; some come back, some do not. What each is told is followed word by word."""

    @initialize()
    def begin(self):
        self.journal = KeptEntries()
        self.hall = Hall(*QUEUES, rules=QuickMatchRules("orbit", 2, 4, 6.0), commit=self.journal.commit)
        self.guests: list[Guest] = self.hall.come("Ann", "Bob", "Cid", "Dan", "Eve")
        self.read = dict.fromkeys(range(5), 0)
        self.waits = dict.fromkeys(range(5), False)
        """By what was told: True from the first word of a ticket to its last."""
        self.checked: dict[int, str] = {}

    def guest(self, who) -> Guest:
        guest: Guest = self.guests[who]
        return guest

    def is_here(self, who) -> bool:
        return self.guests[who].connection.closed is None and not self.guests[who].gone

    # --- what players do ----------------------------------------------------------------------------------------------

    @rule(who=GUESTS, queues=st.sampled_from(CHOICES))
    def enqueue(self, who, queues):
        self.ask_for(who, queues)

    def ask_for(self, who, queues):
        guest = self.guest(who)
        if self.is_here(who):
            waited, party = guest.session.ticket, guest.session.party
            players = [guest.player] if party is None else [one.player for one in party.party.members]
            self.listen()
            answer = guest.enqueue(*queues)
            if not answer.error:
                assert waited is None
                for other in range(5):
                    if self.guest(other).player in players:
                        assert not self.waits[other], "one ticket at a time"
                        self.waits[other] = True

    @rule(queues=st.sampled_from(CHOICES), leave=st.booleans())
    def all_enqueue(self, queues, leave):
        for who in range(5):
            if leave:
                self.leave_seats(who)
            self.ask_for(who, queues)

    @precondition(lambda self: any(self.asked(who) for who in range(5)))
    @rule(who=GUESTS, accepts=st.sampled_from([True, True, True, False]))
    def answer_the_check(self, who, accepts):
        for one in range(who, who + 5):
            if self.is_here(one % 5) and self.asked(one % 5):
                self.guest(one % 5).accept(accepts)
                break

    @precondition(lambda self: any(self.asked(who) for who in range(5)))
    @rule()
    def all_accept(self):
        for who in range(5):
            if self.is_here(who) and self.asked(who):
                self.guest(who).accept()

    def asked(self, who):
        session = self.guest(who).session
        return session is not None and session.ticket is not None and session.ticket.found is not None

    @rule(who=GUESTS)
    def cancel(self, who):
        if self.is_here(who):
            self.guest(who).cancel()

    @rule(who=GUESTS)
    def drop_or_come_back(self, who):
        guest = self.guest(who)
        if self.is_here(who):
            guest.drop()
            guest.gone = True
        elif guest.session is not None:
            guest.gone = False
            guest.resume()

    @rule(who=GUESTS)
    def log_out_and_come_as_somebody_else(self, who):
        if self.is_here(who):
            self.leave_seats(who)
            self.guest(who).connection.say(Leave())
        elif self.guest(who).session is not None:
            return
        self.guests[who] = Guest(self.hall, self.guest(who).name)
        self.read[who], self.waits[who] = 0, False
        self.checked.pop(who, None)

    @rule(who=GUESTS, other=GUESTS)
    def make_a_party(self, who, other):
        if who == other or not self.is_here(who) or not self.is_here(other):
            return
        leader, guest = self.guest(who), self.guest(other)
        party = leader.session.party
        created = leader.ask(PartyCreate) if party is None else None
        if created is None or not created.error:
            guest.ask(PartyJoin, leader.session.party.party.code)
            guest.ask(PartyReady, True, {}, {})

    @rule(who=GUESTS)
    def leave_the_party(self, who):
        if self.is_here(who):
            self.guest(who).ask(PartyLeave)

    @rule(who=GUESTS)
    def leave_the_game(self, who):
        self.leave_seats(who)

    def leave_seats(self, who):
        player = PlayerId(self.guest(who).player)
        for room in self.hall.sessions.sessions.values():
            if room.players.pop(player, None) is not None:
                self.hall.host.player_unseated(player)

    @rule(room=st.sampled_from([0, 1, 100, 100]))
    def there_is_room_or_none(self, room):
        self.hall.sessions.rooms_max = len(self.hall.sessions._running()) + room
        self.hall.host.capacity_changed()

    @rule(seconds=st.sampled_from([0.3, 1.0, 4.0, 11.0]))
    def time_passes(self, seconds):
        self.hall.go_on(seconds)

    @rule()
    def the_server_dies(self):
        self.journal.take(self.hall.host.take_entries())
        before = self.tickets()
        old, here = self.hall, [who for who in range(5) if self.is_here(who)]
        self.hall = Hall(*QUEUES, rules=QuickMatchRules("orbit", 2, 4, 6.0), commit=self.journal.commit, after=old)
        self.hall.host.restore(dict(self.journal.entries), 0.0, self.hall.loop.now)
        assert self.tickets() == before
        for who, guest in enumerate(self.guests):
            guest.hall = self.hall
            if who in here:
                guest.resume()

    def tickets(self):
        return {
            session.player: (ticket.queues, ticket.number, ticket.queued_at, ticket.players)
            for session in self.hall.lobby._register
            if (ticket := session.ticket) is not None
        }

    # --- what holds ---------------------------------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "hall"))
    @invariant()
    def the_lobby_is_sound_and_written(self):
        self.hall.go_on()
        assert_sound(self.hall)
        self.journal.take(self.hall.host.take_entries())
        assert without_empty_table(self.journal.images) == live_images(self.hall.lobby)

    @precondition(lambda self: hasattr(self, "hall"))
    @invariant()
    def each_word_makes_sense_after_the_one_before(self):
        self.listen()
        for who, guest in enumerate(self.guests):
            if self.is_here(who):
                assert self.waits[who] is (guest.session.ticket is not None)

    def listen(self):
        for who, guest in enumerate(self.guests):
            if self.is_here(who):
                guest.listen()
                for kind, data in guest.heard[self.read[who] :]:
                    self.hear(who, kind, data)
                self.read[who] = len(guest.heard)

    def hear(self, who, kind, data):
        match kind:
            case "queued":
                assert self.waits[who]
            case "unqueued":
                assert self.waits[who], "a ticket ends once"
                self.waits[who] = False
            case "matched":
                assert self.waits[who], "nobody is both matched and cancelled"
                assert self.checked.pop(who, data.get("match", "")) == data.get("match", "")
                self.waits[who] = False
            case "ready_check":
                assert self.waits[who]
                assert self.checked.setdefault(who, data["match"]) == data["match"], "one at a time"
            case "ready_check_off":
                assert self.checked.pop(who) == data["match"]


Life.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
