"""What :meth:`Seat.predict` gives: the player's own entity, drawn where its inputs have it already."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from rallypoint_protocol.schema import EntityDef, Schema

from .classes import Classes
from .motion import Motion
from .pacing import Pacing
from .prediction import SNAP, Prediction, Step
from .prediction_stats import PredictionStats

__all__ = ["Predicted", "make_prediction"]

_log = logging.getLogger("rallypoint_client")


def make_prediction(
    classes: Classes,
    kind: str,
    step: Step,
    holds: Sequence[str] | None = None,
    acts: Callable[[Any, Any], object] | None = None,
    place: Sequence[str] = (),
    snap: float = SNAP,
) -> Prediction:
    """See :meth:`rallypoint_client.seat.Seat.predict`, which raises what this does."""
    schema = classes.schema
    if not schema.tick_hz:
        raise ValueError(f"{schema.game} is turn-based: there are no ticks to predict")
    known = {definition.name for definition in schema.inputs if definition.hold}
    wrong = [name for name in holds or () if name not in known]
    if wrong:
        raise LookupError(f"{schema.game} has no hold {wrong[0]!r}, but {', '.join(sorted(known)) or 'none'}")
    names = [definition.name for definition in schema.inputs if definition.name in (holds or known)]
    tick_ms = 1000 / schema.tick_hz
    defaults = {name: getattr(classes.inputs, name)() for name in names if name in known}
    motion = Motion.of(_definition(schema, kind), place)
    pacing = Pacing(tick_ms, schema.input_buffer_ticks)
    return Prediction(motion, pacing, tick_ms, step, defaults, acts=acts, snap=snap)


def _definition(schema: Schema, kind: str) -> EntityDef:
    for definition in schema.entities[2:]:
        if definition.name == kind:
            return definition
    has = ", ".join(definition.name for definition in schema.entities[2:])
    raise LookupError(f"{schema.game} has no entity class {kind!r}, but {has}")


class Predicted:
    """Of one seat. ``look`` gives the entity as it is to be drawn now."""

    def __init__(self, prediction: Prediction, kind: str, look: Callable[[], Any]) -> None:
        self.kind = kind
        """The entity's class."""
        self.on_diverged: Callable[[Predicted], None] | None = None
        """Called once when predictions go on being wrong although all inputs were in time."""
        self._prediction = prediction
        self._look = look
        self._told = False

    def view(self) -> Any:
        """The entity as it is to be drawn now: its public fields as attributes, and its ``id``. Call it once a frame.

        ``None`` while the player has none. It is made anew each time, and nobody else uses it.
        """
        return self._look()

    @property
    def correction(self) -> float:
        """How far off the entity was, when the newest state's tick was predicted; in units of its fields."""
        return self._prediction.correction

    @property
    def stats(self) -> PredictionStats:
        """What was counted."""
        prediction = self._prediction
        stats, pacing = prediction.stats, prediction.pacing
        stats.late_inputs, stats.early_inputs, stats.lead_ms = pacing.late, pacing.early, pacing.lead_ms
        return stats

    @property
    def diverged(self) -> bool:
        """True once predictions went on being wrong although all inputs were in time."""
        return self._prediction.diverged

    def look_for_divergence(self) -> None:
        """After each pass: warns once. For the seat."""
        if self._prediction.diverged and not self._told:
            self._told = True
            _log.warning(
                "the predicted %s goes on being wrong (now by %g): its step is not what the server does, or the server "
                "moves it in other ways too",
                self.kind,
                self.correction,
            )
            if self.on_diverged is not None:
                self.on_diverged(self)
