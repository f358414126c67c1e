"""What a replay says of its session."""

from __future__ import annotations

from rallypoint.core.orders import Order
from rallypoint.core.replay_format import ReplayHeader
from rallypoint.game.definition import Definition
from rallypoint.runtime.session_entries import KeptHost
from rallypoint.version import VERSION
from rallypoint_protocol.ids import SessionId

__all__ = ["header_of"]


def header_of(definition: Definition, kept: KeptHost, session: SessionId, order: Order) -> ReplayHeader:
    """The header of that session's replay."""
    game = definition.game
    return ReplayHeader(
        game=kept.game,
        game_class=f"{game.__module__}:{game.__qualname__}",
        session=session,
        created_unix=kept.created_unix_s,
        options=dict(order.options),
        schema=definition.kept_schema.encoded,
        wire=definition.schema_bytes,
        framework=VERSION,
        replayable=definition.options.replayable,
        tick_hz=definition.options.tick_hz,
    )
