"""Which fields can be kept, and what a value is told that could not be built again."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import msgspec
import pytest

from rallypoint import Entity, Game, field, private
from rallypoint.core.game_image import GameChange, KeptSchema
from rallypoint.game.errors import DefinitionError
from rallypoint.testing import Match
from rallypoint_protocol.scan import FieldError
from tests.server.game.kept_games import Boulder, Pebble, Quarry, Rock, Side


class Holder(msgspec.Struct):
    seen: set[int]


@dataclasses.dataclass
class Base:
    x: int = 0


@dataclasses.dataclass
class More(Base):
    y: int = 0


class Thing(Entity):
    base: Base = private(Base())
    bounded: list[float] = private([])


class Things(Game, seats=1):
    uses = (Thing, Rock)


def declared(annotation: Any, first: Any = None) -> None:
    type("Bad", (Entity,), {"__annotations__": {"x": annotation}, "x": private(first), "__module__": __name__})


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (set[int], "a set has no order that could be kept"),
        (list[frozenset[str]], "a set has no order that could be kept"),
        (Holder, r"Bad.x \(Holder.seen\): a set has no order"),
        (dict[str, list[Any]], "say what is in it"),
        (dict[Rock, int], "an entity cannot be the key of a dict that is kept. Use its id"),
        (dict[tuple[int, Rock], int], "an entity cannot be the key"),
        (Rock | Pebble, "could not be built again after a recovery: Type unions may not contain more than one custom"),
        (list[int] | tuple[int, ...], "could not be built again after a recovery: Type unions"),
        (list[Rock | int], "could not be built again after a recovery: Type unions"),
        (object, "object has no place on the wire"),
    ],
)
def test_a_type_that_could_not_be_built_again_is_refused_where_it_is_declared(annotation: Any, why: str):
    with pytest.raises(DefinitionError, match=why):
        declared(annotation)


def test_a_first_value_that_could_not_be_built_again_is_refused_with_the_game():
    class Wrong(Game, seats=1):
        path: list[int] = private(None)

    with pytest.raises(DefinitionError, match=r"Game.path: its first value could not be built again"):
        Wrong.definition()


def put(name: str, value: Any) -> None:
    match = Match(Quarry, players=1)
    setattr(match.game.spawn(Rock), name, value)
    match.step()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_kept_is_finite(value: float):
    with pytest.raises(FieldError, match=r"Rock.heat: must be finite, not float"):
        put("heat", value)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("heat", "hot", "Rock.heat: must be a float"),
        ("path", ["a"], "Rock.path: could not be built again: Expected `int`, got `str`"),
        ("path", [2**70], "Rock.path: "),
        ("path", [object()], "Rock.path: object <object"),
        ("grid", {(1, 2): 7}, "Rock.grid: could not be built again"),
        ("goal", 3, "Rock.goal: could not be built again"),
        ("others", [Side.LEFT, None], "Rock.others: could not be built again"),
    ],
)
def test_what_could_not_be_built_again_is_an_error_in_the_step_that_made_it(name: str, value: Any, why: str):
    with pytest.raises(FieldError, match=why):
        put(name, value)


def test_a_reference_within_a_list_is_to_an_entity_of_its_class():
    match = Match(Quarry, players=1)
    match.game.spawn(Rock).others = [match.game.spawn(Pebble, secret=1)]  # type: ignore[list-item]  # the mistake
    with pytest.raises(FieldError, match=r"Rock.others: could not be built again: Expected `Rock`"):
        match.step()


def test_a_reference_is_to_an_entity_of_the_same_session():
    match, other = Match(Quarry, players=1), Match(Quarry, players=1)
    foreign = [other.game.spawn(Rock) for _ in range(9)][-1]
    match.game.spawn(Rock).near = foreign
    with pytest.raises(FieldError, match=r"Rock\.near: refers to an entity 9 that is not in the session"):
        match.step()


def test_what_a_subclass_has_besides_would_be_lost_and_is_refused():
    match = Match(Things, players=1)
    match.game.spawn(Thing).base = More(1, 2)
    with pytest.raises(FieldError, match=r"Thing.base: must be Base\{x: int\}, not"):
        match.step()


def test_a_whole_number_in_place_of_a_float_is_kept_as_a_float():
    match = Match(Quarry, players=1, paranoid=True)
    rock = match.game.spawn(Rock)
    rock.heat, rock.floats = 3, [1, 2]
    match.step()
    match.recover()
    again = match.game.all(Rock)[0]
    assert (repr(again.heat), repr(again.floats)) == ("3.0", "[1.0, 2.0]")


@pytest.mark.parametrize("value", [0.1 + 0.2, 5e-324, -0.0, 1.7976931348623157e308, 2.0**-1074])
def test_a_float_is_kept_in_full_also_where_it_is_sent_in_steps(value: float):
    match = Match(Quarry, players=1, paranoid=True)
    rock = match.game.spawn(Rock)
    match.step()
    rock.heat = value
    rock.x = value if abs(value) < 1 else 1 / 3
    match.step()
    expected = rock.heat.hex(), rock.x.hex()
    match.recover()
    again = match.game.all(Rock)[0]
    assert (again.heat.hex(), again.x.hex()) == expected


def changed(match: Match[Quarry]) -> GameChange:
    driver = match._driver
    driver.open(match.session.tick + 1, 0)
    driver.close()
    return GameChange.decode(driver.take_change())


def test_zero_and_minus_zero_are_told_apart_and_only_when_they_change():
    match = Match(Quarry, players=1)
    rock = match.game.spawn(Rock)
    match.step()
    rock.heat = -0.0
    assert changed(match).heads != []
    rock.heat = float("-0.0")  # another object
    assert changed(match).heads == []
    rock.heat = 0.0
    assert changed(match).heads != []


def test_a_list_that_is_changed_in_place_is_a_change():
    match = Match(Quarry, players=1)
    rock = match.game.spawn(Rock)
    match.step()
    rock.path.append(1)
    change = changed(match)
    assert change.heads[0] == rock.id
    assert change.values == [[1]]
    rock.path = [1]  # equal
    assert changed(match).heads == []


def test_bytes_that_can_be_changed_in_place_are_kept_as_they_are():
    match = Match(Quarry, players=1, paranoid=True)
    rock = match.game.spawn(Rock)
    data: Any = bytearray(b"a")
    rock.data = data
    match.step()
    data += b"b"
    match.step()
    assert match._driver.image().entities[rock.id].values[5] == b"ab"


def test_the_schema_says_everything_that_decides_how_a_field_is_kept():
    schema = Quarry.definition().kept_schema
    assert [item.name for item in schema.classes] == ["Game", "Player", "Rock", "Boulder", "Pebble"]
    rock = {item.name: item.type for item in schema.classes[2].fields}
    assert rock["side"] == "Side(LEFT=0, RIGHT=1)"
    assert rock["goal"] == "Goal{x: int, target: Rock | None, rest: list[Goal]} | None"
    assert rock["memory"] == "Memory{seen: list[float], by: dict[str, int]}"
    assert "cache" not in rock
    assert [item.public for item in schema.classes[4].fields] == [False]
    assert KeptSchema.decode(schema.encoded) == schema
    assert len(schema.hash) == 16


def test_two_games_with_different_fields_have_different_schemas():
    def game(first: Any, kind: Any) -> Any:
        body = {"__annotations__": {"x": kind}, "x": first, "__module__": __name__, "uses": (Boulder,)}
        made: Any = type("Other", (Game,), body, seats=1)
        return made.definition().kept_schema.hash

    assert game(field(0), int) == game(field(1), int)  # a first value decides nothing
    assert len({game(field(0), int), game(private(0), int), game(field(0.0), float)}) == 3
