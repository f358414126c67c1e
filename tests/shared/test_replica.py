"""A replica applies what fits, and refuses the rest: it never shows a state that was not the server's."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given, strategies as st

from rallypoint_protocol.channels import canonical_crc
from rallypoint_protocol.codec import BadMessage, decode_session_reply
from rallypoint_protocol.limits import INT_MAX, INT_MIN
from rallypoint_protocol.messages import Head, Part, Pass, SeatPart
from rallypoint_protocol.replica import Desync, HashMismatch, Replica
from rallypoint_protocol.schema import EntityDef, FieldDef, Fixed, Int, Schema, Str

SHIP, ROCK = 2, 3
X, AMMO, NAME = 1, 2, 4
SCHEMA = Schema(
    "duel",
    20,
    1,
    4,
    30.0,
    (
        EntityDef("Game", ()),
        EntityDef("Player", ()),
        EntityDef("Ship", (FieldDef("x", Fixed(0.01)), FieldDef("ammo", Int(), "owner"), FieldDef("name", Str()))),
        EntityDef("Rock", ()),
    ),
    (),
    (),
)
EVERYONE, OWNER, TEAM = 0, 1, 2


def a_pass(tick: int, *parts: Part, channels: list[int] | None = None, epoch: int = 1) -> Pass:
    seat = None if channels is None else SeatPart(channels=channels)
    return Pass(seat, Head(epoch, tick, tick * 50, 1), list(parts))


def ship(id_: int, x: int = 100, name: str = "a", owner: int | None = 0) -> list[Any]:
    return [id_, SHIP, owner, X | NAME, x, name]


def ammo(id_: int, count: int) -> list[Any]:
    return [id_, SHIP, 0, AMMO, count]


@pytest.fixture
def replica() -> Replica:
    """At tick 10, with ship 5 as its owner sees it, and ship 6 as others do."""
    made = Replica(SCHEMA)
    made.apply(
        a_pass(
            10,
            Part(EVERYONE, 0, enters=[ship(5), ship(6, 200, "b", 1)]),
            Part(OWNER, 0, enters=[ammo(5, 10)]),
            channels=[EVERYONE, OWNER],
        )
    )
    return made


def wires(replica: Replica) -> dict[int, list[Any]]:
    return {id_: item.wire for id_, item in replica.items.items()}


def test_a_pass_is_applied_whole(replica: Replica):
    replica.apply(
        a_pass(
            11,
            Part(EVERYONE, 1, leaves=[6], enters=[ship(7, 1)], changes=[5, X | NAME, -5, "c"]),
            Part(OWNER, 1, changes=[5, AMMO, -1]),
        )
    )
    assert wires(replica) == {5: [95, 9, "c"], 7: [1, None, "a"]}
    assert (replica.tick, replica.now_ms, replica.durable_tick) == (11, 550, 10)


def test_changes_since_the_tick_before_are_differences_and_all_others_are_not(replica: Replica):
    replica.apply(a_pass(11, Part(EVERYONE, 1, changes=[5, X, 3])))
    assert replica.items[5].wire[0] == 103
    replica.apply(a_pass(15, Part(EVERYONE, 4, changes=[5, X, 3])))
    assert replica.items[5].wire[0] == 3


@pytest.mark.parametrize(
    ("start", "difference", "end"), [(INT_MAX, 1, INT_MIN), (INT_MIN, -1, INT_MAX), (-2, INT_MIN, INT_MAX - 1)]
)
def test_a_difference_that_leaves_64_bits_wraps(replica: Replica, start: int, difference: int, end: int):
    replica.apply(a_pass(15, Part(OWNER, 5, changes=[5, AMMO, start])))
    replica.apply(a_pass(16, Part(OWNER, 1, changes=[5, AMMO, difference])))
    assert replica.items[5].wire[1] == end


@pytest.mark.parametrize(
    ("tick", "age"),
    [
        (12, 1),  # tick 11 is missing
        (13, 2),
        (20, 9),
        (11, -1),
        (12, 0.5),
    ],
)
def test_a_part_since_a_tick_that_is_not_here_is_a_desync(replica: Replica, tick: int, age: Any):
    with pytest.raises(Desync):
        replica.apply(a_pass(tick, Part(EVERYONE, age, changes=[5, X, 1])))


@pytest.mark.parametrize("age", [2, 3, 11, 12])
def test_a_part_since_an_older_tick_than_ours_fits(replica: Replica, age: int):
    replica.apply(a_pass(11, Part(EVERYONE, age, changes=[5, X, 1])))
    assert replica.items[5].wire[0] == 1


@pytest.mark.parametrize("tick", [10, 9, 0, -1])
def test_a_tick_that_is_not_newer_is_a_desync(replica: Replica, tick: int):
    with pytest.raises(Desync):
        replica.apply(a_pass(tick))


def test_the_first_pass_must_be_everything():
    with pytest.raises(Desync):
        Replica(SCHEMA).apply(a_pass(10, Part(EVERYONE, 1, enters=[ship(5)])))
    with pytest.raises(Desync):
        Replica(SCHEMA).apply(a_pass(10, Part(EVERYONE, 10, enters=[ship(5)])))


def test_another_epoch_begins_with_nothing(replica: Replica):
    with pytest.raises(Desync):
        replica.apply(a_pass(11, epoch=2))
    replica.clear()
    assert not replica.items
    replica.apply(a_pass(3, Part(EVERYONE, 0, enters=[ship(5)]), epoch=2, channels=[EVERYONE]))
    assert (replica.epoch, replica.tick) == (2, 3)
    assert wires(replica) == {5: [100, None, "a"]}


@pytest.mark.parametrize(
    "part",
    [
        Part(EVERYONE, 1, changes=[99, X, 1]),  # an entity that nobody has heard of
        Part(EVERYONE, 1, changes=[6, AMMO, 1]),  # a field that is not visible here
        Part(EVERYONE, 3, changes=[6, AMMO, 1]),
        Part(EVERYONE, 1, changes=[6, X | AMMO, 1, 1]),
        Part(EVERYONE, 1, changes=[5, 8, 1]),  # a field that there is not
        Part(EVERYONE, 3, changes=[5, 8, 1]),
        Part(EVERYONE, 1, changes=[5, 0]),
        Part(EVERYONE, 1, changes=[5, -1, 1]),
        Part(EVERYONE, 1, changes=[5, X]),  # values are missing
        Part(EVERYONE, 1, changes=[5, X | NAME, 1]),
        Part(EVERYONE, 1, changes=[5]),
        Part(EVERYONE, 1, changes=[5, X, 1, 1]),  # or too many
        Part(EVERYONE, 1, changes=[5, X, "x"]),
        Part(EVERYONE, 1, changes=[5, X, None]),
        Part(EVERYONE, 1, changes=[5, "x", 1]),
        Part(EVERYONE, 1, changes=[[5], X, 1]),
        Part(EVERYONE, 1, enters=[[7, SHIP, 0, X | NAME, 1]]),
        Part(EVERYONE, 1, enters=[[7, SHIP, 0, X, 1, "a"]]),
        Part(EVERYONE, 1, enters=[[7, 9, 0, X, 1]]),  # a class that there is not
        Part(EVERYONE, 1, enters=[[7, "Ship", 0, X, 1]]),
        Part(EVERYONE, 1, enters=[[7, SHIP, 0, None, 1]]),
        Part(EVERYONE, 1, enters=[[7]]),
        Part(EVERYONE, 1, enters=[[[7], SHIP, 0, X, 1]]),
    ],
    ids=str,
)
def test_a_part_that_does_not_fit_is_a_desync(replica: Replica, part: Part):
    # So that the code for these fields is there already, from an entity that has them.
    replica.apply(a_pass(11, Part(OWNER, 1, changes=[5, AMMO, 1]), Part(EVERYONE, 1, changes=[5, X | NAME, 1, "a"])))
    replica.apply(a_pass(12, Part(OWNER, 2, changes=[5, AMMO, 1]), Part(EVERYONE, 2, changes=[5, X | NAME, 1, "a"])))
    with pytest.raises(Desync):
        replica.apply(a_pass(13, part))


def test_what_leaves_twice_or_was_never_here_is_no_matter(replica: Replica):
    replica.apply(a_pass(11, Part(EVERYONE, 1, leaves=[6, 6, 99])))
    assert list(replica.items) == [5]


def crc_of(*rows: tuple[int, int, int | None, int, list[Any]]) -> int:
    return canonical_crc(list(rows))


def test_a_crc_that_agrees_is_counted(replica: Replica):
    crc = crc_of((6, SHIP, 1, X | NAME, [200, "b"]), (5, SHIP, 0, X | NAME, [101, "a"]))
    replica.apply(a_pass(11, Part(EVERYONE, 1, changes=[5, X, 1], crc=crc), Part(TEAM, 0, crc=crc_of())))
    assert replica.checks_made == 2


def test_a_crc_that_disagrees_is_a_desync(replica: Replica):
    crc = crc_of((5, SHIP, 0, X | NAME, [101, "a"]), (6, SHIP, 1, X | NAME, [200, "b"]))
    with pytest.raises(HashMismatch):
        replica.apply(a_pass(11, Part(EVERYONE, 1, crc=crc)))


@pytest.mark.parametrize(
    "row",
    [
        (5, SHIP, 0, X | NAME, [100, "b"]),
        (5, SHIP, 1, X | NAME, [100, "a"]),
        (5, SHIP, None, X | NAME, [100, "a"]),
        (5, ROCK, 0, X | NAME, [100, "a"]),
        (7, SHIP, 0, X | NAME, [100, "a"]),
        (5, SHIP, 0, X, [100]),
    ],
)
def test_a_crc_covers_ids_classes_owners_masks_and_values(replica: Replica, row: Any):
    replica.apply(a_pass(11, Part(EVERYONE, 1, leaves=[6])))
    with pytest.raises(HashMismatch):
        replica.apply(a_pass(12, Part(EVERYONE, 1, crc=crc_of(row))))


def test_channels_that_are_no_longer_subscribed_are_dropped(replica: Replica):
    replica.apply(a_pass(11, channels=[EVERYONE]))
    assert wires(replica) == {5: [100, None, "a"], 6: [200, None, "b"]}
    replica.apply(a_pass(12, channels=[]))
    assert not replica.items


def test_an_age_of_0_clears_that_channel_alone(replica: Replica):
    replica.apply(a_pass(11, Part(EVERYONE, 0, enters=[ship(8)])))
    assert wires(replica) == {5: [None, 10, None], 8: [100, None, "a"]}


@pytest.mark.parametrize("parts_order", [1, -1])
def test_an_entity_that_moves_between_two_channels_of_ours_keeps_its_fields(replica: Replica, parts_order: int):
    parts = [Part(EVERYONE, 1, leaves=[5]), Part(TEAM, 0, enters=[ship(5, 101)])]
    replica.apply(a_pass(11, *parts[::parts_order], channels=[EVERYONE, OWNER, TEAM]))
    assert replica.items[5].wire == [101, 10, "a"]
    assert replica.items[5].mask == X | AMMO | NAME


def test_an_entity_that_enters_again_is_replaced(replica: Replica):
    replica.apply(a_pass(11, Part(EVERYONE, 1, enters=[ship(5, 7, "z", 1)])))
    assert replica.items[5].wire == [7, 10, "z"]
    assert replica.items[5].owner == 1


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=2)
    | st.sampled_from([5, 6, X]),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=8,
)
part_junk = st.tuples(
    st.integers(0, 2),
    st.integers(-1, 3),
    st.none() | st.lists(st.integers(4, 8), max_size=3),
    st.none() | st.lists(st.lists(junk | st.integers(0, 8), max_size=7), max_size=3),
    st.none() | st.lists(junk | st.integers(0, 8), max_size=8),
    st.none() | st.integers(0, 2**32),
)


@given(tick=st.integers(9, 13), parts=st.lists(part_junk, max_size=3), channels=st.none() | st.lists(st.integers(0, 3)))
def test_whatever_a_server_sends_is_applied_or_is_a_desync(tick: int, parts: list[Any], channels: Any):
    replica = Replica(SCHEMA)
    replica.apply(
        a_pass(
            10,
            Part(EVERYONE, 0, enters=[ship(5), ship(6, 200, "b", 1)]),
            Part(OWNER, 0, enters=[ammo(5, 10)]),
            channels=[EVERYONE, OWNER],
        )
    )
    data = msgpack.packb([41, None if channels is None else [None, None, channels], [1, tick, 0, 0, None], parts])
    try:
        message = decode_session_reply(data)
        assert isinstance(message, Pass)
        replica.apply(message)
    except (BadMessage, Desync):
        pass
