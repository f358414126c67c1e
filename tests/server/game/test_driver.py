"""What a game does, as its players' clients get it: through the server's own session, to the real replicas."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

import pytest

from rallypoint import (
    Action,
    Answer,
    Entity,
    Event,
    Game,
    Hold,
    Player,
    Refused,
    Result,
    SessionStatus,
    field,
    fixed,
    on,
    private,
    transient,
)
from rallypoint.core.seat import SeatState
from rallypoint.core.session import Ended
from rallypoint.game.driver import ASKS_OPEN_MAX
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode

SECRET_TEXT = "nobody-is-told"
SECRET_NUMBER = 7_777_777_777_777_777_777
OWNER_TEXT = "only-its-owner-is-told"
RED_TEXT = "only-red-is-told"


class Aim(Hold):
    angle: int = 3
    charge: bool = True


class Call(Action):
    """Calls what a test has put into the game: so that it runs within a step, as a game's code does."""

    name: str


class Refuse(Action):
    reason: str


class Heard(Event):
    word: str
    numbers: tuple[int, ...] = ()


class Unit(Entity):
    x: float = fixed(0.01)
    hull: int = field(3)
    orders: str = field("", to="owner")
    plan: str = field("", to="red")
    hunch: str = private(SECRET_TEXT)
    number: int = private(SECRET_NUMBER)
    cache: Any = transient("cached-" + SECRET_TEXT)


class Tank(Unit):
    turret: int = field(0)


class Member(Player):
    points: int = field(0)
    hand: str = field("", to="owner")
    doubts: str = private(SECRET_TEXT)


class Sandbox(Game[Member], seats=(1, 4), tick_hz=20, grace_s=5):
    uses: ClassVar = [Aim, Call, Refuse, Heard, Unit, Tank]

    phase: int = field(0)
    war_chest: int = field(0, to="red")
    script: str = private(SECRET_TEXT)
    log: list[str] = private([])
    calls: dict[str, Any] = transient({})

    def created(self, options: dict[str, Any]) -> None:
        self.log.append(f"created {options}")

    def started(self) -> None:
        self.log.append("started")

    def joined(self, player: Member) -> None:
        self.log.append(f"joined {player.seat} {player.player_id} {player.name} {player.bot}")

    def dropped(self, player: Member) -> None:
        self.log.append(f"dropped {player.seat} {player.connected}")

    def returned(self, player: Member) -> None:
        self.log.append(f"returned {player.seat} {player.connected}")

    def left(self, player: Member, reason: str) -> None:
        self.log.append(f"left {player.seat} {reason} {len(player.all(Unit))}")

    def tick(self) -> None:
        self.log.append("tick")

    def answered(self, answer: Answer) -> None:
        self.log.append(f"answered {answer.method}{answer.args}={answer.value!r} {answer.error}")

    def timer(self, *words: str) -> None:
        self.log.append(" ".join(("timer", *words)))

    async def later(self) -> None: ...

    @staticmethod
    async def look_up(name: str) -> str:
        return name

    @on(Call)
    def call(self, player: Member, action: Call) -> None:
        self.log.append(f"call {action.name}")
        if action.name in self.calls:
            self.calls[action.name]()

    @on(Refuse)
    def refuse(self, player: Member, action: Refuse) -> None:
        raise Refused(action.reason)


def made(players: int = 2, **options: Any) -> Match[Sandbox]:
    match = Match(Sandbox, players=players, options=options)
    match.game.log.clear()
    return match


def within_a_step(match: Match[Sandbox], do: Callable[[], object], seat: int = 0) -> None:
    match.game.calls["do"] = do
    match.act(seat, Call(name="do"))
    match.step()


def ids(match: Match[Sandbox], seat: int, kind: str = "Unit") -> list[int]:
    return [entity.id for entity in match.view(seat).all(kind)]


def never_spawned() -> Unit:
    kind: Any = Unit  # a type checker does not see which fields have a first value
    made: Unit = kind()
    return made


def recorded(match: Match[Any]) -> dict[int, bytearray]:
    """From here on, everything that is sent to each seat."""
    sent: dict[int, bytearray] = {}
    passes = match.session.passes

    def record() -> Any:
        built = passes()
        for seat, message in built:
            sent.setdefault(seat.index, bytearray()).extend(message)
        return built

    match.session.passes = record  # type: ignore[method-assign]  # the test listens on the line
    return sent


# --- entities ---------------------------------------------------------------------------------------------------------


def test_what_is_spawned_is_seen_by_everybody_with_the_next_pass():
    match = made()
    unit = match.game.spawn(Unit, x=1.5, owner=match.player(1))
    match.step()
    for seat in (0, 1):
        seen = match.view(seat).get(unit.id)
        assert (seen.x, seen.hull, seen.owner) == (1.5, 3, 1)


def test_what_is_destroyed_is_gone_with_the_next_pass():
    match = made()
    unit, other = match.game.spawn(Unit), match.game.spawn(Unit)
    match.step()
    within_a_step(match, lambda: match.game.destroy(unit))
    assert ids(match, 0) == ids(match, 1) == [other.id]
    assert match.game.all(Unit) == [other]


def test_what_a_test_destroys_between_two_steps_is_gone_as_well():
    match = made()
    unit = match.game.spawn(Unit)
    match.step()
    match.game.destroy(unit)
    match.step()
    assert ids(match, 0) == []


def test_a_destroyed_entity_has_no_id_and_destroying_it_again_does_nothing():
    match = made()
    unit = match.game.spawn(Unit)
    id_ = unit.id
    match.game.destroy(unit)
    assert unit.id == 0
    assert match.game.get(id_) is None
    match.game.destroy(unit)
    match.game.destroy(never_spawned())
    match.step()
    assert match.view(0).game.phase == 0


def test_what_lived_for_less_than_a_step_was_never_seen():
    match = made()
    match.step()

    def briefly() -> None:
        match.game.destroy(match.game.spawn(Unit))

    sent = recorded(match)
    within_a_step(match, briefly)
    without = len(sent[0])
    sent.clear()
    within_a_step(match, lambda: None)
    assert len(sent[0]) == without


def test_ids_are_never_used_again():
    match = made()
    seen = set()
    for _ in range(20):
        unit = match.game.spawn(Unit)
        assert unit.id not in seen
        seen.add(unit.id)
        match.game.destroy(unit)
        match.step()


def test_entities_are_found_by_class_oldest_first_and_by_id():
    match = made()
    first, tank, last = match.game.spawn(Unit), match.game.spawn(Tank), match.game.spawn(Unit)
    assert match.game.all(Unit) == [first, tank, last]
    assert match.game.all(Tank) == [tank]
    assert match.game.get(tank.id) is tank
    assert match.game.get(0) is None
    assert match.game.get(10**6) is None
    assert match.game.get(match.player(1).id) is match.player(1)


def test_a_player_finds_what_is_theirs():
    match = made()
    mine = [match.game.spawn(kind, owner=match.player(0)) for kind in (Unit, Tank)]
    match.game.spawn(Unit, owner=match.player(1))
    match.game.spawn(Unit)
    assert match.player(0).all(Unit) == mine
    assert match.player(0).one(Unit) is mine[0]
    assert match.player(0).one(Tank) is mine[1]
    assert match.player(1).one(Tank) is None


def test_a_player_is_not_spawned():
    with pytest.raises(LookupError, match="Member is no entity class of Sandbox"):
        made().game.spawn(Member)


# --- who sees what ----------------------------------------------------------------------------------------------------


def test_what_is_for_its_owner_is_seen_by_nobody_else():
    match = made(3)
    unit = match.game.spawn(Unit, owner=match.player(1), orders="hold")
    match.step()
    assert [match.view(seat).get(unit.id).orders for seat in range(3)] == [None, "hold", None]
    unit.orders = "advance"
    match.step()
    assert [match.view(seat).get(unit.id).orders for seat in range(3)] == [None, "advance", None]


def test_an_entity_without_an_owner_shows_what_is_for_its_owner_to_nobody():
    match = made()
    unit = match.game.spawn(Unit, orders="hold")
    match.step()
    assert [match.view(seat).get(unit.id).orders for seat in range(2)] == [None, None]


def test_a_new_owner_sees_what_is_theirs_and_the_old_one_no_longer_does():
    match = made()
    unit = match.game.spawn(Unit, owner=match.player(0), orders="hold")
    match.step()
    within_a_step(match, lambda: match.game.give(unit, match.player(1)))
    assert [match.view(seat).get(unit.id).orders for seat in range(2)] == [None, "hold"]
    assert [match.view(seat).get(unit.id).owner for seat in range(2)] == [1, 1]
    within_a_step(match, lambda: match.game.give(unit, None))
    assert [match.view(seat).get(unit.id).orders for seat in range(2)] == [None, None]
    assert match.view(0).get(unit.id).owner is None


def test_players_see_their_own_hand_only():
    match = made()
    match.player(0).hand, match.player(1).hand = "ace", "king"
    match.step()
    assert [player.hand for player in match.view(0).players] == ["ace", None]
    assert [player.hand for player in match.view(1).players] == [None, "king"]


def test_a_channel_is_seen_by_those_who_are_subscribed_to_it():
    match = made()
    unit = match.game.spawn(Unit, channel="forest", x=2.0)
    match.step()
    assert ids(match, 0) == ids(match, 1) == []
    within_a_step(match, lambda: match.player(1).subscribe("forest"))
    assert (ids(match, 0), ids(match, 1)) == ([], [unit.id])
    unit.x = 3.0
    match.step()
    assert match.view(1).get(unit.id).x == 3.0
    within_a_step(match, lambda: match.player(1).unsubscribe("forest"))
    assert ids(match, 1) == []


def test_subscribing_twice_is_once_and_unsubscribing_from_nothing_is_nothing():
    match = made()
    unit = match.game.spawn(Unit, channel="forest")

    def twice() -> None:
        match.player(0).subscribe("forest")
        match.player(0).subscribe("forest")
        match.player(0).unsubscribe("desert")

    within_a_step(match, twice)
    assert ids(match, 0) == [unit.id]
    within_a_step(match, lambda: match.player(0).unsubscribe("forest"))
    assert ids(match, 0) == []


def test_a_subscription_that_ends_and_begins_again_shows_everything_again():
    match = made()
    unit = match.game.spawn(Unit, channel="forest")
    match.player(0).subscribe("forest")
    match.step()
    within_a_step(match, lambda: match.player(0).unsubscribe("forest"))
    unit.hull = 1
    match.step(3)
    within_a_step(match, lambda: match.player(0).subscribe("forest"))
    assert match.view(0).get(unit.id).hull == 1


def test_an_entity_that_moves_is_seen_where_it_is():
    match = made()
    unit = match.game.spawn(Unit)
    match.player(1).subscribe("forest")
    match.step()
    assert unit.channel == "everyone"
    within_a_step(match, lambda: match.game.set_channel(unit, "forest"))
    assert unit.channel == "forest"
    assert (ids(match, 0), ids(match, 1)) == ([], [unit.id])
    within_a_step(match, lambda: match.game.set_channel(unit, "everyone"))
    assert (ids(match, 0), ids(match, 1)) == ([unit.id], [unit.id])


def test_an_owner_still_sees_their_own_part_of_what_hides():
    match = made()
    unit = match.game.spawn(Unit, owner=match.player(0), orders="hide", channel="forest")
    match.step()
    seen = match.view(0).get(unit.id)
    assert (seen.orders, seen.x, seen.hull) == ("hide", None, None)
    assert match.view(1).get(unit.id) is None


def test_a_field_can_be_for_a_channel():
    match = made()
    unit = match.game.spawn(Unit, plan="attack")
    match.player(1).subscribe("red")
    match.game.war_chest = 50
    match.step()
    assert [match.view(seat).get(unit.id).plan for seat in range(2)] == [None, "attack"]
    assert [match.view(seat).game.war_chest for seat in range(2)] == [None, 50]
    match.game.war_chest = 60
    match.step()
    assert [match.view(seat).game.war_chest for seat in range(2)] == [None, 60]


def test_what_is_not_in_the_session_can_neither_be_given_nor_moved():
    match = made()
    unit = match.game.spawn(Unit)
    match.game.destroy(unit)
    for gone in (unit, never_spawned()):
        with pytest.raises(LookupError, match="is not in the session: it was never spawned, or is destroyed"):
            match.game.give(gone, match.player(0))
        with pytest.raises(LookupError, match="is not in the session"):
            match.game.set_channel(gone, "forest")


def test_what_is_private_is_never_sent_and_what_is_anothers_not_to_us():
    match = made(3)
    sent = recorded(match)
    units = [match.game.spawn(kind, owner=match.player(1), orders=OWNER_TEXT) for kind in (Unit, Tank)]
    match.player(2).subscribe("red")
    units[0].plan = RED_TEXT
    match.step(3)
    for unit in units:
        unit.x, unit.hunch, unit.cache = 9.0, SECRET_TEXT + "!", SECRET_TEXT
        unit.number -= 1
    match.game.script = match.player(0).doubts = SECRET_TEXT + "?"
    within_a_step(match, lambda: match.game.emit_all(Heard("hello")))
    match.drop(1)
    match.step(2)
    match.come_back(1)
    match.step()
    match.join("late")
    match.step(120)  # with a checksum
    everything = b"".join(bytes(line) for line in sent.values())
    assert SECRET_TEXT.encode() not in everything
    for number in (SECRET_NUMBER, SECRET_NUMBER - 1):
        assert number.to_bytes(8, "big") not in everything
    for text, allowed in ((OWNER_TEXT, {1}), (RED_TEXT, {2})):
        assert {seat for seat, line in sent.items() if text.encode() in line} == allowed
    assert set(sent) == {0, 1, 2, 3}


# --- events -----------------------------------------------------------------------------------------------------------


def test_an_event_is_for_one_player_or_for_all():
    match = made()

    def speak() -> None:
        match.game.emit(match.game.players[1], Heard("psst", (1, 2)))
        match.game.emit_all(Heard("hello"))

    within_a_step(match, speak)
    assert [event.fields["word"] for event in match.events(0, "Heard")] == ["hello"]
    assert [event.fields["word"] for event in match.events(1, "Heard")] == ["psst", "hello"]
    assert match.events(1, "Heard")[0].fields["numbers"] == [1, 2]
    assert match.events(1, "Heard")[0].tick == match.session.tick


def test_an_event_comes_with_the_state_of_its_tick():
    match = made()
    seen: list[tuple[int, int]] = []

    def score() -> None:
        match.player(0).points += 1
        match.game.emit_all(Heard(str(match.player(0).points)))

    for _ in range(3):
        within_a_step(match, score)
        seen.append((int(match.events(1, "Heard")[-1].fields["word"]), match.view(1).player(0).points))
    assert seen == [(1, 1), (2, 2), (3, 3)]


def test_no_event_is_lost_or_repeated_over_a_lost_connection():
    match = made()
    for number in range(12):
        if number == 3:
            match.drop(1)
        if number == 8:
            match.come_back(1)
        within_a_step(match, lambda number=number: match.game.emit_all(Heard(str(number))))  # type: ignore[misc]
    assert [event.fields["word"] for event in match.events(1, "Heard")] == [str(number) for number in range(12)]


def test_an_event_to_one_who_has_left_goes_to_nobody():
    match = made()
    gone = match.game.players[1]
    match.leave(1)
    match.step()
    assert match.join("another") == 1
    match.step()
    within_a_step(match, lambda: match.game.emit(gone, Heard("secret")))
    assert match.events(1) == []


# --- timers -----------------------------------------------------------------------------------------------------------


def test_a_step_applies_inputs_then_fires_timers_then_ticks():
    match = made()
    match.game.after(0.05, "timer", "due")
    match.act(1, Call(name="first"))
    match.act(0, Call(name="second"))
    match.step()
    assert match.game.log == ["call first", "call second", "timer due", "tick"]


def test_a_timer_fires_at_its_session_time():
    match = made()
    begun_ms = match.game.now_ms
    match.game.after(1.0, "timer", "done")
    match.step_until(lambda: "timer done" in match.game.log)
    assert match.game.now_ms == begun_ms + 1000


def test_a_cancelled_timer_does_not_fire():
    match = made()
    number = match.game.after(0.1, "timer")
    assert match.game.cancel(number) is True
    assert match.game.cancel(number) is False
    match.step(5)
    assert "timer" not in match.game.log


def test_a_timer_names_a_method_that_there_is():
    with pytest.raises(LookupError, match=r"after\(..., 'explode'\): Sandbox has no such method"):
        made().game.after(1, "explode")


def test_a_timer_cannot_be_async():
    with pytest.raises(TypeError, match=r"after\(..., 'later'\): it runs within a step and cannot be async"):
        made().game.after(1, "later")


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf"), 10**9])
def test_a_timer_is_set_for_a_time_to_come(seconds: float):
    with pytest.raises(ValueError, match="give a number of seconds, zero or more"):
        made().game.after(seconds, "timer")


def test_a_timer_is_given_ids_and_no_entities():
    match = made()
    with pytest.raises(TypeError, match=r"give an entity's id, and find it with self.get\(id\)"):
        match.game.after(1, "timer", match.game.spawn(Unit))


def test_timers_fire_while_a_session_waits_for_players_but_there_are_no_ticks():
    class Pair(Sandbox, seats=2):
        pass

    match = Match(Pair, players=1)
    match.game.after(0.1, "timer")
    match.step(4)
    assert "timer" in match.game.log
    assert "tick" not in match.game.log
    assert match.game.status is SessionStatus.WAITING


# --- inputs -----------------------------------------------------------------------------------------------------------


def test_a_hold_has_its_defaults_until_the_first_comes_and_then_the_latest():
    match = made()
    assert (match.player(0).held(Aim).angle, match.player(0).held(Aim).charge) == (3, True)
    match.hold(0, Aim(angle=1))
    match.hold(0, Aim(angle=2, charge=False))
    match.step(2)
    assert (match.player(0).held(Aim).angle, match.player(0).held(Aim).charge) == (2, False)
    assert match.player(1).held(Aim).angle == 3


def test_a_drop_lets_holds_go():
    match = made()
    match.hold(0, Aim(angle=9))
    match.step()
    match.drop(0)
    match.step()
    assert match.player(0).held(Aim).angle == 3
    match.come_back(0)
    match.step()
    assert match.player(0).held(Aim).angle == 3


def test_actions_are_applied_once_and_in_the_order_of_their_arrival():
    match = made()
    for seat, name in ((1, "a"), (0, "b"), (1, "c"), (1, "a")):
        match.act(seat, Call(name=name))
    match.step(2)
    assert [line for line in match.game.log if line != "tick"] == ["call a", "call b", "call c", "call a"]


def test_a_refused_action_tells_its_player_why():
    match = made()
    match.act(0, Call(name="fine"))
    number = match.act(0, Refuse(reason="not now"))
    match.step()
    assert [event.fields for event in match.events(0, "refused")] == [{"seq": number, "reason": "not now"}]
    assert match.events(1) == []


def test_a_reason_is_cut_at_200_characters():
    match = made()
    match.act(0, Refuse(reason="x" * 300))
    match.step()
    assert match.events(0, "refused")[0].fields["reason"] == "x" * 200


def test_an_action_before_the_start_is_refused():
    class Pair(Sandbox, seats=2):
        pass

    match = Match(Pair, players=1)
    match.act(0, Call(name="early"))
    match.hold(0, Aim(angle=7))
    match.step()
    assert match.events(0, "refused")[0].fields["reason"] == "the game has not started"
    assert "call early" not in match.game.log
    assert match.player(0).held(Aim).angle == 7


def test_any_other_exception_of_a_handler_is_not_the_players_business():
    match = made()

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        within_a_step(match, fail)


# --- asking the outside -----------------------------------------------------------------------------------------------


def test_an_answer_of_the_outside_comes_in_a_later_step():
    match = made()
    within_a_step(match, lambda: match.game.ask("look_up", "Ann", timeout_s=5.0))
    ask = match.asks.pop()
    assert (ask.method, ask.args, ask.timeout_s) == ("look_up", ("Ann",), 5.0)
    match.answer(ask, "found")
    match.step()
    assert match.game.log[-2:] == ["answered look_up('Ann',)='found' ", "tick"]


def test_asks_have_numbers_and_may_be_answered_with_an_error():
    match = made()
    first, second = match.game.ask("look_up", "A"), match.game.ask("look_up", "B")
    assert first != second
    match.step()
    match.answer(match.asks[1], error="timeout")
    match.step()
    assert [ask.id for ask in match.asks] == [first, second]
    assert match.game.log[-2] == "answered look_up('B',)=None timeout"


@pytest.mark.parametrize("method", ["later", "timer", "nothing"])
def test_only_an_async_static_method_can_be_asked(method: str):
    with pytest.raises(LookupError, match=rf"ask\('{method}'\): write it as an async static method of Sandbox"):
        made().game.ask(method)


# --- players ----------------------------------------------------------------------------------------------------------


def test_a_session_begins_with_created_then_those_who_are_there_then_started():
    match = Match(Sandbox, players=2, options={"map": "cave"})
    assert match.game.log == [
        "created {'map': 'cave'}",
        "joined 0 id-player0 player0 False",
        "joined 1 id-player1 player1 False",
        "started",
        "tick",
    ]
    assert match.view(0).game.status.name == "RUNNING"


def test_a_drop_and_a_return_are_told_to_the_game_and_seen_by_others():
    match = made()
    match.drop(1)
    match.step()
    away = match.view(0).player(1)
    assert away.state.name == "AWAY"
    assert away.away_until_ms == match.game.now_ms + 5000 - 50
    match.come_back(1)
    match.step()
    assert match.view(0).player(1).state.name == "CONNECTED"
    assert match.view(0).player(1).away_until_ms == 0
    assert [line for line in match.game.log if line != "tick"] == ["dropped 1 False", "returned 1 True"]


def test_who_leaves_is_still_there_in_left_and_what_is_theirs_is_destroyed_next():
    match = made()
    match.game.spawn(Unit, owner=match.player(1))
    match.game.spawn(Unit, owner=match.player(0))
    match.leave(1)
    match.step()
    assert "left 1 left 1" in match.game.log
    assert [unit.owner.seat for unit in match.game.all(Unit) if unit.owner] == [0]
    assert [player.seat for player in match.view(0).players] == [0]


def test_whose_grace_is_over_has_left():
    match = made()
    gone = match.game.players[1]
    match.drop(1)
    match.step(5 * 20 - 1)
    assert len(match.game.players) == 2
    match.step()
    assert match.game.log[-2:] == ["left 1 expired 0", "tick"]
    with pytest.raises(RuntimeError, match="player1 has no seat in a session any more"):
        gone.all(Unit)


def test_a_seat_that_was_left_is_free_for_another_who_begins_anew():
    match = made()
    match.player(1).points = 7
    match.hold(1, Aim(angle=8))
    match.player(1).subscribe("forest")
    match.game.spawn(Unit, channel="forest")
    match.step()
    match.leave(1)
    match.step()
    assert match.join("another") == 1
    match.step()
    assert match.player(1).points == 0
    assert match.player(1).held(Aim).angle == 3
    assert match.view(0).player(1).name == "another"
    assert ids(match, 1) == []


def test_a_locked_session_seats_nobody():
    match = made()
    match.game.lock()
    with pytest.raises(RuntimeError, match="takes nobody else"):
        match.join("late")
    match.game.unlock()
    match.join("late")
    match.step()
    assert len(match.game.players) == 3


# --- the end ----------------------------------------------------------------------------------------------------------


def test_finishing_ends_the_session_with_this_step():
    match = made()
    match.game.after(0.05, "timer", "never")

    def end() -> None:
        winner, loser = match.game.players
        winner.points = 3
        match.game.finish(Result([winner], {winner: 3, loser: 1.5}, reason="enough", data={"map": "cave"}))
        match.game.finish(Result([loser]))

    within_a_step(match, end)
    assert match.ended
    assert match.result == {"winners": [0], "scores": {0: 3, 1: 1.5}, "reason": "enough", "data": {"map": "cave"}}
    assert match.game.log == ["call do"]
    for seat in (0, 1):
        assert match.view(seat).game.status.name == "ENDED"
        assert match.view(seat).player(0).points == 3
        assert match.events(seat, "ended")[0].fields["result"]["winners"] == [0]
    assert match.session.ended == Ended(CloseCode.ENDED, "the session has ended", match.result)


def test_a_session_may_end_without_a_result():
    match = made()
    within_a_step(match, match.game.finish)
    assert match.result == {"winners": [], "scores": {}, "reason": "", "data": {}}


def test_an_action_after_the_end_is_refused():
    match = made()
    match.game.calls["do"] = match.game.finish
    match.act(0, Call(name="do"))
    number = match.act(1, Call(name="too late"))
    match.step()
    assert match.game.log == ["call do"]
    assert [event.fields for event in match.events(1, "refused")] == [{"seq": number, "reason": "the game is over"}]


def test_a_timer_that_finishes_the_game_is_the_last_thing():
    match = made()
    match.game.after(0.05, "finish")
    match.game.after(0.05, "timer", "never")
    match.step()
    assert match.ended
    assert match.game.log == []


def test_a_session_that_everybody_has_left_ends():
    match = made()
    match.leave(0)
    match.leave(1)
    match.step()
    assert match.ended
    assert match.result is None


# --- all of it together -----------------------------------------------------------------------------------------------

CHANNELS = ("everyone", "red", "forest")


class Patient(Sandbox, grace_s=3600):
    pass


def something_happens(match: Match[Sandbox], dice: Random) -> None:
    game, seat, channel = match.game, dice.randrange(4), dice.choice(CHANNELS)
    player = next((player for player in game.players if player.seat == seat), None)
    unit = dice.choice(game.all(Unit) or [None])
    match dice.randrange(13), unit, player:
        case ((0 | 1 | 2), _, _) if len(game.all(Unit)) < 12:
            game.spawn(dice.choice((Unit, Tank)), owner=player, channel=channel, orders=f"o{seat}", plan=channel)
        case (3, Unit(), _):
            game.destroy(unit)
        case (4, Unit(), _):
            game.give(unit, player)
        case (5, Unit(), _):
            game.set_channel(unit, channel)
        case ((6 | 7), Unit(), _):
            unit.hull, unit.x = dice.choice((2**63 - 1, -(2**63), dice.randrange(9))), dice.uniform(-9, 9)
            unit.orders = unit.plan = dice.choice("abc")
        case (8, _, Member()):
            dice.choice((player.subscribe, player.unsubscribe))(dice.choice(CHANNELS[1:]))
        case (9, _, Member()):
            player.points, player.hand = dice.randrange(99), dice.choice("abc")
            game.phase = game.war_chest = dice.randrange(99)
        case (10, _, Member()):
            place = match.session.seats[seat]
            if place is not None and place.is_seated:
                (match.drop if place.state is SeatState.CONNECTED else match.come_back)(seat)
        case (11, _, Member()) if dice.random() < 0.2 and len(game.players) > 1:
            match.leave(seat)
        case (12, _, _) if match.session.free_seats:
            match.join("another")


def expected(match: Match[Sandbox], seat: int) -> dict[int, tuple[int | None, dict[str, Any]]]:
    """What that seat's client has to know, straight from the game: id to owner and fields."""
    game, me = match.game, match.player(seat)
    channels = {"everyone", *me._subscribed}
    seen: dict[int, tuple[int | None, dict[str, Any]]] = {}
    for thing in (game, *game.players, *game.all(Unit)):
        owner = thing if isinstance(thing, Player) else getattr(thing, "owner", None)
        kind: Any = type(thing)
        fields = {}
        exists = getattr(thing, "channel", "everyone") in channels or owner is me
        for name, item in kind.__public__.items():
            of_owner = item.to == "owner" and owner is me
            if of_owner or (item.to or getattr(thing, "channel", "everyone")) in channels:
                fields[name] = getattr(thing, name)
                exists = True
        if exists:
            real_owner = getattr(thing, "owner", None)
            seen[getattr(thing, "id", 0)] = (None if real_owner is None else real_owner.seat, fields)
    return seen


def known(match: Match[Sandbox], seat: int) -> dict[int, tuple[int | None, dict[str, Any]]]:
    """What that seat's client does know."""
    view = match.view(seat)
    return {
        thing.id: (thing.owner, {name: thing[name] for name in thing.fields if thing[name] is not None})
        for thing in (view.game, *view.players, *view.entities)
    }


@pytest.mark.parametrize("seed", range(20))
def test_every_client_knows_exactly_what_it_may(seed: int):
    """Also over resumes: a client that comes back is told what it missed, and not everything again."""
    dice = Random(seed)
    match: Match[Any] = Match(Patient, players=2)
    for _ in range(300):
        for _ in range(dice.randrange(4)):
            something_happens(match, dice)
        match.step()
        for player in match.game.players:
            if player.connected:
                wanted = expected(match, player.seat)
                for _, fields in wanted.values():
                    if "x" in fields:
                        fields["x"] = round(fields["x"] * 100) / 100
                assert known(match, player.seat) == wanted
    assert not match.ended


def test_a_player_who_has_left_cannot_be_given_something_new():
    match = Match(Sandbox, players=2)
    gone = match.player(1)
    match.leave(1)
    match.step()
    with pytest.raises(RuntimeError, match="no seat"):
        match.game.spawn(Unit, owner=gone)


def test_a_session_has_so_many_calls_to_the_outside_and_no_more():
    match = made()
    for _ in range(ASKS_OPEN_MAX):
        match.game.ask("look_up", "x")
    with pytest.raises(RuntimeError, match="256 calls have no answer yet"):
        match.game.ask("look_up", "x")
    match.step()
    match.answer(match.asks[0], 5)
    match.step()
    match.game.ask("look_up", "x")
