"""What the HTTP API answers with: each model is filled from the plain data of the runtime, field by field."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rallypoint.game.plain import plain
from rallypoint.runtime.backend import Created
from rallypoint.runtime.invitations import Reservation

__all__ = [
    "CreatedSession",
    "GameList",
    "Out",
    "ReservedSeats",
    "ResultList",
    "ResultOut",
    "SessionOut",
    "SessionPage",
    "SessionWhole",
    "created_out",
    "reserved_out",
]


Json = Annotated[dict[str, Any], BeforeValidator(plain)]
"""What a game gave, as what JSON has."""


class Out(BaseModel):
    """What all answers have."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


class GameOut(Out):
    """A game that this server has."""

    name: Annotated[str, Field(examples=["orbit"])]
    """What players and backends call it."""
    seats_min: int
    """So many players have to be there for a start."""
    seats_max: int
    """So many can be seated."""
    tick_hz: int
    """Steps a second; 0: turn-based."""
    spectators_max: int
    """So many may watch a session; 0: nobody."""
    waiting: int
    """Sessions that wait for their least number of players."""
    running: int
    """Sessions that run."""
    schema_hash: Annotated[str, Field(validation_alias="schema")]
    """Of the schema that clients get, as hex."""


class GameList(Out):
    """All games."""

    games: list[GameOut]
    """In the order in which the server was given them."""


class PausedOut(Out):
    """An operator has paused the session: no steps by itself, and its time stands still."""

    since_at: float
    """Since when, Unix time."""
    by: str
    """Who did it."""
    reason: str
    """Why; may be empty."""


class SessionOut(Out):
    """A session, without its seats."""

    id: Annotated[str, Field(examples=["5f0c9a1be2d34c77"])]
    """Never the same twice."""
    game: Annotated[str, Field(examples=["orbit"])]
    """Which game is played."""
    state: Literal["waiting", "running", "ended"]
    """`waiting`: for the game's least number of players."""
    private: bool
    """It is not listed for players."""
    code: str | None
    """Its room code, if it is private: whoever has it can join."""
    leader: str | None
    """The player who may lock it and kick others; a session that a backend created has none."""
    locked: bool
    """Nobody else is seated: by the game's will, the leader's or a backend's."""
    meta: Annotated[Json, Field(examples=[{"mode": "ranked"}])]
    """What players see of it in lists."""
    created_ms: int
    """Unix time in milliseconds."""
    now_ms: int
    """Session time in milliseconds."""
    tick: int
    """Steps so far."""
    epoch: int
    """Counts recoveries and moves, from 1."""
    players: int
    """Seats that somebody has, reserved ones and bots included."""
    seats_max: int
    """All its seats."""
    free: int
    """Seats that somebody can have now: 0 while it is locked or paused."""
    spectators: int
    """How many watch, or are about to."""
    paused: PausedOut | None = None
    """Null: it is not paused."""


class SeatOut(Out):
    """A seat that somebody has."""

    seat: int
    """Numbered from 0."""
    player: str
    """The player's id."""
    name: str
    """What others see."""
    bot: bool
    """A bot of the server plays it."""
    state: Literal["reserved", "connected", "away", "left", "expired"]
    """`reserved`: not taken yet; `away`: the connection is lost, and the seat is kept for a while."""


class SessionWhole(Out):
    """A session with its seats and its game's state."""

    session: SessionOut
    """Its summary."""
    seats: list[SeatOut]
    """The seats that somebody has, in order."""
    outcome: Annotated[str | None, Field(examples=["ended"])]
    """How it ended: a close code's name in lower case; null while it goes on."""
    reason: str | None
    """Why, for people; null while it goes on."""
    result: Json | None
    """`winners` and `scores` by seat number, `reason` and `data`, as the game said; null without a result."""
    game_state: dict[str, Any] | None  # plain already
    """`game`, `players` and `entities` (by class): every declared field, those that no player sees, too. Null if it was
    not asked for."""
    entities_left_out: int
    """Entities beyond the first 1,000."""


class SessionPage(Out):
    """Sessions that go on, oldest first."""

    sessions: list[SessionOut]
    """At most `limit`."""
    next: str | None
    """Give it as `after` for the next page; null: this is the last."""


class ReservedSeat(Out):
    """A seat that is kept for a player. `url`, `session` and `token` are for the player's client, and nobody else."""

    player: str
    """The player's id."""
    name: str
    """What others see: the name that was given, made fit to be shown."""
    seat: int
    """Numbered from 0."""
    session: str
    """The session's id."""
    token: Annotated[str, Field(examples=["pZ0v3lq3ME0-Qk1yY3hYH2ZcGk0uC8m1b3o4Qw9sW7E="])]
    """Takes the seat: the 32 bytes of `take seat`, in base64url."""
    url: Annotated[str, Field(examples=["/session/5f0c9a1be2d34c77"])]
    """Where the session lives: a WebSocket URL, or a path on the game port if the server has no `public_url`."""
    schema_hash: str
    """Of the game's schema, as hex."""
    told: bool
    """The player is in the lobby right now, and its client was told, as after a match."""


class ReservedSeats(Out):
    """Seats that were reserved."""

    seats: list[ReservedSeat]
    """In the order of the request."""


class CreatedSession(Out):
    """A new session, and the seats that are kept in it."""

    session: SessionOut
    """Its summary."""
    seats: list[ReservedSeat]
    """In the order of the request."""


class SeatResult(Out):
    """Somebody who had a seat."""

    seat: int
    """Numbered from 0."""
    player: str
    """The player's id."""
    name: str
    """What others saw."""
    bot: bool
    """A bot of the server played it."""
    outcome: Annotated[str, Field(examples=["played"])]
    """`played` (to the end), `left`, `kicked`, `expired`."""


class ResultOut(Out):
    """What became of a session. Times are Unix time in seconds."""

    session: str
    """The session's id."""
    game: str
    """Which game was played."""
    created_at: float
    """When it was created."""
    started_at: float | None
    """Null: it never had enough players."""
    ended_at: float | None
    """When it ended."""
    duration_ms: int
    """Session time from its start to its end."""
    outcome: Annotated[str, Field(examples=["ended"])]
    """How it ended: `ended`, `cancelled`, `game_failed`, `shutdown`."""
    reason: str
    """How it ended, in words."""
    seats: list[SeatResult]
    """Everybody who had one."""
    result: Json | None
    """`winners` and `scores` by seat number, `reason` and `data`, as the game said; null without a result."""
    meta: Json
    """Its metadata at the end."""


class ResultList(Out):
    """A player's sessions that have ended, the newest first."""

    results: list[ResultOut]
    """At most `limit`."""


def reserved_out(reservation: Reservation) -> ReservedSeat:
    """A reservation, with its token as text."""
    offer = reservation.offer
    return ReservedSeat(
        player=reservation.player,
        name=reservation.name,
        seat=offer.seat,
        session=offer.session_id,
        token=base64.urlsafe_b64encode(offer.token).decode(),
        url=offer.url,
        schema_hash=offer.schema_hash.hex(),
        told=reservation.told,
    )


def created_out(created: Created) -> CreatedSession:
    """A new session with its reservations."""
    seats = [reserved_out(reservation) for reservation in created.seats]
    return CreatedSession(session=SessionOut.model_validate(created.session), seats=seats)
