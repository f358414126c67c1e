"""A trained policy as a bot, which fills seats of a real server: it sees and does what its agent saw and did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, ClassVar

from rallypoint.game.game import Game
from rallypoint_client import Bot, Event, Input, View
from rallypoint_client.bot import BotSeat

from .encoding import Encoding

__all__ = ["TRIES_MAX", "PolicyBot", "policy_bot"]

TRIES_MAX = 8
"""A turn-based game's state is acted on so often, if what is done is refused each time."""


class PolicyBot(Bot):
    """Subclass it, and write :meth:`policy`; or let :func:`policy_bot` do so.

    class TrainedBot(PolicyBot, game=Orbit, encoding=OrbitEncoding, frames=4):
        def policy(self, observation):
            return network(observation)
    """

    encoding: ClassVar[Encoding]
    frames: ClassVar[int] = 1

    def __init_subclass__(
        cls, *, game: type[Game[Any]] | None = None, encoding: type[Encoding] = Encoding, frames: int = 1
    ) -> None:
        """``game``, ``encoding`` and ``frames`` as they were in training. Without a game, all is as in the base."""
        super().__init_subclass__()
        if game is not None:
            cls.encoding, cls.frames = encoding(game), frames

    def __init__(self, seat: BotSeat, random: Random) -> None:
        super().__init__(seat, random)
        self._asked_at: int | None = None
        """The tick at which the policy was asked last."""
        self._state: list[tuple[int, list[Any]]] = []
        """What it saw last, in a turn-based game."""
        self._waits = False
        """It has done something there, and no answer is known. (An equal state may come again before that.)"""
        self._tries = 0
        """How often it did something there."""

    def policy(self, observation: Any) -> Any:
        """The action for an observation: what you have trained. ``None`` does nothing."""
        raise NotImplementedError

    def tick(self, view: View) -> Iterable[Input]:
        """Asks the policy, once every ``frames`` ticks; in a turn-based game whenever anything has happened."""
        if view.me is None:
            return ()
        if self.encoding.definition.options.turn_based:
            return self._take_turn(view)
        if self._asked_at is not None and self._asked_at <= view.tick < self._asked_at + self.frames:
            return ()
        self._asked_at = view.tick
        return self._do(view)

    def event(self, event: Event) -> None:
        """What was refused has not been done: the policy is asked again, as it may do another thing now."""
        if event.kind == "refused":
            self._waits = False

    def _take_turn(self, view: View) -> Iterable[Input]:
        state = [(item.id, list(item.wire)) for item in view.state.items.values()]
        if state != self._state:
            self._state, self._waits, self._tries = state, False, 0
        if self._waits or self._tries >= TRIES_MAX:
            return ()
        inputs = list(self._do(view))
        if inputs:
            self._waits, self._tries = True, self._tries + 1
        return inputs

    def _do(self, view: View) -> Iterable[Input]:
        action = self.policy(self.encoding.look(view, self.seat.index))
        return () if action is None else self.encoding.act(action, self.inputs)


def policy_bot(
    game: type[Game[Any]],
    policy: Callable[[Any], Any],
    *,
    encoding: type[Encoding] = Encoding,
    frames: int = 1,
    think_s: tuple[float, float] = (0.0, 0.0),
) -> type[PolicyBot]:
    """A bot's class from a policy: name it in a module, and the game says ``bot="that_module:TrainedBot"``.

    ``encoding`` and ``frames`` as in training; ``think_s`` as in :class:`rallypoint_client.Bot`.
    """

    class TrainedBot(PolicyBot, game=game, encoding=encoding, frames=frames):
        def policy(self, observation: Any) -> Any:
            return policy(observation)

    TrainedBot.think_s = think_s
    return TrainedBot
