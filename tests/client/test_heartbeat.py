"""When a ping is due, and when a server is silent."""

from rallypoint_client.heartbeat import Heartbeat, Timing

TIMING = Timing(silence_s=6.0, ping_s=2.0, ping_quick_s=0.25)


def test_without_a_connection_nothing_is_due():
    heart = Heartbeat(TIMING)
    assert heart.due is None
    assert not heart.silent(1000.0)
    assert not heart.take_ping(1000.0)


def test_no_ping_before_the_server_has_let_us_in():
    heart = Heartbeat(TIMING)
    heart.opened(10.0)
    assert not heart.take_ping(12.0)
    assert heart.due == 16.0


def test_three_quick_pings_then_one_every_two_seconds():
    heart = Heartbeat(TIMING)
    heart.opened(0.0)
    heart.let_in(1.0)
    times = []
    for quarter in range(4, 40):
        heart.heard = now = quarter / 4
        if heart.take_ping(now):
            times.append(now)
    assert times == [1.0, 1.25, 1.5, 3.5, 5.5, 7.5, 9.5]


def test_a_server_is_silent_exactly_after_six_seconds():
    heart = Heartbeat(TIMING)
    heart.opened(0.0)
    heart.heard = 10.0
    assert heart.due == 16.0
    assert not heart.silent(15.999)
    assert heart.silent(16.0)


def test_what_a_stopped_process_did_not_hear_is_no_silence():
    heart = Heartbeat(TIMING)
    heart.opened(0.0)
    heart.let_in(0.0)
    heart.take_ping(0.0)
    assert heart.due == 0.25
    assert silent_at(heart, 60.25) == 66.0  # after a minute's sleep


def silent_at(heart: Heartbeat, now: float) -> float:
    """Looks whenever it is due, until nothing was heard for too long."""
    while not heart.silent(now):
        heart.take_ping(now)
        assert heart.due is not None
        now = heart.due
    return now


def test_who_looks_in_time_finds_the_silence_after_six_seconds():
    heart = Heartbeat(TIMING)
    heart.opened(10.0)
    heart.let_in(10.0)
    assert silent_at(heart, 10.0) == 16.0


def test_silence_is_looked_at_in_time():
    heart = Heartbeat(TIMING)
    heart.opened(0.0)
    heart.let_in(0.0)
    for now in (0.0, 0.25, 0.5, 2.5, 4.5):
        assert heart.due == now
        assert heart.take_ping(now)
    assert heart.due == 6.0


def test_every_connection_begins_with_quick_pings():
    heart = Heartbeat(TIMING)
    heart.opened(0.0)
    heart.let_in(0.0)
    heart.take_ping(0.0)
    heart.ended()
    assert heart.due is None
    heart.opened(50.0)
    heart.let_in(50.0)
    assert [heart.take_ping(at) for at in (50.0, 50.25, 50.5, 50.75)] == [True, True, True, False]


def test_patience_is_the_grace_and_a_margin_unless_told_otherwise():
    assert Timing().patience_s(30.0) == 35.0
    assert Timing(give_up_s=600.0).patience_s(30.0) == 600.0
