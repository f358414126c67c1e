"""A node on the journal of the one before: the same sessions go on, as if no time had passed."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint import Game
from rallypoint.core.orders import Denial, Order
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.ports import JournalUnusable, Recovered
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import Leave, Ping, Pong

from .held_house import ANN, BOB, HeldHouse, Socket, Talk, Turns

BOTH = pytest.mark.parametrize("game", ["talk", "turns"])


def token_of(socket: Socket) -> bytes:
    assert socket.seated is not None
    return socket.seated.token


def played(game: str = "talk") -> tuple[HeldHouse, SessionId, Socket, Socket]:
    """Two who play, and have said something."""
    house = HeldHouse()
    session = house.session(game)
    ann, bob = house.sit(session), house.sit(session, BOB)
    house.say(ann, session, "one")
    house.run(3.0)
    return house, session, ann, bob


# --- as it was --------------------------------------------------------------------------------------------------------


@BOTH
async def test_two_crashes_in_a_row_before_anything_else_happens_change_nothing_but_the_epoch(game: str):
    house, session, ann, bob = played(game)
    before = house.host(session).core
    first = house.die()
    second = first.die()
    core = second.host(session).core
    assert core.epoch == before.epoch + 2
    assert second.host(session).log._context["epoch"] == core.epoch
    assert (core.tick, core.now_ms) == (before.tick, before.now_ms)
    assert len(first.journal.batches) == 1
    again = [second.take(session, token_of(socket), epoch=1) for socket in (ann, bob)]
    second.run(0.2)
    assert not second.host(session).held_back
    second.say(again[0], session, "two", 2)
    second.run(0.2)
    assert again[1].heard[-1] == "two"


async def test_a_recovery_is_one_batch_whatever_it_has_found():
    house = HeldHouse()
    sessions = [house.session("turns") for _ in range(50)]
    for number, session in enumerate(sessions):
        ann = house.take(session, house.reserve(session, PlayerId(f"p{number}")))
        if number % 5 == 0:
            house.run(0.01)
            house.say(ann, session, "revive badly")
    house.run(0.2)
    house = house.die()
    assert len(house.journal.batches) == 1
    assert len(house.node.hosts) == 40
    assert set(house.journal.recovered().entries) >= {f"session/{id}" for id in house.node.hosts}


@pytest.mark.parametrize("undurable", [False, True])
async def test_what_was_not_taken_over_does_not_come_back_with_the_next_crash(undurable: bool):
    house, session, ann, _ = played()
    if not undurable:
        house.say(ann, session, "revive badly", 2)
        house.run(0.2)
    found = house.journal.recovered()
    if undurable:
        found.undurable = "a full disk"
    else:
        assert house.die().node.hosts == {}
    house = HeldHouse(found, now=5000.0)
    assert house.node.hosts == {}
    assert house.die().node.hosts == {}
    assert f"session/{session}" not in house.journal.recovered(before=found).entries


async def test_a_quarantined_session_stays_away_after_the_next_crash():
    house, session, _, _ = played()
    once = house.journal.recovered()
    once.stepping = f"session/{session}"
    house = HeldHouse(once, now=2000.0)
    assert list(house.node.hosts) == [session]
    twice = house.journal.recovered(before=once)
    twice.stepping = f"session/{session}"
    house = HeldHouse(twice, now=3000.0, shelf=house.shelf)
    assert list(house.node.quarantined) == [session]
    assert [record.outcome for record in house.shelf.ends] == ["quarantined"]
    assert not house.node.is_seated(ANN)
    house.shelf.unstored.pop()()
    house.sweep()
    third = house.die()
    assert third.node.hosts == {}
    assert len(third.shelf.ends) == 1


async def test_a_game_whose_restored_raises_has_failed_once_and_its_players_are_free():
    house, session, ann, _ = played()
    house.say(ann, session, "revive badly", 2)
    house.run(0.2)
    house = house.die()
    assert house.node.hosts == {}
    assert [record.outcome for record in house.shelf.ends] == ["game_failed"]
    assert not house.node.is_seated(ANN)
    assert list(house.journal.recovered().entries) == [f"result/{session}"]


async def test_a_result_that_is_not_stored_is_told_again_and_forgotten_once_it_is():
    house, session, ann, _ = played()
    house.say(ann, session, "over", 2)
    house.run(0.2)
    assert len(house.shelf.ends) == 1
    house = house.die()
    assert [record.session for record in house.shelf.ends] == [session, session]
    house.shelf.unstored.pop()()
    house.sweep()
    house = house.die()
    assert len(house.shelf.ends) == 2


# --- who is waited for ------------------------------------------------------------------------------------------------


@BOTH
async def test_a_session_goes_on_at_once_when_the_last_is_back(game: str):
    house, session, ann, bob = played(game)
    house = house.die()
    house.take(session, token_of(ann), epoch=1)
    assert house.host(session).held_back
    house.take(session, token_of(bob), epoch=1)
    assert not house.host(session).held_back


@BOTH
async def test_a_session_goes_on_at_once_when_the_last_who_is_missing_was_removed(game: str):
    house, session, ann, _ = played(game)
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    house.backend.kick(session, BOB)
    assert not house.host(session).held_back
    house.run(0.2)
    assert [seat.player_id for seat in house.host(session).core.seated()] == [ANN]
    assert back.closed is None


@BOTH
async def test_who_comes_back_twice_while_others_are_missing_has_one_connection(game: str):
    house, session, ann, _ = played(game)
    house = house.die()
    first = house.take(session, token_of(ann), epoch=1)
    second = house.take(session, token_of(first), epoch=1)
    assert first.closed == (CloseCode.TAKEN_OVER, CloseCode.TAKEN_OVER.policy.meaning)
    house.node.held_back.release()
    house.run(0.2)
    house.say(second, session, "back", 2)
    house.run(0.2)
    assert second.heard[-1] == "back"


@BOTH
async def test_who_comes_back_and_drops_again_before_the_others_are_back_is_away_then(game: str):
    house, session, ann, bob = played(game)
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    back.receiver.lost(1006, "")
    house.take(session, token_of(bob), epoch=1)
    assert not house.host(session).held_back
    house.run(0.2)
    assert [seat.state for seat in house.host(session).core.seated()] == [SeatState.AWAY, SeatState.CONNECTED]


@BOTH
async def test_who_leaves_while_others_are_missing_is_gone_when_it_goes_on(game: str):
    house, session, ann, _ = played(game)
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    back.receiver.received(encode(Leave()))
    assert back.closed is not None
    assert back.closed[0] == CloseCode.LEFT
    house.node.held_back.release()
    house.run(0.2)
    assert [seat.player_id for seat in house.host(session).core.seated()] == [BOB]


@BOTH
async def test_a_session_that_is_ended_while_it_is_held_back_ends_when_it_goes_on(game: str):
    house, session, ann, _ = played(game)
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    house.backend.end(session, "enough")
    house.run(0.5)
    assert back.closed is None
    house.node.held_back.release()
    house.run(0.2)
    assert back.closed == (CloseCode.ENDED, "enough")


@BOTH
async def test_who_does_not_come_back_in_time_is_away_with_a_whole_window_of_grace(game: str):
    house, session, ann, _ = played(game)
    house = house.die()
    house.take(session, token_of(ann), epoch=1)
    house.run(3.0)
    house.node.held_back.release()
    house.run(0.2)
    seat = house.host(session).core.seating.of(BOB)
    assert seat is not None
    assert seat.state is SeatState.AWAY
    assert seat.deadline == pytest.approx(house.now - 0.2 + 5.0)


async def test_inputs_pile_up_while_others_are_missing_and_are_all_applied():
    house, session, ann, _ = played()
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    for number in range(200):
        house.say(back, session, "go", number + 2)
    house.node.held_back.release()
    for number in range(200, 210):  # between the release and the first step
        house.say(back, session, "go", number + 2)
    assert back.closed is None
    house.run(0.2)
    assert house.host(session).core.game.game.said == 211  # type: ignore[attr-defined]  # of the driver
    for number in range(210, 310):
        house.say(back, session, "go", number + 2)
    assert back.closed is not None
    assert back.closed[0] == CloseCode.TOO_FAST


async def test_patience_with_inputs_has_an_end():
    house, session, ann, _ = played()
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    for number in range(600):
        house.say(back, session, "go", number + 2)
    assert back.closed is not None
    assert back.closed[0] == CloseCode.TOO_FAST


async def test_a_session_that_only_bots_are_in_gets_them_again_and_goes_on():
    house = HeldHouse()
    house.node.bots = house.bots
    session = house.session()
    house.node.add_bots(session, 2)
    for offer in house.bots.offers:
        house.take(session, offer.token)
    house.run(0.2)
    house = house.die()
    house.node.bots = house.bots
    house.node.held_back.release_those_of_nobody()
    assert len(house.bots.offers) == 2
    for offer in house.bots.offers:
        assert house.take(session, offer.token).seated is not None
    assert not house.host(session).held_back
    assert house.node.book.players == 0


# --- time stands still ------------------------------------------------------------------------------------------------


@BOTH
async def test_the_clock_that_clients_are_told_stands_still_until_it_goes_on(game: str):
    house, session, ann, _ = played(game)
    house.sweep()  # a sign of life: the node was there until now
    before = house.host(session).clock_ms()
    house = house.die(500.0)
    back = house.take(session, token_of(ann), epoch=1)
    for _ in range(2):
        house.run(1.0)
        back.receiver.received(encode(Ping(1.0)))
    told = [message.now_ms for message in back.got if isinstance(message, Pong)]
    assert told == pytest.approx([before] * 2, abs=51)
    house.node.held_back.release()
    house.run(0.3)
    assert house.host(session).clock_ms() == pytest.approx(before + 300, abs=101)


async def test_checkpoints_of_recovered_sessions_are_spread_over_the_time_between_two():
    house = HeldHouse()
    for number in range(40):
        house.take(session := house.session(), house.reserve(session, PlayerId(f"p{number}")))
    house.run(30.0)
    house = house.die()
    house.node.held_back.release()
    house.run(0.2)
    house.journal.batches.clear()
    for _ in range(9):
        begun = len(house.journal.batches)
        house.run(0.5)
        written = [entry for batch, _ in house.journal.batches[begun:] for entry in batch]
        wholes = [key for key, kind, _ in written if kind.name == "WHOLE" and key.startswith("session/")]
        assert 1 <= len(wholes) <= 10


@BOTH
async def test_a_session_that_waits_for_players_keeps_its_patience_code_and_seats(game: str):
    house = HeldHouse()
    session = house.session(game, private=True, patience_s=30.0)
    token = house.reserve(session, ANN)
    code = house.host(session).code
    house.run(10.0)
    house = house.die(1000.0)
    assert house.node.codes == {code: session}
    assert house.node.is_seated(ANN)
    assert house.node.book.players == 1
    assert list(house.node.open_sessions(game)) == []
    core = house.host(session).core
    assert core.state is SessionState.WAITING
    assert core.start.patience_ends == pytest.approx(house.now + 20.0, abs=1.1)
    house.node.held_back.release_those_of_nobody()
    assert not house.host(session).held_back
    assert house.take(session, token).seated is not None


async def test_a_session_that_quick_matches_may_fill_is_so_again_and_a_full_one_is_not():
    house = HeldHouse()
    session = house.session()
    house.sit(session)
    house = house.die()
    assert [offer.session_id for offer in house.node.open_sessions("talk")] == [session]
    denied = house.node.reserve(session, ANN, "Ann", "l", house.now)  # type: ignore[arg-type]  # an id
    assert isinstance(denied, Denial)


@BOTH
async def test_who_missed_the_end_gets_it_after_the_crash_for_as_long_as_was_left(game: str):
    house, session, ann, bob = played(game)
    house.say(ann, session, "over", 2)
    house.run(0.2)
    house.run(2.0)
    house = house.die(1000.0)
    assert house.node.hosts == {}
    assert house.node.find(session) is not None
    back = house.take(session, token_of(bob), epoch=1)
    assert back.ended
    assert back.closed is not None
    assert back.closed[0] == CloseCode.ENDED
    house.run(8.0)
    assert house.node.find(session) is None
    assert f"session/{session}" not in house.journal.recovered().entries


# --- what is told again -----------------------------------------------------------------------------------------------


async def test_a_start_is_told_again_only_as_long_as_the_store_knows_of_it():
    house, _, _, _ = played()
    assert len(house.shelf.starts) == 1
    house = house.die()
    assert len(house.shelf.starts) == 2
    found = house.journal.recovered(before=house.before)
    late = _much_later(found)
    assert len(late.node.hosts) == 1
    assert late.shelf.starts == []


def _much_later(found: Recovered) -> HeldHouse:
    class Later(HeldHouse):
        unix_s = 1_700_000_000.0 + 7 * 86_400

        def __setattr__(self, name: str, value: Any) -> None:
            if name != "unix_s":
                super().__setattr__(name, value)

    return Later(found, now=5000.0)


async def test_sessions_are_counted_once():
    house, _, _, _ = played()
    house = house.die()
    house.node.held_back.release()
    assert house.node.counts.sessions_created == 1


# --- what cannot go on ------------------------------------------------------------------------------------------------


def _other(**options: Any) -> type[Game[Any]]:
    class Other(Talk, name="talk", **options):
        uses = Talk.uses

    Other.__name__ = Other.__qualname__ = "Talk"
    return Other


@pytest.mark.parametrize("options", [{"seats": 1, "tick_hz": 20}, {"seats": (1, 4), "tick_hz": 30}])
async def test_a_game_with_fewer_seats_or_another_pace_is_refused_and_nothing_is_written(options: dict[str, Any]):
    house, _, _, _ = played()
    found = house.journal.recovered()
    with pytest.raises(JournalUnusable, match="cannot go on here"):
        HeldHouse(found, games=[_other(**options), Turns])
    assert len(HeldHouse(found).node.hosts) == 1


async def test_a_game_with_more_seats_goes_on():
    house, session, _, _ = played()
    house = HeldHouse(house.journal.recovered(), games=[_other(seats=(1, 6), tick_hz=20), Turns])
    assert house.host(session).core.free_seats == 4
    for name in "cdef":
        house.reserve(session, PlayerId(name))
    house.node.scribe.beat()
    assert house.die().node.book.players == 6


async def test_a_node_that_is_stopped_while_sessions_are_held_back_loses_none():
    house, session, ann, _ = played()
    house = house.die()
    back = house.take(session, token_of(ann), epoch=1)
    house.node.draining = True
    house.node.ticker.stop()
    house.node.close_all(CloseCode.SHUTDOWN)
    assert back.closed is not None
    assert back.closed[0] == CloseCode.SHUTDOWN
    assert isinstance(house.node.create("talk", house.now, Order()), Denial)
    assert house.shelf.ends == []
    house = house.die()
    assert list(house.node.hosts) == [session]
