"""Books, a game in real time: many deltas in several channels, events at random steps, timers, holds and actions.

The books are those of ``books.py``. What there is to see:

- ``Page``, one for each player: ``count`` and ``total`` of what they applied, ``lean`` (what they hold), ``secret`` for
  its owner, ``plan`` for who is subscribed to "red".
- ``Drifter``: comes, moves and goes by itself; some are owned and given away, some are in the channel "red" or "blue",
  and they change channels.
- Each player's own ``team``, and ``purse`` for them alone. A player is subscribed to "red", "blue", both or neither,
  and that changes.
- ``game.ends_ms``: session time at which it finishes with a result; 0: never by itself. ``game.rang`` counts timers.

``Books`` is for anybody at once; ``Pairs`` needs two, and bots fill it; ``Park`` is an endless world beside others,
seen by spectators two seconds late, which ends after a minute (``time_up``) so that worlds come to rest.
"""

from __future__ import annotations

from typing import Any

from rallypoint import Entity, Game, Player, Refused, Result, field, fixed, on, private

from .books import Clerk, Gone, Lean, Put, Told, close_books, note_hold, tell, write_down

__all__ = ["Bookkeeper", "Books", "Drifter", "Lean", "Page", "Pairs", "Park", "Put", "Told"]

CHANNELS = ("red", "blue")
DRIFTERS_MAX = 12


class Bookkeeper(Clerk):
    """A player of these games."""

    team: str = field("")  # type: ignore[assignment]  # its own, in place of the team of a match
    purse: int = field(0, to="owner")


class Page(Entity):
    """What there is to see of a player's books."""

    count: int = field(0)
    total: int = field(0)
    lean: int = field(0)
    secret: int = field(0, to="owner")
    plan: int = field(0, to="red")


class Drifter(Entity):
    """Comes, moves and goes."""

    x: float = fixed(0.01)
    y: float = fixed(0.01)
    speed: float = fixed(0.1, 1.0)
    hue: int | None = field(None)
    trail: tuple[int, ...] = field(())
    cargo: str = field("", to="owner")


class Books(
    Game[Bookkeeper],
    seats=(1, 8),
    tick_hz=20,
    grace_s=5,
    grace_budget_s=15,
    start_after_s=5,
    room_wait_s=8,
    spectators=4,
):
    """Options: ``ends_s`` (0: never), ``no`` (the game refuses to be created)."""

    ends_ms: int = field(0)
    rang: int = field(0)
    gone: list[Gone] = private([])

    def created(self, options: dict[str, Any]) -> None:
        if options.get("no"):
            raise Refused("no such books")
        ends_s = options.get("ends_s")
        if ends_s is None:
            ends_s = 0 if self.random.random() < 0.4 else self.random.uniform(4.0, 25.0)
        self.ends_ms = round(ends_s * 1000)

    def started(self) -> None:
        self.after(self.random.uniform(0.0, 2.0), "ring", 1)
        if self.ends_ms:
            self.ends_ms += self.now_ms
            self.after((self.ends_ms - self.now_ms) / 1000, "close_all")

    def joined(self, player: Bookkeeper) -> None:
        player.began = self.now_tick
        self.spawn(Page, owner=player)
        self._choose_team(player)
        tell(self, player, "welcome")

    def dropped(self, player: Bookkeeper) -> None:
        tell(self, player, "dropped")

    def returned(self, player: Bookkeeper) -> None:
        tell(self, player, "returned")

    def left(self, player: Bookkeeper, reason: str) -> None:
        self.gone.append(close_books(player, reason))
        for other in self.players:
            if other is not player:
                tell(self, other, f"{reason} {player.seat}")

    def time_up(self) -> None:
        self.close_all()

    def signalled(self, name: str, data: Any) -> None:
        for player in self.players:
            tell(self, player, f"signal {name}")

    def tick(self) -> None:
        dice = self.random
        for player in self.players:
            page = player.one(Page)
            assert page is not None
            page.lean = note_hold(player)
            if dice.random() < 0.3:
                page.secret = dice.randrange(1000)
            if dice.random() < 0.1:
                page.plan += 1
                player.purse = page.plan * 7 % 40
            if dice.random() < 0.15:
                tell(self, player, "tick")
        drifters = self.all(Drifter)
        for drifter in drifters:
            if dice.random() < 0.5:
                drifter.x += drifter.speed * self.dt
                drifter.y -= drifter.speed * self.dt
        if dice.random() < 0.2:
            self._stir(drifters)

    def _stir(self, drifters: list[Drifter]) -> None:
        """Something happens to one of them, or another comes."""
        dice = self.random
        what = dice.randrange(8)
        if not drifters or what < 2:
            if len(drifters) < DRIFTERS_MAX:
                self._launch(None)
            return
        drifter = dice.choice(drifters)
        if what == 2:
            self.destroy(drifter)
        elif what == 3:
            self.give(drifter, dice.choice([None, *self.players]))
        elif what == 4:
            self.set_channel(drifter, dice.choice(["everyone", *CHANNELS]))
        elif what == 5:
            drifter.trail = (*drifter.trail[-3:], self.now_tick)
        elif what == 6:
            drifter.hue = None if drifter.hue is not None else dice.randrange(360)
        elif self.players:
            self._choose_team(dice.choice(self.players))

    def _launch(self, owner: Bookkeeper | None) -> None:
        dice = self.random
        channel = dice.choice(["everyone", "everyone", *CHANNELS])
        x, y = dice.uniform(-50, 50), dice.uniform(-50, 50)
        drifter = self.spawn(Drifter, owner=owner, channel=channel, x=x, y=y, speed=dice.uniform(-9, 9))
        drifter.cargo = f"c{drifter.id}"
        self.after(dice.uniform(0.1, 6.0), "sink", drifter.id)

    def _choose_team(self, player: Bookkeeper) -> None:
        for channel in CHANNELS:
            if self.random.random() < 0.5:
                player.subscribe(channel)
            else:
                player.unsubscribe(channel)
        player.team = self.random.choice(CHANNELS)

    @on(Put)
    def put(self, player: Bookkeeper, put: Put) -> None:
        """One entry; ``what`` happens besides."""
        write_down(player, put)
        page = player.one(Page)
        assert page is not None
        page.count += 1
        page.total += put.number
        if put.what == 1:
            for other in self.players:
                tell(self, other, f"put {player.seat}")
        elif put.what == 2:
            self._launch(player)
        elif put.what == 3:
            for drifter in player.all(Drifter)[:1]:
                self.give(drifter, self.players[(self.players.index(player) + 1) % len(self.players)])
        elif put.what == 4:
            self._choose_team(player)
        elif put.what == 5:
            self.after(self.random.uniform(0.0, 3.0), "ring_for", player.id, put.number)
        elif put.what == 6:
            self.set_meta(last=put.number)

    def ring(self, number: int) -> None:
        """A timer, again and again."""
        self.rang = number
        for player in self.players[:: 1 + number % 2]:
            tell(self, player, f"ring {number}")
        self.after(self.random.uniform(0.05, 3.0), "ring", number + 1)

    def ring_for(self, player_id: int, number: int) -> None:
        """A timer that a player has set; it may be somebody else's seat by now."""
        for player in self.players:
            if player.id == player_id:
                tell(self, player, f"alarm {number}")

    def sink(self, drifter_id: int) -> None:
        """A timer: gone, unless it was destroyed already."""
        drifter = self.get(drifter_id, Drifter)
        if drifter is not None:
            self.destroy(drifter)

    def close_all(self) -> None:
        """The end, with a result."""
        for player in self.players:
            tell(self, player, "the end")
        most = max((len(player.applied) for player in self.players), default=0)
        winners = [player for player in self.players if len(player.applied) == most]
        scores: dict[Player, float] = {player: float(len(player.applied)) for player in self.players}
        self.finish(Result(winners, scores=scores, reason="closed", data={"rang": self.rang}))


class Pairs(
    Books,
    seats=(2, 4),
    tick_hz=25,
    grace_s=4,
    grace_budget_s=10,
    start_after_s=4,
    room_wait_s=6,
    spectators=2,
    spectate_delay_s=1.5,
    bot="tests.simulation.games.drivers:ServerBot",
    bots_after_s=2,
):
    """Needs two."""


class Park(
    Books,
    seats=(1, 6),
    tick_hz=10,
    grace_s=3,
    grace_budget_s=9,
    exclusive=False,
    dispose_when_empty=False,
    spectators=6,
    spectate_delay_s=2,
    max_duration_s=60,
):
    """An endless world, for a minute; who sits here may sit elsewhere besides."""

    def created(self, options: dict[str, Any]) -> None:
        self.ends_ms = 0
