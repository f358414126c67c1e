from rallypoint_loadtest.attendance import Attendance


def attend(*stretches, tick_hz=20):
    """Each stretch: ``(its passes' times, its end)``."""
    attendance = Attendance(tick_hz)
    for times, end in stretches:
        for time in times:
            attendance.received(time)
        attendance.ended(end)
    return attendance.arrived, attendance.due


def every(interval_s, count, start=0.0):
    return [start + number * interval_s for number in range(count)]


def test_a_pass_each_tick_is_full_attendance():
    assert attend((every(0.05, 600), 30.0)) == (600, 600)


def test_a_missing_pass_was_due():
    times = [time for number, time in enumerate(every(0.05, 600)) if number not in (100, 200, 201)]
    assert attend((times, 30.0)) == (597, 600)


def test_a_server_that_skips_ticks_owes_their_passes():
    assert attend((every(0.1, 300), 30.0)) == (300, 600)


def test_a_pass_that_should_have_come_in_the_last_half_interval_is_not_yet_missed():
    assert attend(([0.0, 0.05, 0.1], 0.174)) == (3, 3)
    assert attend(([0.0, 0.05, 0.1], 0.176)) == (3, 4)


def test_nothing_is_due_while_a_connection_is_away():
    assert attend((every(0.05, 20), 1.0), (every(0.05, 20, start=9.0), 10.0)) == (40, 40)


def test_a_stretch_cannot_make_up_for_another():
    assert attend((every(0.1, 10), 1.0), (every(0.02, 50, start=2.0), 3.0)) == (30, 40)


def test_a_connection_without_a_pass_has_no_stretch():
    assert attend(([], 5.0)) == (0, 0)
