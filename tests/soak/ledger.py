"""A game that keeps books: every action that it applies, every event that it sends, by player."""

from __future__ import annotations

from rallypoint import Action, Entity, Event, Game, Hold, Player, field, on, private


class Put(Action):
    """Writes a number down."""

    number: int


class Lean(Hold):
    """A hold, so that there are some among the actions."""

    side: int


class Told(Event):
    """Number n of what a player was told."""

    n: int


class Page(Entity):
    """What everybody sees of a player's books."""

    count: int = field(0)
    total: int = field(0)
    secret: int = field(0, to="owner")


class Clerk(Player):
    """A player, with the books that nobody sees."""

    applied: list[int] = private([])
    told: int = private(0)


class Ledger(Game[Clerk], seats=(1, 8), tick_hz=30, grace_s=30, grace_budget_s=3600):
    """Applies actions, and tells each player something in most steps."""

    def joined(self, player: Clerk) -> None:
        self.spawn(Page, owner=player)

    def tick(self) -> None:
        for player in self.players:
            page = player.one(Page)
            assert page is not None
            page.secret = self.random.randrange(1000)
            if self.random.random() < 0.5:
                player.told += 1
                self.emit(player, Told(n=player.told))

    @on(Put)
    def put(self, player: Clerk, action: Put) -> None:
        """One entry."""
        player.applied.append(action.number)
        page = player.one(Page)
        assert page is not None
        page.count += 1
        page.total += action.number
