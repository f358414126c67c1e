"""A lobby session and its connection: lets its player in, has requests answered, hands on what else comes.

What a player can do there is :class:`rallypoint_client.lobby.Lobby`'s, which is one of these.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Any, Self

from rallypoint_protocol.messages import Answer, Chat, Listing, Push, Welcome

from .address import lobby_url
from .callbacks import call
from .endpoint import Endpoint
from .errors import LobbyClosed
from .heartbeat import Timing
from .identity import Identity
from .lobby_core import LobbyCore, LobbyState
from .notice import Notices, OnNotice
from .requests import Requests
from .session_id import MySeat

__all__ = ["LobbyLink"]

_log = logging.getLogger("rallypoint_client")


class LobbyLink(Endpoint):
    """See above. It resumes by itself; with ``fresh``, one that is gone is replaced by another."""

    _closed_by_us = LobbyClosed

    def __init__(
        self,
        url: str,
        name: str,
        *,
        fresh: bool,
        identity: Identity | None,
        random: Random,
        timing: Timing,
    ) -> None:
        url, now = lobby_url(url), asyncio.get_running_loop().time()
        self._core = LobbyCore(url, name, random, timing, now, fresh=fresh, identity=identity)
        self.requests = Requests(self._core, self._flush)
        """For the parts of this lobby."""
        self.on_push: Callable[[str, dict[str, Any]], None] | None = None
        """Called with kind and data of every push that is new, the known ones (``queued``...) included."""
        self._notices = Notices()
        super().__init__(self._core, url, f"lobby at {url}", open_s=timing.open_s, on_lost=self._perhaps_started_over)

    @property
    def url(self) -> str:
        """The lobby's address."""
        return self._reconnect.url

    @property
    def state(self) -> LobbyState:
        """``CONNECTING``, ``CONNECTED``, ``RESUMING``, ``GONE`` or ``CLOSED``."""
        return self._core.state

    @property
    def player(self) -> str:
        """The player's id; empty while there is no lobby session."""
        return "" if self._core.welcome is None else self._core.welcome.player

    @property
    def name(self) -> str:
        """The player's name, as the server has taken it."""
        return self._core.name if self._core.welcome is None else self._core.welcome.name

    @property
    def identity(self) -> Identity:
        """What the player is known by next time; of a server that keeps nobody, empty."""
        return self._core.identity

    @property
    def games(self) -> list[str]:
        """The games that there are here."""
        return [] if self._core.welcome is None else list(self._core.welcome.games)

    @property
    def my_seats(self) -> list[MySeat]:
        """The seats that the player had when the server last let us in, oldest first: :meth:`Lobby.join` takes one."""
        welcome = self._core.welcome
        return [] if welcome is None else [MySeat(*seat[:2]) for seat in welcome.seats]

    @property
    def resumes(self) -> int:
        """How often it came back after a lost connection."""
        return self._core.resumes

    @property
    def on_notice(self) -> OnNotice | None:
        """Called with each :class:`Notice`: what an operator tells the player, or has done that concerns them. The
        newest 16 that came before are told at once."""
        return self._notices.on_notice

    @on_notice.setter
    def on_notice(self, callback: OnNotice | None) -> None:
        self._notices.on_notice = callback

    async def welcomed(self) -> Self:
        """Waits until the server has let us in for the first time. Raises :attr:`error` if it did not."""
        await self._entered()
        if self._core.welcome is None:
            raise self._closed_error()
        return self

    # --- for those who are one --------------------------------------------------------------------------------------

    def _welcomed(self, *, again: bool) -> None:
        """The server has let us in; ``again``: into another lobby session than before."""

    def _pushed(self, kind: str, data: dict[str, Any]) -> None:
        """A push that is new."""
        if kind == "notice":
            self._notices.pushed(data)

    def _listed(self, listing: Listing) -> None:
        """News of the list of sessions."""

    def _said(self, chat: Chat) -> None:
        """Lines of a chat."""

    def _failed(self, error: Exception) -> None:
        """The lobby session is over, or is to be replaced by another: what was asked of it fails."""

    # --- steps ------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        self._reconnect.flush()

    def _deliver(self, payload: bytes) -> None:
        match self._core.received(payload, self._loop.time()):
            case Welcome() as welcome:
                if welcome.secret:
                    self._keep(welcome.player, welcome.secret)
                again = self._first_time_in.done() and not welcome.resumed
                self._let_in()
                self._welcomed(again=again)
            case Answer() as answer:
                self.requests.answered(answer)
            case Push(kind=kind, data=data):
                self._pushed(kind, data)
                call(self.on_push, kind, data)
            case Listing() as listing:
                self._listed(listing)
            case Chat() as chat:
                self._said(chat)
            case None:
                pass

    def _keep(self, player: str, secret: bytes) -> None:
        try:
            self.identity.keep(player, secret)
        except (
            Exception
        ) as error:  # a full disk, a keyring that is locked: the player plays, and is a stranger tomorrow
            _log.warning("player %s will not be known again: the identity could not be kept: %s", player, error)

    def _perhaps_started_over(self) -> None:
        if self._core.is_open and self._core.error is not None:
            error, self._core.error = self._core.error, None
            self._fail(error)

    def _over(self) -> None:
        self._fail(self._closed_error())

    def _fail(self, error: Exception) -> None:
        self.requests.fail(error)
        self._failed(error)
