"""The people of a day: who they are follows from the seed and from what the file says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import fmean, pstdev

import pytest

from rallypoint.core.matchmaking.rules import Distance, Equal, Overlap
from rallypoint_simulation.traffic.population import people
from rallypoint_simulation.traffic.settings import Population, PopulationRefused, RegionSettings, read_population
from tests.traffic.days import DUEL, PAIRS, generated

ASKING = replace(
    DUEL,
    rules=(
        Equal(name="mode", attribute="mode"),
        Overlap(name="maps", attribute="maps", limit=2),
        Distance(name="level", attribute="level", limit=5),
    ),
)


def described(tmp_path, text):
    file = tmp_path / "people.toml"
    file.write_text(text)
    return read_population(file)


def test_ratings_follow_skill_more_closely_the_surer_they_are():
    everybody = people(4000, 1, Population(), [DUEL])
    sure = [person.rating.mu - person.skill for person in everybody if person.rating.sigma < 2]
    unsure = [person.rating.mu - person.skill for person in everybody if person.rating.sigma > 4]
    assert pstdev(sure) < 2 < 3 < pstdev(unsure)
    assert abs(fmean(person.skill for person in everybody) - 25) < 0.5


def test_regions_have_their_shares_and_the_own_one_is_nearest():
    regions = {
        "big": RegionSettings(share=3, latency_ms={"big": 10, "small": 100}),
        "small": RegionSettings(share=1, latency_ms={"big": 100, "small": 10}),
    }
    everybody = people(8000, 1, Population(regions=regions), [DUEL])
    share = Counter(person.region for person in everybody)["big"] / len(everybody)
    assert 0.70 < share < 0.80
    assert all(min(person.latency_ms, key=person.latency_ms.__getitem__) == person.region for person in everybody)


def test_people_bring_what_the_rules_ask_for():
    for person in people(200, 1, Population(), [DUEL, ASKING]):
        assert isinstance(person.attributes["mode"], str)
        assert isinstance(person.attributes["level"], float)
        maps = person.attributes["maps"]
        assert isinstance(maps, tuple)
        assert len(set(maps)) >= 2


def test_a_party_agrees_on_what_has_to_be_equal():
    rules = replace(PAIRS, rules=ASKING.rules)
    traffic = generated(rules)
    parties = [comer for number in range(400) if (comer := traffic.comes(number, 0.0)) and len(comer.members) > 1]
    assert len(parties) > 20
    for party in parties:
        assert len({member.attributes["mode"] for member in party.members}) == 1
        assert len({member.attributes["maps"] for member in party.members}) == 1
        assert len({person.region for person in party.people}) == 1
        assert len({member.player for member in party.members}) == len(party.members)


def test_parties_are_no_larger_than_the_queue_takes():
    for rules, most in ((DUEL, 1), (PAIRS, 2)):
        traffic = generated(rules)
        comers = [traffic.comes(number, 0.0) for number in range(500)]
        assert max(len(comer.members) for comer in comers if comer) == most


def test_more_come_in_the_evening_and_the_mean_rate_is_kept():
    times = list(generated(rate=5.0, span_s=7200).times())
    assert 0.95 < len(times) / (5 * 7200) < 1.05
    night = sum(600 < at < 1500 for at in times)
    evening = sum(5700 < at < 6600 for at in times)
    assert evening > 2 * night
    assert times == sorted(times)


def test_a_file_says_what_people_are_like(tmp_path):
    population = described(
        tmp_path,
        """
        [population]
        patience_s = 60
        [population.regions.moon]
        share = 1
        latency_ms = {moon = 1300}
        [population.attributes.maps]
        some_of = ["ice", "dune", "reef"]
        least = 2
        """,
    )
    assert population.patience_s == 60
    for person in people(50, 1, population, [ASKING]):
        assert person.region == "moon"
        maps = person.attributes["maps"]
        assert isinstance(maps, tuple)
        assert set(maps) <= {"ice", "dune", "reef"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[population]\npatience = 3", "unknown field `patience`"),
        ("[population]\npatience_s = 'long'", "patience_s"),
        ("[population]\npatience_s = nan", "patience_s"),
        ("[population]\nskill_mean = inf", "finite"),
        ("[population]\nmisses = 2", "misses"),
        ("[population]\nparties = [0, 0]", "parties: write some number that is not 0"),
        ("[population]\nparties = [nan]", "parties"),
        ("[population.attributes.map]\nleast = 2", "one_of ="),
        ("[population.attributes.map]\none_of = {ice = 0}", "not 0"),
        ("[population.attributes.map]\nsome_of = ['ice']\nleast = 2", "some_of needs"),
        ("[population.regions.eu]\nshare = 0\nlatency_ms = {eu = 3}", "share that is not 0"),
        ("[population.regions.eu]\nshare = 1\nlatency_ms = {}", "write a latency"),
        ("[population.attributes.map]\nmean = inf", "finite"),
        ("[population", "Expected ']'"),
    ],
)
def test_a_population_that_cannot_be_is_refused_with_what_to_write(tmp_path, text, says):
    with pytest.raises(PopulationRefused, match=r"people\.toml") as refused:
        described(tmp_path, text)
    assert says in str(refused.value)
