"""What hides corrections."""

import pytest

from rallypoint_client.smoothing import HALF_LIFE_MS, Smoothing


def test_what_is_drawn_stays_where_it_was_when_what_is_below_moves():
    smoothing = Smoothing(2)
    smoothing.fade(1000.0)
    smoothing.shift([3.0, -1.0])
    assert smoothing.fade(1000.0) == [-3.0, 1.0]


def test_half_of_it_is_gone_after_a_half_life_however_many_frames_there_were():
    few, many = Smoothing(1), Smoothing(1)
    for smoothing, frames in ((few, 1), (many, 10)):
        smoothing.fade(1000.0)
        smoothing.shift([4.0])
        for frame in range(frames):
            smoothing.fade(1000.0 + (frame + 1) * HALF_LIFE_MS / frames)
        assert smoothing.offsets == [pytest.approx(-2.0)]


def test_shifts_add_up():
    smoothing = Smoothing(1)
    smoothing.shift([4.0])
    smoothing.shift([-1.0])
    assert smoothing.offsets == [-3.0]


def test_a_snap_ends_it_at_once():
    smoothing = Smoothing(2)
    smoothing.shift([4.0, 1.0])
    smoothing.snap()
    assert smoothing.offsets == [0.0, 0.0]


def test_time_that_goes_back_changes_nothing():
    smoothing = Smoothing(1)
    smoothing.fade(1000.0)
    smoothing.shift([4.0])
    assert smoothing.fade(900.0) == [-4.0]
