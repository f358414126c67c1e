"""What a pause must not do at its edges: to ends, clocks, what has piled up, and journals that know of none."""

from __future__ import annotations

import msgspec
import pytest

from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.core.session_image import SessionImage, SessionPart
from rallypoint.core.stimuli import Recovered
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.limits import ACK_WINDOW_TICKS

from .life import Life
from .script import Table

HOUR_S = 3600.0


@pytest.mark.parametrize("turn_based", [False, True])
def test_an_end_waits_for_nothing_that_is_due_later(turn_based: bool) -> None:
    life = Life(turn_based=turn_based)
    life.sit("ann")
    bob = life.sit("bob")
    life.steps(20)
    life.session.dropped(bob.seat, life.now)
    life.steps(1)
    life.session.pause(life.now, "ada", "", 5.0)
    now_ms = life.session.now_ms
    life.now += HOUR_S
    life.session.end("enough")
    life.session.step(life.now)
    assert life.session.state is SessionState.ENDED
    assert life.session.now_ms - now_ms <= 63
    assert bob.seat.state is SeatState.AWAY, "it may still come for the result"
    assert life.session.linger(life.now + 7)


def test_after_a_recovery_as_much_may_wait_as_after_any_pause() -> None:
    life = Life(inputs_pending_max=4)
    ann = life.sit("ann")
    life.sit("bob")
    life.steps(20)
    life.session.pause(life.now, "ada", "", 5.0)
    life.look()
    life.die(away_s=16.0)
    ann = next(client for client in life.clients.values() if client.player == "ann")
    life.come(ann)
    life.session.release(life.now)
    life.session.step(life.now)
    assert not any(isinstance(item, Recovered) for _, item in life.session.stimuli)
    for _ in range(4):
        life.say(ann, 7)
    assert ann.seat.pending == 4
    life.session.resume(life.now)
    life.say(ann, 8)
    assert ann.seat.pending == 5, "nobody is cut for what has piled up"


@pytest.mark.parametrize("turn_based", [False, True])
def test_a_journal_of_before_there_were_pauses_is_read(turn_based: bool) -> None:
    life = Life(turn_based=turn_based)
    life.sit("ann")
    life.steps(20)
    whole = msgspec.msgpack.decode(life.session.whole())
    standing = whole[5]
    assert standing.pop() is None, "the newest field is the last"
    image = SessionImage.decode(msgspec.msgpack.encode(whole))
    assert image.standing.paused is None
    assert image.encode() == life.session.whole()
    life.session.set_locked(True)
    data = life.session.part()
    assert data is not None
    part = msgspec.msgpack.decode(data)
    at = part.index([*standing[:10], True, *standing[11:], None])
    part[at].pop()
    read = SessionPart.decode(msgspec.msgpack.encode(part))
    assert read.standing is not None
    assert (read.standing.locked, read.standing.paused) == (True, None)


def test_a_session_that_waits_is_paused_and_starts_afterwards() -> None:
    table = Table((2, 2), start_after_s=15)
    table.play("Ann")
    table.session.pause(table.now, "ada", "", 5.0)
    table.now += HOUR_S
    bob = table.reserve("Bob")
    bob.take()
    table.session.step(table.now)
    assert table.session.state is SessionState.RUNNING, "a step is a step"
    table.session.resume(table.now)
    table.step(3)
    assert table.session.ended is None


def test_a_spectator_sees_no_turn_before_it_is_committed() -> None:
    life = Life(turn_based=True, spectators_max=2)
    ann, _ = life.sit("ann"), life.sit("bob")
    life.steps(20)
    session = life.session
    life.say(ann, 1)
    session.pause(life.now, "ada", "", 5.0)
    session.step(life.now)
    token = session.spectators.reserve(PlayerId("eve"), "Eve", life.now)
    assert isinstance(token, bytes)
    found = session.spectators.redeem(token, life.now)
    assert found is not None
    session.spectators.come(found[0], life.now)
    assert session.show_now(found[0], life.now) == []
    session.committed(session.tick)
    session.passes()
    assert [one for one, _ in session.spectated(life.now)] == [found[0]]
    assert found[0].sent == session.tick


def test_the_windows_end_at_the_moment_of_the_resume_is_the_end() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    deadline = ann.seat.deadline
    assert deadline is not None
    table.now = deadline - 0.001
    table.session.pause(table.now, "ada", "", 5.0)
    table.now += HOUR_S
    ann.resume()
    assert ann.seat.state is SeatState.CONNECTED, "a millisecond is left, for as long as it is paused"
    ann.drop()
    table.session.resume(table.now)
    table.step()
    assert ann.seat.state is SeatState.AWAY


def test_who_is_kicked_while_it_is_paused_is_gone_and_does_not_come_back() -> None:
    table = Table((1, 2))
    ann, bob = table.play("Ann", "Bob")
    table.session.pause(table.now, "ada", "", 5.0)
    bob.say(1)
    table.session.leave(bob.seat, table.now, "kicked")
    table.session.set_locked(True)
    table.session.signalled("hello", 1)
    table.session.set_locked(False)
    table.now += HOUR_S
    assert table.session.reserve(bob.seat.player_id, "Bob", table.now).error == "kicked"  # type: ignore[union-attr]
    table.session.resume(table.now)
    table.step()
    assert [call[0] for call in table.game.told("input", "leave", "signal")] == ["input", "leave", "signal"]
    assert table.session.free_seats == 1
    assert ann.seat.state is SeatState.CONNECTED


def test_who_comes_and_goes_in_a_pause_is_shown_away_until_its_new_window_ends() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step_until(table.now + 10)
    table.session.pause(table.now, "ada", "", 5.0)
    ann.resume()
    ann.drop()
    table.step()
    assert table.tick % 20, "not by what is looked at once a second"
    assert ann.seat.deadline is not None
    assert table.session.paused is not None
    left_ms = round((ann.seat.deadline - table.session.paused.at) * 1000)
    assert table.game.told("drop", "come_back", "away_until")[-1] == ("away_until", 0, table.session.now_ms + left_ms)
    assert left_ms > 20_500, "it came back, and has more than was left"


def test_what_a_paused_session_shows_counts_among_the_passes_under_way() -> None:
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    table.step(5)
    ann.drop()
    table.session.pause(table.now, "ada", "", 5.0)
    ann.resume(tick=-1)
    ann.acks = False
    before = len(ann.passes)
    message = table.session.shown(ann.seat)
    assert message is not None
    ann.got(message)
    table.session.resume(table.now)
    table.step(40)
    assert len(ann.passes) - before == ACK_WINDOW_TICKS
