"""Turn-based sessions: a step when there is something to do, on the clock of the session."""

from __future__ import annotations

from typing import ClassVar

import pytest

from rallypoint import Action, Entity, Event, Game, Hold, Player, Refused, Result, field, on, private
from rallypoint.core.orders import Denial
from rallypoint.core.session import Refusal, SessionState, Taken
from rallypoint.core.stimuli import Look
from rallypoint.game.errors import DefinitionError
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Resume, TakeSeat


class Move(Action):
    square: int


class Kick(Action):
    seat: int


class Told(Event):
    what: str


class Board(Entity):
    last: int = field(-1)


class Mover(Player):
    moves: int = field(0)
    clock_ms: int = field(60_000)


class Draughts(Game[Mover], seats=(2, 3), tick_hz=0, grace_s=20, start_after_s=10, max_duration_s=600, name="draughts"):
    uses: ClassVar = [Board, Move, Kick, Told]
    turn: int = field(0)
    since_ms: int = field(0)
    log: list[str] = private([])

    def created(self, options: dict[str, object]) -> None:
        if options.get("squares") == 0:
            raise Refused("a board needs squares")
        self.spawn(Board)

    def started(self) -> None:
        self.since_ms = self.now_ms
        self.after(60, "flag", self.turn)

    def joined(self, player: Mover) -> None:
        self.log = [*self.log, f"joined {player.name}"]

    @on(Move)
    def move(self, player: Mover, move: Move) -> None:
        if player.seat != self.turn:
            raise Refused("it is not your turn")
        player.moves += 1
        player.clock_ms -= self.now_ms - self.since_ms
        self.since_ms = self.now_ms
        self.all(Board)[0].last = move.square
        self.turn = 1 - self.turn
        self.set_meta(moves=player.moves)

    @on(Kick)
    def out(self, player: Mover, kick: Kick) -> None:
        self.kick(next(other for other in self.players if other.seat == kick.seat))

    def flag(self, turn: int) -> None:
        self.finish(Result(reason="flag", data={"at_ms": self.now_ms, "turn": turn}))

    def signalled(self, name: str, data: object) -> None:
        self.emit_all(Told(what=f"{name} {data}"))


def test_nothing_is_stepped_while_nothing_happens():
    match = Match(Draughts)
    tick = match.session.tick
    match.run(30)
    assert match.session.tick == tick
    assert match.now == 30


def test_a_step_consumes_one_stimulus():
    match = Match(Draughts, players=0)
    for name in ("Ann", "Bob"):
        match.join(name)
    assert match.session.stimuli_waiting == 2
    match.session.step(0.0)
    match.session.part()
    assert match.session.stimuli_waiting == 1
    assert [player.name for player in match.game.players] == ["Ann"]
    assert match.session.state is SessionState.WAITING  # Bob is connected, but not in the game yet
    match.step()
    assert match.session.state is SessionState.RUNNING
    assert match.session.tick == 2


def test_a_move_is_applied_at_once_and_seen_by_all():
    match = Match(Draughts)
    match.act(0, Move(square=7))
    match.step()
    for seat in (0, 1):
        assert [entity.last for entity in match.view(seat).all("Board")] == [7]


def test_session_time_is_the_time_that_passed():
    match = Match(Draughts)
    match.run(12.5)
    match.act(0, Move(square=1))
    match.step()
    assert match.player(0).clock_ms == 47_500
    assert match.session.now_ms == 12_500


def test_a_timer_makes_a_step_of_its_own_at_its_time():
    match = Match(Draughts)
    match.run(59.9)
    assert not match.ended
    match.run(0.2)
    assert match.result is not None
    assert match.result["data"] == {"at_ms": 60_000, "turn": 0}


def test_session_time_never_goes_back():
    match = Match(Draughts)
    match.run(5)
    match.act(0, Move(square=1))
    match.session.step(5.0)
    match.session.part()
    match.act(1, Move(square=2))
    match.session.step(4.0)
    assert match.session.now_ms == 5000


def test_a_seat_is_freed_exactly_when_its_grace_ends_without_any_other_stimulus():
    match = Match(Draughts, players=3)
    match.drop(2)
    match.run(19.99)
    assert len(match.game.players) == 3
    match.run(0.02)
    assert [player.seat for player in match.game.players] == [0, 1]


def test_the_countdown_of_an_absence_is_in_session_time():
    match = Match(Draughts)
    match.run(3)
    match.drop(1)
    match.step()
    assert match.player(1).away_until_ms == 23_000


def test_a_session_that_lacks_players_is_cancelled_when_its_patience_ends():
    match = Match(Draughts, players=1)
    match.run(9.99)
    assert not match.ended
    match.run(0.02)
    assert match.session.ended is not None
    assert match.session.ended.reason == "not enough players came"


def test_the_maximum_duration_ends_a_session_without_anybody_doing_anything():
    class Long(Draughts, max_duration_s=30, name="long"):
        pass

    match = Match(Long)
    match.run(29.9)
    assert not match.ended
    match.run(0.2)
    assert match.session.ended is not None
    assert match.session.ended.reason == "the time is up"


def test_who_resumes_without_anything_having_happened_is_shown_the_state_by_a_step_made_for_it():
    match = Match(Draughts)
    place = match._places[0]
    tick = match.session.tick
    again = match.session.take(TakeSeat(1, "match", place.token, b""), match.now)  # a takeover: no Return stimulus
    assert not isinstance(again, Refusal)
    assert match.session.next_step_at() == match.session.created_at
    match.step()
    assert match.session.tick == tick + 1
    assert place.seat.sent == match.session.tick


def test_a_real_time_session_needs_no_step_made_for_whoever_comes():
    class Running(Game, seats=1, tick_hz=20, name="running"):
        uses: ClassVar = []

    match = Match(Running, players=1)
    match.session.show()
    assert not [item for _, item in match.session.stimuli if isinstance(item, Look)]


def test_many_moves_are_one_step_each_in_their_order():
    match = Match(Draughts)
    tick = match.session.tick
    match.act(0, Move(square=1))
    match.act(1, Move(square=2))
    match.act(1, Move(square=3))
    match.step()
    assert match.session.tick == tick + 3
    assert [entity.last for entity in match.view(0).all("Board")] == [2]
    assert [event.fields["reason"] for event in match.events(1, "refused")] == ["it is not your turn"]


def test_a_signal_reaches_the_game():
    match = Match(Draughts)
    match.signal("bonus", {"gold": 3})
    match.step()
    assert [event.fields for event in match.events(0, "Told")] == [{"what": "bonus {'gold': 3}"}]


def test_a_game_removes_a_player_who_does_not_come_back():
    match = Match(Draughts, players=3)
    match.act(0, Kick(seat=2))
    match.step()
    assert [player.seat for player in match.game.players] == [0, 1]
    denied = match.session.reserve(match._places[2].seat.player_id, "again", match.now)
    assert isinstance(denied, Denial)
    assert denied.error == "kicked"


def test_metadata_of_the_game_is_news_for_lists_once():
    match = Match(Draughts)
    match.session.row_changed = False
    match.act(0, Move(square=1))
    match.step()
    assert match.session.row_changed
    assert dict(match.game.meta) == {"moves": 1}
    match.session.row_changed = False
    match.act(0, Move(square=1))  # refused: nothing is new
    match.step()
    assert not match.session.row_changed


def test_a_game_may_refuse_its_options():
    from rallypoint.core.game_like import OptionsRefused

    with pytest.raises(OptionsRefused, match="a board needs squares"):
        Match(Draughts, options={"squares": 0})


class Push(Hold):
    force: int = 0


def test_a_turn_based_game_has_no_holds():
    with pytest.raises(DefinitionError, match="Push is a Hold: there is no tick to read it in"):
        type("Bad", (Game,), {"__module__": __name__, "uses": [Push]}, seats=2, tick_hz=0).definition()  # type: ignore[attr-defined]  # a game class


def test_a_turn_based_game_has_no_tick():
    with pytest.raises(DefinitionError, match=r"its tick\(\) would never be called"):
        type(
            "Bad", (Game,), {"__module__": __name__, "uses": [], "tick": lambda self: None}, seats=2, tick_hz=0
        ).definition()  # type: ignore[attr-defined]  # a game class


def test_who_takes_a_seat_in_the_moment_of_the_end_was_not_in_the_game_and_misses_nothing():
    match = Match(Draughts, players=2)
    session = match.session
    reserved = session.reserve(PlayerId("cid"), "Cid", match.now)
    assert not isinstance(reserved, Denial)
    session.signalled("first", None)  # a step consumes one stimulus: Cid's coming is the next
    taken = session.take(TakeSeat(1, session.id, reserved[1]), match.now)
    assert isinstance(taken, Taken)
    session.end("enough")
    session.step(match.now)
    assert session.state is SessionState.ENDED
    assert not session.missed_the_end(taken.seat)
    again = session.take(Resume(1, session.id, taken.message.token, 0, 0, 0), match.now)
    assert isinstance(again, Refusal)
    assert again.code is CloseCode.ENDED
