"""Matches as they come: to whoever waits for one, or to be taken later.

A server says ``matched`` when it has reserved a seat: after a quick match, for a rematch, or because a backend seats
its player somewhere. What nobody waits for is kept as an offer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from .callbacks import call
from .errors import RequestRefused
from .news import News
from .seat_offer import SeatOffer, read_offer

__all__ = ["OFFERS_MAX", "Claim", "Matches"]

OFFERS_MAX: Final = 16
"""Offers that are kept; the oldest go, and have expired long since."""


class Claim:
    """Somebody who waits for a seat of a certain kind."""

    def __init__(self) -> None:
        self.offer: asyncio.Future[SeatOffer] = asyncio.get_running_loop().create_future()

    def fits(self, data: dict[str, Any]) -> bool:
        """True if this match is for this one."""
        raise NotImplementedError

    def pushed(self, kind: str, data: dict[str, Any]) -> None:
        """Any other push of the lobby."""

    def refuse(self, error: Exception) -> None:
        """There will be no seat."""
        if not self.offer.done():
            self.offer.set_exception(error)


class Matches:
    """Of one lobby session."""

    def __init__(self) -> None:
        self.offers: deque[SeatOffer] = deque(maxlen=OFFERS_MAX)
        self.on_offer: Callable[[SeatOffer], None] | None = None
        self._claims: list[Claim] = []
        self._news = News("the offers of one lobby")

    @contextlib.contextmanager
    def claimed(self, claim: Claim) -> Iterator[None]:
        """While in it, ``claim`` waits."""
        self._claims.append(claim)
        try:
            yield
        finally:
            self._claims.remove(claim)
            if claim.offer.done() and not claim.offer.cancelled():
                claim.offer.exception()  # asyncio would complain of one that nobody asked for

    def pushed(self, kind: str, data: dict[str, Any], lobby_url: str) -> None:
        """A push of the lobby, of whatever kind."""
        if kind != "matched":
            for claim in list(self._claims):
                claim.pushed(kind, data)
            return
        for claim in self._claims:
            if not claim.offer.done() and claim.fits(data):
                try:
                    claim.offer.set_result(read_offer(data, lobby_url))
                except RequestRefused as error:
                    claim.refuse(error)
                return
        with contextlib.suppress(RequestRefused):  # a newer server's: what cannot be read can be told to nobody
            offer = read_offer(data, lobby_url)
            self.offers.append(offer)
            self._news.tell()
            call(self.on_offer, offer)

    def fail(self, error: Exception) -> None:
        """The lobby session is over: nobody who waits will get a seat, and no offer holds."""
        self.offers.clear()
        self._news.tell()
        for claim in self._claims:
            claim.refuse(error)

    async def next_offer(self, closed: Callable[[], Exception | None]) -> SeatOffer:
        """The oldest offer, as soon as there is one. Raises what ``closed`` gives if there can be none any more."""
        while not self.offers:
            error = closed()
            if error is not None:
                raise error
            await self._news.wait()
        return self.offers.popleft()
