"""What players of Crazy Eights send, and what all of them are told when it happens."""

from rallypoint import Action, Event

from .rules import Suit


class Play(Action):  # any card but an eight
    card: int


class PlayEight(Action):  # fits always, and says which suit has to follow
    card: int
    suit: Suit


class Draw(Action):  # the top card of the stock, once a turn
    pass


class Pass(Action):  # after a draw, or if there is nothing to draw
    pass


class Played(Event):
    seat: int
    card: int
    suit: Suit  # which has to follow


class Drew(Event):
    seat: int


class Passed(Event):
    seat: int


class LaidOpen(Event):  # at the end of a round every hand is shown
    seat: int
    cards: tuple[int, ...]


class RoundOver(Event):
    round: int
    winner: int | None  # a seat; None: nobody could go on, and nobody had the fewest points alone
    points: int
