"""All observers. Each file here has one idea of what must be; see the names that it gives its violations."""

from __future__ import annotations

from collections.abc import Callable

from rallypoint_simulation.observer import Observer
from rallypoint_simulation.world import World

from .actions import Actions
from .buffers import Buffers
from .chats import Chats
from .checks import Checks
from .connections import Connections
from .countdowns import Countdowns
from .endings import Endings
from .events import Events
from .fits import Fits
from .grace import Grace
from .holds import Holds
from .kept import Kept
from .leftovers import Leftovers
from .lists import Lists
from .locks import Locks
from .matches import Matches
from .parties import Parties
from .pasts import Pasts
from .places import Places
from .pushes import Pushes
from .queues import Queues
from .ratings import Ratings
from .records import Records
from .recoveries import Recoveries
from .rematches import Rematches
from .requests import Requests
from .resumes import Resumes
from .said import Said
from .serves import Serves
from .spectators import Spectators
from .state import State
from .tickets import Tickets
from .ticks import Ticks
from .tokens import Tokens
from .waits import Waits

__all__ = ["OBSERVERS"]

OBSERVERS: tuple[Callable[[World], Observer], ...] = (
    # of seats
    Actions,
    Connections,
    Events,
    Grace,
    Holds,
    Waits,
    Pasts,
    Resumes,
    Ticks,
    Tokens,
    Said,
    Endings,
    Locks,
    # of the lobby
    Tickets,
    Queues,
    Places,
    Requests,
    Pushes,
    Lists,
    Chats,
    Rematches,
    Kept,
    # of matchmaking
    Parties,
    Checks,
    Matches,
    Fits,
    Ratings,
    # of state, and of what is left
    State,
    Spectators,
    Countdowns,
    Buffers,
    Records,
    Recoveries,
    Leftovers,
    Serves,  # the last one: it lets time pass
)
