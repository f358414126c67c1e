"""A moment of a recorded session as JSON: for the console, bounded."""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.replay_items import Item
from rallypoint.core.travel import Moment, Travel
from rallypoint.replay_state import state_json
from rallypoint.replay_text import item_json, plain_json

__all__ = ["CHANGES_MAX", "ENTITIES_MAX", "ITEMS_MAX", "moment_told", "ticks_told"]

CHANGES_MAX: Final = 500
ITEMS_MAX: Final = 500
ENTITIES_MAX: Final = 1000
"""What is told of one tick, at most."""
_STIMULI: Final = ("event", "refused", "timer", "end", "begin", "gap", "recovered", "complete")
"""What is none of those."""
_NOT_TOLD: Final = ("tick", "now_ms", "last_", "after tick")
"""Changes that every tick has, and those of the past that rewinding looks at: it is what former ticks were."""


def ticks_told(travel: Travel) -> dict[str, Any]:
    """Which ticks there are."""
    return {
        "first": travel.first,
        "last": travel.last,
        "gaps": [list(gap) for gap in travel.gaps],
        "complete": travel.complete,
        "duration_ms": travel.duration_ms,
        "tick_hz": travel.header.tick_hz,
        "game": travel.header.game,
    }


def moment_told(travel: Travel, tick: int) -> dict[str, Any]:
    """One tick: its ``state``, ``changes``, ``stimuli`` and ``events``. Raises :class:`BadReplay`."""
    moment = travel.at(tick)
    state = state_json(moment.image, travel.header)
    changes = [one for one in moment.changes or () if not one.what.startswith(_NOT_TOLD)]
    events = [one for one in moment.happened if one.what in _STIMULI]
    stimuli = [one for one in moment.happened if one.what not in _STIMULI]
    return {
        "tick": tick,
        "now_ms": moment.image.now_ms,
        "epoch": moment.image.epoch,
        "state": _bounded(state),
        "known_before": moment.changes is not None,
        "changes": [
            {"where": one.where, "before": plain_json(one.one), "after": plain_json(one.other)}
            for one in changes[:CHANGES_MAX]
        ],
        "stimuli": _told(stimuli, moment),
        "events": _told(events, moment),
        "left_out": max(0, len(changes) - CHANGES_MAX)
        + max(0, len(stimuli) - ITEMS_MAX)
        + max(0, len(events) - ITEMS_MAX),
    }


def _told(items: list[Item], moment: Moment) -> list[dict[str, Any]]:
    return [item_json(one, moment.names) for one in items[:ITEMS_MAX]]


def _bounded(state: dict[str, Any]) -> dict[str, Any]:
    room, kept, left_out = ENTITIES_MAX, {}, 0
    for name, entities in state["entities"].items():
        kept[name] = entities[:room]
        left_out += len(entities) - len(kept[name])
        room -= len(kept[name])
    state.pop("past", None)  # of each of the last ticks: each has its own number here
    return {**state, "entities": kept, "entities_left_out": left_out}
