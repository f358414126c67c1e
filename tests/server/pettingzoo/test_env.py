"""The environment: what a step is, when agents are done, what they gain, what repeats."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from games.cards import Cards
from games.fourline import FourLine
from games.orbit import Orbit
from games.orbit.bot import OrbitBot
from rallypoint import Action, Answer, Game, Hold, Meta, Player, Result, field, on
from rallypoint.core.game_like import OptionsRefused
from rallypoint.pettingzoo import Encoding, SessionEnv, parallel_env
from tests.server.pettingzoo.cards_encoding import CardsEncoding

ROOT = Path(__file__).parents[3]


class Push(Hold):
    by: Annotated[int, Meta(ge=0, le=3)] = 0


class GiveUp(Action):
    pass


class Racer(Player):
    way: int = field(0)


class Race(Game[Racer], seats=(1, 3), tick_hz=10):
    """Who is at 20 first wins. Who gives up leaves the race."""

    uses: ClassVar = [Push, GiveUp]
    answers: str = field("")

    def tick(self) -> None:
        for racer in self.players:
            racer.way += racer.held(Push).by
        if any(racer.way >= 20 for racer in self.players):
            self.finish(Result([racer for racer in self.players if racer.way >= 20]))

    @on(GiveUp)
    def give_up(self, racer: Racer, _: GiveUp) -> None:
        self.kick(racer)
        self.ask("praise", racer.seat)

    @staticmethod
    async def praise(seat: int) -> str:
        raise AssertionError("the outside is not here")

    def answered(self, answer: Answer) -> None:
        self.answers += f"{answer.method}:{answer.error} "


class RaceEncoding(Encoding):
    score = "way"
    score_weight = 0.5


def number_of(env: SessionEnv, *doings: tuple[str, dict[str, Any]]) -> int:
    """The action that sends just these."""
    choices = [[(name, fields) for name, fields in choice] for choice in env.encoding.choices]
    return choices.index(list(doings))


def push(env: SessionEnv, by: int) -> int:
    return number_of(env, ("Push", {"by": by}))


def test_agents_are_the_seats() -> None:
    env = parallel_env(Orbit, players=3)
    assert env.possible_agents == ["player_0", "player_1", "player_2"]
    assert env.agents == []
    env.reset(seed=1)
    assert env.agents == env.possible_agents
    assert str(env) == "orbit_v0"


@pytest.mark.parametrize(("frames", "ticks"), [(1, 5), (4, 20)])
def test_a_step_is_so_many_ticks(frames: int, ticks: int) -> None:
    env = parallel_env(Race, players=2, frames=frames)
    env.reset(seed=1)
    assert env.match is not None
    before = env.match.session.tick
    for _ in range(5):
        env.step({})
    assert env.match.session.tick == before + ticks


def test_a_step_of_a_turn_based_game_is_so_many_seconds_after_everybodys_actions() -> None:
    env = parallel_env(FourLine, step_s=2.5)
    env.reset(seed=1)
    drop = number_of(env, ("Drop", {"column": 3}))
    *_, infos = env.step({"player_0": drop})
    assert env.match is not None
    assert (env.match.game.moves, env.match.now) == ("3", 2.5)
    assert infos["player_0"]["refused"] == []
    env.step({"player_1": drop})
    assert env.match.player(1).clock_ms == 180_000 - 2500 + 2000


def test_timers_of_a_turn_based_game_fire_within_steps() -> None:
    env = parallel_env(FourLine, options={"minutes": 0.1, "increment_s": 0})
    env.reset(seed=1)
    for _ in range(5):
        *_, terminations, _, _ = env.step({})
        assert not any(terminations.values())
    _, rewards, terminations, truncations, _ = env.step({})
    assert (rewards, terminations) == ({"player_0": -1.0, "player_1": 1.0}, {"player_0": True, "player_1": True})
    assert truncations == {"player_0": False, "player_1": False}
    assert env.agents == []


def test_who_acts_out_of_turn_is_refused_and_told_why() -> None:
    env = parallel_env(FourLine)
    env.reset(seed=1)
    drop = number_of(env, ("Drop", {"column": 3}))
    *_, infos = env.step({"player_1": drop})
    assert infos["player_1"]["refused"] == ["it is not your turn"]
    assert infos["player_0"]["refused"] == []
    *_, infos = env.step({})
    assert infos["player_1"]["refused"] == []


def test_a_hold_lasts_until_another_action_changes_it() -> None:
    env = parallel_env(Race, players=2)
    env.reset(seed=1)
    env.step({"player_0": push(env, 2), "player_1": push(env, 1)})
    env.step({"player_0": push(env, 0), "player_1": None})
    assert env.match is not None
    assert [env.match.player(seat).way for seat in (0, 1)] == [2, 2]


def test_winners_gain_one_and_others_lose_one_and_scores_count_as_they_grow() -> None:
    env = parallel_env(Race, players=2, encoding=RaceEncoding, frames=2)
    env.reset(seed=1)
    gained = [0.0, 0.0]
    while env.agents:
        _, rewards, *_ = env.step({"player_0": push(env, 1), "player_1": push(env, 3)})
        gained = [sum(pair) for pair in zip(gained, rewards.values(), strict=True)]
    assert gained == [-1 + 7 * 0.5, 1 + 21 * 0.5]


def test_agents_are_truncated_when_the_steps_are_used_up() -> None:
    env = parallel_env(Race, players=2, max_steps=3)
    env.reset(seed=1)
    for _ in range(2):
        *_, truncations, _ = env.step({})
        assert not any(truncations.values())
    _, rewards, terminations, truncations, _ = env.step({})
    assert truncations == {"player_0": True, "player_1": True}
    assert not any(terminations.values())
    assert rewards == {"player_0": 0.0, "player_1": 0.0}
    assert (env.agents, env.step({})) == ([], ({}, {}, {}, {}, {}))


def test_whom_the_game_removes_is_done_and_the_others_go_on() -> None:
    env = parallel_env(Race, players=3)
    env.reset(seed=1)
    give = number_of(env, ("Push", {"by": 0}), ("GiveUp", {}))
    observations, _, terminations, _, _ = env.step({"player_1": give})
    assert terminations == {"player_0": False, "player_1": True, "player_2": False}
    assert list(observations) == ["player_0", "player_1", "player_2"]
    assert env.agents == ["player_0", "player_2"]
    observations, *_ = env.step({"player_0": push(env, 1), "player_1": push(env, 3)})
    assert list(observations) == ["player_0", "player_2"]


def test_what_the_game_asks_of_the_outside_has_no_answer_in_time() -> None:
    env = parallel_env(Race, players=2)
    env.reset(seed=1)
    env.step({"player_1": number_of(env, ("Push", {"by": 0}), ("GiveUp", {}))})
    env.step({})
    assert env.match is not None
    assert env.match.game.answers == "praise:timeout "


def test_bots_play_the_seats_that_they_are_given() -> None:
    env = parallel_env(Orbit, players=2, bots={0: OrbitBot}, frames=4)
    env.reset(seed=1)
    assert env.agents == ["player_1"]
    shots = 0
    for _ in range(100):
        env.step({})
        assert env.match is not None
        shots += len(env.match.view(1).all("Shot"))
    assert shots > 0


def test_agents_see_what_their_clients_are_sent_and_no_more() -> None:
    env = parallel_env(Cards, encoding=CardsEncoding)
    observations, _ = env.reset(seed=1)
    assert env.match is not None
    while not env.match.game.round:
        observations, *_ = env.step({})
    names = env.encoding.observations.names
    for seat in range(3):
        seen = dict(zip(names, observations[f"player_{seat}"], strict=True))
        own = env.match.player(seat).hand
        assert [np.expm1(seen[f"Player[0].hand[{i}]"]) for i in range(len(own))] == pytest.approx(own, rel=1e-5)
        assert not any(seen[name] for name in names if ".hand" in name and not name.startswith("Player[0]"))
        counts = [np.expm1(seen[f"Player[{(other - seat) % 5}].count"]) for other in range(3)]
        assert counts == pytest.approx([len(own)] * 3, rel=1e-5)


def test_the_state_is_everybodys_observations() -> None:
    env = parallel_env(Orbit, players=3)
    observations, _ = env.reset(seed=1)
    assert np.array_equal(env.state(), np.concatenate(list(observations.values())))


# --- what repeats ---------------------------------------------------------------------------------------------------


def trace(env: SessionEnv, seed: int | None, steps: int = 60) -> list[Any]:
    """What comes of actions that are decided by the space's seed."""
    observations, infos = env.reset(seed=seed)
    for number, agent in enumerate(env.agents):
        env.action_space(agent).seed(number)
    played = (env.step({agent: env.action_space(agent).sample() for agent in env.agents}) for _ in range(steps))
    return [observations, infos, *played]


def test_the_same_seed_and_actions_give_the_same_session_and_another_seed_another() -> None:
    one, other = parallel_env(Orbit, players=4), parallel_env(Orbit, players=4)
    first = repr(trace(one, 5))
    assert repr(trace(other, 5)) == first
    assert repr(trace(other, 6)) != first
    assert repr(trace(other, 5)) == first


def test_resets_without_a_seed_go_on_from_the_last_one_with_one() -> None:
    env = parallel_env(Orbit)
    first = [repr(trace(env, seed)) for seed in (5, None, None)]
    assert [repr(trace(env, seed)) for seed in (5, None, None)] == first
    assert len(set(first)) == 3


HASHED = """
import hashlib
from games.orbit import Orbit
from rallypoint.pettingzoo import parallel_env
env = parallel_env(Orbit, players=4)
observations, _ = env.reset(seed=3)
for number, agent in enumerate(env.agents):
    env.action_space(agent).seed(number)
hashed = hashlib.sha256()
for _ in range(200):
    observations, rewards, *_ = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    for agent, seen in observations.items():
        hashed.update(seen.tobytes() + repr(rewards[agent]).encode())
print(hashed.hexdigest())
"""


def test_another_process_with_another_hash_seed_sees_the_same() -> None:
    found = []
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", HASHED]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found.append(done.stdout)
    assert found[0] == found[1]
    assert len(found[0]) == 65


# --- how it is made -------------------------------------------------------------------------------------------------


def test_a_reset_may_give_the_game_other_options() -> None:
    env = parallel_env(FourLine, options={"minutes": 1})
    env.reset(seed=1)
    assert env.match is not None
    assert env.match.player(0).clock_ms == 60_000
    env.reset(seed=1, options={"game": {"minutes": 2}})
    assert env.match.player(0).clock_ms == 120_000
    with pytest.raises(OptionsRefused, match="minutes must be"):
        env.reset(seed=1, options={"game": {"minutes": 0}})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"players": 1}, "orbit is for 2 to 8"),
        ({"players": 9}, "orbit is for 2 to 8"),
        ({"frames": 0}, "time has to pass"),
        ({"bots": {0: OrbitBot, 1: OrbitBot}}, "leave a seat for an agent"),
        ({"bots": {2: OrbitBot}}, "bots in seats"),
        ({"render_mode": "human"}, "'ansi'"),
    ],
)
def test_what_cannot_be_made_says_why(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parallel_env(Orbit, **wrong)


def test_a_step_needs_a_session_and_a_closed_environment_has_none() -> None:
    env = parallel_env(Orbit)
    with pytest.raises(RuntimeError, match="reset"):
        env.step({})
    env.reset()
    env.close()
    with pytest.raises(RuntimeError, match="reset"):
        env.step({})


def test_text_shows_all_fields_if_it_is_asked_for() -> None:
    env = parallel_env(Orbit, render_mode="ansi")
    env.reset(seed=1)
    text = env.render()
    assert text is not None
    assert text.startswith("tick 1, 0.1 s\ngame {")
    assert '"heat": 0.0' in text
    assert parallel_env(Orbit).render() is None
