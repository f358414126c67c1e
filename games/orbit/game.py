"""Orbit: ships around a star, and the example to learn from. Read it top down:

what players send, what they are told, what there is and who sees it, and then the rules.
"""

from math import cos, hypot, sin, tau
from typing import Annotated, Any

from rallypoint import Action, Entity, Event, Game, Hold, Meta, Player, Refused, Result, field, fixed, on, private

SIZE = 1000.0  # the arena is a square of this side, and its edge throws everything back
STAR = 500.0  # x and y of the star
STAR_RADIUS = 40.0
SHIP_RADIUS = 20.0
PULL = 10_000.0  # the star's gravity at distance 1; it fades with the distance, so that orbits have the speed sqrt(PULL)
THRUST, TURN = 150.0, 4.0  # per second: what a ship gains in speed, and radians
SHOT_SPEED, SHOT_S = 500.0, 1.2
COOLING_S, SHIELD_MS = 0.3, 2000


# What players send. A Hold is what they do right now: the latest counts. An Action happens once.


class Steer(Hold):
    turn: Annotated[int, Meta(ge=-1, le=1)]  # bounded: anything else never gets as far as the game
    thrust: bool


class Fire(Action):
    pass


# What players are told, surely and once, also after a lost connection.


class Hit(Event):
    victim: int  # seats
    by: int


class Killed(Event):
    victim: int
    by: int | None  # None: it was the star


class RoundOver(Event):
    round: int
    winner: int | None  # None: nobody was left, or time was up


# What there is. A game's whole state is in declared fields: they are what is sent, kept and restored.


class Body(Entity):
    x: float = fixed(0.01)  # sent in hundredths, kept in full
    y: float = fixed(0.01)
    vx: float = fixed(0.01)
    vy: float = fixed(0.01)

    def move(self, dt: float) -> None:
        self.x += self.vx * dt
        self.y += self.vy * dt
        if not 0 <= self.x <= SIZE:
            self.x, self.vx = min(max(self.x, 0.0), SIZE), -self.vx
        if not 0 <= self.y <= SIZE:
            self.y, self.vy = min(max(self.y, 0.0), SIZE), -self.vy


class Ship(Body):
    angle: float = fixed(0.01, lerp="turn")  # radians; clients turn it the short way round
    thrust: bool = field(False)
    hull: int = field(3)
    shield_until_ms: int = field(0)  # in session time
    ammo: int = field(10, to="owner")  # nobody else's client is told
    heat: float = private(0.0)  # no client is told


class Shot(Body):
    pass


class Pilot(Player):
    score: int = field(0)  # hits
    wins: int = field(0)  # rounds


class Orbit(Game[Pilot], seats=(2, 8), tick_hz=20, grace_s=30, bot="games.orbit.bot:OrbitBot"):
    round: int = field(0)
    round_ends_ms: int = field(0)
    round_s: float = private(12.0)
    rounds: int = private(30)
    wins: int = private(15)

    def created(self, options: dict[str, Any]) -> None:
        """Once, before all else: whoever opens the session may have chosen how it is played."""
        self.round_s = options.get("round_s", self.round_s)
        self.rounds = options.get("rounds", self.rounds)
        self.wins = options.get("wins", self.wins)

    def started(self) -> None:
        self._begin_round()

    def joined(self, pilot: Pilot) -> None:
        """Before the first round or in the middle of one: a newcomer flies at once."""
        self._launch(pilot)

    def dropped(self, pilot: Pilot) -> None:
        """The ship drifts on: nobody holds its controls. A shield gives the pilot a moment to come back."""
        self._shield(pilot)

    def returned(self, pilot: Pilot) -> None:
        self._shield(pilot)

    def tick(self) -> None:
        fleet = [(pilot, ship) for pilot in self.players if (ship := pilot.one(Ship))]
        for pilot, ship in fleet:
            self._fly(ship, pilot.held(Steer))
            if hypot(STAR - ship.x, STAR - ship.y) < STAR_RADIUS and ship.shield_until_ms <= self.now_ms:
                self._kill(pilot, ship, None)
        for shooter in self.players:
            for shot in shooter.all(Shot):
                shot.move(self.dt)
                for pilot, ship in fleet:
                    if pilot is not shooter and hypot(ship.x - shot.x, ship.y - shot.y) < SHIP_RADIUS:
                        self._hit(shooter, shot, pilot, ship)
                        break

    @on(Fire)
    def fire(self, pilot: Pilot, _: Fire) -> None:
        ...
