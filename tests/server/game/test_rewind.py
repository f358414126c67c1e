"""Rewinding: fields as they were after each of the last ticks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from rallypoint import DefinitionError, Entity, Game, Player, field, fixed, private
from rallypoint.core.game_image import GameChange, GameImage, PastImage, differences
from rallypoint.core.replay import image_at
from rallypoint.game.driver import GameDriver
from rallypoint.replay_state import state_json, state_lines
from rallypoint.replay_verify import HASH_SEEDS, verify
from rallypoint.storage.replay_file import read_replay
from rallypoint.testing import Match
from tests.server.game.rewound_games import Gallery, Look, Mood, Target, Walk, Wall
from tests.server.replay_house import Recorded


def gallery(steps: int = 9) -> Match[Gallery]:
    """After tick ``steps``."""
    match = Match(Gallery, players=1, paranoid=True)
    match.step(steps - match.session.tick)
    return match


def target(match: Match[Gallery]) -> Target:
    return match.game.all(Target)[0]


def was(game: Game[Any], entity: Entity, tick: int) -> Any:
    """What it is not, if it was not there, is seen at once."""
    return game.rewind(entity, tick)


def past_of(holder: Match[Any] | GameDriver) -> PastImage:
    driver = holder if isinstance(holder, GameDriver) else holder._driver
    past = driver.image().past
    assert past is not None
    return past


def xs(match: Match[Gallery]) -> dict[int, float | None]:
    """By tick: of the last ones and some that are none."""
    pasts = {tick: was(match.game, target(match), tick) for tick in range(-1, match.session.tick + 3)}
    return {tick: None if past is None else past.x for tick, past in pasts.items()}


# --- which tick -------------------------------------------------------------------------------------------------------


def test_a_field_is_what_it_was_after_that_tick_in_full_precision():
    match = gallery()
    now = match.session.tick
    for tick in range(now - 4, now + 1):
        assert was(match.game, target(match), tick).x == tick / 7


def test_a_tick_older_than_what_is_kept_is_the_oldest_that_is():
    match = gallery()
    oldest = match.session.tick - 4
    assert {xs(match)[tick] for tick in range(oldest + 1)} == {oldest / 7}


def test_a_tick_that_was_not_yet_is_the_present_and_so_is_none_at_all():
    match = gallery()
    target(match).x = 55.5
    newest = match.session.tick
    for tick in (newest + 1, newest + 2, 2**53 - 1, -1):
        assert was(match.game, target(match), tick).x == 55.5
    assert was(match.game, target(match), newest).x == newest / 7


def test_before_anything_is_kept_there_is_only_the_present():
    driver = GameDriver(Gallery.definition(), 1)
    driver.create({})
    driver.open(1, 100)
    there = driver.game.spawn(Target, x=3.0)
    assert [was(driver.game, there, tick).x for tick in (-1, 0, 1, 7)] == [3.0] * 4
    assert driver.game.ticks_since(0) == []


def test_numbers_of_ticks_that_were_left_out_are_the_tick_before():
    driver = GameDriver(Gallery.definition(), 1)
    driver.create({})
    there = driver.game.spawn(Target)
    for tick in (1, 2, 5, 9):
        driver.open(tick, tick * 100)
        there.x = float(tick)
        driver.close()
    assert [was(driver.game, there, tick).x for tick in range(10)] == [1, 1, 2, 2, 2, 5, 5, 5, 5, 9]
    assert driver.game.ticks_since(1) == [2, 5, 9]


def test_the_ticks_since_one_are_those_that_are_kept():
    match = gallery()
    now = match.session.tick
    assert match.game.ticks_since(now - 2) == [now - 1, now]
    assert match.game.ticks_since(0) == list(range(now - 4, now + 1))
    assert match.game.ticks_since(now) == match.game.ticks_since(now + 9) == match.game.ticks_since(-1) == []


@pytest.mark.parametrize("tick", ["4", 4.0, None, True, Look()])
def test_what_is_no_tick_is_refused(tick: Any):
    match = gallery()
    with pytest.raises(TypeError, match=r"give a tick, as in rewind\(ship, action.tick\)"):
        was(match.game, target(match), tick)


# --- what was there ---------------------------------------------------------------------------------------------------


def test_an_entity_that_was_not_there_yet_is_none():
    match = gallery()
    before = match.session.tick
    later = match.game.spawn(Target, x=2.0)
    assert was(match.game, later, before) is None
    assert was(match.game, later, before + 1).x == 2.0
    match.step()
    assert was(match.game, later, before) is None
    assert was(match.game, later, before + 1).x == (before + 1) / 7
    assert was(match.game, later, 0) is None
    match.step(5)
    assert was(match.game, later, 0) is not None  # clamped to the oldest tick, in which it was there


def test_an_entity_that_is_destroyed_is_none_at_any_tick():
    match = gallery()
    gone = target(match)
    match.game.destroy(gone)
    for tick in (-1, 0, match.session.tick, match.session.tick + 1):
        assert was(match.game, gone, tick) is None
    match.step()
    assert was(match.game, gone, match.session.tick) is None
    assert past_of(match).trails == {}


def test_an_entity_that_was_never_spawned_is_none():
    never: Any = Target
    assert gallery().game.rewind(never(), -1) is None


def test_another_owner_or_channel_changes_nothing_of_what_was():
    match = gallery()
    before = xs(match)
    match.game.give(target(match), match.player(0))
    match.game.set_channel(target(match), "red")
    assert xs(match) == before
    match.step()
    assert [xs(match)[tick] for tick in (8, 9, 10)] == [8 / 7, 9 / 7, 10 / 7]


def test_what_is_kept_is_bounded():
    match = gallery(steps=100)
    past = past_of(match)
    assert past.ticks == [96, 97, 98, 99, 100]
    assert [len(trail) for trail in past.trails.values()] == [5]


# --- what a game sees -------------------------------------------------------------------------------------------------


def test_what_was_can_be_read_and_not_changed():
    match = gallery()
    past: Any = was(match.game, target(match), 8)
    with pytest.raises(AttributeError, match=r"a Target as it was: it cannot be changed. Change the Target itself"):
        past.x = 1.0
    with pytest.raises(AttributeError, match="as it was"):
        past.anything = 1.0
    with pytest.raises(AttributeError):
        del past.x
    assert past.x == 8 / 7
    assert repr(past).startswith(f"<Target as it was: x={8 / 7!r}, mood=<Mood.CALM: 0>, heat=")


def test_what_is_not_rewound_is_an_error_that_says_so():
    past: Any = gallery().game.rewind(target(match := gallery()), 8)
    for name in ("hull", "id", "owner"):
        with pytest.raises(AttributeError, match=rf"Target\.{name} is not rewound: .* It has: x, mood, heat"):
            getattr(past, name)
    with pytest.raises(LookupError, match="no field of Wall is kept"):
        was(match.game, match.game.all(Wall)[0], 8)
    with pytest.raises(LookupError, match="no field of Looker is kept"):
        was(match.game, match.player(0), 8)


def test_what_was_seen_stays_as_it_was_while_the_game_goes_on():
    match = gallery()
    past = was(match.game, target(match), 8)
    present = was(match.game, target(match), -1)
    target(match).x = -1.0
    match.step(20)
    assert (past.x, present.x) == (8 / 7, 9 / 7)


def test_values_have_the_types_of_their_fields():
    match = gallery()
    there: Any = target(match)
    there.x, there.mood = 3, 1
    past = was(match.game, there, -1)
    assert (type(past.x), past.mood) == (float, Mood.WILD)
    assert past.mood is Mood.WILD


def test_what_could_not_be_kept_is_an_error_in_its_step():
    driver = GameDriver(Gallery.definition(), 1)
    driver.create({})
    there: Any = driver.game.spawn(Target)
    driver.open(1, 100)
    there.heat = float("nan")
    with pytest.raises(ValueError, match=r"Target.heat"):
        driver.close()


# --- what players say -------------------------------------------------------------------------------------------------


def test_an_action_is_judged_by_the_tick_that_its_player_saw():
    match = gallery()
    now = match.session.tick
    told = {}
    for seen in (None, now - 1, 0, -1, now + 1, 2**53 - 1):
        match.act(0, Look(), seen=seen)
        match.step()
        told[seen] = (match.player(0).seen, match.player(0).since)
        now = match.session.tick
    assert told[None] == ((9 / 7,), ())
    assert told[8] == ((8 / 7,), (9, 10))
    assert told[0] == ((7 / 7,), (7, 8, 9, 10, 11))
    assert told[-1] == ((12 / 7,), ())
    assert told[10] == ((10 / 7,), (11, 12, 13))
    assert told[2**53 - 1] == ((14 / 7,), ())


def test_an_action_that_is_sent_again_after_an_absence_looks_no_further_back_than_any():
    match = gallery()
    match.drop(0)
    match.step(20)
    match.come_back(0)
    match.act(0, Look(), seen=9)
    match.step()
    oldest = match.session.tick - 5
    assert match.player(0).seen == (oldest / 7,)
    assert len(match.player(0).since) == 5


# --- what is kept -----------------------------------------------------------------------------------------------------

acts = st.lists(
    st.lists(st.tuples(st.sampled_from(("look", "walk", "give")), st.integers(-1, 40)), max_size=3), max_size=20
)


def do(match: Match[Gallery], what: str, number: int) -> None:
    match what:
        case "look":
            match.act(0, Look(), seen=number)
        case "walk":
            match.act(0, Walk())
        case _:
            there = match.game.all(Target)
            if there:
                match.game.give(there[number % len(there)], match.player(0) if number % 2 else None)


@settings(max_examples=60, deadline=None)
@given(acts, st.integers(0, 20))
def test_a_game_that_was_built_again_remembers_the_same(course: list[list[tuple[str, int]]], dies: int):
    live, other = Match(Gallery, players=1), Match(Gallery, players=1, paranoid=True)
    for number, step in enumerate(course):
        if number == dies:
            other.recover()
        for item in step:
            do(live, *item)
            do(other, *item)
        live.step()
        other.step()
        assert live._driver.image().encode() == other._driver.image().encode()
        assert live.game.trace == other.game.trace
        for one, two in zip(live.game.all(Target), other.game.all(Target), strict=True):
            for tick in range(-1, live.session.tick + 2):
                assert repr(was(live.game, one, tick)) == repr(was(other.game, two, tick))


@settings(max_examples=60, deadline=None)
@given(acts)
def test_changes_do_not_carry_what_was_and_applying_them_makes_it(course: list[list[tuple[str, int]]]):
    match = Match(Gallery, players=1)
    driver = match._driver
    image = driver.image()
    taken: list[bytes] = []
    take = driver.take_change

    def listen() -> bytes:
        taken.append(take())
        return taken[-1]

    driver.take_change = listen  # type: ignore[method-assign]  # the test listens
    for step in course:
        for item in step:
            do(match, *item)
        match.step()
        for _ in range(2):  # twice is once
            image.apply(GameChange.decode(taken[-1]))
        assert image.encode() == driver.image().encode()
        assert len(msgspec.msgpack.decode(taken[-1])) == len(GameChange.__struct_fields__)


def test_an_image_of_before_there_was_any_rewinding_is_gone_on_with():
    match = gallery()
    rows = msgspec.msgpack.decode(match._driver.image().encode())
    old = GameImage.decode(msgspec.msgpack.encode(rows[: GameImage.__struct_fields__.index("past")]))
    assert old.past is None
    driver = GameDriver(Gallery.definition(), 0)
    driver.restore(old)
    there = driver.game.all(Target)[0]
    assert was(driver.game, there, 3).x == 9 / 7  # the present: nothing else is known
    driver.open(10, 1000)
    there.x = 7.0
    driver.close()
    assert was(driver.game, there, 3).x == 7.0
    assert past_of(driver).ticks == [10]


class Shorter(Gallery, name="gallery", rewind_ticks=2):
    pass


class Longer(Gallery, name="gallery", rewind_ticks=60):
    pass


def test_another_number_of_ticks_goes_on_with_what_there_is():
    image = gallery()._driver.image()
    for game, ticks in ((Shorter, [8, 9]), (Longer, [5, 6, 7, 8, 9])):
        driver = GameDriver(game.definition(), 0)
        driver.restore(image)
        assert driver.game.ticks_since(0) == ticks
        there = driver.game.all(Target)[0]
        assert [was(driver.game, there, tick).x for tick in ticks] == [tick / 7 for tick in ticks]


def test_a_history_of_other_fields_is_begun_anew():
    image = gallery()._driver.image()
    assert image.past is not None
    image.past.fields = {2: [0]}
    driver = GameDriver(Gallery.definition(), 0)
    driver.restore(image)
    assert driver.game.ticks_since(0) == []


@pytest.mark.parametrize("stepped", [True, False])
def test_what_is_restored_and_shown_has_made_no_step_to_remember(stepped: bool):
    image = (gallery()._driver if stepped else GameDriver(Gallery.definition(), 0)).image()
    driver = GameDriver(Gallery.definition(), 0)
    driver.restore(image)
    driver.show()
    assert driver.image().encode() == image.encode()
    assert driver.channels.channel("everyone").members


class Spot(Entity):
    x: float = fixed(0.01, rewind=True)


class MovedSpot(Entity):
    left: float = fixed(0.01, rewind=True)


MovedSpot.__name__ = "Spot"


class Hall(Game, seats=1, name="hall"):
    uses = (Spot,)


class NewHall(Game, seats=1, name="hall"):
    uses = (MovedSpot,)

    @staticmethod
    def migrate(state: dict[str, Any]) -> dict[str, Any]:
        for spot in state["entities"]["Spot"]:
            spot["left"] = 100.0 - spot.pop("x")
        return state


def test_what_was_before_a_migration_is_forgotten():
    old = GameDriver(Hall.definition(), 1)
    old.create({})
    old.game.spawn(Spot, x=30.0)
    old.open(1, 50)
    old.close()
    new = GameDriver(NewHall.definition(), 0)
    new.restore(old.image())
    (spot,) = new.game.all(MovedSpot)
    assert was(new.game, spot, 1).left == 70.0
    assert new.game.ticks_since(0) == []


def test_games_without_it_have_no_history_and_the_same_schemas():
    class Spot(Entity):
        x: float = fixed(0.01)

    class Rewound(Entity):
        x: float = fixed(0.01, rewind=True)

    Rewound.__name__ = "Spot"

    class Plain(Game, seats=1, name="same"):
        uses = (Spot,)

    class Other(Game, seats=1, name="same"):
        uses = (Rewound,)

    assert GameDriver(Plain.definition(), 1).history is None
    assert GameDriver(Plain.definition(), 1).image().past is None
    assert GameDriver(Other.definition(), 1).history is not None
    assert Plain.definition().schema_bytes == Other.definition().schema_bytes
    assert Plain.definition().kept_schema == Other.definition().kept_schema
    with pytest.raises(LookupError, match="no field of Plain is kept"):
        GameDriver(Plain.definition(), 1).game.ticks_since(3)


# --- replays ----------------------------------------------------------------------------------------------------------


def recorded() -> Recorded[Gallery]:
    made = Recorded(Gallery, checkpoint_every=13)
    match = made.match
    match.join("Ann")
    for number in range(40):
        do(match, "walk" if number % 4 == 0 else "look", number - number % 7)
        match.step()
        if number == 21:
            made.recover()
    return made


def test_a_replay_is_the_same_again_under_two_hash_seeds(tmp_path: Path):
    made = recorded()
    verdicts = verify(made.write(tmp_path), "tests.server.game.rewound_games:Gallery", lambda text: None)
    assert list(verdicts) == list(HASH_SEEDS)
    for verdict in verdicts.values():
        assert verdict.difference is None
        assert verdict.skipped == []


def test_at_each_tick_of_a_replay_the_game_remembers_what_it_did_then(tmp_path: Path):
    match = (made := Recorded(Gallery, checkpoint_every=7)).match
    match.join("Ann")
    told = {}
    for number in range(25):
        do(match, "walk" if number % 4 == 0 else "look", number)
        match.step()
        told[match.session.tick] = match._driver.image().past
    found = read_replay(made.write(tmp_path))
    for tick, past in told.items():
        image = image_at(found.records, tick)
        assert image.game.past == past
        fork = GameDriver(Gallery.definition(), 0)
        fork.restore(image.game)
        assert fork.image().past == past
    image = image_at(found.records, 20)
    shown = state_json(image, found.header)["past"]
    assert list(shown) == ["16", "17", "18", "19", "20"]
    assert shown["18"]["Target 3"]["x"] == 18 / 7
    assert "past of ticks 16 to 20" in list(state_lines(image, found.header))


def test_where_two_histories_differ_is_told_by_tick_and_field():
    match = gallery()
    one, other = match._driver.image(), match._driver.image()
    assert other.past is not None
    id_ = target(match).id
    other.past.trails[id_][1][0] += 1e-12
    (found,) = differences(Gallery.definition().kept_schema, one, other)
    assert (found.where, found.one) == (f"after tick 6: Target {id_}.x", 6 / 7)
    other = match._driver.image()
    other.past = None
    assert {found.where for found in differences(Gallery.definition().kept_schema, one, other)} == {
        f"after tick {tick}: Target {id_}" for tick in range(5, 10)
    }
    other.past = msgspec.structs.replace(past_of(match), ticks_max=7)
    (found,) = differences(Gallery.definition().kept_schema, one, other)
    assert (found.where, found.one, found.other) == ("past", [5, {2: [0, 1, 2]}], [7, {2: [0, 1, 2]}])


# --- definitions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", [0, 65, -1, 2.0, True, "2", None])
def test_it_looks_back_1_to_64_ticks(ticks: Any):
    with pytest.raises(DefinitionError, match=r"rewind_ticks=.* from 1 to 64"):

        class Wrong(Game, seats=2, rewind_ticks=ticks): ...


class Pair(Entity):
    at: tuple[float, float] = field((0.0, 0.0), rewind=True)


class Maybe(Entity):
    x: float | None = field(None, rewind=True)


class Near(Entity):
    near: Wall | None = field(None, rewind=True)


class Many(Entity):
    path: list[int] = private([], rewind=True)


@pytest.mark.parametrize("kind", [Pair, Maybe, Near, Many])
def test_what_is_no_plain_value_is_not_rewound(kind: type[Entity]):
    class Wrong(Game, seats=2):
        uses = (Wall, kind)

    with pytest.raises(DefinitionError, match=r"cannot be rewound: it is .* declare x and y"):
        Wrong.definition()


class Ticks(Entity):
    x: float = fixed(0.01, rewind=10)  # type: ignore[arg-type]  # the mistake


def test_a_number_of_ticks_belongs_to_the_game():
    class Wrong(Game, seats=2):
        uses = (Ticks,)

    with pytest.raises(DefinitionError, match=r"rewind=10\. Write rewind=True; how many ticks"):
        Wrong.definition()


class Runner(Player):
    x: float = fixed(0.01, rewind=True)


def test_players_and_games_are_not_rewound():
    class Wrong(Game[Runner], seats=2): ...

    class AlsoWrong(Game, seats=2):
        x: float = fixed(0.01, rewind=True)

    for game in (Wrong, AlsoWrong):
        with pytest.raises(DefinitionError, match=r"cannot be rewound: .* Declare it in an Entity class"):
            game.definition()


def test_a_turn_based_game_has_nothing_to_rewind():
    class Wrong(Game, seats=2, tick_hz=0):
        uses = (Target,)

    with pytest.raises(DefinitionError, match=r"Target.x cannot be rewound: Wrong is turn-based"):
        Wrong.definition()


def test_a_subclass_may_rewind_a_field_of_its_base():
    class Still(Entity):
        x: float = fixed(0.01)
        y: float = fixed(0.01)

    class Quick(Still):
        x: float = fixed(0.01, rewind=True)

    class Field(Game, seats=1):
        uses = (Still, Quick)

    driver = GameDriver(Field.definition(), 1)
    still, quick = driver.game.spawn(Still, x=1.0), driver.game.spawn(Quick, x=2.0)
    driver.open(1, 50)
    driver.close()
    assert was(driver.game, quick, 1).x == 2.0
    assert list(past_of(driver).trails) == [quick.id]
    with pytest.raises(LookupError, match="no field of Still is kept"):
        was(driver.game, still, 1)
