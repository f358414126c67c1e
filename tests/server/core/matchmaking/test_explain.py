"""Why a ticket waits: every number in the explanation is what counting one by one gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings, strategies as st

from rallypoint.core.matchmaking import tally
from rallypoint.core.matchmaking.estimate import RecentMatches
from rallypoint.core.matchmaking.explain import Explanation, RuleFacts, explain
from rallypoint.core.matchmaking.measures import measure_of
from rallypoint.core.matchmaking.pairing import Entry, passes
from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import (
    Avoid,
    Balance,
    Distance,
    Equal,
    Expansion,
    Latency,
    Overlap,
    QueueRules,
    Rule,
    TeamSize,
)
from rallypoint.core.matchmaking.ticket import Match, Member, Rating, Ticket
from rallypoint_protocol.ids import PlayerId

NOW = 1000.0
DUEL = (TeamSize(1, 1),) * 2
FOURS = (TeamSize(4, 4),) * 2
RATING = Distance(
    name="rating",
    attribute="rating",
    limit=3.0,
    expansions=(Expansion(10.0, 6.0), Expansion(30.0, 12.0)),
    optional_after_s=60.0,
)
PING = Latency(name="ping", limit=50.0, expansions=(Expansion(20.0, 100.0),))
MAPS = Overlap(name="maps", attribute="maps", limit=2.0, expansions=(Expansion(15.0, 1.0),))
MODE = Equal(name="mode", attribute="mode", optional_after_s=45.0)
AGAIN = Avoid(name="again", what="recent", matches=1, optional_after_s=25.0)
DODGES = Avoid(name="dodges", what="dodgers", limit=2.0)
FAIR = Balance(name="fair", limit=1.0)
ALL_RULES: tuple[Rule, ...] = (RATING, PING, MAPS, MODE, AGAIN, DODGES, FAIR)


class Queue:
    """Tickets that wait, as the search has prepared them."""

    def __init__(self, *rules: Rule, teams: tuple[TeamSize, ...] = FOURS, **more: Any) -> None:
        self.rules = QueueRules(name="ranked", game="arena", teams=teams, rules=rules, **more)
        self.measures = [measure_of(rule, index) for index, rule in enumerate(rules)]
        self.entries: list[Entry] = []
        self.recent = RecentMatches()

    def add(self, *members: Member, wait_s: float = 0.0) -> Entry:
        number = len(self.entries)
        ticket = Ticket(f"t{number}", members, NOW - wait_s, number)
        values = tuple(measure.value(members) for measure in self.measures)
        self.entries.append(Entry(ticket, values, (float(number),)))
        return self.entries[-1]

    def why(self, entry: Entry, now: float = NOW) -> Explanation:
        return explain(self.rules, self.measures, entry, self.entries, now, self.recent)


def rated(rating: float, player: str = "p", **more: Any) -> Member:
    return Member(PlayerId(player), rating=Rating(rating), **more)


def test_nobody_else_waits() -> None:
    queue = Queue(RATING)
    why = queue.why(queue.add(rated(25), wait_s=4.0))
    assert why == Explanation(
        "ranked",
        4.0,
        1,
        (RuleFacts("rating", 0, 0, 0, 3.0, 6.0, 6.0),),
        None,
        0,
        7,
        None,
        "nobody else waits",
    )


def test_each_rule_tells_how_many_pass_and_how_many_it_alone_excludes() -> None:
    queue = Queue(RATING, MODE)
    me = queue.add(rated(25, attributes={"mode": "ctf"}), wait_s=2.0)
    queue.add(rated(26, attributes={"mode": "ctf"}))  # near
    queue.add(rated(40, attributes={"mode": "ctf"}))  # too strong
    queue.add(rated(41, attributes={"mode": "ctf"}))  # too strong
    queue.add(rated(24, attributes={"mode": "duel"}))  # plays something else
    queue.add(rated(40, attributes={"mode": "duel"}))  # both
    why = queue.why(me)
    assert [(fact.rule, fact.passes, fact.of, fact.excludes) for fact in why.rules] == [
        ("rating", 2, 5, 2),
        ("mode", 3, 5, 1),
    ]
    assert (why.tightest, why.nearby, why.players_needed) == ("rating", 1, 6)
    assert why.text == "1 player near your rating, widening in 8 s"


def test_a_rule_that_has_become_optional_excludes_nobody() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25), wait_s=60.0)
    queue.add(rated(99))
    (fact,) = queue.why(me).rules
    assert fact == RuleFacts("rating", 1, 1, 0, None, None, None)


def test_the_next_change_may_be_that_the_rule_counts_no_more() -> None:
    queue = Queue(RATING)
    (fact,) = queue.why(queue.add(rated(25), wait_s=45.0)).rules
    assert (fact.limit, fact.next_s, fact.next_limit) == (12.0, 15.0, None)


def test_who_has_waited_longer_brings_a_wider_limit_along() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25))
    old = queue.add(rated(35), wait_s=35.0)
    assert queue.why(me).nearby == 1
    assert queue.why(old).nearby == 1


def test_with_the_age_of_the_newest_both_have_to_have_waited() -> None:
    queue = Queue(RATING, age="newest")
    me = queue.add(rated(25))
    old = queue.add(rated(35), wait_s=35.0)
    assert queue.why(me).nearby == 0
    assert queue.why(old).nearby == 0


def test_rules_about_teams_exclude_nobody_and_are_left_out() -> None:
    queue = Queue(FAIR)
    me = queue.add(rated(25))
    queue.add(rated(60))
    why = queue.why(me)
    assert (why.rules, why.tightest, why.nearby) == ((), None, 1)


def test_who_is_held_is_waiting_and_no_candidate() -> None:
    queue = Queue(RATING)
    me, other = queue.add(rated(25)), queue.add(rated(25))
    other.held = True
    why = queue.why(me)
    assert (why.waiting, why.rules[0].of, why.nearby) == (2, 0, 0)


def test_a_ticket_that_a_match_was_found_for_is_told_so() -> None:
    queue = MatchQueue(QueueRules(name="ranked", game="arena", teams=DUEL, rules=(RATING,)), 10)
    for number in range(2):
        queue.add(Ticket(f"t{number}", (rated(25, f"p{number}"),), NOW - 1.0, number))
    assert len(queue.work(NOW, 1000)) == 1
    why = queue.explain("t0", NOW)
    assert (why.text, why.waiting) == ("a match is being made", 2)


def test_a_ticket_that_is_not_looked_at_is_told_so() -> None:
    queue = MatchQueue(QueueRules(name="ranked", game="arena", teams=DUEL, rules=(RATING,)), 10)
    queue.add(Ticket("t0", (rated(25),), NOW, 0))
    queue.hold("t0")
    assert queue.explain("t0", NOW).text == "the search goes on when all of you are here"


def test_players_are_counted_in_parties() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25, "a"), rated(25, "b"))
    queue.add(rated(25, "c"), rated(25, "d"), rated(25, "e"))
    why = queue.why(me)
    assert (why.nearby, why.players_needed) == (1, 3)


def test_a_wait_that_a_clock_made_negative_is_none() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25))
    queue.add(rated(26))
    why = queue.why(me, NOW - 500.0)
    assert (why.waited_s, why.nearby) == (0.0, 1)


def test_players_are_told_plain_data() -> None:
    queue = Queue(RATING, teams=DUEL)
    me = queue.add(rated(25), wait_s=2.0)
    for _ in range(10):
        done = [Ticket("x", (rated(25),), NOW - 20.0, 0) for _ in range(2)]
        queue.recent.note(Match("ranked", ((done[0],), (done[1],)), (), 1.0, NOW), NOW)
    assert queue.why(me).data == {
        "queue": "ranked",
        "waited_s": 2.0,
        "waiting": 1,
        "rules": [
            {"rule": "rating", "passes": 0, "of": 0, "excludes": 0, "limit": 3.0, "next_s": 8.0, "next_limit": 6.0}
        ],
        "tightest": None,
        "nearby": 0,
        "players_needed": 1,
        "estimate_s": 18.0,
        "basis": {"matches": 10, "minutes": 5},
        "text": "nobody else waits",
    }


def test_without_a_basis_there_is_no_estimate() -> None:
    queue = Queue()
    data = queue.why(queue.add(rated(25))).data
    assert (data["estimate_s"], data["basis"]) == (None, {"matches": 0, "minutes": 0})


def test_of_many_others_a_sample_is_counted_and_said_to_be_one() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25))
    for number in range(tally.SAMPLE_MAX * 5):
        queue.add(rated(25 if number % 2 else 45))
    why = queue.why(me)
    (fact,) = why.rules
    assert tally.SAMPLE_MAX / 2 <= fact.of <= tally.SAMPLE_MAX
    assert why.waiting == tally.SAMPLE_MAX * 5 + 1
    assert why.text.startswith("about ")


def test_a_sample_says_about_how_many_are_near() -> None:
    queue = Queue(RATING)
    me = queue.add(rated(25))
    for number in range(4000):
        queue.add(rated(25 if number % 7 == 0 else 45))
    assert abs(queue.why(me).nearby - 4000 / 7) < 60


def test_the_few_who_are_near_are_found_among_any_number() -> None:
    queue = Queue(RATING, MODE)
    me = queue.add(rated(55, attributes={"mode": "ctf"}))
    for number in range(4000):
        mode = {"mode": "ctf" if number % 3 else "duel"}
        queue.add(rated(54 if number in {7, 1234, 3999} else 25, attributes=mode))
    why = queue.why(me)
    assert why.nearby == 2  # 1234 and 7 play what this one plays; 3999 does not
    assert why.text == "2 players near your rating, widening in 10 s"


names = st.sampled_from("abcdef")
members = st.builds(
    lambda player, rating, maps, mode, ping, met, dodges: Member(
        PlayerId(player),
        {"maps": tuple(maps), "mode": mode},
        Rating(rating),
        ping,
        recent=(tuple(map(PlayerId, met)),),
        dodges=dodges,
    ),
    names,
    st.floats(0, 50),
    st.sets(st.sampled_from(("ice", "dune", "moor")), min_size=1).map(sorted),
    st.sampled_from(("ctf", "duel")),
    st.dictionaries(st.sampled_from(("eu", "us")), st.sampled_from((20.0, 50.0, 80.0, 200.0)), min_size=1),
    st.sets(names, max_size=2),
    st.integers(0, 3),
)
waits = st.sampled_from((0.0, 5.0, 10.0, 14.9, 15.0, 20.0, 25.0, 31.0, 45.0, 60.0, 90.0))
crowds = st.lists(st.tuples(members, waits), min_size=1, max_size=12)


def one_by_one(queue: Queue, me: Entry, oldest: bool) -> Sequence[tuple[int, int]]:
    """For each rule that excludes: how many pass, and how many it alone excludes."""
    counted = [measure for measure in queue.measures if measure.narrows]
    table = []
    for other in queue.entries:
        if other is not me:
            waited = me.wait(NOW), other.wait(NOW)
            wait = max(waited) if oldest else min(waited)
            table.append([passes(measure, me, other, wait) for measure in counted])
    return [
        (sum(row[i] for row in table), sum(not row[i] and sum(row) == len(row) - 1 for row in table))
        for i in range(len(counted))
    ]


@settings(max_examples=200, deadline=None)
@given(crowds, st.booleans())
def test_every_number_is_what_counting_one_by_one_gives(crowd: list[tuple[Member, float]], oldest: bool) -> None:
    queue = Queue(*ALL_RULES, age="oldest" if oldest else "newest")
    for member, wait_s in crowd:
        queue.add(member, wait_s=wait_s)
    for me in queue.entries:
        why = queue.why(me)
        assert [(fact.passes, fact.excludes) for fact in why.rules] == one_by_one(queue, me, oldest)
        assert all(fact.of == len(queue.entries) - 1 for fact in why.rules)
        assert why.nearby <= min(fact.passes for fact in why.rules)


@settings(max_examples=200, deadline=None)
@given(crowds, st.booleans())
def test_few_who_are_near_are_counted_exactly_also_if_the_rules_are_sampled(
    crowd: list[tuple[Member, float]], oldest: bool
) -> None:
    queue = Queue(*ALL_RULES, age="oldest" if oldest else "newest")
    for member, wait_s in crowd:
        queue.add(member, wait_s=wait_s)
    me = queue.entries[0]
    exact = queue.why(me)
    with patch.object(tally, "SAMPLE_MAX", 2):
        sampled = queue.why(me)
    assert all(fact.of <= 2 for fact in sampled.rules)
    assert (sampled.nearby, sampled.players_needed) == (exact.nearby, exact.players_needed)
