"""Spectators see what everybody sees, later, and cost the players nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from rallypoint import Action, Entity, Game, Player, field, on
from rallypoint.core.orders import Denial
from rallypoint.core.session import Refusal, Watching
from rallypoint.core.spectators import KEPT_S, Spectator
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import decode_session_reply
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Pass, Resume, TakeSeat
from rallypoint_protocol.replica import Replica


class Go(Action):
    to: int


class Token(Entity):
    at: int = field(0)


class Holder(Player):
    hand: str = field("secret", to="owner")


class Race(Game[Holder], seats=(1, 4), tick_hz=20, spectators=2, name="race"):
    uses: ClassVar = [Go, Token]

    def joined(self, player: Holder) -> None:
        self.spawn(Token, owner=player)

    def tick(self) -> None:
        for token in self.all(Token):
            token.at += 1

    @on(Go)
    def go(self, player: Holder, go: Go) -> None:
        player.hand = f"hand {go.to}"


class Delayed(Race, spectate_delay_s=1.0, name="delayed"):
    uses: ClassVar = [Go, Token]


class Turns(Game[Holder], seats=(1, 4), tick_hz=0, name="turns"):
    uses: ClassVar = [Go, Token]

    def joined(self, player: Holder) -> None:
        self.spawn(Token, owner=player)

    @on(Go)
    def go(self, player: Holder, go: Go) -> None:
        self.all(Token)[0].at = go.to
        player.hand = f"hand {go.to}"


class Stand:
    """One who watches a match."""

    def __init__(self, match: Match[Any], name: str = "Sam") -> None:
        self.match = match
        token = match.session.spectators.reserve(PlayerId(name), name, match.now)
        assert not isinstance(token, Denial), token
        self.token: bytes = token
        self.replica = Replica(match.definition.schema)
        self.raw: list[bytes] = []
        self.spectator: Spectator | None = None

    def come(self) -> Watching:
        answer = self.match.session.take(TakeSeat(1, "match", self.token), self.match.now)
        assert isinstance(answer, Watching), answer
        self.token = answer.message.token
        self.spectator = answer.spectator
        self.replica.clear()
        for message in answer.passes:
            self.get(message)
        return answer

    def get(self, message: bytes, ack: bool = True) -> None:
        decoded = decode_session_reply(message)
        assert isinstance(decoded, Pass)
        self.raw.append(message)
        self.replica.apply(decoded)
        assert self.spectator is not None
        if ack:
            assert self.match.session.spectators.ack(self.spectator, decoded.head.tick) is None

    @property
    def at(self) -> list[int]:
        """Where the tokens are, as it sees them."""
        return [item.wire[0] for item in self.replica.items.values() if item.class_index == 2]


def watch(match: Match[Any], *stands: Stand, steps: int = 1, ack: bool = True, step: Callable[[], None] | None = None):
    """Makes steps, and hands spectators what they get."""
    by = {stand.spectator: stand for stand in stands}
    for _ in range(steps):
        (step or match.step)()
        for spectator, message in match.session.spectated(match.now):
            if spectator in by:
                by[spectator].get(message, ack)


def test_a_spectator_sees_the_whole_state_with_the_next_step_and_every_change_after_it():
    match = Match(Race, players=2)
    match.step(10)
    sam = Stand(match)
    answer = sam.come()
    assert (answer.message.seat, answer.message.outcome) == (-1, "fresh")
    watch(match, sam)
    assert sam.at == [token.at for token in match.game.all(Token)]
    watch(match, sam, steps=30)
    assert sam.at == [token.at for token in match.game.all(Token)]


def test_what_only_owners_see_is_in_no_byte_that_a_spectator_gets():
    match = Match(Race, players=2)
    sam = Stand(match)
    sam.come()
    for turn in range(40):
        match.act(0, Go(to=turn))
        watch(match, sam)
    assert sam.raw
    assert not [raw for raw in sam.raw if b"hand" in raw or b"secret" in raw]


def test_all_spectators_get_the_same_bytes():
    match = Match(Race, players=2)
    sam, tom = Stand(match, "Sam"), Stand(match, "Tom")
    sam.come(), tom.come()
    watch(match, sam, tom, steps=5)
    assert sam.raw == tom.raw


def test_what_is_delayed_is_seen_exactly_that_much_later():
    match = Match(Delayed, players=1)
    sam = Stand(match)
    sam.come()
    seen: list[tuple[float, int]] = []
    for _ in range(100):
        watch(match, sam)
        if sam.at:
            seen.append((match.now, sam.at[0]))
    assert seen
    assert all(now == pytest.approx((at + 1) / 20 + 1.0, abs=0.11) for now, at in seen)


def test_who_comes_later_to_a_delayed_session_sees_at_once_what_others_see_now():
    match = Match(Delayed, players=1)
    sam = Stand(match, "Sam")
    sam.come()
    watch(match, sam, steps=95)
    tom = Stand(match, "Tom")
    tom.come()
    assert tom.at == sam.at
    watch(match, sam, tom, steps=10)
    assert tom.at == sam.at


def test_a_spectator_who_acknowledges_nothing_is_skipped_and_goes_on_with_the_whole_state():
    match = Match(Race, players=1)
    sam = Stand(match)
    sam.come()
    watch(match, sam, steps=60, ack=False)
    assert len(sam.raw) == 20  # the window
    sam_spectator = sam.spectator
    assert sam_spectator is not None
    match.session.spectators.ack(sam_spectator, sam_spectator.sent)
    watch(match, sam, steps=2)
    assert sam.at == [token.at for token in match.game.all(Token)]


def test_one_who_acknowledges_nothing_for_the_deadline_is_named():
    match = Match(Race, players=1)
    sam = Stand(match)
    sam.come()
    watch(match, sam, steps=5, ack=False)
    assert sam.spectator is not None
    came_at = sam.spectator.acked_at
    assert match.session.spectators.slow(came_at + 9.9) == []
    assert match.session.spectators.slow(came_at + 10.0) == [sam.spectator]


def test_a_turn_based_session_makes_a_step_for_who_begins_to_watch():
    match = Match(Turns, players=1)
    sam = Stand(match)
    sam.come()
    assert match.session.next_step_at() is not None
    watch(match, sam)
    assert sam.at == [0]
    match.act(0, Go(to=9))
    watch(match, sam)
    assert sam.at == [9]


def test_no_more_than_the_game_allows_may_watch_and_each_has_one_place():
    match = Match(Race, players=1)
    Stand(match, "Sam"), Stand(match, "Sam"), Stand(match, "Tom")
    denied = match.session.spectators.reserve(PlayerId("Una"), "Una", match.now)
    assert isinstance(denied, Denial)
    assert denied.error == "full"


def test_a_game_may_have_no_spectators():
    class Closed(Race, spectators=0, name="closed"):
        uses: ClassVar = [Go, Token]

    denied = Match(Closed, players=1).session.spectators.reserve(PlayerId("Una"), "Una", 0.0)
    assert isinstance(denied, Denial)
    assert denied.error == "not_allowed"


def test_the_place_of_one_who_was_cut_is_kept_for_a_while():
    match = Match(Race, players=1)
    sam = Stand(match)
    sam.come()
    assert sam.spectator is not None
    spectators = match.session.spectators
    spectators.drop(sam.spectator, match.now)
    assert spectators.expire(match.now + KEPT_S - 0.1) == []
    answer = match.session.take(Resume(1, "match", sam.token, 1, 5, 0), match.now + 1)
    assert isinstance(answer, Watching)
    assert answer.message.outcome == "resync"
    spectators.drop(sam.spectator, match.now)
    assert spectators.expire(match.now + KEPT_S) == [sam.spectator]
    refused = match.session.take(Resume(1, "match", answer.message.token, 1, 5, 0), match.now + KEPT_S)
    assert isinstance(refused, Refusal)
    assert refused.code is CloseCode.UNKNOWN


def test_a_consumed_token_is_answered_like_an_unknown_one():
    match = Match(Race, players=1)
    sam = Stand(match)
    first = sam.token
    sam.come()
    assert sam.spectator is not None
    sam.spectator.tokens.proved(sam.spectator.tokens.newest)
    refused = match.session.take(TakeSeat(1, "match", first), match.now)
    assert isinstance(refused, Refusal)
    assert refused.code is CloseCode.UNKNOWN


def test_nothing_is_kept_once_the_last_has_gone():
    match = Match(Delayed, players=1)
    sam = Stand(match)
    sam.come()
    watch(match, sam, steps=50)
    assert sam.spectator is not None
    spectators = match.session.spectators
    spectators.remove(sam.spectator)
    assert (len(spectators), spectators.next_due, spectators._shown) == (0, None, [])


@pytest.mark.parametrize("most", [200, 300, 600])
def test_with_more_than_may_wait_the_picture_goes_on_from_key_to_key(monkeypatch: pytest.MonkeyPatch, most: int):
    monkeypatch.setattr("rallypoint.core.spectators.FEED_BYTES_MAX", most)
    match = Match(Delayed, players=1)
    sam = Stand(match)
    sam.come()
    seen: list[tuple[float, int]] = []
    for _ in range(200):
        watch(match, sam)
        assert match.session.spectators._bytes <= most
        if sam.at:
            seen.append((match.now, sam.at[0]))
    assert len({at for _, at in seen}) > 3
    assert seen[-1][1] > 100  # of 200
    assert all(at <= (now - 1.0) * 20 + 2 for now, at in seen)  # never earlier than the delay allows
    tom = Stand(match, "Tom")
    tom.come()
    assert tom.at == sam.at
    watch(match, sam, tom, steps=60)
    assert tom.at == sam.at
