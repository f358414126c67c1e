"""PettingZoo's own tests, on the example games."""

from __future__ import annotations

from typing import Any

import pytest
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test
from pettingzoo.utils import parallel_to_aec

from games.cards import Cards
from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint.pettingzoo import SessionEnv, parallel_env
from tests.server.pettingzoo.cards_encoding import CardsEncoding

GAMES: dict[str, dict[str, Any]] = {
    "orbit": {"game": Orbit, "players": 4},
    "orbit, by twos": {"game": Orbit, "frames": 2, "max_steps": 50},
    "fourline": {"game": FourLine},
    "cards": {"game": Cards, "encoding": CardsEncoding},
}


@pytest.fixture(params=list(GAMES))
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The arguments of an environment."""
    return GAMES[request.param]


def test_the_parallel_api_is_kept(settings: dict[str, Any]) -> None:
    parallel_api_test(parallel_env(**settings), num_cycles=200)


def test_seeds_decide_everything_as_far_as_pettingzoo_looks(settings: dict[str, Any]) -> None:
    parallel_seed_test(lambda: parallel_env(**settings), num_cycles=100)


def test_it_can_be_played_agent_by_agent(settings: dict[str, Any]) -> None:
    api_test(parallel_to_aec(parallel_env(**settings)), num_cycles=100)


def test_every_observation_is_in_its_space(settings: dict[str, Any]) -> None:
    env: SessionEnv = parallel_env(**settings)
    for seed in range(3):
        observations, _ = env.reset(seed=seed)
        while env.agents:
            for agent, seen in observations.items():
                assert env.observation_space(agent).contains(seen)
            observations, *_ = env.step({agent: env.action_space(agent).sample() for agent in env.agents})
