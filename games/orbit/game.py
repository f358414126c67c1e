"""Orbit: ships around a star. The example to learn from: it has one of everything, so read it from the top.

First what players send, then what they are told, then what there is and who sees it, and then the rules.
"""

from typing import Annotated, Any

from rallypoint import Action, Event, Game, Hold, Meta, Player, Refused, Result, field, fixed, on, private

from .flight import Body, fly, place_on_orbit

SHIP_RADIUS, SHOT_SPEED, SHOT_S = 25.0, 600.0, 1.0
COOLING_S, RELOAD_S, SHIELD_MS = 0.3, 4.0, 3000


class Steer(Hold):  # a Hold is what a player does right now: only the latest counts
    turn: Annotated[int, Meta(ge=-1, le=1)] = 0  # anything else is refused before it gets as far as here
    thrust: bool = False


class Fire(Action):  # an Action is done once, in order, and may be refused
    pass


class Hit(Event):  # an Event reaches its player once and for certain, even over a lost connection
    victim: int  # a seat


class Killed(Event):
    victim: int
    by: int | None  # None: the star


class RoundOver(Event):
    round: int
    winner: int | None  # None: time was up, or nobody was left


class Ship(Body):  # all that a game must not lose is in declared fields: they are sent, kept and restored
    x: float = fixed(0.01, rewind=True)  # where it was in each of the last ticks is kept, too: see `fire`
    y: float = fixed(0.01, rewind=True)
    angle: float = fixed(0.01, lerp="turn")  # radians, sent as hundredths; renderers turn it the short way round
    thrust: bool = field(False)
    hull: int = field(4)
    shield_until_ms: int = field(0)
    ammo: int = field(10, to="owner")  # no other player is told
    heat: float = private(0.0)  # nobody is told


class Shot(Body):
    pass


class Pilot(Player):
    score: int = field(0)  # hits
    wins: int = field(0)  # rounds


class Orbit(
    Game[Pilot],
    seats=(2, 8),
    tick_hz=20,
    grace_s=30,
    replayable=True,
    input_buffer_ticks=6,  # inputs may wait 300 ms for their step, so that pages can predict in which one they count
    rewind_ticks=10,  # half a second: nobody can shoot at what was seen longer ago
    bot="games.orbit.bot:OrbitBot",
    queues={  # besides the queue of quick matches, which every game has; `rallypoint matchmaker check games.orbit`
        "orbit-ranked": {
            "teams": "2-8",  # a free-for-all
            "fill_after_s": 10,  # for eight; then with fewer
            "rated": True,
            "rules": [
                {"distance": "rating", "limit": 4, "expand": [{"after_s": 10, "limit": 8}], "optional_after_s": 30},
                {"avoid": "blocked"},
            ],
        }
    },
):
    round: int = field(0)
    round_ends_ms: int = field(0)  # session time, which stands still while the session does
    round_s: float = private(15.0)
    rounds_max: int = private(40)
    wins_max: int = private(20)

    def created(self, options: dict[str, Any]) -> None:
        """Once, before all else. Whoever opens a session may say how it is played."""
        self.round_s = options.get("round_s", self.round_s)
        self.rounds_max = options.get("rounds_max", self.rounds_max)
        self.wins_max = options.get("wins_max", self.wins_max)

    def joined(self, pilot: Pilot) -> None:
        """A newcomer flies at once, be it before the first round or in the middle of another."""
        self._launch(pilot)

    def started(self) -> None:
        """Enough players are there: from now on there are ticks."""
        self.backfill()  # free seats are for who waits in the same queue; of quick matches, they always are
        self._begin_round()

    def dropped(self, pilot: Pilot) -> None:
        """A connection is lost. The pilot's holds are let go, so the ship drifts; a shield gives time to come back."""
        self._shield(pilot)

    def returned(self, pilot: Pilot) -> None:
        """The pilot is back. (One who does not come back in time has `left`: what they own goes with them.)"""
        self._shield(pilot)

    @on(Fire)
    def fire(self, pilot: Pilot, fire: Fire) -> None:
        ship = pilot.one(Ship)
        if ship is None:
            raise Refused("you have no ship")  # refuse before anything is changed: it would stay changed
        if ship.heat > 0:
            raise Refused("the gun is too hot")
        if ship.ammo == 0:
            raise Refused("no ammunition")
        ship.heat = COOLING_S
        ship.ammo -= 1
        shot = self.spawn(Shot, owner=pilot, x=ship.x, y=ship.y, vx=ship.vx, vy=ship.vy)
        shot.push(ship.angle, SHOT_SPEED)
        self.after(RELOAD_S, "reload", ship.id)  # timers go by names and ids, because they are kept and restored, too
        unseen = self.ticks_since(fire.tick)  # what the pilot aimed at was older than now by these ticks
        self.after(SHOT_S - len(unseen) * self.dt, "expire", shot.id)
        for tick in unseen:  # so the shot begins back then, and flies up to now among the ships as they were
            if self._move_shot(shot, pilot, self._fleet(), tick):
                break

    def expire(self, shot_id: int) -> None:
        shot = self.get(shot_id)
        if shot is not None:  # it may have hit something meanwhile
            self.destroy(shot)

    def reload(self, ship_id: int) -> None:
        ship = self.get(ship_id, Ship)
        if ship is not None:
            ship.ammo += 1

    def tick(self) -> None:
        """One step of the game, `dt` seconds long. Inputs and timers of this step came before it."""
        fleet = self._fleet()
        for pilot, ship in fleet:
            ship.heat = max(0.0, ship.heat - self.dt)
            fly(ship, pilot.held(Steer), self.dt)
            if ship.is_in_star:
                self._damage(pilot, ship, ship.hull)
        for shooter in self.players:
            for shot in shooter.all(Shot):
                self._move_shot(shot, shooter, fleet, self.now_tick)
        alive = [pilot for pilot, ship in fleet if ship.hull > 0]
        if len(alive) <= 1 or self.now_ms >= self.round_ends_ms:
            self._end_round(alive[0] if len(alive) == 1 else None)

    def _fleet(self) -> list[tuple[Pilot, Ship]]:
        return [(pilot, ship) for pilot in self.players if (ship := pilot.one(Ship)) is not None]

    def _move_shot(self, shot: Shot, shooter: Pilot, fleet: list[tuple[Pilot, Ship]], tick: int) -> bool:
        """Moves a shot by one tick, among the ships as they are, or were, after that tick. True if it hits one."""
        shot.move(self.dt)
        for pilot, ship in fleet:
            there = ship if tick == self.now_tick else self.rewind(ship, tick)  # None: it was not there yet
            if pilot is not shooter and there is not None and shot.is_near(there, SHIP_RADIUS):
                self._damage(pilot, ship, 1, shooter)
                self.destroy(shot)
                return True
        return False

    def _damage(self, pilot: Pilot, ship: Ship, damage: int, shooter: Pilot | None = None) -> None:
        if self.now_ms < ship.shield_until_ms or ship.hull <= 0:
            return
        ship.hull -= damage
        if shooter is not None:
            shooter.score += 1
            self.emit(shooter, Hit(pilot.seat))
        if ship.hull <= 0:
            self.emit_all(Killed(pilot.seat, None if shooter is None else shooter.seat))
            self.destroy(ship)

    def _launch(self, pilot: Pilot) -> None:
        ship = self.spawn(Ship, owner=pilot)
        ship.angle = place_on_orbit(ship, pilot.seat / 8 + self.random.uniform(0.0, 0.05))
        self._shield(pilot)

    def _shield(self, pilot: Pilot) -> None:
        ship = pilot.one(Ship)
        if ship is not None:
            ship.shield_until_ms = self.now_ms + SHIELD_MS

    def _begin_round(self) -> None:
        for body in self.all(Body):  # ships and shots
            self.destroy(body)
        for pilot in self.players:
            self._launch(pilot)
        self.round += 1
        self.round_ends_ms = self.now_ms + int(self.round_s * 1000)

    def _end_round(self, winner: Pilot | None) -> None:
        if winner is not None:
            winner.wins += 1
        self.emit_all(RoundOver(self.round, None if winner is None else winner.seat))
        most = max((pilot.wins for pilot in self.players), default=0)  # the last ones may have left in this step
        if self.round < self.rounds_max and most < self.wins_max and len(self.players) > 1:
            self._begin_round()
        else:
            winners = [pilot for pilot in self.players if pilot.wins == most]
            self.finish(Result(winners, scores={pilot: pilot.score for pilot in self.players}))
