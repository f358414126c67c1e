"""What backends may send to the HTTP API: strict types, unknown names refused, everything bounded."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from rallypoint_protocol.limits import BAG_KEYS_MAX, INT_MAX, INT_MIN, KEY_CHARS_MAX, VALUE_CHARS_MAX

__all__ = [
    "AroundPlayer",
    "BoardLimit",
    "CreateSession",
    "EndSession",
    "GameFilter",
    "HistoryLimit",
    "IdempotencyKey",
    "KickPlayer",
    "LockSession",
    "MatchInPath",
    "Meta",
    "NewMeta",
    "PageCursor",
    "PageLimit",
    "PlayerInPath",
    "QueueInPath",
    "ReserveSeats",
    "ResultLimit",
    "SessionInPath",
    "SignalSession",
    "StateFilter",
    "WithState",
]

DEPTH_MAX: Final = 16
"""How deep lists and maps may be nested in data that is passed on to a game."""
SEATS_MAX: Final = 1000
WAIT_S_MAX: Final = 86_400
KEEP_S_MAX: Final = 3_600


def _plain(value: Any) -> Any:
    """Data that a game can be given and a journal can keep. Raises ``ValueError``."""
    level, depth = [value], 0
    while level:
        below: list[Any] = []
        for item in level:
            match item:
                case bool() | None | str():
                    pass
                case int() if not INT_MIN <= item <= INT_MAX:
                    raise ValueError("whole numbers must fit 64 bits")
                case float() if not math.isfinite(item):
                    raise ValueError("numbers must be finite")
                case dict():
                    below += item.values()
                case list():
                    below += item
        level, depth = below, depth + 1
        if depth > DEPTH_MAX:
            raise ValueError(f"lists and maps may be nested {DEPTH_MAX} deep")
    return value


Plain = Annotated[Any, AfterValidator(_plain)]
PlayerName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._:@+=~-]{1,64}$"),
    Field(
        description="A player's id: of a guest of this server, or your own (1 to 64 of `A-Z a-z 0-9 . _ : @ + = ~ -`).",
        examples=["user-1042"],
    ),
]
Scalar = (
    None
    | bool
    | Annotated[int, Field(ge=INT_MIN, le=INT_MAX)]
    | Annotated[float, Field(allow_inf_nan=False)]
    | Annotated[str, StringConstraints(max_length=VALUE_CHARS_MAX)]
)
Meta = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=KEY_CHARS_MAX)], Scalar],
    BeforeValidator(_plain),  # or a whole number that is too large would be taken for a float
    Field(max_length=BAG_KEYS_MAX),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class InvitedPlayer(_Body):
    """A player for whom a seat is to be reserved."""

    player: PlayerName
    name: str = Field(
        "",
        max_length=256,
        description="What others see. Made fit to be shown; empty: a guest's name.",
        examples=["Ann"],
    )


SeatsKept = Annotated[
    float | None,
    Field(
        ge=1,
        le=KEEP_S_MAX,
        description="Seconds for which the seats are kept for their players to come; left out: 15.",
        examples=[60],
    ),
]


class CreateSession(_Body):
    """A new session, and seats in it."""

    game: str = Field(max_length=32, description="One of the games of `GET /games`.", examples=["orbit"])
    options: dict[str, Plain] = Field(
        {},
        max_length=64,
        description="Given to the game's `created(options)`, which may refuse them.",
        examples=[{"map": "rings"}],
    )
    meta: Meta = Field(
        {},
        description="What others see of the session, and filter by: 16 names at most.",
        examples=[{"mode": "ranked"}],
    )
    private: bool = Field(False, description="Not listed; joined with its room code, or with a seat reserved for you.")
    quick: bool = Field(False, description="Whether quick matches may fill its free seats.")
    seats: list[InvitedPlayer] = Field(
        [], max_length=SEATS_MAX, description="Seats to reserve at once: all of them, or there is no session."
    )
    wait_s: float | None = Field(
        None,
        ge=1,
        le=WAIT_S_MAX,
        description="Seconds to wait for its least number of players before it is cancelled; left out: the game's.",
        examples=[120],
    )
    keep_s: SeatsKept = None


class ReserveSeats(_Body):
    """Seats for named players."""

    seats: list[InvitedPlayer] = Field(
        min_length=1,
        max_length=SEATS_MAX,
        description="All of them get a seat, or none. Who has one there already gets it, with a new token.",
    )
    keep_s: SeatsKept = None


class SignalSession(_Body):
    """Something that the game is told: its `signalled(name, data)` is called in the next step."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = Field(
        description="What it is.", examples=["storm"]
    )
    data: Plain = Field(
        None,
        description=f"Anything plain: 64-bit whole and finite numbers; lists and maps nested up to {DEPTH_MAX} deep.",
        examples=[{"strength": 3}],
    )


class EndSession(_Body):
    """The end of a session."""

    reason: str = Field(
        "ended by its backend", min_length=1, max_length=100, description="Players are told.", examples=["maintenance"]
    )


class KickPlayer(_Body):
    """Whom to remove."""

    player: PlayerName


class LockSession(_Body):
    """Whether others may be seated."""

    locked: bool = Field(description="True: nobody else is seated.")


class NewMeta(_Body):
    """Metadata, whole: what is left out is gone."""

    meta: Meta = Field(description="At most 16 names and plain values.", examples=[{"mode": "ranked", "round": 2}])


SessionInPath = Annotated[str, Path(max_length=64, description="A session's id.", examples=["5f0c9a1be2d34c77"])]
PlayerInPath = Annotated[PlayerName, Path(description="A player's id.")]
QueueInPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Path(description="A queue's name.", examples=["ranked"]),
]
MatchInPath = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Path(description="A match's id: players are told it.", examples=["77d0c1e2a94f5b36"]),
]
AroundPlayer = Annotated[
    PlayerName | None, Query(description="The player whose neighbours are wanted; left out: the best.")
]
BoardLimit = Annotated[int, Query(ge=1, le=200, description="At most so many rows.")]
HistoryLimit = Annotated[int, Query(ge=0, le=100, description="At most so many changes of each, the newest; 0: none.")]
PageLimit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
ResultLimit = Annotated[int, Query(ge=1, le=100, description="At most so many, the newest.")]
PageCursor = Annotated[str, Query(max_length=64, description="Go on there: an earlier page's `next`.")]
GameFilter = Annotated[str, Query(max_length=32, description="Only sessions of this game.")]
StateFilter = Annotated[Literal["", "waiting", "running"], Query(description="Only sessions in this state.")]
WithState = Annotated[bool, Query(alias="state", description="Whether the game's state is wanted, too.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="Your own name for this request, such as a UUID. Sent again with the same key within 24 hours, the"
        " same request is not executed again, but answered as it was, with `Idempotent-Replayed: true`. The newest"
        " 10,000 successful answers are remembered, as durably as sessions. Errors are not: they have changed nothing.",
    ),
]
