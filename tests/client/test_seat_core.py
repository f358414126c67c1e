"""A seat without a network: what it says to what a server says."""

from __future__ import annotations

import itertools
import math
from random import Random
from typing import Any

import msgspec
import pytest

from rallypoint_client.classes import SCHEMAS_MAX, SchemaCache
from rallypoint_client.errors import (
    ConnectFailed,
    NotConnected,
    OnlyWatching,
    SeatClosed,
    SessionGone,
    TakenOver,
)
from rallypoint_client.heartbeat import Timing
from rallypoint_client.retry import Drop, Stop, Wait
from rallypoint_client.seat_core import Got, SeatCore, SeatOffer
from rallypoint_client.seat_state import TRANSITIONS, SeatState
from rallypoint_client.shown import HISTORY_UNREAD_MAX
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import EventItem
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.schema import encode_schema, schema_hash
from tests.client.wire import (
    AIM,
    FIRE,
    HASH,
    HIT,
    SCHEMA,
    SCHEMA_BYTES,
    STEER,
    TURNS,
    ended,
    hit,
    make_pass,
    player,
    pong,
    read_pass,
    seated,
    ship,
)

TAKE, RESUME, PROVED, ACK, PING, LEAVE = 3, 2, 4, 5, 6, 7


class Seat:
    """A core with a clock, and everything that it has sent, decoded."""

    def __init__(self, schemas: SchemaCache | None = None, delay_s: float = 0.0, **timing: float) -> None:
        self.now = 100.0
        offer = SeatOffer("s", b"t0", "ws://here/session/s", HASH, delay_s=delay_s)
        self.core = SeatCore(offer, schemas or SchemaCache(), Random(1), Timing(**timing), self.now)

    def opened(self) -> list[Any]:
        frame = msgspec.msgpack.decode(self.core.first_frame(self.now))
        assert isinstance(frame, list)
        return frame

    def got(self, *payloads: bytes) -> Got:
        got = Got.NOTHING
        for payload in payloads:
            got = self.core.received(payload, self.now)
            if got is Got.PASS:
                self.core.pass_done()
        return got

    def playing(self, **seat: Any) -> Seat:
        self.opened()
        self.got(seated(**seat), make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100, ammo=3)]))
        self.sent()
        return self

    def wait(self) -> None:
        """Lets time pass, and looks whenever that is due."""
        while self.core.heart.due is not None:
            self.now = self.core.heart.due
            self.core.timer(self.now)

    def sent(self) -> list[Any]:
        sent = [msgspec.msgpack.decode(frame) for frame in self.core.outbox]
        self.core.outbox.clear()
        return sent

    def lost(self, code: int | None = None, reason: str = "") -> Wait | Stop:
        return self.core.lost(code, reason, self.now)

    @property
    def inputs(self) -> Any:
        return self.core.classes.inputs


def a_pass(tick: int, **more: Any) -> bytes:
    return make_pass(tick, changes=[7, 1, 1], **more)


# --- coming in ------------------------------------------------------------------------------------------------------


def test_the_first_frame_takes_the_seat_and_says_which_schema_is_known():
    assert Seat().opened() == [TAKE, 1, "s", b"t0", b""]
    schemas = SchemaCache()
    schemas.add(HASH, SCHEMA_BYTES)
    assert Seat(schemas).opened() == [TAKE, 1, "s", b"t0", HASH]


def test_being_seated_makes_it_playing_and_proves_the_token_before_all_else():
    seat = Seat()
    seat.opened()
    assert seat.got(seated(seat=2)) is Got.SEATED
    core = seat.core
    assert (core.state, core.index, core.player, core.token) == (SeatState.PLAYING, 2, "p", b"t1")
    assert seat.sent() == [[PROVED]]


def test_a_schema_that_is_known_need_not_be_sent():
    schemas = SchemaCache()
    known = schemas.add(HASH, SCHEMA_BYTES)
    seat = Seat(schemas)
    seat.opened()
    assert seat.got(seated(schema=None)) is Got.SEATED
    assert seat.core.schema is known.schema


def test_a_seat_remembers_its_schema_when_the_cache_has_forgotten_it():
    schemas = SchemaCache()
    seat = Seat(schemas).playing()
    for number in range(SCHEMAS_MAX):
        data = encode_schema(msgspec.structs.replace(SCHEMA, game=f"g{number}"))
        schemas.add(schema_hash(data), data)
    assert schemas.get(HASH) is None
    seat.lost()
    seat.opened()
    assert seat.got(seated(b"t2", outcome="resumed", schema=None)) is Got.SEATED


def test_a_schema_that_is_neither_known_nor_sent_ends_the_connection():
    seat = Seat()
    seat.opened()
    with pytest.raises(Drop) as caught:
        seat.got(seated(schema=None))
    assert caught.value.code is CloseCode.MALFORMED


def test_before_it_is_seated_there_is_nothing_to_work_with():
    core = Seat().core
    for look in ("classes", "schema", "view"):
        with pytest.raises(NotConnected):
            getattr(core, look)


def test_a_connection_that_failed_before_the_seat_tries_the_same_token_again():
    seat = Seat()
    seat.opened()
    assert isinstance(seat.lost(), Wait)
    assert seat.core.state is SeatState.CONNECTING
    assert seat.opened() == [TAKE, 1, "s", b"t0", b""]


def test_a_seat_that_nobody_lets_in_has_failed_to_connect():
    seat = Seat(connect_s=15.0)
    seat.now += 15
    step = seat.lost(None, "refused")
    assert isinstance(step, Stop)
    assert isinstance(step.error, ConnectFailed)
    assert seat.core.state is SeatState.CLOSED
    assert seat.core.error is step.error


def test_an_offer_does_not_print_its_token():
    assert "t0" not in repr(SeatOffer("s", b"t0", "ws://x"))


# --- passes ---------------------------------------------------------------------------------------------------------


def test_a_pass_is_shown():
    seat = Seat().playing()
    assert seat.got(a_pass(2)) is Got.PASS
    assert seat.core.view.tick == 2
    assert seat.core.view.me.one("Ship").x == 1.01
    assert seat.core.stats.passes == 2


def test_the_servers_hash_is_compared():
    seat = Seat().playing()
    replica = Replica(SCHEMA)
    replica.apply(read_pass(make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100, ammo=3)])))
    right = replica._crc(replica._channels[0])
    seat.got(make_pass(2, crc=right))
    assert seat.core.stats.hash_checks == 1
    with pytest.raises(Drop):
        seat.got(make_pass(3, crc=right ^ 1))
    assert (seat.core.stats.hash_checks, seat.core.stats.desyncs) == (1, 1)


def test_every_fifth_tick_is_acknowledged():
    seat = Seat().playing()
    for tick in range(2, 13):
        seat.got(a_pass(tick))
    assert seat.sent() == [[ACK, 1, 4, 0], [ACK, 1, 9, 0]]


def test_an_input_acknowledges_as_well():
    seat = Seat().playing()
    for tick in range(2, 13):
        seat.got(a_pass(tick))
        seat.core.hold(seat.inputs.Steer(turn=tick))
    assert {frame[0] for frame in seat.sent()} == {STEER}


def test_an_unchanged_hold_leaves_the_acknowledging_to_frames():
    seat = Seat().playing()
    for tick in range(2, 13):
        seat.got(a_pass(tick))
        seat.core.hold(seat.inputs.Steer(turn=1))
    assert seat.sent() == [[STEER, 1, 2, 1, False], [ACK, 1, 7, 0], [ACK, 1, 12, 0]]


def test_an_event_is_acknowledged_within_five_ticks_whatever_the_inputs_do():
    seat = Seat().playing()
    for tick in range(2, 8):
        seat.got(a_pass(tick, events=[hit(1, 2)] if tick == 2 else []))
        seat.core.hold(seat.inputs.Steer(turn=tick))
    assert [frame for frame in seat.sent() if frame[0] == ACK] == [[ACK, 1, 4, 1]]


def test_the_end_is_acknowledged_at_once():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[ended(1, 2, {"winner": 0})]))
    assert seat.sent() == [[ACK, 1, 2, 1]]


@pytest.mark.parametrize(("hz", "every"), [(0, 1), (1, 1), (8, 2), (20, 5), (60, 5)])
def test_slow_games_are_acknowledged_more_often(hz, every):
    data = encode_schema(msgspec.structs.replace(SCHEMA, tick_hz=hz))
    seat = Seat().playing(schema=data)
    for tick in range(2, 2 + every):
        seat.got(a_pass(tick))
    assert len(seat.sent()) == 1


def test_a_paused_session_is_acknowledged_with_the_pings():
    seat = Seat().playing()
    seat.got(a_pass(2), a_pass(3, events=[hit(1, 3)]))
    seat.now += 2
    seat.core.timer(seat.now)
    assert [frame[0] for frame in seat.sent()] == [PING, ACK]
    seat.now += 2
    seat.core.timer(seat.now)
    assert [frame[0] for frame in seat.sent()] == [PING]


def test_a_pass_before_the_seat_ends_the_connection():
    seat = Seat()
    seat.opened()
    with pytest.raises(Drop):
        seat.got(make_pass(1, age=0))


@pytest.mark.parametrize(
    "payload", [b"", b"\x00", b"\xc1", encode([99]), encode([40]), encode([41, None]), b"\x91" * 9]
)
def test_what_cannot_be_read_ends_the_connection_and_is_resumed(payload):
    seat = Seat().playing()
    with pytest.raises(Drop) as caught:
        seat.got(payload)
    assert caught.value.code is CloseCode.MALFORMED
    assert isinstance(seat.lost(None, caught.value.reason), Wait)
    assert seat.opened()[:6] == [RESUME, 1, "s", b"t1", 1, 1]


def test_a_table_without_this_seat_is_a_bad_message():
    seat = Seat().playing(seat=3)
    with pytest.raises(Drop):
        seat.got(a_pass(2, applied=[0, 0]))


def test_a_second_seated_is_a_bad_message():
    seat = Seat().playing()
    with pytest.raises(Drop):
        seat.got(seated())
    assert seat.core.state is SeatState.PLAYING


# --- events ---------------------------------------------------------------------------------------------------------


def test_events_come_in_order_and_once():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[hit(1, 2, by=5), hit(2, 2, by=6)]), a_pass(3, events=[hit(2, 2, by=6), hit(3, 3, by=7)]))
    assert [event.by for event in seat.core.events] == [5, 6, 7]
    assert seat.core.stats.events == 3
    assert seat.core.stats.events_lost == 0


def test_the_last_event_received_is_what_a_resume_names():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[hit(1, 2)]))
    seat.lost()
    assert seat.opened() == [RESUME, 1, "s", b"t1", 1, 2, 1, HASH]


def test_events_that_the_server_had_to_drop_are_counted_and_no_more_waited_for():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[hit(1, 2)]))
    seat.lost()
    seat.opened()
    seat.got(seated(b"t2", outcome="resync", lost=3), make_pass(9, age=0, enters=[], events=[hit(5, 9)]))
    assert seat.core.stats.events_lost == 3
    assert [event.n for event in seat.core.events] == [1, 5]


def test_an_unannounced_gap_counts_as_lost_as_well():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[hit(1, 2), hit(4, 2)]))
    assert seat.core.stats.events_lost == 2


def test_a_built_in_event_that_is_not_known_yet_is_acknowledged_all_the_same():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[EventItem(1, 2, 9, [])]))
    assert seat.core.events == []
    seat.lost()
    assert seat.opened()[6] == 1


def test_an_event_that_does_not_fit_is_asked_for_again():
    seat = Seat().playing()
    with pytest.raises(Drop):
        seat.got(a_pass(2, events=[EventItem(1, 2, HIT, [])]))
    seat.lost()
    assert seat.opened()[6] == 0


# --- inputs ---------------------------------------------------------------------------------------------------------


def test_inputs_carry_the_newest_tick():
    seat = Seat().playing()
    seat.got(a_pass(2))
    seat.core.hold(seat.inputs.Steer(turn=1))
    assert seat.core.act(seat.inputs.Fire(), seat.now) == 2
    assert seat.sent() == [[STEER, 1, 2, 1, False], [FIRE, 2, 2]]


def test_each_kind_of_input_has_its_method():
    seat = Seat().playing()
    with pytest.raises(TypeError, match=r"Fire is an action: use seat.act"):
        seat.core.hold(seat.inputs.Fire())
    with pytest.raises(TypeError, match=r"Steer is a hold: use seat.hold"):
        seat.core.act(seat.inputs.Steer(), seat.now)


def test_applied_of_ones_own_seat_counts():
    seat = Seat().playing(seat=1)
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.got(a_pass(2, applied=[1, 0, 1, 1]))
    assert seat.core.actions_kept == 1
    seat.got(a_pass(3, applied=[0, 1, 0, 0]))
    assert seat.core.actions_kept == 0


def test_an_action_is_kept_until_the_journal_has_it():
    seat = Seat().playing()
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.got(a_pass(2, applied=[1], undurable=1))
    assert seat.core.actions_kept == 1
    seat.got(a_pass(3, applied=[1], undurable=1))
    assert seat.core.actions_kept == 0


def test_in_large_sessions_the_seat_part_says_what_was_applied():
    seat = Seat().playing()
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.got(a_pass(2, applied=None, seat_applied=1, undurable=2))
    assert seat.core.actions_kept == 1
    seat.got(a_pass(3, applied=None), a_pass(4, applied=None, undurable=2))
    assert seat.core.actions_kept == 0


def test_while_away_an_action_is_refused_unless_it_is_queued():
    seat = Seat().playing()
    seat.lost()
    with pytest.raises(NotConnected, match="Fire"):
        seat.core.act(seat.inputs.Fire(), seat.now)
    assert seat.core.act(seat.inputs.Fire(), seat.now, queue_s=1.0) == 1
    assert seat.core.act(seat.inputs.Fire(), seat.now, queue_s=9.0) == 2
    seat.now += 1
    seat.opened()
    seat.got(seated(b"t2", outcome="resumed"))
    assert seat.sent() == [[PROVED], [FIRE, 2, 1]]
    assert seat.core.stats.actions_expired == 1


def test_the_holds_that_waited_go_with_the_pass():
    seat = Seat().playing()
    for turn in range(50):
        seat.core.hold(seat.inputs.Steer(turn=turn))
    seat.sent()
    seat.got(a_pass(2))
    assert seat.sent() == [[STEER, 17, 2, 49, False]]


def test_a_hold_gives_its_number_if_it_is_sent_now():
    seat = Seat().playing()
    assert (seat.core.sent, seat.core.applied) == (0, 0)
    assert seat.core.hold(seat.inputs.Steer(turn=1)) == 1
    assert seat.core.hold(seat.inputs.Steer(turn=1)) is None
    assert seat.core.hold(seat.inputs.Steer(turn=1), force=True) == 2
    assert seat.core.act(seat.inputs.Fire(), seat.now) == 3
    seat.got(a_pass(2, applied=[2]))
    assert (seat.core.sent, seat.core.applied) == (3, 2)
    seat.lost()
    assert seat.core.hold(seat.inputs.Steer(turn=2)) is None
    seat.core.close()
    assert seat.core.hold(seat.inputs.Steer(turn=3)) is None


# --- watching -------------------------------------------------------------------------------------------------------


def watching(**seat: Any) -> Seat:
    spectator = Seat(**seat)
    spectator.opened()
    spectator.got(seated(seat=-1), make_pass(1, age=0, enters=[player(0), ship(7, 0, x=100)], applied=[0]))
    return spectator


def test_a_spectator_is_nobody_in_the_session():
    core = watching().core
    assert (core.spectator, core.index, core.view.me, core.view.seat) == (True, -1, None, None)
    assert core.view.player(0).name == "Ann"
    assert not Seat().playing().core.spectator
    assert not Seat().core.spectator  # it has not been let in, and is nothing yet


def test_what_players_inputs_have_done_is_not_the_spectators():
    seat = watching()
    seat.got(make_pass(2, applied=[5, 6, 7, 8]), make_pass(3, applied=[]), make_pass(4, applied=None))
    assert seat.core.applied == 0


@pytest.mark.parametrize("name", ["Steer", "Fire"])
def test_a_spectators_inputs_are_refused_also_while_away(name):
    seat = watching()
    seat.sent()
    x = getattr(seat.inputs, name)()
    for _ in range(2):
        with pytest.raises(OnlyWatching, match=name):
            seat.core.hold(x) if name == "Steer" else seat.core.act(x, seat.now, 60.0)
        seat.lost()
    with pytest.raises(TypeError, match="not an input"):
        seat.core.hold(object())  # type: ignore[arg-type]
    assert seat.sent() == []


def test_a_spectator_acknowledges_and_comes_back_to_the_whole_state():
    seat = watching()
    seat.sent()
    seat.got(*(make_pass(tick) for tick in range(2, 7)))
    assert seat.sent() == [[ACK, 1, 4, 0]]
    seat.lost()
    assert seat.opened()[:6] == [RESUME, 1, "s", b"t1", 1, 6]
    seat.got(seated(b"t2", seat=-1, outcome="resync", schema=None))
    seat.got(make_pass(4, age=0, enters=[player(0), ship(7, 0, x=900)]))  # with a delay, it may be an older one
    assert (seat.core.tick, seat.core.view.one("Ship").x, seat.core.view.me) == (4, 9.0, None)
    assert seat.core.stats.resyncs == 1


def test_a_spectators_clock_is_that_of_what_is_shown():
    seat = watching(delay_s=5.0)
    seat.got(pong(seat.now * 1000, 20_050.0))
    assert seat.core.session_ms(seat.now) == pytest.approx(15_050.0)


# --- turn-based games -----------------------------------------------------------------------------------------------


def test_in_a_turn_based_game_every_pass_is_acknowledged():
    seat = Seat()
    seat.opened()
    seat.got(seated(schema=encode_schema(TURNS)))
    seat.sent()
    for tick in (1, 2):
        seat.got(make_pass(tick, age=0, enters=[player(0)]))
        assert seat.sent() == [[ACK, 1, tick, 0]]
    seat.got(make_pass(3, events=[hit(1, 3)]))
    assert seat.sent() == [[ACK, 1, 3, 1]]
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.now += 3600.0  # an hour of thinking
    seat.got(make_pass(4, applied=[1]))
    assert seat.sent() == [[FIRE, 1, 3], [ACK, 1, 4, 1]]
    assert seat.core.actions_kept == 0


def test_in_a_turn_based_game_the_clock_goes_on_between_the_passes():
    seat = Seat()
    seat.opened()
    seat.got(seated(schema=encode_schema(TURNS)), make_pass(1, age=0, enters=[player(0)], now_ms=1000))
    seat.now += 2.0
    assert seat.core.session_ms(seat.now) == pytest.approx(3000.0)
    seat.got(pong(seat.now * 1000 - 20, 3005.0))
    seat.now += 60.0
    assert seat.core.session_ms(seat.now) == pytest.approx(63_015.0)
    assert seat.core.interpolated(seat.now) is seat.core.view


def test_in_a_turn_based_game_a_move_whose_connection_broke_is_made_once():
    seat = Seat()
    seat.opened()
    seat.got(seated(schema=encode_schema(TURNS)), make_pass(1, age=0, enters=[player(0)]))
    seat.sent()
    seat.core.act(seat.inputs.Fire(), seat.now)
    assert seat.sent() == [[FIRE, 1, 1]]
    seat.lost()
    seat.core.act(seat.inputs.Fire(), seat.now, math.inf)
    seat.now += 29.0
    seat.opened()
    seat.got(seated(b"t2", outcome="resumed", schema=encode_schema(TURNS), received=0))
    assert seat.sent() == [[PROVED], [FIRE, 1, 1], [FIRE, 2, 1]]


# --- resuming -------------------------------------------------------------------------------------------------------


def test_a_lost_connection_resumes_where_it_was():
    seat = Seat().playing()
    seat.got(a_pass(2))
    seat.core.hold(seat.inputs.Steer(turn=1))
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.sent()
    assert isinstance(seat.lost(), Wait)
    assert seat.core.state is SeatState.RESUMING
    assert seat.opened() == [RESUME, 1, "s", b"t1", 1, 2, 0, HASH]
    seat.got(seated(b"t2", outcome="resumed", applied=1, received=1, schema=None))
    assert seat.core.state is SeatState.PLAYING
    assert seat.core.token == b"t2"
    assert seat.sent() == [[PROVED], [FIRE, 2, 2], [STEER, 3, 2, 1, False]]
    seat.got(make_pass(9, age=7, changes=[7, 1, 500]))
    assert seat.core.view.get(7).x == 5.0
    stats = seat.core.stats
    assert (stats.losses, stats.resumes, stats.resyncs) == (1, 1, 0)


def test_what_is_seen_stays_until_the_next_pass_of_a_resync():
    seat = Seat().playing()
    seat.lost()
    seat.opened()
    seat.got(seated(b"t2", outcome="resync", schema=None))
    assert seat.core.view.me.name == "Ann"
    seat.got(make_pass(20, age=0, enters=[ship(9, 0, ammo=1)]))
    assert seat.core.view.me is None
    assert [s.id for s in seat.core.view.all("Ship")] == [9]
    assert seat.core.stats.resyncs == 1


def test_a_new_epoch_is_resynced_and_all_that_is_not_durable_is_sent_again():
    seat = Seat().playing()
    seat.core.act(seat.inputs.Fire(), seat.now)
    seat.got(a_pass(2, applied=[1], undurable=2))
    seat.sent()
    seat.lost(1006)
    seat.opened()
    seat.got(seated(b"t2", outcome="resync", epoch=2, schema=None))
    assert seat.sent() == [[PROVED], [FIRE, 1, -1]]
    seat.got(make_pass(2, epoch=2, age=0, enters=[ship(7, 0, ammo=2)]))
    assert seat.core.view.epoch == 2
    seat.lost()
    assert seat.opened()[4:6] == [2, 2]


def test_no_input_claims_a_tick_that_a_resync_has_not_shown_yet():
    seat = Seat().playing()
    seat.core.hold(seat.inputs.Aim(angle=1.0))
    seat.lost()
    seat.opened()
    seat.got(seated(b"t2", outcome="resync", received=1, applied=1, schema=None))
    seat.core.act(seat.inputs.Fire(), seat.now)
    assert seat.sent() == [[PROVED], [AIM, 2, -1, 1.0], [FIRE, 3, -1]]


def test_resumed_into_another_epoch_is_a_bad_message():
    seat = Seat().playing()
    seat.lost()
    seat.opened()
    with pytest.raises(Drop):
        seat.got(seated(b"t2", outcome="resumed", epoch=2))


def test_a_desync_drops_the_state_and_resumes_from_nothing():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[hit(1, 2)]))
    with pytest.raises(Drop) as caught:
        seat.got(a_pass(4))
    assert caught.value.code is CloseCode.UNEXPECTED
    assert "desync" in caught.value.reason
    assert seat.core.stats.desyncs == 1
    assert seat.core.view.me.name == "Ann"  # what is shown stays
    assert isinstance(seat.lost(None, caught.value.reason), Wait)
    assert seat.opened() == [RESUME, 1, "s", b"t1", 0, -1, 1, HASH]
    seat.got(seated(b"t2", outcome="resync", schema=None), make_pass(5, age=0, enters=[player(0, "Ann")]))
    assert seat.core.view.tick == 5


def test_a_game_with_another_schema_is_taken_up_anew():
    seat = Seat().playing()
    seat.core.hold(seat.inputs.Steer(turn=1))
    seat.core.act(seat.inputs.Fire(), seat.now)
    old = seat.inputs.Steer(turn=1)
    seat.lost()
    seat.opened()
    other = encode_schema(msgspec.structs.replace(SCHEMA, inputs=SCHEMA.inputs[1:]))
    seat.sent()
    seat.got(seated(b"t2", outcome="resync", epoch=2, schema=other))
    assert seat.sent() == [[PROVED]]
    assert seat.core.stats.actions_lost == 1
    assert seat.core.classes.hash == schema_hash(other)
    with pytest.raises(TypeError):
        seat.core.hold(old)
    seat.got(make_pass(3, epoch=2, age=0, enters=[player(0, "New")]))
    assert seat.core.view.me.name == "New"


def test_it_is_gone_when_the_grace_and_a_margin_are_over_since_the_loss():
    seat = Seat().playing()
    seat.now = 200.0
    assert isinstance(seat.lost(), Wait)
    seat.now = 234.9
    assert isinstance(seat.lost(), Wait)
    seat.now = 235.0
    step = seat.lost(None, "refused")
    assert isinstance(step, Stop)
    assert isinstance(step.error, SessionGone)
    assert seat.core.state is SeatState.CLOSED


def test_a_takeover_is_final():
    seat = Seat().playing()
    step = seat.lost(CloseCode.TAKEN_OVER, "a newer connection")
    assert isinstance(step, Stop)
    assert isinstance(seat.core.error, TakenOver)
    assert seat.core.state is SeatState.CLOSED


def test_a_session_that_moved_is_looked_up():
    step = Seat().playing().lost(CloseCode.MOVED)
    assert isinstance(step, Wait)
    assert step.locate


def test_the_end_needs_no_close_code_once_the_result_is_here():
    seat = Seat().playing()
    seat.got(a_pass(2, events=[ended(1, 2, {"winner": 0})]))
    assert seat.lost(1006) == Stop(None)
    assert seat.core.error is None
    assert seat.core.ended is not None
    assert seat.core.ended.result == {"winner": 0}


def test_nothing_happens_to_a_closed_seat():
    seat = Seat().playing()
    seat.core.close()
    assert seat.lost(1006) == Stop(None)
    seat.core.close(SeatClosed(None))
    assert seat.core.error is None
    seat.core.hold(seat.inputs.Steer(turn=1))
    seat.core.leave()
    assert seat.sent() == []
    with pytest.raises(NotConnected):
        seat.core.act(seat.inputs.Fire(), seat.now, queue_s=5.0)


def test_closed_is_the_only_state_without_a_way_out():
    assert {state for state, _ in TRANSITIONS} == set(SeatState) - {SeatState.CLOSED}


# --- leaving --------------------------------------------------------------------------------------------------------


def test_leaving_is_said_once_and_nothing_after():
    seat = Seat().playing()
    seat.core.leave()
    seat.core.leave()
    seat.core.hold(seat.inputs.Steer(turn=3))
    assert seat.sent() == [[LEAVE]]
    with pytest.raises(NotConnected):
        seat.core.act(seat.inputs.Fire(), seat.now, queue_s=1.0)
    assert seat.lost(CloseCode.LEFT) == Stop(None)


def test_leaving_while_away_is_said_on_return():
    seat = Seat().playing()
    seat.lost()
    seat.core.leave()
    assert seat.sent() == []
    seat.opened()
    seat.got(seated(b"t2", outcome="resumed", schema=None))
    assert seat.sent() == [[PROVED], [LEAVE]]


def test_a_seat_that_was_given_up_and_is_not_known_any_more_was_left():
    seat = Seat().playing()
    seat.core.leave()
    seat.lost(1006)
    assert seat.lost(CloseCode.UNKNOWN) == Stop(None)
    assert seat.core.error is None


# --- time -----------------------------------------------------------------------------------------------------------


def test_a_silent_server_is_dropped_after_six_seconds():
    seat = Seat().playing()
    with pytest.raises(Drop) as caught:
        seat.wait()
    assert seat.now == pytest.approx(106.0)
    assert caught.value.code is CloseCode.SILENT
    assert caught.value.cut
    assert isinstance(seat.lost(None, caught.value.reason), Wait)


def test_a_server_that_does_not_answer_the_first_frame_is_silent_too():
    seat = Seat()
    seat.opened()
    seat.now += 6
    with pytest.raises(Drop):
        seat.core.timer(seat.now)


def test_pings_give_the_round_trip_and_the_sessions_clock():
    seat = Seat().playing()
    seat.core.timer(seat.now)
    kind, sent_ms = seat.sent()[0]
    assert (kind, sent_ms) == (PING, 100_000.0)
    seat.now += 0.040
    seat.got(pong(sent_ms, 70.0))
    assert seat.core.clock.round_trip_ms == pytest.approx(40.0)
    assert seat.core.session_ms(seat.now) == pytest.approx(90.0)


def test_before_the_first_pong_the_passes_give_the_sessions_clock():
    seat = Seat().playing()
    assert seat.core.session_ms(seat.now + 0.5) == pytest.approx(550.0)


def test_a_new_epoch_has_a_new_clock():
    seat = Seat().playing()
    seat.got(pong(seat.now * 1000, 1e6))
    seat.lost()
    seat.opened()
    seat.got(seated(b"t2", outcome="resync", epoch=2, schema=None), make_pass(2, epoch=2, age=0))
    assert seat.core.session_ms(seat.now) == pytest.approx(100.0)


# --- interpolated views ---------------------------------------------------------------------------------------------


def test_an_interpolated_view_shows_what_was_before_the_newest_pass():
    seat = Seat().playing()
    assert seat.core.delay_ms == 75.0
    shown = seat.core.interpolated(seat.now)
    for tick in range(2, 60):
        seat.now += 0.05
        seat.got(make_pass(tick, changes=[7, 1, 100]))
        shown = seat.core.interpolated(seat.now)
    assert seat.core.delay_ms == pytest.approx(62.5)  # passes take no time: a tick, and a margin
    assert shown.now_ms == pytest.approx(59 * 50 - 62.5)
    assert shown.me.one("Ship").x == pytest.approx(59 - 62.5 / 50)
    assert seat.core.view.me.one("Ship").x == 59.0


def test_a_late_pass_makes_what_is_shown_older_and_it_neither_jumps_nor_goes_back():
    seat = Seat().playing()
    shown = [seat.core.interpolated(seat.now).now_ms]
    arrivals = {tick: tick * 0.05 for tick in range(2, 120)} | dict.fromkeys(range(40, 46), 2.3)
    steady = seat.core.delay_ms
    for frame in range(600):
        seat.now += 0.01
        for tick in [tick for tick, at in arrivals.items() if at <= 0.05 + frame * 0.01]:
            del arrivals[tick]
            seat.got(make_pass(tick, changes=[7, 1, 100]))
        seat.core.clock.pong(seat.now * 1000, 50 + (frame + 1) * 10, seat.now * 1000)
        shown.append(seat.core.interpolated(seat.now).now_ms)
    steps = [after - before for before, after in itertools.pairwise(shown)]
    assert min(steps) >= 0
    assert max(steps) <= 11.1
    assert seat.core.delay_ms > steady + 100


def test_without_ticks_there_is_no_delay():
    data = encode_schema(msgspec.structs.replace(SCHEMA, tick_hz=0))
    assert Seat().playing(schema=data).core.delay_ms == 0


def test_who_never_asks_for_it_pays_nothing_and_who_stops_asking_stops_paying():
    seat = Seat().playing()
    shown = seat.core._shown
    assert shown is not None
    assert not shown.is_kept
    seat.core.interpolated(seat.now)
    assert shown.is_kept
    for tick in range(2, 3 + HISTORY_UNREAD_MAX):
        seat.got(make_pass(tick))
    assert not shown.is_kept
    assert seat.core.interpolated(seat.now).me.name == "Ann"


def test_before_the_first_pass_an_interpolated_view_is_empty():
    seat = Seat()
    seat.opened()
    seat.got(seated())
    assert seat.core.interpolated(seat.now).tick == -1


def test_a_turn_based_game_is_shown_as_it_is():
    data = encode_schema(msgspec.structs.replace(SCHEMA, tick_hz=0))
    seat = Seat().playing(schema=data)
    assert seat.core.interpolated(seat.now) is seat.core.view
