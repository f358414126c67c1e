"""Inputs on their way: by rule, and against a model of a server that drops, forgets and comes back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rallypoint_client.classes import Classes
from rallypoint_client.errors import InvalidInput, TooManyOutstanding
from rallypoint_client.outgoing import ACTIONS_MAX, HOLDS_PER_PASS_MAX, OutgoingInputs
from tests.client.wire import AIM, FIRE, HASH, SAY, SCHEMA, STEER

classes = Classes(SCHEMA, HASH)
inputs = classes.inputs


def read(frame: bytes | None) -> list[Any]:
    assert frame is not None
    decoded = msgspec.msgpack.decode(frame)
    assert isinstance(decoded, list)
    return decoded


class Player:
    """An OutgoingInputs with the arguments that these tests repeat."""

    def __init__(self, received: int = 0) -> None:
        self.out = OutgoingInputs()
        self.first = self.seated(new_epoch=True, applied=received, received=received)

    def seated(self, *, new_epoch: bool = False, applied: int = 0, received: int = 0, tick: int = -1, now: float = 0.0):
        frames = self.out.seated(new_epoch=new_epoch, applied=applied, received=received, tick=tick, now=now)
        return [read(frame) for frame in frames]

    def hold(self, x, tick=1, connected=True, force=False):
        frame = self.out.hold(classes.input_class(x), x, tick, connected, force)
        return None if frame is None else read(frame)

    def act(self, x, tick=1):
        seq, frame = self.out.act(classes.input_class(x), x, tick)
        sent = read(frame)
        assert sent[1] == seq
        return sent

    def queue(self, x, now=0.0, queue_s=1.0):
        return self.out.queue(classes.input_class(x), x, now, queue_s)


def say(text: str = "") -> Any:
    return inputs.Say(text=text, colour=1)


# --- holds ----------------------------------------------------------------------------------------------------------


def test_inputs_are_numbered_from_one_with_the_tick_that_was_seen():
    player = Player()
    assert player.hold(inputs.Steer(turn=1), tick=5) == [STEER, 1, 5, 1, False]
    assert player.act(inputs.Fire(), tick=6) == [FIRE, 2, 6]


def test_numbers_go_on_after_what_the_server_has_received():
    assert Player(received=40).act(inputs.Fire())[1] == 41


def test_an_unchanged_hold_is_not_sent_again():
    player = Player()
    assert player.hold(inputs.Steer(turn=1)) is not None
    assert player.hold(inputs.Steer(turn=1)) is None
    assert player.hold(inputs.Steer(turn=2)) == [STEER, 2, 1, 2, False]
    assert player.hold(inputs.Steer(turn=1)) == [STEER, 3, 1, 1, False]


def test_a_changed_object_is_a_changed_hold():
    player = Player()
    steer = inputs.Steer(turn=1)
    player.hold(steer)
    steer.turn = 2
    assert player.hold(steer) == [STEER, 2, 1, 2, False]


def test_an_unchanged_hold_is_sent_again_by_force():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    assert player.hold(inputs.Steer(turn=1), force=True) == [STEER, 2, 1, 1, False]


def test_each_class_of_holds_is_for_itself():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    assert player.hold(inputs.Aim(angle=0.5)) == [AIM, 2, 1, 0.5]
    assert player.hold(inputs.Steer(turn=1)) is None


def test_after_a_resume_the_present_holds_are_sent_with_new_numbers():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    player.hold(inputs.Aim(angle=1.0))
    player.hold(inputs.Steer(turn=2))
    assert player.seated(received=3, applied=3, tick=9) == [[STEER, 4, 9, 2, False], [AIM, 5, 9, 1.0]]


def test_what_is_held_while_away_is_sent_on_return():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    assert player.hold(inputs.Steer(turn=5), connected=False) is None
    assert player.seated(received=1, applied=1, tick=3) == [[STEER, 2, 3, 5, False]]
    assert player.hold(inputs.Steer(turn=5)) is None


def test_beyond_sixteen_holds_between_two_passes_only_the_latest_goes_with_the_next_pass():
    player = Player()
    sent = [player.hold(inputs.Steer(turn=number)) for number in range(1, 100)]
    assert [frame is not None for frame in sent] == [True] * HOLDS_PER_PASS_MAX + [False] * (99 - HOLDS_PER_PASS_MAX)
    assert player.hold(inputs.Steer(turn=99)) is None
    waited = player.out.pass_ended(7)
    assert [read(frame) for frame in waited or ()] == [[STEER, HOLDS_PER_PASS_MAX + 1, 7, 99, False]]
    assert player.out.pass_ended(8) is None
    assert player.hold(inputs.Steer(turn=1)) is not None


def test_an_invalid_hold_leaves_what_is_held():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    with pytest.raises(InvalidInput):
        player.hold(inputs.Steer(turn="left"))
    assert player.hold(inputs.Steer(turn=1)) is None
    assert player.seated(received=1, applied=1) == [[STEER, 2, -1, 1, False]]


def test_what_is_larger_than_a_server_takes_is_refused():
    with pytest.raises(InvalidInput, match="4096"):
        Player().act(say("x" * 4096))


# --- actions --------------------------------------------------------------------------------------------------------


def test_an_action_is_forgotten_when_the_tick_that_applied_it_is_durable():
    player = Player()
    player.act(inputs.Fire())
    player.out.passed_low(10, 0, 10)
    assert len(player.out) == 1
    player.out.passed_low(11, 1, 10)
    assert len(player.out) == 1
    player.out.passed_low(12, 1, 10)
    assert len(player.out) == 1
    player.out.passed_low(13, 1, 11)
    assert len(player.out) == 0


def test_in_large_sessions_the_whole_number_says_so():
    player = Player()
    player.act(inputs.Fire())
    player.out.passed(11, 1, 10)
    player.out.passed(12, None, 10)
    assert len(player.out) == 1
    player.out.passed(13, None, 11)
    assert len(player.out) == 0


def test_after_a_resume_only_what_the_server_has_not_decided_is_sent_again_as_it_was():
    player = Player()
    for text in "abc":
        player.act(say(text), tick=5)
    again = player.seated(applied=1, received=2, tick=9)
    assert again == [[SAY, 2, 5, "b", 1], [SAY, 3, 5, "c", 1]]


def test_after_a_new_epoch_all_that_is_not_durable_is_sent_again():
    player = Player()
    for text in "abc":
        player.act(say(text))
    player.out.passed_low(10, 3, 8)
    assert [frame[1] for frame in player.seated(new_epoch=True, applied=0, received=0)] == [1, 2, 3]


def test_an_action_sent_again_claims_no_tick_that_this_epoch_has_not_shown():
    player = Player()
    player.act(say("a"), tick=500)
    assert player.seated(new_epoch=True, tick=-1) == [[SAY, 1, -1, "a", 1]]


def test_applied_in_the_former_epoch_does_not_count_in_the_new_one():
    player = Player()
    player.act(say("a"))
    player.out.passed_low(10, 1, 8)
    player.seated(new_epoch=True, applied=0, received=0)
    player.out.passed_low(9, 0, 10)
    assert len(player.out) == 1
    player.out.passed_low(10, 1, 10)
    assert len(player.out) == 0


def test_actions_go_before_holds_after_a_resume():
    player = Player()
    player.hold(inputs.Steer(turn=1))
    player.act(say("a"))
    assert [frame[0] for frame in player.seated(applied=1, received=1)] == [SAY, STEER]


def test_with_32_actions_kept_another_is_refused():
    player = Player()
    for _ in range(ACTIONS_MAX):
        player.act(inputs.Fire())
    with pytest.raises(TooManyOutstanding) as caught:
        player.act(inputs.Fire())
    assert caught.value.limit == ACTIONS_MAX
    player.out.passed_low(1, 1, 1)
    assert player.act(inputs.Fire())[1] == ACTIONS_MAX + 1


def test_a_queued_action_is_sent_on_return_if_that_is_in_time():
    player = Player()
    player.act(say("sent"))
    assert player.queue(say("late"), now=0.0, queue_s=1.0) == 2
    assert player.queue(say("kept"), now=0.0, queue_s=5.0) == 3
    frames = player.seated(applied=0, received=1, tick=4, now=1.0)
    assert [frame[1:4] for frame in frames] == [[1, 1, "sent"], [3, 4, "kept"]]
    assert player.out.expired == 1
    assert player.seated(applied=1, received=1, tick=4, now=99.0) == [[SAY, 3, 4, "kept", 1]]


def test_expired_actions_make_room_for_others():
    player = Player()
    for _ in range(ACTIONS_MAX):
        player.queue(inputs.Fire(), now=0.0, queue_s=1.0)
    with pytest.raises(TooManyOutstanding):
        player.queue(inputs.Fire(), now=0.5)
    player.queue(inputs.Fire(), now=1.0)
    assert player.out.expired == ACTIONS_MAX


def test_the_low_16_bits_name_the_number_also_when_they_wrap():
    player = Player(received=65_530)
    for _ in range(10):
        player.act(inputs.Fire())
    player.out.passed_low(1, 65_535, 0)
    assert player.out.applied == 65_535
    player.out.passed_low(2, 4, 0)
    assert player.out.applied == 65_540


def test_a_number_that_was_never_sent_is_not_believed():
    player = Player()
    player.act(inputs.Fire())
    player.out.passed_low(1, 7, 1)
    assert player.out.applied == 0
    player.out.passed(1, 7, 0)
    assert player.out.applied == 1


def test_a_server_that_decides_nothing_gets_no_more_than_16_bits_can_name():
    player = Player()
    for number in range(0x8000):
        assert player.hold(inputs.Steer(turn=number)) is not None
        player.out.pass_ended(1)
    assert player.hold(inputs.Steer(turn=-1)) is None
    with pytest.raises(TooManyOutstanding, match="inputs"):
        player.act(inputs.Fire())


def test_forgetting_says_how_many_actions_are_lost():
    player = Player()
    player.act(inputs.Fire())
    player.queue(inputs.Fire())
    player.hold(inputs.Steer(turn=1))
    assert player.out.forget() == 2
    assert player.seated() == []


# --- against a model ------------------------------------------------------------------------------------------------


class ModelServer:
    """Applies inputs once, by their numbers; journals behind; a crash takes it back to the journal."""

    def __init__(self, offset: int) -> None:
        self.epoch = 1
        self.tick = 0
        self.received = self.applied = offset
        self.done: list[str] = []
        self.pending: list[list[Any]] = []
        self.journal = [(0, offset, 0)]
        """Tick, applied, number of actions done: the last is durable."""
        self.unwritten: list[tuple[int, int, int]] = []

    def receive(self, message: list[Any]) -> None:
        if message[1] > self.received:
            self.received = message[1]
            self.pending.append(message)

    def step(self) -> None:
        self.tick += 1
        for message in self.pending:
            if message[0] == SAY:
                self.done.append(message[3])
            self.applied = message[1]
        self.pending.clear()
        self.unwritten.append((self.tick, self.applied, len(self.done)))

    def commit(self, count: int) -> None:
        self.journal += self.unwritten[:count]
        del self.unwritten[:count]

    def crash(self) -> None:
        self.tick, self.applied, done = self.journal[-1]
        self.received = self.applied
        del self.done[done:]
        self.pending.clear()
        self.unwritten.clear()
        self.epoch += 1


class ActionsAgainstAModel(RuleBasedStateMachine):
    """Whatever is dropped, resent, or forgotten: every action is done exactly once, and in order."""

    @initialize(offset=st.sampled_from([0, 7, 65_500, 65_535, 131_060]))
    def begin(self, offset: int) -> None:
        self.server = ModelServer(offset)
        self.out = OutgoingInputs()
        self.acted: list[str] = []
        self.up: list[bytes] = []
        self.down: list[tuple[int, int, int]] = []
        self.tick = -1
        self.epoch = 0
        self.connected = False
        self.resume()

    @precondition(lambda self: not self.connected)
    @rule()
    def resume(self) -> None:
        server = self.server
        new_epoch = server.epoch != self.epoch
        if new_epoch:
            self.epoch, self.tick = server.epoch, -1
        self.connected = True
        self.up += self.out.seated(
            new_epoch=new_epoch, applied=server.applied, received=server.received, tick=self.tick, now=0.0
        )

    @precondition(lambda self: self.connected)
    @rule()
    def act(self) -> None:
        x = say(str(len(self.acted)))
        try:
            _, frame = self.out.act(classes.input_class(x), x, self.tick)
        except TooManyOutstanding:
            return
        self.acted.append(x.text)
        self.up.append(frame)

    @precondition(lambda self: not self.connected)
    @rule()
    def queue(self) -> None:
        x = say(str(len(self.acted)))
        try:
            self.out.queue(classes.input_class(x), x, 0.0, 1.0)
        except TooManyOutstanding:
            return
        self.acted.append(x.text)

    @rule(turn=st.integers(0, 2))
    def hold(self, turn: int) -> None:
        x = inputs.Steer(turn=turn)
        frame = self.out.hold(classes.input_class(x), x, self.tick, self.connected)
        if frame is not None:
            self.up.append(frame)

    @rule(count=st.integers(1, 5))
    def server_receives(self, count: int) -> None:
        for frame in self.up[:count]:
            self.server.receive(read(frame))
        del self.up[:count]

    @rule()
    def server_steps(self) -> None:
        self.server.step()
        if self.connected:
            self.down.append((self.server.tick, self.server.applied, self.server.journal[-1][0]))

    @rule(count=st.integers(1, 3))
    def server_commits(self, count: int) -> None:
        self.server.commit(count)

    @rule(count=st.integers(1, 3))
    def client_receives(self, count: int) -> None:
        for tick, applied, durable in self.down[:count]:
            self.tick = tick
            self.out.passed_low(tick, applied & 0xFFFF, durable)
            self.up += self.out.pass_ended(tick) or []
        del self.down[:count]

    @precondition(lambda self: self.connected)
    @rule()
    def drop(self) -> None:
        self.connected = False
        self.up.clear()
        self.down.clear()

    @rule()
    def crash(self) -> None:
        self.server.crash()
        if self.connected:
            self.drop()

    @invariant()
    def nothing_is_done_twice_or_out_of_order(self) -> None:
        done = self.server.done
        assert done == self.acted[: len(done)]

    @invariant()
    def what_is_forgotten_is_durable(self) -> None:
        assert self.server.journal[-1][2] >= len(self.acted) - len(self.out)

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        if not self.connected:
            self.resume()
        for _ in range(3):
            self.server_receives(len(self.up))
            self.server_steps()
            self.server_commits(1000)
            self.server_steps()
            self.client_receives(len(self.down))
        assert self.server.done == self.acted
        assert len(self.out) == 0


ActionsAgainstAModel.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestActionsAgainstAModel = ActionsAgainstAModel.TestCase
