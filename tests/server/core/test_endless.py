"""Worlds that go on with nobody there, and sessions that do not."""

from __future__ import annotations

from typing import ClassVar

from rallypoint import Game, field
from rallypoint.core.session import SessionState
from rallypoint.testing import Match


class World(Game, seats=(1, 4), tick_hz=20, grace_s=1, start_after_s=5, dispose_when_empty=False, name="world"):
    uses: ClassVar = []
    age: int = field(0)

    def tick(self) -> None:
        self.age += 1


class Round(World, dispose_when_empty=True, max_duration_s=3, name="round"):
    uses: ClassVar = []


def test_an_endless_world_is_not_cancelled_for_lack_of_players():
    match = Match(World, players=0)
    match.run(3600)
    assert match.session.state is SessionState.WAITING
    match.join("Ann")
    match.step()
    assert match.session.state is SessionState.RUNNING


def test_an_endless_world_goes_on_when_the_last_has_left_and_takes_who_comes_then():
    match = Match(World, players=1)
    match.leave(0)
    match.run(10)
    age = match.game.age
    assert age > 190
    match.join("Bob")
    match.run(1)
    assert match.view(0).game.age == age + 20


def test_other_sessions_end_with_the_last_who_leaves():
    match = Match(Round, players=2)
    match.leave(0)
    match.drop(1)
    match.run(0.9)
    assert not match.ended
    match.run(0.3)  # the grace of the other is over
    assert match.session.ended is not None
    assert match.session.ended.reason == "everybody has left"


def test_a_session_that_nobody_has_ever_come_to_waits_its_time():
    match = Match(Round, players=0)
    match.run(4.9)
    assert not match.ended
    match.run(0.2)
    assert match.session.ended is not None
    assert match.session.ended.reason == "not enough players came"


def test_the_maximum_duration_counts_from_the_start():
    match = Match(Round, players=0)
    match.run(2)
    match.join("Ann")
    match.step()
    match.run(2.8)
    assert not match.ended
    match.run(0.3)
    assert match.session.ended is not None
    assert match.session.ended.reason == "the time is up"


def test_a_game_may_give_a_result_when_its_time_is_up():
    class Timed(Round, name="timed"):
        uses: ClassVar = []

        def time_up(self) -> None:
            from rallypoint import Result

            self.finish(Result(reason="time"))

    match = Match(Timed, players=1)
    match.run(4)
    assert match.result is not None
    assert match.result["reason"] == "time"
