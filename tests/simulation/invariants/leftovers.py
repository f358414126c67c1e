"""After quiescence nothing is left: no task, no timer, no buffer, no seat, no token, no connection.

On the server's host the sweep goes on, once a second. Endless worlds have their steps, and bots that were left alone
play their game to its end: what belongs to these is let be.
While there is something going on, what is kept has to be in proportion to it, and what ends has to be gone in time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rallypoint.core.chat import CHECK_EVERY_S, EMPTY_S
from rallypoint_simulation.observer import Observer

from .awake import Awake, Lasting

if TYPE_CHECKING:
    from rallypoint.game_port import GamePort
    from rallypoint_simulation.loop import Host, Scheduled
    from rallypoint_simulation.world import World

__all__ = ["Leftovers"]

SLACK_S = 3.0
"""Two sweeps and a little."""
CLOSED_S = 0.4
_LET_BE = ("Hands.", "Transport.", "Driver._thought")
"""Timers of the simulation itself, and a bot's last thought, which comes to nothing."""
TASKS_A_CONNECTION, TIMERS_A_CONNECTION = 4, 8
TASKS_MORE, TIMERS_MORE = 12, 24


class Leftovers(Observer):
    """Counts what is left."""

    TASKS = "no task is left"
    TIMERS = "no timer is left"
    SESSIONS = "no session is left"
    SEATS = "no seat is left in the book"
    LOBBY = "nothing is left in the lobby"
    CONNECTIONS = "no connection is left"
    DEVICES = "nothing is left on a device"
    GROWTH = "tasks and timers are in proportion to connections and sessions"
    LINGERS = "a session that has ended is forgotten in time"
    ASKS = "a session that has ended waits for nothing outside"
    CLOSED = "a device on which nothing is open has no timer"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._awake = Awake(world)
        self._lingering = Lasting(self._awake)
        self._idle: dict[str, float] = {}
        """By device on which nothing is open and timers run, since when."""
        self._looks = 0

    # --- while there is something going on --------------------------------------------------------------------------

    def look(self) -> None:
        self._awake.look()
        port = self.world.port
        self._looks += 1
        self._look_at_devices()
        if port is not None:
            self._look_at_asks(port)
        if port is None or self._looks % 4:
            return
        now = self._server_now
        for host in port.node._lingering.values():
            core = host.core
            kept = any(seat.deadline is not None and seat.deadline > now for seat in core.seated())
            idle_s = 0.0 if kept else self._lingering.seen((core.id, "nobody has a grace window there"))
            over_s = self._lingering.seen(core.id)
            if over_s > core.settings.grace_s + SLACK_S and idle_s > SLACK_S:
                self.violate(
                    self.LINGERS, f"{core.id} has ended {over_s:.1f} s ago, its grace is {core.settings.grace_s:g} s"
                )
        self._lingering.looked()
        if self._looks % 16 == 0:
            self._look_at_growth(port)

    def _look_at_asks(self, port: GamePort) -> None:
        for host in port.node._lingering.values():
            waiting = [task.get_name() for task in host._asks._tasks if not task.cancelling()]
            if waiting:
                self.violate(self.ASKS, f"{host.core.id} has ended: {waiting}")

    def _look_at_devices(self) -> None:
        idle: dict[str, float] = {}
        now = self.world.elapsed_s
        for device in self.world.devices.values():
            if not device.alive or any(not task.done() for task in device.tasks):
                continue
            timers = [name for name in map(_call, self.world.loop.pending(device)) if not name.startswith(_LET_BE)]
            if timers:
                since = idle[device.name] = self._idle.get(device.name, now)
                if now - max(since, device.frozen_until - self.world.began) > CLOSED_S:
                    self.violate(self.CLOSED, f"on {device.name}: {timers}, since {now - since:.2f} s")
        self._idle = idle

    @property
    def _server_now(self) -> float:
        """Seconds on the server's clock, seen from outside."""
        return self.world.loop.now - self.world.server_host.behind_s

    def _look_at_growth(self, port: GamePort) -> None:
        machine = self.world.server_host
        if machine.frozen_until > self.world.loop.now:
            return  # what is due waits with it
        links = len(port.connections) + len(port.bots._tasks)
        sessions = len(port.node.hosts) + len(port.node._lingering)
        asks = sum(len(host._asks._tasks) for host in port.node.hosts.values())
        tasks, timers = len(machine.tasks), len(self.world.loop.pending(machine))
        tasks_max = TASKS_A_CONNECTION * links + 2 * asks + TASKS_MORE
        timers_max = TIMERS_A_CONNECTION * links + 2 * sessions + 2 * asks + TIMERS_MORE
        if tasks > tasks_max or timers > timers_max:
            text = f"{tasks} tasks, {timers} timers for {links} connections and bots, {sessions} sessions, {asks} asks"
            self.violate(self.GROWTH, text)

    # --- when all is over -------------------------------------------------------------------------------------------

    def at_rest(self) -> None:
        port = self.world.port
        left: list[tuple[str, str]] = []
        if port is not None:
            # Bots play on alone until their game ends, as clients of their own server.
            if not any(_is_of_bots(host) for host in port.node.hosts.values()):
                left += self._on_server(port)
                left += self._connections(port)
            left += _in_node(port, self._server_now)
            left += _in_lobby(port, self._server_now)
        for device in self.world.devices.values():
            left += self._on_device(device)
        for invariant, text in left:
            self.violate(invariant, text)

    def _on_server(self, port: GamePort) -> Iterator[tuple[str, str]]:
        machine = self.world.server_host
        for task in machine.tasks:
            if not task.done() and task is not port._sweeper:
                yield self.TASKS, f"on the server: {_task(task)}"
        # The sweep sleeps. The ticker's and the lobby's one timer may be armed for what is over already: it comes once.
        allowed = {"_set_result_unless_cancelled": 1, "Ticker._wake": 1, "LobbyHost._wake": 1}
        allowed["SimulatedOffLoop.run.<locals>.told"] = 2  # the journal says each second that the server lives
        for call in self.world.loop.pending(machine):
            name = _call(call)
            allowed[name] = allowed.get(name, 0) - 1
            if allowed[name] < 0:
                yield self.TIMERS, f"on the server: {name} in {call.when() - self.world.loop.now:.1f} s"

    def _connections(self, port: GamePort | None) -> Iterator[tuple[str, str]]:
        if port is not None:
            for connection in port.connections:
                path = connection.request and connection.request.path
                yield self.CONNECTIONS, f"the server has one to {path}, {connection.protocol.state.name}"
            if port.gate.waiting:
                yield self.CONNECTIONS, f"{len(port.gate.waiting)} strangers wait at the sessions' gate"
        for name in [*self.world.devices, self.world.server_host.name]:
            for link in self.world.network.links(name):
                ends = {
                    end: None if it is None else it.is_over
                    for end, it in (("client", link.client), ("server", link.server))
                }
                if not link.gone and not all(over in (True, None) for over in ends.values()):
                    yield self.CONNECTIONS, f"{link} is open: over at its ends: {ends}"

    def _on_device(self, device: Host) -> Iterator[tuple[str, str]]:
        if not device.alive:
            return
        for task in device.tasks:
            if not task.done():
                yield self.DEVICES, f"on {device.name}: {_task(task)}"
        for call in self.world.loop.pending(device):
            yield self.DEVICES, f"on {device.name}: timer {_call(call)} in {call.when() - self.world.loop.now:.1f} s"


def _in_node(port: GamePort, now: float) -> Iterator[tuple[str, str]]:
    node = port.node
    for host in node.hosts.values():
        seated = [(seat.index, seat.state.value) for seat in host.core.seated()]
        if _is_of_bots(host):
            continue
        if not _is_endless(host):
            yield Leftovers.SESSIONS, f"{host.core.id}, {host.core.state.value}, with seats {seated}"
        elif seated or len(host.core.spectators):
            yield Leftovers.SEATS, f"endless {host.core.id} has seats {seated}, {len(host.core.spectators)} watch"
        if host._asks._tasks or host.audience._links or any(host._links):
            yield Leftovers.SESSIONS, f"{host.core.id} has asks {len(host._asks._tasks)} or connections"
    alive = set(node.hosts)
    kept: dict[str, set[Any]] = {
        "lingering": {key for key, host in node._lingering.items() if now - host.core.ended_at > _lingers_s(host)},
        "swept": {key for key, host in node._swept.items() if not host.has_links},
        "waiting": set(node._waiting) - alive,
        "open": {key for hosts in node._open.values() for key in hosts} - alive,
        "with a code": set(node.codes.values()) - alive,
        "ticked": set(node.ticker._by_id) - alive,
    }
    for where, sessions in kept.items():
        if sessions:
            yield Leftovers.SESSIONS, f"{where}: {sorted(sessions)}"
    held = {player: sorted(set(theirs) - alive) for player, theirs in node.book._sessions.items()}
    if node.book.players or any(held.values()):
        yield Leftovers.SEATS, f"{held}, {node.book.players} players"
    if port.bots._tasks and not node.hosts:
        yield Leftovers.TASKS, f"bots: {[task.get_name() for task in port.bots._tasks]}"


def _in_lobby(port: GamePort, now: float) -> Iterator[tuple[str, str]]:
    lobby, host = port.lobby, port.lobby_host
    register = lobby._register
    # Timeouts of those who came back stay in the heap of deadlines until their time.
    counts = {
        "lobby sessions": len(lobby),
        "players with a lobby session": len(register._by_player),
        "players connected": register.connected,
        "connections": len(host._receivers),
        "strangers": len(host._door.receivers),
        "guest lookups": len(host._door._lookups._tasks),
        "tickets": sum(lobby.waiting(game) for game in port.node.games),
        "lobby sessions in a queue": len(lobby.queues._waiting),
        "tickets in queues with rules": sum(map(lobby.waiting, lobby.queues.ruled.queues)),
        "tickets that are looked for": sum(map(len, lobby.queues.ruled.queues.values())),
        "matches being made": len(lobby.queues.ruled._found) + len(lobby.queues.ruled._checks),
        "players as they were matched": len(lobby.queues.ruled.backfills._playing),
        "profile lookups": len(host._profiles),
        "parties": len(lobby.parties),
        "rematches": len(lobby.rematches),
        "players in rematches": len(lobby.rematches._of),
        "watches": len(lobby.directory._filters),
        "chat listeners": sum(len(room.listeners) for room in lobby.chats._rooms.values()),
        "pushes unsent": len(lobby._unsent),
    }
    for what, count in counts.items():
        if count:
            yield Leftovers.LOBBY, f"{count} {what}"
    kept_s = EMPTY_S + 2 * CHECK_EVERY_S
    rooms = [room.id for room in lobby.chats._rooms.values() if room.id and now - room.checked > kept_s]
    if rooms:
        yield Leftovers.LOBBY, f"chats of sessions that are over: {rooms}"


def _lingers_s(host: Any) -> float:
    """How long a session may be asked for after its end, at most: bots may have played on until just now."""
    settings = host.core.settings
    return float(max(settings.grace_s, settings.reserved_s) + SLACK_S)


def _is_endless(host: Any) -> bool:
    return not host.core.settings.dispose_when_empty


def _is_of_bots(host: Any) -> bool:
    seats = list(host.core.seated())
    return bool(seats) and all(seat.bot for seat in seats)


def _task(task: Any) -> str:
    return f"task {task.get_name()!r}, {task.get_coro()!r}"


def _call(call: Scheduled) -> str:
    callback = call.callback
    return getattr(callback, "__qualname__", None) or repr(callback)
