"""Matches of a developer's game: what comes of them, and what is said of the one that breaks."""

from __future__ import annotations

import asyncio

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.testing import Match
from rallypoint_client import connect
from rallypoint_client.seat_core import SeatCore
from rallypoint_protocol.replica import HashMismatch
from rallypoint_simulation.breakage import Breakage
from rallypoint_simulation.matches import MatchPlan, OptionsRefused, Played, play_match, play_scenario
from tests.simulation.developer_games import HERE, Fair, Generous

BOT = f"{HERE}:Puncher"


def plan(game: str = "Fair", *bots: str, network: str = "good", **more) -> MatchPlan:
    players = more.pop("players", (2, 2))
    return MatchPlan(f"{HERE}:{game}", tuple(f"{HERE}:{bot}" for bot in bots) or (BOT,), players, network, **more)


def played(of: MatchPlan, seed: int = 1) -> Played:
    return play_scenario(of.scenario(seed), of.networks(seed), keep_timeline=True)


def why(one: Played) -> Breakage:
    assert one.breakage is not None
    return one.breakage


def broken(of: MatchPlan) -> Played:
    """The first that breaks."""
    for seed in range(1, 40):
        one = played(of, seed)
        if one.breakage is not None:
            return one
    raise AssertionError("none broke")


# --- what comes of a match --------------------------------------------------------------------------------------------


def test_a_match_is_played_to_its_end_and_says_who_has_won():
    outcome = play_match(plan(), 1)
    assert (outcome.outcome, outcome.reason, outcome.broke) == ("ended", "knocked out", "")
    assert {seat.seat for seat in outcome.seats} == {0, 1}
    assert sorted(seat.won for seat in outcome.seats) == [False, True]
    assert {seat.score for seat in outcome.seats if seat.won} == {1.0}
    assert outcome.ticks == pytest.approx(outcome.duration_s * 10, abs=15)


def test_the_same_seed_gives_the_same_match_and_another_one_another():
    of = plan(network="mobile")
    assert of.scenario(3) == of.scenario(3)
    assert play_match(of, 3).digest == play_match(of, 3).digest
    assert play_match(of, 3).digest != play_match(of, 4).digest


def test_bots_that_play_each_other_take_turns_to_be_first():
    of = plan("Fair", "Puncher", "Boxer")
    first, second = of.scenario(1), of.scenario(2)
    assert [each.bot for each in first.players] == [each.bot for each in reversed(second.players)]
    outcome = play_match(of, 1)
    assert [seat.bot for seat in outcome.seats if seat.won] == [f"{HERE}:Boxer"]


def test_a_game_for_one_is_played_by_one():
    outcome = play_match(plan("Solo", players=(1, 1)), 1)
    assert outcome.outcome == "ended"
    assert [seat.score for seat in outcome.seats] == [89]


def test_each_match_draws_how_many_play():
    of = plan("Endless", players=(1, 3))
    assert {len(of.scenario(seed).players) for seed in range(20)} == {1, 2, 3}
    assert all(len(of.scenario(seed).players) == len(of.networks(seed)) for seed in range(20))


def test_a_match_that_takes_too_long_is_unfinished_whatever_the_game_makes_of_those_who_leave():
    assert play_match(plan("Endless", minutes=0.1), 1).outcome == "unfinished"
    slow = play_match(plan("Fair", minutes=0.05), 1)
    assert (slow.outcome, [seat.won for seat in slow.seats]) == ("unfinished", [False, False])


def test_players_come_in_however_bad_the_network_is():
    outcomes = [play_match(plan(network="train"), seed).outcome for seed in range(1, 13)]
    assert set(outcomes) == {"ended"}


def test_options_get_to_the_game_and_one_that_it_refuses_is_an_error():
    assert play_match(plan(options={"hits_to_win": 1}), 1).duration_s < 3
    with pytest.raises(OptionsRefused, match="the only option is hits_to_win"):
        play_match(plan(options={"rounds": 1}), 1)


# --- check() ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def checks(monkeypatch):
    made = []
    monkeypatch.setattr(Fair, "check", lambda self: made.append(self.now_ms))
    return made


def test_check_is_called_after_each_step_of_a_match_in_tests(checks):
    match = Match(Fair, players=2)
    before = len(checks)
    match.step(5)
    assert len(checks) - before == 5


def test_check_is_called_after_each_step_of_a_simulation(checks):
    outcome = play_match(plan(), 1)
    assert len(checks) == outcome.ticks > 10
    assert checks == sorted(checks)


async def test_check_is_never_called_by_a_server(checks):
    async with (
        asyncio.timeout(15),
        Server([Fair], Settings(port=0, ops_port=0), bots=False) as server,
        connect(server.lobby_url, name="Ann") as ann,
        connect(server.lobby_url, name="Bob") as bob,
    ):
        seat = await ann.create("fair")
        await bob.join(seat)
        async for update in seat:
            if update.view.tick >= 5:
                break
    assert checks == []


def test_a_check_that_fails_breaks_the_match_in_the_words_of_its_assertion():
    one = broken(plan("Generous", network="train"))
    assert one.outcome.outcome == "broken"
    assert one.outcome.broke == why(one).kind == "check"
    assert one.outcome.reason.startswith(f"check() fails after tick {one.outcome.ticks}: ")
    assert " has 1" in one.outcome.reason
    assert why(one).details.startswith("Traceback")
    assert "developer_games.py" in why(one).details.splitlines()[1]  # not a line of ours before it
    assert "developer_games.py:" in why(one).where
    assert any("health=1" in line for line in one.state)


def test_an_assertion_without_words_is_said_by_its_own_line(monkeypatch):
    monkeypatch.setattr(Generous, "check", _never)
    assert "assert False" in played(plan("Generous")).outcome.reason


def _never(self) -> None:
    assert False  # noqa: B011, PT015  # as developers write it


# --- what else breaks -------------------------------------------------------------------------------------------------


def test_a_game_that_raises_breaks_the_match_with_its_own_lines():
    one = broken(plan("Fragile", network="train"))
    assert why(one).kind == "game"
    assert "the game raises KeyError: 'nothing', in returned(), at tick " in one.outcome.reason
    assert "rallypoint" not in why(one).details.replace("rallypoint_simulation", "")


@pytest.mark.parametrize(
    ("bot", "said"),
    [
        ("Nervous", "'s bot raises RuntimeError: that is too much for me"),
        ("Unready", "'s bot raises LookupError: not ready"),
        ("Clumsy", "'s bot raises InvalidInput: Hit: "),
    ],
)
def test_a_bot_that_raises_breaks_the_match_and_is_not_taken_for_the_library(bot, said):
    one = played(plan("Fair", bot))
    assert why(one).kind == one.outcome.broke == "bot"
    assert said in one.outcome.reason


def test_a_client_whose_state_is_not_the_servers_breaks_the_match(monkeypatch):
    receive = SeatCore._pass

    def differs(self, message, now):
        receive(self, message, now)
        if message.head.tick == 10:
            raise HashMismatch("channel 0 differs at tick 10")

    monkeypatch.setattr(SeatCore, "_pass", differs)
    one = played(plan())
    assert why(one).kind == "desync"
    assert "state is not the server's" in one.outcome.reason


def test_a_loop_without_an_end_breaks_the_match_and_says_where(monkeypatch):
    monkeypatch.setattr("rallypoint_simulation.matches._STUCK_CPU_S", 0.2)
    one = played(plan("Loops", players=(1, 1)))
    assert why(one).kind == "stuck"
    assert "developer_games.py" in one.outcome.reason
    assert one.outcome.reason.endswith("in tick")
