"""What operators and backends do to a server that runs, through its own interface for them.

Only while one does: ``world.port`` is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.orders import Denial, Order
from rallypoint.runtime.invitations import Invited
from rallypoint.runtime.session_desk import SessionDesk
from rallypoint_protocol.ids import PlayerId, SessionId

if TYPE_CHECKING:
    from .world import World

__all__ = ["DEEDS"]


def _session(world: World, target: str) -> SessionId | None:
    """Where the target sits (the first of several); without a target, the newest session."""
    hosts = world.node.hosts
    if not target:
        return next(reversed(hosts), None)
    player = _player(world, target)
    return next((id_ for id_, host in hosts.items() if player and host.core.seating.of(player) is not None), None)


def _player(world: World, name: str) -> PlayerId | None:
    player = world.players.get(name)
    return PlayerId(player.identity.player) if player is not None and player.identity.player else None


def kick(world: World, target: str) -> None:
    """The target goes."""
    session, player = _session(world, target), _player(world, target)
    if session is not None and player is not None:
        world.backend.kick(session, player)


def lock(world: World, target: str, locked: bool = True) -> None:
    """The target's session, or the newest, takes nobody more; or does again."""
    session = _session(world, target)
    if session is not None:
        world.backend.set_locked(session, locked)


def end(world: World, target: str, reason: str = "an operator ended it") -> None:
    """The target's session, or the newest, ends."""
    session = _session(world, target)
    if session is not None:
        world.backend.end(session, reason)


def signal(world: World, target: str, name: str = "hello", data: Any = None) -> None:
    """The game of the target's session, or of the newest, is told something."""
    session = _session(world, target)
    if session is not None:
        world.backend.signal(session, name, data)


def describe(world: World, target: str, meta: dict[str, Any] | None = None) -> None:
    """Other metadata for the target's session, or the newest."""
    session = _session(world, target)
    if session is not None:
        world.backend.describe(session, meta or {})


def reserve(
    world: World, target: str, game: str = "", players: list[str] | None = None, keep_s: float | None = None
) -> None:
    """Seats for those players (and the target): in a new session of ``game``; without one, in the newest session."""
    ids = [id_ for name in dict.fromkeys([target, *(players or [])]) if (id_ := _player(world, name)) is not None]
    invited = [Invited(id_, id_) for id_ in ids]
    if game:
        world.backend.create(game, Order(), invited, keep_s)
        return
    session = _session(world, "")
    if session is not None:
        world.backend.reserve(session, invited, keep_s)


def look(world: World, target: str) -> None:
    """Looks at everything that there is to look at: that must disturb nothing."""
    world.backend.games()
    for session in list(world.node.hosts):
        world.backend.session(session)
    world.backend.sessions(10)


def _desk(world: World) -> SessionDesk:
    return SessionDesk(world.node, world.wall, world.loop)


def pause(world: World, target: str, reason: str = "") -> None:
    """The target's session, or the newest, makes no steps by itself."""
    session = _session(world, target)
    if session is not None:
        _desk(world).pause(session, "operator", reason)
        world.paused.setdefault(session, 0.0)


def step(world: World, target: str, ticks: int = 1) -> None:
    """The target's session, or the newest, makes so many, if it is paused."""
    session = _session(world, target)
    if session is not None:
        _desk(world).step(session, "operator", ticks)


def resume(world: World, target: str) -> None:
    """The target's session goes on; without a target, all that are paused do."""
    sessions = [_session(world, target)] if target else list(world.node.hosts)
    desk = _desk(world)
    for session in sessions:
        if session is None or world.node.hosts[session].core.paused is None:
            continue
        if not isinstance(desk.resume(session, "operator"), Denial):
            world.paused[session] = world.loop.now


DEEDS: Final[dict[str, Callable[..., None]]] = {
    "kick": kick,
    "lock": lock,
    "end": end,
    "signal": signal,
    "describe": describe,
    "reserve": reserve,
    "look": look,
    "pause": pause,
    "step": step,
    "resume": resume,
}
"""By name in a scenario."""
