"""Whatever the rules are and whoever comes: what the search promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.matchmaking.ticket import Match, Member, Ticket
from rallypoint_protocol.ids import PlayerId
from tests.server.core.matchmaking.queue_house import queues, tickets
from tests.server.core.matchmaking.referee import fault, possible

WAITS = st.lists(st.sampled_from([0.0, 3.0, 6.0, 11.0, 16.0, 25.0, 50.0]), min_size=8, max_size=8)


def _tickets(rules: QueueRules, parties: Sequence[Sequence[Member]], waits: Sequence[float]) -> list[Ticket]:
    """Those that the queue takes, the oldest first; as of the time 100."""
    queue, aged = MatchQueue(rules, 1000), zip(parties, sorted(waits, reverse=True), strict=False)
    told = [
        Ticket(f"t{number}", tuple(members), 100.0 - wait, number)
        for number, (members, wait) in enumerate(aged, start=1)
    ]
    return [ticket for ticket in told if not queue.refusal(ticket.members)]


def _queue(rules: QueueRules, told: Sequence[Ticket]) -> MatchQueue:
    queue = MatchQueue(rules, tickets_max=1000)
    for ticket in told:
        queue.add(ticket)
    return queue


def _all(queue: MatchQueue, now: float, units: int = 10**6) -> list[Match]:
    found = queue.work(now, units)
    while queue.busy:
        found += queue.work(now, units)
    return found


def _with_patience(queue: MatchQueue, now: float) -> tuple[list[Match], float]:
    """Until searches that were cut off have been repeated with all effort."""
    found = _all(queue, now)
    for _ in range(6):
        now += 1.0
        found += _all(queue, now)
    return found, now


@given(queues(), tickets(8), WAITS)
def test_every_match_keeps_every_rule_at_its_wait_and_no_ticket_is_in_two(rules, parties, waits):
    told = _tickets(rules, parties, waits)
    found = _all(_queue(rules, told), 100.0)
    seen = [ticket.id for match in found for ticket in match.tickets]
    assert len(seen) == len(set(seen))
    assert set(seen) <= {ticket.id for ticket in told}
    assert [fault(rules, match, 100.0) for match in found] == [""] * len(found)


@given(queues(), tickets(8), WAITS)
def test_when_the_search_has_ended_no_match_is_left_to_be_made(rules, parties, waits):
    told = _tickets(rules, parties, waits)
    found, now = _with_patience(_queue(rules, told), 100.0)
    taken = {ticket.id for match in found for ticket in match.tickets}
    assert possible(rules, [ticket for ticket in told if ticket.id not in taken], now) is None


@given(queues(), tickets(7), WAITS)
def test_the_oldest_ticket_is_matched_if_any_match_has_room_for_it(rules, parties, waits):
    told = _tickets(rules, parties, waits)
    if not told or rules.age == "newest" or rules.priority[:1] == ("parties",):
        return
    if possible(rules, told, 100.0, must=told[0]) is not None:
        assert any(told[0] in match.tickets for match in _all(_queue(rules, told), 100.0)[:1])


@given(queues(), st.lists(st.integers(0, 2), max_size=12), tickets(3), WAITS)
def test_of_equal_tickets_those_who_came_first_are_matched(rules, kinds, parties, waits):
    parties = [party for party in parties if len(party) == 1]
    if not parties:
        return
    plain = [replace(party[0], blocked=frozenset(), recent=()) for party in parties]
    same = [[replace(plain[kind % len(plain)], player=PlayerId(f"q{n}"))] for n, kind in enumerate(kinds)]
    told = _tickets(rules, same, [waits[0]] * len(same))
    found, _ = _with_patience(_queue(rules, told), 100.0)
    taken = {ticket.id for match in found for ticket in match.tickets}
    for kind in plain:
        in_order = [t.id in taken for t in told if replace(t.members[0], player=kind.player) == kind]
        assert in_order == sorted(in_order, reverse=True)


@given(queues(), tickets(8), WAITS, st.integers(1, 400))
def test_in_slices_of_any_size_the_same_matches_are_found(rules, parties, waits, units):
    told = _tickets(rules, parties, waits)
    assert _all(_queue(rules, told), 100.0) == _all(_queue(rules, told), 100.0, units)


class Life(RuleBasedStateMachine):
    """A queue through anything that may happen to it: who comes, goes, is held, a clock that jumps, matches refused."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.number = 0
        self.waiting: dict[str, Ticket] = {}
        self.held: dict[str, None] = {}
        self.proposed: list[Match] = []

    @initialize(rules=queues())
    def open(self, rules: QueueRules) -> None:
        self.queue_rules = rules
        self.queue = MatchQueue(rules, tickets_max=9)

    @precondition(lambda self: not self.queue.full)
    @rule(parties=tickets(3), ago=st.sampled_from([0.0, 0.0, 12.0]))
    def come(self, parties: list[list[Member]], ago: float) -> None:
        for members in parties:
            if not self.queue.full and not self.queue.refusal(members):
                self.number += 1
                ticket = Ticket(f"t{self.number}", tuple(members), self.now - ago, self.number)
                self.queue.add(ticket)
                self.waiting[ticket.id] = ticket

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        """Also out of a match that was found: that is not to be."""
        id_ = data.draw(st.sampled_from(list(self.waiting)))
        self.queue.remove(id_)
        del self.waiting[id_]
        self.held.pop(id_, None)
        self.proposed = [match for match in self.proposed if id_ not in _ids(match)]

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def hold_or_release(self, data: st.DataObject) -> None:
        id_ = data.draw(st.sampled_from(list(self.waiting)))
        if id_ in self.held:
            self.queue.release(id_)
            del self.held[id_]
        else:
            self.queue.hold(id_)
            self.held[id_] = None

    @rule(by=st.sampled_from([0.5, 3.0, 10.0, 30.0, -2.0, -40.0]))
    def time_goes(self, by: float) -> None:
        self.now += by

    @rule(units=st.sampled_from([1, 50, 10**6]))
    def work(self, units: int) -> None:
        free = [id_ for id_ in self.waiting if id_ not in self.held and not self._is_proposed(id_)]
        for match in self.queue.work(self.now, units):
            assert fault(self.queue_rules, match, self.now) == ""
            for id_ in _ids(match):
                free.remove(id_)  # fails for one that is gone, held, or in another match
            self.proposed.append(match)

    @precondition(lambda self: self.proposed)
    @rule(settled=st.booleans())
    def answer(self, settled: bool) -> None:
        match = self.proposed.pop(0)
        if settled:
            self.queue.settled(match, self.now)
            for id_ in _ids(match):
                del self.waiting[id_]
                self.held.pop(id_, None)
        else:
            self.queue.refused(match, self.now)

    @invariant()
    def the_queue_has_who_waits(self) -> None:
        if hasattr(self, "queue"):
            assert len(self.queue) == len(self.waiting)
            assert all(id_ in self.queue for id_ in self.waiting)

    def teardown(self) -> None:
        """Once nothing more happens, nobody is left who could play."""
        if not hasattr(self, "queue"):
            return
        for _ in range(7):  # rests end, and searches that were cut off are repeated
            self.now += 1.0
            self.work(10**6)
            while self.queue.busy:
                self.work(10**6)
        free = [t for id_, t in self.waiting.items() if id_ not in self.held and not self._is_proposed(id_)]
        assert possible(self.queue_rules, free, self.now) is None
        due = self.queue.due
        assert due is None or due > self.now

    def _is_proposed(self, id_: str) -> bool:
        return any(id_ in _ids(match) for match in self.proposed)


def _ids(match: Match) -> list[str]:
    return [ticket.id for ticket in match.tickets]


TestLife = Life.TestCase
