"""A player's own entity, predicted: against a server of a few lines."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint_client.pacing import Pacing
from rallypoint_client.prediction import Prediction
from tests.vectors.netcode import kick, motion, step
from tests.vectors.netcode_flight import Flight

TICK = 50.0
STILL = SimpleNamespace(force=0.0, turn=0.0)


def ship(x: float = 0.0, vx: float = 0.0, angle: float = 0.0, hull: int = 4) -> SimpleNamespace:
    return SimpleNamespace(x=x, vx=vx, angle=angle, hull=hull)


class Game:
    """A server without a network: it steps, and says what is; inputs are applied in the tick that the test wants."""

    def __init__(self, buffer_ticks: int = 6, **options: Any) -> None:
        self.pacing = Pacing(TICK, buffer_ticks)
        self.pacing.measured(60.0)
        self.made = Prediction(motion(), self.pacing, TICK, options.pop("step", step), {"Push": STILL}, **options)
        self.tick, self.seq, self.applied, self.id = 0, 0, 0, 7
        self.ship: Any = ship(vx=10.0)
        self.held: Any = STILL
        self.due: list[tuple[int, int, Any]] = []

    def push(self, force: float, late: int = 0, turn: float = 0.0) -> int:
        self.seq += 1
        x = SimpleNamespace(force=force, turn=turn)
        at = self.made.input_at(self.now)
        self.made.sent(self.seq, at, "Push", x, hold=True, session_ms=self.now)
        self.due.append((at + late, self.seq, x))
        return at

    @property
    def now(self) -> float:
        return self.tick * TICK + 60.0

    def run(self, ticks: int = 1, tell: bool = True) -> None:
        for _ in range(ticks):
            self.tick += 1
            for due, seq, x in [each for each in self.due if each[0] <= self.tick]:
                self.due.remove((due, seq, x))
                self.applied, self.held = seq, x
            if self.ship is not None:
                step(self.ship, SimpleNamespace(Push=self.held), TICK / 1000)
            if tell:
                self.tell()

    def tell(self) -> None:
        state = None if self.ship is None else ship(**{k: round(v, 2) for k, v in vars(self.ship).items()})
        self.made.passed(self.tick, self.applied, 0 if state is None else self.id, state, self.now)

    def x(self, after_ms: float = 0.0) -> float:
        shown = self.made.view(self.now + after_ms, self.now + after_ms)
        assert shown is not None
        return float(shown.x)


def test_before_the_first_state_there_is_nothing_to_show():
    assert Game().made.view(0.0, 0.0) is None


def test_the_entity_is_shown_ahead_of_its_newest_state():
    game = Game()
    game.run(4)
    assert game.x() == pytest.approx(10.0 * (game.now + 85.0) / 1000, abs=0.01)
    assert game.made.view(game.now, game.now).id == 7


def test_an_input_is_seen_in_the_next_frame_and_the_state_does_not_correct_it():
    game, other = Game(), Game()
    for each in (game, other):
        each.run(4)
        each.x()
    game.push(100.0)
    seen = [game.x(ms) - other.x(ms) for ms in (0, 16, 33, 50)]
    assert seen[0] == pytest.approx(0.0, abs=1e-6)  # it does not jump
    assert 0 < seen[1] < seen[2] < seen[3]
    game.run(10)
    assert game.made.stats.max < 0.02
    assert game.pacing.late == 0


def test_a_right_prediction_is_not_made_again_though_states_are_rounded():
    game = Game()
    game.ship.vx = 10 / 3
    game.run(3)
    game.push(1.0)
    before = game.made.stats.replayed
    game.run(3)
    assert game.made.stats.replayed == before


def test_what_else_the_server_changes_is_taken_over():
    game = Game()
    game.run(4)
    game.ship.hull = 3
    game.run(1)
    assert game.made.view(game.now, game.now).hull == 3


def test_a_late_input_is_corrected_gently_and_makes_the_next_ones_earlier():
    game = Game()
    game.run(4)
    game.push(200.0, late=3)
    frames = []
    for _ in range(20):
        frames += [game.x(ms) for ms in (0.0, 16.7, 33.3)]
        game.run(1)
    assert game.pacing.late == 1
    assert game.pacing.lead_ms > 85 + 3 * TICK - 15
    assert game.made.stats.max > 0.5
    steps = [after - before for before, after in itertools.pairwise(frames)]
    assert max(abs(after - before) for before, after in itertools.pairwise(steps)) < 0.5
    assert game.made.correction < 0.02  # by now it is right again


def test_where_the_server_puts_it_far_away_it_jumps():
    game = Game(snap=20.0)
    game.run(4)
    game.x()
    game.ship.x += 50.0
    game.run(1)
    assert game.made.stats.snaps == 1
    assert game.made.correction == pytest.approx(50.0, abs=0.05)
    assert game.x() > 50


def test_another_entity_begins_where_its_state_is():
    game = Game()
    game.run(4)
    game.push(100.0)
    game.ship, game.id = ship(x=500.0), 9
    game.run(1)
    assert game.made.stats.starts == 2
    assert game.x() == pytest.approx(500.0, abs=1.5)  # the push is on its way
    game.run(20)
    assert game.made.correction < 0.02


def test_without_an_entity_there_is_nothing_to_show_until_it_is_back():
    game = Game()
    game.run(4)
    game.ship = None
    game.run(2)
    assert game.made.view(game.now, game.now) is None
    game.ship, game.id = ship(x=500.0), 8
    game.run(1)
    assert game.x() == pytest.approx(500.0, abs=0.01)


def test_while_the_connection_is_away_it_stands_still_and_then_begins_anew_from_the_state():
    game = Game()
    game.run(4)
    game.push(100.0)
    shown = game.x()
    game.made.halt()
    game.held, game.due = STILL, []
    assert [game.x(ms) for ms in (100.0, 500.0)] == [pytest.approx(shown, abs=0.1)] * 2
    game.run(20, tell=False)
    assert game.made.halted
    game.tell()
    assert game.x() == pytest.approx(game.ship.x + 10 * 0.145, abs=0.02)  # the push was let go
    game.run(5)
    assert game.made.stats.max < 0.02


def test_a_hold_that_is_sent_again_after_a_loss_is_predicted_from_then_on():
    game = Game()
    game.run(4)
    game.made.halt()
    game.run(10, tell=False)
    game.seq += 1
    x = SimpleNamespace(force=100.0, turn=0.0)
    game.made.sent(game.seq, -1, "Push", x, hold=True, session_ms=game.now)
    game.due.append((game.tick + 3, game.seq, x))
    game.run(12)
    assert game.pacing.late == game.pacing.early == 0  # nobody has aimed it at a tick
    assert game.made.correction < 0.02
    assert game.made.view(game.now, game.now).vx > 10


def test_long_after_the_newest_state_it_stands_still():
    game = Game()
    game.run(4)
    game.x()
    for ms in range(0, 3980, 20):
        game.x(ms)
    assert game.x(3980) == game.x(5000) == pytest.approx(10 * (0.2 + 2.0), abs=0.1)


def test_a_step_that_is_not_the_servers_is_noticed():
    def wrong(entity: Any, held: Any, dt: float) -> None:
        step(entity, held, dt)
        entity.vx -= 4.0 * dt

    game = Game(step=wrong)
    game.run(19)
    assert not game.made.diverged
    game.run(4)
    assert game.made.diverged


def test_late_inputs_alone_are_not_a_wrong_step():
    game = Game()
    game.run(4)
    for number in range(60):
        game.push(100.0 if number % 2 else -100.0, late=2)
        game.run(2)
    assert game.pacing.late > 5
    assert not game.made.diverged


def test_actions_that_change_the_entity_are_predicted_in_their_tick():
    game = Game(acts=kick)
    game.run(4)
    at = game.made.input_at(game.now)
    game.made.sent(1, at, "Kick", SimpleNamespace(by=20.0), hold=False, session_ms=game.now)
    assert game.made.view(game.now + 200, game.now + 200).vx == pytest.approx(30.0, abs=0.5)
    while game.tick < at - 1:
        game.run(1)
    game.ship.vx += 20.0
    game.applied = 1
    game.run(5)
    assert game.made.stats.max < 0.02


def test_without_a_buffer_it_guesses_in_which_tick_an_input_counts():
    game = Game(buffer_ticks=0)
    game.run(4)
    game.push(100.0)
    game.run(10)
    assert game.made.stats.max < 0.02


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 6]), st.floats(0, 120), st.lists(st.floats(300, 2000), max_size=3))
def test_whatever_the_network_does_it_ends_where_the_server_has_it(seed, buffer_ticks, jitter, stalls):
    flight = Flight(f"flight {seed}", buffer_ticks, jitter, stalls=tuple(stalls), seconds=2.5)
    made = Prediction(motion(), Pacing(TICK, buffer_ticks), TICK, step, {"Push": STILL}, acts=kick, snap=30.0)
    shown = [each["shows"]["x"] for each in flight.fly(made, step, kick) if each["is"] == "view" and each["shows"]]
    changes = [after - before for before, after in itertools.pairwise(shown)]
    assert (
        max(abs(after - before) for before, after in itertools.pairwise(changes)) < 8.0
    )  # 200 units a second, at most
    assert not made.diverged
