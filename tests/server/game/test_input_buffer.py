"""A game with an input buffer: its schema, its players' own bounds, its recoveries and its replays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rallypoint import Action, DefinitionError, Game, Hold, Player, field, on, private
from rallypoint.replay_verify import verify_here
from rallypoint.testing import Match
from rallypoint_protocol.codec import BadMessage, encode
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.schema import decode_schema
from tests.server.replay_house import Recorded


class Lean(Hold):
    turn: int


class Shoot(Action):
    number: int


class Slow(Action):
    ticks: int


class Marksman(Player):
    angle: int = field(0)


class Range(Game[Marksman], seats=(1, 4), tick_hz=20, input_buffer_ticks=4, replayable=True):
    shots: list[tuple[int, int, int, int]] = private([])
    """Tick, seat, number, and what the player held."""
    uses = (Lean, Shoot, Slow)

    def tick(self) -> None:
        for player in self.players:
            player.angle += player.held(Lean).turn

    @on(Shoot)
    def shoot(self, player: Marksman, shot: Shoot) -> None:
        self.shots = [*self.shots, (self.now_tick, player.seat, shot.number, player.held(Lean).turn)]

    @on(Slow)
    def slow(self, player: Marksman, slow: Slow) -> None:
        player.input_buffer_ticks = slow.ticks


class Plain(Game[Marksman], seats=(1, 4), tick_hz=20):
    uses = (Lean, Shoot)

    @on(Shoot)
    def shoot(self, player: Marksman, shot: Shoot) -> None: ...


# --- the wire --------------------------------------------------------------------------------------------------------


def test_the_schema_says_how_long_an_input_may_wait_only_if_one_may():
    with_buffer, without = decode_schema(Range.definition().schema_bytes), Plain.definition().schema
    assert with_buffer.input_buffer_ticks == 4
    assert without.input_buffer_ticks == 0
    assert Plain.definition().schema_bytes == encode(tuple(getattr(without, name) for name in _FIELDS))


_FIELDS = ("game", "tick_hz", "seats_min", "seats_max", "grace_s", "entities", "inputs", "events")


def test_an_input_may_say_which_tick_it_is_meant_for_and_need_not():
    decode = Range.definition().decode
    assert [decode(encode([65, 1, -1, 7, *at])).at for at in ([], [-1], [0], [2**53 - 1])] == [-1, -1, 0, 2**53 - 1]
    classes = make_inputs(Range.definition().schema.inputs, timed=True)
    assert decode(encode(classes["Shoot"](seq=1, tick=0, number=7, at=5))).at == 5
    assert decode(encode(classes["Lean"](seq=1, tick=0, turn=1))).at == -1


@pytest.mark.parametrize("at", [-2, 2**53, 2**64 - 1, 1.0, "1", None, [1], True])
def test_what_is_no_tick_is_refused(at: Any):
    with pytest.raises(BadMessage):
        Range.definition().decode(encode([65, 1, -1, 7, at]))


def test_without_a_buffer_the_element_is_refused():
    with pytest.raises(BadMessage):
        Plain.definition().decode(encode([65, 1, -1, 7, 5]))


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", [-1, 31, 2.0, True, "2", None])
def test_a_buffer_has_from_0_to_30_ticks(ticks: Any):
    with pytest.raises(DefinitionError, match=r"from 0 \(none waits\) to 30"):

        class Wrong(Game, seats=2, input_buffer_ticks=ticks): ...


def test_a_turn_based_game_has_no_input_buffer():
    with pytest.raises(DefinitionError, match="no ticks that an input could wait for"):

        class Wrong(Game, seats=2, tick_hz=0, input_buffer_ticks=2): ...

    class Right(Game, seats=2, tick_hz=0, input_buffer_ticks=0): ...


class Aim(Action):
    at: int


def test_with_a_buffer_the_name_at_is_the_frameworks():
    class Aims(Game, seats=2):
        uses = (Aim,)

        @on(Aim)
        def aim(self, player: Player, aim: Aim) -> None: ...

    class Buffered(Aims, input_buffer_ticks=1): ...

    assert Aims.definition().decode(encode([64, 1, -1, 5])).at == 5
    with pytest.raises(DefinitionError, match=r"Aim\.at: .* choose another"):
        Buffered.definition()


# --- play ------------------------------------------------------------------------------------------------------------


def shots(match: Match[Range]) -> list[tuple[int, int, int, int]]:
    return match.game.shots


def test_inputs_take_effect_in_the_tick_that_they_are_meant_for():
    match = Match(Range, players=1, paranoid=True)
    match.hold(0, Lean(turn=1), at=3)
    match.act(0, Shoot(number=1), at=4)
    match.hold(0, Lean(turn=0), at=5)
    match.step(6)
    assert shots(match) == [(4, 0, 1, 1)]
    assert match.player(0).angle == 2


def test_a_handler_sees_the_hold_that_was_sent_before_its_action_also_when_a_drop_hastens_both():
    match = Match(Range, players=2, paranoid=True)
    match.hold(0, Lean(turn=3), at=4)
    match.act(0, Shoot(number=1), at=4)
    match.drop(0)
    match.step(5)
    assert shots(match) == [(2, 0, 1, 3)]
    assert match.player(0).angle == 0


def test_a_game_sets_another_bound_for_one_player():
    match = Match(Range, players=2, paranoid=True)
    match.act(0, Slow(ticks=1))
    match.step()
    assert [match.player(seat).input_buffer_ticks for seat in (0, 1)] == [1, 4]
    for seat in (0, 1):
        match.act(seat, Shoot(number=seat), at=100)
    match.step(6)
    assert [shot[:2] for shot in shots(match)] == [(4, 0), (7, 1)]


@pytest.mark.parametrize("ticks", [-1, 31, True, 1.0])
def test_a_players_bound_is_as_bounded_as_the_games(ticks: Any):
    match = Match(Range, players=1)
    with pytest.raises(ValueError, match="from 0 to 30"):
        match.player(0).input_buffer_ticks = ticks
    assert match.player(0).input_buffer_ticks == 4


def test_without_a_buffer_a_player_has_no_bound_to_set():
    match = Match(Plain, players=1)
    assert match.player(0).input_buffer_ticks == 0
    with pytest.raises(ValueError, match="no option input_buffer_ticks="):
        match.player(0).input_buffer_ticks = 2


def test_who_comes_next_to_a_seat_has_the_games_bound():
    match = Match(Range, players=2, paranoid=True)
    match.act(0, Slow(ticks=0))
    match.step()
    match.leave(0)
    match.step()
    assert match.join("Cy") == 0
    match.step()
    assert match.player(0).input_buffer_ticks == 4


def test_what_waited_is_sent_again_after_a_recovery_and_a_players_bound_is_kept():
    match = Match(Range, players=2, paranoid=True)
    match.act(0, Slow(ticks=2))
    match.step()
    match.act(0, Shoot(number=1), at=match.session.tick + 3)
    match.act(1, Shoot(number=2), at=match.session.tick + 2)
    match.recover()
    match.step(4)
    assert match.player(0).input_buffer_ticks == 2
    assert [shot[1:3] for shot in shots(match)] == [(1, 2), (0, 1)]
    assert [shot[0] for shot in shots(match)] == [4, 5]


def test_much_that_comes_while_a_recovered_session_waits_for_the_others_is_applied_with_its_first_step():
    recorded = Recorded(Range)
    recorded.match.join("Ann")
    recorded.match.step(3)
    recorded.recover()
    match = recorded.match
    seat = match.session.seats[0]
    assert seat is not None
    shots = [
        match.definition.decode(encode((65, seat.received + n, -1, n, match.session.tick + n))) for n in range(1, 102)
    ]
    for shot in shots[:100]:  # of some seconds in which its clock has gone on and the session's has not
        assert match.session.input(seat, shot) is None
    match.step()
    assert seat.pending == 0
    assert [number for _, _, number, _ in match.game.shots] == [*range(1, 101)]
    assert match.session.input(seat, shots[100]) is None


def test_a_replay_with_waiting_inputs_runs_again_to_the_same_state(tmp_path: Path):
    recorded = Recorded(Range)
    match = recorded.match
    match.join("Ann")
    match.join("Bob")
    match.step(3)
    match.act(1, Slow(ticks=1))
    for number in range(30):
        tick = match.session.tick
        match.hold(0, Lean(turn=number % 3 - 1), at=tick + 1 + number % 7)
        match.act(1, Shoot(number=number), at=tick + 1 + number % 5)
        if number == 12:
            match.drop(0)
            match.step()
            match.come_back(0)
        if number == 20:
            recorded.recover()
        match = recorded.match
        match.step()
    match.step(6)
    assert 20 < len(match.game.shots) < 30  # the recovery has lost what waited, and nobody has sent it again
    verdict = verify_here(recorded.write(tmp_path), "tests.server.game.test_input_buffer:Range")
    assert verdict.difference is None
    assert verdict.steps > 30
