"""Players made of code for Crazy Eights: one that does anything that is allowed, and one that thinks a little.

A bot sees what its player sees: its own hand, what lies on the table, and how many cards the others have.
"""

from collections import Counter
from collections.abc import Iterator

from rallypoint_client import Bot, Event, Input, View

from .rules import EIGHT, Suit, fitting, points, rank_of, suit_of

_NOTHING = (0, False)


class RandomBot(Bot):
    """Does anything that is allowed: what a better bot has to beat."""

    done: tuple[int, bool] = _NOTHING
    """The turn in which it last did something, and whether it had drawn a card by then."""

    def tick(self, view: View) -> Iterator[Input]:
        game = view.game
        now = (game.turns, game.drawn)
        if game.turn == self.seat.index and now != self.done:  # passes may come before its answer is there
            self.done = now
            yield self.decide(view, fitting(view.me.hand, game.top, game.suit))

    def event(self, event: Event) -> None:
        if event.kind == "refused":  # what was sent did not count: think again
            self.done = _NOTHING

    def decide(self, view: View, cards: list[int]) -> Input:
        """What to do, with these cards that fit."""
        chosen = self.random.choice([*cards, None])
        if chosen is None:
            return self.draw_or_pass(view)
        return self.play(chosen, self.random.choice(list(Suit)))

    def play(self, card: int, suit: Suit) -> Input:
        """Plays a card; ``suit`` is named if it is an eight."""
        played: Input = (
            self.inputs.PlayEight(card=card, suit=suit) if rank_of(card) == EIGHT else self.inputs.Play(card=card)
        )
        return played

    def draw_or_pass(self, view: View) -> Input:
        """Draws if that is possible, or else passes."""
        game = view.game
        can_draw = not game.drawn and game.stock_count + game.pile_count > 0
        done: Input = self.inputs.Draw() if can_draw else self.inputs.Pass()
        return done


class CardsBot(RandomBot):
    """Plays the dearest card, of the suit that it has most of; keeps eights for when nothing else fits."""

    think_s = (0.4, 1.5)

    def decide(self, view: View, cards: list[int]) -> Input:
        if not cards:
            return self.draw_or_pass(view)
        held = Counter(suit_of(card) for card in view.me.hand if rank_of(card) != EIGHT)
        card = max(cards, key=lambda card: (rank_of(card) != EIGHT, points([card]), held[suit_of(card)], card))
        return self.play(card, max(Suit, key=lambda suit: held[suit]))
