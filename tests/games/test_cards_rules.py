"""The rules of Crazy Eights, without a server."""

from __future__ import annotations

import pytest

from games.cards.rules import (
    PACK,
    Suit,
    automatic,
    fits,
    fitting,
    hand_size,
    name_of,
    next_seat,
    points,
    rank_of,
    suit_of,
)

BY_NAME = {name_of(card): card for card in PACK}


def cards(names: str) -> list[int]:
    return [BY_NAME[name] for name in names.split()]


def test_a_pack_has_thirteen_cards_of_each_suit():
    assert len(BY_NAME) == 52
    for suit in Suit:
        assert sorted(rank_of(card) for card in PACK if suit_of(card) is suit) == list(range(13))


def test_cards_have_the_names_that_are_printed_on_them():
    assert [name_of(card) for card in (0, 7, 9, 12, 13, 51)] == ["A♣", "8♣", "10♣", "K♣", "A♦", "K♠"]


def test_a_second_pack_has_the_same_cards():
    assert [(rank_of(card + 52), suit_of(card + 52)) for card in PACK] == [(rank_of(c), suit_of(c)) for c in PACK]


@pytest.mark.parametrize(
    ("card", "top", "wanted", "fit"),
    [
        ("3♥", "9♥", Suit.HEARTS, True),  # the suit
        ("9♣", "9♥", Suit.HEARTS, True),  # the rank
        ("3♣", "9♥", Suit.HEARTS, False),
        ("8♣", "9♥", Suit.HEARTS, True),  # an eight fits always
        ("3♣", "8♥", Suit.CLUBS, True),  # the suit that was named
        ("3♥", "8♥", Suit.CLUBS, False),  # and no longer the eight's own
        ("8♠", "8♥", Suit.CLUBS, True),
    ],
)
def test_a_card_fits_by_suit_by_rank_or_as_an_eight(card: str, top: str, wanted: Suit, fit: bool):
    assert fits(BY_NAME[card], BY_NAME[top], wanted) is fit


def test_cards_that_are_left_cost_what_is_written_on_them():
    assert [points([card]) for card in cards("A♣ 2♣ 7♣ 8♣ 9♣ 10♣ J♣ Q♣ K♣")] == [1, 2, 7, 50, 9, 10, 10, 10, 10]
    assert points(cards("8♥ 8♠ A♦")) == 101
    assert points([]) == 0


def test_the_automatic_player_plays_the_lowest_card_that_fits_and_eights_last():
    top = BY_NAME["9♥"]
    assert automatic(cards("8♣ K♥ 2♥ 9♠ 3♦"), top, Suit.HEARTS) == BY_NAME["2♥"]
    assert automatic(cards("8♣ 3♦ 4♣"), top, Suit.HEARTS) == BY_NAME["8♣"]
    assert automatic(cards("3♦ 4♣"), top, Suit.HEARTS) is None
    assert fitting(cards("8♣ 3♦ 9♣"), top, Suit.HEARTS) == cards("8♣ 9♣")


def test_two_are_dealt_seven_cards_and_more_players_five():
    assert [hand_size(players) for players in (2, 3, 4, 5)] == [7, 5, 5, 5]


def test_the_turn_goes_round_and_leaves_out_empty_seats():
    assert [next_seat(seat, [0, 2, 3]) for seat in (0, 1, 2, 3, 4)] == [2, 2, 3, 0, 0]
