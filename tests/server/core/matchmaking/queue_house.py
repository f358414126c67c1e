"""Tickets, rules and a queue for the tests of the search; and what hypothesis may draw of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

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
from rallypoint.core.matchmaking.ticket import Match, Member, Rating, Ticket, Value
from rallypoint_protocol.ids import PlayerId

DUEL = (TeamSize(1, 1),) * 2
TWOS = (TeamSize(2, 2),) * 2
HUNT = (TeamSize(1, 1, "hunter"), TeamSize(3, 3))
FLEXIBLE = (TeamSize(1, 2),) * 2
FREE_FOR_ALL = (TeamSize(2, 4),)
TRIOS = (TeamSize(1, 1),) * 3
SHAPES = (DUEL, TWOS, HUNT, FLEXIBLE, FREE_FOR_ALL, TRIOS)


def member(player: str, rating: float = 25.0, *, sigma: float = 0.0, **more: Any) -> Member:
    """A player; ``more``: its other fields, and anything else is an attribute."""
    fields = {name: more.pop(name) for name in ("latency_ms", "blocked", "recent", "dodges") if name in more}
    attributes: dict[str, Value] = more
    return Member(PlayerId(player), attributes, Rating(rating, sigma), **fields)


def rules_of(*rules: Rule, teams: tuple[TeamSize, ...] = DUEL, **more: Any) -> QueueRules:
    """Of a queue."""
    return QueueRules(name="ranked", game="arena", teams=teams, rules=rules, **more)


class Hall:
    """A queue, and what came out of it so far."""

    def __init__(self, *rules: Rule, **more: Any) -> None:
        self.queue = MatchQueue(rules_of(*rules, **more), tickets_max=5000)
        self.tickets: dict[str, Ticket] = {}
        self.now = 0.0

    def add(self, *members: Member, at: float | None = None) -> Ticket:
        """A ticket that comes in now, or has been there since ``at``; its id is its first player's."""
        since = self.now if at is None else at
        ticket = Ticket(members[0].player, tuple(members), since, len(self.tickets) + 1)
        self.tickets[ticket.id] = ticket
        self.queue.add(ticket)
        return ticket

    def all(self, *members: Member) -> list[Ticket]:
        """Each a ticket of its own."""
        return [self.add(one) for one in members]

    def work(self, now: float | None = None, units: int = 10**6) -> list[Match]:
        """All that there is to do."""
        self.now = self.now if now is None else now
        found = self.queue.work(self.now, units)
        while self.queue.busy:
            found += self.queue.work(self.now, units)
        return found

    def found(self, now: float | None = None) -> list[list[str]]:
        """The players of each match, in alphabetical order."""
        return [players(match) for match in self.work(now)]


def players(match: Match) -> list[str]:
    """In alphabetical order."""
    return sorted(member.player for ticket in match.tickets for member in ticket.members)


def sides(match: Match) -> list[list[str]]:
    """The players of each team."""
    return [sorted(member.player for ticket in team for member in ticket.members) for team in match.teams]


def tickets(count: int) -> st.SearchStrategy[list[list[Member]]]:
    """The members of so many tickets at most: few values each, so that some fit and some do not."""
    return st.lists(st.lists(_member, min_size=1, max_size=2), max_size=count).map(_named)


def _named(parties: Sequence[Sequence[Member]]) -> list[list[Member]]:
    """Players have names by their place; those whom they avoid are given as places."""
    named, number = [], 0
    for party in parties:
        whole = []
        for one in party:
            # a party of different modes would be refused: few are wanted
            whole.append(replace(one, player=PlayerId(f"p{number}"), attributes=party[0].attributes))
            number += 1
        named.append(whole)
    return named


_some_players = st.frozensets(st.integers(0, 11).map(lambda n: PlayerId(f"p{n}")), max_size=2)
_member = st.builds(
    Member,
    player=st.just(PlayerId("")),
    attributes=st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["short", "long"]),
            "maps": st.sampled_from([("ice",), ("ice", "dune"), ("dune", "lava"), ("ice", "dune", "lava")]),
            "level": st.integers(0, 6),
        }
    ),
    rating=st.builds(Rating, st.integers(15, 35).map(float), st.sampled_from([1.0, 3.0])),
    latency_ms=st.sampled_from(
        [{"eu": 20.0, "us": 90.0}, {"eu": 110.0, "us": 30.0}, {"us": 50.0}, {"eu": 60.0, "us": 60.0, "asia": 40.0}]
    ),
    blocked=_some_players,
    recent=st.lists(_some_players.map(sorted).map(tuple), max_size=2).map(tuple),
    dodges=st.sampled_from([0, 0, 0, 3]),
)
_later = st.sampled_from([None, None, 12.0, 40.0])
_rule_kinds: tuple[st.SearchStrategy[Rule], ...] = (
    st.builds(
        Distance,
        name=st.just("rating"),
        attribute=st.just("rating"),
        limit=st.sampled_from([2.0, 5.0]),
        uncertainty=st.sampled_from([0.0, 1.0]),
        party=st.sampled_from(["min", "max", "mean"]),
        expansions=st.sampled_from([(), (Expansion(10.0, 8.0),), (Expansion(5.0, 6.0), Expansion(20.0, 30.0))]),
        optional_after_s=_later,
    ),
    st.builds(Distance, name=st.just("level"), attribute=st.just("level"), limit=st.just(2.0), optional_after_s=_later),
    st.builds(
        Distance, name=st.just("size"), attribute=st.just("party_size"), limit=st.just(0.0), optional_after_s=_later
    ),
    st.builds(Equal, name=st.just("mode"), attribute=st.just("mode"), optional_after_s=_later),
    st.builds(
        Overlap,
        name=st.just("maps"),
        attribute=st.just("maps"),
        limit=st.just(1.0),
        expansions=st.just(()),
        optional_after_s=_later,
    ),
    st.builds(
        Latency,
        name=st.just("ping"),
        limit=st.sampled_from([60.0, 80.0]),
        party=st.sampled_from(["min", "max", "mean"]),
        expansions=st.sampled_from([(), (Expansion(8.0, 100.0),)]),
        optional_after_s=_later,
    ),
    st.builds(Avoid, name=st.just("recent"), what=st.just("recent"), matches=st.just(1), optional_after_s=_later),
    st.builds(Avoid, name=st.just("blocked"), what=st.just("blocked"), optional_after_s=_later),
    st.builds(Avoid, name=st.just("dodgers"), what=st.just("dodgers"), optional_after_s=_later),
    st.builds(Balance, name=st.just("fair"), limit=st.sampled_from([1.0, 4.0]), optional_after_s=_later),
)


@st.composite
def queues(draw: st.DrawFn, shapes: Sequence[tuple[TeamSize, ...]] = SHAPES) -> QueueRules:
    """Rules of up to four kinds, and everything else about a queue."""
    kinds = draw(st.lists(st.integers(0, len(_rule_kinds) - 1), max_size=4, unique=True))
    return QueueRules(
        name="ranked",
        game="arena",
        teams=draw(st.sampled_from(shapes)),
        rules=tuple(draw(_rule_kinds[kind]) for kind in kinds),
        age=draw(st.sampled_from(["oldest", "newest"])),
        priority=draw(st.sampled_from([("backfill", "oldest"), ("oldest", "backfill"), ("parties", "oldest"), ()])),
        fill_after_s=draw(st.sampled_from([0.0, 5.0])),
        bots_after_s=draw(st.sampled_from([None, None, 15.0])),
        party_max=2,
    )
