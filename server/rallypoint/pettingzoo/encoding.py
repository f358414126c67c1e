"""How a game looks to a learner, and what its learner's actions and rewards are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import gymnasium
import numpy as np

from rallypoint.game.game import Game
from rallypoint.testing import Received
from rallypoint_client import Input, View

from .actions import Actions, Doing
from .observations import Observations
from .state_fields import Limits

__all__ = ["Encoding", "Moment"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a player's reward is made of, as of one step of the environment."""

    seat: int
    now_ms: float
    """Session time of the state that the player sees."""
    measured: Any
    """What :meth:`Encoding.measure` made of it."""
    events: tuple[Received, ...] = ()
    """What the player was sent since the moment before."""
    result: Mapping[str, Any] | None = None
    """How the session ended: ``winners`` and ``scores`` by seat, ``reason``, ``data``. ``None`` before it has."""


class Encoding:
    """Derived from what the game declares. Subclass it to say more, or to do any part of it yourself.

    class OrbitEncoding(Encoding):
        bounds = {"x": (0, 1000), "y": (0, 1000), "Ship.hull": (0, 4)}
        score = "score"

    What sees and acts depends on nothing but the game: what was trained with two players can play with eight.
    """

    bounds: ClassVar[Mapping[str, tuple[float, float]]] = {}
    """Least and most, by field: ``"Ship.x"``, or ``"x"`` for all classes and inputs. Observed from -1 to 1 then; other
    numbers as their :func:`~rallypoint.pettingzoo.state_fields.symmetric_log`. Inputs' declared bounds are known, and
    can only be narrowed here."""
    rows: ClassVar[Mapping[str, int]] = {}
    """How many entities are looked at, by class; others: as many as the game has seats, but at least 8."""
    lengths: ClassVar[Mapping[str, int]] = {}
    """How many items are looked at of a ``tuple[int, ...]``, a text or bytes. Those not named here are left out."""
    score: ClassVar[str | None] = None
    """A field of the player whose growth is rewarded."""
    score_weight: ClassVar[float] = 0.01
    """For each point of it. 1 is what a win brings."""

    def __init__(self, game: type[Game[Any]]) -> None:
        """Raises ``LookupError`` for names that the game does not have, ``ValueError`` if inputs have no bounds."""
        self.definition = game.definition()
        self._check_names()
        self.observation_space: gymnasium.Space[Any] = self.make_observation_space()
        self.action_space: gymnasium.Space[Any] = self.make_action_space()
        self.masked = type(self).mask is not Encoding.mask
        self._seen_space = self.observation_space
        if self.masked:
            self._mask_actions()

    # --- what is seen -------------------------------------------------------------------------------------------

    def make_observation_space(self) -> gymnasium.Space[Any]:
        """The space that :meth:`observe` gives points of. Called once."""
        low, high = (np.array(limit, dtype=np.float32) for limit in (self.observations.low, self.observations.high))
        return gymnasium.spaces.Box(low, high, dtype=np.float32)

    def observe(self, view: View, seat: int) -> Any:
        """What the player in ``seat`` sees: everything that its own client is sent, and nothing else."""
        return self.observations.observe(view, seat)

    @cached_property
    def observations(self) -> Observations:
        """The derived observations: ``observations.names`` says what each number is, ``left_out`` what none shows."""
        return Observations(self.definition.schema, self.rows, self._limits_of)

    def mask(self, view: View, seat: int) -> Sequence[bool] | None:
        """Which actions make sense now, for a ``Discrete`` action space: override it to have ``action_mask``."""
        return None

    def look(self, view: View, seat: int) -> Any:
        """What a policy is given: the observation; with a mask, ``{"observation": ..., "action_mask": ...}``."""
        seen = self.observe(view, seat)
        if isinstance(self._seen_space, gymnasium.spaces.Box):
            seen = np.asarray(seen, dtype=self._seen_space.dtype)
            if seen.shape != self._seen_space.shape:
                raise ValueError(f"observe() gave {seen.shape} numbers, and its space has {self._seen_space.shape}")
        if not self.masked:
            return seen
        return {"observation": seen, "action_mask": np.asarray(self.mask(view, seat), dtype=np.int8)}

    def _mask_actions(self) -> None:
        if not isinstance(self.action_space, gymnasium.spaces.Discrete):
            raise ValueError(f"mask() is for actions that are one number, and here they are {self.action_space}")
        mask = gymnasium.spaces.MultiBinary(int(self.action_space.n))
        self.observation_space = gymnasium.spaces.Dict({"observation": self._seen_space, "action_mask": mask})

    # --- what is done -------------------------------------------------------------------------------------------

    def make_action_space(self) -> gymnasium.Space[Any]:
        """The space of :meth:`act`'s actions. Called once."""
        return self.actions.space

    def act(self, action: Any, inputs: Any) -> Iterable[Input]:
        """The inputs that an action sends: ``yield inputs.Steer(turn=1)``."""
        return [getattr(inputs, name)(**fields) for name, fields in self.actions.read(action)]

    @cached_property
    def actions(self) -> Actions:
        """The derived actions: ``actions.names`` says what each number of one is."""
        return Actions(self.definition, self._limits_of)

    @property
    def choices(self) -> Sequence[Sequence[Doing]]:
        """What each number of a derived ``Discrete`` space sends. The first of a turn-based game sends nothing."""
        return self.actions.choices

    # --- what it brings -----------------------------------------------------------------------------------------

    def measure(self, view: View, seat: int) -> Any:
        """What :meth:`reward` needs to know of a state. The view shows another one soon: take it out here."""
        if self.score is None:
            return 0.0
        me = view.player(seat)
        return 0.0 if me is None else float(me[self.score])

    def reward(self, before: Moment, after: Moment) -> float:
        """What the step between two moments brought: the end's 1, 0 or -1, and the growth of ``score``."""
        grown = after.measured - before.measured if self.score is not None else 0.0
        return self.outcome(after) + self.score_weight * grown

    def outcome(self, moment: Moment) -> float:
        """At the end 1 for each winner, and -1 for all others; 0 if nobody has won, and before the end."""
        winners = () if moment.result is None else moment.result["winners"]
        if not winners:
            return 0.0
        return 1.0 if moment.seat in winners else -1.0

    # --- names --------------------------------------------------------------------------------------------------

    def _limits_of(self, owner: str, field: str) -> Limits:
        key = f"{owner}.{field}"
        return Limits(self.bounds.get(key, self.bounds.get(field)), self.lengths.get(key, self.lengths.get(field)))

    def _check_names(self) -> None:
        schema = self.definition.schema
        fields: dict[str, None] = {}
        owners = [(entity.name, entity.fields) for entity in schema.entities]
        for owner, its in [*owners, *((item.name, item.fields) for item in schema.inputs)]:
            for field in its:
                fields |= {field.name: None, f"{owner}.{field.name}": None}
        classes = dict.fromkeys(item.name for item in schema.entities[1:])  # the game itself is there once
        player = {field.name: None for field in schema.entities[1].fields}
        own = type(self).__name__
        for what, given, known in (
            ("bounds", self.bounds, fields),
            ("lengths", self.lengths, fields),
            ("rows", self.rows, classes),
            ("score", [self.score] if self.score is not None else [], player),
        ):
            for name in given:
                if name not in known:
                    has = ", ".join(name for name in known if "." not in name)
                    raise LookupError(f"{own}.{what}: {schema.game} has no {name}, but {has}")
        for name, (low, high) in self.bounds.items():
            if not low < high:
                raise ValueError(f"{own}.bounds: {name} from {low} to {high} leaves no room")
