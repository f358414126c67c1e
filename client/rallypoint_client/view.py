"""What a player can see: the game, the players, the entities, as attributes of light objects.

A :class:`View` shows a state without copying it: an entity view holds its item and reads a field when asked. The view
of the latest state stays the same object from pass to pass, and always shows the newest: take out what you want to
keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from rallypoint_protocol.ids import GAME_ID
from rallypoint_protocol.replica import Item
from rallypoint_protocol.schema import EntityDef, Schema

from .values import Convert, Enums

if TYPE_CHECKING:
    from .classes import Classes

__all__ = ["EntityView", "PlayerView", "State", "View", "make_view_class"]


class State(Protocol):
    """What a view shows: a :class:`~rallypoint_protocol.replica.Replica`, or a frame between two of its states."""

    epoch: int
    tick: int
    now_ms: Any
    items: dict[int, Item]


class EntityView:
    """One entity. Its fields are attributes: ``None`` for those that this player may not see.

    ``entity["kind"]`` reaches a field whose name is taken here (``id``, ``owner``, ``kind``, ``fields``).
    """

    __slots__ = ("_item", "_view")

    kind: ClassVar[str] = ""
    """Name of its class in the game."""
    fields: ClassVar[tuple[str, ...]] = ()
    _reads: ClassVar[dict[str, property]] = {}

    def __init__(self, item: Item, view: View) -> None:
        self._item = item
        self._view = view

    @property
    def id(self) -> int:
        """Its id: never used again in the session."""
        return self._item.id

    @property
    def owner(self) -> int | None:
        """The seat of the player whose it is."""
        return self._item.owner

    def __getattr__(self, name: str) -> Any:
        has = ", ".join(self.fields) or "none"
        raise AttributeError(f"{self.kind} has no field {name!r}, but {has}", name=name, obj=self)

    def __getitem__(self, name: str) -> Any:
        return self._reads[name].__get__(self)

    def __repr__(self) -> str:
        values = "".join(f", {name}={self[name]!r}" for name in self.fields)
        return f"{self.kind}(id={self.id}{values})"


class PlayerView(EntityView):
    """One player of the session, also while away. Every game has ``name``, ``state`` and ``away_until_ms``."""

    __slots__ = ()

    @property
    def seat(self) -> int:
        """Which seat: 0, 1, 2..."""
        return -1 - self._item.id

    def all(self, kind: str) -> list[Any]:
        """This player's entities of that class, oldest first. Raises ``LookupError`` for a class that there is not."""
        seat = -1 - self._item.id
        return [entity for entity in self._view.group(kind) if entity.owner == seat]

    def one(self, kind: str) -> Any:
        """This player's oldest entity of that class, or ``None``."""
        seat = -1 - self._item.id
        for entity in self._view.group(kind):
            if entity._item.owner == seat:
                return entity
        return None


def make_view_class(definition: EntityDef, enums: Enums, base: type[EntityView]) -> type[EntityView]:
    """The class for the entities of one class of the schema."""
    reads = {field.name: _read(index, enums.converter(field.type)) for index, field in enumerate(definition.fields)}
    namespace: dict[str, Any] = {name: read for name, read in reads.items() if not hasattr(base, name)}
    namespace |= {"__slots__": (), "kind": definition.name, "fields": tuple(reads), "_reads": reads}
    return type(definition.name, (base,), namespace)


def _read(index: int, convert: Convert | None) -> property:
    if convert is None:
        return property(lambda self: self._item.wire[index])

    def read(self: EntityView) -> Any:
        value = self._item.wire[index]
        return None if value is None else convert(value)

    return property(read)


class View:
    """A state as one player sees it; ``seat`` is that player's (``None``: nobody's, a spectator's).

    ``classes`` may also be the schema that they are made from.
    """

    __slots__ = ("_classes", "_groups", "_items", "_seat", "_stale", "_state", "_views")

    def __init__(self, state: State, classes: Classes | Schema, seat: int | None) -> None:
        self._state = state
        if isinstance(classes, Schema):
            from .classes import classes_of  # which imports this

            classes = classes_of(classes)
        self._classes = classes
        self._seat = seat
        self._stale = True
        self._views: dict[int, Any] = {}
        self._items: list[Item] | None = None
        self._groups: list[list[Any]] = []

    @property
    def seat(self) -> int | None:
        """Whose view it is; ``None`` for a spectator's."""
        return self._seat

    @property
    def state(self) -> State:
        """What it shows."""
        return self._state

    def show(self, state: State) -> None:
        """Show another state, or the same one after a change. For whoever made it."""
        self._state = state
        self._stale = True

    @property
    def tick(self) -> int:
        """The tick that made this state; -1 before the first."""
        return self._state.tick

    @property
    def now_ms(self) -> float:
        """Session time of this state, in milliseconds."""
        return float(self._state.now_ms)

    @property
    def epoch(self) -> int:
        """Goes up when the session is recovered or moved."""
        return self._state.epoch

    @property
    def game(self) -> Any:
        """The game's own public fields; all ``None`` before the first pass."""
        game = self.get(GAME_ID)
        return self._classes.blank_game(self) if game is None else game

    @property
    def players(self) -> list[Any]:
        """A :class:`PlayerView` for every player of the session, by seat."""
        return sorted(self._index()[1], key=_seat_of)

    @property
    def me(self) -> Any:
        """The :class:`PlayerView` of this seat's own player; ``None`` before the game has let them in."""
        return None if self._seat is None else self.get(-1 - self._seat)

    def player(self, seat: int) -> Any:
        """The :class:`PlayerView` of that seat, or ``None``: ``view.player(ship.owner)``."""
        return self.get(-1 - seat)

    @property
    def entities(self) -> list[Any]:
        """All entities that the game has spawned, oldest class first."""
        return [entity for group in self._index()[2:] for entity in group]

    def all(self, kind: str) -> list[Any]:
        """The entities of that class, oldest first. Raises ``LookupError`` for a class that there is not."""
        return list(self.group(kind))

    def one(self, kind: str) -> Any:
        """The oldest entity of that class, or ``None``. Raises ``LookupError`` for a class that there is not."""
        group = self.group(kind)
        return group[0] if group else None

    def get(self, id: int) -> Any:
        """The entity with that id, or ``None``. 0 is the game itself, and what a reference to nothing holds."""
        if self._stale:
            self._index()
        return self._views.get(id)

    def group(self, kind: str) -> Sequence[Any]:
        """Like :meth:`all`, but the view's own list: not to be changed, or kept beyond the next pass."""
        index = self._classes.entity_index.get(kind)
        if index is None:
            has = ", ".join(self._classes.entity_index)
            raise LookupError(f"{self._classes.schema.game} has no entity class {kind!r}, but {has}")
        return self._index()[index]

    def _index(self) -> list[list[Any]]:
        """The entity views by class. Looked at when first asked for after a change, not once a pass."""
        if self._stale:
            self._stale = False
            items = list(self._state.items.values())
            if items != self._items:  # the same objects in the same order, in nearly every pass
                self._items = items
                self._regroup(items)
        return self._groups

    def _regroup(self, items: list[Item]) -> None:
        makes, old = self._classes.views, self._views
        groups: list[list[Any]] = [[] for _ in makes]
        views = {}
        for item in items:
            view = old.get(item.id)
            if view is None or view._item is not item:
                view = makes[item.class_index](item, self)
            views[item.id] = view
            groups[item.class_index].append(view)
        self._views, self._groups = views, groups

    def __repr__(self) -> str:
        return f"<View of {self._classes.schema.game} at tick {self.tick}: {len(self._state.items)} entities>"


def _seat_of(player: PlayerView) -> int:
    return player.seat
