"""What came of many matches: counted, as data for machines, and as tables."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields
from pathlib import Path

from rich.console import Console

from rallypoint_simulation.outcomes import MatchOutcome, Outcomes, SeatOutcome

GUIDE = Path(__file__).parents[2] / "docs" / "simulation.md"


def seat(name: str, index: int | None, *, won: bool = False, score: float | None = None, **more) -> SeatOutcome:
    outcome = more.pop("outcome", "played")
    return SeatOutcome(name, index, more.pop("bot", "m:Bot"), more.pop("network", "good"), outcome, won, score, 1)


def match(seed: int, outcome: str = "ended", *seats: SeatOutcome, duration_s: float = 10.0, **more) -> MatchOutcome:
    said = {"reason": "", "broke": "", "details": "", **more}
    seats = seats or (seat("Ann", 0, won=True), seat("Bob", 1))
    return MatchOutcome(seed, outcome, **said, duration_s=duration_s, ticks=9, seats=seats, simulated_s=20.0,
                        cpu_s=0.5, digest="d")  # fmt: skip


def shown(outcomes: Outcomes) -> str:
    out = io.StringIO()
    outcomes.show(Console(file=out, width=100))
    return out.getvalue()


def test_outcomes_are_counted_and_durations_are_of_those_that_ended():
    matches = [match(1), match(2, duration_s=30.0), match(3, "unfinished", duration_s=1800.0), match(4, "broken")]
    figures = Outcomes("m:Game", matches).summary()
    assert (figures["matches"], figures["ended"], figures["unfinished"], figures["broken"]) == (4, 2, 1, 1)
    assert (figures["duration_p50_s"], figures["duration_p99_s"]) == (30.0, 30.0)
    assert (figures["cpu_s"], figures["ratio"]) == (2.0, 925.0)


def test_a_match_that_nobody_has_won_is_drawn_only_if_it_ended():
    nobody = (seat("Ann", 0), seat("Bob", 1))
    matches = [match(1, "ended", *nobody), match(2, "abandoned", *nobody), match(3)]
    assert Outcomes("m:Game", matches).summary()["drawn"] == 1


def test_seats_are_counted_by_their_number_and_who_had_none_is_not():
    first = match(1, "ended", seat("Ann", 1, won=True, score=4.0), seat("Bob", 0, score=2.0), seat("Cid", None))
    rows = Outcomes("m:Game", [first]).by("seat")
    assert list(rows) == ["0", "1"]
    assert rows["1"] == {"seats": 1, "won": 1, "drawn": 0, "mean_score": 4.0, "resumes": 1}


def test_seats_are_listed_by_number_not_by_letters():
    many = match(1, "ended", *(seat(f"P{index}", index) for index in (10, 2, 9)))
    assert list(Outcomes("m:Game", [many]).by("seat")) == ["2", "9", "10"]


def test_bots_and_networks_are_compared():
    pair = (seat("Ann", 0, won=True, bot="m:A", network="train"), seat("Bob", 1, bot="m:B"))
    outcomes = Outcomes("m:Game", [match(1, "ended", *pair)])
    assert [(key, row["won"]) for key, row in outcomes.by("bot").items()] == [("m:A", 1), ("m:B", 0)]
    assert list(outcomes.by("network")) == ["good", "train"]


def test_a_table_has_outcomes_reasons_and_who_has_won_and_nothing_that_there_was_not():
    text = shown(Outcomes("m:Game", [match(1, reason="knocked [b]out"), match(2, "unfinished", reason="time was up")]))
    assert "m:Game: 2 matches" in text
    assert "knocked [b]out" in text
    assert "time was up" in text
    assert "50.0%" in text
    assert "broken" not in text
    assert "abandoned" not in text


def test_a_table_of_nothing_is_no_error():
    assert "0 matches" in shown(Outcomes("m:Game"))


def test_everything_is_plain_data_with_the_same_keys_each_time():
    everything = json.loads(json.dumps(Outcomes("m:Game", [match(1)]).to_json()))
    empty = Outcomes("m:Game").to_json()
    assert list(everything) == list(empty)
    assert list(everything["summary"]) == list(empty["summary"])
    assert list(everything["matches"][0]) == [each.name for each in fields(MatchOutcome)]
    assert list(everything["matches"][0]["seats"][0]) == [each.name for each in fields(SeatOutcome)]


def test_each_key_is_in_the_guide():
    everything = Outcomes("m:Game", [match(1)]).to_json()
    keys = {*everything, *everything["summary"], *everything["matches"][0], *everything["matches"][0]["seats"][0]}
    keys |= set(everything["by_bot"]["m:Bot"])
    told = set(re.findall(r"`([a-z_0-9]+)`", GUIDE.read_text(encoding="utf-8")))
    assert keys <= told, sorted(keys - told)
