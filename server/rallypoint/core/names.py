"""What a player may be called: text that shows up where it is shown, and moves nothing around it.

Names come from strangers and end up in other players' games and in operators' consoles. So compatibility forms are
folded (NFKC), and what cannot be seen or steers the text around it goes: control, format and bidi characters,
unassigned and private ones, fillers, combining marks without a letter before them. Look-alikes of other people's names
are not a matter of characters; accounts will tell players apart.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Mapping
from typing import Any, Final

from rallypoint_protocol.limits import KEY_CHARS_MAX, NAME_CHARS_MAX, VALUE_CHARS_MAX

__all__ = ["guest_name", "normalised", "normalised_bag", "normalised_text", "player_name"]

_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that count as letters, marks or symbols, and show nothing."""


def normalised(name: str) -> str:
    """``name`` as it may be shown: at most ``NAME_CHARS_MAX`` characters, possibly none. Idempotent."""
    return normalised_text(name, NAME_CHARS_MAX)


def normalised_text(text: str, chars_max: int) -> str:
    """Any other text of strangers on one line, by the rules for names: at most ``chars_max`` characters, or none."""
    # Twice, because compatibility forms unfold to spaces; and first, because what is taken out from between a letter
    # and its mark lets them compose.
    text = _visible(unicodedata.normalize("NFKC", _visible(text)))
    text = " ".join(text.split())
    start = 0
    while start < len(text) and (text[start] == " " or unicodedata.category(text[start])[0] == "M"):
        start += 1
    return text[start : start + chars_max].rstrip()


def normalised_bag(bag: Mapping[str, Any]) -> dict[str, Any]:
    """Options or metadata: keys and texts normalised. A key of which nothing is left goes, with its value."""
    clean: dict[str, Any] = {}
    for key, value in bag.items():
        key = normalised_text(key, KEY_CHARS_MAX)
        if key:
            clean[key] = normalised_text(value, VALUE_CHARS_MAX) if isinstance(value, str) else value
    return clean


def guest_name(player_id: str) -> str:
    """The name of a guest who gave none: the same for the same id, not unique."""
    return f"Guest {zlib.crc32(player_id.encode()) % 10_000:04d}"


def player_name(wanted: str, player_id: str) -> str:
    """The name of a player who asked for ``wanted``: never empty."""
    return normalised(wanted) or guest_name(player_id)


def _visible(text: str) -> str:
    return "".join(" " if char.isspace() else char for char in text if char.isspace() or _shows(char))


def _shows(char: str) -> bool:
    # C: control, format (with bidi and zero width), surrogate, private use, unassigned.
    return unicodedata.category(char)[0] != "C" and char not in _FILLERS
