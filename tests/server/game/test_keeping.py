"""What a journal gets of a running game is all of it: random games, followed step by step, and built again."""

from typing import Any

from hypothesis import given, settings, strategies as st

from rallypoint.core.game_image import GameChange, GameImage, named_state
from rallypoint.game.driver import GameDriver
from rallypoint.game.rng import SessionRandom
from rallypoint.testing import Match
from tests.server.game.kept_games import WHAT, Aim, Do, Quarry, Rock

numbers = st.integers(0, 2000)
does = st.tuples(st.just("do"), st.integers(0, 3), st.sampled_from(WHAT), numbers)
others = st.tuples(
    st.sampled_from(("hold", "drop", "back", "leave", "join", "answer", "wait", "meta", "signal")),
    st.integers(0, 3),
    st.just(""),
    numbers,
)
steps = st.lists(st.lists(does | does | others, max_size=6), max_size=25)


def apply(match: Match[Quarry], what: str, seat: int, word: str, number: int) -> None:
    """A stimulus, if it can happen now."""
    place = match._places.get(seat)
    state = None if place is None or match.session.seats[seat] is not place.seat else place.seat.state.value
    connected = state == "connected"
    match what:
        case "do" if connected:
            match.act(seat, Do(what=word, number=number))
        case "hold" if connected:
            match.hold(seat, Aim(angle=number % 7))
        case "drop" if connected:
            match.drop(seat)
        case "back" if state == "away":
            match.come_back(seat)
        case "leave" if connected and match.session.connected > 1:
            match.leave(seat)
        case "join" if match.session.free_seats:
            match.join(f"late{number}")
        case "answer" if match.asks:
            match.answer(match.asks.pop(0), [number])
        case "meta":
            match.session.describe({"by": number})
        case _:
            pass


@settings(max_examples=100, deadline=None)
@given(steps)
def test_an_image_that_follows_every_change_is_the_games_own_image(course: list[list[tuple[Any, ...]]]):
    match = Match(Quarry, players=3, paranoid=True)
    for step in course:
        for item in step:
            apply(match, *item)
        match.step()


@settings(max_examples=100, deadline=None)
@given(steps, st.integers(0, 25))
def test_a_game_that_was_built_again_has_the_same_future(course: list[list[tuple[Any, ...]]], dies: int):
    live, other = Match(Quarry, players=3), Match(Quarry, players=3, paranoid=True)
    for number, step in enumerate(course):
        if number == dies:
            lost = list(live.asks)
            other.recover()
            live.asks.clear()
            for ask in lost:
                live.answer(ask, error="lost")
        for item in step:
            apply(live, *item)
            apply(other, *item)
        live.step()
        other.step()
        one, two = live._driver.image(), other._driver.image()
        assert named_state(live.definition.kept_schema, one) == named_state(live.definition.kept_schema, two)
        assert one.encode() == two.encode()
        assert live.ended == other.ended
        for seat in range(3):
            assert live.events(seat) == other.events(seat)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_change_that_is_applied_twice_is_applied_once(course: list[list[tuple[Any, ...]]]):
    match = Match(Quarry, players=2)
    image = match._driver.image()
    taken: list[bytes] = []
    take = match._driver.take_change

    def listen() -> bytes:
        taken.append(take())
        return taken[-1]

    match._driver.take_change = listen  # type: ignore[method-assign]  # the test listens
    for step in course:
        for item in step:
            apply(match, *item)
        match.step()
        for _ in range(2):
            image.apply(GameChange.decode(taken[-1]))
        assert image.encode() == match._driver.image().encode()


def test_what_has_not_changed_is_in_no_change():
    match = Match(Quarry, players=2)
    match.game.spawn(Rock)
    match.step()
    driver = match._driver
    driver.open(100, 5000)
    driver.close()
    change = GameChange.decode(driver.take_change())
    empty = GameChange(100, 5000, [], [], None, [], [], [], [], [], [], [], None, None)
    assert change == empty


def test_a_game_that_nobody_keeps_has_no_keeper():
    driver = GameDriver(Quarry.definition(), 1)
    driver.create({})
    driver.open(1, 50)
    driver.close()
    assert driver.keeper is None
    assert driver.timers.log is None


def test_an_image_is_read_back_as_it_was_written():
    match = Match(Quarry, players=2)
    for number in range(60):
        match.act(0, Do(what=WHAT[number % len(WHAT)], number=number * 7))
        match.step()
    image = match._driver.image()
    assert GameImage.decode(image.encode()).encode() == image.encode()


def test_an_image_shares_nothing_with_the_game():
    match = Match(Quarry, players=1)
    rock = match.game.spawn(Rock, path=[1])
    image = match._driver.image()
    before = image.encode()
    rock.path.append(2)
    match.game.log.append("more")
    assert image.encode() == before


def test_a_game_that_was_built_again_shares_nothing_with_its_image():
    match = Match(Quarry, players=1)
    match.game.spawn(Rock, path=[1])
    match.step()
    image = match._driver.image()
    before = image.encode()
    driver = GameDriver(Quarry.definition(), 0)
    driver.restore(image)
    driver.game.all(Rock)[0].path.append(2)
    driver.set_meta({"map": "x"})
    assert image.encode() == before


def test_random_numbers_go_on_where_they_were_also_if_none_was_drawn():
    for draws in (0, 3):
        match = Match(Quarry, players=1, seed=77)
        for _ in range(draws):
            match.game.random.random()
        expected = SessionRandom(77)
        for _ in range(draws):
            expected.random()
        match.recover()
        assert match.game.random.random() == expected.random()


def test_what_is_transient_has_its_default_and_restored_rebuilds_it():
    match = Match(Quarry, players=1)
    rock = match.game.spawn(Rock, name="slate")
    rock.cache = object()
    match.step()
    match.recover()
    again = match.game.all(Rock)[0]
    assert again is not rock
    assert again.cache == []
    assert match.game.built == {again.id: "slate"}


def test_a_reference_to_what_is_destroyed_still_refers_to_what_is_destroyed():
    match = Match(Quarry, players=1, paranoid=True)
    first, second = match.game.spawn(Rock), match.game.spawn(Rock)
    first.near, first.others = second, [second, first]
    match.step()
    match.game.destroy(second)
    match.step()
    match.recover()
    again = match.game.all(Rock)[0]
    assert again.near is not None
    assert again.near.id == 0
    assert [rock.id for rock in again.others] == [0, again.id]
    assert again.others[1] is again
    match.step()


def test_objects_of_one_game_are_one_object_wherever_they_are_referred_to():
    match = Match(Quarry, players=2)
    one, two = match.game.spawn(Rock, owner=match.player(1)), match.game.spawn(Rock)
    one.near, two.near, one.whose = two, one, {0: match.player(0)}
    match.step()
    match.recover()
    one, two = match.game.all(Rock)
    assert one.near is two
    assert two.near is one
    assert one.owner is match.player(1)
    assert one.whose[0] is match.player(0)
    assert match.player(1).one(Rock) is one
    assert match.game.get(one.id) is one


def test_ids_of_before_are_not_given_again():
    match = Match(Quarry, players=1)
    gone = match.game.spawn(Rock)
    last = gone.id
    match.game.destroy(gone)
    timer = match.game.after(0, "fired", 0, [])
    match.step(2)
    match.recover()
    assert match.game.spawn(Rock).id == last + 1
    assert match.game.after(0, "fired", 0, []) > timer


def test_players_see_everything_again_and_nothing_else():
    match = Match(Quarry, players=2)
    hidden, seen = match.game.spawn(Rock, channel="deep", x=1.0), match.game.spawn(Rock, x=2.0, owner=match.player(0))
    match.player(1).subscribe("deep")
    match.step(3)
    before = [match.replica(seat) for seat in (0, 1)]
    shown = [{id_: item.wire[:] for id_, item in replica.items.items()} for replica in before]
    match.recover()
    match.step()
    match.step()
    for seat in (0, 1):
        after = match.replica(seat).items
        assert set(after) == set(shown[seat])
    assert match.view(1).get(hidden.id).x == 1.0
    assert match.view(0).get(hidden.id) is None
    assert match.view(0).get(seen.id).pair == (0, "")
    assert match.view(1).get(seen.id).pair is None


def test_an_open_question_is_answered_lost_once():
    match = Match(Quarry, players=1)
    match.act(0, Do(what="ask", number=4))
    match.step()
    match.recover()
    match.step(3)
    assert [line for line in match.game.log if "outside" in line] == ["outside ('word', [4]) None lost"]
    match.recover()
    match.step(3)
    assert len([line for line in match.game.log if "outside" in line]) == 1
    assert match.asks == []


def test_metadata_that_was_set_between_two_steps_is_in_the_next_change():
    match = Match(Quarry, players=1, paranoid=True)
    match.session.describe({"map": "cave"})
    match.step()
    match.recover()
    assert match.game.meta == {"map": "cave"}
