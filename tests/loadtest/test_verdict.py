from dataclasses import dataclass

from rallypoint_loadtest.kinds import Kind
from rallypoint_loadtest.verdict import own_state, played, whole_state


@dataclass
class Thing:
    id: int
    owner: int | None
    wire: list[int]


def test_who_changed_their_own_state_and_got_all_passes_has_played():
    assert played(Kind.TICKS, True, arrived=600, due=600)


def test_one_pass_in_a_hundred_may_be_missing_and_no_more():
    assert played(Kind.TICKS, True, arrived=594, due=600)
    assert not played(Kind.TICKS, True, arrived=593, due=600)


def test_who_changed_nothing_has_not_played():
    assert not played(Kind.TICKS, False, arrived=600, due=600)


def test_who_was_due_nothing_has_not_played():
    assert not played(Kind.TICKS, True, arrived=0, due=0)


def test_in_a_turn_based_game_no_passes_are_due():
    assert played(Kind.TURNS, True, arrived=0, due=0)
    assert not played(Kind.TURNS, False, arrived=0, due=0)


def test_own_is_the_player_and_what_the_seat_owns():
    items = [
        Thing(0, None, [1]),
        Thing(-1, 0, [2]),
        Thing(-3, 2, [3]),
        Thing(5, 2, [4]),
        Thing(6, 0, [5]),
        Thing(7, None, [6]),
    ]
    assert own_state({item.id: item for item in items}, seat=2) == {-3: (3,), 5: (4,)}


def test_the_whole_state_is_everybodys():
    items = [Thing(0, None, [1]), Thing(-1, 0, [2]), Thing(5, 2, [4])]
    assert whole_state({item.id: item for item in items}) == {0: (1,), -1: (2,), 5: (4,)}


def test_own_state_is_a_copy():
    ship = Thing(5, 2, [4])
    before = own_state({5: ship}, seat=2)
    ship.wire[0] = 9
    assert own_state({5: ship}, seat=2) != before
