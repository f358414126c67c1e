"""A game as a PettingZoo environment: bots learn on the real session, and then fill seats of a real server.

    from rallypoint.pettingzoo import parallel_env

    env = parallel_env(Orbit, players=4)
    observations, infos = env.reset(seed=1)
    while env.agents:
        actions = {agent: env.action_space(agent).sample() for agent in env.agents}
        observations, rewards, terminations, truncations, infos = env.step(actions)

An extra: ``pip install 'rallypoint[pettingzoo]'``. ``docs/training.md`` has the whole of it.
"""

import importlib

try:
    for _library in ("numpy", "gymnasium", "pettingzoo"):  # from the top: this package does not hide the library
        importlib.import_module(_library)
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        f"rallypoint.pettingzoo needs {_error.name}: pip install 'rallypoint[pettingzoo]'", name=_error.name
    ) from None

from .actions import Doing
from .encoding import Encoding, Moment
from .env import SessionEnv, parallel_env
from .policy_bot import PolicyBot, policy_bot

__all__ = ["Doing", "Encoding", "Moment", "PolicyBot", "SessionEnv", "parallel_env", "policy_bot"]
