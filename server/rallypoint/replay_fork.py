"""``rallypoint replay --fork``: plays on from a moment of a replay, in a sandbox: a server of its own, on loopback.

Nothing is kept of it, and nothing ends it but Ctrl-C: seats wait for their players as long as it takes. The tokens that
are printed let their players in as often as they like, and bots make room for them.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from rallypoint import logs
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.core.replay_format import BadReplay
from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionCore, SessionState
from rallypoint.core.session_image import SessionImage
from rallypoint.core.tokens import NewToken, TokenPair, token_hash
from rallypoint.game.driver import GameDriver
from rallypoint.game.game import Game
from rallypoint.ports import BotOffer
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.session_entries import KeptHost
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId, Token

__all__ = ["ForkedSeat", "Sandbox", "run"]

_LONG_S: Final = 365 * 86_400.0
"""Seats are kept so long."""
_LOOK_S: Final = 0.25
_BOT_PAUSE_S: Final = 3.0
"""A bot that was sent on a seat is given so long to take it, before another is."""


@dataclass(frozen=True, slots=True)
class ForkedSeat:
    """A seat of the sandbox, and what takes it."""

    url: str
    session: str
    token: str
    """In hexadecimal digits."""
    seat: int
    name: str
    bot: bool

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "url": self.url,
            "session": self.session,
            "token": self.token,
            "seat": self.seat,
            "name": self.name,
            "bot": self.bot,
        }


class _Keys(TokenPair):
    """A seat's tokens, and one that is always good: whoever has it may come and go."""

    __slots__ = ("_key",)
    _key: bytes

    @classmethod
    def of(cls, token: Token) -> Self:
        """With that one."""
        keys = cls(token)
        keys._key = token_hash(token)
        return keys

    def knows(self, token: bytes) -> bool:
        return hmac.compare_digest(token_hash(token), self._key) or super().knows(token)

    def redeem(self, token: bytes, new_token: NewToken) -> Token | None:
        if hmac.compare_digest(token_hash(token), self._key):
            return self.issue(new_token)
        return super().redeem(token, new_token)


class Sandbox:
    """A server with one session, as it was in that moment.

    async with Sandbox(image, Orbit, port=0) as sandbox:
        seat = await take_seat(sandbox.seats[0].url, sandbox.seats[0].session, bytes.fromhex(sandbox.seats[0].token))
    """

    def __init__(
        self, image: SessionImage, game: type[Game[Any]], *, port: int = 0, bots_after_s: float | None = None
    ) -> None:
        """``bots_after_s``: so long, seats wait for people before the game's bot plays them; ``None``: for ever."""
        definition = game.definition()
        if image.standing.state == SessionState.ENDED.value:
            raise BadReplay(f"the session has ended by tick {image.tick}: there is nothing to go on with")
        self._definition = definition
        self._image = image
        self._bots_after_s = bots_after_s if definition.options.bot is not None else None
        settings = Settings(
            host="127.0.0.1",
            port=port,
            ops_host="127.0.0.1",
            ops_port=0,
            web_port=None,
            data_dir=None,
            database_url="",
            durability="off",
            replays="off",
            webhook_url="",
            log_level="warning",
        )
        self.server = Server([game], settings, bots=False)
        self.seats: list[ForkedSeat] = []
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.server.start()
        try:
            self._host = self._adopt(Ambient())
        except BaseException:
            await self.server.stop()
            raise
        self._watch = asyncio.get_running_loop().create_task(self._look_after(), name="sandbox")
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self.server.stop()

    @property
    def core(self) -> SessionCore:
        """The session."""
        return self._host.core

    def _adopt(self, ambient: Ambient) -> SessionHost:
        definition, image = self._definition, self._image
        node, now = self.server.node, ambient.clock()
        image.id = ambient.new_id()
        for seat in image.seats:
            if seat is not None:
                seat.grace_s = seat.grace_left_s = _LONG_S
                if seat.state in (SeatState.AWAY.value, SeatState.RESERVED.value):
                    seat.deadline = now + _LONG_S
        game = GameDriver(definition, 0)
        game.restore(image.game)
        shift_s = now - image.now_ms / 1000 - image.standing.created_at
        core = SessionCore.restored(
            image,
            game,
            replace(node.session_settings(definition), dispose_when_empty=False, grace_s=_LONG_S),
            schema=definition.schema_bytes,
            schema_hash=definition.schema_hash,
            new_token=ambient.new_token,
            shift_s=shift_s,
            keep=False,
        )
        host = node.adopt(core, definition, KeptHost(definition.options.name, ambient.wall()), now)
        for each in core.seated():
            if each.is_given_up:
                continue
            if each.state is not SeatState.CONNECTED:
                each.deadline = now + _LONG_S
            token = ambient.new_token()
            each.tokens = _Keys.of(token)
            url = f"{self.server.lobby_url}/session/{core.id}"
            self.seats.append(ForkedSeat(url, core.id, token.hex(), each.index, each.name, each.bot))
        game.revive()
        return host

    async def _look_after(self) -> None:
        """The session waits for the first who comes, or for the bots; a seat that nobody has gets a bot."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        sent: dict[int, float] = {}
        node, core = self.server.node, self.core
        while core.state is not SessionState.ENDED:
            missing = core.missing()
            here = [seat for seat in core.seated() if seat.state is SeatState.CONNECTED and seat not in missing]
            now = loop.time()
            late = self._bots_after_s is not None and now - began >= self._bots_after_s
            if late:
                for seat in core.seated():
                    if not seat.is_given_up and seat not in here and now - sent.get(seat.index, 0.0) > _BOT_PAUSE_S:
                        sent[seat.index] = now
                        self._send_bot(seat)
            if self._host.held_back and (here or late):
                node.held_back.release()
            await asyncio.sleep(_LOOK_S)

    def _send_bot(self, seat: Seat) -> None:
        options, core = self._definition.options, self.core
        assert options.bot is not None
        token = core.seating.reissue(seat)
        self.server.bots.play(
            BotOffer(options.name, options.bot, SessionId(core.id), self.server.node.url(core.id), token, seat.name)
        )


def run(image: SessionImage, game: type[Game[Any]], port: int, bots_after_s: float | None, as_json: bool) -> int:
    """Serves the sandbox until SIGINT or SIGTERM, or until its session ends. Gives the exit code."""
    logs.set_up("console", "warning")
    asyncio.run(_serve(Sandbox(image, game, port=port, bots_after_s=bots_after_s), as_json))
    return 0


async def _serve(sandbox: Sandbox, as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with sandbox:
        tell(sandbox.seats, as_json, sandbox.core.tick)
        await stop.wait()


def tell(seats: Sequence[ForkedSeat], as_json: bool, tick: int) -> None:
    """Prints who may take which seat."""
    if as_json:
        for seat in seats:
            print(json.dumps(seat.to_json()), flush=True)
        return
    print(f"A sandbox goes on from tick {tick}; nothing is kept of it.")
    for seat in seats:
        print(f"  seat {seat.seat} ({seat.name}{', a bot' if seat.bot else ''})   {seat.url}")
        print(f"     token {seat.token}")
    if seats:
        print("In Python: seat = await take_seat(url, session, bytes.fromhex(token)), from rallypoint_client.")
    print("Ctrl-C stops.", flush=True)
