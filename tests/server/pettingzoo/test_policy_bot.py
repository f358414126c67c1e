"""Bots from policies: they see and do what agents of the environment saw and did."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box

from games.fourline import FourLine
from games.fourline.game import Drop
from games.orbit import Orbit
from rallypoint.game.game import Game
from rallypoint.pettingzoo import Encoding, PolicyBot, parallel_env, policy_bot
from rallypoint.pettingzoo.policy_bot import TRIES_MAX
from rallypoint.testing import Match
from rallypoint_client import View

SEED = 7


class Board(Encoding):
    """The discs, and who is asked; only free columns in one's own turn. Clocks would differ: bots take no time."""

    def make_observation_space(self) -> Box:
        return Box(0, 127, (43,), np.float32)

    def observe(self, view: View, seat: int) -> Any:
        return [*map(ord, view.game.board), seat]

    def mask(self, view: View, seat: int) -> list[bool]:
        names = [doing[0].fields.get("column") if doing else None for doing in self.choices]
        mine = view.game.turn == seat
        full = [name is not None and view.game.board[name] != "." for name in names]
        return [
            not mine,
            *(mine and name is not None and not its for name, its in zip(names[1:], full[1:], strict=True)),
        ]


def in_turn(look: Any) -> int:
    """Any allowed action, but always the same in the same position."""
    allowed = np.flatnonzero(look["action_mask"])
    return int(allowed[int(look["observation"].sum()) % len(allowed)])


def fly(look: Any) -> int:
    return int(abs(look).sum() * 1000) % 12


class Recording:
    """A policy, and what each seat's was shown."""

    def __init__(self, policy: Any, seat_of: Any) -> None:
        self.policy = policy
        self.seat_of = seat_of
        self.shown: dict[int, list[bytes]] = {0: [], 1: []}

    def __call__(self, look: Any) -> Any:
        seen = look["observation"] if isinstance(look, dict) else look
        shown = self.shown[self.seat_of(seen)]
        if not shown or shown[-1] != seen.tobytes():
            shown.append(seen.tobytes())
        return self.policy(look)


def played_by_agents(game: type[Game[Any]], policy: Recording, steps: int, **settings: Any) -> Any:
    env = parallel_env(game, players=2, max_steps=steps, **settings)
    observations, _ = env.reset(seed=SEED)
    while env.agents:
        observations, *_ = env.step({agent: policy(observations[agent]) for agent in env.agents})
    assert env.match is not None
    return env.match


def played_by_bots(game: type[Game[Any]], policy: Recording, ticks: int, **settings: Any) -> Match[Any]:
    match: Match[Any] = Match(game, players=2, seed=random.Random(SEED).getrandbits(63))
    for seat in (0, 1):
        match.bot(seat, policy_bot(game, policy, **settings))
    match.step(ticks)
    return match


@pytest.mark.parametrize("frames", [1, 3])
def test_a_bot_sees_and_does_in_a_session_what_its_agent_did_in_training(frames: int) -> None:
    agents, bots = (Recording(fly, lambda seen: int(np.argmax(seen[:8]))) for _ in range(2))
    one = played_by_agents(Orbit, agents, 100, frames=frames)
    other = played_by_bots(Orbit, bots, 100 * frames, frames=frames)
    assert agents.shown == bots.shown
    assert len(agents.shown[0]) == 100
    assert one.session.game.state() == other.session.game.state()


def test_a_bot_plays_a_turn_based_game_as_its_agent_did() -> None:
    agents, bots = (Recording(in_turn, lambda seen: int(seen[-1])) for _ in range(2))
    one = played_by_agents(FourLine, agents, 100, encoding=Board)
    other = played_by_bots(FourLine, bots, 0, encoding=Board)
    assert one.result == other.result
    assert one.game.moves == other.game.moves
    assert len(one.game.moves) >= 7
    for seat in (0, 1):
        *before, _ = bots.shown[seat]  # bots are shown the end, too
        assert before == agents.shown[seat]
        assert len(before) == len(one.game.moves)
    assert other.events(0, "refused") == other.events(1, "refused") == []


def test_a_bot_that_is_refused_tries_again_but_not_for_ever() -> None:
    match: Match[Any] = Match(FourLine)
    match.bot(1, policy_bot(FourLine, lambda seen: 1))  # a disc into the first column: it is the other one's turn
    match.step()
    assert len(match.events(1, "refused")) == TRIES_MAX
    match.step()
    assert len(match.events(1, "refused")) == TRIES_MAX
    match.act(0, Drop(column=3))
    match.step()
    assert match.game.moves == "30"


def test_a_bot_does_not_move_twice_before_its_answer_is_there() -> None:
    match: Match[Any] = Match(FourLine)
    bot = match.bot(0, policy_bot(FourLine, lambda seen: 1))
    assert len(list(bot.tick(match.view(0)) or ())) == 1
    assert list(bot.tick(match.view(0)) or ()) == []


def test_a_bot_of_one_s_own_may_remember() -> None:
    class Counting(PolicyBot, game=Orbit, frames=2):
        asked = 0

        def policy(self, observation: Any) -> Any:
            self.asked += 1
            return None

    class Slower(Counting):
        frames = 5

    match: Match[Any] = Match(Orbit, players=2)
    bots: list[Any] = [match.bot(0, Counting), match.bot(1, Slower)]
    match.step(10)
    assert [bot.asked for bot in bots] == [5, 2]
