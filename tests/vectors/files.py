"""Which files there are in ``shared/vectors``, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.vectors.closes import close_codes
from tests.vectors.deltas import deltas
from tests.vectors.inputs import inputs
from tests.vectors.lobby import lobby
from tests.vectors.malformed import malformed
from tests.vectors.messages import messages
from tests.vectors.netcode import netcode
from tests.vectors.notation import dumps
from tests.vectors.replays import replays
from tests.vectors.schemas import schemas, values
from tests.vectors.states import states

__all__ = ["FOLDER", "made"]

FOLDER: Final = Path(__file__).parents[2] / "shared" / "vectors"
_MAKERS: Final[dict[str, Callable[[], Any]]] = {
    "messages.json": messages,
    "malformed.json": malformed,
    "close-codes.json": close_codes,
    "states.json": states,
    "schemas.json": schemas,
    "values.json": values,
    "deltas.json": deltas,
    "inputs.json": inputs,
    "lobby.json": lobby,
    "replays.json": replays,
    "netcode.json": netcode,
}


def made() -> dict[str, str]:
    """What each file is to hold, by its name."""
    return {name: dumps(make()) for name, make in _MAKERS.items()}
