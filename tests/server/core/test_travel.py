"""A recorded session can be looked at at any of its ticks."""

from __future__ import annotations

import msgspec
import pytest

from rallypoint.core.replay_format import BadReplay, Record, RecordKind
from rallypoint.core.travel import Travel
from rallypoint.travel_told import moment_told, ticks_told
from tests.server.replay_games import Mood, Push, Say, Tale
from tests.server.replay_house import Recorded


def travelled(recorded: Recorded[Tale], *, without: range = range(0)) -> Travel:
    records = [one for at, one in enumerate(recorded.records) if at not in without]
    return Travel(recorded.header, [Record(RecordKind(kind), data, 0, 0) for kind, data in records])


@pytest.fixture
def recorded() -> Recorded[Tale]:
    one = Recorded(Tale, checkpoint_every=7)
    ann = one.match.join("Ann")
    one.match.step(5)
    one.match.hold(ann, Push(speed=2.0))
    one.match.step(3)
    one.match.act(ann, Say(text="hello", mood=Mood.WILD))
    one.match.step(12)
    return one


def test_it_knows_which_ticks_there_are(recorded):
    told = ticks_told(travelled(recorded))
    assert (told["first"], told["last"]) == (0, 20)
    assert told["gaps"] == []
    assert told["complete"] is False
    assert told["duration_ms"] == 1000


@pytest.mark.parametrize("tick", range(21))
def test_the_state_at_every_tick_is_what_it_was_then(tick):
    again = Recorded(Tale, checkpoint_every=7)
    ann = again.match.join("Ann")
    seen = {0: again.match.session.game.state()}
    for made in range(1, 21):
        if made == 6:
            again.match.hold(ann, Push(speed=2.0))
        if made == 9:
            again.match.act(ann, Say(text="hello", mood=Mood.WILD))
        again.match.step()
        seen[made] = again.match.session.game.state()
    told = moment_told(travelled(again), tick)
    assert told["tick"] == told["state"]["tick"] == tick
    assert {**told["state"]["game"], "status": 0} == {**seen[tick]["game"], "status": 0}  # a number, and a name
    assert {name: len(all_) for name, all_ in told["state"]["entities"].items()} == {
        name: len(all_) for name, all_ in seen[tick]["entities"].items() if all_
    }


def test_a_tick_tells_what_reached_it_what_came_of_it_and_what_it_has_changed(recorded):
    told = moment_told(travelled(recorded), 9)
    assert [(one["what"], one["seat"], one["name"], one["fields"]) for one in told["stimuli"]] == [
        ("action", 0, "Say", {"text": "hello", "mood": "WILD"})
    ]
    assert "Heard" in [one["name"] for one in told["events"]]
    assert told["known_before"]
    changed = {one["where"]: (one["before"], one["after"]) for one in told["changes"]}
    assert "game.told" in changed
    assert changed["game.told"][0] != changed["game.told"][1]
    assert not [where for where in changed if where in ("tick", "now_ms")]
    assert moment_told(travelled(recorded), 8)["stimuli"] == []


def test_of_the_first_tick_nobody_knows_what_it_has_changed(recorded):
    told = moment_told(travelled(recorded), 0)
    assert told["known_before"] is False
    assert told["changes"] == []


def test_ticks_that_are_missing_are_told_and_not_guessed(recorded):
    kinds = [kind for kind, _ in recorded.records]
    whole = [at for at, kind in enumerate(kinds) if kind == RecordKind.WHOLE]
    travel = travelled(recorded, without=range(whole[1] - 3, whole[1]))
    assert travel.gaps == [(5, 7)]
    with pytest.raises(BadReplay, match="tick 6 is missing"):
        travel.at(6)
    assert travel.at(7).changes is None
    assert travel.at(8).changes is not None


def test_a_tick_that_is_not_there_is_refused(recorded):
    with pytest.raises(BadReplay, match="there is no tick 21: there are 0 to 20"):
        travelled(recorded).at(21)


def test_looking_at_one_tick_does_not_change_what_is_seen_of_another(recorded):
    travel = travelled(recorded)
    first = moment_told(travel, 9)
    moment_told(travel, 15)
    assert moment_told(travel, 9) == first
    msgspec.json.encode(first)


def test_damage_is_a_sentence(recorded):
    with pytest.raises(BadReplay, match="cannot be read"):
        Travel(recorded.header, [Record(RecordKind.WHOLE, b"\xc1", 0, 0)])
    with pytest.raises(BadReplay, match="no whole state"):
        Travel(recorded.header, [])
