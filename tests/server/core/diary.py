"""A game that notes whatever it is told, so that nothing it was told differently can stay hidden; kept and restored.

Its inputs are words; some of them make it want something: events, calls to the outside, players removed, an end.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from rallypoint.core.game_image import GameImage
from rallypoint.core.game_like import Answer, Ask
from rallypoint.core.match_teams import MatchInfo
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import encode
from rallypoint_protocol.inputs import Input

from .diary_image import change_of, image_of, state_of

KIND = 16
EVENT, EVENTS, LARGE, ASK, KICK, LOCK, REFUSE, DESCRIBE, TIMER, HEAR, FINISH = range(11)
WORDS = range(10)
"""All but the last, which ends the session."""


class Say(Input, tag=64, kw_only=True):
    """A player's word."""

    word: int


class TimedSay(Say, tag=64, kw_only=True):
    """A player's word that is meant for a tick."""

    at: int = -1


class Diary:
    """Implements GameLike."""

    def __init__(self) -> None:
        self.channels = Channels()
        self.resubscribed: list[int] = []
        self.events: list[tuple[int, int, list[Any]]] = []
        self.asks: list[Ask] = []
        self.kicked: list[int] = []
        self.heard: list[tuple[Any, ...]] = []
        """All calls, of this object alone."""
        self.tick = 0
        self.now_ms = 0
        # What is kept.
        self.digest = 0
        self.players: dict[int, str] = {}
        self.finished = False
        self.result: dict[str, Any] | None = None
        self.locked = False
        self.backfill = False
        self.match: MatchInfo | None = None
        self.meta: dict[str, Any] = {}
        self.open_asks: list[Ask] = []
        self.last_ask = 0
        self.next_timer_ms: int | None = None

    def _hear(self, *call: Any) -> None:
        self.heard.append(call)
        self.digest = zlib.crc32(encode((self.digest, call)))

    # --- kept ---------------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        pass

    def _state(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "players": [[seat, player] for seat, player in self.players.items()],
            "finished": self.finished,
            "result": self.result,
            "locked": self.locked,
            "asks": [[ask.id, ask.method, list(ask.args)] for ask in self.open_asks],
            "last_ask": self.last_ask,
            "timer": self.next_timer_ms,
        }

    def take_change(self) -> bytes:
        return change_of(self._state(), self.meta, self.tick, self.now_ms)

    def image(self) -> GameImage:
        return image_of(self._state(), self.meta, self.tick, self.now_ms)

    def restore(self, image: GameImage) -> None:
        state, meta = state_of(image)
        self.tick, self.now_ms = image.tick, image.now_ms
        self.digest, self.finished, self.result = state["digest"], state["finished"], state["result"]
        self.locked, self.meta, self.last_ask = state["locked"], meta, state["last_ask"]
        self.players = dict(state["players"])
        self.open_asks = [Ask(id_, method, tuple(args), 1.0) for id_, method, args in state["asks"]]
        self.next_timer_ms = state["timer"]
        self._appear()

    def revive(self) -> None:
        pass

    # --- told ---------------------------------------------------------------------------------------------------------

    def _appear(self) -> None:
        everyone = self.channels.channel("everyone")
        self.channels.enter(everyone, 1, 1, None, 0, None, [], None, self.tick)

    def create(self, options: dict[str, Any]) -> None:
        self._hear("create", options)
        self._appear()

    def open(self, tick: int, now_ms: int) -> None:
        self.tick, self.now_ms = tick, now_ms
        self.channels.open_tick()

    def join(self, seat: int, player_id: str, name: str, bot: bool, team: int | None = None) -> None:
        self.players[seat] = player_id
        self._hear("join", seat, player_id, name, bot)

    def start(self) -> None:
        self._hear("start")

    def drop(self, seat: int, away_until_ms: int) -> None:
        self._hear("drop", seat, away_until_ms)

    def away_until(self, seat: int, away_until_ms: int) -> None:
        self._hear("until", seat, away_until_ms)

    def let_go(self, seat: int) -> None:
        self.heard.append(("let_go", seat))

    def come_back(self, seat: int) -> None:
        self._hear("back", seat)

    def leave(self, seat: int, reason: str) -> None:
        del self.players[seat]
        self._hear("leave", seat, reason)

    def input(self, seat: int, message: Input) -> str | None:
        assert isinstance(message, Say)
        self._hear("input", seat, message.seq, message.word)
        match message.word:
            case w if w == EVENT:
                self.events.append((seat, KIND, [self.tick, "small"]))
            case w if w == EVENTS:
                self.events += [(seat, KIND, [self.tick, number]) for number in range(90)]
            case w if w == LARGE:
                self.events += [(other, KIND, ["x" * 9000]) for other in self.players]
            case w if w == ASK:
                self.last_ask += 1
                self.open_asks.append(Ask(self.last_ask, "fetch", (seat,), 1.0))
                self.asks.append(self.open_asks[-1])
            case w if w == KICK:
                self.kicked.append(next(iter(self.players)))
            case w if w == LOCK:
                self.locked = not self.locked
            case w if w == REFUSE:
                return "no"
            case w if w == DESCRIBE:
                self.meta = {"word": self.tick}
            case w if w == TIMER:
                self.next_timer_ms = self.now_ms + 500
            case w if w == FINISH:
                self.finished, self.result = True, {"winners": [seat], "reason": "said so"}
        return None

    def is_hold(self, message: Input) -> bool:
        return False

    def input_buffer_ticks(self, seat: int) -> int:
        return 3

    def answer(self, answer: Answer) -> None:
        self.open_asks = [ask for ask in self.open_asks if ask.id != answer.id]
        self._hear("answer", answer.id, answer.method, list(answer.args), answer.value, answer.error)

    def signal(self, name: str, data: Any) -> None:
        self._hear("signal", name, data)

    def time_up(self) -> None:
        self._hear("time_up")

    def set_meta(self, meta: Mapping[str, Any]) -> None:
        self.meta = dict(meta)

    def advance(self, run_tick: bool) -> None:
        if self.next_timer_ms is not None and self.now_ms >= self.next_timer_ms:
            self._hear("timer", self.next_timer_ms)
            self.next_timer_ms = None
        self._hear("advance", run_tick, self.now_ms)

    def close(self) -> None:
        self.channels.close_tick(self.tick)

    def show(self) -> None:
        self.channels.close_tick(self.tick)

    def subscriptions(self, seat: int) -> tuple[int, ...]:
        return (self.channels.channel("everyone").id,)

    def take_events(self) -> list[tuple[int, int, list[Any]]]:
        events, self.events = self.events, []
        return events

    def take_kicked(self) -> list[int]:
        kicked, self.kicked = self.kicked, []
        return kicked

    def take_asks(self) -> list[Ask]:
        asks, self.asks = self.asks, []
        return asks

    def state(self) -> dict[str, Any]:
        return {}

    def some_state(self, entities_max: int) -> tuple[dict[str, Any], int]:
        return {}, 0
