"""Seats that predict, and what their inputs say: for which tick they are meant, and which tick was shown."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from rallypoint_client.classes import SchemaCache
from rallypoint_client.errors import OnlyWatching
from rallypoint_client.heartbeat import Timing
from rallypoint_client.predicted import Predicted, make_prediction
from rallypoint_client.prediction import Prediction
from rallypoint_client.retry import Drop
from rallypoint_client.seat_core import Got, SeatCore, SeatOffer
from rallypoint_client.seat_state import SeatState
from rallypoint_client.shown import SHOWN_PASSES_MAX
from rallypoint_protocol.schema import EntityDef, Enumeration, FieldDef, encode_schema
from tests.client.wire import FIRE, SCHEMA, STEER, TURNS, make_pass, player, pong, seated, ship

BUFFERED = msgspec.structs.replace(SCHEMA, input_buffer_ticks=6)
ACK, PING = 5, 6


def step(entity: Any, held: Any, dt: float) -> None:
    entity.x += 10 * dt * held.Steer.turn


class Seat:
    """A core with a clock, which knows the session's: both are 60 ms away from each other."""

    def __init__(self, schema: Any = BUFFERED, seat: int = 0, pongs: bool = True) -> None:
        self.data = data = encode_schema(schema)
        self.now = 100.0
        self.core = SeatCore(SeatOffer("s", b"t", "ws://x", b""), SchemaCache(), Random(1), Timing(), self.now)
        self.core.first_frame(self.now)
        self.got(seated(seat=seat, schema=data), make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100, ammo=3)]))
        if pongs:
            self.clock(50.0)
        self.sent()

    def clock(self, session_ms: float) -> None:
        self.got(pong(self.now * 1000 - 120, session_ms - 60))

    def got(self, *payloads: bytes) -> None:
        for payload in payloads:
            if self.core.received(payload, self.now) is Got.PASS:
                self.core.reconcile(self.now)
                self.core.pass_done()

    def tick(self, tick: int, **more: Any) -> None:
        self.now += 0.05
        self.got(make_pass(tick, **more))

    def sent(self) -> list[Any]:
        frames, self.core.outbox[:] = [msgspec.msgpack.decode(each) for each in self.core.outbox], []
        return frames

    def inputs(self) -> list[Any]:
        return [frame for frame in self.sent() if frame[0] >= 64]

    def predict(self, **options: Any) -> Prediction:
        prediction = make_prediction(self.core.classes, "Ship", step, **options)
        self.core.predict(prediction, "Ship", self.now)
        return prediction

    def hold(self, turn: int, **more: Any) -> None:
        self.core.hold(self.core.classes.inputs.Steer(turn=turn, **more), False, self.now)

    def fire(self) -> None:
        self.core.act(self.core.classes.inputs.Fire(), self.now)

    def lose(self, **more: Any) -> None:
        self.core.lost(None, "", self.now)
        self.core.first_frame(self.now)
        self.got(seated(b"t2", schema=self.data, **more))


# --- which tick an input is meant for -------------------------------------------------------------------------------


def test_without_a_prediction_inputs_are_for_the_next_step_and_are_as_they_always_were():
    for schema in (SCHEMA, BUFFERED):
        seat = Seat(schema)
        seat.hold(1)
        seat.fire()
        assert seat.inputs() == [[STEER, 1, 1, 1, False], [FIRE, 2, 1]]


def test_with_one_they_say_the_tick_in_which_they_count():
    seat = Seat()
    seat.predict()
    seat.hold(1)  # it is 50 ms, and the lead 85: what is done now is for the third tick
    seat.fire()
    assert seat.inputs() == [[STEER, 1, 1, 1, False, 3], [FIRE, 2, 1, 3]]


def test_a_game_without_a_buffer_is_not_told():
    seat = Seat(SCHEMA)
    seat.predict()
    seat.hold(1)
    assert seat.inputs() == [[STEER, 1, 1, 1, False]]


def test_whoever_makes_an_input_may_say_the_tick_without_a_prediction():
    seat = Seat()
    seat.hold(1, at=9)
    assert seat.inputs() == [[STEER, 1, 1, 1, False, 9]]


def test_an_action_that_is_sent_again_is_meant_for_the_same_tick_and_a_hold_for_the_next():
    seat = Seat()
    seat.predict()
    seat.hold(1)
    seat.fire()
    seat.sent()
    seat.lose(outcome="resumed", received=2)
    assert seat.inputs() == [[FIRE, 2, 1, 3], [STEER, 3, 1, 1, False]]


def test_after_a_recovery_nothing_is_meant_for_a_tick_of_before():
    seat = Seat()
    seat.predict()
    seat.fire()
    seat.sent()
    seat.lose(outcome="resync", epoch=2)
    assert seat.inputs() == [[FIRE, 1, -1]]


def test_holds_beyond_what_goes_between_two_passes_keep_their_tick():
    seat = Seat()
    seat.predict()
    for turn in range(1, 19):
        seat.hold(turn)
    assert len(seat.inputs()) == 16
    seat.tick(2)
    assert seat.inputs() == [[STEER, 17, 2, 18, False, 3]]


def test_no_more_holds_wait_for_their_tick_than_a_server_lets_wait():
    seat = Seat()
    seat.predict()
    sent = []
    for tick in range(2, 12):  # none of them is decided: a long way
        for turn in range(10):
            seat.hold(tick * 10 + turn)
        seat.tick(tick)
        sent += seat.inputs()
    assert 24 < len(sent) <= 24 + 10  # one more with each pass, the latest
    assert sent[-1][3] == 119


# --- what is predicted ----------------------------------------------------------------------------------------------


def test_the_players_own_entity_answers_at_once():
    seat = Seat()
    seat.predict()
    assert seat.core.predicted(seat.now).x == pytest.approx(1.0)
    seat.hold(1)
    seat.now += 0.03
    assert seat.core.predicted(seat.now).x > 1.05
    assert seat.core.view.me.one("Ship").x == 1.0


def test_a_hold_from_before_the_prediction_counts():
    seat = Seat()
    seat.hold(1)
    seat.predict()
    seat.now += 0.1
    assert seat.core.predicted(seat.now).x > 1.5


def test_every_input_that_was_sent_is_known_also_those_that_waited_for_a_pass():
    seat = Seat()
    prediction = seat.predict()
    for turn in range(1, 19):
        seat.hold(turn)
    assert prediction.stats.inputs == 16
    seat.tick(2)
    assert prediction.stats.inputs == 17


def test_after_a_resume_and_after_a_resync_it_begins_anew_with_what_is_held():
    for outcome, epoch in (("resumed", 1), ("resync", 1), ("resync", 2)):
        seat = Seat()
        prediction = seat.predict()
        seat.hold(1)
        seat.tick(2, changes=[7, 1, 50], applied=(1, 0))
        assert prediction.stats.starts == 1
        seat.lose(outcome=outcome, epoch=epoch, applied=1, received=1)
        assert prediction.halted
        entered = [player(0), ship(7, 0, x=400, ammo=3)]
        seat.tick(3, epoch=epoch, age=1 if outcome == "resumed" else 0, applied=(1, 0),
                  **({"changes": [7, 1, 250]} if outcome == "resumed" else {"enters": entered}))  # fmt: skip
        seat.clock(150.0)
        assert prediction.stats.starts == 2
        assert seat.core.predicted(seat.now).x == pytest.approx(4.0, abs=1.6)
        seat.now += 0.1
        assert seat.core.predicted(seat.now).x > 4.4  # it is held again


def test_a_pass_that_does_not_fit_ends_with_a_new_beginning_too():
    seat = Seat()
    prediction = seat.predict()
    with pytest.raises(Drop):
        seat.got(make_pass(2, crc=1))
    seat.lose(outcome="resync", epoch=1)
    seat.tick(3, age=0, enters=[player(0), ship(7, 0, x=400, ammo=3)])
    assert prediction.stats.starts == 2


def test_while_it_is_away_what_was_predicted_stays_in_the_picture():
    seat = Seat()
    seat.predict()
    seat.core.predicted(seat.now)
    seat.core.lost(None, "", seat.now)
    assert seat.core.state is SeatState.RESUMING
    seat.now += 1.0
    assert seat.core.predicted(seat.now).x == pytest.approx(1.0)


def test_another_game_ends_it():
    seat = Seat()
    seat.predict()
    other = encode_schema(msgspec.structs.replace(BUFFERED, game="other"))
    seat.core.lost(None, "", seat.now)
    seat.core.first_frame(seat.now)
    seat.got(seated(b"t2", schema=other, outcome="resync", epoch=2))
    assert seat.core.prediction is None
    assert seat.core.predicted(seat.now) is None


def test_a_state_that_is_strangely_old_makes_it_ask_for_the_sessions_clock():
    seat = Seat()
    seat.predict()
    seat.tick(2)
    assert PING not in [frame[0] for frame in seat.sent()]
    seat.now += 1.0  # no tick: the session has stood still, or the network
    for tick in range(3, 8):
        seat.tick(tick)
    assert [frame[0] for frame in seat.sent()].count(PING) == 1
    seat.clock(350.0)  # it stood still
    assert seat.core.session_ms(seat.now) == pytest.approx(350.0)
    seat.tick(8)
    seat.now += 1.0
    seat.tick(9)
    assert [frame[0] for frame in seat.sent()].count(PING) == 1


def test_nothing_is_predicted_before_the_session_has_started_and_the_last_picture_stays_when_it_has_ended():
    status = Enumeration("SessionStatus", (("WAITING", 0), ("RUNNING", 1), ("ENDED", 2)))
    game = EntityDef("Game", (FieldDef("status", status),))
    seat = Seat(msgspec.structs.replace(BUFFERED, entities=(game, *BUFFERED.entities[1:])))
    prediction = seat.predict()
    seat.tick(2, enters=[[0, 0, None, 1, 0]])
    assert seat.core.predicted(seat.now) is None
    seat.hold(1)
    seat.tick(3, changes=[0, 1, 1], applied=(1, 0))
    shown = seat.core.predicted(seat.now).x
    assert shown > 1.5
    assert not prediction.diverged
    seat.tick(4, changes=[0, 1, 2, 7, 1, 50], applied=(1, 0))
    last = seat.core.predicted(seat.now).x
    seat.now += 1.0
    assert prediction.halted
    assert seat.core.predicted(seat.now).x == pytest.approx(last, abs=0.05)


def test_who_only_watches_predicts_nothing():
    seat = Seat(seat=-1)
    with pytest.raises(OnlyWatching, match="a predicted Ship: this seat only watches"):
        seat.predict()


@pytest.mark.parametrize(
    ("schema", "kind", "options", "error"),
    [
        (TURNS, "Ship", {}, "turns is turn-based: there are no ticks to predict"),
        (SCHEMA, "Boat", {}, "duel has no entity class 'Boat', but Ship, Rock"),
        (SCHEMA, "Ship", {"holds": ["Fire"]}, "duel has no hold 'Fire', but Aim, Steer"),
        (SCHEMA, "Ship", {"place": ["ammo"]}, "Ship has no field 'ammo' that moves, but x, angle"),
    ],
)
def test_what_cannot_be_predicted_is_refused_with_what_can(schema, kind, options, error):
    seat = Seat(schema, pongs=False)
    with pytest.raises((ValueError, LookupError), match=error):
        make_prediction(seat.core.classes, kind, step, **options)


def test_a_step_that_is_not_the_servers_is_told_once(caplog):
    seat = Seat()
    prediction = make_prediction(seat.core.classes, "Ship", lambda ship, held, dt: setattr(ship, "x", ship.x + 1))
    seat.core.predict(prediction, "Ship", seat.now)
    mine = Predicted(prediction, "Ship", lambda: None)
    told: list[Predicted] = []
    mine.on_diverged = told.append
    for tick in range(2, 60):
        seat.tick(tick)
        mine.look_for_divergence()
    assert mine.diverged
    assert told == [mine]
    assert len(caplog.messages) == 1
    assert "its step is not what the server does" in caplog.messages[0]
    assert mine.stats.lead_ms == 85.0
    assert mine.stats.p50 > 1


# --- which tick was shown -------------------------------------------------------------------------------------------


def test_an_input_says_the_tick_of_the_view_that_is_in_use():
    seat = Seat(pongs=False)
    shown = seat.core.interpolated(seat.now)
    for tick in range(2, 10):
        seat.tick(tick)
        shown = seat.core.interpolated(seat.now)
    seat.hold(1)
    (frame,) = seat.inputs()
    assert frame[2] == shown.tick < 9


def test_whoever_has_stopped_looking_has_seen_the_newest():
    seat = Seat(pongs=False)
    seat.core.interpolated(seat.now)
    for tick in range(2, 3 + SHOWN_PASSES_MAX):
        seat.tick(tick)
    seat.hold(1)
    seat.hold(2)
    assert [frame[2] for frame in seat.inputs()] == [2 + SHOWN_PASSES_MAX] * 2


@pytest.mark.parametrize("delay_ms", [62.5, 500.0])
def test_inputs_with_older_ticks_do_not_hold_acknowledgements_up(delay_ms):
    seat, known, own = Seat(pongs=False), 1, 0
    shown = seat.core._shown
    assert shown is not None
    for tick in range(2, 80):
        seat.tick(tick)
        shown._delay.ms = delay_ms
        seat.core.interpolated(seat.now)
        seat.hold(tick)
        frames = seat.sent()
        own += sum(frame[0] == ACK for frame in frames)
        known = max(known, *(frame[2] for frame in frames))
        assert tick - known <= 5
    assert (own > 0) is (delay_ms > 250)  # an ack of its own only where inputs say too little


def test_no_input_says_a_tick_that_is_not_of_this_epoch():
    seat = Seat(pongs=False)
    for tick in range(2, 30):
        seat.tick(tick)
        seat.core.interpolated(seat.now)
    seat.sent()
    seat.lose(outcome="resync", epoch=2)
    seat.hold(1)
    assert [frame[2] for frame in seat.inputs()] == [-1]
    seat.tick(5, epoch=2, age=0, enters=[player(0)])
    seat.hold(2)
    assert [frame[2] for frame in seat.inputs()] == [5]
