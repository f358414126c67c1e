"""The environment: a session, stepped by a learner instead of a clock.

It is the server's own session (see :mod:`rallypoint.testing`): what an agent sees came as a pass to its client, and
what it does goes as an input, decoded as strictly as any, and refused as any.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping
from typing import Any, Final

import gymnasium
import numpy as np
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.game.game import Game
from rallypoint.testing import Match
from rallypoint_client import Bot
from rallypoint_client.classes import classes_of

from .encoding import Encoding, Moment

__all__ = ["SessionEnv", "parallel_env"]

RENDER_MODES: Final = ("ansi",)
STEPS_MAX: Final = 1000

Infos = dict[str, dict[str, Any]]


class SessionEnv(ParallelEnv):  # type: ignore[misc]  # PettingZoo ships no types
    """A game as a PettingZoo ``ParallelEnv``, with agents ``player_0``, ``player_1``...

    Args:
        game: the game class.
        players: how many there are; the least number of the game's seats if not given.
        encoding: what agents see, do and gain.
        frames: ticks in a step of the environment. Holds stay as they are; actions are done in the first of them.
        step_s: seconds in a step of the environment, of a turn-based game: its timers and clocks run on.
        max_steps: the session is left, with all agents truncated, after so many steps; ``None``: never.
        options: given to the game's ``created``.
        bots: seats that bots play instead of agents: ``{1: OrbitBot}``.
        render_mode: ``"ansi"``, for ``render()`` to give text.
    """

    def __init__(
        self,
        game: type[Game[Any]],
        *,
        players: int | None = None,
        encoding: type[Encoding] = Encoding,
        frames: int = 1,
        step_s: float = 1.0,
        max_steps: int | None = STEPS_MAX,
        options: Mapping[str, Any] | None = None,
        bots: Mapping[int, type[Bot]] | None = None,
        render_mode: str | None = None,
    ) -> None:
        self.definition = game.definition()
        own = self.definition.options
        count = own.seats_min if players is None else players
        self._bots = dict(sorted((bots or {}).items()))
        self._check(count, frames, step_s, render_mode)
        self.game, self.players, self.frames, self.step_s = game, count, frames, step_s
        self.max_steps, self.options, self.render_mode = max_steps, dict(options or {}), render_mode
        self.encoding = encoding(game)
        self.metadata = {"name": f"{own.name}_v0", "render_modes": list(RENDER_MODES), "is_parallelizable": True}
        self._seats = {f"player_{seat}": seat for seat in range(count) if seat not in self._bots}
        self.possible_agents = list(self._seats)
        self.agents: list[str] = []
        self.observation_spaces = dict.fromkeys(self._seats, self.encoding.observation_space)
        # One each, and always the same object: agents draw from them with seeds of their own.
        self.action_spaces = {agent: copy.deepcopy(self.encoding.action_space) for agent in self._seats}
        self.match: Match[Any] | None = None
        """The session that is being played: look, but let ``step`` do what is done. ``None`` before the first."""
        self._inputs = classes_of(self.definition.schema).inputs
        self._seeds: random.Random | None = None
        self._moments: dict[str, Moment] = {}
        self._steps = 0

    def _check(self, count: int, frames: int, step_s: float, render_mode: str | None) -> None:
        own = self.definition.options
        if not own.seats_min <= count <= own.seats_max:
            raise ValueError(f"{count} players: {own.name} is for {own.seats_min} to {own.seats_max}")
        if frames < 1 or step_s <= 0:
            raise ValueError(f"a step of {frames} frames, or {step_s} seconds: time has to pass in it")
        if any(seat not in range(count) for seat in self._bots) or len(self._bots) == count:
            raise ValueError(f"bots in seats {list(self._bots)} of {count}: they leave a seat for an agent")
        if render_mode not in (None, *RENDER_MODES):
            raise ValueError(f"render_mode {render_mode!r}: it is 'ansi', or none")

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        """What the agent's observations are points of."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """What the agent's actions are points of."""
        return self.action_spaces[agent]

    # --- a session ----------------------------------------------------------------------------------------------

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], Infos]:
        """A new session, up to its start.

        Args:
            seed: decides everything from here on, the sessions of further resets without one included.
            options: ``{"game": {...}}`` is given to the game's ``created``, in place of the environment's options.
        """
        if seed is not None or self._seeds is None:
            self._seeds = random.Random(seed)  # noqa: S311  # dice of a game
        session_seed = self._seeds.getrandbits(63)
        given = dict((options or {}).get("game", self.options))
        self.match = match = Match(self.game, players=self.players, seed=session_seed, options=given)
        match.step_until(lambda: match.session.state is not SessionState.WAITING)
        for seat, bot in self._bots.items():
            match.bot(seat, bot, seed=session_seed + seat)
        self.agents = list(self._seats)
        self._steps = 0
        self._moments = {agent: self._moment(match, seat) for agent, seat in self._seats.items()}
        return self._look(match, self.agents), {agent: self._info(self._moments[agent]) for agent in self.agents}

    def step(
        self, actions: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], Infos]:
        """Everybody's inputs, by seat, and then so much time. An agent without an action (or ``None``) sends nothing.

        Raises whatever the game raises.
        """
        match = self._match()
        agents, self._steps = self.agents, self._steps + 1
        for agent in agents:
            action = actions.get(agent)
            if action is not None:
                for message in self.encoding.act(action, self._inputs):
                    match.act(self._seats[agent], message)
        if agents:
            self._pass_time(match)
        terminations = {agent: match.ended or self._is_gone(match, agent) for agent in agents}
        out_of_time = self.max_steps is not None and self._steps >= self.max_steps
        truncations = {agent: out_of_time and not terminations[agent] for agent in agents}
        rewards, infos = {}, {}
        for agent in agents:
            before, after = self._moments[agent], self._moment(match, self._seats[agent])
            self._moments[agent] = after
            rewards[agent] = float(self.encoding.reward(before, after))
            infos[agent] = self._info(after)
        self.agents = [agent for agent in agents if not (terminations[agent] or truncations[agent])]
        return self._look(match, agents), rewards, terminations, truncations, infos

    def _match(self) -> Match[Any]:
        if self.match is None:
            raise RuntimeError("there is no session yet: call reset() first")
        return self.match

    def _pass_time(self, match: Match[Any]) -> None:
        if self.definition.options.turn_based:
            match.run(self.step_s)
        else:
            match.step(self.frames)
        for ask in match.asks:  # the outside of the game is not here
            match.answer(ask, error="timeout")
        match.asks.clear()

    def _is_gone(self, match: Match[Any], agent: str) -> bool:
        """The game has removed the player."""
        seat = match.session.seats[self._seats[agent]]
        return seat is None or seat.state is not SeatState.CONNECTED

    def _moment(self, match: Match[Any], seat: int) -> Moment:
        view = match.view(seat)
        events = tuple(match.new_events(seat))
        return Moment(seat, view.now_ms, self.encoding.measure(view, seat), events, match.result)

    def _look(self, match: Match[Any], agents: list[str]) -> dict[str, Any]:
        seats = {agent: self._seats[agent] for agent in agents}
        return {agent: self.encoding.look(match.view(seat), seat) for agent, seat in seats.items()}

    def _info(self, moment: Moment) -> dict[str, Any]:
        refused = [event.fields["reason"] for event in moment.events if event.kind == "refused"]
        return {"refused": refused, "now_ms": moment.now_ms}

    # --- what else there is -------------------------------------------------------------------------------------

    def state(self) -> NDArray[Any]:
        """What all agents see together, one after the other: for a critic that may know it all."""
        match, space = self._match(), self.encoding.observation_space
        looks = self._look(match, self.possible_agents).values()
        return np.concatenate([np.asarray(gymnasium.spaces.flatten(space, look)) for look in looks])

    def render(self) -> str | None:
        """With ``render_mode="ansi"``: all fields as text, private ones included. For people, not for learners."""
        if self.render_mode is None:
            return None
        match = self._match()
        state = match.session.game.state()
        lines = [f"tick {match.session.tick}, {match.session.now_ms / 1000:.1f} s"]
        rows = [("game", state["game"]), *(("player", player) for player in state["players"])]
        rows += [(name, entity) for name, entities in state["entities"].items() for entity in entities]
        return "\n".join([*lines, *(f"{name} {json.dumps(fields)}" for name, fields in rows)])

    def close(self) -> None:
        """Drops the session. ``reset`` begins another one."""
        self.match = None
        self.agents = []


parallel_env = SessionEnv
"""As PettingZoo's own environments are made."""
