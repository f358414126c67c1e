"""What a game sets in its fields is what clients see of them, as far as each may see it."""

import dataclasses
import enum
import math
from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from rallypoint import Entity, Game, Meta, Player, field, fixed, private, transient
from rallypoint.game.fields import FieldSpec, wire_type
from rallypoint.testing import Match
from rallypoint_protocol.scan import FieldError
from rallypoint_protocol.schema import Bool, Bytes, Enumeration, Float, Int, OptionalOf, Ref, Str, TupleOf


class Colour(enum.IntEnum):
    RED = 1
    GREEN = 2
    BLUE = -7


class Waypoint(msgspec.Struct):
    x: float
    y: float


@dataclasses.dataclass
class Memory:
    seen: list[int]


class Thing(Entity):
    count: int = field(0)
    bounded: Annotated[int, Meta(ge=0, le=9)] = field(0)
    flag: bool = field(False)
    plain: float = field(0.0)
    steps: float = fixed(0.01)
    name: str = field("")
    data: bytes = field(b"")
    colour: Colour = field(Colour.RED)
    maybe: int | None = field(None)
    pair: tuple[int, str] = field((0, ""))
    many: tuple[int, ...] = field(())
    nested: tuple[tuple[Colour, bool], ...] = field(())
    other: "Thing | None" = field(None)
    player: Player | None = field(None)


class Holder(Entity):
    path: list[int] = private([])
    table: dict[str, float] = private({})
    way: Waypoint | None = private(None)
    ways: list[Waypoint] = private([])
    memory: Memory = private(Memory([]))
    bare: int = 5
    cache: Any = transient()
    built: list[int] = transient([])


class Fields(Game, seats=(1, 4), tick_hz=60):
    uses: ClassVar = [Thing, Holder]

    best: int = field(0)
    notes: list[int] = private([])
    space: Any = transient()


ints = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(max_size=20).filter(lambda text: text.isprintable())
values: dict[str, st.SearchStrategy[Any]] = {
    "count": ints,
    "bounded": ints,
    "flag": st.booleans(),
    "plain": floats | st.integers(-100, 100),
    "name": texts,
    "data": st.binary(max_size=20),
    "colour": st.sampled_from(Colour),
    "maybe": st.none() | ints,
    "pair": st.tuples(ints, texts),
    "many": st.lists(ints, max_size=5).map(tuple),
    "nested": st.lists(st.tuples(st.sampled_from(Colour), st.booleans()), max_size=3).map(tuple),
}
changes = st.sampled_from(sorted(values)).flatmap(lambda name: st.tuples(st.just(name), values[name]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(changes, max_size=4), max_size=8))
def test_a_client_sees_what_the_game_has_set(steps: list[list[tuple[str, Any]]]):
    match = Match(Fields, players=1)
    thing = match.game.spawn(Thing)
    for step in steps:
        for name, value in step:
            setattr(thing, name, value)
        match.step()
        seen = match.view(0).get(thing.id)
        for name in values:
            assert seen[name] == getattr(thing, name), name
        assert type(seen.flag) is bool


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20))
def test_a_fixed_field_is_rounded_for_clients_and_kept_in_full_by_the_game(places: list[float]):
    match = Match(Fields, players=1)
    thing = match.game.spawn(Thing)
    for place in places:
        thing.steps = place
        match.step()
        assert thing.steps == place
        assert match.view(0).get(thing.id).steps == pytest.approx(place, abs=0.0051)
        assert match.replica(0).items[thing.id].wire[4] == round(place * 100)


def test_a_number_that_swings_over_the_whole_range_arrives():
    match = Match(Fields, players=1)
    thing = match.game.spawn(Thing)
    for value in (2**63 - 1, -(2**63), 0, -(2**63), 2**63 - 1):
        thing.count = value
        match.step()
        assert match.view(0).get(thing.id).count == value


def test_a_reference_is_seen_as_an_id_and_as_nothing_once_that_is_gone():
    match = Match(Fields, players=2)
    first, second = match.game.spawn(Thing), match.game.spawn(Thing)
    first.other = second
    first.player = match.player(1)
    match.step()
    assert match.view(0).get(first.id).other == second.id
    assert match.view(0).get(match.view(0).get(first.id).player).name == "player1"
    match.game.destroy(second)
    match.leave(1)
    match.step()
    assert match.view(0).get(first.id).other == 0
    assert match.view(0).get(first.id).player == 0


def test_a_reference_to_who_left_is_not_one_to_who_has_the_seat_now():
    match = Match(Fields, players=2)
    thing = match.game.spawn(Thing, player=match.player(1))
    match.leave(1)
    match.step()
    assert match.join("another") == 1
    match.step()
    assert match.view(0).get(thing.id).player == 0


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("count", "3", "Thing.count: must be an int, not str '3'"),
        ("count", True, "Thing.count: must be an int, not bool True"),
        ("count", 1.0, "Thing.count: must be an int, not float 1.0"),
        ("count", 2**63, "Thing.count: must fit 64 bits"),
        ("flag", 1, "Thing.flag: must be a bool, not int 1"),
        ("plain", math.nan, "Thing.plain: must be finite"),
        ("plain", math.inf, "Thing.plain: must be finite"),
        ("plain", None, "Thing.plain: must be a float, not NoneType None"),
        ("steps", math.nan, "Thing.steps: must be finite"),
        ("steps", 1e300, "Thing.steps: .* is out of range for steps of 0.01"),
        ("steps", "1", "Thing.steps: must be a number, not str '1'"),
        ("name", 5, "Thing.name: must be a str, not int 5"),
        ("name", "\ud800", "Thing.name: .*surrogates not allowed"),
        ("data", "x", "Thing.data: must be bytes, not str 'x'"),
        ("colour", 5, "Thing.colour: must be one of RED, GREEN, BLUE, not int 5"),
        ("pair", (1, "a", 2), "Thing.pair: must have 2 items, not 3"),
        ("pair", (1, 2), "Thing.pair: must be a str, not int 2"),
        ("many", [1], "Thing.many: must be a tuple, not list .*: it is replaced whole, never changed in place"),
        ("other", 7, "Thing.other: must be an entity or None, not int 7"),
    ],
)
def test_what_a_field_cannot_hold_ends_the_step_and_is_named(name: str, value: Any, why: str):
    match = Match(Fields, players=1)
    thing = match.game.spawn(Thing)
    match.step()
    setattr(thing, name, value)
    with pytest.raises(FieldError, match=why):
        match.step()


def test_a_new_entity_is_checked_as_well():
    match = Match(Fields, players=1)
    match.game.spawn(Thing, name=5)
    with pytest.raises(FieldError, match=r"Thing.name: must be a str, not int 5"):
        match.step()


def test_fields_of_game_and_player_are_checked_as_well():
    match = Match(Fields, players=1)
    match.game.best = "many"  # type: ignore[assignment]  # the mistake
    with pytest.raises(FieldError, match=r"Game.best: must be an int, not str 'many'"):
        match.step()
    match = Match(Fields, players=1)
    match.player(0).name = None
    with pytest.raises(FieldError, match=r"Player.name: must be a str, not NoneType None"):
        match.step()


def test_a_field_of_no_kind_is_public():
    assert [item.name for item in Holder.__public__.values()] == ["bare"]
    assert Holder.__fields__["bare"] == FieldSpec("public", 5)


def test_private_and_transient_fields_are_not_part_of_the_schema():
    schema = Fields.definition().schema
    names = {entity.name: [item.name for item in entity.fields] for entity in schema.entities}
    assert names["Holder"] == ["bare"]
    assert names["Game"] == ["status", "best"]


def test_no_two_entities_share_a_list():
    match = Match(Fields, players=1)
    first, second = match.game.spawn(Holder), match.game.spawn(Holder)
    for holder in (first, second):
        for name in ("path", "table", "ways", "built", "memory"):
            assert getattr(holder, name) is not getattr(Holder.__fields__[name], "default", None)
    first.path.append(1)
    first.table["a"] = 1.0
    first.memory.seen.append(3)
    first.built.append(1)
    assert (second.path, second.table, second.memory.seen, second.built) == ([], {}, [], [])


def test_no_two_games_share_a_list():
    first, second = Match(Fields, players=1), Match(Fields, players=1)
    first.game.notes.append(1)
    assert second.game.notes == []


def test_private_fields_change_in_place_without_a_word_to_anybody():
    match = Match(Fields, players=1)
    holder = match.game.spawn(Holder, way=Waypoint(1.0, 2.0))
    match.step()
    before = list(match.replica(0).items[holder.id].wire)
    holder.path.append(5)
    holder.cache = object()
    match.game.space = object()
    match.step()
    assert match.replica(0).items[holder.id].wire == before


def test_a_subclass_has_its_bases_fields_first_and_may_change_their_first_values():
    class Big(Thing):
        size: int = field(2)
        count: int = field(100)

    class Bigs(Game, seats=1):
        uses: ClassVar = [Thing, Big]

    match = Match(Bigs, players=1)
    big = match.game.spawn(Big)
    match.step()
    assert list(Big.__public__) == [*Thing.__public__, "size"]
    assert (big.count, match.view(0).get(big.id).count) == (100, 100)
    assert match.game.all(Thing) == [big]


def test_a_field_that_a_subclass_makes_private_is_sent_no_more():
    class Hidden(Thing):
        name: str = private("secret")

    class Hiding(Game, seats=1):
        uses: ClassVar = [Thing, Hidden]

    match = Match(Hiding, players=1)
    hidden = match.game.spawn(Hidden)
    match.step()
    assert "name" not in match.view(0).get(hidden.id).fields
    assert hidden.name == "secret"


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (int, Int()),
        (bool, Bool()),
        (float, Float()),
        (str, Str()),
        (bytes, Bytes()),
        (Annotated[int, Meta(ge=0)], Int()),
        (Colour, Enumeration("Colour", (("RED", 1), ("GREEN", 2), ("BLUE", -7)))),
        (int | None, OptionalOf(Int())),
        (Thing, Ref("Thing")),
        (Thing | None, Ref("Thing")),
        (tuple[int, ...], TupleOf((Int(),), more=True)),
        (tuple[int, str], TupleOf((Int(), Str()))),
        (tuple[tuple[int, ...], bool | None], TupleOf((TupleOf((Int(),), more=True), OptionalOf(Bool())))),
    ],
)
def test_a_types_form_on_the_wire(annotation: Any, expected: object):
    assert wire_type(annotation, "Thing.x") == expected


@pytest.mark.parametrize(
    ("spec", "annotation", "lerp"),
    [
        (field(0), int, "step"),
        (field(0.0), float, "linear"),
        (fixed(0.1), float, "linear"),
        (fixed(0.1, lerp="turn"), float, "turn"),
        (field(0, lerp="linear"), int, "linear"),
        (field(0.0, lerp="step"), float, "step"),
        (field(""), str, "step"),
    ],
)
def test_renderers_move_floats_straight_and_nothing_else_unless_told(spec: Any, annotation: Any, lerp: str):
    made: Any = type("Made", (Entity,), {"__annotations__": {"x": annotation}, "x": spec, "__module__": __name__})
    assert made.__public__["x"].lerp == lerp
