"""Arguments that are kept: of timers, and of what was asked of the outside."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from .entity import Entity

__all__ = ["kept_arguments"]

_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode  # a set has no order of its own


def kept_arguments(call: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What they are after a recovery, at once, so that no game works with anything else.

    Tuples within them are lists, and enumerations numbers.

    Raises:
        TypeError: they hold what cannot be kept.
    """
    for arg in args:
        if isinstance(arg, Entity):
            raise TypeError(f"{call}: give an entity's id, and find it with self.get(id) later")
    if not args:
        return args
    try:
        kept: list[Any] = msgspec.msgpack.decode(_encode(args))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise TypeError(
            f"{call}: arguments are kept, so give plain data (None, numbers, text, bytes, lists, maps): {error}"
        ) from None
    return tuple(kept)
