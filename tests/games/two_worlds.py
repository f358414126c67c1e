"""A round of Crazy Eights that is recorded, and played again with what somebody has not seen in other hands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from games.cards.game import START_S, Cards
from games.cards.messages import Draw, Pass, Play, PlayEight
from games.cards.rules import EIGHT, PACK, Suit, fitting, rank_of
from rallypoint import private
from rallypoint.testing import Match
from tests.games.marked_cards import SPECTATOR, USES, Tap

MOVES_MAX = 120


class StackedCards(Cards):
    """The pack is in a given order."""

    uses = USES
    pack: list[int] = private([])

    def _shuffled(self) -> list[int]:
        return list(self.pack)


class Move(NamedTuple):
    """Something that comes from outside: an action, ``drop``, ``back`` or ``leave`` of a seat, or some time."""

    what: str
    seat: int = 0
    action: Any = None


class World:
    """A game from its beginning, with this pack."""

    def __init__(self, game: type[StackedCards], players: int, pack: Sequence[int]) -> None:
        self.match = Match(game, players=players, seed=1, options={"turn_s": 300})
        self.tap = Tap(self.match)
        self.match.game.pack = list(pack)
        self.match.run(START_S)

    def do(self, move: Move) -> None:
        """Makes the move, and the steps that it leads to."""
        match move.what:
            case "act":
                self.match.act(move.seat, move.action)
            case "drop":
                self.match.drop(move.seat)
            case "back":
                self.match.come_back(move.seat)
            case "leave":
                self.match.leave(move.seat)
            case "wait":
                self.match.run(0.5)
        self.match.step()

    def bytes_to(self, seat: int) -> list[tuple[int, bytes]]:
        """All messages to that seat, or to the spectator."""
        return [message for sent in self.tap.all if sent.seat == seat for message in sent.messages]


class Recording:
    """A round that was played by people who do anything that is allowed, and now and then something that is not."""

    def __init__(self, game: type[StackedCards], seed: int) -> None:
        self.game, self.players = game, 3 + seed % 3
        self._chance = random.Random(seed)
        self.pack = list(PACK)
        self._chance.shuffle(self.pack)
        self.moves: list[Move] = []
        self.shown: list[dict[int, frozenset[int]]] = []
        """By moment (0: dealt; n: after n moves), for each observer: the cards that they have been shown by then."""
        self.sent: list[dict[int, int]] = []
        """By moment, for each observer: how many messages they had got."""
        self.world = World(game, self.players, self.pack)
        self._note({seat: frozenset() for seat in (SPECTATOR, *range(self.players))}, frozenset())
        while self._state.turn is not None and len(self.moves) < MOVES_MAX:
            for move in self._choose():
                in_hands = frozenset(card for player in self._state.players for card in player.hand)
                self.world.do(move)
                self.moves.append(move)
                self._note(self.shown[-1], in_hands)

    @property
    def _state(self) -> StackedCards:
        return self.world.match.game

    def _note(self, before: dict[int, frozenset[int]], in_hands: frozenset[int]) -> None:
        state = self._state
        public = {state.top} | (in_hands if state.turn is None else set())  # a round is over: all hands are shown
        hands = {player.seat: player.hand for player in state.players}
        self.shown.append({seat: known | public | set(hands.get(seat, ())) for seat, known in before.items()})
        self.sent.append({seat: len(self.world.bytes_to(seat)) for seat in before})

    def _choose(self) -> list[Move]:
        state, chance = self._state, self._chance
        assert state.turn is not None
        others = [player.seat for player in state.players if player.seat != state.turn]
        match chance.choice(["act"] * 20 + ["drop", "drop", "leave", "wait", "wrong"]):
            case "drop":
                seat = chance.choice(others)
                return [Move("drop", seat), Move("back", seat)]
            case "leave" if len(others) > 1:
                return [Move("leave", chance.choice(others))]
            case "wait":
                return [Move("wait")]
            case "wrong":
                return [Move("act", chance.choice(others), Play(card=chance.choice(PACK)))]
        return [Move("act", state.turn, self._action(state))]

    def _action(self, state: StackedCards) -> Any:
        hand = next(player.hand for player in state.players if player.seat == state.turn)
        cards = fitting(hand, state.top, state.suit)
        if not cards or self._chance.random() < 0.1:
            return Pass() if state.drawn or not state._can_draw else Draw()
        card, suit = self._chance.choice(cards), self._chance.choice(list(Suit))
        return PlayEight(card=card, suit=suit) if rank_of(card) == EIGHT else Play(card=card)

    def bytes_to(self, seat: int, moment: int) -> list[tuple[int, bytes]]:
        """All messages to that seat, or to the spectator, up to that moment."""
        return self.world.bytes_to(seat)[: self.sent[moment][seat]]

    def other_world(self, observer: int, moment: int, chance: random.Random) -> World:
        """The same moves up to that moment. What the observer has not been shown by then is exchanged at random."""
        hidden = [place for place, card in enumerate(self.pack) if card not in self.shown[moment][observer]]
        exchanged = [self.pack[place] for place in hidden]
        chance.shuffle(exchanged)
        pack = list(self.pack)
        for place, card in zip(hidden, exchanged, strict=True):
            pack[place] = card
        world = World(self.game, self.players, pack)
        for move in self.moves[:moment]:
            world.do(move)
        return world
