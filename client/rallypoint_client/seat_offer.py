"""What the lobby offers: a seat in a session, or a place to watch it from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import msgspec

from .errors import RequestRefused

__all__ = ["SeatOffer", "read_offer"]


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """Where a session lives, and the token that takes the seat there (a secret). It is kept for about 15 seconds."""

    session: str
    token: bytes
    url: str
    """Absolute."""
    schema_hash: bytes = b""
    game: str = ""
    code: str = ""
    """The session's room code, if it is a private one."""
    delay_s: float = 0.0
    """For a spectator: how far what is shown lies behind."""
    queue: str = ""
    """Of a match by rules: the queue that it was made in..."""
    match: str = ""
    """...its id..."""
    team: int | None = None
    """...the player's team, from 0 (``None``: there are no teams)..."""
    region: str = ""
    """...and the region that is best for all, if the rules ask for one."""

    def __repr__(self) -> str:
        return f"SeatOffer(session={self.session!r}, url={self.url!r})"


class _Wire(msgspec.Struct):
    """What an answer or the push ``matched`` says of it."""

    session: str
    url: str
    token: bytes
    schema: bytes = b""
    game: str = ""
    code: str = ""
    delay_s: float = 0.0
    queue: str = ""
    match: str = ""
    team: int | None = None
    region: str = ""


def read_offer(data: Any, lobby_url: str) -> SeatOffer:
    """From what the server said. Raises :class:`RequestRefused` (``malformed``) for what cannot be read."""
    try:
        wire = msgspec.convert(data, _Wire)
        url = urljoin(lobby_url, wire.url)
    except (msgspec.ValidationError, ValueError) as error:
        raise RequestRefused("malformed", f"an offer that cannot be read: {error}") from None
    return SeatOffer(
        wire.session,
        wire.token,
        url,
        schema_hash=wire.schema,
        game=wire.game,
        code=wire.code,
        delay_s=wire.delay_s,
        queue=wire.queue,
        match=wire.match,
        team=wire.team,
        region=wire.region,
    )
