"""The history of a game, as its image has it."""

from rallypoint.core.game_image import EntityImage, PastImage
from rallypoint.core.kept_schema import KeptClassDef, KeptFieldDef, KeptSchema
from rallypoint.core.past_image import named_past


def things(**values: float) -> dict[int, EntityImage]:
    """``a1``: number 1, of the class 2, whose second field is rewound; ``b...``: of class 3, which has none."""
    return {
        int(name[1:]): EntityImage(2 if name[0] == "a" else 3, None, "everyone", ["name", value])
        for name, value in values.items()
    }


def test_it_notes_what_there_is_after_each_step_of_classes_that_are_rewound():
    past = PastImage(3, {2: [1]}, [], {})
    past.follow(4, things(a1=1.0, b2=2.0))
    past.follow(5, things(a1=1.5, b2=2.0, a7=7.0))
    assert past == PastImage(3, {2: [1]}, [4, 5], {1: [[1.0], [1.5]], 7: [[7.0]]})


def test_it_keeps_so_many_steps_and_no_more():
    past = PastImage(3, {2: [1]}, [], {})
    for tick in range(1, 100):
        past.follow(tick, things(a1=float(tick), **({"a2": 0.0} if tick > 97 else {})))
    assert past.ticks == [97, 98, 99]
    assert past.trails == {1: [[97.0], [98.0], [99.0]], 2: [[0.0], [0.0]]}


def test_a_step_that_it_has_changes_nothing():
    past = PastImage(3, {2: [1]}, [], {})
    past.follow(4, things(a1=1.0))
    for tick in (4, 3):
        past.follow(tick, things(a1=2.0, a2=2.0))
    assert past == PastImage(3, {2: [1]}, [4], {1: [[1.0]]})


def test_for_people_it_has_names():
    fields = (KeptFieldDef("name", "str", True), KeptFieldDef("x", "float", True))
    schema = KeptSchema("g", tuple(KeptClassDef(name, fields) for name in ("Game", "Player", "Ship", "Wall")))
    past = PastImage(3, {2: [1]}, [], {})
    past.follow(4, things(a1=1.0))
    there = things(a1=1.5, a7=7.0)
    past.follow(5, there)
    assert named_past(schema, past, there) == {
        4: {"Ship 1": {"x": 1.0}},
        5: {"Ship 1": {"x": 1.5}, "Ship 7": {"x": 7.0}},
    }
    assert named_past(schema, None, there) == {}
