"""What operators are answered about themselves, and about what they have done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from pydantic import ConfigDict

from rallypoint.operator_ports import AuditRow

__all__ = ["AuditPage", "AuditRowOut", "Me", "audit_out"]


@dataclass
class Me:
    """Who asks."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    name: str
    """The operator's, or the token's; `backend` for the server's API token."""
    role: str
    """`viewer` (may look at everything) or `admin`."""
    via: str
    """`console` (logged in), `token` (an operator's), `backend` (the server's API token)."""
    csrf: str
    """Of a login: to be sent as `X-CSRF-Token` with everything that is no `GET`."""
    node: str
    """The node's name."""
    version: str
    """Of Rallypoint."""
    play_url: Any
    """Where players' pages are: a URL, or `{"port": 8080}` on the same host; null: there are none."""
    replays: bool
    """Ended sessions can be watched there, and gone through by tick."""


@dataclass
class AuditRowOut:
    """Something that was done, or tried."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    id: int
    """Counts up."""
    at: float
    """Unix time in seconds."""
    operator: str
    """Who; empty: who tried to log in."""
    role: str
    """As what."""
    via: str
    """`console` or `token`."""
    action: str
    """The operation's id in this description, as `end_session`; or `login`."""
    object: str
    """To which session, player, queue...; of a login, the name that was given."""
    detail: dict[str, Any]
    """What else was sent, without secrets."""
    outcome: str
    """`ok`, or the error."""
    peer: str
    """The address that it came from."""


@dataclass
class AuditPage:
    """Rows, newest first."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    rows: list[AuditRowOut]
    """What was done."""
    next: int | None
    """Ask for what is `before` this; null: there is nothing more."""


def audit_out(row: AuditRow) -> AuditRowOut:
    """A kept row as it is answered."""
    return AuditRowOut(
        row.id,
        row.at,
        row.operator,
        row.role,
        row.via,
        row.action,
        row.object,
        msgspec.json.decode(row.detail),
        row.outcome,
        row.peer,
    )
