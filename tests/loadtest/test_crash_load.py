"""How many sessions are worth trying next."""

from rallypoint_loadtest.crash_load import Load, more_sessions


def test_sessions_are_added_until_the_server_is_as_busy_as_it_is_to_be():
    assert more_sessions(Load(50, 40.0, 20.0), 80.0) == 100
    assert more_sessions(Load(95, 76.0, 40.0), 80.0) == 95
    assert more_sessions(Load(100, 90.0, 40.0), 80.0) == 100


def test_not_too_many_at_a_time():
    assert more_sessions(Load(10, 1.0, 1.0), 80.0) == 25


def test_no_more_than_the_players_own_core_can_play():
    assert more_sessions(Load(50, 20.0, 40.0), 80.0) == 100
    assert more_sessions(Load(100, 40.0, 79.0), 80.0) == 100
