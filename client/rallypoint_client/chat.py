"""A chat: of the lobby, or of a session.

    room = await lobby.chat()
    await room.say("hello")
    async for line in room:
        print(line.name, line.text)

It goes on after a lost connection, without repeating anything. What was said before, as much as the server still has,
comes first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

from rallypoint_protocol.limits import CHAT_CHARS_MAX
from rallypoint_protocol.messages import Chat, Listen, Say, Unlisten

from .chat_log import ChatLog, Line
from .errors import InvalidInput, LobbyClosed, RallypointError, RequestRefused
from .news import News
from .requests import Requests

__all__ = ["Room"]


class Room:
    """Made by :meth:`Lobby.chat <rallypoint_client.lobby.Lobby.chat>`: one for each room that is listened to."""

    def __init__(self, requests: Requests, room: str, closed: Callable[[Room], None]) -> None:
        self._requests = requests
        self._id = room
        self._closed = closed
        self._log = ChatLog()
        self._news = News("one chat")
        self._open = True
        self._error: Exception | None = None
        self._listening = self._listen()

    @property
    def id(self) -> str:
        """The session's id; empty for the lobby's chat."""
        return self._id

    @property
    def lines(self) -> list[Line]:
        """The newest lines, at most 64, oldest first: taken or not."""
        return list(self._log.lines)

    async def say(self, text: str) -> None:
        """Says a line, and waits until the server has taken it. It then also comes as a line.

        Raises:
            InvalidInput: it has not 1 to 240 characters.
            RequestRefused: ``too_fast``, ``not_listening``, ``refused`` (nothing of it can be shown), ``muted`` (by an
                operator; ``reason`` says for how long).
            Closed: this room, or the lobby session, is over.
        """
        if not 0 < len(text) <= CHAT_CHARS_MAX:
            raise InvalidInput("a line of chat", f"has 1 to {CHAT_CHARS_MAX} characters, not {len(text)}")
        if not self._open:
            raise self._error or LobbyClosed(None, "this chat was closed")
        await self._requests.ask(lambda id_: Say(id_, self._id, text))

    async def close(self) -> None:
        """Listens no longer. Twice is once."""
        if self._open:
            with contextlib.suppress(RallypointError):  # there is no lobby session any more, and no chat either
                self._requests.tell(lambda id_: Unlisten(id_, self._id))
        self.over(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Line:
        """The next line; ``line.missed`` says if some before it are lost. At most 64 wait to be taken.

        Ends when the room, or the lobby, is closed.

        Raises:
            SessionGone: the lobby session is gone.
            RequestRefused: after a new lobby session, this room may not be listened to any more.
            RuntimeError: another task is waiting for the next line.
        """
        while True:
            line = self._log.take()
            if line is not None:
                return line
            if not self._open:
                break
            await self._news.wait()
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    # --- for the lobby ----------------------------------------------------------------------------------------------

    async def listening(self) -> Self:
        """Waits until the server lets us listen. Raises RequestRefused, or why the lobby session is over."""
        try:
            await asyncio.shield(self._listening)
        except RallypointError as error:
            self.over(error)
            raise
        return self

    def take(self, chat: Chat) -> None:
        """Lines of the server."""
        if self._open and self._log.add(chat.lines):
            self._news.tell()

    def welcomed(self, *, again: bool) -> None:
        """A new connection; if it is one of another lobby session (``again``), that has to be asked."""
        if again and self._open:
            self._log.elsewhere()
            try:
                self._listen()
            except RallypointError as error:
                self.over(error)

    def over(self, error: Exception | None) -> None:
        """It ends: with that error, or because it was closed."""
        if self._open:
            self._open = False
            self._error = error
            self._news.tell()
            self._closed(self)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _listen(self) -> asyncio.Future[Any]:
        answer = self._requests.ask(lambda id_: Listen(id_, self._id))
        answer.add_done_callback(self._answered)
        return answer

    def _answered(self, answer: asyncio.Future[Any]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if isinstance(error, RequestRefused):  # any other: there is another lobby session, or none; this is told
            self.over(error)
