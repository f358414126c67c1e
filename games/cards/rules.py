"""The rules of Crazy Eights, without a server: what cards are, which ones fit, and what they cost in the end.

A card is a whole number: ``card % 13`` is its rank, from the ace (0) to the king (12), and ``card // 13 % 4`` its suit.
So after 51 the cards of a second pack begin. (These are the rules of Bicycle, with one draw a turn: who cannot play, or
would rather not, takes one card, and may play then.)
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

PACK = tuple(range(52))
EIGHT = 7
"""The rank that is wild."""


class Suit(enum.IntEnum):
    CLUBS = 0
    DIAMONDS = 1
    HEARTS = 2
    SPADES = 3


def rank_of(card: int) -> int:
    """0 for an ace, 1 for a two... 12 for a king."""
    return card % 13


def suit_of(card: int) -> Suit:
    """The suit that is printed on it."""
    return Suit(card // 13 % 4)


def name_of(card: int) -> str:
    """As it is printed on the card: ``10♥``."""
    return ("A", *map(str, range(2, 11)), "J", "Q", "K")[rank_of(card)] + "♣♦♥♠"[suit_of(card)]


def points(cards: Iterable[int]) -> int:
    """What cards cost that are left in a hand: 50 for an eight, 10 for J, Q and K, 1 for an ace, else the pips."""
    return sum(50 if rank_of(card) == EIGHT else min(rank_of(card) + 1, 10) for card in cards)


def fits(card: int, top: int, wanted: Suit) -> bool:
    """True if a card may be played on ``top``. ``wanted`` is its suit, or the one that was named with an eight."""
    return rank_of(card) in (EIGHT, rank_of(top)) or suit_of(card) == wanted


def fitting(hand: Iterable[int], top: int, wanted: Suit) -> list[int]:
    """The cards of a hand that may be played."""
    return [card for card in hand if fits(card, top, wanted)]


def automatic(hand: Iterable[int], top: int, wanted: Suit) -> int | None:
    """What is played for somebody who does not: the lowest card that fits, an eight only if nothing else does.

    ``None`` if nothing fits. Simple on purpose: whoever watches learns nothing but the card itself.
    """
    return min(fitting(hand, top, wanted), key=lambda card: (rank_of(card) == EIGHT, card), default=None)


def hand_size(players: int) -> int:
    """How many cards each player is dealt."""
    return 7 if players == 2 else 5


def next_seat(seat: int, seats: Sequence[int]) -> int:
    """Whose turn it is after ``seat``, of those who play (in order; not empty): the next one, or the first again."""
    return next((other for other in seats if other > seat), seats[0])
