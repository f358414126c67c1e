"""Mutes without any I/O: who may say nothing, for how long, and how many are known."""

from __future__ import annotations

import pytest

from rallypoint.core import mutes as module
from rallypoint.core.chat import SAY_RATE, Chats
from rallypoint.core.grace import Grace
from rallypoint.core.lobby_session import LobbySession
from rallypoint.core.mutes import Mute, Mutes
from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.messages import Answer, Listen, Say
from tests.server.fake_rooms import FakeRooms

ANN = PlayerId("ann")
AT = 1_800_000_000.0


def mute(player: str = "ann", until_at: float = AT + 60.0, reason: str = "") -> Mute:
    return Mute(PlayerId(player), player.title(), until_at, "op", reason, AT)


def test_a_mute_holds_until_its_end_and_not_a_moment_longer() -> None:
    mutes = Mutes()
    mutes.set(mute())
    assert mutes.of(ANN, AT + 59.9) == mute()
    assert mutes.of(ANN, AT + 60.0) is None
    assert mutes.of(PlayerId("bob"), AT) is None


def test_while_the_clock_is_set_back_a_mute_holds_and_ends_when_it_said() -> None:
    mutes = Mutes()
    mutes.set(mute())
    assert mutes.of(ANN, AT - 3600.0) == mute()
    assert mutes.of(ANN, AT + 60.0) is None


def test_a_newer_mute_takes_the_place_of_the_older_also_if_it_is_shorter() -> None:
    mutes = Mutes()
    mutes.set(mute(until_at=AT + 600.0))
    mutes.set(mute(until_at=AT + 10.0, reason="less"))
    assert len(mutes) == 1
    assert mutes.of(ANN, AT + 9.0) == mute(until_at=AT + 10.0, reason="less")
    assert mutes.of(ANN, AT + 10.0) is None


def test_a_mute_is_lifted_once() -> None:
    mutes = Mutes()
    mutes.set(mute())
    assert [mutes.lift(ANN, AT), mutes.lift(ANN, AT), mutes.lift(PlayerId("bob"), AT)] == [True, False, False]
    assert mutes.of(ANN, AT) is None
    mutes.set(mute())
    assert not mutes.lift(ANN, AT + 60.0), "it was over already"


def test_of_too_many_those_that_end_first_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MUTES_MAX", 3)
    mutes = Mutes()
    for number, until_s in enumerate([50.0, 20.0, 90.0, 70.0, 60.0]):
        mutes.set(mute(f"p{number}", AT + until_s))
    assert [number for number in range(5) if mutes.of(PlayerId(f"p{number}"), AT)] == [2, 3, 4]
    mutes.set(mute("late", AT + 1.0))
    assert mutes.of(PlayerId("late"), AT) is None, "it would end first itself"
    assert len(mutes) == 3


def test_one_that_was_replaced_or_lifted_does_not_push_out_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MUTES_MAX", 2)
    mutes = Mutes()
    mutes.set(mute("a", AT + 10.0))
    mutes.set(mute("a", AT + 900.0))
    mutes.set(mute("b", AT + 20.0))
    mutes.lift(PlayerId("b"), AT)
    mutes.set(mute("c", AT + 30.0))
    assert [one for one in "abc" if mutes.of(PlayerId(one), AT)] == ["a", "c"]
    mutes.set(mute("d", AT + 40.0))
    assert [one for one in "abcd" if mutes.of(PlayerId(one), AT)] == ["a", "d"]


def test_said_and_taken_back_for_ever_it_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MUTES_MAX", 5)
    mutes = Mutes()
    for number in range(1000):
        mutes.set(mute(until_at=AT + 60.0 + number))
        if number % 2:
            mutes.lift(ANN, AT)
    assert len(mutes._ends) <= 2 * 5


def test_of_those_that_were_kept_only_what_still_holds_is_loaded_and_no_older_word_counts() -> None:
    mutes = Mutes()
    mutes.set(mute("ann", AT + 5.0, "newer"))
    mutes.load([mute("ann", AT + 600.0), mute("bob", AT + 60.0), mute("cid", AT)], AT)
    assert len(mutes) == 2
    assert mutes.of(ANN, AT) == mute("ann", AT + 5.0, "newer")
    assert mutes.of(PlayerId("bob"), AT) == mute("bob", AT + 60.0)


# --- in chats ---------------------------------------------------------------------------------------------------------


class Talk:
    """One chat, and the time of day."""

    def __init__(self) -> None:
        self.wall = AT
        self.chats = Chats(FakeRooms(), lambda: round(self.wall * 1000))
        self.ann = self.listener("ann")
        self.bob = self.listener("bob")

    def listener(self, name: str) -> LobbySession:
        session = LobbySession(LobbyId(name), PlayerId(name), name, Token(bytes(32)), Grace(30.0, 120.0))
        assert self.chats.listen(session, Listen(1, ""), 0.0).error == ""
        return session

    def say(self, session: LobbySession, text: str = "hi", now: float = 0.0) -> Answer:
        return self.chats.say(session, Say(2, "", text), now)

    def heard(self, session: LobbySession) -> int:
        return sum(to is session for to, _ in self.chats.flush(1.0, lambda _: False))


def test_a_muted_player_hears_says_nothing_and_is_told_for_how_long() -> None:
    talk = Talk()
    talk.chats.mutes.set(mute(until_at=AT + 90.0, reason="<b>"))
    refused = talk.say(talk.ann)
    assert (refused.error, refused.reason) == ("muted", "an operator has muted you, for 2 minutes more")
    assert talk.heard(talk.bob) == 0
    assert talk.say(talk.bob).error == ""
    assert talk.heard(talk.ann) == 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "1 minute"),
        (60.0, "1 minute"),
        (61.0, "2 minutes"),
        (119 * 60.0, "119 minutes"),
        (120 * 60.0, "2 hours"),
        (47 * 3600.0, "47 hours"),
        (48 * 3600.0, "2 days"),
        (365 * 86_400.0, "365 days"),
    ],
)
def test_how_long_is_said_in_round_words_that_are_never_too_short(seconds: float, words: str) -> None:
    talk = Talk()
    talk.chats.mutes.set(mute(until_at=AT + seconds))
    assert talk.say(talk.ann).reason == f"an operator has muted you, for {words} more"


def test_what_a_muted_player_tries_costs_none_of_what_they_may_say_later() -> None:
    talk = Talk()
    talk.chats.mutes.set(mute())
    for _ in range(SAY_RATE.burst * 2):
        assert talk.say(talk.ann).error == "muted"
    talk.wall = AT + 60.0
    assert [talk.say(talk.ann).error for _ in range(SAY_RATE.burst + 1)] == [""] * SAY_RATE.burst + ["too_fast"]


def test_text_of_which_nothing_can_be_shown_is_refused_as_that_and_not_as_a_mute() -> None:
    talk = Talk()
    talk.chats.mutes.set(mute())
    assert talk.say(talk.ann, "\u202e\x00").error == "refused"
