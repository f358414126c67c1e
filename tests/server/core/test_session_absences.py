"""Absences: countdowns, grace, and seats that are freed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rallypoint import Action, Game, Hold, Player, PlayerState, on
from rallypoint.core.orders import Denial
from rallypoint.core.seat import SeatState
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from tests.server.core.script import KIND, TICK_S, Guest, Table, emit


def test_others_are_told_until_when_a_seat_is_kept():
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    table.step(9)
    ann.drop()
    table.step()
    assert table.game.told("drop") == [("drop", 0, 500 + 30_000)]  # it was lost at the tenth step


@pytest.mark.parametrize("grace_s", [0.5, 1.0, 7.25])
def test_the_countdown_that_others_see_ends_when_the_seat_is_freed(grace_s: float):
    table = Table(grace_s=grace_s)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    until_ms = table.game.told("drop")[0][2]
    while not table.game.told("leave"):
        assert table.session.now_ms <= until_ms
        table.step()
    assert until_ms <= table.session.now_ms <= until_ms + 50
    assert table.game.told("leave") == [("leave", 0, "expired")]
    assert not table.game.told("away_until")


def test_the_countdown_is_corrected_when_session_time_falls_behind():
    table = Table(grace_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    table.now += 4.0  # the node was away; ticks were skipped
    table.step(20)  # looked at once a second
    shown = table.game.told("away_until")[-1][2]
    while not table.game.told("leave"):
        table.step()
    assert abs(shown - table.session.now_ms) <= 50
    assert len(table.game.told("away_until")) == 1


def test_the_countdown_of_an_absence_that_is_over_is_not_corrected():
    table = Table(grace_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    ann.resume()
    table.step(20)
    ann.drop()
    table.step(20)
    assert not table.game.told("away_until")
    assert len(table.game.told("drop")) == 2


def test_each_seat_is_freed_at_its_own_time():
    table = Table(grace_s=2.9, reserved_s=1.9)
    ann, bob, cid = table.play("Ann", "Bob", "Cid")
    table.reserve("Dan")  # until 1.9 s from now
    freed: dict[Any, Any] = {}
    for second in range(6):
        if second < 2:
            (ann, bob)[second].drop()  # until 2.9 s, and 3.9 s from now
        for _ in range(20):
            freed |= {seat.name: second for seat in table.step().freed}
    assert freed == {"Dan": 1, "Ann": 2, "Bob": 3}
    assert table.session.seats[cid.index] is cid.seat


def test_a_seat_is_freed_exactly_once_when_its_grace_ends():
    table = Table(grace_s=1)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    dropped = table.now
    table.step_until(dropped + 1)
    assert ann.seat.state is SeatState.AWAY
    table.now = dropped + 1 - TICK_S
    step = table.step()
    assert step.freed == [ann.seat]
    assert ann.seat.state is SeatState.EXPIRED
    assert table.session.seats[0] is None
    assert [table.step().freed for _ in range(50)] == [[]] * 50
    assert table.game.told("leave") == [("leave", 0, "expired")]


def test_a_player_may_come_back_until_the_very_end_of_the_grace():
    table = Table(grace_s=1)
    ann, bob = table.play("Ann", "Bob")
    ann.drop()
    bob.drop()
    at = table.now
    table.now = at + 1 - 1e-6
    ann.resume()
    table.now = at + 1
    assert bob.refused().code is CloseCode.UNKNOWN  # even if no step has freed the seat yet
    step = table.step()
    assert [seat.index for seat in step.freed] == [1]
    assert ann.seat.state is SeatState.CONNECTED


def test_a_reservation_that_nobody_takes_is_freed_without_a_word_to_the_game():
    table = Table(reserved_s=15)
    table.play("Ann")
    bob = table.reserve("Bob")
    table.step_until(table.now + 14.95)
    assert table.session.seats[1] is bob.seat
    step = table.step(2)
    assert step.freed == [bob.seat] or table.session.seats[1] is None
    assert not table.game.told("leave")
    assert len(table.game.told("join")) == 1


@pytest.mark.parametrize(
    "leave", [lambda guest: guest.leave(), lambda guest: guest.leave("kicked")], ids=["left", "kicked"]
)
def test_a_player_who_leaves_or_is_kicked_is_gone_with_the_next_step(leave: Callable[[Guest], None]):
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    leave(ann)
    assert ann.seat.state is SeatState.LEFT
    assert ann.refused().code is CloseCode.UNKNOWN
    leave(ann)  # twice is once
    ann.drop()
    step = table.step()
    assert step.freed == [ann.seat]
    reason = table.game.told("leave")[0][2]
    assert table.game.told("leave", "drop") == [("leave", 0, reason)]
    assert len(ann.passes) == 1


@pytest.mark.parametrize("take", [False, True])
def test_who_leaves_before_the_first_step_is_freed(take: bool):
    table = Table()
    table.play("Ann")
    bob = table.reserve("Bob")
    if take:
        bob.take()
    bob.leave()
    assert table.step().freed == [bob.seat]
    assert len(table.game.told("join")) == len(table.game.told("leave")) + 1
    assert not bob.passes


def test_a_drop_and_a_return_before_the_first_step_are_told_after_the_join():
    table = Table()
    ann = table.sit("Ann")
    ann.drop()
    ann.resume()
    table.step()
    assert [call[0] for call in table.game.told("join", "drop", "come_back")] == ["join", "drop", "come_back"]
    assert ann.replica.tick == 1


def test_a_game_without_grace_frees_a_seat_with_the_step_after_the_drop():
    table = Table(grace_s=0)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    assert ann.refused().code is CloseCode.UNKNOWN
    assert table.step().freed == [ann.seat]
    assert [call[0] for call in table.game.told("drop", "leave")] == ["drop", "leave"]


def test_a_place_is_free_only_after_the_step_that_tells_the_game():
    table = Table((1, 2))
    ann, _ = table.play("Ann", "Bob")
    ann.leave()
    assert table.session.free_seats == 0
    assert isinstance(table.session.reserve(PlayerId("x"), "Cid", table.now), Denial)
    table.step()
    cid = table.sit("Cid")
    assert cid.index == 0
    emit(table, 0, "welcome")
    table.step()
    assert [call[0] for call in table.game.told("join", "leave") if call[1] == 0] == ["join", "leave", "join"]
    assert [item.n for item in cid.events] == [1]
    assert cid.passes[0].parts[0].age == 0
    assert ann.refused().code is CloseCode.UNKNOWN


def test_an_event_for_a_player_who_is_gone_goes_nowhere():
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    table.game.hooks["leave"] = lambda seat, reason: table.game.events.append((seat, KIND, []))
    ann.leave()
    table.step(2)
    assert not ann.events


def test_an_event_to_a_player_who_joins_comes_with_the_first_state():
    table = Table()
    table.game.hooks["join"] = lambda seat, name: table.game.events.append((seat, KIND, [name]))
    ann, bob = table.play("Ann", "Bob")
    assert [[(item.n, item.tick, item.fields) for item in guest.events] for guest in (ann, bob)] == [
        [(1, 1, ["Ann"])],
        [(1, 1, ["Bob"])],
    ]
    assert ann.passes[0].parts[0].age == 0


class Push(Hold):
    force: int


class Jump(Action):
    pass


class Jumper(Game[Player], seats=(1, 2), tick_hz=20, grace_s=5):
    uses = (Push, Jump)

    @on(Jump)
    def jump(self, player: Player, _: Jump) -> None: ...


def test_holds_are_let_go_when_a_player_drops():
    match = Match(Jumper, players=1)
    match.hold(0, Push(force=5))
    match.step()
    assert match.player(0).held(Push).force == 5
    match.step(3)
    assert match.player(0).held(Push).force == 5
    match.drop(0)
    match.step()
    assert match.player(0).held(Push).force == 0
    match.come_back(0)
    match.step()
    assert match.player(0).held(Push).force == 0


def test_holds_are_let_go_at_a_takeover_because_what_was_released_meanwhile_is_not_sent():
    match = Match(Jumper, players=1)
    match.hold(0, Push(force=5))
    match.step()
    match.come_back(0)
    match.step()
    assert match.player(0).held(Push).force == 0


def test_the_state_of_others_shows_an_absence_and_its_end():
    match = Match(Jumper, players=2)
    match.drop(0)
    match.step()
    ann = next(player for player in match.view(1).players if player.seat == 0)
    assert (ann.state, ann.away_until_ms) == (PlayerState.AWAY, 5050)
    match.come_back(0)
    match.step()
    assert (ann.state, ann.away_until_ms) == (PlayerState.CONNECTED, 0)
