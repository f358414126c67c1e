"""Matchmaking: the search among 10,000 waiting tickets, what a ticket keeps in memory, and one explanation."""

from __future__ import annotations

import gc
import time
import tracemalloc
from random import Random
from typing import Final

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import Avoid, Distance, Equal, Expansion, Latency, QueueRules, TeamSize
from rallypoint.core.matchmaking.ticket import Match, Member, Rating, Ticket
from rallypoint.core.ruled_queues import UNITS
from rallypoint_protocol.ids import PlayerId

WAITING: Final = 10_000
ARRIVALS: Final = 100
REGIONS: Final = ("eu-west", "eu-east", "us-east", "us-west", "asia")
RULES: Final = QueueRules(
    name="ranked",
    game="arena",
    teams=(TeamSize(4, 4),) * 2,
    rules=(
        Distance(
            name="rating",
            attribute="rating",
            limit=3.0,
            uncertainty=0.25,
            expansions=(Expansion(10.0, 6.0), Expansion(30.0, 12.0)),
        ),
        Latency(name="latency", limit=80.0, expansions=(Expansion(20.0, 120.0),)),
        Equal(name="mode", attribute="mode"),
        Avoid(name="recent", what="recent", matches=2),
    ),
)
ALONE: Final = QueueRules(
    name="alone",
    game="arena",
    teams=RULES.teams,
    rules=(Distance(name="rating", attribute="rating", limit=0.002), *RULES.rules[1:]),
)
"""Rules by which hardly anybody can play: a queue in which 10,000 wait, and stay."""


def _ticket(dice: Random, number: int, at: float) -> Ticket:
    """A single player of some region, with two earlier matches of eight."""
    home = dice.choice(REGIONS)
    member = Member(
        PlayerId(f"player-{number}"),
        {"mode": dice.choice(("short", "long"))},
        Rating(dice.gauss(25, 8), dice.uniform(1, 8)),
        {region: dice.uniform(10, 70) if region == home else dice.uniform(60, 250) for region in REGIONS},
        recent=tuple(tuple(PlayerId(f"player-{dice.randrange(20_000)}") for _ in range(7)) for _ in range(2)),
    )
    return Ticket(f"ticket-{number}", (member,), at, number)


def _tickets(count: int, first: int = 0, at: float = 0.0) -> list[Ticket]:
    dice = Random(first + 1)
    return [_ticket(dice, first + number, at + number * 1e-4) for number in range(count)]


def _all(queue: MatchQueue, now: float) -> tuple[list[Match], list[float]]:
    """All the work there is, in slices; seconds of each."""
    found: list[Match] = []
    took: list[float] = []
    while queue.busy or not took:
        began = time.perf_counter()
        found += queue.work(now, UNITS)
        took.append(time.perf_counter() - began)
    return found, took


def _passes(waiting: int) -> tuple[float, float, float, float]:
    """Seconds to take all in; of the first pass; of its longest slice; then of a pass after some arrivals."""
    tickets, late = _tickets(waiting), _tickets(ARRIVALS, waiting, 1.5)
    gc.collect()
    queue = MatchQueue(RULES, waiting + ARRIVALS)
    began = time.perf_counter()
    for ticket in tickets:
        queue.add(ticket)
    added = time.perf_counter() - began
    found, took = _all(queue, 1.0)
    assert len(found) * 8 > waiting * 0.9, "most of them can play"
    for match in found:
        queue.settled(match, 1.0)
    began = time.perf_counter()
    for ticket in late:
        queue.add(ticket)
    _all(queue, 2.0)
    return added, sum(took), max(took), time.perf_counter() - began


def _crowded(waiting: int) -> tuple[float, float, float]:
    """Where as many go on waiting: seconds of a pass after some arrivals, its longest slice, and an explanation."""
    queue = MatchQueue(ALONE, waiting + ARRIVALS)
    for ticket in _tickets(waiting):
        queue.add(ticket)
    _all(queue, 1.0)
    began = time.perf_counter()
    for ticket in _tickets(ARRIVALS, waiting, 1.5):
        queue.add(ticket)
    _, took = _all(queue, 2.0)
    passed = time.perf_counter() - began
    began = time.perf_counter()
    queue.explain("ticket-0", 2.0)
    return passed, max(took), time.perf_counter() - began


def _bytes_a_ticket(waiting: int) -> tuple[float, float]:
    """Of a ticket with all that is known of its player (here: two earlier matches, which are most of it), together with
    what the queue keeps for it once it was tried; and of the latter alone."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tickets = _tickets(waiting)
    gc.collect()
    told = tracemalloc.get_traced_memory()[0]
    queue = MatchQueue(ALONE, waiting)
    for ticket in tickets:
        queue.add(ticket)
    _all(queue, 1.0)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (kept - before) / waiting, (kept - told) / waiting


def run(quick: bool) -> dict[str, float]:
    """The best of some runs, but of slices the longest one in the best run."""
    waiting = 2000 if quick else WAITING
    runs = [_passes(waiting) for _ in range(1 if quick else 5)]
    crowds = [_crowded(waiting) for _ in range(1 if quick else 3)]
    whole, kept = _bytes_a_ticket(waiting)
    return {
        "matchmaker_first_pass_10k_s": min(first for _, first, _, _ in runs),
        "matchmaker_adding_10k_s": min(added for added, _, _, _ in runs),
        "matchmaker_incremental_ms": min(again for _, _, _, again in runs) * 1e3,
        "matchmaker_incremental_crowded_ms": min(passed for passed, _, _ in crowds) * 1e3,
        "matchmaker_slice_ms_max": min(longest for _, _, longest, _ in runs) * 1e3,
        "matchmaker_explain_ms": min(explained for _, _, explained in crowds) * 1e3,
        "matchmaker_bytes_a_ticket": whole,
        "matchmaker_bytes_a_ticket_in_queue": kept,
    }
