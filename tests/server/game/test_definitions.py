"""A game that cannot work fails where it is written, with a sentence that says what to write instead."""

import enum
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import pytest

from rallypoint import (
    Action,
    DefinitionError,
    Entity,
    Event,
    Game,
    Hold,
    Meta,
    Player,
    Result,
    field,
    fixed,
    on,
    private,
    transient,
)
from rallypoint.testing import Match
from rallypoint_protocol.codec import BadMessage, encode


class Fire(Action):
    pass


class Steer(Hold):
    turn: int = 0


class Ship(Entity):
    x: float = fixed(0.01)
    hull: int = field(3)
    speed = 5.0

    @property
    def wrecked(self) -> bool:
        return self.hull <= 0


class Pilot(Player):
    score: int = field(0)


class Plain(Game[Pilot], seats=1):
    uses: ClassVar = [Ship]
    round: int = field(0)

    def joined(self, player: Pilot) -> None:
        self.spawn(Ship, owner=player)


def wrong(sentence: str) -> Any:
    """The block raises a DefinitionError whose text has ``sentence`` in it."""
    return pytest.raises(DefinitionError, match=sentence)


# --- attributes that are not declared ---------------------------------------------------------------------------------


def test_an_entity_has_only_declared_attributes():
    ship: Any = Match(Plain, players=1).game.all(Ship)[0]
    with pytest.raises(AttributeError, match=r"Ship declares no field `hul`. Write `hul: int = field\(0\)`.*x, hull"):
        ship.hul = 2


def test_a_player_has_only_declared_attributes():
    player: Any = Match(Plain, players=1).game.players[0]
    with pytest.raises(AttributeError, match=r"Pilot declares no field `points`. Write `points: int = field\(0\)`"):
        player.points = 2


def test_a_game_has_only_declared_attributes():
    game: Any = Match(Plain, players=1).game
    with pytest.raises(AttributeError, match=r"Plain declares no field `rounds`. Write `rounds: int = field\(0\)`"):
        game.rounds = 2


def test_a_class_attribute_without_a_type_is_a_constant():
    ship: Any = Match(Plain, players=1).game.all(Ship)[0]
    assert ship.speed == 5.0
    with pytest.raises(AttributeError, match="Ship declares no field `speed`"):
        ship.speed = 6.0


def test_a_property_stays_what_it_is():
    ship: Any = Match(Plain, players=1).game.all(Ship)[0]
    with pytest.raises(AttributeError, match=r"wrecked.*no setter"):
        ship.wrecked = True


def test_a_field_that_there_is_not_cannot_be_spawned_with():
    with pytest.raises(TypeError, match=r"Ship.__init__\(\) got an unexpected keyword argument 'z'"):
        Match(Plain, players=1).game.spawn(Ship, z=1)


def test_a_field_without_a_first_value_has_to_be_spawned_with_one():
    class Mine(Entity):
        x: float
        y: float = fixed(0.01)

    class Mines(Game, seats=1):
        uses: ClassVar = [Mine]

    match = Match(Mines, players=1)
    assert match.game.spawn(Mine, x=2.0).x == 2.0
    with pytest.raises(TypeError, match=r"Mine.__init__\(\) missing 1 required keyword-only argument: 'x'"):
        match.game.spawn(Mine)


# --- fields -----------------------------------------------------------------------------------------------------------


def test_a_public_field_has_a_type_that_can_be_sent():
    with wrong(r"Bad.where cannot be sent: complex has no place on the wire. Use int, bool, float.*private\(...\)"):

        class Bad(Entity):
            where: complex = field(0j)


@pytest.mark.parametrize("annotation", [list[int], dict[str, int], set[int], frozenset[int], list, tuple])
def test_a_public_field_is_no_collection_that_can_be_changed_in_place(annotation: Any):
    with wrong(r"Bad.hits cannot be sent: .* is not a public field's type. Use a tuple, as in `tuple\[int, ...\]`"):
        type("Bad", (Entity,), {"__annotations__": {"hits": annotation}, "__module__": __name__})


def test_a_public_field_does_not_mix_types():
    with wrong(r"Bad.prize cannot be sent: int \| str mixes types. Only `X \| None` can be sent"):

        class Bad(Entity):
            prize: int | str = field(0)


def test_an_enum_that_is_sent_has_whole_numbers():
    class Colour(enum.Enum):
        RED = "red"

    with wrong("Bad.colour: Colour must be an IntEnum to be sent"):

        class Bad(Entity):
            colour: Colour = field(Colour.RED)


def test_an_enum_that_is_sent_has_members():
    class Nothing(enum.IntEnum):
        pass

    with wrong("Bad.kind: Nothing has no members"):

        class Bad(Entity):
            kind: Nothing = field()


def test_fixed_is_for_floats():
    with wrong(r"Bad.x: fixed\(...\) is for floats. Write `x: float = fixed\(0.5\)`"):

        class Bad(Entity):
            x: int = fixed(0.5)


@pytest.mark.parametrize("step", [0, -1, float("nan"), float("inf"), True, "0.1"])
def test_the_step_of_fixed_is_a_number_above_zero(step: Any):
    with wrong(r"the step must be a number above zero, as in fixed\(0.01\)"):
        fixed(step)


@pytest.mark.parametrize("spec", [field(0), fixed(0.1), private(0), transient()])
def test_a_field_needs_a_type(spec: Any):
    with wrong(r"Bad.x needs a type. Write `x: int = field\(...\)`, with the type you mean"):
        type("Bad", (Entity,), {"x": spec, "__module__": __name__})
    with wrong(r"Bad.x needs a type"):
        type("Bad", (Player,), {"x": spec, "__module__": __name__})


def test_a_games_field_needs_a_type():
    with wrong(r"Bad.round needs a type. Write `round: int = field\(...\)`"):

        class Bad(Game, seats=1):
            round = field(0)


def test_the_field_of_a_variant_needs_its_type_again():
    with wrong("Big.hull needs a type: it is a field of Ship"):

        class Big(Ship):
            hull = 9

    with wrong("Quick.round needs a type"):

        class Quick(Plain):
            round = 9


@pytest.mark.parametrize(
    ("annotation", "first", "why"),
    [
        (int, "3", "must be an int, not str '3'"),
        (int, True, "must be an int, not bool True"),
        (int, 2**63, "must fit 64 bits"),
        (bool, 1, "must be a bool, not int 1"),
        (float, float("nan"), "must be finite"),
        (str, None, "must be a str, not NoneType None"),
        (tuple[int, int], [1, 2], "must be a tuple, not list"),
        (tuple[int, int], (1, 2, 3), "must have 2 items, not 3"),
    ],
)
def test_a_first_value_fits_its_type(annotation: Any, first: Any, why: str):
    with wrong(f"Bad.x: its first value {why}"):
        type("Bad", (Entity,), {"__annotations__": {"x": annotation}, "x": field(first), "__module__": __name__})


def test_a_renderer_knows_only_three_ways_between_two_values():
    with wrong("Bad.angle: lerp='spin'. It is one of 'linear', 'turn' and 'step'"):

        class Bad(Entity):
            angle: float = fixed(0.01, lerp="spin")  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("annotation", [list, dict, Any])
def test_a_private_collection_says_what_is_in_it(annotation: Any):
    with wrong(r"Bad.path: say what is in it, as in `list\[int\]`"):
        type("Bad", (Entity,), {"__annotations__": {"path": annotation}, "path": private(None), "__module__": __name__})


def test_a_private_field_can_be_kept():
    with wrong("Bad.callback cannot be sent: .* has no place on the wire"):

        class Bad(Entity):
            callback: Callable[[], None] = private(None)


def test_a_games_field_has_a_first_value():
    with wrong(r"Bad.round needs a first value, as in `round: int = field\(0\)`"):

        class Bad(Game, seats=1):
            round: int


def test_a_players_field_has_a_first_value():
    class Runner(Player):
        team: int

    with wrong(r"Runner.team needs a first value, as in `team: int = field\(0\)`"):

        class Bad(Game[Runner], seats=1):
            pass


def test_a_game_has_no_owner_to_show_a_field_to():
    with wrong("Bad.secret: a game has no owner. Declare it in your Player class"):

        class Bad(Game, seats=1):
            secret: int = field(0, to="owner")


@pytest.mark.parametrize("name", ["id", "owner", "channel", "_channel", "_entered", "set_up", "__hidden"])
def test_an_entitys_field_does_not_take_the_frameworks_names(name: str):
    with wrong(f"Bad.{name}: this name is taken by the framework, choose another"):
        type("Bad", (Entity,), {"__annotations__": {name: int}, name: field(0), "__module__": __name__})


@pytest.mark.parametrize("name", ["id", "seat", "name", "state", "bot", "held", "connected", "_held", "subscribe"])
def test_a_players_field_does_not_take_the_frameworks_names(name: str):
    with wrong(f"Bad.{name}: this name is taken by the framework, choose another"):
        type("Bad", (Player,), {"__annotations__": {name: int}, name: field(0), "__module__": __name__})


@pytest.mark.parametrize("name", ["players", "status", "now_ms", "spawn", "tick", "definition", "_driver", "owner"])
def test_a_games_field_does_not_take_the_frameworks_names(name: str):
    body = {"__annotations__": {name: int}, name: field(0), "__module__": __name__}
    with wrong(f"Bad.{name}: this name is taken by the framework, choose another"):
        type("Bad", (Game,), body, seats=1)


def test_any_other_name_can_be_a_fields():
    class Odd(Entity):
        base: int = field(1)
        MISSING: int = field(2)
        d_x: int = field(3)
        x: int = field(4)
        e: int = field(5)
        values: int = field(6)
        kind: int = field(7)

    class Oddities(Game, seats=1):
        uses: ClassVar = [Odd]

    match = Match(Oddities, players=1)
    match.game.spawn(Odd, x=40)
    match.step()
    odd = match.view(0).one("Odd")
    assert [odd[name] for name in odd.fields] == [1, 2, 3, 40, 5, 6, 7]


def test_at_most_62_fields_are_sent():
    body: dict[str, Any] = {f"f{number}": field(0) for number in range(63)}
    many: Any = type("Many", (Entity,), {**body, "__annotations__": dict.fromkeys(body, int), "__module__": __name__})

    class Bad(Game, seats=1):
        uses: ClassVar = [many]

    with wrong("Many has 63 public fields; 62 are the most"):
        Bad.definition()


def test_an_entity_has_one_base_with_fields():
    class Body(Entity):
        x: float = fixed(0.01)

    class Armed(Entity):
        ammo: int = field(0)

    with wrong("Fighter has several bases with fields. Give it one, and declare the other fields here"):

        class Fighter(Body, Armed):
            pass


def test_an_entity_is_not_made_by_a_constructor_of_its_own():
    with wrong("Bad.__init__ would never be called"):

        class Bad(Entity):
            def __init__(self) -> None:
                self.x = 1


def test_a_game_is_not_made_by_a_constructor_of_its_own():
    with wrong(r"Bad.__init__: the server creates games. Write `def created\(self, options\)`"):

        class Bad(Game, seats=1):
            def __init__(self) -> None:
                pass


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick_hz", [-1, 61, 20.0, "20", True, None])
def test_a_real_time_game_makes_1_to_60_ticks_a_second(tick_hz: Any):
    with wrong("Bad: tick_hz=.*Give 1 to 60 steps a second, as in tick_hz=20"):
        type("Bad", (Game,), {"__module__": __name__}, seats=2, tick_hz=tick_hz)


@pytest.mark.parametrize("seats", [0, (0, 2), (3, 2), (2, 1001), (2,), "28", 2.0, True, (True, 2), None])
def test_seats_are_the_least_and_the_most_players(seats: Any):
    with wrong(r"Bad: seats=.*Write the least and most players, as in seats=\(2, 8\)"):
        type("Bad", (Game,), {"__module__": __name__}, seats=seats)


def test_a_game_says_how_many_players_it_needs():
    with wrong(r"Bad needs to know its players. Write `class Bad\(Game, seats=\(2, 8\), tick_hz=20\)`"):

        class Bad(Game):
            pass


@pytest.mark.parametrize("option", ["grace_s", "grace_budget_s", "start_after_s", "bots_after_s"])
@pytest.mark.parametrize("value", [-1, "30", True, float("nan"), 100_000_000])
def test_durations_are_seconds(option: str, value: Any):
    with wrong(f"Bad: {option}=.*Write a number of seconds from 0 to 31536000"):
        type("Bad", (Game,), {"__module__": __name__}, seats=2, **{option: value})


def test_an_option_that_there_is_not_is_named():
    with wrong("Bad: unknown option players=. The options are seats, name, tick_hz, grace_s"):
        type("Bad", (Game,), {"__module__": __name__}, players=2)


@pytest.mark.parametrize("name", ["", "Orbit", "a b", "../x", "x" * 33, 5])
def test_a_games_name_fits_into_a_url(name: Any):
    with wrong("Bad: name=.*Use up to 32 of a-z, 0-9, - and _, as in name='orbit'"):
        type("Bad", (Game,), {"__module__": __name__}, seats=2, name=name)


@pytest.mark.parametrize("bot", ["OrbitBot", Fire, 5])
def test_a_bot_is_named_by_where_it_is(bot: Any):
    with wrong("Bad: bot=.*Write where its class is, as in bot='games.orbit.bot:OrbitBot'"):
        type("Bad", (Game,), {"__module__": __name__}, seats=2, bot=bot)


def test_a_variant_of_a_game_keeps_the_options_that_it_does_not_give():
    class First(
        Game, seats=(2, 4), tick_hz=10, grace_s=7, grace_budget_s=9, start_after_s=3, bots_after_s=1, bot="a:B"
    ):
        uses: ClassVar = []

    class Second(First, tick_hz=30):
        pass

    first, second = First.definition().options, Second.definition().options
    assert (second.name, second.tick_hz) == ("second", 30)
    for option in ("seats_min", "seats_max", "grace_s", "grace_budget_s", "start_after_s", "bots_after_s", "bot"):
        assert getattr(second, option) == getattr(first, option), option


def test_game_itself_cannot_be_played():
    with wrong(r"Game itself cannot be played: write a class, `class Orbit\(Game, ...\)`"):
        Game.definition()


# --- methods ----------------------------------------------------------------------------------------------------------


def method(*names: str, asynchronous: bool = False) -> Any:
    """A function with these arguments."""
    scope: dict[str, Any] = {}
    exec(f"{'async ' if asynchronous else ''}def made({', '.join(names)}): ...", scope)
    return scope["made"]


def game_with(name: str, value: Any) -> Any:
    return type("Bad", (Game,), {name: value, "uses": [], "__module__": __name__}, seats=2)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("update", "tick"),
        ("on_update", "tick"),
        ("step", "tick"),
        ("on_join", "joined"),
        ("on_leave", "left"),
        ("on_disconnect", "dropped"),
        ("on_reconnect", "returned"),
        ("on_message", "@on"),
        ("ticks", "tick"),
        ("create", "created"),
        ("dropedd", "dropped"),
        ("restore", "restored"),
        ("answer", "answered"),
    ],
)
def test_a_method_that_would_never_be_called_says_which_was_meant(name: str, meant: str):
    with wrong(f"Bad.{name} would never be called: did you mean `{meant}.*The hooks are created, started"):
        game_with(name, method("self"))


@pytest.mark.parametrize("name", ["explode", "start", "_update", "_ticks", "find_target", "join"])
def test_other_methods_are_the_games_own(name: str):
    assert game_with(name, method("self")).definition()


HOOK_ARGUMENTS = {
    "created": 1,
    "started": 0,
    "joined": 1,
    "dropped": 1,
    "returned": 1,
    "left": 2,
    "tick": 0,
    "answered": 1,
    "restored": 0,
    "check": 0,
}


@pytest.mark.parametrize("name", HOOK_ARGUMENTS)
def test_a_hook_cannot_be_async(name: str):
    arguments = ["abc"[number] for number in range(HOOK_ARGUMENTS[name])]
    with wrong(f"Bad.{name} runs within a step and cannot be async. Use self.ask"):
        game_with(name, method("self", *arguments, asynchronous=True))


@pytest.mark.parametrize("name", HOOK_ARGUMENTS)
def test_a_hook_takes_what_it_is_called_with(name: str):
    count = HOOK_ARGUMENTS[name]
    arguments = ["abcd"[number] for number in range(count + 1)]
    assert game_with(name, method("self", *arguments[:count]))
    assert game_with(name, method("self", *arguments[:count], "more=1"))
    assert game_with(name, method("self", "*anything"))
    with wrong(rf"Bad.{name} is called with {count} argument\(s\) after self. Write `def {name}\(self"):
        game_with(name, method("self", *arguments))
    if count:
        with wrong(rf"Bad.{name} is called with {count} argument\(s\) after self. Write `def {name}\(self, "):
            game_with(name, method("self"))


@pytest.mark.parametrize("name", ["spawn", "destroy", "players", "finish", "set_channel", "get", "lock"])
def test_a_method_does_not_hide_one_of_the_frameworks(name: str):
    with wrong(f"Bad.{name} hides the framework's own `{name}`: choose another name"):
        game_with(name, method("self"))
    with wrong(f"Bad.{name} hides the framework's own `{name}`"):
        game_with(name, on(Fire)(method("self", "player", "action")))


def test_a_hold_has_no_handler():
    with wrong(r"@on\(Steer\): a Hold is read with player.held\(Steer\), in tick\(\)"):
        on(Steer)  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("given", [Ship, "Fire", Fire(), None])
def test_a_handler_is_for_an_action_class(given: Any):
    with wrong(r"give it an Action class, as in @on\(Fire\)"):
        on(given)


def test_a_handler_takes_the_player_and_the_action():
    with wrong(r"Bad.fire is called with 2 argument\(s\) after self. Write `def fire\(self, player, action\)`"):
        game_with("fire", on(Fire)(method("self", "player")))


def test_a_handler_cannot_be_async():
    with wrong("Bad.fire runs within a step and cannot be async"):
        game_with("fire", on(Fire)(method("self", "player", "action", asynchronous=True)))


def test_a_hook_handles_no_action():
    with wrong("Bad.left is a hook, it cannot handle Fire"):
        game_with("left", on(Fire)(method("self", "player", "action")))


def test_an_action_has_one_handler():
    with wrong("Bad.shoot: Fire is handled by fire already"):

        class Bad(Game, seats=1):
            @on(Fire)
            def fire(self, player: Player, action: Fire) -> None: ...

            @on(Fire)
            def shoot(self, player: Player, action: Fire) -> None: ...


def test_an_action_has_a_handler():
    class Bad(Game, seats=1):
        uses: ClassVar = [Fire]

    with wrong(r"Bad has no handler for Fire: write a method with @on\(Fire\)"):
        Bad.definition()


# --- inputs and events ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [Hold, Action, Event])
@pytest.mark.parametrize("name", ["seq", "tick"])
def test_an_inputs_field_does_not_take_the_frameworks_names(base: Any, name: str):
    body = {"__annotations__": {name: int}, "__module__": __name__}
    with wrong(f"Bad.{name}: this name is taken by the framework, choose another"):
        type(base)("Bad", (base,), body)


@pytest.mark.parametrize("base", [Hold, Action, Event])
def test_an_inputs_field_has_a_type_that_can_be_sent(base: Any):
    with wrong(r"Bad.hits cannot be sent: list is not a public field's type. Use a tuple"):
        type(base)("Bad", (base,), {"__annotations__": {"hits": list[int]}, "__module__": __name__})


@pytest.mark.parametrize("base", [Hold, Action, Event])
@pytest.mark.parametrize("annotations", [{"x": int}, {}])
def test_an_inputs_field_has_a_plain_default(base: Any, annotations: Any):
    with wrong(r"Bad.x.* Write `x: int = 0`"):
        type(base)("Bad", (base,), {"__annotations__": annotations, "x": field(0), "__module__": __name__})


def test_bounds_within_tuples_and_optionals_are_kept():
    class Place(Action):
        at: tuple[Annotated[int, Meta(ge=1, le=3)], bool]
        size: Annotated[int, Meta(ge=0, le=5)] | None = None
        more: tuple[Annotated[int, Meta(ge=0, le=5)], ...] = ()

    class Board(Game, seats=2):
        uses: ClassVar = [Place]

        @on(Place)
        def place(self, player: Player, action: Place) -> None: ...

    decode = Board.definition().decode
    assert decode(encode([64, 1, 0, [3, True], 5, [5]])).at == (3, True)
    wrong_ones: list[list[Any]] = [[[4, True], None, []], [[3, True], 6, []], [[3, True], None, [6]]]
    for fields in wrong_ones:
        with pytest.raises(BadMessage):
            decode(encode([64, 1, 0, *fields]))


def test_a_bounded_number_has_both_bounds():
    with wrong(r"give both bounds, as in Annotated\[int, Meta\(ge=-1, le=1\)\]"):

        class Bad(Hold):
            turn: Annotated[int, Meta(ge=0)]


def test_the_defaults_of_a_hold_are_within_its_bounds():
    class Gear(Hold):
        gear: Annotated[int, Meta(ge=1, le=5)]

    class Bad(Game, seats=1):
        uses: ClassVar = [Gear]

    with wrong(r"Gear: its defaults are not what its fields may hold .* as in `gear: Annotated.* = 1`"):
        Bad.definition()


# --- which classes belong to a game -----------------------------------------------------------------------------------


def test_two_classes_of_one_name_cannot_be_told_apart():
    def another() -> Any:
        class Ship(Entity):
            y: int = field(0)

        return Ship

    class Bad(Game, seats=1):
        uses: ClassVar = [Ship, another()]

    with wrong(r"Bad uses two entity classes named Ship: rename one, or list `uses = \[...\]`"):
        Bad.definition()


def test_a_game_uses_classes_of_its_four_kinds_only():
    class Bad(Game, seats=1):
        uses: ClassVar = [Ship, int]

    with wrong("Bad.uses: <class 'int'> is no Entity, Hold, Action or Event class"):
        Bad.definition()


def test_without_a_list_a_game_uses_what_its_module_knows():
    class All(Game[Pilot], seats=1):
        @on(Fire)
        def fire(self, player: Pilot, action: Fire) -> None: ...

    schema = All.definition().schema
    assert [entity.name for entity in schema.entities] == ["Game", "Player", "Ship"]
    assert [item.name for item in schema.inputs] == ["Fire", "Steer"]


def test_a_variant_of_a_game_uses_what_the_game_uses():
    class Variant(Plain, tick_hz=30):
        pass

    assert [entity.name for entity in Variant.definition().schema.entities] == ["Game", "Player", "Ship"]
    match = Match(Variant, players=1)
    assert match.game.players[0].score == 0
    assert match.view(0).one("Ship").hull == 3


def test_what_is_not_used_cannot_be_spawned_or_emitted():
    class Rock(Entity):
        pass

    class Bang(Event):
        pass

    match = Match(Plain, players=1)
    with pytest.raises(LookupError, match="Rock is no entity class of Plain: import it into the game's module, or"):
        match.game.spawn(Rock)
    with pytest.raises(LookupError, match="Bang is no event class of Plain: import it into the game's module, or"):
        match.game.emit_all(Bang())


def test_a_type_that_is_defined_later_is_named():
    scope: dict[str, Any] = {"__name__": __name__}
    source = "from rallypoint import Entity\nclass Bad(Entity):\n    target: 'Later'\n"
    with wrong("'Later' is not defined: a class that is used as a field's type must be defined at the top level"):
        exec(source, scope)


def test_annotations_may_be_strings():
    source = (
        "from __future__ import annotations\n"
        "from typing import ClassVar\n"
        "from rallypoint import Entity, field\n"
        "class Node(Entity):\n"
        "    limit: ClassVar[int] = 3\n"
        "    next: Node | None = field(None)\n"
        "    sizes: tuple[int, ...] = field(())\n"
    )
    scope: dict[str, Any] = {"__name__": __name__}
    exec(source, scope)
    assert list(scope["Node"].__public__) == ["next", "sizes"]


def test_equal_games_have_equal_schemas():
    def made() -> bytes:
        class Twin(Game[Pilot], seats=(1, 3)):
            uses: ClassVar = [Ship, Fire, Steer]

            @on(Fire)
            def fire(self, player: Pilot, action: Fire) -> None:
                self.finish(Result([player]))

        return Twin.definition().schema_hash

    assert made() == made()
    assert made() != Plain.definition().schema_hash
