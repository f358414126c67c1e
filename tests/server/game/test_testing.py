"""Match: a session without a network, for the tests of games."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from rallypoint import Action, Entity, Event, Game, Hold, Player, field, on
from rallypoint.testing import Match
from rallypoint_client import Bot, View
from rallypoint_client.events import Event as ClientEvent
from rallypoint_protocol.codec import BadMessage
from rallypoint_protocol.inputs import Input


class Walk(Hold):
    dx: int = 0


class Shout(Action):
    word: str


class Echo(Event):
    word: str


class Walker(Entity):
    x: int = field(0)


class Street(Game, seats=(1, 3), tick_hz=10, grace_s=5):
    uses: ClassVar = [Walk, Shout, Echo, Walker]

    length: int = field(100)

    def created(self, options: dict[str, Any]) -> None:
        self.length = options.get("length", self.length)

    def joined(self, player: Player) -> None:
        self.spawn(Walker, owner=player, x=self.random.randrange(self.length))

    def tick(self) -> None:
        for player in self.players:
            walker = player.one(Walker)
            assert walker is not None
            walker.x += player.held(Walk).dx
            if walker.x >= self.length:
                self.finish()

    @on(Shout)
    def shout(self, player: Player, action: Shout) -> None:
        self.emit_all(Echo(action.word))


class Stranger(Hold):
    pass


class Stroller(Bot):
    """Walks, and remembers what it was called with."""

    def __init__(self, seat: Any, random: Any) -> None:
        super().__init__(seat, random)
        self.seen: list[tuple[int, int]] = []
        self.heard: list[ClientEvent] = []

    def tick(self, view: View) -> Iterator[Input]:
        walker = view.me.one("Walker")
        self.seen.append((view.tick, walker.x))
        yield self.inputs.Walk(dx=self.random.randint(0, 1))
        if view.tick == 3:
            yield self.inputs.Shout(word="three")

    def event(self, event: ClientEvent) -> None:
        self.heard.append(event)


def walker(match: Match[Street], seat: int = 0) -> Walker:
    found = match.player(seat).one(Walker)
    assert isinstance(found, Walker)
    return found


def test_players_are_there_after_the_first_step():
    match = Match(Street, players=3)
    assert [player.name for player in match.game.players] == ["player0", "player1", "player2"]
    assert match.session.tick == 1
    assert len(match.view(2).all("Walker")) == 3


def test_time_is_counted_in_steps():
    match = Match(Street, players=1)
    match.step(14)
    assert match.now == 1.5
    assert match.game.now_ms == 1500


def test_options_are_given_to_the_game():
    assert Match(Street, players=1, options={"length": 7}).view(0).game.length == 7


def test_a_seed_decides_the_games_random_numbers():
    places = [walker(Match(Street, players=1, seed=seed)).x for seed in (1, 1, 2, 3)]
    assert places[0] == places[1]
    assert len(set(places)) > 1


def test_a_hold_is_applied_with_the_next_step_and_from_then_on():
    match = Match(Street, players=1, options={"length": 1000})
    before = walker(match).x
    match.hold(0, Walk(dx=2))
    assert walker(match).x == before
    match.step(3)
    assert walker(match).x == before + 6
    assert match.view(0).me.one("Walker").x == before + 6


def test_an_input_is_decoded_as_strictly_as_from_a_network():
    match = Match(Street, players=1)
    with pytest.raises(BadMessage):
        match.hold(0, Walk(dx="fast"))  # type: ignore[arg-type]  # the mistake
    with pytest.raises(BadMessage):
        match.act(0, Shout(word=None))  # type: ignore[arg-type]  # the mistake


def test_an_input_of_another_game_is_named():
    with pytest.raises(LookupError, match="street has no input Stranger"):
        Match(Street, players=1).hold(0, Stranger())


def test_events_can_be_asked_for_by_kind():
    match = Match(Street, players=2)
    match.act(1, Shout(word="hello"))
    match.step()
    (event,) = match.events(0)
    assert (event.kind, event.fields, event.tick) == ("Echo", {"word": "hello"}, 2)
    assert match.events(0, "Echo") == [event]
    assert match.events(0, "refused") == []


def test_steps_can_be_made_until_something_is_so():
    match = Match(Street, players=1, options={"length": 1000})
    match.hold(0, Walk(dx=1))
    goal = walker(match).x + 30
    match.step_until(lambda: walker(match).x == goal)
    assert match.session.tick == 31


def test_what_does_not_come_about_fails():
    with pytest.raises(AssertionError, match="it did not come about within 20 steps"):
        Match(Street, players=1).step_until(lambda: False, steps_max=20)


def test_after_the_end_there_are_no_more_steps():
    match = Match(Street, players=1)
    walker(match).x = 100
    match.step(5)
    assert match.ended
    assert match.session.tick == 2
    assert match.result == {"winners": [], "scores": {}, "reason": "", "data": {}}
    assert match.events(0, "ended")[0].fields["reason"] == "the session has ended"


def test_a_view_stays_the_newest_also_over_a_lost_connection():
    match = Match(Street, players=2)
    view = match.view(0)
    match.drop(0)
    match.step(3)
    assert view.tick == 1
    walker(match, 1).x = 77
    match.come_back(0)
    match.step()
    assert view.tick == 5
    assert view.player(1).one("Walker").x == 77
    assert match.view(0) is view


def test_who_comes_back_resumes_and_is_told_only_what_changed():
    match = Match(Street, players=2)
    match.drop(0)
    match.step(3)
    item = match.replica(0).items[walker(match, 1).id]
    match.come_back(0)
    match.step()
    assert match.replica(0).items[walker(match, 1).id] is item


def test_who_was_away_for_longer_than_history_reaches_is_told_everything():
    class Patient(Street, grace_s=3600):
        pass

    match = Match(Patient, players=2)
    match.drop(0)
    match.step(700)
    match.come_back(0)
    match.step()
    assert match.view(0).tick == match.session.tick
    assert len(match.view(0).all("Walker")) == 2


def test_a_client_without_a_connection_sends_nothing():
    match = Match(Street, players=2)
    match.drop(0)
    with pytest.raises(RuntimeError, match="seat 0 is away: a client without a connection sends nothing"):
        match.hold(0, Walk(dx=1))
    match.leave(0)
    with pytest.raises(RuntimeError, match="seat 0 is left"):
        match.act(0, Shout(word="x"))


def test_nobody_comes_back_to_a_seat_that_was_given_up():
    match = Match(Street, players=2)
    match.drop(0)
    match.step(60)
    with pytest.raises(RuntimeError, match="unknown session or token"):
        match.come_back(0)


def test_there_are_no_more_players_than_seats():
    match = Match(Street, players=3)
    with pytest.raises(RuntimeError, match="every seat is taken"):
        match.join("fourth")


def test_who_takes_a_free_seat_begins_with_nothing_of_its_last_player():
    match = Match(Street, players=2)
    bot = match.bot(1, Stroller)
    match.step(5)
    assert len(match.events(1, "Echo")) == 1
    match.leave(1)
    match.step()
    assert match.join("another") == 1
    match.step(3)
    assert isinstance(bot, Stroller)
    assert len(bot.seen) == 5
    assert match.events(1) == []
    assert match.player(1).held(Walk).dx == 0


def test_a_bot_sees_each_state_and_plays_the_next_step():
    match = Match(Street, players=2, options={"length": 1000})
    bot = match.bot(0, Stroller, seed=5)
    match.step(40)
    assert isinstance(bot, Stroller)
    ticks, places = zip(*bot.seen, strict=True)
    assert ticks == tuple(range(1, 41))
    assert places[-1] > places[0]
    assert [(event.kind, event.word) for event in bot.heard] == [("Echo", "three")]
    assert match.view(0).me.one("Walker").x >= places[-1]


def test_a_bot_plays_the_same_again_from_the_same_seed():
    def places(seed: int) -> list[tuple[int, int]]:
        match = Match(Street, players=1, options={"length": 1000})
        bot = match.bot(0, Stroller, seed=seed)
        match.step(30)
        assert isinstance(bot, Stroller)
        return bot.seen

    assert places(1) == places(1)
    assert places(1) != places(2)


def test_a_bot_whose_connection_is_lost_plays_on_after_its_return():
    match = Match(Street, players=2)
    bot = match.bot(0, Stroller)
    match.step(2)
    match.drop(0)
    match.step(10)
    match.come_back(0)
    match.step(2)
    assert isinstance(bot, Stroller)
    assert [tick for tick, _ in bot.seen] == [1, 2, 3, 14]


def test_the_servers_checksums_are_checked():
    match = Match(Street, players=1, options={"length": 1000})
    match.step(120)
    assert match.replica(0).checks_made >= 2
