"""What is kept of a :class:`Diary`, in the form that a game's image has: all of it is one field of the game's own."""

from __future__ import annotations

from typing import Any

from rallypoint.core.game_image import GameChange, GameImage, GameStanding
from rallypoint_protocol.codec import encode


def change_of(state: dict[str, Any], meta: dict[str, Any], tick: int, now_ms: int) -> bytes:
    return encode(
        GameChange(
            tick=tick,
            now_ms=now_ms,
            heads=[0, 1],
            values=[state],
            random=None,
            gone=[],
            players=[],
            entities=[],
            timers=[],
            timers_gone=[],
            asks=[],
            asks_gone=[],
            counters=None,
            standing=GameStanding(state["finished"], state["result"], state["locked"], meta),
        )
    )


def image_of(state: dict[str, Any], meta: dict[str, Any], tick: int, now_ms: int) -> GameImage:
    return GameImage(
        schema=b"",
        tick=tick,
        now_ms=now_ms,
        game=[state],
        players={},
        entities={},
        timers=[],
        random=0,
        asks=[],
        last_id=0,
        last_timer=0,
        last_ask=0,
        finished=state["finished"],
        result=state["result"],
        locked=state["locked"],
        meta=meta,
    )


def state_of(image: GameImage) -> tuple[dict[str, Any], dict[str, Any]]:
    return image.game[0], dict(image.meta)
