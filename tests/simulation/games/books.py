"""What the games for the simulation have in common: they keep books, which observers compare with what players know.

Read the books of a running session through ``host.core.game.player_list`` (``GameDriver``), the game's own through
``host.core.game.game``.

- ``player.applied``: the number of each :class:`Put` that took effect, in order. A player's driver draws 1, 2, 3...
  from one counter for the player's whole life (all seats, sessions, devices): strictly increasing, each at most once,
  but not without gaps (some are refused, some never arrive, some go to other seats).
- ``player.refused``: the number of each Put that this game has refused: every 23rd (and in Turns what is no turn). The
  framework's own refusals ("the game has not started", "the game is over") never get as far as here. Of one seat's
  Puts each is in at most one of the two lists.
- ``player.leaned``: the value of each :class:`Lean` that took effect, noted in ``tick``. Drawn as above, from a counter
  of its own: never decreasing; the same value twice in a row only with a drop between (the hold was let go and is held
  again). Many never take effect: only the latest counts.
- ``player.leaning``: the value at the last tick; 0: let go, or none yet.
- ``player.told``: how many :class:`Told` events were emitted to this player. They are numbered: n is 1, 2, 3... in this
  order, without gaps, from the moment the seat was taken. There are no other events in these games.
- ``player.began``: number of the step in which the player joined. Who leaves and sits down again is another player.
- ``game.gone``: the books of those who have left (:class:`Gone`), oldest first. Who is there at the
  end is not among them.

Bots that the server seats (``player.bot``) draw from counters of their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from rallypoint import Action, Event, Game, Hold, Meta, Player, Refused, private

__all__ = ["UNLUCKY", "Clerk", "Gone", "Lean", "Put", "Told", "close_books", "note_hold", "tell", "write_down"]

UNLUCKY: Final = 23
"""Multiples of it are refused."""


class Put(Action):
    """Writes a number down, and does something besides that each game decides."""

    number: int
    what: Annotated[int, Meta(ge=0, le=9)]


class Lean(Hold):
    """What a player does right now."""

    value: int = 0


class Told(Event):
    """Number n of what a player was told; ``why`` is for readers of timelines."""

    n: int
    why: str


class Clerk(Player):
    """A player, with the books that nobody sees."""

    applied: list[int] = private([])
    refused: list[int] = private([])
    leaned: list[int] = private([])
    leaning: int = private(0)
    told: int = private(0)
    began: int = private(0)


class Gone(msgspec.Struct):
    """The books of somebody who has left."""

    player_id: str
    seat: int
    reason: str
    """``left``, ``expired`` or ``kicked``."""
    applied: list[int]
    refused: list[int]
    leaned: list[int]
    told: int
    began: int


def write_down(player: Clerk, put: Put) -> None:
    """One entry. Raises ``Refused`` for an unlucky number."""
    if put.number % UNLUCKY == 0:
        player.refused.append(put.number)
        raise Refused("unlucky")
    player.applied.append(put.number)


def note_hold(player: Clerk) -> int:
    """Once a tick: what is held now; 0: nothing."""
    value = player.held(Lean).value
    if value != player.leaning:
        player.leaning = value
        if value:
            player.leaned.append(value)
    return value


def tell(game: Game[Any], player: Clerk, why: str) -> None:
    """The next event for this player."""
    player.told += 1
    game.emit(player, Told(n=player.told, why=why))


def close_books(player: Clerk, reason: str) -> Gone:
    """The books of somebody who leaves."""
    books = (player.applied, player.refused, player.leaned, player.told, player.began)
    return Gone(player.player_id, player.seat, reason, *books)
