import pytest

from rallypoint_loadtest.kinds import Kind
from rallypoint_loadtest.target import NotLoopback, Target, check_loopback, kind_of

ORBIT, FOURLINE = Target("orbit", 20, 8, None), Target("fourline", 0, 2, None)


@pytest.mark.parametrize(
    "url", ["ws://127.0.0.1:8000", "ws://localhost:8000/lobby", "ws://[::1]:8000", "ws://127.8.9.1:1"]
)
def test_a_server_of_this_machine_may_be_loaded(url):
    assert check_loopback(url, ("ws",)) == url


@pytest.mark.parametrize(
    "url",
    ["ws://10.0.0.1:8000", "ws://example.com", "ws://localhost.example.com", "ws://0.0.0.0:8000", "ws://[::]:8000"],
)
def test_any_other_machine_is_refused_with_a_sentence(url):
    with pytest.raises(NotLoopback, match="is not this machine"):
        check_loopback(url, ("ws",))


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "http://127.0.0.1", "ws://", "localhost"])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(ValueError, match="is no ws:// URL"):
        check_loopback(url, ("ws",))


def test_a_game_without_ticks_is_turn_based():
    assert kind_of(ORBIT, lobby_only=False, drops=True, thinks=False) is Kind.TICKS
    assert kind_of(FOURLINE, lobby_only=False, drops=True, thinks=True) is Kind.TURNS
    assert kind_of(FOURLINE, lobby_only=True, drops=False, thinks=False) is Kind.LOBBY


def test_what_means_nothing_in_such_a_run_is_refused():
    with pytest.raises(ValueError, match="--think is for turn-based games, not for a game with ticks"):
        kind_of(ORBIT, lobby_only=False, drops=False, thinks=True)
    with pytest.raises(ValueError, match="use --lobby-drop"):
        kind_of(ORBIT, lobby_only=True, drops=True, thinks=False)
