"""What goes wrong in a world: each function is a fault, by the name in a scenario. What operators do is among them.

``target`` is a player's name; empty: the server, or everybody, as each says. A fault that finds nobody does nothing.
Which connections of a target are meant, ``which`` says: ``this`` (of the message that a trigger waited for; without a
trigger the newest), ``newest``, ``oldest`` or ``all``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from . import operators
from .network import Link
from .scenario import Fault

if TYPE_CHECKING:
    from .loop import Host
    from .world import World

__all__ = ["FAULTS", "Struck", "strike"]


@dataclass(frozen=True, slots=True)
class Struck:
    """Where a fault strikes."""

    world: World
    target: str
    link: Link | None = None
    """The connection whose message has triggered it."""

    def links(self, which: str) -> list[Link]:
        """The connections that are meant."""
        if which == "this" and self.link is not None:
            return [self.link]
        network = self.world.network
        found = [link for name in self.names for link in network.links(name)]
        if which == "all":
            return found
        return found[:1] if which == "oldest" else found[-1:]

    @property
    def names(self) -> list[str]:
        """The players that are meant."""
        return [self.target] if self.target else list(self.world.players)

    @property
    def hosts(self) -> list[Host]:
        """The target's device, if it is on; without a target, the server."""
        host = self.world.devices.get(self.target) if self.target else self.world.server_host
        return [] if host is None or not host.alive else [host]


def strike(world: World, fault: Fault, link: Link | None = None) -> None:
    """Lets it happen, now. Not from within an observer: it may be in the middle of a step."""
    FAULTS[fault.do](Struck(world, fault.target, link), **fault.args)


# --- the network ------------------------------------------------------------------------------------------------------


def cut(at: Struck, which: str = "this") -> None:
    """The client's side breaks the connection, as an operating system does that changes networks."""
    for link in at.links(which):
        if link.client is not None:
            link.client.abort()


def reset(at: Struck, which: str = "this") -> None:
    """Something on the way resets it: both sides are told."""
    for link in at.links(which):
        link.reset()


def vanish(at: Struck, which: str = "this") -> None:
    """Something on the way forgets it: neither side is told."""
    for link in at.links(which):
        link.vanish()


def darken(at: Struck, seconds: float) -> None:
    """Nothing gets through to the target, or to anybody."""
    for name in at.names:
        at.world.network.darken(name, seconds)


def stall(at: Struck, seconds: float = 0.5) -> None:
    """The same, for a moment: what was lost is sent again, and everything then comes at once."""
    darken(at, min(seconds, 3.0))


def weather(at: Struck, **changes: Any) -> None:
    """Fields of :class:`~rallypoint_simulation.network.Weather` that are others from now on."""
    for name in at.names:
        route = at.world.network.route(name)
        route.weather = replace(route.weather, **changes)


def stop_reading(at: Struck, seconds: float, which: str = "this") -> None:
    """The client's program is too busy to read; what comes waits in the kernels, and then at the server."""
    loop = at.world.loop
    for link in at.links(which):
        client = link.client
        if client is not None and client.is_reading():
            client.pause_reading()
            loop.on(client.host, loop.now + seconds, client.resume_reading)


# --- machines ---------------------------------------------------------------------------------------------------------


def freeze(at: Struck, seconds: float, clock_stops: bool = False) -> None:
    """The target's device, or the server, stands still."""
    for host in at.hosts:
        at.world.loop.freeze(host, seconds, clock_stops=clock_stops)


def crash_device(at: Struck, back_s: float | None = None) -> None:
    """The target's program dies; it is started again after a while, or only when the player does."""
    player = at.world.players.get(at.target)
    if player is not None and player.process is not None:
        player.crash()
        if back_s is not None:
            loop = at.world.loop
            loop.on(loop.world, loop.now + back_s, player.reopen)


def crash_server(at: Struck, down_s: float = 1.0, again_s: float | None = None) -> None:
    """The server's process dies, and another starts; so does that one after ``again_s``, perhaps while it recovers."""
    _end_server(at.world, down_s, power=False)
    if again_s is not None:
        loop = at.world.loop
        loop.on(loop.world, loop.now + down_s + again_s, lambda: _end_server(at.world, down_s, power=False))


def power_loss(at: Struck, down_s: float = 1.0) -> None:
    """The server's machine stops, and is started again: what was not synced is lost, some of it or all."""
    _end_server(at.world, down_s, power=True)


def _end_server(world: World, down_s: float, *, power: bool) -> None:
    if world.up:
        world.crash_server(power=power)
        world.loop.on(world.loop.world, world.loop.now + down_s, world.restart_server)


def disk_full(at: Struck, seconds: float, room: int = 0) -> None:
    """The server's disk takes ``room`` bytes more, and then nothing for a while."""
    at.world.storage.fill(room)
    _mend_later(at.world, seconds)


def disk_error(at: Struck, seconds: float, doing: str = "") -> None:
    """The server's disk fails for a while: at ``write``, ``sync``, ``create``, or whatever it is asked for."""
    at.world.storage.fail(doing)
    _mend_later(at.world, seconds)


def slow_disk(at: Struck, seconds: float, sync_s: float = 0.3) -> None:
    """Each sync of the server's disk takes so much longer, for a while."""
    at.world.storage.slow(sync_s)
    _mend_later(at.world, seconds)


def _mend_later(world: World, seconds: float) -> None:
    world.loop.on(world.loop.world, world.loop.now + seconds, world.storage.mend)


def stop_server(at: Struck, down_s: float = 1.0) -> None:
    """The server stops in good order, and another starts."""
    world, loop = at.world, at.world.loop
    if world.port is None:
        return

    def stopped(_: object) -> None:
        loop.on(loop.world, loop.now + down_s, world.restart_server)

    loop.start_on(world.server_host, world.stop_server(), "stop of the server").add_done_callback(stopped)


def wall_jump(at: Struck, seconds: float) -> None:
    """The wall clock of the server (or of the target's device) is set, forward or back."""
    for host in at.hosts:
        host.wall_offset_s += seconds


def store_down(at: Struck, seconds: float) -> None:
    """The database does not answer."""
    store, loop = at.world.store, at.world.loop
    store.down = True

    def up() -> None:
        store.down = False

    loop.on(loop.world, loop.now + seconds, up)


# --- operators, and backends ------------------------------------------------------------------------------------------


def _by_operator(do: Callable[..., None]) -> Callable[..., None]:
    """Requests are carried out by the server itself: if it stands still, later; if it dies before, never."""

    def struck(at: Struck, **args: Any) -> None:
        world = at.world

        def carry_out() -> None:
            if world.port is not None:  # it may have stopped meanwhile
                do(world, at.target, **args)

        if world.port is not None:
            world.loop.on(world.server_host, world.loop.now, carry_out)

    return struck


FAULTS: Final[dict[str, Callable[..., None]]] = {
    function.__name__: function
    for function in (
        cut,
        reset,
        vanish,
        darken,
        stall,
        weather,
        stop_reading,
        freeze,
        crash_device,
        crash_server,
        power_loss,
        disk_full,
        disk_error,
        slow_disk,
        stop_server,
        wall_jump,
        store_down,
    )
} | {name: _by_operator(do) for name, do in operators.DEEDS.items()}
