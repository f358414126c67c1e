"""Every buffer is under its cap, and every connection is somebody's."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from websockets.protocol import OPEN

from rallypoint.core.chat import LISTENED_MAX
from rallypoint.core.chat_room import LINES_MAX, LOG_BYTES_MAX
from rallypoint.core.lobby_session import ANSWERS_KEPT
from rallypoint.core.spectators import FEED_BYTES_MAX, KEY_EVERY_S
from rallypoint.runtime.audience import SpectatorLink
from rallypoint.runtime.lobby_receiver import LobbyReceiver
from rallypoint.runtime.session_gate import Stranger
from rallypoint.runtime.session_link import SessionLink
from rallypoint_client.outgoing import ACTIONS_MAX
from rallypoint_client.updates import EVENTS_KEPT_MAX
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import ACK_WINDOW_TICKS
from rallypoint_protocol.messages import Ack, Pass, Seated, Welcome
from rallypoint_simulation.observer import Observer

from .awake import Awake, Lasting

if TYPE_CHECKING:
    from rallypoint.game_port import GamePort
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint.transport.connection import Connection
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Buffers"]

PUSHES_MAX, PUSH_BYTES_MAX = 256, 64 * 1024
"""Of a lobby session."""
EVENTS_MAX, EVENT_BYTES_MAX = PUSHES_MAX * 3 // 2, PUSH_BYTES_MAX * 3 // 2
"""Of a seat: half as many again while a connection comes in."""
CONTROL_BYTES = 1024
"""Frames that the protocol answers by itself, after the last look at the outbox."""
SLACK_S = 1.0


class Buffers(Observer):
    """Looks now and then at everything that could grow."""

    OUTBOX = "an outbox is under its cap"
    READS = "who does not read is gone in time"
    SLOW = "nobody is cut for not reading who reads"
    CLOSES = "a connection that closes is gone in time"
    OWNED = "every open connection is somebody's"
    SEAT = "a seat's buffers are under their caps"
    WINDOW = "at most so many passes are under way to a seat"
    LOBBY = "a lobby session's buffers are under their caps"
    FEED = "a spectators' feed is under its cap"
    CHAT = "a chat's log is under its cap"
    CLIENT = "the client library's buffers are under their caps"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._awake = Awake(world)
        self._lasting = Lasting(self._awake)
        self._lobbies: dict[str, None] = {}
        self._reading: dict[Any, tuple[Connection, float]] = {}
        """By the server's transport: when its client was last seen to read, in seconds that the server has run."""
        self._under_way: dict[Wire, deque[int]] = {}
        """Ticks of passes that were sent on a seat's connection and that the server has no word of."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        kind = type(message)
        if kind is Pass:
            ticks = self._under_way.get(wire)
            if ticks is not None:
                ticks.append(message.head.tick)
                if len(ticks) > ACK_WINDOW_TICKS:
                    self.violate(self.WINDOW, f"{wire} has ticks {ticks[0]} to {ticks[-1]}, {len(ticks)} passes")
                    ticks.clear()
        elif kind is Seated and message.seat >= 0:
            self._under_way[wire] = deque()
        elif kind is Welcome:
            self._lobbies[message.lobby] = None

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server:
            return
        ticks = self._under_way.get(wire)
        if ticks:
            acked = message.tick if type(message) is Ack else message[2] if type(message) is list else -1
            while ticks and ticks[0] <= acked:
                ticks.popleft()

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if at_server:
            self._under_way.pop(wire, None)
            self._look_at_cut(wire)

    def server_gone(self, crashed: bool) -> None:
        self._lobbies.clear()
        self._under_way.clear()
        self._reading.clear()

    def _look_at_cut(self, wire: Wire) -> None:
        connection, read_at = self._reading.pop(wire.link.server, (None, 0.0))
        code, reason = (connection and connection.closed_with.sent) or (None, "")
        if connection is None or code != CloseCode.TOO_SLOW or not reason.startswith("did not read"):
            return
        self._awake.look()
        waited_s = self._awake.s - read_at
        if waited_s < connection.write_deadline_s - SLACK_S:
            self.violate(self.SLOW, f"{wire} {reason}, and was read {waited_s:.2f} s ago")

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        self._awake.look()
        port = self.world.port
        if port is not None:
            for connection in port.connections:
                self._look_at_connection(port, connection)
            for host in [*port.node.hosts.values(), *port.node._lingering.values()]:
                self._look_at_session(port, host)
            self._look_at_lobby(port)
        self._lasting.looked()
        self._look_at_clients()

    def _look_at_connection(self, port: GamePort, connection: Connection) -> None:
        transport = connection.transport
        if not connection.paused or transport not in self._reading:
            self._reading[transport] = connection, self._awake.s
        bytes_waiting = connection.outbox_bytes
        who = f"connection of {connection.remote_ip}, {connection.request and connection.request.path}"
        if bytes_waiting:
            is_open = connection.protocol.state is OPEN
            if is_open and bytes_waiting > connection.outbox_bytes_max + CONTROL_BYTES:
                self.violate(self.OUTBOX, f"{who}: {bytes_waiting} bytes wait")
            if bytes_waiting > connection.transport.get_write_buffer_limits()[0] and connection.paused:
                waited_s = self._lasting.seen((connection, "reads"))
                if waited_s > connection.write_deadline_s + SLACK_S:
                    self.violate(self.READS, f"{who}: {bytes_waiting} bytes wait for {waited_s:.1f} s")
        if connection.protocol.state is OPEN:
            if not _is_owned(port, connection) and self._lasting.seen((connection, "owned")) > SLACK_S:
                receiver = type(connection.receiver).__name__
                self.violate(self.OWNED, f"{who}: nobody knows it any more, its receiver is a {receiver}")
        else:
            closing_s = self._lasting.seen((connection, "closes"))
            if closing_s > max(connection.close_deadline_s, 10.0) + SLACK_S:  # 10 s for the handshake
                self.violate(self.CLOSES, f"{who}: {connection.protocol.state.name} for {closing_s:.1f} s")

    def _look_at_session(self, port: GamePort, host: SessionHost) -> None:
        core = host.core
        settings = core.settings
        for seat in core.seated():
            events = seat.events
            if events:
                size = sum(16 + len(memoryview(fields)) for _, (_, _, fields) in events.since(0))
                if len(events) > EVENTS_MAX or size > EVENT_BYTES_MAX:
                    self.violate(self.SEAT, f"seat {seat.index} of {core.id}: {len(events)} events, {size} bytes")
            if not 0 <= seat.pending <= settings.inputs_pending_max:
                self.violate(self.SEAT, f"seat {seat.index} of {core.id}: {seat.pending} inputs wait")
            link = host._links[seat.index]
            strange = link is not None and link.connection.receiver is not link
            if strange and self._lasting.seen((host, seat.index)) > SLACK_S:
                self.violate(self.OWNED, f"seat {seat.index} of {core.id} has a connection that is not its own")
        if core.stimuli_waiting > 100 * (settings.seats_max + 1):
            self.violate(self.SEAT, f"{core.id}: {core.stimuli_waiting} stimuli wait")
        if len(core.seating.departed) > 1000:
            self.violate(self.SEAT, f"{core.id} remembers {len(core.seating.departed)} who have left")
        feed = core.spectators
        shown_max = (KEY_EVERY_S + SLACK_S) * max(settings.tick_hz, 1) + ACK_WINDOW_TICKS
        if feed._bytes > FEED_BYTES_MAX or len(feed._shown) > shown_max or len(feed) > settings.spectators_max:
            text = f"{feed._bytes} bytes wait, {len(feed._shown)} steps shown, {len(feed)} watch"
            self.violate(self.FEED, f"{core.id}: {text}")
        if not len(feed) and (feed._entries or feed._shown):
            self.violate(self.FEED, f"{core.id}: nobody watches, and {len(feed._entries)} steps wait")

    def _look_at_lobby(self, port: GamePort) -> None:
        for lobby_id in list(self._lobbies):
            session = port.lobby.find(lobby_id)  # type: ignore[arg-type]  # a LobbyId
            if session is None:
                del self._lobbies[lobby_id]
                continue
            pushes, answers = session.pushes, session.answers._kept
            if len(pushes) > PUSHES_MAX or pushes._bytes > PUSH_BYTES_MAX or pushes._bytes < 0:
                text = f"{len(pushes)} pushes, {pushes._bytes} bytes"
                self.violate(self.LOBBY, f"lobby session of {session.name}: {text}")
            if len(answers) > ANSWERS_KEPT or len(session.listens) > LISTENED_MAX:
                text = f"{len(answers)} answers, {len(session.listens)} chats"
                self.violate(self.LOBBY, f"lobby session of {session.name}: {text}")
        for room in port.lobby.chats._rooms.values():
            if len(room._lines) > LINES_MAX or room._bytes > LOG_BYTES_MAX or room._bytes < 0:
                self.violate(self.CHAT, f"room {room.id!r}: {len(room._lines)} lines, {room._bytes} bytes")

    def _look_at_clients(self) -> None:
        for player in self.world.players.values():
            for seat in player.seats[-3:]:
                unread = len(seat._updates._events)
                if seat.actions_kept > ACTIONS_MAX or unread > EVENTS_KEPT_MAX or seat._core.events:
                    text = f"{seat.actions_kept} actions, {unread} and {len(seat._core.events)} events kept"
                    self.violate(self.CLIENT, f"{player.name}'s seat in {seat.session}: {text}")


def _is_owned(port: GamePort, connection: Connection) -> bool:
    """True if whoever receives what comes over it is known to the part of the server that it belongs to."""
    match connection.receiver:
        case SessionLink() as link:
            return link.host.is_linked(link)
        case SpectatorLink() as link:
            return link._audience._links.get(link.spectator) is link
        case LobbyReceiver() as receiver:
            host = port.lobby_host
            known = receiver.session is not None and host._receivers.get(receiver.session.id) is receiver
            return known or receiver in host._door.receivers
        case Stranger() as stranger:
            return stranger in port.gate.waiting
        case _:
            return False
