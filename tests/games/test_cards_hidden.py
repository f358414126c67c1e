"""Nobody is sent anything about a card that they may not know: two proofs, on every byte of whole games.

What is read are the messages of the server's own session just before they are framed, for every seat and a spectator:
nothing about what is in a message, or about who decodes it how, is taken on trust. ``test_cards_wire.py`` does the same
with what arrives on real sockets.

**Marked cards.** Every card of every round is a random number of nine bytes on the wire, and is used once. No card may
occur, in any usual form, in bytes that were sent to somebody before they may know it. Against blindness, the same
search has to find each card that they may know at the very tick at which they are told. The games have drops, returns
with a part of the state and with all of it, leavers, and newcomers in leavers' seats.

That finds cards, wherever they are. It does not find what is *derived* from them: how many hearts somebody has, or a
number that is sent as a difference.

**Two worlds.** A round is recorded, and played again with the same moves and another deal: all cards that one observer
has not been shown up to some moment are exchanged with each other at random, in the others' hands as in the stock. By
the rules, both worlds are the same to that observer up to that moment. So they must have been sent the same bytes: if
any of them depended on who has which hidden card, be it by a count, a hash, a length or an order, exchanges would
change it. (This is noninterference: Goguen and Meseguer, "Security policies and security models", 1982.) It is shown
for the deals that are tried; these are random and many, so what escapes would have to depend on a few rare deals alone.
What others *choose* to do tells something about their cards, as at any table: so the moves are the same in both worlds.

Both have to notice games that do give something away.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from games.cards.bot import CardsBot, RandomBot
from games.cards.rules import Suit, suit_of
from rallypoint import field
from rallypoint.core.seat import SeatState
from rallypoint.testing import Match
from tests.games.marked_cards import SPECTATOR, USES, MarkedCards, Sent, Tap
from tests.games.two_worlds import Recording, StackedCards

# --- marked cards -----------------------------------------------------------------------------------------------------


def play_marked(game: type[MarkedCards], seed: int) -> Tap:
    """A game in which bots play, and come and go."""
    chance = Random(seed)
    match = Match(game, players=3 + seed % 3, seed=seed)
    tap = Tap(match)
    for seat in range(3 + seed % 3):
        match.bot(seat, RandomBot if chance.random() < 0.5 else CardsBot, seed + seat)
    for _ in range(60):
        until = match.session.tick + chance.randrange(1, 12)
        match.step_until(lambda: match.session.tick >= until)  # noqa: B023  # it is called here and now
        if match.ended or match.session.tick > 500:
            break
        happen(match, tap, chance.choice(["drop", "drop", "come back", "come back", "leave", "join", "wait"]), chance)
    return tap


def happen(match: Match[Any], tap: Tap, what: str, chance: Any) -> None:
    """Somebody comes or goes, if there is one who can."""
    seats = [seat for seat in match.session.seats if seat is not None]
    here = [seat.index for seat in seats if seat.state is SeatState.CONNECTED]
    away = [seat.index for seat in seats if seat.state is SeatState.AWAY]
    match what:
        case "drop" if here:
            match.drop(chance.choice(here))
        case "come back" if away:
            seat = chance.choice(away)
            if chance.random() < 0.5:
                match.replica(seat).clear()  # as after a restart of the client: it is sent the whole state
            match.come_back(seat)
        case "leave" if len(seats) > 3:
            match.leave(chance.choice(here or away))
        case "join" if None in match.session.seats:
            seat = match.join(f"newcomer {match.session.tick}")
            tap.meet(seat)
            match.bot(seat, RandomBot, match.session.tick)
        case "wait":
            match.run(chance.uniform(0, 60))


def given_away(sent: Sent, game: MarkedCards) -> list[int]:
    """The cards in what was sent that its recipient might not know yet."""
    known = game.known_from(sent.seat, sent.since)
    return [card for card, tick in sent.found(game.marks).items() if card not in known or tick < known[card]]


@pytest.mark.parametrize("seed", range(12))
def test_nobody_is_sent_a_card_before_they_may_know_it(seed: int):
    tap = play_marked(MarkedCards, seed)
    assert tap.game.round >= 1
    for sent in tap.all:
        assert given_away(sent, tap.game) == []


def test_the_search_finds_every_card_that_a_player_is_shown():
    tap = play_quietly(MarkedCards, 1)
    assert sorted(sent.seat for sent in tap.all) == [SPECTATOR, 0, 1, 2, 3]
    for sent in tap.all:
        assert len(sent.messages) > 100
        known, seen = tap.game.known_from(sent.seat, sent.since), sent.found(tap.game.marks)
        for card in tap.game.first_cards:  # the table's card is sent as a difference, and these are in no event
            seen[card] = known[card]
        if sent.seat != SPECTATOR:  # which gets no events at all
            assert seen == known


def play_quietly(game: type[MarkedCards], seed: int) -> Tap:
    """A whole game, in which nobody comes or goes."""
    match = Match(game, players=4, seed=seed)
    tap = Tap(match)
    for seat in range(4):
        match.bot(seat, RandomBot, seed + seat)
    match.step_until(lambda: match.ended)
    return tap


class OpenStock(MarkedCards):
    """Gives away which card is drawn next, in a tuple."""

    uses = USES
    next_up: tuple[int, ...] = field(())

    def _count(self) -> None:
        super()._count()
        self.next_up = tuple(self.stock[-1:])


class OpenStockAsText(MarkedCards):
    """The same, as text."""

    uses = USES
    next_up: str = field("")

    def _count(self) -> None:
        super()._count()
        self.next_up = f"{self.stock[-1]:x}" if self.stock else ""


@pytest.mark.parametrize("game", [OpenStock, OpenStockAsText])
def test_the_search_notices_a_game_that_gives_cards_away(game: type[MarkedCards]):
    tap = play_quietly(game, 1)
    for sent in tap.all:
        assert len(given_away(sent, tap.game)) > 10


# --- two worlds -------------------------------------------------------------------------------------------------------


class HeartsCounted(StackedCards):
    """Gives away how many hearts are in all hands together."""

    uses = USES
    hearts: int = field(0)

    def _count(self) -> None:
        super()._count()
        self.hearts = sum(suit_of(card) is Suit.HEARTS for player in self.players for card in player.hand)


class SlowerWithRed(StackedCards):
    """Gives away the colour of each card that is drawn: with a red one the turn takes a millisecond longer."""

    uses = USES

    def _draw(self, player: Any) -> None:
        super()._draw(player)
        self.turn_ends_ms += suit_of(player.hand[-1]) in (Suit.HEARTS, Suit.DIAMONDS)


def compare(game: type[StackedCards], seed: int) -> Counter[str]:
    """Plays a round, and other worlds that are the same to one observer; counts in how many the bytes are not."""
    recording, chance, count = Recording(game, seed), Random(seed), Counter[str]()
    seats = range(recording.players)
    for observer in (SPECTATOR, *seats):
        for moment in (len(recording.moves), *chance.sample(range(len(recording.moves)), 3)):
            world = recording.other_world(observer, moment, chance)
            same = {seat: world.bytes_to(seat) == recording.bytes_to(seat, moment) for seat in (SPECTATOR, *seats)}
            count["worlds"] += 1
            count["bytes"] += sum(len(data) for _, data in world.bytes_to(observer))
            count["others noticed"] += not all(same.values())
            count["observer noticed"] += not same[observer]
    return count


@pytest.mark.parametrize("seed", range(12))
def test_what_somebody_is_sent_is_the_same_whoever_has_the_cards_that_they_have_not_seen(seed: int):
    count = compare(StackedCards, seed)
    assert count["observer noticed"] == 0
    # and the worlds did differ: those with other cards were sent other bytes (a round that is over shows all hands)
    assert count["others noticed"] >= count["worlds"] * 0.6 >= 9
    assert count["bytes"] > 5_000


@pytest.mark.parametrize("game", [HeartsCounted, SlowerWithRed])
def test_other_worlds_notice_a_game_that_gives_away_what_it_derives_from_hidden_cards(game: type[StackedCards]):
    assert sum((compare(game, seed) for seed in range(3)), Counter())["observer noticed"] > 10
