"""What operators tell players: pushes of the lobby, so that they arrive once, also after a lost connection."""

from __future__ import annotations

from typing import Any, Final

from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["NOTICE_KINDS", "Notices"]

NOTICE_KINDS: Final = ("message", "paused", "resumed", "muted", "unmuted")


class Notices:
    """Of one lobby. The text is plain: clients show it as it is."""

    def __init__(self, lobby_host: LobbyHost) -> None:
        self._lobby_host = lobby_host

    def tell(
        self, player: PlayerId, kind: str, text: str, session: SessionId | None = None, until_ms: int | None = None
    ) -> bool:
        """``kind`` is one of :data:`NOTICE_KINDS`; ``session`` which one it is about, ``until_ms`` (Unix time) how long
        it holds. True: somebody's connection was written to. Who is away is told when they come back; who is not in the
        lobby, never."""
        data: dict[str, Any] = {"kind": kind, "text": text, "session": session, "until_ms": until_ms}
        return self._lobby_host.notify(player, data)
