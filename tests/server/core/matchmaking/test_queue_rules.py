"""Each kind of rule, in a queue: who is matched with whom, and from when on."""

from __future__ import annotations

import pytest

from rallypoint.core.matchmaking.rules import (
    Avoid,
    Balance,
    Distance,
    Equal,
    Expansion,
    Latency,
    Overlap,
    TeamSize,
)
from rallypoint_protocol.ids import PlayerId
from tests.server.core.matchmaking.queue_house import DUEL, FREE_FOR_ALL, TWOS, Hall, member, sides

RATING = Distance(name="rating", attribute="rating", limit=3.0, expansions=(Expansion(10.0, 6.0),))
THREE = (TeamSize(3, 3),)


def test_players_within_the_distance_are_matched_the_closest_first():
    hall = Hall(RATING)
    hall.all(member("ann", 20), member("far", 40), member("bob", 22), member("cid", 21))
    assert hall.found() == [["ann", "cid"]]


def test_a_match_is_made_exactly_when_the_limit_widens_for_the_oldest():
    hall = Hall(RATING)
    hall.add(member("ann", 20))
    hall.add(member("bob", 25), at=4.0)
    assert hall.found(9.9) == []
    assert hall.queue.due == 10.0
    assert hall.found(10.0) == [["ann", "bob"]]


def test_by_the_newest_it_is_made_when_the_limit_widens_for_that_one():
    hall = Hall(RATING, age="newest")
    hall.add(member("ann", 20))
    hall.add(member("bob", 25), at=4.0)
    assert hall.found(13.9) == []
    assert hall.found(14.0) == [["ann", "bob"]]


def test_a_newcomer_is_matched_at_the_wide_limit_of_an_older_ticket():
    hall = Hall(RATING)
    hall.add(member("old", 20))
    assert hall.found(12.0) == []
    hall.add(member("new", 25), at=12.0)
    assert hall.found(12.0) == [["new", "old"]]


def test_those_whose_rating_is_uncertain_are_near_to_more_players():
    hall = Hall(Distance(name="rating", attribute="rating", limit=1.0, uncertainty=1.0))
    hall.all(member("sure", 20, sigma=1), member("new", 28, sigma=8), member("other", 31, sigma=1))
    assert hall.found() == [["new", "sure"]]


@pytest.mark.parametrize(("party", "matched"), [("max", ["lone30"]), ("min", ["lone10"]), ("mean", ["lone20"])])
def test_a_party_is_as_good_as_its_best_its_worst_or_its_mean(party, matched):
    rule = Distance(name="rating", attribute="rating", limit=1.0, party=party)
    hall = Hall(rule, teams=THREE)
    hall.add(member("p", 10), member("q", 30))
    hall.all(member("lone10", 10), member("lone20", 20), member("lone30", 30))
    assert hall.found() == [sorted(["p", "q", *matched])]


def test_parties_play_against_parties_of_their_size_if_a_rule_says_so():
    hall = Hall(Distance(name="size", attribute="party_size", limit=0), teams=TWOS)
    hall.add(member("a1"), member("a2"))
    hall.all(member("x"), member("y"), member("z"))
    hall.add(member("b1"), member("b2"))
    assert hall.found() == [["a1", "a2", "b1", "b2"]]


def test_all_of_a_match_have_an_equal_value_until_that_is_optional():
    hall = Hall(Equal(name="mode", attribute="mode", optional_after_s=20.0))
    hall.all(member("ann", mode="long"), member("bob", mode="short"))
    assert hall.found(19.9) == []
    assert hall.found(20.0) == [["ann", "bob"]]


def test_true_is_not_equal_to_one():
    hall = Hall(Equal(name="mode", attribute="mode"))
    hall.all(member("ann", mode=True), member("bob", mode=1), member("cid", mode=1.0))
    assert hall.found() == [["bob", "cid"]]


def test_once_equal_is_optional_those_who_are_equal_are_still_taken_first():
    hall = Hall(Equal(name="mode", attribute="mode", optional_after_s=20.0))
    hall.all(member("ann", mode="long"), member("bob", mode="short"), member("cid", mode="long"))
    assert hall.found(30.0) == [["ann", "cid"]]


def test_what_all_like_is_not_what_each_two_of_them_like():
    hall = Hall(Overlap(name="maps", attribute="maps"), teams=THREE)
    hall.add(member("ann", maps=("ice", "dune")))
    hall.add(member("bob", maps=("dune", "lava")))
    hall.add(member("cid", maps=("lava", "ice")))
    assert hall.found() == []
    hall.add(member("dan", maps=("ice",)))
    assert hall.found() == [["ann", "cid", "dan"]]


def test_two_who_fit_are_found_among_very_many_who_do_not_after_a_while():
    hall = Hall(Overlap(name="maps", attribute="maps"))
    hall.add(member("ann", maps=("ice",)))
    hall.all(*(member(f"x{number}", maps=(f"own{number}",)) for number in range(1500)))
    hall.queue.hold("ann")
    hall.add(member("bob", maps=("ice",)))
    assert hall.found(0.0) == []
    hall.queue.release("ann")
    assert hall.found(0.0) == []
    assert hall.found(1.0) == [["ann", "bob"]]


def test_fewer_values_in_common_are_enough_later():
    hall = Hall(Overlap(name="maps", attribute="maps", limit=2, expansions=(Expansion(10.0, 1),)))
    hall.all(member("ann", maps=("ice", "dune")), member("bob", maps=("ice", "lava")))
    assert hall.found(9.0) == []
    match = hall.work(10.0)[0]
    assert (match.scores[0].value, match.scores[0].limit) == (1, 1)


def test_a_match_is_in_the_region_that_is_best_for_who_is_furthest_from_it():
    hall = Hall(Latency(name="ping", limit=80))
    hall.add(member("ann", latency_ms={"eu": 20, "us": 60, "asia": 75}))
    hall.add(member("bob", latency_ms={"eu": 79, "us": 70, "asia": 300}))
    match = hall.work()[0]
    assert match.region == "us"
    assert (match.scores[0].value, match.scores[0].cost) == (70, 70 / 80)


def test_each_two_may_have_a_region_in_common_and_all_three_none():
    hall = Hall(Latency(name="ping", limit=80), teams=THREE)
    hall.add(member("ann", latency_ms={"eu": 20, "us": 60}))
    hall.add(member("bob", latency_ms={"us": 20, "asia": 60}))
    hall.add(member("cid", latency_ms={"asia": 20, "eu": 60}))
    assert hall.found() == []


def test_a_party_without_a_region_within_the_limit_waits_for_it_even_if_it_is_enough_by_itself():
    hall = Hall(Latency(name="ping", limit=60, expansions=(Expansion(8.0, 100),)), teams=(TeamSize(2, 2),))
    hall.add(member("ann", latency_ms={"eu": 20}), member("bob", latency_ms={"eu": 90}))
    assert hall.found(7.0) == []
    assert hall.found(8.0) == [["ann", "bob"]]


def test_who_met_in_the_last_matches_of_either_do_not_meet_again():
    hall = Hall(Avoid(name="again", what="recent", matches=1))
    ann, bob = PlayerId("ann"), PlayerId("bob")
    hall.add(member("ann", recent=((PlayerId("cid"),), (bob,))))
    hall.add(member("bob", recent=()))
    hall.add(member("cid", recent=((ann,),)))
    assert hall.found() == [["ann", "bob"]]


def test_a_block_counts_in_either_direction():
    hall = Hall(Avoid(name="blocked", what="blocked"))
    hall.all(member("ann"), member("bob", blocked=frozenset([PlayerId("ann")])))
    assert hall.found() == []
    hall.add(member("cid"))
    assert hall.found() == [["ann", "cid"]]


def test_a_block_counts_among_those_who_join_a_group_later_too():
    hall = Hall(Avoid(name="blocked", what="blocked"), teams=THREE)
    hall.all(member("ann"), member("bob"), member("cid", blocked=frozenset([PlayerId("bob")])))
    assert hall.found() == []
    hall.add(member("dan"))
    assert hall.found() == [["ann", "bob", "dan"]]


def test_dodgers_play_with_dodgers_until_that_is_optional():
    hall = Hall(Avoid(name="dodgers", what="dodgers", limit=3, optional_after_s=60.0))
    hall.all(member("ann"), member("bad", dodges=3), member("fair", dodges=2))
    assert hall.found() == [["ann", "fair"]]
    hall.add(member("good"))
    assert hall.found(59.0) == []
    assert hall.found(60.0) == [["bad", "good"]]


def test_teams_are_divided_evenly_and_not_made_beyond_the_limit():
    hall = Hall(Balance(name="fair", limit=1.0, expansions=(Expansion(10.0, 9.0),)), teams=TWOS)
    hall.all(member("a", 10), member("b", 11), member("c", 30), member("d", 25))
    assert hall.found(9.0) == []
    match = hall.work(10.0)[0]
    assert sides(match) == [["a", "c"], ["b", "d"]]
    assert (match.scores[0].value, match.scores[0].limit) == (2.0, 9.0)


def test_another_candidate_is_taken_if_the_closest_ones_cannot_be_balanced():
    hall = Hall(Balance(name="fair", limit=1.0), teams=DUEL)
    hall.all(member("a", 10), member("b", 20), member("c", 10.5))
    assert hall.found() == [["a", "c"]]


def test_weights_choose_among_candidates():
    near_by_level = Distance(name="level", attribute="level", limit=10, weight=9.0)
    near_by_rating = Distance(name="rating", attribute="rating", limit=10, weight=1.0)
    hall = Hall(near_by_rating, near_by_level)
    hall.all(member("ann", 20, level=1), member("rated", 20, level=5), member("level", 25, level=1))
    assert hall.found() == [["ann", "level"]]


def test_a_rule_of_weight_zero_chooses_nothing_and_counts_for_no_quality():
    hall = Hall(Distance(name="rating", attribute="rating", limit=10, weight=0.0))
    hall.all(member("ann", 20), member("bob", 30), member("cid", 20))
    match = hall.work()[0]
    assert [ticket.id for ticket in match.tickets] == ["ann", "bob"]
    assert match.quality == 1.0
    assert match.scores[0].cost == 1.0


def test_the_quality_is_one_less_the_weighted_costs():
    rules = (
        Distance(name="rating", attribute="rating", limit=10, weight=3.0),
        Distance(name="level", attribute="level", limit=10, weight=1.0),
    )
    hall = Hall(*rules)
    hall.all(member("ann", 20, level=0), member("bob", 22, level=10))
    match = hall.work()[0]
    assert [score.cost for score in match.scores] == [0.2, 1.0]
    assert match.quality == pytest.approx(1 - (3 * 0.2 + 1.0) / 4)


REFUSALS = [
    (
        Distance(name="level", attribute="level", limit=1),
        member("ann"),
        "rule level: the attribute level has to be a number",
    ),
    (
        Distance(name="l", attribute="level", limit=1),
        member("ann", level=True),
        "rule l: the attribute level has to be a number",
    ),
    (Equal(name="mode", attribute="mode"), member("ann"), "rule mode: the attribute mode is missing"),
    (
        Overlap(name="m", attribute="maps"),
        member("ann", maps=3),
        "rule m: the attribute maps has to be a list of strings",
    ),
    (
        Overlap(name="m", attribute="maps", limit=2),
        member("ann", maps=("ice",)),
        "rule m: too little of maps in common",
    ),
    (Latency(name="ping", limit=80), member("ann"), "rule ping: the latency to at least one region has to be told"),
    (Latency(name="ping", limit=80), member("ann", latency_ms={"eu": 81}), "rule ping: no region within 80 ms"),
]


@pytest.mark.parametrize(("rule", "one", "reason"), REFUSALS)
def test_a_ticket_that_can_never_be_matched_is_refused_with_the_reason(rule, one, reason):
    assert Hall(rule).queue.refusal([one]) == reason


def test_parties_that_are_too_large_or_differ_or_have_a_player_twice_are_refused():
    queue = Hall(Equal(name="mode", attribute="mode"), teams=TWOS).queue
    ann, bob, cid = (member(name, mode=mode) for name, mode in (("ann", 1), ("bob", 1), ("cid", 2)))
    assert queue.refusal([ann, bob]) == ""
    assert queue.refusal([ann, cid]) == "rule mode: the members of the party differ in mode"
    assert queue.refusal([ann, ann]) == "a player is in the party twice"
    assert queue.refusal([ann, bob, member("dan", mode=1)]) == "parties of this queue have at most 2 players"
    assert queue.refusal([]) == "a ticket has at least one player"


def test_defaults_stand_for_what_a_player_does_not_tell():
    hall = Hall(
        Distance(name="level", attribute="level", limit=1, default=5.0),
        Equal(name="mode", attribute="mode", default="short"),
        Overlap(name="maps", attribute="maps", default=("ice",)),
        Latency(name="ping", limit=80, default={"eu": 50.0}),
        teams=FREE_FOR_ALL,
        fill_after_s=0.0,
    )
    hall.all(member("ann"), member("bob", level=6, mode="short", maps=("ice", "dune"), latency_ms={"eu": 10}))
    assert hall.found() == [["ann", "bob"]]
