"""Crazy Eights: a turn-based game with hidden hands. The rules themselves are in ``rules.py``.

Who is told what is in the declarations: a hand is ``to="owner"``, and sent to one player alone; the stock is
``private()``, and sent to nobody; what lies on the table is public. Nothing else is needed to keep cards hidden.
"""

from collections.abc import Mapping
from typing import Any

from rallypoint import Game, Player, Refused, Result, SessionStatus, field, on, private

from .messages import Draw, Drew, LaidOpen, Pass, Passed, Play, Played, PlayEight, RoundOver
from .rules import EIGHT, PACK, Suit, automatic, fits, hand_size, next_seat, points, rank_of, suit_of

TARGET, TURN_S = 100, 30
AWAY_S = 3.0  # how long the others wait for somebody whose connection is lost
START_S = 2.0  # the least number is there: those who were matched with them are given time to come
PAUSE_S = 5.0  # between two rounds: time to look at the hands


class CardPlayer(Player):
    hand: tuple[int, ...] = field((), to="owner")  # no other player is told. In the order in which they came
    count: int = field(0)  # of cards in the hand; 0 for who came in the middle of a round, and plays in the next one
    score: int = field(0)


class Cards(
    Game[CardPlayer], seats=(3, 5), tick_hz=0, max_duration_s=7200, replayable=True, bot="games.cards.bot:CardsBot"
):
    round: int = field(0)
    top: int = field(-1)  # the card on the table; -1 before the first round
    suit: Suit = field(Suit.CLUBS)  # which has to follow: that card's, or the one that was named with an eight
    turn: int | None = field(None)  # a seat; None between rounds
    turns: int = field(0)  # how many there were so far
    turn_ends_ms: int = field(0)
    drawn: bool = field(False)  # whose turn it is has drawn already
    stock_count: int = field(0)  # face down
    pile_count: int = field(0)  # under the top card: once the stock is used up, these are the next one
    stock: list[int] = private([])  # the last one is drawn next. Nobody is told
    pile: list[int] = private([])  # with the hands of those who left
    passes: int = private(0)  # in a row, for want of cards
    dealer: int = private(0)
    timer: int = private(0)
    target: int = private(TARGET)
    turn_s: int = private(TURN_S)

    def created(self, options: dict[str, Any]) -> None:
        for name in options:
            if name not in ("target", "turn_s"):
                raise Refused(f"there is no option {name}: the options are target and turn_s")
        self.target = _whole(options, "target", TARGET, 1, 1000)
        self.turn_s = _whole(options, "turn_s", TURN_S, 5, 300)

    def started(self) -> None:
        self.dealer = self.random.choice(self.players).seat
        self.timer = self.after(START_S, "deal")

    def dropped(self, player: CardPlayer) -> None:
        """The others do not wait long for one who is away. (Who is back in time goes on, with what time is left.)"""
        if player.seat == self.turn:
            self._set_timer(min(AWAY_S, (self.turn_ends_ms - self.now_ms) / 1000))

    def left(self, player: CardPlayer, reason: str) -> None:
        """The player's cards go under the others, face down. The last one who stays has won."""
        if self.status is not SessionStatus.RUNNING:
            return
        self.pile += player.hand
        self._hold(player, [])
        self._count()
        others = [other for other in self.players if other is not player]
        if len(others) < 2:
            self._end(others, reason)
        elif self.turn is not None and len(self._in_round) < 2:
            self._end_round(None, 0)  # the others came in the middle of it: all of them play in the next
        elif self.turn == player.seat:
            self._next_turn()

    def time_up(self) -> None:
        """Two hours are over."""
        self._end(self.players, "time")

    @on(Play)
    def play(self, player: CardPlayer, action: Play) -> None:
        self._check_card(player, action.card)
        if rank_of(action.card) == EIGHT:
            raise Refused("name a suit with an eight")
        self._play(player, action.card, suit_of(action.card))

    @on(PlayEight)
    def play_eight(self, player: CardPlayer, action: PlayEight) -> None:
        self._check_card(player, action.card)
        if rank_of(action.card) != EIGHT:
            raise Refused("only with an eight you name a suit")
        self._play(player, action.card, action.suit)

    @on(Draw)
    def draw(self, player: CardPlayer, _: Draw) -> None:
        self._check_turn(player)
        if self.drawn:
            raise Refused("you have drawn already: play or pass")
        if not self._can_draw:
            raise Refused("there is no card to draw: play or pass")
        self._draw(player)

    @on(Pass)
    def pass_on(self, player: CardPlayer, _: Pass) -> None:
        self._check_turn(player)
        if not self.drawn and self._can_draw:
            raise Refused("draw a card before you pass")
        self._pass(player)

    def play_for(self, turn: int) -> None:
        """A timer: whose turn it is takes too long, or is away. One that is late for its turn does nothing."""
        player = next((player for player in self.players if player.seat == self.turn), None)
        if player is None or turn != self.turns:
            return
        card = automatic(player.hand, self.top, self.suit)
        if card is None and self._can_draw and not self.drawn:
            self._draw(player)
            card = automatic(player.hand, self.top, self.suit)
        if card is None:
            self._pass(player)
        else:
            self._play(player, card, suit_of(card))

    def deal(self) -> None:
        """A round begins, with everybody who has a seat."""
        self.round += 1
        self.stock, self.pile, self.passes = self._shuffled(), [], 0
        for player in self.players:
            self._hold(player, [self.stock.pop() for _ in range(hand_size(len(self.players)))])
        while rank_of(self.stock[-1]) == EIGHT:  # not as the first card: it goes back into the middle
            self.stock.insert(len(self.stock) // 2, self.stock.pop())
        self.top = self.stock.pop()
        self.suit = suit_of(self.top)
        self._count()
        self.dealer = self.turn = next_seat(self.dealer, [player.seat for player in self.players])
        self._next_turn()

    def _shuffled(self) -> list[int]:
        cards = list(PACK)
        self.random.shuffle(cards)
        return cards

    @property
    def _in_round(self) -> list[CardPlayer]:
        return [player for player in self.players if player.hand]

    @property
    def _can_draw(self) -> bool:
        return bool(self.stock or self.pile)

    def _check_turn(self, player: CardPlayer) -> None:
        if self.turn is None:
            raise Refused("the next round has not begun")
        if player.seat != self.turn:
            raise Refused("it is not your turn")

    def _check_card(self, player: CardPlayer, card: int) -> None:
        self._check_turn(player)
        if card not in player.hand:
            raise Refused("you do not have that card")
        if not fits(card, self.top, self.suit):
            raise Refused("that card does not fit: play the same suit or rank, or an eight")

    def _hold(self, player: CardPlayer, cards: list[int]) -> None:
        player.hand, player.count = tuple(cards), len(cards)

    def _count(self) -> None:
        self.stock_count, self.pile_count = len(self.stock), len(self.pile)

    def _play(self, player: CardPlayer, card: int, suit: Suit) -> None:
        self.pile.append(self.top)
        self.top, self.suit, self.passes = card, suit, 0
        self._hold(player, [other for other in player.hand if other != card])
        self._count()
        self.emit_all(Played(player.seat, card, suit))
        if player.hand:
            self._next_turn()
        else:
            self._end_round(player, sum(points(other.hand) for other in self.players))

    def _draw(self, player: CardPlayer) -> None:
        if not self.stock:
            self.stock, self.pile = self.pile, []
            self.random.shuffle(self.stock)
        self._hold(player, [*player.hand, self.stock.pop()])
        self.drawn, self.passes = True, 0
        self._count()
        self.emit_all(Drew(player.seat))

    def _pass(self, player: CardPlayer) -> None:
        self.passes += not self.drawn
        self.emit_all(Passed(player.seat))
        if self.passes < len(self._in_round):
            self._next_turn()
            return
        costs = {other: points(other.hand) for other in self._in_round}
        least = min(costs.values())
        best = [other for other in costs if costs[other] == least]
        self._end_round(best[0] if len(best) == 1 else None, sum(costs.values()) - least * len(costs))

    def _next_turn(self) -> None:
        assert self.turn is not None
        self.turn = next_seat(self.turn, [player.seat for player in self._in_round])
        self.turns += 1
        self.drawn = False
        player = next(player for player in self._in_round if player.seat == self.turn)
        self._set_timer(self.turn_s if player.connected else AWAY_S)

    def _set_timer(self, seconds: float) -> None:
        self.cancel(self.timer)  # one that is not cancelled makes a step, if only to find that it is late
        self.timer = self.after(max(0.0, seconds), "play_for", self.turns)
        self.turn_ends_ms = self.now_ms + round(max(0.0, seconds) * 1000)

    def _end_round(self, winner: CardPlayer | None, gained: int) -> None:
        for player in self.players:
            if player.hand:
                self.emit_all(LaidOpen(player.seat, player.hand))
                self._hold(player, [])
        if winner is not None:
            winner.score += gained
            self.emit_all(RoundOver(self.round, winner.seat, gained))
        else:
            self.emit_all(RoundOver(self.round, None, 0))
        self.turn = None
        self.cancel(self.timer)
        if winner is not None and winner.score >= self.target:
            self._end(self.players, "")
        else:
            self.timer = self.after(PAUSE_S, "deal")

    def _end(self, players: list[CardPlayer], reason: str) -> None:
        """The game is over; of these players, who has most points has won."""
        self.turn = None
        most = max((player.score for player in players), default=0)
        winners = [player for player in players if player.score == most]
        self.finish(Result(winners, scores={player: player.score for player in players}, reason=reason))


def _whole(options: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Refused(f"{name} must be a whole number from {low} to {high}")
    return value
