"""A rematch that is waited for: who wants it, and the seat in the next session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .callbacks import call
from .errors import RequestRefused
from .matches import Claim

__all__ = ["OnWanted", "Rematching"]

OnWanted = Callable[[list[str], list[str]], None]
"""``on_wait(wanted, group)``: the ids of the players who want it, and of all who would play it again."""

_WHY_OFF: Final = {
    "declined": "somebody does not want it",
    "left": "somebody has left",
    "expired": "not everybody wanted it in time",
    "refused": "there is no room for it",
    "cordoned": "no new games begin on this server right now",
}


class Rematching(Claim):
    """A rematch of ``session``."""

    def __init__(self, session: str, on_wait: OnWanted | None) -> None:
        super().__init__()
        self.session = session
        self._on_wait = on_wait

    def fits(self, data: dict[str, Any]) -> bool:
        """The match that names the session as the one it follows: any other is for a quick match."""
        return bool(data.get("rematch") == self.session)

    def pushed(self, kind: str, data: dict[str, Any]) -> None:
        """``rematch``: who wants it now. ``rematch_off``: nobody waits any more."""
        if data.get("session") != self.session:
            return
        match kind, data:
            case "rematch", {"wanted": [*wanted], "group": [*group]}:
                call(self._on_wait, wanted, group)
            case "rematch_off", _:
                reason = str(data.get("reason", "off"))
                self.refuse(RequestRefused(reason, _WHY_OFF.get(reason, "there is no rematch")))
