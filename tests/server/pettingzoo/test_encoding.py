"""Encodings: what numbers fields become, and what inputs actions become."""

from __future__ import annotations

import enum
import math
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete

from rallypoint import Action, Entity, Game, Hold, Meta, Player, field, fixed, on
from rallypoint.pettingzoo import Encoding
from rallypoint.pettingzoo.state_fields import LOG_MAX, symmetric_log
from rallypoint.testing import Match
from rallypoint_client import View
from rallypoint_client.classes import classes_of


class Colour(enum.IntEnum):
    RED = 3
    BLUE = 5


class Thing(Entity):
    x: float = fixed(0.5)
    angle: float = fixed(0.01, lerp="turn")
    on: bool = field(True)
    colour: Colour = field(Colour.BLUE)
    level: int | None = field(None)
    pair: tuple[int, bool] = field((7, True))
    many: tuple[int, ...] = field((4, 5))
    text: str = field("a~")
    data: bytes = field(b"\xff")
    secret: int = field(9, to="owner")


class Finger(Entity):
    at: Thing | None = field(None)


class Owner(Player):
    gold: int = field(0)


class Hoard(Game[Owner], seats=(1, 3), tick_hz=10):
    uses: ClassVar = [Thing, Finger]
    huge: int = field(-1000)

    def started(self) -> None:
        for player in reversed(self.players):
            mine = self.spawn(Thing, owner=player, x=10.0 * player.seat, angle=1.0)
            self.spawn(Finger, owner=player, at=mine)
        self.spawn(Thing, x=99.0, level=2)


class HoardEncoding(Encoding):
    bounds: ClassVar = {"Thing.x": (0, 40), "level": (0, 4)}
    lengths: ClassVar = {"many": 3, "Thing.text": 3, "data": 1}
    rows: ClassVar = {"Thing": 3}


def seen_by(seat: int, encoding: type[Encoding] = HoardEncoding, players: int = 3) -> dict[str, float]:
    """The observation, by the names of its numbers."""
    made = encoding(Hoard)
    seen = made.look(Match(Hoard, players=players).view(seat), seat)
    assert made.observation_space.contains(seen)
    return dict(zip(made.observations.names, seen.tolist(), strict=True))


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-6)


def test_who_it_is_comes_first() -> None:
    assert list(seen_by(1).items())[:3] == [("in seat 0", 0.0), ("in seat 1", 1.0), ("in seat 2", 0.0)]


def test_each_kind_of_field_has_its_numbers() -> None:
    seen = seen_by(1)
    assert seen["Game.huge"] == pytest.approx(-math.log(1001))
    assert seen["Thing[0].x"] == near(-0.5)  # 10 of 0 to 40
    assert (seen["Thing[0].sin angle"], seen["Thing[0].cos angle"]) == (near(math.sin(1)), near(math.cos(1)))
    assert (seen["Thing[0].colour=RED"], seen["Thing[0].colour=BLUE"]) == (0.0, 1.0)
    assert seen["Thing[0].on"] == 1.0
    assert (seen["Thing[0].level is there"], seen["Thing[0].level"]) == (0.0, 0.0)
    assert (seen["Thing[0].pair[0]"], seen["Thing[0].pair[1]"]) == (near(math.log(8)), 1.0)
    assert (seen["Thing[0].length of many"], seen["Thing[0].many[1]"]) == (near(2 / 3), near(math.log(6)))
    assert seen["Thing[0].many[2]"] == 0.0
    assert [seen[f"Thing[0].text[{i}]"] for i in range(3)] == [near(97 / 127), near(126 / 127), 0.0]
    assert seen["Thing[0].data[0]"] == 1.0
    assert seen["Finger[0].at"] == 1.0  # my finger points at a thing of mine,
    assert seen["Finger[1].at"] == -1.0  # and another one's at one that is not


def test_ones_own_entities_come_first_then_those_of_the_next_seats_and_nobodys_last() -> None:
    class Everything(HoardEncoding):
        rows: ClassVar = {"Thing": 5}

    for seat in range(3):
        seen = seen_by(seat, Everything)
        assert [seen[f"Thing[{row}].owner"] for row in range(5)] == [near(1 / 3), near(2 / 3), 1.0, 0.0, 0.0]
        assert [seen[f"Thing[{row}].is mine"] for row in range(5)] == [1.0, 0.0, 0.0, 0.0, 0.0]
        xs = [10.0 * ((seat + row) % 3) for row in range(3)]
        assert [seen[f"Thing[{row}].x"] for row in range(3)] == [near(x / 20 - 1) for x in xs]
        assert (seen["Thing[3].x"], seen["Thing[3].level is there"], seen["Thing[3].level"]) == (1.0, 1.0, 0.0)
        assert not any(value for name, value in seen.items() if name.startswith("Thing[4]"))


def test_more_entities_than_rows_are_cut_off() -> None:
    assert "Thing[3].x" not in seen_by(0)


def test_players_have_the_rows_of_their_seats_from_ones_own_on() -> None:
    seen = seen_by(1, players=2)
    assert [seen[f"Player[{row}].is there"] for row in range(3)] == [1.0, 0.0, 1.0]  # seats 1, 2 and 0


def test_what_is_for_another_owner_alone_is_zero() -> None:
    seen = seen_by(0)
    assert [seen[f"Thing[{row}].secret"] for row in range(3)] == [near(math.log(10)), 0.0, 0.0]


def test_what_has_no_fixed_length_is_left_out_and_said_so() -> None:
    left_out = Encoding(Hoard).observations.left_out
    assert {"Thing.many", "Thing.text", "Thing.data", "Player.name"} <= set(left_out)
    assert not any(".many" in name for name in Encoding(Hoard).observations.names)


def test_what_is_longer_than_is_looked_at_is_cut_off() -> None:
    class Short(HoardEncoding):
        lengths: ClassVar = {"many": 1, "Thing.text": 1}

    seen = seen_by(1, Short)
    assert (seen["Thing[0].length of many"], seen["Thing[0].many[0]"]) == (1.0, near(math.log(5)))
    assert seen["Thing[0].text[0]"] == near(97 / 127)
    assert not {"Thing[0].many[1]", "Thing[0].text[1]"} & set(seen)


def test_numbers_of_any_size_stay_in_their_limits() -> None:
    assert symmetric_log(0.0) == 0.0
    assert symmetric_log(1e300) == -symmetric_log(-1e300) == LOG_MAX
    assert 43 < symmetric_log(2**63 - 1) < LOG_MAX


@pytest.mark.parametrize(
    ("attribute", "value", "error"),
    [
        ("bounds", {"y": (0, 1)}, LookupError),
        ("bounds", {"x": (1, 1)}, ValueError),
        ("lengths", {"Thing.most": 3}, LookupError),
        ("rows", {"Thin": 3}, LookupError),
        ("rows", {"Game": 2}, LookupError),
        ("score", "silver", LookupError),
    ],
)
def test_a_wrong_name_is_an_error_at_once(attribute: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        type("Wrong", (Encoding,), {attribute: value})(Hoard)


def test_an_observation_of_another_shape_is_an_error() -> None:
    class Wrong(Encoding):
        def make_observation_space(self) -> Box:
            return Box(-1, 1, (2,))

        def observe(self, view: View, seat: int) -> Any:
            return [0.0, 0.0, 0.0]

    with pytest.raises(ValueError, match="its space has"):
        Wrong(Hoard).look(Match(Hoard, players=1).view(0), 0)


# --- actions --------------------------------------------------------------------------------------------------------


class Go(Hold):
    turn: Annotated[int, Meta(ge=-1, le=1)] = 0
    fast: bool = False


class Paint(Action):
    colour: Colour


class Aim(Hold):
    x: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.0
    y: Annotated[int, Meta(ge=0, le=9999)] = 0


class Mark(Action):
    cell: tuple[Annotated[int, Meta(ge=1, le=3)], bool]
    depth: Annotated[int, Meta(ge=0, le=9)] | None


class Free(Action):
    number: int


class Written(Action):
    text: str


def game_with(*inputs: type[Any], tick_hz: int = 10) -> type[Game[Any]]:
    """A game with these inputs."""

    def handler(cls: type[Action]) -> Any:
        def accept(self: Any, player: Any, action: Any) -> None:
            pass

        return on(cls)(accept)

    body = {cls.__name__.lower(): handler(cls) for cls in inputs if issubclass(cls, Action)}
    return type("Made", (Game,), {"__module__": __name__, "uses": list(inputs), **body}, seats=(1, 2), tick_hz=tick_hz)


def sent(encoding: Encoding, action: Any) -> list[tuple[str, dict[str, Any]]]:
    """The inputs of an action, as a client would have them; they have to be what the server takes."""
    inputs = classes_of(encoding.definition.schema).inputs
    found = []
    match = Match(encoding.definition.game, players=1)
    for message in encoding.act(action, inputs):
        match.act(0, message)
        names = [name for name in message.__struct_fields__ if name not in ("seq", "tick")]
        found.append((type(message).__name__, {name: getattr(message, name) for name in names}))
    match.step()
    assert match.events(0, "refused") == []
    return found


def test_few_combinations_of_a_real_time_games_inputs_are_one_number() -> None:
    encoding = Encoding(game_with(Go, Paint))
    assert encoding.action_space == Discrete(3 * 2 * (1 + 2))
    assert sent(encoding, 0) == [("Go", {"turn": -1, "fast": False})]
    assert sent(encoding, np.int64(17)) == [("Go", {"turn": 1, "fast": True}), ("Paint", {"colour": 5})]


def test_each_action_of_a_turn_based_game_is_one_number_and_nothing_is_the_first() -> None:
    encoding = Encoding(game_with(Paint, Mark, tick_hz=0))
    assert encoding.action_space == Discrete(1 + 2 + 3 * 2 * 20)
    assert sent(encoding, 0) == []
    assert sent(encoding, 1) == [("Paint", {"colour": 3})]
    assert sent(encoding, 122) == [("Mark", {"cell": (3, True), "depth": 9})]
    with pytest.raises(ValueError, match="123 choices"):
        encoding.act(123, None)


def test_many_combinations_are_a_row_of_choices() -> None:
    encoding = Encoding(game_with(Go, Paint, Mark))
    assert encoding.action_space == MultiDiscrete([3, 2, 2, 2, 2, 3, 2, 2, 10])
    assert len(encoding.actions.names) == 9
    assert sent(encoding, [2, 1, 0, 1, 0, 0, 0, 0, 0]) == [("Go", {"turn": 1, "fast": True})]
    assert sent(encoding, np.array([1, 0, 1, 1, 1, 1, 1, 0, 9]))[1:] == [
        ("Paint", {"colour": 5}),
        ("Mark", {"cell": (2, True), "depth": None}),
    ]
    with pytest.raises(ValueError, match="it has 9"):
        encoding.act([1], None)
    for wrong in ([3, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, -1, 0, 0, 0, 0, 0]):
        with pytest.raises(ValueError, match="from 0 to less than"):
            encoding.act(wrong, None)


def test_with_a_continuous_field_all_of_the_row_is_continuous() -> None:
    encoding = Encoding(game_with(Aim, Go, Paint))
    assert encoding.action_space == Box(-1.0, 1.0, (6,), np.float32)
    assert sent(encoding, [0.0, 1.0, -1.0, -0.1, 0.1, 1.0]) == [
        ("Aim", {"x": 5.0, "y": 9999}),
        ("Go", {"turn": -1, "fast": False}),
        ("Paint", {"colour": 5}),
    ]
    assert sent(encoding, [9.0, -9.0, 0.0, 1.0, -1.0, 0.0])[0] == ("Aim", {"x": 10.0, "y": 0})  # cut to what is allowed


def test_a_field_without_bounds_says_how_to_give_them() -> None:
    with pytest.raises(ValueError, match=r'Free.number has no bounds.*bounds = \{"Free.number"'):
        Encoding(game_with(Free))

    class Bounded(Encoding):
        bounds: ClassVar = {"number": (4, 5)}

    assert [sent(Bounded(game_with(Free)), action) for action in (1, 2)] == [
        [("Free", {"number": 4})],
        [("Free", {"number": 5})],
    ]


def test_an_encoding_can_narrow_the_bounds_of_an_input_and_not_widen_them() -> None:
    class Narrow(Encoding):
        bounds: ClassVar = {"turn": (0, 5), "cell": (2, 8), "depth": (-9, 0)}

    encoding = Narrow(game_with(Go, Paint, Mark))
    assert encoding.action_space == MultiDiscrete([2, 2, 2, 2, 2, 2, 2, 2, 1])
    assert sent(encoding, [1, 0, 0, 0, 1, 1, 0, 1, 0]) == [
        ("Go", {"turn": 1, "fast": False}),
        ("Mark", {"cell": (3, False), "depth": 0}),
    ]

    class Beside(Encoding):
        bounds: ClassVar = {"turn": (2, 5)}

    with pytest.raises(ValueError, match=r"Go\.turn is from -1 to 1, and an Encoding says from 2 to 5"):
        Beside(game_with(Go))


def test_text_is_for_encodings_of_ones_own() -> None:
    with pytest.raises(ValueError, match=r"Written.text can be anything: write make_action_space\(\) and act\(\)"):
        Encoding(game_with(Written))

    class Speaking(Encoding):
        def make_action_space(self) -> Discrete:
            return Discrete(3)

        def act(self, action: Any, inputs: Any) -> Any:
            yield inputs.Written(text="ha" * int(action))

    assert sent(Speaking(game_with(Written)), 2) == [("Written", {"text": "haha"})]


def test_a_game_without_inputs_has_the_action_of_doing_nothing() -> None:
    encoding = Encoding(Hoard)
    assert encoding.action_space == Discrete(1)
    assert sent(encoding, 0) == []


def test_a_mask_goes_with_the_observation() -> None:
    class Masked(Encoding):
        def mask(self, view: View, seat: int) -> list[bool]:
            return [seat == 1, seat == 0, True]

    encoding = Masked(game_with(Paint, tick_hz=0))
    assert isinstance(encoding.observation_space, Dict)
    for seat in (0, 1):
        look = encoding.look(Match(encoding.definition.game, players=2).view(seat), seat)
        assert look["action_mask"].tolist() == [seat, 1 - seat, 1]
        assert encoding.observation_space.contains(look)
    with pytest.raises(ValueError, match="one number"):
        Masked(game_with(Aim))
