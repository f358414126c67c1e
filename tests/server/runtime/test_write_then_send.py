"""Nothing that must not un-happen leaves before it is committed; then it leaves, in the order of the decisions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rallypoint.core.session import SessionState
from rallypoint.ports import Entry, Pressure
from rallypoint.runtime.session_gate import SessionGate
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Leave, Ping, Pong, Proved, Seated, TakeSeat

from .held_house import ANN, BOB, HeldHouse, Socket, Talk, settle

BOTH = pytest.mark.parametrize("game", ["talk", "turns"])


@BOTH
async def test_a_token_is_told_once_it_is_committed_and_all_else_of_the_connection_after_it(game: str):
    house = HeldHouse()
    session = house.session(game)
    token = house.reserve(session, ANN)
    house.journal.held = True
    socket = house.take(session, token)
    socket.receiver.received(encode(Ping(7.0)))
    house.run(0.2)
    assert socket.got == []
    house.journal.commit()
    assert [type(message) for message in socket.got[:2]] == [Seated, Pong]
    assert socket.passes


@BOTH
async def test_a_token_that_never_was_committed_is_unknown_after_a_crash_and_the_one_before_it_is_good(game: str):
    house = HeldHouse()
    session = house.session(game)
    token = house.reserve(session, ANN)
    house.node.scribe.beat()
    house.journal.held = True
    socket = house.take(session, token)
    assert socket.got == []
    house = house.die(lost=len(house.journal.waiting))
    assert house.take(session, token).seated is not None


async def test_state_runs_ahead_and_says_so_and_events_wait():
    house = HeldHouse()
    session = house.session()
    ann = house.sit(session)
    ann.got.clear()
    house.journal.held = True
    house.say(ann, session, "hello")
    house.run(0.3)
    assert len(ann.passes) >= 5
    assert ann.passes[-1].head.undurable >= 5
    assert ann.events == []
    house.journal.commit()
    house.run(0.1)
    assert ann.heard == ["hello"]


async def test_of_turns_nothing_is_sent_before_its_commit_and_then_all_at_once():
    house = HeldHouse()
    session = house.session("turns")
    ann = house.sit(session)
    ann.got.clear()
    house.journal.held = True
    for number in range(3):
        house.say(ann, session, f"{number}", number + 1)
        house.run(0.05)
    assert ann.got == []
    house.journal.commit(1)
    assert ann.got == []
    house.journal.commit()
    assert ann.heard == ["0", "1", "2"]
    assert len(ann.passes) == 1


async def test_turns_that_follow_each_other_faster_than_the_disk_are_shown_all_the_same():
    house = HeldHouse()
    session = house.session("turns")
    ann = house.sit(session)
    ann.got.clear()
    house.journal.held = True
    for number in range(50):  # at each moment one turn at least is not committed
        begun = len(house.journal.waiting)
        house.say(ann, session, f"{number}", number + 1)
        house.run(0.01)
        house.journal.commit(begun)
    assert len(ann.heard) >= 20
    house.journal.commit()
    house.run(0.02)
    house.journal.commit()
    assert ann.heard == [str(number) for number in range(50)]


@BOTH
@pytest.mark.parametrize("outstanding", [1, 4])
async def test_an_end_is_told_and_stored_once_all_of_it_is_committed(game: str, outstanding: int):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    ann.got.clear()
    house.journal.held = True
    for number in range(outstanding - 1):
        house.say(ann, session, "more", number + 1)
        house.run(0.05)
    house.say(ann, session, "over", outstanding)
    house.run(0.3)
    assert not house.host(session).running
    assert not ann.ended
    assert ann.closed is None
    assert house.shelf.ends == []
    house.journal.commit(len(house.journal.waiting) - 1)
    house.journal.commit()
    assert ann.ended
    assert ann.heard == ["more"] * (outstanding - 1) + ["over"]
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.ENDED
    assert [record.outcome for record in house.shelf.ends] == ["ended"]
    assert house.shelf.ends[0].result is not None


async def test_the_last_state_is_sent_though_the_disk_is_far_behind():
    house = HeldHouse()
    session = house.session()
    ann = house.sit(session)
    ann.got.clear()
    house.journal.held = True
    house.journal.pressure = Pressure.STEPS
    house.say(ann, session, "over")
    house.run(1.0)
    assert not ann.ended
    house.journal.commit()
    assert ann.ended
    assert ann.closed is not None


@BOTH
async def test_a_session_that_fails_says_so_once_that_is_committed(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    house.journal.held = True
    house.say(ann, session, "one")
    house.run(0.1)
    house.say(ann, session, "raise", 2)
    house.run(0.2)
    assert ann.closed is None
    assert house.shelf.ends == []
    house.journal.commit()
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.GAME_FAILED
    assert [record.outcome for record in house.shelf.ends] == ["game_failed"]
    assert house.die().node.hosts == {}


@BOTH
async def test_that_a_session_has_started_is_told_once_it_is_committed(game: str):
    house = HeldHouse()
    session = house.session(game)
    token = house.reserve(session, ANN)
    house.journal.held = True
    house.take(session, token)
    house.run(0.2)
    assert house.host(session).core.state is SessionState.RUNNING
    assert house.shelf.starts == []
    house.journal.commit()
    assert [record.session for record in house.shelf.starts] == [session]


@BOTH
async def test_the_outside_is_asked_once_the_question_is_committed(game: str):
    house = HeldHouse()
    Talk.asked = 0
    session = house.session(game)
    ann = house.sit(session)
    house.journal.held = True
    house.say(ann, session, "ask")
    house.run(0.1)
    await settle()
    assert Talk.asked == 0
    house.journal.commit()
    await settle()
    assert Talk.asked == 1


@BOTH
async def test_a_farewell_waits_for_its_commit(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    house.journal.held = True
    ann.receiver.received(encode(Leave()))
    house.run(0.1)
    assert ann.closed is None
    house.journal.commit()
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.LEFT


@BOTH
@pytest.mark.parametrize("who", ["backend", "game"])
async def test_who_is_removed_is_told_once_it_is_committed(game: str, who: str):
    house = HeldHouse()
    session = house.session(game)
    ann, _ = house.sit(session), house.sit(session, BOB)
    house.journal.held = True
    if who == "backend":
        house.backend.kick(session, ANN)
        house.node.scribe.beat()
    else:
        house.say(ann, session, "kick")
    house.run(0.2)
    assert ann.closed is None
    house.journal.commit()
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.KICKED


@BOTH
async def test_whoever_is_free_by_leaving_is_so_in_the_same_batch_or_a_later_one(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann, _ = house.sit(session), house.sit(session, BOB)
    for leave in (lambda: ann.receiver.received(encode(Leave())), lambda: house.backend.kick(session, BOB)):
        batches = len(house.journal.batches)
        house.node.unseated = lambda player: house.node.scribe.commit([], lambda: None)  # as the lobby does
        leave()
        written = [entry.key for entries, _ in house.journal.batches[batches:][:1] for entry in entries]
        assert f"session/{session}" in written


async def test_an_answer_to_a_backend_waits_for_its_commit():
    house = HeldHouse()
    session = house.session()
    house.journal.held = True
    house.backend.signal(session, "ring", None)
    answer = asyncio.ensure_future(house.node.scribe.committed())
    await settle()
    assert not answer.done()
    house.journal.commit()
    await settle()
    assert answer.done()
    house = house.die()
    assert house.host(session).core.stimuli_waiting == 2  # that it was recovered, and the signal


async def test_an_answer_that_says_nothing_new_waits_for_what_it_has_seen():
    house = HeldHouse()
    session = house.session()
    house.sit(session)
    house.journal.held = True
    house.backend.end(session, "enough")
    house.run(0.1)
    assert house.backend.end(session, "again").error == "ended"  # type: ignore[union-attr]  # a denial
    answer = asyncio.ensure_future(house.node.scribe.committed())
    await settle()
    assert not answer.done()
    house.journal.commit()
    await settle()
    assert answer.done()


@BOTH
async def test_who_comes_too_late_hears_so_once_the_end_is_committed(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    token = house.reserve(session, BOB)
    gate = SessionGate(house.node.find, asyncio.get_running_loop(), lambda: house.now)
    house.journal.held = True
    house.say(ann, session, "over")
    house.run(0.1)
    late = Socket()
    gate._first(late, session, encode(TakeSeat(1, session, token)))  # type: ignore[arg-type]  # it listens like one
    assert late.closed is None
    house.journal.commit()
    assert late.closed is not None
    assert late.closed[0] == CloseCode.ENDED


@BOTH
async def test_who_is_taken_over_before_the_own_token_was_committed_gets_it_and_then_the_close(game: str):
    house = HeldHouse()
    session = house.session(game)
    token = house.reserve(session, ANN)
    house.journal.held = True
    first, second = house.take(session, token), house.take(session, token)
    house.run(0.1)
    assert first.got == second.got == []
    house.journal.commit()
    assert [type(message) for message in first.got[:1]] == [Seated]
    assert first.closed is not None
    assert first.closed[0] == CloseCode.TAKEN_OVER
    assert second.seated is not None
    assert second.closed is None
    assert second.passes


@BOTH
async def test_who_comes_while_the_end_waits_for_its_commit_gets_seat_state_result_and_close_in_that_order(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    token = ann.seated.token if ann.seated else b""
    house.journal.held = True
    house.say(ann, session, "over")
    house.run(0.1)
    again = house.take(session, token, epoch=1)
    assert again.got == []
    for _ in range(len(house.journal.waiting)):
        house.journal.commit(1)
    assert isinstance(again.got[0], Seated)
    assert again.ended
    assert again.closed is not None
    assert again.closed[0] == CloseCode.ENDED


async def test_a_connection_that_is_cut_before_its_token_was_committed_is_written_to_no_more():
    house = HeldHouse()
    session = house.session()
    token = house.reserve(session, ANN)
    house.journal.held = True
    socket = house.take(session, token)
    socket.receiver.received(b"\xc1")
    assert socket.closed is not None
    house.run(0.2)
    house.journal.commit()
    assert socket.got == []


async def test_a_proof_is_written_though_nothing_else_happens():
    house = HeldHouse()
    session = house.session("turns")
    token = house.reserve(session, ANN)
    ann = house.take(session, token)
    house.run(0.1)
    ann.receiver.received(encode(Proved()))
    house.sweep()
    house = house.die()
    assert house.take(session, token).closed == (CloseCode.UNKNOWN, "unknown session or token")


# --- games that cannot be saved ---------------------------------------------------------------------------------------


@BOTH
async def test_a_save_that_raises_in_a_checkpoint_ends_its_session_alone(game: str):
    house = HeldHouse()
    session, other = house.session(game), house.session(game)
    ann, bob = house.sit(session), house.sit(other, BOB)
    house.say(ann, session, "save badly")
    house.run(0.1)
    house.journal.keys = [f"session/{session}", f"session/{other}"]
    house.run(6.0)
    house.say(bob, other, "still here")
    house.run(0.2)
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.GAME_FAILED
    assert bob.heard == ["still here"]
    assert list(house.die().node.hosts) == [other]


@BOTH
@pytest.mark.parametrize("held", [False, True])
async def test_a_save_that_raises_when_all_is_written_again_ends_its_session_alone(game: str, held: bool):
    house = HeldHouse()
    session, other = house.session(game), house.session(game)
    ann, bob = house.sit(session), house.sit(other, BOB)
    house.say(ann, session, "save badly")
    house.run(0.1)
    house.journal.held = held
    house.journal.batches.clear()  # a new journal begins
    house.journal.mended()
    assert len(house.journal.batches) == 1
    house.run(1.0)
    house.journal.commit()
    assert ann.closed is not None
    assert ann.closed[0] == CloseCode.GAME_FAILED
    house.say(bob, other, "still here")
    house.run(0.2)
    house.journal.commit()
    assert list(house.die().node.hosts) == [other]


async def test_a_session_that_fails_before_its_first_batch_leaves_its_result_alone():
    house = HeldHouse()
    session = house.session()
    host = house.host(session)
    host.core.game.open(0, 0)
    house.node.hosts[session].core.game.game.saved_well = False  # type: ignore[attr-defined]  # of the driver
    host.core.game.close()
    house.node.scribe.commit([], lambda: None)
    assert house.node.hosts == {}
    assert list(house.journal.recovered().entries) == [f"result/{session}"]
    assert [record.outcome for record in house.shelf.ends] == ["game_failed"]


# --- what goes when it is over ----------------------------------------------------------------------------------------


@BOTH
async def test_nothing_is_left_of_a_session_that_is_over_and_whose_result_is_stored(game: str):
    house = HeldHouse()
    session = house.session(game)
    ann = house.sit(session)
    house.say(ann, session, "over")
    house.run(0.2)
    assert set(house.journal.recovered().entries) == {f"session/{session}", f"result/{session}"}
    house.run(7.0)
    assert list(house.journal.recovered().entries) == [f"result/{session}"]
    house.shelf.unstored.pop()()
    house.sweep()
    assert house.journal.recovered().entries == {}
    house.journal.mended()
    assert house.journal.recovered().entries == {}


async def test_a_key_that_names_nothing_any_more_is_given_up():
    house = HeldHouse()
    house.journal.keys = ["session/nobody", "result/nothing", "what/ever"]
    house.sweep()
    assert house.kinds("session/nobody") == house.kinds("result/nothing") == house.kinds("what/ever") == ["GONE"]


CHANGES: list[Callable[[HeldHouse, Any, Any], Any]] = [
    lambda house, session, ann: house.reserve(session, BOB),
    lambda house, session, ann: house.take(session, ann.seated.token),
    lambda house, session, ann: ann.receiver.received(encode(Leave())),
    lambda house, session, ann: house.backend.kick(session, ANN),
    lambda house, session, ann: house.backend.set_locked(session, True),
    lambda house, session, ann: house.backend.describe(session, {"map": "x"}),
    lambda house, session, ann: house.backend.signal(session, "ring", [1]),
    lambda house, session, ann: house.backend.end(session, "enough"),
    lambda house, session, ann: house.node.add_bots(session, 1),
    lambda house, session, ann: house.host(session).lost(ann.receiver),
]


@BOTH
@pytest.mark.parametrize("change", range(len(CHANGES)))
async def test_whatever_changes_a_session_between_its_steps_is_written_with_the_next_batch(game: str, change: int):
    house = HeldHouse()
    house.node.bots = house.bots
    session = house.session(game)
    ann = house.sit(session)
    host = house.host(session)
    batches = len(house.journal.batches)
    CHANGES[change](house, session, ann)
    house.node.scribe.commit([], lambda: None)
    assert not host.core.touched
    assert f"session/{session}" in [entry.key for entries, _ in house.journal.batches[batches:] for entry in entries]


async def test_what_one_cannot_say_does_not_take_with_it_what_others_have_said():
    house = HeldHouse()
    session = house.session()
    house.host(session).stir()

    class Broken:
        def take_entries(self) -> list[Entry]:
            raise LookupError("a mistake of ours")

    house.node.scribe._touched = {Broken(): None, **house.node.scribe._touched}
    house.node.scribe.beat()
    assert house.kinds(f"session/{session}") == ["WHOLE"]
