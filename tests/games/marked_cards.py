"""Crazy Eights with cards that can be found in bytes, a note of who may know which, and all that a match sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from games.cards.game import CardPlayer, Cards
from games.cards.messages import Draw, Drew, LaidOpen, Pass, Passed, Play, Played, PlayEight, RoundOver
from games.cards.rules import Suit
from rallypoint import private
from rallypoint.core.session import Watching
from rallypoint.testing import Match
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import TakeSeat

SPECTATOR = -1
EVERYBODY = -2
USES = [Draw, Drew, LaidOpen, Pass, Passed, Play, Played, PlayEight, RoundOver]


class MarkedCards(Cards):
    """The same game with other packs: each card is a random number of nine bytes on the wire, and used once.

    The rules look at a card modulo 52, so nothing else changes.
    """

    uses = USES
    told: list[tuple[int, int, int]] = private([])
    """Tick, seat (or everybody), card: from then on they may know it."""
    marks: list[int] = private([])
    """All cards that there were so far."""
    first_cards: list[int] = private([])
    """Those that were laid on the table at the beginning of a round."""

    def _shuffled(self) -> list[int]:
        cards = [card + 52 * self.random.randrange(2**52, 2**56) for card in super()._shuffled()]
        self.marks += cards
        return cards

    def deal(self) -> None:
        super().deal()
        self._tell(EVERYBODY, [self.top])
        self.first_cards.append(self.top)

    def _hold(self, player: CardPlayer, cards: list[int]) -> None:
        super()._hold(player, cards)
        self._tell(player.seat, cards)

    def _play(self, player: CardPlayer, card: int, suit: Suit) -> None:
        self._tell(EVERYBODY, [card])
        super()._play(player, card, suit)

    def _end_round(self, winner: CardPlayer | None, gained: int) -> None:
        for player in self.players:
            self._tell(EVERYBODY, player.hand)
        super()._end_round(winner, gained)

    def _tell(self, to: int, cards: Iterable[int]) -> None:
        self.told += [(self.now_tick, to, card) for card in cards]

    def known_from(self, seat: int, since: int) -> dict[int, int]:
        """Card to tick: what whoever has had ``seat`` since that tick may know, and from when on."""
        known: dict[int, int] = {}
        for tick, to, card in self.told:
            if to == EVERYBODY or (to == seat and tick > since):
                known.setdefault(card, tick)
        return known


def found(card: int, data: bytes) -> bool:
    """True if the number is anywhere in the bytes: packed either way round, or written out."""
    packed = card.to_bytes(8, "big"), card.to_bytes(8, "little")
    return any(form in data for form in (*packed, str(card).encode(), f"{card:x}".encode()))


@dataclass
class Sent:
    """All that one recipient got."""

    seat: int
    since: int
    """The tick before the one in which they came."""
    messages: list[tuple[int, bytes]] = field(default_factory=list)
    """Tick and bytes of each."""

    def found(self, cards: list[int]) -> dict[int, int]:
        """Card to tick: those of the cards that are anywhere in these bytes, and when they were there first."""
        data = b"".join(message for _, message in self.messages)
        return {
            card: next((tick for tick, message in self.messages if found(card, message)), 0)
            for card in cards
            if found(card, data)
        }


class Tap:
    """Writes down every message that a match's session sends, to seats and to a spectator, just as it is sent."""

    def __init__(self, match: Match[Any]) -> None:
        self.match = match
        self.all: list[Sent] = []
        self._now: dict[int, Sent] = {}
        session = match.session
        token = session.spectators.reserve(PlayerId("watcher"), "Watcher", match.now)
        assert isinstance(token, bytes)
        assert isinstance(session.take(TakeSeat(1, "match", token, b""), match.now), Watching)
        watcher = self.meet(SPECTATOR)
        build = session.passes

        def passes() -> Any:
            built = build()
            for seat, message in built:
                sent = self._now.get(seat.index) or self.meet(seat.index)
                sent.messages.append((session.tick, message))
            for spectator, message in session.spectated(match.now):
                watcher.messages.append((session.tick, message))
                spectator.acked = spectator.sent
            return built

        session.passes = passes  # type: ignore[method-assign]  # the point of it

    @property
    def game(self) -> MarkedCards:
        """The game, of one that is played with marked cards."""
        game = self.match.game
        assert isinstance(game, MarkedCards)
        return game

    def meet(self, seat: int) -> Sent:
        """From now on somebody else has this seat."""
        sent = self._now[seat] = Sent(seat, self.match.session.tick)
        self.all.append(sent)
        return sent
