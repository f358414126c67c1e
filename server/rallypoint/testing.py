"""Plays a game without a network: for the tests of its rules, and for its bots.

    def test_a_shot_costs_ammunition():
        match = Match(Orbit, players=2, seed=1)
        match.act(0, Fire())
        match.step()
        assert match.player(0).one(Ship).ammo == 9

It is the server's own session: inputs are encoded and decoded, state goes through deltas, and what :meth:`Match.view`
shows is what a client would see. Time is counted, not waited for. The game's ``check()`` is called after each step.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rallypoint.core.game_image import differences
from rallypoint.core.game_like import Answer, Ask
from rallypoint.core.orders import Denial, MatchOrder, Order
from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import Refusal, SessionCore, SessionState, Taken
from rallypoint.core.session_image import SessionImage
from rallypoint.game.driver import GameDriver
from rallypoint.game.game import Game
from rallypoint.game.inputs import Action, Hold
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.inputs import Input, make_inputs
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST
from rallypoint_protocol.messages import BuiltinEvent, Pass, Resume, TakeSeat
from rallypoint_protocol.replica import Replica

if TYPE_CHECKING:
    from rallypoint_client.bot import Bot
    from rallypoint_client.classes import Classes
    from rallypoint_client.view import View

__all__ = ["Match", "Received"]

TURNS_MAX = 10_000
"""Steps of a turn-based session without any time passing."""

G = TypeVar("G", bound=Game[Any])


@dataclass(frozen=True, slots=True)
class Received:
    """An event as a client gets it."""

    kind: str
    """The event class's name; ``refused`` and ``ended`` for the built-in ones."""
    fields: Mapping[str, Any]
    tick: int


@dataclass
class _Place:
    """One player's side of the match."""

    seat: Seat
    replica: Replica
    token: bytes
    seq: int = 0
    event: int = 0
    """Number of the last event received."""
    received: list[Received] = field(default_factory=list)
    looked_at: int = 0
    """How many of these :meth:`Match.new_events` has given."""
    news: bool = False
    """Its bot has not looked at the newest pass."""
    view: View | None = None
    """Made when it is first asked for."""
    holds: dict[str, Hold | Input] = field(default_factory=dict)
    """What the client holds, by class."""
    anew: bool = False
    """The next pass has the whole state; until then its client shows what it had."""


@dataclass(frozen=True, slots=True)
class BotSeat:
    """What a bot is given for a seat: its place, and its inputs' classes."""

    index: int
    inputs: Any


def _match_of(teams: Sequence[Sequence[str]], sizes: Sequence[int]) -> MatchOrder | None:
    """As a queue would have found it. The players are as :meth:`Match.join` names them."""
    if not teams:
        return None
    players = tuple(tuple(PlayerId(f"id-{name}") for name in team) for team in teams)
    return MatchOrder("match", "test", players, tuple(sizes) or tuple(map(len, players)))


class Match(Generic[G]):
    """A session of ``game`` with ``players`` connected players, in virtual time.

    Args:
        game: the game class.
        players: how many take a seat before the first step; left out, two.
        teams: in place of ``players``, their names by team: as if the queue ``test`` had found a match for them.
        sizes: the most players of each team, if there is to be room for more.
        seed: decides the session's random numbers.
        options: given to ``created``.
        paranoid: after each step, checks that what a journal gets of it is all of it: slow.
    """

    def __init__(
        self,
        game: type[G],
        *,
        players: int | None = None,
        seed: int = 1,
        options: Mapping[str, Any] | None = None,
        paranoid: bool = False,
        teams: Sequence[Sequence[str]] = (),
        sizes: Sequence[int] = (),
    ) -> None:
        if teams and players is not None:
            raise ValueError("give either players= or teams=")
        self.definition = game.definition()
        own = self.definition.options
        self._tokens = random.Random(seed)  # noqa: S311  # nobody to keep a secret from, and it has to repeat
        self._driver = GameDriver(self.definition, seed)
        self.now = 0.0
        """Seconds since the match began."""
        self.session = SessionCore(
            SessionId("match"),
            self._driver,
            own.session_settings(),
            schema=self.definition.schema_bytes,
            schema_hash=self.definition.schema_hash,
            new_token=lambda: Token(self._tokens.randbytes(32)),
            now=0.0,
            order=Order(options=dict(options or {}), match=_match_of(teams, sizes)),
            keep=True,
        )
        self._kept = SessionImage.decode(self.session.whole()) if paranoid else None
        self._places: dict[int, _Place] = {}
        self._joins = 0
        self._bots: dict[int, Bot] = {}
        self._classes: Classes | None = None
        self.asks: list[Ask] = []
        """Calls of the game to the outside; answer them with :meth:`answer`."""
        self._input_classes = make_inputs(self.definition.schema.inputs, timed=own.input_buffer_ticks > 0)
        names = [name for team in teams for name in team]
        if not teams:
            names = [f"player{number}" for number in range(2 if players is None else players)]
        for name in names:
            self.join(name)
        if names:
            self.step()

    @property
    def game(self) -> G:
        """The game object: look at its fields, call its methods."""
        return self._driver.game  # type: ignore[return-value]  # made of the class that was given

    @property
    def ended(self) -> bool:
        """True once the session is over."""
        return self.session.state is SessionState.ENDED

    @property
    def result(self) -> dict[str, Any] | None:
        """What players were told of the end: ``winners`` and ``scores`` by seat, ``reason``, ``data``."""
        return None if self.session.ended is None else self.session.ended.result

    def join(self, name: str, *, team: int | None = None) -> int:
        """Another player takes a seat; the game knows with the next step. Gives the seat.

        ``team``: of a match with ``teams``, as a backfilled player.
        """
        self._joins += 1
        same = any(seat.name == name for seat in self.session.seated())
        player = PlayerId(f"id-{name}-{self._joins}" if same else f"id-{name}")
        reserved = self.session.reserve(player, name, self.now, team=team)
        if isinstance(reserved, Denial):
            raise RuntimeError(reserved.reason)
        index, token = reserved
        taken = self.session.take(TakeSeat(1, "match", token, self.definition.schema_hash), self.now)
        assert isinstance(taken, Taken), taken
        self._places[index] = _Place(taken.seat, Replica(self.definition.schema), taken.message.token)
        self._bots.pop(index, None)
        return index

    def drop(self, seat: int) -> None:
        """The player's connection is lost."""
        self._places[seat].holds.clear()
        self.session.dropped(self._places[seat].seat, self.now)

    def come_back(self, seat: int) -> None:
        """The player connects again, within the grace window, and resumes. Fails if the seat is given up meanwhile."""
        place = self._places[seat]
        replica, schema = place.replica, self.definition.schema_hash
        resume = Resume(1, "match", place.token, replica.epoch, replica.tick, place.event, schema)
        taken = self.session.take(resume, self.now)
        if isinstance(taken, Refusal):
            raise RuntimeError(taken.reason)
        assert isinstance(taken, Taken)
        place.token = taken.message.token
        place.anew = taken.message.outcome != "resumed"

    def leave(self, seat: int) -> None:
        """The player gives the seat up."""
        self.session.leave(self._places[seat].seat, self.now)

    def recover(self) -> None:
        """The server dies between two steps, and another one goes on: the game is built again of its kept state.

        Players come back at once: their clients send again what no step has applied, and what they hold. Calls to the
        outside that have no answer are answered ``lost``. Objects that a test has of the game before are of no use any
        more: it has to look them up again.
        """
        waiting = [(seat.index, item) for seat, item in self.session.stimuli if seat is not None]
        if self.session.input_buffer is not None:
            waiting += [(seat.index, item) for seat, item in self.session.input_buffer.waiting()]
            waiting.sort(key=lambda one: one[1].seq)
        image = SessionImage.decode(self.session.whole())
        driver = GameDriver(self.definition, 0)
        driver.restore(image.game)
        again = driver.image().encode()
        assert again == image.game.encode(), "the game that was built again is not the same"
        open_asks = {ask.id: None for ask in driver.open_asks}
        self.asks = [ask for ask in self.asks if ask.id not in open_asks]
        session = SessionCore.restored(
            image,
            driver,
            self.session.settings,
            schema=self.definition.schema_bytes,
            schema_hash=self.definition.schema_hash,
            new_token=lambda: Token(self._tokens.randbytes(32)),
            shift_s=0.0,
            keep=True,
        )
        driver.revive()
        self._driver, self.session = driver, session
        if self._kept is not None:
            self._kept = SessionImage.decode(session.whole())
        for index, place in self._places.items():
            seat = session.seats[index]
            if seat is not None and seat.player_id == place.seat.player_id:
                connected = seat.state is SeatState.CONNECTED
                place.seat = seat
                if connected:
                    self.come_back(index)
        for index, message in waiting:
            if isinstance(message, Action):
                session.input(self._places[index].seat, message)
        for index, place in self._places.items():
            for hold in list(place.holds.values()) if place.seat.state is SeatState.CONNECTED else ():
                self._send(index, hold)

    def player(self, seat: int) -> Any:
        """The player in a seat, as the game sees them: an object of the game's own class."""
        return next(player for player in self._driver.player_list if player.seat == seat)

    def hold(self, seat: int, hold: Hold | Input, *, at: int = -1) -> None:
        """The player's input, applied with the next step; in a game with an input buffer, with that of tick ``at``."""
        self._send(seat, hold, at)

    def act(self, seat: int, action: Action | Input, *, at: int = -1, seen: int | None = None) -> int:
        """The player's action, applied as a hold is; gives its sequence number.

        ``seen``: the tick that the player saw then, if it was not the newest; -1: the client has not said.
        """
        return self._send(seat, action, at, seen)

    def _send(self, seat: int, message: Input, at: int = -1, seen: int | None = None) -> int:
        place = self._places[seat]
        if place.seat.state is not SeatState.CONNECTED:
            raise RuntimeError(f"seat {seat} is {place.seat.state.value}: a client without a connection sends nothing")
        name = type(message).__name__
        definition = next((item for item in self.definition.schema.inputs if item.name == name), None)
        if definition is None:
            raise LookupError(f"{self.definition.schema.game} has no input {name}")
        if definition.hold:
            place.holds[name] = message
        place.seq += 1
        values = {field.name: getattr(message, field.name) for field in definition.fields}
        if self.definition.options.input_buffer_ticks:
            values["at"] = at
        elif at != -1:
            raise ValueError(f"at={at}: {self.definition.schema.game} has no option input_buffer_ticks=")
        wire = self._input_classes[definition.name](
            seq=place.seq, tick=place.seat.sent if seen is None else seen, **values
        )
        refusal = self.session.input(place.seat, self.definition.decode(encode(wire)))
        if refusal is not None:
            raise RuntimeError(refusal.reason)
        return place.seq

    def answer(self, ask: Ask, value: Any = None, error: str = "") -> None:
        """The outside answers the game; it knows with the next step."""
        self.session.answered(Answer(ask.id, ask.method, ask.args, value, error))

    def signal(self, name: str, data: Any = None) -> None:
        """A backend's signal; the game knows with the next step."""
        self.session.signalled(name, data)

    # --- time -------------------------------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Makes steps, and delivers what they send. Stops when the session ends.

        In a turn-based game, makes all steps that are due now: for whatever players did, and what follows from it.
        """
        if self.definition.options.turn_based:
            self._settle()
            return
        for _ in range(count):
            if not self.ended:
                self._run_bots()
                self._make_step((self.session.tick + 1) / self.session.settings.tick_hz)

    def run(self, seconds: float) -> None:
        """Lets so much time pass, and makes the steps that fall into it. Stops when the session ends."""
        until = self.now + seconds
        if not self.definition.options.turn_based:
            self.step(max(0, int(until * self.session.settings.tick_hz + 1e-6) - self.session.tick))
        else:
            self._settle()
            while not self.ended and (due := self._due(until)) is not None:
                self._make_step(due)
                self._settle()
        if not self.ended:
            self.now = until

    def step_until(self, condition: Callable[[], bool], *, steps_max: int = 100_000) -> None:
        """Makes steps until a condition holds or the session ends; fails after ``steps_max``, or if nothing is due."""
        turn_based = self.definition.options.turn_based
        for _ in range(steps_max):
            if turn_based:
                self._run_bots()
            if self.ended or condition():
                return
            if not turn_based:
                self.step()
            elif (due := self._due(math.inf)) is not None:
                self._make_step(due)
            else:
                break
        raise AssertionError(f"it did not come about within {steps_max} steps")

    def _due(self, until: float) -> float | None:
        """When the next step of a turn-based session is due, if that is before or at ``until``."""
        at = self.session.next_step_at()
        return None if at is None or at > until else max(at, self.now)

    def _settle(self) -> None:
        for _ in range(TURNS_MAX):
            self._run_bots()
            if self.ended or self._due(self.now) is None:
                return
            self._make_step(self.now)
        raise AssertionError(f"{TURNS_MAX} steps at one moment: does a bot act on everything that it sees?")

    def _make_step(self, now: float) -> None:
        self.now = now
        step = self.session.step(now)
        part = self.session.part()
        if self._kept is not None:
            assert part is not None
            self._compare(self._kept, part)
        self.game.check()
        self.asks += step.asks
        self.session.committed(self.session.tick)
        for seat, message in self.session.passes():
            decoded = decode_session_reply(message)
            assert isinstance(decoded, Pass)
            self._deliver(self._places[seat.index], decoded)

    def _compare(self, kept: SessionImage, part: bytes) -> None:
        """What is kept of the last step, and followed by one part, is what it is now."""
        kept.apply(part)
        whole = SessionImage.decode(self.session.whole())
        kept.game.saved, kept.game.saved_tick = whole.game.saved, whole.game.saved_tick  # of wholes alone
        apart = differences(self.definition.kept_schema, kept.game, whole.game)
        assert not apart, f"kept otherwise than it is: {apart}"
        assert kept.encode() == whole.encode(), "what is kept of the session is not what it is"

    # --- what players see -------------------------------------------------------------------------------------------

    def _deliver(self, place: _Place, message: Pass) -> None:
        if place.anew:
            place.anew = False
            place.replica.clear()
        place.replica.apply(message)
        place.news = True
        if place.view is not None:
            place.view.show(place.replica)
        bot = self._bots.get(place.seat.index)
        for item in (message.seat.events or []) if message.seat is not None else []:
            place.received.append(self._name(item.kind, item.fields, item.tick))
            place.event = item.n
            if bot is not None:
                event = self._client_classes().event(item)
                if event is not None:
                    bot.event(event)
        refusal = self.session.ack(place.seat, self.session.epoch, message.head.tick, place.event)
        assert refusal is None, refusal

    def _name(self, kind: int, fields: Sequence[Any], tick: int) -> Received:
        if kind == BuiltinEvent.REFUSED:
            return Received("refused", {"seq": fields[0], "reason": fields[1]}, tick)
        if kind == BuiltinEvent.ENDED:
            return Received("ended", {"result": fields[0], "reason": fields[1]}, tick)
        definition = self.definition.schema.events[kind - GAME_EVENT_KIND_FIRST]
        return Received(definition.name, dict(zip((f.name for f in definition.fields), fields, strict=True)), tick)

    def events(self, seat: int, kind: str | None = None) -> list[Received]:
        """What the player's client was sent so far, in order; of one ``kind`` if given."""
        return [event for event in self._places[seat].received if kind in (None, event.kind)]

    def new_events(self, seat: int) -> list[Received]:
        """What the player's client was sent since the last call."""
        place = self._places[seat]
        found = place.received[place.looked_at :]
        place.looked_at = len(place.received)
        return found

    def replica(self, seat: int) -> Replica:
        """The state as the player's client has it, as wire values."""
        return self._places[seat].replica

    def view(self, seat: int) -> View:
        """The state as the player's client sees it: always the newest."""
        place = self._places[seat]
        if place.view is None:
            from rallypoint_client.view import View  # the client is not needed to serve

            place.view = View(place.replica, self._client_classes(), seat)
        return place.view

    def _client_classes(self) -> Classes:
        if self._classes is None:
            from rallypoint_client.classes import classes_of

            self._classes = classes_of(self.definition.schema)
        return self._classes

    def bot(self, seat: int, bot: type[Bot], seed: int = 1) -> Bot:
        """Lets a bot play a seat from now on."""
        dice = random.Random(seed)  # noqa: S311  # dice of a game
        made = bot(BotSeat(seat, self._client_classes().inputs), dice)
        self._bots[seat] = made
        return made

    def _run_bots(self) -> None:
        for index, bot in self._bots.items():
            place = self._places[index]
            if place.replica.tick < 0 or place.seat.state is not SeatState.CONNECTED:
                continue
            if self.definition.options.turn_based and not place.news:
                continue
            place.news = False
            for message in bot.tick(self.view(index)) or ():
                self._send(index, message)
