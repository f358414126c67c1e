"""What the journal keeps of a session is the session: by its parts as by its whole, at every moment of any life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.core.game_like import Answer
from rallypoint.core.seating import DEPARTED_MAX
from rallypoint.core.session import SessionState
from rallypoint.core.session_image import SessionImage, SessionPart

from .diary import ASK, EVENT, EVENTS, FINISH, HEAR, KICK, LARGE
from .life import Life, moved
from .script import Table

NAMES = ("ann", "bob", "cid", "dan", "eve")
Act = tuple[str, int, int]
SEATED = ["come", "take", "drop", "leave", "kick", "say", "say", "say", "say", "prove", "reissue"]
OTHER = [
    "sit",
    "sit",
    "reserve",
    "bot",
    "step",
    "step",
    "step",
    "step",
    "steps",
    "signal",
    "lock",
    "describe",
    "answer",
]
acts: Any = st.lists(
    st.tuples(st.sampled_from([*SEATED, *OTHER, "look", "die"]), st.integers(0, 4), st.integers(0, 9)), max_size=70
)
ends = st.sampled_from(["none", "none", "finish", "end", "fail"])


def act(life: Life, what: str, who: int, much: int) -> None:
    """One thing happens, if it can."""
    session = life.session
    client = life.clients.get(who)
    seated = client is not None and session.seats[client.seat.index] is client.seat
    match what:
        case "sit" | "reserve" | "bot":
            if (new := life.reserve(NAMES[who], bot=what == "bot")) is not None and what == "sit":
                life.come(new)
        case "signal":
            session.signalled("bell", {"much": much})
        case "lock":
            session.set_locked(much < 3)
        case "describe":
            session.describe({"much": much})
        case "answer":
            life.answer()
        case "look":
            life.look()
        case "die":
            life.look()
            had = life.die(float(much))
            life.image.epoch -= 1
            assert life.image.encode() == moved(had, float(much)).encode()
            life.image.epoch += 1
            life.session.release(life.now) if much % 2 else None
        case "step":
            life.step()
        case "steps":
            life.steps(much * 8)
        case _ if client is not None and seated:
            seat = client.seat
            others: dict[str, Callable[[], Any]] = {
                "come": lambda: life.come(client),
                "take": lambda: life.come(client, resume=False),
                "drop": lambda: session.dropped(seat, life.now),
                "leave": lambda: session.leave(seat, life.now),
                "kick": lambda: session.leave(seat, life.now, "kicked"),
                "say": lambda: life.say(client, much),
                "prove": lambda: life.prove(client),
                "reissue": lambda: setattr(client, "token", session.seating.reissue(seat)),
            }
            others[what]()


@settings(max_examples=150, deadline=None)
@given(acts, ends, st.sampled_from([{}, {"turn_based": True}, {"input_buffer_ticks": 3}]))
def test_the_whole_with_all_parts_is_the_session(acts: list[Act], end: str, game: dict[str, Any]):
    life = Life(**game)
    for what, who, much in [("sit", 0, 0), ("sit", 1, 0), ("step", 0, 0), ("step", 0, 0), *acts]:
        if not life.running and what in ("signal", "describe", "answer", "say"):
            continue
        act(life, what, who, much)
    life.look()
    if end == "finish" and life.running and life.clients:
        life.say(next(iter(life.clients.values())), FINISH)
    elif end == "end" and life.running:
        life.session.end("an operator's will")
        life.look()
    life.steps(3)
    if end == "fail":
        life.session.fail()
        assert life.session.part() is None
        assert not life.session.touched
    else:
        life.look()


def test_a_part_that_the_whole_has_already_changes_nothing():
    life = Life()
    ann, bob = life.sit("ann"), life.sit("bob")
    life.steps(2)
    life.say(ann, EVENTS)
    life.session.signalled("bell", 1)
    life.session.leave(bob.seat, life.now)
    life.now += 1
    life.session.step(life.now)
    whole = life.session.whole()
    part = life.session.part()
    assert part is not None
    image = SessionImage.decode(whole)
    image.apply(part)
    assert image.encode() == whole


def test_what_is_not_taken_between_two_steps_is_in_the_part_of_the_next():
    life = Life()
    ann = life.sit("ann")
    life.session.signalled("bell", 1)
    life.session.describe({"a": 1})
    life.say(ann, HEAR)
    life.session.step(life.now)
    part = life.session.part()
    assert part is not None
    decoded = SessionPart.decode(part)
    assert [op[0] for op in decoded.ops] == ["meta", "join", "signal", 0]
    assert [signal[1] for signal in decoded.signals] == ["bell"]
    life.image.apply(part)
    assert life.image.encode() == life.session.whole()
    assert life.image.signals == []


def test_a_step_in_which_nothing_happened_has_a_part_all_the_same():
    life = Life()
    life.sit("ann"), life.sit("bob")
    life.steps(30)
    life.session.step(life.now)
    part = life.session.part()
    assert part is not None
    assert len(part) < 150
    decoded = SessionPart.decode(part)
    assert (decoded.tick, decoded.run, decoded.ops, decoded.seats, decoded.standing) == (31, True, [], [], None)


def test_between_two_steps_there_is_a_part_only_if_something_has_happened():
    life = Life()
    ann = life.sit("ann")
    life.look()
    life.step()
    assert not life.session.touched
    assert life.session.part() is None
    life.say(ann, HEAR)  # it is not durable before a step has applied it
    assert not life.session.touched
    assert life.session.part() is None


@pytest.mark.parametrize(
    "what", ["reserve", "come", "drop", "leave", "prove", "reissue", "signal", "lock", "describe", "end"]
)
def test_whatever_somebody_is_answered_touches_the_session(what: str):
    life = Life()
    ann = life.sit("ann")
    life.steps(2)
    assert not life.session.touched
    if what == "end":
        life.session.end("enough")
    else:
        act(life, what, 1 if what == "reserve" else ann.seat.index, 1)
    assert life.session.touched
    life.look()


def test_what_the_core_called_on_the_game_is_in_the_ops_in_order():
    life = Life()
    life.sit("ann"), life.sit("bob")
    told: list[list[Any]] = []
    for act_ in ("", "say", "drop", "come", "leave"):
        if act_:
            act(life, act_, 0, ASK)
        life.now += 1 / 16
        asks = life.session.step(life.now).asks
        for ask in asks:
            life.asks.append(ask)
            life.answer()
        part = life.session.part()
        assert part is not None
        told += SessionPart.decode(part).ops
    assert told == [
        ["join", 0, "ann", "ANN", False],
        ["join", 1, "bob", "BOB", False],
        ["start"],
        [0, [64, 1, -1, ASK]],
        ["answer", 1, "fetch", [0], 42, ""],
        ["drop", 0, 8126],
        ["back", 0],
        ["leave", 0, "left"],
    ]


def test_an_answer_that_cannot_be_kept_reaches_the_game_and_says_so_in_the_ops():
    life = Life()
    ann = life.sit("ann")
    life.say(ann, ASK)
    life.step()
    heard: list[Any] = []
    life.game.answer = lambda answer: heard.append(answer.value)  # type: ignore[method-assign]  # it digests no objects
    life.session.answered(Answer(1, "fetch", (0,), object()))
    life.session.step(life.now + 1)
    part = life.session.part()
    assert part is not None
    assert SessionPart.decode(part).ops == [["answer", 1, "fetch", [0], None, "", False]]
    assert len(heard) == 1


def test_without_keep_there_are_no_parts():
    table = Table()
    table.play("Ann")
    assert not table.session.touched
    assert table.session.part() is None
    assert table.session.keeper is None


def test_events_that_had_to_go_are_gone_in_the_image_too():
    life = Life(ack_window_ticks=1000)
    ann = life.sit("ann")
    life.sit("bob")
    life.steps(2)
    life.session.dropped(ann.seat, life.now)
    bob = life.clients[1]
    for word in (LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, LARGE, EVENT):
        life.say(bob, word)
        life.step()
    seat = life.image.seats[0]
    assert seat is not None
    assert seat.event_lost == 2
    assert [event[0] for event in seat.events] == [3, 4, 5, 6, 7, 8, 9]


def test_who_was_kicked_by_the_game_waits_to_be_freed_with_the_reason():
    life = Life()
    ann = life.sit("ann")
    life.sit("bob")
    life.steps(2)
    life.say(ann, KICK)
    life.step()
    seat = life.image.seats[0]
    assert seat is not None
    assert (seat.state, seat.reason, seat.in_game) == ("left", "kicked", True)
    assert life.image.standing.banned == ["ann"]
    life.step()
    assert life.image.seats[0] is None
    assert life.image.departed == [(0, "ann", "ANN", False, "kicked")]


def test_an_ended_session_is_kept_with_its_result():
    life = Life()
    ann = life.sit("ann")
    life.sit("bob")
    life.steps(2)
    life.say(ann, FINISH)
    life.step()
    assert life.session.state is SessionState.ENDED
    assert life.image.standing.state == "ended"
    assert life.image.standing.ended == (int(life.session.ended.code), "the session has ended", life.game.result)  # type: ignore[union-attr]


def test_a_countdown_that_is_corrected_is_kept():
    life = Life()
    ann = life.sit("ann")
    life.sit("bob")
    life.steps(2)
    life.session.dropped(ann.seat, life.now)
    life.step()
    until_ms = ann.seat.away_until_ms
    life.now += 1  # ticks were skipped
    life.steps(16)
    assert until_ms - 1100 < ann.seat.away_until_ms < until_ms - 900


def test_of_an_endless_world_those_who_left_last_are_kept():
    life = Life(dispose_when_empty=False)
    for _ in range(DEPARTED_MAX + 3):
        client = life.sit("ann")
        life.session.leave(client.seat, life.now)
        life.step(looks=False)
        part = life.session.part()
        assert part is not None
        life.image.apply(part)
    life.look()
    assert life.image.departed_count == DEPARTED_MAX + 3
    assert len(life.image.departed) == DEPARTED_MAX
