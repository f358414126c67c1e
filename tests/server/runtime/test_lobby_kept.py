"""The lobby survives its server: what was written of it is what there was, and everybody comes back to it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from rallypoint.core.lobby_image import TABLE_KEY, Unreadable
from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.lobby_table import PARTS_BYTES_MIN
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.ports import EntryKind, Guest
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    CancelQueue,
    Chat,
    Create,
    Hello,
    Leave,
    Listen,
    Listing,
    Locate,
    Ping,
    Proved,
    Push,
    QuickMatch,
    Rematch,
    Say,
    Unlisten,
    Watch,
)
from tests.server.lobby_house import FakeStore, House
from tests.server.lobby_life import LIVES, KeptEntries, Life, live_images, without_empty_table


def shifted(images, shift_s):
    """The times in there, so much later; of who has no window that runs, the last one's start is of no account."""
    for key, image in images.items():
        if key == TABLE_KEY:
            for offer in image.offers.values():
                offer.until += shift_s
            continue
        stay, ticket = image.stay, image.waits.ticket
        stay.grace_since = 0.0 if stay.grace_until is None else stay.grace_since + shift_s
        if stay.grace_until is not None:
            stay.grace_until += shift_s
        if ticket is not None:
            ticket.queued_at += shift_s
    return images


def assert_written(life):
    life.journal.take(life.house.host.take_entries())
    assert without_empty_table(life.journal.images) == live_images(life.house.lobby)


def assert_restored(life, away_s):
    """Dies, and is as if all connections had been lost while the clock stood still."""
    life.journal.take(life.house.host.take_entries())
    before = life.house
    life.die(away_s)
    for session in before.lobby._register:
        if session.state.value == "connected":
            before.lobby.dropped(session, before.loop.now)
    restored = shifted(live_images(life.house.lobby), 0.0)
    before.lobby.poll(before.loop.now)  # the house that goes on has looked what is over already
    assert restored == shifted(live_images(before.lobby), away_s)


@given(LIVES, st.sets(st.integers(0, 39), max_size=3), st.sampled_from([0.0, 4.0, 3600.0, -500.0]))
def test_after_any_life_what_was_written_is_what_there_is_and_a_restart_loses_nothing_but_connections(
    steps, deaths, away_s
):
    async def live():
        life = Life(KeptEntries())
        for number, step in enumerate(steps):
            await life.step(*step)
            assert_written(life)
            if number in deaths:
                assert_restored(life, away_s)
                assert_written(life)

    asyncio.run(live())


@given(LIVES, LIVES)
def test_who_comes_back_after_a_restart_finds_everything_as_after_a_lost_connection(before, after):
    async def live(dies):
        life = Life(KeptEntries())
        for step in before:
            await life.step(*step)
            life.house.loop.advance(2.0)
        life.hear()
        if dies:
            life.journal.take(life.house.host.take_entries())
            life.die()
        else:
            life.drop_all()
            life.house.host._settle(life.house.loop.now)
        life.house.loop.advance(2.0)
        for client in life.clients:
            client.heard.clear()
        for step in after:
            await life.step(*step)
            life.house.loop.advance(2.0)
            life.hear()
        # Lines that were said before are gone, and whoever listens is not told so.
        return [[reply for reply in client.heard if not isinstance(reply, Chat)] for client in life.clients]

    assert asyncio.run(live(dies=True)) == asyncio.run(live(dies=False))


# --- rule by rule -----------------------------------------------------------------------------------------------------


class Kept:
    """A house with a journal, and others that come after it."""

    def __init__(self, **options):
        self.options = options
        self.journal = KeptEntries()
        self.house = House(commit=self.journal.commit, **options)

    def die(self, away_s=0.0):
        self.house = House(commit=self.journal.commit, after=self.house, **self.options)
        self.house.loop.now += away_s
        self.house.host.restore(dict(self.journal.entries), away_s, self.house.loop.now)
        return self.house


@pytest.fixture
def kept():
    return Kept()


def state_of(house, welcome):
    session = house.lobby.find(welcome.lobby)
    return None if session is None else session.state


def test_who_was_connected_comes_back_with_the_token_as_after_a_lost_connection(kept):
    _, welcome = kept.house.guest("Ada")
    house = kept.die()
    _, [again] = house.resume(welcome)
    assert (again.resumed, again.lobby, again.name) == (True, welcome.lobby, "Ada")
    assert house.resume(welcome)[0].closed is None  # the answer may have been lost: the former token still counts
    assert house.resume(replace(welcome, token=b"x" * 32))[0].closed is CloseCode.UNKNOWN


def test_a_token_that_was_consumed_before_stays_consumed(kept):
    _, welcome = kept.house.guest()
    connection, [second] = kept.house.resume(welcome)
    connection.say(Proved())
    connection.say(Listen(1, ""))  # with this, the proof is written
    house = kept.die()
    assert house.resume(welcome)[0].closed is CloseCode.UNKNOWN
    assert house.resume(second)[1][0].resumed


def test_who_was_connected_has_a_whole_window_from_the_restart_however_long_the_server_was_away(kept):
    _, welcome = kept.house.guest()
    house = kept.die(away_s=3600.0)
    house.loop.advance(29.9)
    assert state_of(house, welcome) is LobbyState.AWAY
    house.loop.advance(0.1)
    assert state_of(house, welcome) is None
    assert f"lobby/{welcome.lobby}" not in kept.journal.entries


def test_who_was_away_keeps_what_was_left_of_the_window(kept):
    connection, welcome = kept.house.guest()
    connection.drop()
    kept.house.loop.advance(20.0)
    house = kept.die(away_s=3600.0)
    house.loop.advance(9.9)
    assert state_of(house, welcome) is LobbyState.AWAY
    house.loop.advance(0.1)
    assert state_of(house, welcome) is None


def test_while_its_player_has_a_seat_no_window_runs_and_it_opens_when_the_seat_is_lost(kept):
    connection, welcome = kept.house.guest()
    room = kept.house.sessions.open("orbit", welcome.player)
    connection.drop()
    house = kept.die()
    house.loop.advance(1000.0)
    assert state_of(house, welcome) is LobbyState.AWAY
    del room.players[welcome.player]
    house = kept.die()  # and nobody has told the lobby
    house.loop.advance(29.9)
    assert state_of(house, welcome) is LobbyState.AWAY
    house.loop.advance(0.1)
    assert state_of(house, welcome) is None


def test_queue_places_keep_their_order_and_how_long_was_waited():
    kept = Kept(rules=QuickMatchRules("orbit", 3, 3, 60.0))
    kept.house.sessions.seats_max = 3
    _, first = kept.house.queued("Ada")
    kept.house.loop.advance(30.0)
    _, second = kept.house.queued("Bob")
    house = kept.die(away_s=3600.0)
    _, late = house.queued("Eve")
    house.resume(second)
    house.resume(first)
    [room] = house.sessions.sessions.values()
    assert list(room.players) == [first.player, second.player, late.player]


def test_bots_come_for_who_has_waited_long_enough_before_and_after_together():
    kept = Kept(rules=QuickMatchRules("orbit", 2, 2, 60.0))
    _, welcome = kept.house.queued("Ada")
    kept.house.loop.advance(40.0)
    house = kept.die(away_s=3600.0)
    connection, _ = house.resume(welcome)
    house.loop.advance(19.9)
    assert house.sessions.created == 0
    house.loop.advance(0.1)
    assert "matched" in dict(connection.pushes())


def test_pushes_that_are_not_acknowledged_come_again_with_their_seat_tokens(kept):
    (one, first), _ = kept.house.queued("Ada"), kept.house.queued("Bob")
    matched = [push for push in one.take() if isinstance(push, Push)][-1]
    assert matched.kind == "matched"
    house = kept.die()
    _, [welcome, *missed] = house.resume(first, event=matched.n - 1)
    assert (welcome.event, missed) == (matched.n, [matched])


def test_a_request_that_was_answered_is_answered_from_memory_and_one_that_was_not_committed_is_executed():
    kept = Kept()
    connection, welcome = kept.house.guest()
    [answer] = connection.say(Create(1, "orbit", {}, {}, False))
    kept.house.host._writer._commit = lambda entries, then: None  # nothing of what follows reaches the journal
    assert connection.say(Create(2, "orbit", {}, {}, False)) == []
    house = kept.die()
    connection, _ = house.resume(welcome)
    assert connection.say(Create(1, "orbit", {}, {}, False)) == [answer]
    assert house.sessions.created == 1
    [refused] = connection.say(Create(2, "orbit", {}, {}, False))
    assert refused.error == "already_seated"  # it was looked at, for the first time


def test_answers_too_old_to_be_kept_are_still_known_to_be_old(kept):
    connection, welcome = kept.house.guest()
    for number in range(1, 80):
        connection.say(Locate(number, "s1", b""))
    house = kept.die()
    connection, _ = house.resume(welcome)
    assert connection.say(Locate(15, "s1", b""))[0].error == "too_old"
    assert connection.say(Locate(16, "s1", b""))[0].error == "unknown"


def test_who_watched_and_listened_still_does(kept):
    connection, welcome = kept.house.guest()
    connection.say(Watch(1, "orbit", [], 10))
    connection.say(Listen(2, ""))
    house = kept.die()
    room = house.sessions.open("orbit", "Bob")
    house.host.session_changed(room.id)
    connection, replies = house.resume(welcome)
    replies += connection.say(Say(3, "", "anybody here?"))
    house.loop.advance(1.0)
    replies += connection.take()
    assert [row.id for reply in replies if isinstance(reply, Listing) for row in reply.rows] == [room.id]
    assert [line.text for reply in replies if isinstance(reply, Chat) for line in reply.lines] == ["anybody here?"]


def numbers(house, connection, say):
    """Of the lines that come of it."""
    replies = connection.say(say)
    house.loop.advance(1.0)
    replies += connection.take()
    return [line.n for reply in replies if isinstance(reply, Chat) for line in reply.lines]


def test_lines_of_a_chat_are_gone_and_their_numbers_are_not_used_again(kept):
    connection, welcome = kept.house.guest()
    connection.say(Listen(1, ""))
    for number in range(2, 5):
        connection.say(Say(number, "", "before"))
    house = kept.die()
    connection, replies = house.resume(welcome)
    house.loop.advance(1.0)
    assert [reply for reply in (*replies, *connection.take()) if isinstance(reply, Chat)] == []
    assert numbers(house, connection, Say(5, "", "after")) == [4]


def test_numbers_go_on_in_a_room_that_nobody_listened_to_when_the_server_died(kept):
    connection, welcome = kept.house.guest()
    connection.say(Listen(1, ""))
    connection.say(Say(2, "", "before"))
    connection.say(Unlisten(3, ""))
    house = kept.die()
    connection, _ = house.resume(welcome)
    connection.say(Listen(4, ""))
    assert numbers(house, connection, Say(5, "", "after")) == [2]


def test_a_rematch_that_was_wanted_is_still_wanted_and_ends_when_it_would_have(kept):
    (one, first), (two, second) = kept.house.guest("Ada"), kept.house.guest("Bob")
    room = kept.house.sessions.open("orbit", first.player, second.player)
    kept.house.sessions.end(room)
    assert one.say(Rematch(1, room.id, True))[0].error == ""
    two.take()
    kept.house.loop.advance(50.0)
    house = kept.die(away_s=3600.0)
    one, _ = house.resume(first, event=1)
    two, _ = house.resume(second, event=1)
    house.loop.advance(9.0)
    two.say(Rematch(1, room.id, True))
    assert [kind for kind, _ in one.pushes()] == ["rematch", "matched"]
    assert [session for session in house.sessions.sessions if session != room.id]


def test_a_guest_who_begins_anew_after_a_restart_comes_back_to_the_place_in_the_queue():
    kept = Kept(store=FakeStore(keeps_guests=True))
    _, welcome = kept.house.queued()
    house = kept.die()
    entered = house.lobby.hello(Hello(PROTOCOL_VERSION, ""), house.loop.now, Guest(welcome.player, "Ada", 0.0))
    assert entered.welcome.lobby == welcome.lobby
    assert [push.kind for push in entered.missed] == ["queued"]


def test_a_ticket_for_a_game_that_is_gone_is_given_back():
    kept = Kept()
    _, welcome = kept.house.queued()
    kept.options = {"rules": QuickMatchRules("chess", 2, 2)}
    _, [_, *missed] = kept.die().resume(welcome, event=1)
    assert [(push.kind, push.data) for push in missed] == [
        ("unqueued", {"game": "orbit", "queues": ["orbit"], "reason": "unknown_game"})
    ]


def test_entries_of_another_release_are_refused_with_their_key(kept):
    house = House(commit=kept.journal.commit)
    with pytest.raises(Unreadable, match="lobby/x"):
        house.host.restore({"lobby/x": [b"\x91\x01"]}, 0.0, 0.0)


# --- what is written, and when ----------------------------------------------------------------------------------------


def test_an_answer_is_a_part_of_a_few_bytes(kept):
    connection, welcome = kept.house.guest()
    connection.say(Listen(1, ""))
    before = len(kept.journal.entries[f"lobby/{welcome.lobby}"])
    connection.say(Say(2, "", "something to say"))
    parts = kept.journal.entries[f"lobby/{welcome.lobby}"][before:]
    assert [len(part) <= 16 for part in parts] == [True]


def test_an_acknowledgement_and_a_proof_ride_with_the_next_batch(kept):
    connection, _ = kept.house.queued()
    batches = kept.journal.batches
    connection.say(Ack(0, 0, 1))
    connection.say(Proved())
    connection.say(Ping(1.0))
    assert kept.journal.batches == batches
    assert [entry.kind for entry in kept.house.host.take_entries()] == [EntryKind.PART]
    assert kept.house.host.take_entries() == []


def test_many_parts_make_a_whole_again(kept):
    connection, welcome = kept.house.guest()
    for number in range(1, 400):
        connection.say(QuickMatch(2 * number, "orbit"))
        connection.say(CancelQueue(2 * number + 1))
        connection.say(Ack(0, 0, 10_000))
        connection.say(Ack(0, 0, kept.house.lobby.find(welcome.lobby).pushed))
    written = kept.journal.entries[f"lobby/{welcome.lobby}"]
    assert sum(len(part) for part in written[1:]) <= max(PARTS_BYTES_MIN, len(written[0])) + 1024


def test_who_comes_and_goes_within_one_batch_is_never_written(kept):
    house = kept.house
    entered = house.lobby.hello(Hello(PROTOCOL_VERSION, "Ada"), house.loop.now)
    house.lobby.received(entered.session, Leave(), house.loop.now)
    assert house.host.take_entries() == []


def test_whole_gives_one_key_and_what_follows_are_parts_of_that(kept):
    connection, welcome = kept.house.guest()
    key = f"lobby/{welcome.lobby}"
    whole = kept.house.host.whole(key)
    assert (whole.key, whole.kind) == (key, EntryKind.WHOLE)
    kept.journal.take([whole])
    connection.say(QuickMatch(1, "orbit"))
    assert len(kept.journal.entries[key]) == 2
    assert kept.journal.images[key] == live_images(kept.house.lobby)[key]
    assert kept.house.host.whole("lobby/nobody") is None


def test_a_lobby_that_does_not_keep_notes_nothing():
    house = House()
    connection, _ = house.queued()
    connection.say(Listen(2, ""))
    connection.say(Say(3, "", "hello"))
    assert house.host.take_entries() == []
    assert not house.lobby.unwritten
