"""A game with a physics engine that cannot be kept goes on after a recovery with its bodies where they were.

What an engine remembers of touching bodies is lost: where a server dies while balls touch, their ways part a little.
How far they may is stated here. With this course, 159 of 160 moments to die in make no difference at all.
"""

from __future__ import annotations

from math import hypot

from rallypoint.testing import Match
from tests.games.billiards import Ball, Billiards, Push

TOLERANCE = 0.05
"""Of a table of 200 by 100, with balls of radius 3, five to eight seconds after the recovery."""
STEPS = 160

Places = list[tuple[float, float]]


def places(match: Match[Billiards]) -> Places:
    return [(ball.x, ball.y) for ball in match.game.all(Ball)]


def course(dies: int) -> tuple[list[Places], Match[Billiards]]:
    """Two pushes; before the step ``dies`` the server does. Gives where the balls were after each step."""
    match = Match(Billiards, players=2, seed=3)
    match.act(0, Push(vx=140.0, vy=4.0))
    seen = []
    for step in range(STEPS):
        if step == dies:
            before = places(match)
            match.recover()
            assert places(match) == before  # in full precision
        if step == 100:
            match.act(1, Push(vx=-60.0, vy=90.0))
        match.step()
        seen.append(places(match))
    return seen, match


def apart(one: Places, other: Places) -> float:
    return max(hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(one, other, strict=True))


def test_the_balls_go_on_from_where_they_were_whenever_the_server_dies():
    never, _ = course(-1)
    assert apart(never[0], never[-1]) > 20  # they do move, and hit each other
    assert all(apart([ball], [last]) > 1 for ball, last in zip(never[0][:3], never[-1][:3], strict=True))
    parted = 0
    for dies in range(0, STEPS, 3):
        again, _ = course(dies)
        worst = max(apart(one, other) for one, other in zip(never, again, strict=True))
        assert worst < TOLERANCE, dies
        parted += worst > 0
    assert parted <= 2


def test_dying_while_balls_touch_costs_no_more_than_is_stated():
    never, _ = course(-1)
    again, _ = course(14)
    assert 0 < apart(never[-1], again[-1]) < TOLERANCE


def test_the_space_is_built_again_and_not_kept():
    _, match = course(50)
    kept = match.definition.kept_schema
    names = [item.name for kind in kept.classes for item in kind.fields]
    assert "space" not in names
    assert "body" not in names
    assert match.game.space is not None
    assert len(match.game.space.bodies) == 7
    assert all(ball.body in match.game.space.bodies for ball in match.game.all(Ball))
