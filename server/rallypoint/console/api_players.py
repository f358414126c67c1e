"""The HTTP API's paths for players: the table of all, one of them, and what an operator may do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rallypoint.runtime.player_desk import (
    MUTE_MINUTES_MAX,
    TEXT_CHARS_MAX,
    PlayerBulkDone,
    PlayerBulkWord,
    PlayerDesk,
)
from rallypoint.runtime.player_info import MuteInfo, PlayerFilter, PlayerLook, PlayerTablePage
from rallypoint_protocol.ids import PlayerId

from .api_errors import errors, granted
from .api_requests import IdempotencyKey, PlayerInPath
from .desks import Desks
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs, principal_of
from .the_desks import TheDesks

__all__ = ["players"]

_CHANGES = (404, 408, 413, 422)
_TEXT_MAX = 64
players = Paths(tags=["players"])

PlayerText = Annotated[
    str, Query(alias="q", max_length=_TEXT_MAX, description="Only players with this in their name or id.")
]
PlayerPlace = Annotated[Literal["", "lobby", "queue", "seated"], Query(description="Only players who are there.")]
PlayerSort = Annotated[
    Literal["name", "since", "behind", "place"],
    Query(description="By what; equal ones in the order of their sessions."),
]
PlayerDesc = Annotated[bool, Query(description="The largest, or newest, first.")]
PlayerOffset = Annotated[int, Query(ge=0, le=1_000_000, description="Skip so many.")]
PlayerLimit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]


class _Body(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)


class KickFromServer(_Body):
    """Why."""

    reason: str = Field("", max_length=TEXT_CHARS_MAX, description="For the audit log and the player's history.")


class MutePlayer(_Body):
    """For how long, and why."""

    minutes: int = Field(ge=1, le=MUTE_MINUTES_MAX, description="From now on.", examples=[60])
    reason: str = Field("", max_length=TEXT_CHARS_MAX, description="The player is told.")
    name: str = Field("", max_length=_TEXT_MAX, description="What to call them in lists, if they are not here.")


class MessagePlayer(_Body):
    """What to say."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX, description="Plain text.", examples=["Please be kind"])


class PlayersMeant(_Body):
    """Which players are meant; as in the table."""

    q: str = Field("", max_length=_TEXT_MAX, description="In their name or id.")
    place: Literal["", "lobby", "queue", "seated"] = Field("", description="There.")


class BulkPlayers(_Body):
    """Something to be done to many players."""

    filter: PlayersMeant = Field(description="Which are meant; bots of the server never are.")
    do: PlayerBulkWord = Field(description="What to do to them.")
    text: str = Field("", max_length=TEXT_CHARS_MAX, description="The message, or the reason.")
    minutes: int = Field(60, ge=1, le=MUTE_MINUTES_MAX, description="Of a mute.")
    expect: int | None = Field(
        None, ge=0, description="How many they are; null: they are only counted. If they are others, nothing is done."
    )


@dataclass(frozen=True, slots=True)
class PlayerTold:
    """What became of a message."""

    now: bool
    """It was written to a connection; false: it is told when the player comes back to the lobby."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class PlayerKicked:
    """What a player was removed from."""

    places: int
    """Seats, and the lobby."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class PlayerUnmuted:
    """What became of it."""

    lifted: bool
    """False: the player was not muted."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


def _desk(desks: Desks) -> PlayerDesk:
    assert desks.players is not None
    return desks.players


@players.get("/tables/players", summary="Table of players", response_model=PlayerTablePage, responses=errors(422))
@needs(Role.VIEWER)
async def table_players(
    desks: TheDesks,
    q: PlayerText = "",
    place: PlayerPlace = "",
    sort: PlayerSort = "since",
    desc: PlayerDesc = True,
    offset: PlayerOffset = 0,
    limit: PlayerLimit = 100,
) -> Response:
    """Everybody in the lobby or with a seat, with how good their connection is; at most a second old."""
    wanted = PlayerFilter(q.strip().casefold(), place)
    return plain_answer(await _desk(desks).table(wanted, sort, desc, offset, limit))


@players.post(
    "/players/bulk", summary="Act on many players", response_model=PlayerBulkDone, responses=errors(408, 409, 413, 422)
)
@needs(Role.ADMIN)
async def bulk_players(request: Request, desks: TheDesks, body: BulkPlayers, key: IdempotencyKey = None) -> Response:
    """Kicks, mutes, unmutes or tells all players that a filter means. First without `expect`: that only counts. Then
    with the number that was counted: if others match by then, nothing is done (`changed`). A key is not remembered."""
    wanted = PlayerFilter(body.filter.q.strip().casefold(), body.filter.place)
    by = principal_of(request).name
    done = await _desk(desks).bulk(wanted, body.do, by, body.text, body.minutes, body.expect)
    return plain_answer(granted(done))


@players.get("/players/{player}", summary="Look at a player", response_model=PlayerLook, responses=errors(404, 422))
@needs(Role.VIEWER)
async def look_at_player(desks: TheDesks, player: PlayerInPath) -> Response:
    """Their stay in the lobby, seats with their connections, places in queues, party, mute, and what happened lately.
    Ratings and results are below `/ratings` and `/results`."""
    return plain_answer(granted(_desk(desks).look(PlayerId(player))))


@players.post(
    "/players/{player}/kick", summary="Kick a player", response_model=PlayerKicked, responses=errors(*_CHANGES)
)
@needs(Role.ADMIN)
async def kick_from_server(
    request: Request, desks: TheDesks, player: PlayerInPath, body: KickFromServer, key: IdempotencyKey = None
) -> Response:
    """Out of the lobby with its queues and parties, and out of every seat, for good in those sessions. No ban: who
    comes again is a newcomer."""
    done = _desk(desks).kick(PlayerId(player), principal_of(request).name, body.reason)
    return plain_answer(PlayerKicked(granted(done)))


@players.post("/players/{player}/mute", summary="Mute a player", response_model=MuteInfo, responses=errors(*_CHANGES))
@needs(Role.ADMIN)
async def mute_player(
    request: Request, desks: TheDesks, player: PlayerInPath, body: MutePlayer, key: IdempotencyKey = None
) -> Response:
    """They say nothing in chats until then, wherever they come from; also somebody who is not here now. In place of
    any mute before."""
    mute = _desk(desks).mute(PlayerId(player), body.name, principal_of(request).name, body.minutes, body.reason)
    return plain_answer(MuteInfo(mute.until_at, mute.by, mute.reason))


@players.post(
    "/players/{player}/unmute", summary="Unmute a player", response_model=PlayerUnmuted, responses=errors(422)
)
@needs(Role.ADMIN)
async def unmute_player(
    request: Request, desks: TheDesks, player: PlayerInPath, key: IdempotencyKey = None
) -> Response:
    """They may chat again, and are told so if they are here."""
    return plain_answer(PlayerUnmuted(_desk(desks).unmute(PlayerId(player), principal_of(request).name)))


@players.post(
    "/players/{player}/message",
    summary="Tell a player something",
    response_model=PlayerTold,
    responses=errors(*_CHANGES),
)
@needs(Role.ADMIN)
async def message_player(
    request: Request, desks: TheDesks, player: PlayerInPath, body: MessagePlayer, key: IdempotencyKey = None
) -> Response:
    """In the lobby, also while they play: their client shows it. Who is away is told when they come back."""
    told = _desk(desks).message(PlayerId(player), principal_of(request).name, body.text)
    return plain_answer(PlayerTold(granted(told)))
