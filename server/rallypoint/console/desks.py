"""All that the paths of the HTTP API work with: one desk for each part of the console."""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint.runtime.backend import Backend
from rallypoint.runtime.node_desk import NodeDesk
from rallypoint.runtime.player_desk import PlayerDesk
from rallypoint.runtime.queue_desk import QueueDesk
from rallypoint.runtime.session_desk import SessionDesk

from .operators import Operators
from .overview import OverviewDesk
from .settings_in_force import SettingsDesk
from .travel import Travels

__all__ = ["Desks"]


@dataclass
class Desks:
    """What one server has. A desk takes no request, and gives data or a denial."""

    backend: Backend
    travels: Travels | None = None
    operators: Operators | None = None
    queues: QueueDesk | None = None
    node: NodeDesk | None = None
    sessions: SessionDesk | None = None
    players: PlayerDesk | None = None
    settings: SettingsDesk | None = None
    node_name: str = ""
    play_url: str | dict[str, int] | None = None
    """Where players' pages are: a URL, or a port of the same host; ``None``: there are none."""
    replays: bool = False
    """Ended sessions are kept as replays."""
    overview: OverviewDesk | None = None
