"""The observers of parties, ready checks, matches and ratings: each invariant is broken once, on a stage."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.orders import MatchOrder
from rallypoint.ports import RatingChange, SeatRecord, SessionRecord
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import Accept, Block, PartyCreate, PartyJoin, PartyKick
from rallypoint_simulation.observer import Observer
from tests.simulation.invariants import checks, fits, matches, parties, ratings
from tests.simulation.invariants.checks import Checks
from tests.simulation.invariants.fits import Fits
from tests.simulation.invariants.matches import Matches
from tests.simulation.invariants.parties import Parties
from tests.simulation.invariants.ratings import Ratings
from tests.simulation.lobby_stage import Stage, first_broken
from tests.simulation.match_stage import check, enter_all, off, party, party_data, queue, seated, ticket

# --- parties ----------------------------------------------------------------------------------------------------------


def led_by_a_stranger(stage: Stage) -> None:
    stage.done(stage.enter("ann"), PartyCreate(1), value=party_data(1, "ann", leader="bob"))


def told_of_another_party(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "party", **party_data(1, "bob"))


def in_two_parties(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.push("ann", wire, "party", **party_data(1, "ann"))
    stage.push("ann", wire, "party", **party_data(1, "ann", code="BBBBBB"))


def in_two_parties_at_the_server(stage: Stage) -> None:
    enter_all(stage, "ann", "bob")
    party(stage, "ann")
    party(stage, "ann", "bob", code="BBBBBB")
    stage.sessions["Lann"].party.party.code = "AAAAAA"
    stage.look()


def told_differently(stage: Stage) -> None:
    wires = enter_all(stage, "ann", "bob")
    stage.push("ann", wires["ann"], "party", **party_data(3, "ann", "bob"))
    stage.push("bob", wires["bob"], "party", **party_data(3, "bob", "ann"))


def told_of_before(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.push("ann", wire, "party", **party_data(3, "ann"))
    stage.push("ann", wire, "party", **party_data(2, "ann"))


def untold_of_a_change(stage: Stage) -> None:
    wires = enter_all(stage, "ann", "bob")
    stage.push("ann", wires["ann"], "party", **party_data(1, "ann"))
    party(stage, "ann", "bob")
    stage.sessions["Lann"].pushes.acked = 1
    stage.look(3.0)


def back_after_a_kick(stage: Stage) -> None:
    wires = enter_all(stage, "ann", "bob")
    stage.push("ann", wires["ann"], "party", **party_data(2, "ann", "bob"))
    stage.done(wires["ann"], PartyKick(1, "bob"))
    stage.done(wires["bob"], PartyJoin(1, "AAAAAA"), value=party_data(4, "ann", "bob"))


def party_that_is_forgotten(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "party", **party_data(1, "ann"))
    stage.kept = True
    stage.observer.server_gone(True)
    stage.observer.server_started()


def member_who_is_gone(stage: Stage) -> None:
    enter_all(stage, "ann", "bob")
    party(stage, "ann", "bob")
    del stage.sessions["Lbob"]
    stage.look()


# --- ready checks -----------------------------------------------------------------------------------------------------


def both(stage: Stage) -> dict[str, Any]:
    wires = enter_all(stage, "ann", "bob")
    for player, wire in wires.items():
        check(stage, player, wire)
    return wires


def seated_unasked(stage: Stage) -> None:
    seated(stage, "ann", stage.enter("ann"), ("ann",), ("bob",))


def seated_too_soon(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["ann"], Accept(1, "M", True))
    seated(stage, "ann", wires["ann"], ("ann",), ("bob",))


def asked_for_two(stage: Stage) -> None:
    wires = both(stage)
    check(stage, "ann", wires["ann"], "M2")


def counted_twice(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["ann"], Accept(1, "M", True))
    check(stage, "bob", wires["bob"], accepted=2)


def counted_as_another(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["ann"], Accept(1, "M", True))
    check(stage, "bob", wires["bob"], accepted=1, mine=True)


def back_after_a_no(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["ann"], Accept(1, "M", False))
    off(stage, "ann", wires["ann"], "declined", requeued=True)


def back_after_silence(stage: Stage) -> None:
    wires = both(stage)
    off(stage, "ann", wires["ann"], "expired", requeued=True)


def out_after_a_yes(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["ann"], Accept(1, "M", True))
    off(stage, "ann", wires["ann"], "expired", requeued=False)


def out_for_another(stage: Stage) -> None:
    wires = both(stage)
    stage.done(wires["bob"], Accept(1, "M", False))
    off(stage, "ann", wires["ann"], "declined", requeued=False)


def back_at_the_end(stage: Stage) -> None:
    stage.enter("ann")
    waiting = ticket(stage, "ann", number=3)
    stage.look()
    waiting.number = 7
    stage.look()


def back_at_the_end_after_a_crash(stage: Stage) -> None:
    stage.enter("ann")
    waiting = ticket(stage, "ann", since=900.0)
    stage.look()
    stage.kept = True
    stage.observer.server_gone(True)
    waiting.queued_at = 1000.0
    stage.observer.server_started()


def asked_without_an_end(stage: Stage) -> None:
    both(stage)
    stage.look(6.0)


# --- matches ----------------------------------------------------------------------------------------------------------


def match_of_another_queue(stage: Stage) -> None:
    wire = stage.enter("ann")
    queue(stage, wire, "duel")
    seated(stage, "ann", wire, ("ann", "cat"), ("bob", "dan"))


def match_after_the_end(stage: Stage) -> None:
    wire = stage.enter("ann")
    queue(stage, wire)
    stage.push("ann", wire, "unqueued", game="teams", queues=["teams"], reason="declined")
    seated(stage, "ann", wire, ("ann", "cat"), ("bob", "dan"))


def match_in_two_sessions(stage: Stage) -> None:
    teams = (("ann", "cat"), ("bob", "dan"))
    for player, wire in enter_all(stage, "ann", "bob").items():
        queue(stage, wire)
        seated(stage, player, wire, *teams, session=f"S{player}")


def found_twice(stage: Stage) -> None:
    enter_all(stage, "ann", "bob")
    one, other = ticket(stage, "ann"), ticket(stage, "bob")
    one.found, other.found = _Found(one), _Found(one, other)
    stage.look()


class _Found:
    def __init__(self, *tickets: Any) -> None:
        self.tickets = tickets


def teams_of_one(stage: Stage) -> None:
    wire = stage.enter("ann")
    queue(stage, wire)
    seated(stage, "ann", wire, ("ann",), ("bob",))


def too_many_in_a_team(stage: Stage) -> None:
    wire = stage.enter("ann")
    queue(stage, wire)
    seated(stage, "ann", wire, ("ann", "cat"), ("bob", "dan"))
    ann, bob, cat, dan = map(PlayerId, ("ann", "bob", "cat", "dan"))
    stage.node.hosts["S"].core.order.match = MatchOrder("M", "teams", ((ann, cat, bob), (dan,)))
    stage.look()


def another_team(stage: Stage) -> None:
    wire = stage.enter("ann")
    queue(stage, wire)
    seated(stage, "ann", wire, ("ann", "cat"), ("bob", "dan"), team=1)


def enemies(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.done(wire, Block(1, "dan", True))
    queue(stage, wire, request=2)
    seated(stage, "ann", wire, ("ann", "cat"), ("bob", "dan"))


def party_apart(stage: Stage) -> None:
    wires = enter_all(stage, "ann", "bob")
    party(stage, "ann", "bob")
    queue(stage, wires["ann"])
    seated(stage, "ann", wires["ann"], ("ann", "cat"), ("bob", "dan"))


# --- who fits ---------------------------------------------------------------------------------------------------------


def two_teams_that_wait(stage: Stage) -> None:
    for player, wire in enter_all(stage, "ann", "bob", "cat", "dan").items():
        queue(stage, wire, level=2)
        ticket(stage, player)
    stage.look(6.0)


def one_without_bots(stage: Stage) -> None:
    queue(stage, stage.enter("ann"), "brawl")
    ticket(stage, "ann", queue="brawl")
    stage.look(14.0)


# --- ratings ----------------------------------------------------------------------------------------------------------

_TEAMS = ((PlayerId("ann"), PlayerId("cat")), (PlayerId("bob"), PlayerId("dan")))
_SEATS = tuple(SeatRecord(index, PlayerId(name), name, False, "played") for index, name in enumerate(("ann", "bob")))


def record(match: MatchOrder | None) -> SessionRecord:
    return SessionRecord(SessionId("S"), "skirmish", 0.0, 1.0, 2.0, 3, "ended", "", _SEATS, {"winners": [0]}, {}, match)


def told_of_a_match(stage: Stage) -> None:
    seated(stage, "ann", stage.enter("ann"), *_TEAMS)


def record_without_its_match(stage: Stage) -> None:
    told_of_a_match(stage)
    stage.store.ended_records.append(record(None))
    stage.look()


def result_that_changes_nothing(stage: Stage) -> None:
    told_of_a_match(stage)
    stage.store.stored[SessionId("S")] = record(MatchOrder("M", "teams", _TEAMS, rated=True))
    stage.observer.at_rest()


def result_that_counts_twice(stage: Stage) -> None:
    change = RatingChange(SessionId("S"), "teams", 0.0, 0, Rating(), Rating())
    stage.store.rating_changes += [(PlayerId("ann"), change)] * 2
    stage.observer.at_rest()


def match_written_twice(stage: Stage) -> None:
    stage.store.matches += [SimpleNamespace(id="M", queue="teams", players=(), session="S")] * 2
    stage.look()


@pytest.mark.parametrize(
    ("observer", "invariant", "play"),
    [
        (Parties, parties.LED, led_by_a_stranger),
        (Parties, parties.IN_IT, told_of_another_party),
        (Parties, parties.ONE, in_two_parties),
        (Parties, parties.ONE, in_two_parties_at_the_server),
        (Parties, parties.SAME, told_differently),
        (Parties, parties.NEWER, told_of_before),
        (Parties, parties.TOLD, untold_of_a_change),
        (Parties, parties.KICKED, back_after_a_kick),
        (Parties, parties.KEPT, party_that_is_forgotten),
        (Parties, parties.WHOLE, member_who_is_gone),
        (Checks, checks.YES, seated_unasked),
        (Checks, checks.YES, seated_too_soon),
        (Checks, checks.ONE, asked_for_two),
        (Checks, checks.COUNTS, counted_twice),
        (Checks, checks.COUNTS, counted_as_another),
        (Checks, checks.OUT, back_after_a_no),
        (Checks, checks.OUT, back_after_silence),
        (Checks, checks.BACK, out_after_a_yes),
        (Checks, checks.BACK, out_for_another),
        (Checks, checks.IN_PLACE, back_at_the_end),
        (Checks, checks.IN_PLACE, back_at_the_end_after_a_crash),
        (Checks, checks.ENDS, asked_without_an_end),
        (Matches, matches.IN_QUEUE, match_of_another_queue),
        (Matches, matches.OVER, match_after_the_end),
        (Matches, matches.ONCE, match_in_two_sessions),
        (Matches, matches.TWICE, found_twice),
        (Matches, matches.SIZES, teams_of_one),
        (Matches, matches.SIZES, too_many_in_a_team),
        (Matches, matches.TEAM, another_team),
        (Matches, matches.WHOLE, party_apart),
        (Matches, matches.BLOCKED, enemies),
        (Fits, fits.LEFT, two_teams_that_wait),
        (Fits, fits.BOTS, one_without_bots),
        (Ratings, ratings.IN_RECORD, record_without_its_match),
        (Ratings, ratings.RATED, result_that_changes_nothing),
        (Ratings, ratings.ONCE, result_that_counts_twice),
        (Ratings, ratings.WRITTEN, match_written_twice),
    ],
)
def test_what_must_not_be_is_seen(
    observer: Callable[[Any], Observer], invariant: str, play: Callable[[Stage], None]
) -> None:
    assert first_broken(observer, play) == invariant


@pytest.mark.parametrize("module", [parties, checks, matches, fits, ratings], ids=lambda module: module.__name__)
def test_every_invariant_has_a_case(module: Any) -> None:
    names = {value for name in module.__all__ if isinstance(value := getattr(module, name), str)}
    rows = next(mark for mark in test_what_must_not_be_is_seen.pytestmark if mark.name == "parametrize").args[1]
    assert names <= {row[1] for row in rows}


def good_order(stage: Stage) -> None:
    """A party and two others queue, are asked, say yes, and play."""
    wires = enter_all(stage, "ann", "bob", "cat", "dan")
    made = party(stage, "ann", "bob")
    data = party_data(1, "ann", "bob")
    stage.push("ann", wires["ann"], "party", **data)
    stage.push("bob", wires["bob"], "party", **data)
    for player in ("ann", "bob"):
        stage.sessions[f"L{player}"].pushes.acked = 1
    for player in ("ann", "cat", "dan"):
        queue(stage, wires[player], level=3)
    waiting = [ticket(stage, "ann", "bob"), ticket(stage, "cat", number=2), ticket(stage, "dan", number=3)]
    stage.look(1.0)
    found = _Found(*waiting)
    for one in waiting:
        one.found = found
    for player, wire in wires.items():
        check(stage, player, wire, players=4)
    stage.look(1.0)
    for wire in wires.values():
        stage.done(wire, Accept(2, "M", True))
    teams = (tuple(member.player for member in made.members), ("cat", "dan"))
    for player, wire in wires.items():
        seated(stage, player, wire, *teams)
    stage.look(8.0)


@pytest.mark.parametrize("observer", [Parties, Checks, Matches, Fits, Ratings])
def test_nothing_is_said_while_all_is_well(observer: Callable[[Any], Observer]) -> None:
    stage = Stage(observer)
    good_order(stage)
    assert not stage.names
