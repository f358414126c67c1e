"""A paused session's host at its edges: clocks, queues, what fails, what ends, and what is left in the ticker."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint import Game, Player, field, on
from rallypoint.core.orders import Denial
from rallypoint.core.schedule import PausedSchedule
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.runtime.session_row import SessionFilter
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Leave, Ping, Pong

from .held_house import ANN, BOB, HeldHouse, Say, Socket, Talk, settle
from .test_session_pause import BOTH, desk, done, token_of, word


class Chess(Game[Player], seats=(1, 2), tick_hz=0, grace_s=5, max_duration_s=600, name="chess"):
    """A clock runs for an hour from the start."""

    uses = (Say,)
    fallen: int = field(0)

    def started(self) -> None:
        self.after(3600.0, "flag")

    def flag(self) -> None:
        self.fallen += 1

    @on(Say)
    def say(self, player: Player, say: Say) -> None:
        pass


def pongs(house: HeldHouse, socket: Socket) -> float:
    socket.receiver.received(encode(Ping(1.0)))
    return [message.now_ms for message in socket.got if isinstance(message, Pong)][-1]


async def test_the_clock_of_turns_stands_where_it_was_and_not_at_the_last_turn() -> None:
    house = HeldHouse(games=(Chess,))
    operator, session = desk(house), house.session("chess")
    ann = house.sit(session)
    house.run(30.0)
    before = pongs(house, ann)
    done(operator.pause(session, "ada", ""))
    house.run(60.0)
    assert pongs(house, ann) == pytest.approx(before, abs=1.0)
    done(operator.resume(session, "ada"))
    house.run(1.0)
    assert pongs(house, ann) == pytest.approx(before + 1000, abs=1.0)


async def test_the_longest_duration_and_timers_of_turns_wait_too() -> None:
    house = HeldHouse(games=(Chess,))
    operator, session = desk(house), house.session("chess")
    ann = house.sit(session)
    house.run(590.0)
    done(operator.pause(session, "ada", ""))
    house.run(60.0)
    done(operator.resume(session, "ada"))
    house.run(9.0)
    assert house.host(session).running
    house.run(2.0)
    assert ann.closed == (int(CloseCode.ENDED), "the time is up")
    assert house.host(session).core.game.state()["game"]["fallen"] == 0


@BOTH
async def test_an_end_of_a_paused_session_leaves_who_is_away_the_result(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    house.sit(session)
    bob = house.sit(session, BOB)
    bob.receiver.lost(None, "")
    house.run(1.0)
    done(operator.pause(session, "ada", ""))
    house.run(60.0)
    house.host(session).end("enough", "ada")
    house.run(3.0)
    again = house.take(session, token_of(bob), epoch=1)
    assert again.ended
    assert again.closed == (int(CloseCode.ENDED), "enough")


async def test_a_session_with_room_is_filled_again_after_a_pause_that_a_crash_was_in() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    house.sit(session)
    done(operator.pause(session, "ada", ""))
    assert list(house.node.open_sessions("talk")) == []
    house.sweep()
    house = house.die()
    house.node.held_back.release()
    house.run(1.0)
    assert list(house.node.open_sessions("talk")) == [], "the queue has looked, and forgets it"
    done(desk(house).resume(session, "ada"))
    assert [one.session_id for one in house.node.open_sessions("talk")] == [session]


@BOTH
async def test_a_game_that_raises_in_a_paused_step_ends_its_session(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    other = house.session(game)
    ann = house.sit(session)
    bob = house.sit(other, BOB)
    done(operator.pause(session, "ada", ""))
    house.say(ann, session, "raise")
    done(operator.step(session, "ada", 10))
    house.run(0.1)
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.GAME_FAILED
    assert house.node.find(session) is None
    assert word(operator.step(session, "ada", 1)) == "unknown"
    house.say(bob, other, "still here")
    house.run(0.1)
    assert bob.heard == ["still here"]


@BOTH
async def test_a_pause_while_a_step_is_not_committed_loses_nothing_of_it(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann = house.sit(session)
    house.journal.held = True
    house.say(ann, session, "one")
    house.run(0.1)
    assert ann.heard == []
    done(operator.pause(session, "ada", ""))
    tick = house.host(session).tick
    house.say(ann, session, "two", 2)
    done(operator.step(session, "ada", 1))
    house.run(0.1)
    assert (house.host(session).tick, ann.heard) == (tick + 1, [])
    house.journal.held = False
    house.journal.commit()
    done(operator.resume(session, "ada"))
    house.run(0.5)
    assert ann.heard == ["one", "two"]
    assert ann.closed is None


async def test_what_the_game_has_asked_is_answered_with_the_next_step() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    ann = house.sit(session)
    asked = Talk.asked
    house.say(ann, session, "ask")
    house.run(0.1)
    done(operator.pause(session, "ada", ""))
    waiting = house.host(session).core.stimuli_waiting
    await settle()
    assert Talk.asked == asked + 1
    assert house.host(session).core.stimuli_waiting == waiting + 1
    done(operator.step(session, "ada", 1))
    house.run(0.1)
    assert house.host(session).core.stimuli_waiting == 0


@BOTH
async def test_who_comes_to_a_paused_session_is_told_and_who_was_told_is_not_told_again(game: str) -> None:
    house = HeldHouse()
    told: list[Any] = []
    operator, session = desk(house, told), house.session(game)
    ann = house.sit(session)
    token = house.reserve(session, BOB)
    done(operator.pause(session, "ada", "a moment"))
    assert [one[0] for one in told] == [ANN, BOB]
    told.clear()
    house.take(session, token_of(ann), epoch=1)
    assert told == []
    house.take(session, token)
    assert told == [(BOB, "paused", "a moment", session)]
    done(operator.resume(session, "ada"))
    told.clear()
    house.sit(session, PlayerId("cid"))
    assert told == []


@BOTH
async def test_who_leaves_a_paused_session_is_free_at_once_and_comes_back_elsewhere(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann = house.sit(session)
    house.sit(session, BOB)
    done(operator.pause(session, "ada", ""))
    ann.receiver.received(encode(Leave()))
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.LEFT
    assert not house.node.is_seated(ANN)
    elsewhere = house.sit(house.session(game), ANN)
    assert elsewhere.closed is None
    done(operator.resume(session, "ada"))
    house.run(0.5)
    assert house.node.is_seated(ANN), "the step that frees the former seat takes nothing from the new one"


async def test_a_game_that_nobody_waits_in_is_paused_cancelled_and_forgotten() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    done(operator.pause(session, "ada", ""))
    house.run(120.0)
    assert house.host(session).core.state is SessionState.WAITING
    done(operator.resume(session, "ada"))
    house.run(120.0)
    assert house.node.find(session) is None


@BOTH
async def test_pausing_and_resuming_all_day_leaves_nothing_in_the_ticker(game: str) -> None:
    house = HeldHouse(games=(Talk, Chess))
    operator, session = desk(house), house.session("chess" if game == "turns" else game)
    house.sit(session)
    for _ in range(500):
        done(operator.pause(session, "ada", ""))
        done(operator.step(session, "ada", 100))
        done(operator.resume(session, "ada"))
        house.run(0.01)
    house.run(0.1)
    assert len(house.node.ticker._due) < 100
    house.run(0.1)
    assert house.host(session).schedule.queued < float("inf"), "and it is still looked at"


async def test_steps_that_are_left_are_not_made_after_a_resume() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    house.sit(session)
    done(operator.pause(session, "ada", ""))
    done(operator.step(session, "ada", 100))
    house.run(0.01)
    tick = house.host(session).tick
    done(operator.resume(session, "ada"))
    house.run(1.0)
    assert house.host(session).tick - tick == pytest.approx(20, abs=1)
    done(operator.pause(session, "ada", ""))
    schedule = house.host(session).schedule
    assert isinstance(schedule, PausedSchedule)
    assert schedule.left == 0


async def test_a_pause_in_the_moment_of_a_tick_has_that_tick_or_not() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    house.sit(session)
    for _ in range(40):
        house.now = max(house.now, house.host(session).schedule.next_due)
        tick = house.host(session).tick
        done(operator.pause(session, "ada", ""))
        done(operator.step(session, "ada", 1))
        house.node.ticker._wake()
        house.run(0.05)
        assert house.host(session).tick == tick + 1
        done(operator.resume(session, "ada"))
        house.run(0.005)


async def test_many_paused_ones_are_ended_and_a_drain_ends_what_is_left() -> None:
    house = HeldHouse()
    operator = desk(house)
    sessions = [house.session("talk" if number % 2 else "turns") for number in range(30)]
    for session in sessions[:25]:
        done(operator.pause(session, "ada", ""))
    house.run(0.1)
    answer = await operator.bulk(SessionFilter("", "", "paused"), "end", "ada", "bye", 25)
    assert not isinstance(answer, Denial)
    assert (answer.matched, answer.done) == (25, 25)
    house.run(0.1)
    assert len(house.node.hosts) == 5
    for session in sessions[25:]:
        done(operator.pause(session, "ada", ""))
    house.node.cordon.drain(house.now, "ada", 5, 10.0)
    house.run(9.0)
    assert len(house.node.hosts) == 5, "a drain waits for paused sessions"
    done(operator.resume(sessions[25], "ada"))
    done(operator.pause(sessions[25], "ada", ""))
    house.run(2.0)
    await settle()
    house.run(0.5)
    assert len(house.node.hosts) == 0


async def test_a_session_that_has_ended_or_is_to_is_not_paused() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    ann = house.sit(session)
    house.host(session).end("enough")
    assert word(operator.pause(session, "ada", "")) == "ended"
    house.run(0.1)
    assert word(operator.pause(session, "ada", "")) == "ended"
    assert ann.closed is not None


async def test_a_pause_right_before_a_crash_that_nobody_was_told_of_is_none_or_whole() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    ann = house.sit(session)
    house.run(1.0)
    house.journal.held = True
    done(operator.pause(session, "ada", ""))
    house.run(0.1)
    house = house.die(lost=1)
    house.take(session, token_of(ann), epoch=1)
    house.run(1.0)
    core = house.host(session).core
    seat: Any = core.seats[0]
    assert seat.state is SeatState.CONNECTED
    assert (core.paused is None) is (core.tick > 25)


@BOTH
async def test_a_pause_right_after_a_recovery_shows_the_state_and_no_empty_one(game: str) -> None:
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    house.say(ann, session, "one")
    house.run(1.0)
    house.sweep()
    house = house.die()
    house.node.held_back.release()
    done(desk(house).pause(session, "ada", ""))
    again = house.take(session, token_of(ann), epoch=1)
    (shown,) = again.passes
    assert [len(part.enters or []) for part in shown.parts] == [2], "the game and its player"
    done(desk(house).step(session, "ada", 1))
    house.say(again, session, "two", 2)
    done(desk(house).resume(session, "ada"))
    house.run(0.5)
    assert again.heard[-1] == "two"
