"""A game's kept schema, from its classes."""

from __future__ import annotations

from collections.abc import Iterable

from rallypoint.core.kept_schema import KeptClassDef, KeptFieldDef, KeptSchema

from .kept_fields import KeptClass

__all__ = ["schema_of"]


def schema_of(game: str, classes: Iterable[KeptClass]) -> KeptSchema:
    """What is stored beside the images of that game."""
    return KeptSchema(
        game,
        tuple(
            KeptClassDef(item.name, tuple(KeptFieldDef(each.name, each.text, each.public) for each in item.fields))
            for item in classes
        ),
    )
