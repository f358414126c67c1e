"""What a player sees of a state."""

import pytest

from rallypoint_client.classes import Classes
from rallypoint_client.view import EntityView, PlayerView, View
from rallypoint_protocol.replica import Replica
from tests.client.wire import HASH, SCHEMA, make_pass, player, read_pass, ship

classes = Classes(SCHEMA, HASH)
ENTERS = [
    [0, 0, None, 0b11, 3, 2],
    player(1, "Bob", state=1, score=5),
    player(0, "Ann"),
    ship(7, 1, x=150, angle=10),
    ship(9, 0, x=250, ammo=4),
    [11, 3, None, 0b11, 1.5, 0.0],
]


def a_view(seat: int | None = 0) -> tuple[View, Replica]:
    replica = Replica(SCHEMA)
    view = View(replica, classes, seat)
    apply(view, replica, make_pass(10, age=0, enters=ENTERS))
    return view, replica


def apply(view: View, replica: Replica, message: bytes) -> None:
    replica.apply(read_pass(message))
    view.show(replica)


def test_it_says_of_when_it_is():
    view, _ = a_view()
    assert (view.tick, view.now_ms, view.epoch) == (10, 500.0, 1)


def test_the_games_own_fields():
    view, _ = a_view()
    assert view.game.round == 3
    assert view.game.colour is classes.enums.Colour.BLUE


def test_before_the_first_pass_there_is_nothing_to_see():
    view = View(Replica(SCHEMA), classes, 0)
    assert view.tick == -1
    assert view.me is None
    assert view.players == []
    assert view.all("Ship") == []
    assert view.one("Ship") is None
    assert view.game.round is None


def test_players_come_by_seat_and_have_the_built_in_fields():
    view, _ = a_view()
    assert [p.name for p in view.players] == ["Ann", "Bob"]
    assert [p.seat for p in view.players] == [0, 1]
    bob = view.player(1)
    assert isinstance(bob, PlayerView)
    assert bob.state is classes.enums.PlayerState.AWAY
    assert (bob.id, bob.owner, bob.kind, bob.score) == (-2, 1, "Player", 5)


def test_me_is_the_player_of_ones_own_seat():
    assert a_view(0)[0].me.name == "Ann"
    assert a_view(1)[0].me.name == "Bob"
    assert a_view(None)[0].me is None
    assert a_view(3)[0].me is None


def test_entities_by_class_and_by_id():
    view, _ = a_view()
    assert [s.id for s in view.all("Ship")] == [7, 9]
    assert view.one("Ship").id == 7
    assert view.get(9) is view.all("Ship")[1]
    assert view.get(8) is None
    assert [e.kind for e in view.entities] == ["Ship", "Ship", "Rock"]


def test_a_players_own_entities():
    view, _ = a_view()
    assert [s.id for s in view.me.all("Ship")] == [9]
    assert view.me.one("Ship").id == 9
    assert view.player(1).one("Ship").id == 7
    assert view.me.one("Rock") is None


def test_fields_are_converted_and_what_one_may_not_see_is_none():
    view, _ = a_view()
    theirs, mine = view.get(7), view.get(9)
    assert isinstance(mine, EntityView)
    assert (theirs.x, mine.x) == (1.5, 2.5)
    assert theirs.angle == 0.1
    assert (theirs.ammo, mine.ammo) == (None, 4)
    assert theirs.path == (1.0, 2.0)
    assert theirs.colour is classes.enums.Colour.RED
    assert theirs.owner == 1


def test_a_field_whose_name_is_taken_is_reached_by_index():
    view, _ = a_view()
    assert view.get(9).kind == "Ship"
    assert view.get(9)["kind"] is classes.enums.Colour.RED
    assert view.get(7)["kind"] is None
    assert view.get(9)["x"] == 2.5
    with pytest.raises(KeyError):
        _ = view.get(9)["y"]


def test_wrong_names_are_answered_with_those_that_exist():
    view, _ = a_view()
    with pytest.raises(AttributeError, match="Ship has no field 'y', but x, angle, ammo, target, colour, path, kind"):
        _ = view.get(7).y
    with pytest.raises(LookupError, match="duel has no entity class 'Shp', but Game, Player, Ship, Rock"):
        view.all("Shp")
    with pytest.raises(LookupError):
        view.me.all("Shp")


def test_the_same_view_shows_the_next_pass_and_keeps_its_objects():
    view, replica = a_view()
    mine = view.get(9)
    apply(view, replica, make_pass(11, changes=[9, 0b1, 50]))
    assert view.tick == 11
    assert mine.x == 3.0
    assert view.get(9) is mine


def test_what_left_is_gone_and_what_enters_again_is_another_object():
    view, replica = a_view()
    mine = view.get(9)
    apply(view, replica, make_pass(11, leaves=[9, 7]))
    assert view.all("Ship") == []
    assert view.get(9) is None
    assert mine.x == 2.5  # who kept it still has its last state
    apply(view, replica, make_pass(12, enters=[ship(9, 0, x=1, ammo=1)]))
    assert view.get(9) is not mine
    assert view.get(9).x == 0.01


def test_a_list_is_the_callers_own():
    view, _ = a_view()
    view.all("Ship").clear()
    assert len(view.all("Ship")) == 2


def test_views_print_what_they_show():
    view, _ = a_view()
    assert repr(view.get(11)) == "Rock(id=11, x=1.5, heading=0.0)"
    assert repr(view) == "<View of duel at tick 10: 6 entities>"


def test_a_view_can_be_made_from_the_schema_alone():
    _, replica = a_view()
    assert View(replica, SCHEMA, 0).me.name == "Ann"


def test_entity_views_have_no_room_for_anything_else():
    view, _ = a_view()
    with pytest.raises(AttributeError):
        view.get(9).notes = 1
    with pytest.raises(AttributeError):
        view.get(9).x = 1
