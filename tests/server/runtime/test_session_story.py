"""What has happened to a session: in order, bounded, each seat's end once, and by whom."""

from __future__ import annotations

from rallypoint.runtime.session_story import STORY_MAX, SessionStory
from rallypoint.runtime.session_timeline import timeline_of

from .held_house import BOB, HeldHouse


async def test_players_come_and_go_in_a_timeline() -> None:
    house = HeldHouse()
    session = house.session()
    ann, bob = house.sit(session), house.sit(session, BOB)
    bob.receiver.lost(None, "")
    house.run(6.0)
    seat = house.host(session).core.seats[0]
    assert seat is not None
    house.host(session).kick(seat, "ada")
    house.run(0.2)
    assert ann.closed is not None
    told = timeline_of(house.host(session), 100, 0.0)
    assert [(one.kind, one.player, one.by) for one in told.items] == [
        ("created", None, None),
        ("reserved", "ann", None),
        ("joined", "ann", None),
        ("started", None, None),
        ("reserved", "bob", None),
        ("joined", "bob", None),
        ("dropped", "bob", None),
        ("expired", "bob", None),
        ("kicked", "ann", "ada"),
        ("ended", None, None),
    ]
    assert [one.kind for one in timeline_of(house.host(session), 2, 0.0).items] == ["kicked", "ended"]
    assert timeline_of(house.host(session), 2, 0.0).left_out == 8


def test_a_timeline_is_bounded_and_says_what_is_left_out() -> None:
    story = SessionStory(lambda: 1.0)
    for tick in range(STORY_MAX + 7):
        story.add(tick, "dropped")
    assert len(story.happenings) == STORY_MAX
    assert (story.happenings[0].tick, story.count) == (7, STORY_MAX + 7)


def test_of_many_slow_steps_one_a_second_is_noted() -> None:
    now = 0.0
    story = SessionStory(lambda: now)
    for tick in range(40):
        now = tick * 0.1
        story.slow_step(tick, 0.08)
    assert [one.tick for one in story.happenings] == [0, 10, 20, 30]
    assert story.happenings[0].text == "took 80 ms"
