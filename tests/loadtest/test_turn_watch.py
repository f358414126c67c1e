"""A seat in a turn-based game: its bot is asked by passes, and a test says when it has thought for long enough."""

import math
from types import SimpleNamespace

import pytest

from rallypoint_client import Bot, SeatState
from rallypoint_loadtest.seat_watch import Window
from rallypoint_loadtest.turn_watch import TurnWatch
from tests.loadtest.fake_seat import Fire, fake_seat


class FakeBot(Bot):
    def __init__(self):
        self.next = []
        self.asked = 0

    def tick(self, view):
        self.asked += 1
        moves, self.next = self.next, []
        return moves


class Timer:
    def __init__(self, due, callback, argument):
        self.due = due
        self.is_cancelled = False
        self._callback, self._argument = callback, argument

    def cancel(self):
        self.is_cancelled = True

    def fire(self):
        assert not self.is_cancelled
        self._callback(self._argument)


class Play:
    """A watched seat, with a clock to be set. The bot thinks for 0.5 s."""

    def __init__(self, start=0.0, end=100.0, tick=-1):
        self.now = 0.0
        self.seat = fake_seat()
        self.seat.latest.tick = tick
        self.bot = FakeBot()
        self.timers: list[Timer] = []
        self.window = Window(start, end, clock=lambda: self.now)
        self.tally = self.window.tally
        self.watch = TurnWatch(self.seat, self.bot, self.window, lambda: 0.5, self.call_later)

    def call_later(self, delay_s, callback, argument):
        self.timers.append(Timer(self.now + delay_s, callback, argument))
        return self.timers[-1]

    def passed(self, now, applied=None, moves=()):
        """A pass arrives, which shows everything sent so far unless told otherwise; the bot decides on these moves."""
        self.now = now
        self.seat.latest.tick += 1
        self.bot.next = list(moves)
        self.seat.applied = self.seat.sent if applied is None else applied
        self.seat.on_pass(self.seat)

    def thought(self, now=None):
        """The time to think is over."""
        timer = self.timers.pop()
        self.now = timer.due if now is None else now
        timer.fire()

    def event(self, n, kind="Hit", seq=0):
        self.seat.on_event(SimpleNamespace(n=n, kind=kind, seq=seq))


@pytest.fixture
def play():
    return Play()


def test_a_bot_is_asked_with_each_pass_and_makes_its_move_when_it_has_thought(play):
    play.passed(1.0)
    play.passed(2.0, moves=[Fire()])
    assert (play.bot.asked, play.seat.sent) == (2, 0)
    play.thought()
    assert (play.now, play.seat.sent, play.tally.inputs, play.tally.actions_sent) == (2.5, 1, 1, 1)


def test_a_bot_is_asked_at_once_if_there_is_a_state_already():
    assert Play(tick=3).bot.asked == 1
    assert Play(tick=-1).bot.asked == 0


def test_a_bot_that_thinks_is_not_asked_for_another_move(play):
    play.passed(1.0, moves=[Fire()])
    play.passed(1.2, moves=[Fire()])
    play.passed(1.4, moves=[Fire()])
    assert (play.bot.asked, len(play.timers)) == (1, 1)
    play.thought()
    play.passed(1.6, moves=[Fire()])
    assert (play.bot.asked, len(play.timers)) == (2, 1)


def test_latency_runs_from_the_end_of_the_thought_to_the_pass_that_shows_the_move(play):
    play.passed(1.0, moves=[Fire()])
    play.thought(now=1.520)
    play.passed(1.540, applied=0)
    play.passed(1.580)
    assert play.tally.input_ms.count == play.tally.lag_ms.count == 1
    assert play.tally.input_ms.max_ms == pytest.approx(80)
    assert play.tally.lag_ms.max_ms == pytest.approx(20)


def test_a_timer_that_is_early_takes_nothing_off_the_latency(play):
    play.passed(1.0, moves=[Fire()])
    play.thought(now=1.499)
    play.passed(1.519)
    assert play.tally.input_ms.max_ms == pytest.approx(20)
    assert play.tally.lag_ms.max_ms == 0


@pytest.mark.parametrize("state", [SeatState.PLAYING, SeatState.RESUMING])
def test_a_move_is_kept_for_the_return_if_the_connection_is_away_and_is_not_measured(play, state):
    play.passed(1.0, moves=[Fire()])
    play.watch.cut(1.1)
    play.seat.state = state
    play.thought()
    assert play.seat.queued_s == [math.inf]
    assert (play.tally.inputs, play.tally.inputs_away, play.tally.actions_sent) == (0, 1, 1)
    play.seat.state = SeatState.PLAYING
    play.passed(3.0)
    assert (play.tally.input_ms.count, play.tally.actions_applied) == (0, 1)


def test_a_move_under_way_at_a_cut_is_not_measured(play):
    play.passed(1.0, moves=[Fire()])
    play.thought()
    play.watch.cut(1.51)
    play.passed(1.8)
    assert (play.tally.inputs_cut, play.tally.input_ms.count, play.tally.actions_applied) == (1, 0, 1)


def test_no_move_is_made_after_the_end_of_the_session(play):
    play.passed(1.0, moves=[Fire()])
    play.event(1, "ended")
    play.thought()
    assert (play.seat.sent, play.tally.errors) == (0, {})


def test_who_is_told_to_be_quiet_does_nothing_more(play):
    play.passed(1.0, moves=[Fire()])
    play.watch.quiet()
    assert play.timers[0].is_cancelled
    other = Play()
    other.watch.quiet()
    other.passed(1.0, moves=[Fire()])
    assert other.timers == []


def test_a_seat_that_is_over_has_no_timer_left(play):
    play.passed(1.0, moves=[Fire()])
    play.watch.ended(1.1)
    assert play.timers[0].is_cancelled


def test_a_move_that_was_applied_and_changed_the_state_is_taking_part(play):
    play.passed(1.0, moves=[Fire()])
    play.thought()
    play.seat.ship.wire = [1]
    play.passed(1.6, applied=0)
    assert not play.watch.took_part
    play.passed(1.7)
    assert play.watch.took_part


def test_a_move_that_changed_nothing_is_not_taking_part(play):
    play.passed(1.0, moves=[Fire()])
    play.thought()
    play.passed(1.6)
    assert play.tally.actions_applied == 1
    assert not play.watch.took_part


def test_a_move_that_was_refused_is_not_taking_part(play):
    play.passed(1.0, moves=[Fire()])
    play.thought()
    play.event(1, "refused", seq=1)
    play.seat.ship.wire = [1]
    play.passed(1.6)
    assert (play.tally.actions_refused, play.tally.actions_applied, play.tally.moves) == (1, 0, 0)
    assert not play.watch.took_part


def test_moves_are_those_applied_in_the_window():
    play = Play(start=1.0, end=2.0)
    for now in (0.2, 1.2, 1.9):
        play.passed(now - 0.1, moves=[Fire(), Fire()])
        play.thought(now=now - 0.05)
        play.passed(now)
    assert (play.tally.moves, play.tally.actions_applied) == (4, 6)


def test_nothing_is_due_in_a_turn_based_game(play):
    play.passed(1.0)
    play.watch.ended(50.0)
    assert (play.watch.arrived, play.watch.due, play.tally.gap_ms.count) == (0, 0, 0)


def test_a_bot_that_raises_is_told_in_the_report_and_is_asked_again(play):
    def broken(view):
        raise KeyError("board")

    play.bot.tick = broken
    play.passed(1.0)
    play.passed(2.0)
    assert play.tally.errors == {"bot: KeyError: 'board'": 2}


def test_a_move_that_the_client_does_not_take_is_told_in_the_report(play):
    play.passed(1.0, moves=[Fire()])

    def refuse(x, *, queue_s=None):
        raise TypeError("Fire is no action of this game")

    play.seat.act = refuse
    play.thought()
    assert list(play.tally.errors) == ["bot: TypeError: Fire is no action of this game"]
    assert (play.tally.inputs, play.tally.actions_sent) == (0, 0)
