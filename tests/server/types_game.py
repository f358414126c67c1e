"""A game with every type of a field, and with names that TypeScript has no place for. Nobody plays it."""

import enum
from typing import Annotated, Any

from rallypoint import Action, Entity, Event, Game, Hold, Meta, Player, field, fixed, on, private, transient


class Suit(enum.IntEnum):
    CLUBS = 1
    HEARTS = 2
    JOKER = -1


class Thing(Entity):
    """Has one of everything.

    And a second paragraph, which says nothing either: it only is so long that it does not fit into one line. */
    """

    whole: int = field(0)
    yes: bool = field(False)
    real: float = field(0.0)
    flat: float = field(0.0, lerp="step")
    cents: float = fixed(0.01)
    angle: float = fixed(0.001, lerp="turn")
    text: str = field("")
    raw: bytes = field(b"")
    suit: Suit = field(Suit.CLUBS)
    friend: "Thing | None" = field(None)
    maybe: int | None = field(None)
    maybe_suit: Suit | None = field(None, to="owner")
    pair: tuple[int, str] = field((0, ""))
    many: tuple[float, ...] = field(())
    several: tuple[int | None, ...] = field(())
    deep: tuple[tuple[int, ...], bool] | None = field(None)
    secret: int = field(0, to="owner")
    plan: str = field("", to="spies")
    delete: int = field(0)
    größe: float = field(0.0)  # noqa: PLC2401  # Python and TypeScript both allow it
    hidden: list[int] = private([])
    space: object = transient()


class string(Entity):  # noqa: N801  # a word of TypeScript's
    pass


class Move(Hold):
    dx: Annotated[float, Meta(ge=-1, le=1)] = 0.5
    name: str = "x"
    raw: bytes = b"\x01"
    suit: Suit = Suit.JOKER
    pair: tuple[int, str] = (1, "a")
    maybe: int | None = None


class Thinks(Action):
    """A player thinks of a thing."""

    of: Thing | None


class Wave(Action):
    pass


class Schema(Event):
    """The game has an event of this name, and so has every file of declarations."""

    thing: int


class Everything(Game[Player], seats=1, tick_hz=10, grace_s=7.5, name="every-thing"):
    uses = (Thing, string, Move, Thinks, Wave, Schema)
    suit: Suit | None = field(None)

    @on(Thinks)
    def thinks(self, player: Player, thinks: Thinks) -> None:
        self.emit(player, Schema(0))

    @on(Wave)
    def wave(self, player: Player, _: Wave) -> None:
        pass

    def created(self, options: dict[str, Any]) -> None:
        pass
