"""A seat that needs no server: what is measured of it is checked against what it was told to do."""

from types import SimpleNamespace

import pytest

from rallypoint_client import Bot, SeatClosed, SeatState, SessionGone
from rallypoint_loadtest.seat_watch import Window
from rallypoint_loadtest.tick_watch import TickWatch
from rallypoint_protocol.close import CloseCode
from tests.loadtest.fake_seat import Fire, Steer, fake_seat


class FakeBot(Bot):
    def __init__(self):
        self.next = [Steer()]
        self.seen = []

    def tick(self, view):
        return self.next

    def event(self, event):
        self.seen.append(event)


class Play:
    """A watched seat, with a clock to be set."""

    def __init__(self, start=0.0, end=100.0):
        self.now = 0.0
        self.seat = fake_seat()
        self.bot = FakeBot()
        self.window = Window(start, end, clock=lambda: self.now)
        self.tally = self.window.tally
        self.watch = TickWatch(self.seat, self.bot, self.window, tick_hz=20)

    def send(self, planned, now=None):
        self.now = planned if now is None else now
        self.watch.send(planned)

    def passed(self, now, applied=None):
        """A pass arrives; ``applied``: everything sent so far, unless told otherwise."""
        self.now = now
        self.seat.applied = self.seat.sent if applied is None else applied
        self.seat.on_pass(self.seat)

    def event(self, n, kind="Hit", seq=0):
        self.seat.on_event(SimpleNamespace(n=n, kind=kind, seq=seq))


@pytest.fixture
def play():
    return Play()


def test_latency_runs_from_the_planned_time_to_the_pass_that_shows_the_input(play):
    play.send(planned=1.0, now=1.020)
    play.passed(1.030, applied=0)
    play.passed(1.080)
    assert play.tally.input_ms.count == 1
    assert play.tally.input_ms.max_ms == pytest.approx(80)


def test_one_pass_can_show_several_inputs(play):
    play.send(1.00)
    play.send(1.05)
    play.passed(1.10)
    assert play.tally.input_ms.count == 2
    assert play.tally.input_ms.max_ms == pytest.approx(100)


def test_an_input_that_the_client_keeps_back_counts_from_its_planned_time(play):
    play.seat.kept_back = True
    play.send(1.00)
    play.passed(1.05)
    assert play.tally.input_ms.count == 0
    play.seat.kept_back = False
    play.send(1.10)
    play.passed(1.15)
    assert play.tally.input_ms.count == 2
    assert play.tally.input_ms.max_ms == pytest.approx(150)


def test_a_bot_with_nothing_to_say_repeats_its_hold(play):
    play.send(1.00)
    play.bot.next = None
    play.send(1.05)
    play.passed(1.10)
    assert play.tally.inputs == play.tally.input_ms.count == 2


def test_a_bot_that_never_said_anything_sends_nothing(play):
    play.bot.next = []
    play.send(1.00)
    assert play.tally.inputs == 0


def test_what_is_still_not_shown_at_the_end_took_at_least_that_long():
    play = Play()
    play.send(1.0)
    play.now = 9.0
    play.watch.ended(9.0)
    assert play.tally.input_ms.max_ms == pytest.approx(8000)


def test_only_what_was_planned_in_the_window_is_measured():
    play = Play(start=1.0, end=2.0)
    for planned in (0.95, 1.0, 1.95, 2.0):
        play.send(planned)
        play.passed(planned + 0.2)
    assert play.tally.inputs == play.tally.input_ms.count == 2


def test_gaps_are_between_passes_of_one_connection(play):
    play.passed(1.00)
    play.passed(1.05)
    play.watch.cut(1.06)
    play.passed(3.00)
    play.passed(3.06)
    assert play.tally.gap_ms.count == 2
    assert play.tally.gap_ms.max_ms == pytest.approx(60)


def test_a_cut_is_a_drop_and_the_next_pass_its_resume(play):
    play.passed(1.0)
    play.watch.cut(1.5)
    assert (play.seat.cuts, play.tally.dropped, play.tally.resumed) == (1, 1, 0)
    play.passed(1.75)
    assert (play.tally.dropped, play.tally.resumed) == (1, 1)
    assert play.tally.resume_ms.max_ms == pytest.approx(250)


def test_inputs_under_way_at_a_cut_are_counted_apart_and_not_measured(play):
    play.send(1.0)
    play.watch.cut(1.01)
    play.passed(1.5)
    assert (play.tally.inputs_cut, play.tally.input_ms.count) == (1, 0)


def test_what_is_planned_while_away_is_not_sent(play):
    play.watch.cut(1.0)
    play.send(1.05)
    assert (play.tally.inputs_away, play.tally.inputs) == (1, 0)


def test_a_loss_that_nobody_here_has_caused_is_seen(play):
    play.passed(1.0)
    play.seat.state = SeatState.RESUMING
    play.watch.look(1.1)
    play.watch.look(1.2)
    play.seat.state = SeatState.PLAYING
    play.seat.stats.resumes = 1
    play.passed(1.4)
    play.watch.look(1.5)
    assert (play.tally.dropped, play.tally.resumed) == (1, 1)


def test_a_loss_between_two_looks_is_seen_by_its_resume(play):
    play.passed(1.0)
    play.seat.stats.resumes = 1
    play.passed(1.05)
    play.watch.look(1.1)
    play.watch.look(1.2)
    assert (play.tally.dropped, play.tally.resumed) == (1, 1)


def test_who_is_not_back_at_the_end_has_failed(play):
    play.passed(1.0)
    play.watch.cut(1.5)
    play.watch.ended(20.0)
    assert (play.tally.dropped, play.tally.resumed, play.tally.failed) == (1, 0, 1)


def test_a_seat_that_is_closed_with_an_error_has_failed(play):
    play.passed(1.0)
    play.seat.state, play.seat.error = SeatState.CLOSED, SeatClosed(CloseCode.GAME_FAILED)
    play.watch.ended(2.0)
    assert (play.tally.dropped, play.tally.failed) == (1, 1)
    assert len(play.tally.errors) == 1


def test_a_session_that_found_too_few_players_is_no_failure(play):
    play.passed(1.0)
    play.seat.state, play.seat.error = SeatState.CLOSED, SessionGone(CloseCode.CANCELLED)
    play.watch.ended(2.0)
    assert (play.tally.dropped, play.tally.failed, play.tally.errors) == (0, 0, {})


def test_own_state_has_changed_when_it_differs_after_the_first_input_was_applied(play):
    play.passed(0.9)
    play.seat.ship.wire = [1]  # by itself: before any input
    play.passed(0.95)
    play.send(1.0)
    play.passed(1.05, applied=0)
    assert not play.watch.took_part
    play.passed(1.10)
    assert not play.watch.took_part
    play.seat.ship.wire = [2]
    play.passed(1.15)
    assert play.watch.took_part


def test_that_its_player_was_away_is_no_change_by_its_inputs(play):
    play.passed(0.9)
    play.send(1.0)
    play.watch.cut(1.01)
    play.seat.ship.wire = [7]
    play.passed(1.5)
    play.send(1.55)
    play.passed(1.60)
    assert not play.watch.took_part


def test_events_must_be_numbered_without_a_gap(play):
    for n in (1, 2, 4, 5, 5):
        play.event(n)
    assert (play.tally.events, play.tally.event_gaps) == (5, 2)
    assert len(play.bot.seen) == 5


def test_each_action_is_applied_or_refused_or_left_open(play):
    play.bot.next = [Steer(), Fire(), Fire(), Fire()]
    play.send(1.0)  # numbers 1 to 4
    play.event(1, "refused", seq=3)
    play.passed(1.05, applied=3)
    play.watch.ended(1.1)
    tally = play.tally
    assert (tally.actions_sent, tally.actions_applied, tally.actions_refused, tally.actions_open) == (3, 1, 1, 1)


def test_actions_under_way_when_the_session_ends_are_late_and_not_open(play):
    play.bot.next = [Fire()]
    play.send(1.0)
    play.event(1, "ended")
    play.passed(1.05, applied=0)
    play.watch.ended(1.1)
    assert (play.tally.actions_late, play.tally.actions_open, play.tally.seats_ended) == (1, 0, 1)


def test_a_connection_is_not_cut_after_the_end_of_its_session(play):
    assert play.watch.connected
    play.event(1, "ended")
    assert not play.watch.connected


def test_bytes_are_those_of_the_window(play):
    play.window.start, play.window.end = 1.0, 2.0
    play.seat.stats.bytes_in = 1000
    play.watch.window_opens()
    play.seat.stats.bytes_in = 4000
    play.watch.window_closes(2.0)
    play.seat.stats.bytes_in = 9000
    play.watch.ended(5.0)
    assert play.tally.bytes_in == 3000


def test_passes_are_attended_from_the_window_to_its_end(play):
    play.window.start, play.window.end = 1.0, 2.0
    for number in range(60):
        play.passed(number * 0.05 + 0.001)
    play.watch.window_closes(2.0)
    assert (play.watch.arrived, play.watch.due) == (20, 20)
    assert play.tally.passes == 20


def test_a_bot_that_raises_is_told_in_the_report_and_the_run_goes_on(play):
    def broken(view):
        raise KeyError("ship")

    play.bot.tick = broken
    play.send(1.0)
    play.send(1.05)
    assert play.tally.errors == {"bot: KeyError: 'ship'": 2}
