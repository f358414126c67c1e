"""The game of ``make crash``: everybody keeps a ledger of what they did, in private fields, while their pieces move.

Each player's actions are numbered 1, 2, 3... The ledger has how many there were and a running hash over their numbers:
one that was lost, repeated or moved shows for ever. Every action is answered by an event with the ledger as it is then;
``Show`` is answered with the private fields themselves. The pieces are the reference work: five fields each, a hold a
tick.
"""

from __future__ import annotations

from rallypoint import Action, Entity, Event, Game, Hold, Player, field, fixed, on, private

from .crash_ledger import RECENT, chained

__all__ = ["Keeper", "Ledger"]


class Move(Hold):
    """Steers the piece."""

    vx: float
    vy: float
    last_seq: int


class Note(Action):
    """Goes into the ledger."""

    number: int


class Show(Action):
    """Asks what the ledger's private fields hold."""


class Noted(Event):
    """A number is in the ledger: so many are now, with that hash."""

    number: int
    count: int
    digest: int


class Shown(Event):
    """The private fields, the newest numbers last."""

    count: int
    digest: int
    recent: tuple[int, ...]


class Piece(Entity):
    """Moves about a square of 1,000 by 1,000."""

    x: float = fixed(0.01, 500.0)
    y: float = fixed(0.01, 500.0)
    vx: float = fixed(0.01)
    vy: float = fixed(0.01)
    last_seq: int = 0


class Keeper(Player):
    """A player with a ledger. ``count`` and ``digest`` are there once more for its client to see at once."""

    count: int = field(0, to="owner")
    digest: int = field(0, to="owner")
    kept_count: int = private(0)
    kept_digest: int = private(0)
    recent: list[int] = private([])


class Ledger(Game[Keeper], seats=(1, 8), tick_hz=20, grace_s=60, name="ledger"):
    """Eight keepers of ledgers."""

    def joined(self, player: Keeper) -> None:
        self.spawn(Piece, owner=player, x=self.random.uniform(100, 900), y=self.random.uniform(100, 900))

    def tick(self) -> None:
        dt = self.dt
        for piece in self.all(Piece):
            assert piece.owner is not None
            move = piece.owner.held(Move)
            piece.vx, piece.vy, piece.last_seq = move.vx, move.vy, move.last_seq
            x, y = piece.x + move.vx * dt, piece.y + move.vy * dt
            piece.x = x if 0 <= x <= 1000 else 500.0
            piece.y = y if 0 <= y <= 1000 else 500.0

    @on(Note)
    def note(self, player: Keeper, action: Note) -> None:
        player.kept_count += 1
        player.kept_digest = chained(player.kept_digest, action.number)
        player.recent = [*player.recent, action.number][-RECENT:]
        player.count, player.digest = player.kept_count, player.kept_digest
        self.emit(player, Noted(action.number, player.kept_count, player.kept_digest))

    @on(Show)
    def show(self, player: Keeper, _: Show) -> None:
        self.emit(player, Shown(player.kept_count, player.kept_digest, tuple(player.recent)))
