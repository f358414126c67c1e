"""A session's host while an operator has paused it: no steps but those asked for, also after a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rallypoint import Entity, Game, Hold, Player, field, on
from rallypoint.core.kept_schema import KeptSchema
from rallypoint.core.orders import Denial
from rallypoint.core.replay import stages
from rallypoint.core.replay_format import Record, RecordKind
from rallypoint.core.schedule import PausedSchedule
from rallypoint.core.seat import SeatState
from rallypoint.ports import EntryKind
from rallypoint.replay_rerun import rerun
from rallypoint.runtime.session_desk import SessionDesk
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.messages import Ping, Pong
from rallypoint_protocol.schema import decode_schema

from .held_house import BOB, HeldHouse, Say, Socket

BOTH = pytest.mark.parametrize("game", ["talk", "turns"])


class Steer(Hold):
    turn: int


class Ship(Entity):
    x: float = field(0.0)


class Sail(Game[Player], seats=(1, 4), tick_hz=20, grace_s=5, name="sail"):
    uses = (Steer, Say, Ship)

    def joined(self, player: Player) -> None:
        self.spawn(Ship, owner=player)
        self.after(0.3, "gust")

    def gust(self) -> None:
        self.all(Ship)[0].x += self.random.random()
        self.after(0.3, "gust")

    @on(Say)
    def say(self, player: Player, say: Say) -> None:
        self._ship(player).x *= 2

    def tick(self) -> None:
        for player in self.players:
            self._ship(player).x += player.held(Steer).turn

    def _ship(self, player: Player) -> Ship:
        ship = player.one(Ship)
        assert ship is not None
        return ship


def desk(house: HeldHouse, told: list[Any] | None = None) -> SessionDesk:
    def tell(player: PlayerId, kind: str, text: str, session: SessionId | None) -> bool:
        if told is not None:
            told.append((player, kind, text, session))
        return False

    return SessionDesk(house.node, lambda: house.unix_s, house.node._loop, tell)


def token_of(socket: Socket) -> bytes:
    assert socket.seated is not None
    return socket.seated.token


def done(answer: Any) -> Any:
    assert not isinstance(answer, Denial), answer
    return answer


def word(answer: Any) -> str:
    assert isinstance(answer, Denial), answer
    return answer.error


async def test_a_paused_session_makes_the_steps_that_are_asked_for_one_each_bucket() -> None:
    house = HeldHouse()
    told: list[Any] = []
    operator, session = desk(house, told), house.session()
    ann = house.sit(session)
    house.run(1.0)
    tick = house.host(session).tick
    info = done(operator.pause(session, "ada", " a  moment "))
    assert (info.paused.by, info.paused.reason, info.free) == ("ada", "a moment", 0)
    house.run(5.0)
    assert house.host(session).tick == tick
    assert len(ann.passes) == tick
    done(operator.step(session, "ada", 7))
    house.run(0.005)
    assert house.host(session).tick == tick + 1, "they hold up nobody"
    house.run(0.2)
    assert house.host(session).tick == tick + 7
    assert (ann.passes[-1].head.tick, ann.passes[-1].head.now_ms) == (tick + 7, (tick + 7) * 50)
    assert done(operator.resume(session, "ada")).paused is None
    house.run(1.0)
    assert house.host(session).tick == pytest.approx(tick + 27, abs=1)
    assert [one[1:3] for one in told] == [("paused", "a moment"), ("resumed", "")]


async def test_only_a_paused_session_is_stepped_and_not_for_ever() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    house.sit(session)
    assert word(operator.step(session, "ada", 1)) == "not_paused"
    done(operator.pause(session, "ada", ""))
    done(operator.step(session, "ada", 60))
    assert word(operator.step(session, "ada", 41)) == "too_fast"
    done(operator.step(session, "ada", 40))
    done(operator.resume(session, "ada"))
    assert word(operator.step(session, "ada", 1)) == "not_paused"
    assert word(operator.pause(SessionId("nope"), "ada", "")) == "unknown"


@BOTH
async def test_a_session_is_paused_again_and_again_and_loses_no_step(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann = house.sit(session)
    for number in range(1, 6):
        done(operator.pause(session, "ada", ""))
        house.say(ann, session, f"word {number}", number)
        house.run(0.5)
        assert len(ann.heard) == number - 1
        done(operator.resume(session, "ada"))
        house.run(0.2)
        assert ann.heard[-1] == f"word {number}"
    assert ann.closed is None


async def test_a_turn_based_session_is_stepped_for_what_waits() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session("turns")
    ann = house.sit(session)
    done(operator.pause(session, "ada", ""))
    tick = house.host(session).tick
    done(operator.step(session, "ada", 5))
    house.run(0.1)
    assert house.host(session).tick == tick, "there is nothing to step"
    for seq in (1, 2, 3):
        house.say(ann, session, f"word {seq}", seq)
    done(operator.step(session, "ada", 2))
    house.run(0.1)
    assert ann.heard == ["word 1", "word 2"]
    done(operator.step(session, "ada", 50))
    house.run(0.5)
    assert ann.heard == ["word 1", "word 2", "word 3"]
    schedule = house.host(session).schedule
    assert isinstance(schedule, PausedSchedule)
    assert schedule.left == 0, "nothing is owed for what was not there"


async def test_a_client_that_goes_on_playing_is_not_cut() -> None:
    house = HeldHouse(games=(Sail,))
    operator, session = desk(house), house.session("sail")
    ann = house.sit(session)
    inputs = make_inputs(decode_schema(house.host(session).definition.schema_bytes).inputs)
    done(operator.pause(session, "ada", ""))
    for seq in range(1, 2001):
        ann.receiver.received(encode(inputs["Steer"](seq=seq, tick=0, turn=seq)))
        house.run(0.05 if seq % 10 == 0 else 0.0)
    for seq in range(2001, 2200):
        ann.receiver.received(encode(inputs["Say"](seq=seq, tick=0, text="x")))
    house.run(30.0)
    assert ann.closed is None
    assert house.host(session).core.stimuli_waiting < 70
    done(operator.resume(session, "ada"))
    house.run(0.5)
    assert ann.closed is None
    seat = house.host(session).core.seats[0]
    assert seat is not None
    assert (seat.applied, seat.pending) == (2199, 0)


async def test_the_session_clock_stands_still() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    ann = house.sit(session)
    house.run(1.0)
    done(operator.pause(session, "ada", ""))
    for _ in range(2):
        house.run(3.0)
        ann.receiver.received(encode(Ping(1.0)))
    first, second = [message.now_ms for message in ann.got if isinstance(message, Pong)]
    assert first == second == house.host(session).core.now_ms


@BOTH
async def test_who_comes_back_sees_the_session_as_it_stands(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann = house.sit(session)
    house.say(ann, session, "one")
    house.run(1.0)
    done(operator.pause(session, "ada", ""))
    again = house.take(session, token_of(ann), epoch=1)
    assert ann.closed == (int(CloseCode.TAKEN_OVER), CloseCode.TAKEN_OVER.policy.meaning)
    assert [one.head.tick for one in again.passes] == [house.host(session).tick]
    done(operator.step(session, "ada", 1))
    house.run(0.1)
    assert len(again.passes) == 2


@BOTH
async def test_a_paused_session_ends_when_it_is_ended(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann = house.sit(session)
    done(operator.pause(session, "ada", ""))
    house.run(3.0)
    house.host(session).end("enough", "ada")
    house.run(0.1)
    assert ann.closed == (int(CloseCode.ENDED), "enough")
    assert session not in house.node.hosts
    assert word(operator.resume(session, "ada")) == "ended"
    last = done(operator.timeline(session, 1)).items[0]
    assert (last.kind, last.text, last.by) == ("ended", "enough", "ada")


# --- over a crash -----------------------------------------------------------------------------------------------------


@BOTH
async def test_a_paused_session_is_paused_after_a_crash_and_a_grace_window_with_it(game: str) -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session(game)
    ann, bob = house.sit(session), house.sit(session, BOB)
    house.run(1.0)
    bob.receiver.lost(None, "")
    house.run(2.0)
    done(operator.pause(session, "ada", "why"))
    house.run(1.0)
    tick = house.host(session).tick
    house = house.die()
    operator = desk(house)
    assert word(operator.resume(session, "ada")) == "recovering"
    again = house.take(session, token_of(ann), epoch=1)
    assert [one.head.tick for one in again.passes] == [tick], "it sees the session at once"
    assert not house.host(session).held_back
    house.run(60.0)
    assert house.host(session).tick == tick
    pause = house.host(session).core.paused
    assert pause is not None
    assert (pause.by, pause.reason) == ("ada", "why")
    house = house.die()
    house.node.held_back.release()
    operator = desk(house)
    house.run(60.0)
    done(operator.resume(session, "ada"))
    away = house.host(session).core.seats[1]
    assert away is not None
    house.run(2.5)
    assert away.state is SeatState.AWAY, "it has three of its five seconds left"
    house.run(1.0)
    assert away.state is SeatState.EXPIRED


async def test_a_recovered_paused_session_is_stepped_and_ended() -> None:
    house = HeldHouse()
    session = house.session()
    ann = house.sit(session)
    done(desk(house).pause(session, "ada", ""))
    house.sweep()
    house = house.die()
    tick = house.host(session).tick
    again = house.take(session, token_of(ann), epoch=1)
    operator = desk(house)
    done(operator.step(session, "ada", 3))
    house.run(0.1)
    assert [one.head.tick for one in again.passes] == [tick, tick + 1, tick + 2, tick + 3]
    house.host(session).end("enough")
    house.sweep()
    house = house.die()
    house.node.held_back.release()
    house.run(0.1)
    assert house.host(session).running is False, "the end was asked for before the crash"


async def test_a_replay_of_a_paused_and_stepped_session_verifies() -> None:
    house = HeldHouse(games=(Sail,))
    operator, session = desk(house), house.session("sail")
    ann = house.sit(session)
    definition = house.host(session).definition
    inputs = make_inputs(decode_schema(definition.schema_bytes).inputs)
    for seq in range(1, 200):
        ann.receiver.received(encode(inputs["Steer" if seq % 3 else "Say"](seq=seq, tick=0, **_fields(seq))))
        if seq % 40 == 10:
            done(operator.pause(session, "ada", ""))
        if seq % 40 == 20:
            done(operator.step(session, "ada", 9))
        if seq % 40 == 35:
            done(operator.resume(session, "ada"))
        house.run(0.05)
    kinds = {EntryKind.WHOLE: RecordKind.WHOLE, EntryKind.PART: RecordKind.PART}
    records = [
        Record(kinds[entry.kind], entry.data, 0, 0)
        for entries, _ in house.journal.batches
        for entry in entries
        if entry.key == house.host(session).key
    ]
    verdict = rerun(definition, KeptSchema.decode(definition.kept_schema.encoded), stages(records))
    assert (verdict.difference, verdict.skipped) == (None, [])
    assert verdict.steps == house.host(session).tick


def _fields(seq: int) -> Mapping[str, Any]:
    return {"turn": seq} if seq % 3 else {"text": "x"}


async def test_what_was_skipped_before_a_pause_is_counted_after_it() -> None:
    house = HeldHouse()
    operator, session = desk(house), house.session()
    house.sit(session)
    house.now += 3.0
    house.run(0.1)
    skipped = house.host(session).schedule.skipped
    assert skipped > 0
    done(operator.pause(session, "ada", ""))
    assert house.host(session).schedule.skipped == skipped
    house.run(10.0)
    done(operator.resume(session, "ada"))
    house.run(1.0)
    assert house.host(session).schedule.skipped == skipped, "a pause skips nothing"
