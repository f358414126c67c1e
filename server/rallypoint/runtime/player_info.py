"""What operators see of players: plain data. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import ConfigDict

from rallypoint.runtime.link_quality import Link

__all__ = [
    "HappeningInfo",
    "MemberInfo",
    "MuteInfo",
    "PlayerFilter",
    "PlayerLobby",
    "PlayerLook",
    "PlayerRow",
    "PlayerSeat",
    "PlayerTablePage",
    "PlayerTicket",
]

_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)


@dataclass(slots=True)
class PlayerRow:
    """A player, in a table."""

    player: str
    """The id."""
    name: str
    """What others see."""
    bot: bool
    """A bot of the server."""
    place: str
    """`lobby`, `queue`, or `seated`."""
    away: bool
    """The connection to where they are is lost."""
    since_at: float | None
    """Since when they are known here; null: nobody knows any more."""
    queue: str | None
    """What they wait for, the first if it is several."""
    session: str | None
    """Where they sit, the newest if it is several; likewise the next three."""
    game: str | None
    """What is played there."""
    seat: int | None
    """Numbered from 0."""
    seat_state: str | None
    """`reserved`, `connected`, `away`."""
    behind_ms: float | None
    """How far their client is behind; null: no seat with a connection."""
    quality: str | None
    """Of that connection: `good`, `slow`, `bad`."""
    muted_until: float | None
    """Null: they may chat."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class PlayerTablePage:
    """Some rows of the table."""

    total: int
    """Players who are here."""
    matched: int
    """Those that were looked for: rows of all pages."""
    rows: list[PlayerRow]
    """Those of this page."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class PlayerFilter:
    """Which players are meant: those for whom all of it holds. ``q`` is casefolded; empty: any."""

    q: str = ""
    """In the name or the id."""
    place: str = ""

    def fits(self, player: str, name: str, place: str) -> bool:
        """It means that player."""
        if self.place and place != self.place:
            return False
        return not self.q or self.q in name.casefold() or self.q in player.casefold()


@dataclass(frozen=True, slots=True)
class PlayerLobby:
    """A player's stay in the lobby."""

    since_at: float | None
    """Since when they are known here; null: nobody knows any more."""
    away_until: float | None
    """Until when they may come back; null: they have a connection, or a seat."""
    address: str | None
    """Where the connection comes from; null: it is lost."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class PlayerSeat:
    """A seat of a player."""

    session: str
    """Where it is."""
    game: str
    """What is played."""
    seat: int
    """Numbered from 0."""
    state: str
    """`reserved`, `connected`, `away`."""
    since_at: float | None
    """Since when it is connected or away; null: neither."""
    grace_until: float | None
    """When the reservation or the grace window ends."""
    link: Link | None
    """Its connection; null: there is none."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class PlayerTicket:
    """A place in a queue."""

    queue: str
    """Its name."""
    ticket: str
    """The ticket's id."""
    since_at: float
    """Since when they wait."""
    state: str
    """`waiting`, `away`, `held`: as in the queue's own table."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A member of the player's party."""

    player: str
    """The id."""
    name: str
    """What others see."""
    leader: bool
    """Leads it."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class MuteInfo:
    """The player says nothing in chats."""

    until_at: float
    """When that is over."""
    by: str
    """Which operator said so."""
    reason: str
    """Why; may be empty."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class HappeningInfo:
    """Something that has happened to the player."""

    at: float
    """When."""
    text: str
    """What."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class PlayerLook:
    """A player, and all that they have here."""

    player: str
    """The id."""
    name: str
    """What others see."""
    bot: bool
    """A bot of the server."""
    lobby: PlayerLobby | None
    """Null: not in the lobby."""
    seats: list[PlayerSeat]
    """In sessions that go on."""
    tickets: list[PlayerTicket]
    """Where they wait."""
    party: list[MemberInfo]
    """Empty: they are in none."""
    mute: MuteInfo | None
    """Null: they may chat."""
    recent: list[HappeningInfo]
    """What has happened to them lately, oldest first, as far as this process remembers."""

    __pydantic_config__ = _DESCRIBED
