"""One vector of ``messages.json``, and what the vectors have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from rallypoint_protocol.codec import encode
from tests.vectors.notation import packed, to_json, unpacked

__all__ = ["COUNT_MAX", "HASH", "LOBBY_ID", "NEXT_TOKEN", "PLAYER_ID", "SECRET", "SESSION_ID", "TOKEN", "Case"]

TOKEN: Final = bytes(range(32))
NEXT_TOKEN: Final = bytes(range(32, 64))
SECRET: Final = bytes(range(64, 96))
HASH: Final = bytes.fromhex("00112233445566778899aabbccddeeff")
LOBBY_ID: Final = "b3UgYXJlIGhlcmU"
PLAYER_ID: Final = "cGxheWVyIG9uZQ"
SESSION_ID: Final = "c2Vzc2lvbiBvbmU"
COUNT_MAX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Case:
    """A message, as one of our structs or as a plain array, and what it means."""

    name: str
    message: Any
    meaning: str
    on: Literal["lobby", "session", "both"] = "lobby"
    same_as: str = ""
    """The case that this one is another form of: elements left out, or appended."""

    @property
    def data(self) -> bytes:
        """Its bytes."""
        return packed(self.message) if isinstance(self.message, list) else encode(self.message)

    def to_json(self) -> dict[str, Any]:
        """Its vector."""
        data = self.data
        value = unpacked(data)
        vector = {"name": self.name, "kind": value[0], "on": self.on, "meaning": self.meaning}
        if self.same_as:
            vector["same_as"] = self.same_as
        return vector | {"hex": data.hex(), "value": to_json(value)}
